"""What an account is, who may work in its name, and who supplies it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.access.queries import sales_orgs_of
from shared.access.rules import SYSTEM_USER
from shared.channel.queries.places import account_ids_of_site
from shared.channel.rules import POLICY_CONFIRM, POLICY_INFORM, upstreams
from shared.channel.tables import channel_account, sales_org, supply
from shared.core.errors import RuleViolation


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A channel account as a screen or a decision needs it."""

    account_id: str
    partner_id: str
    sales_org_id: str
    name: str
    level_id: str
    upstream_ids: tuple[str, ...]
    """Who may supply it; '' is head office (A02)."""
    category_id: str
    credit_limit_minor: int
    terms_days: int
    currency: str
    is_active: bool


_BY_ID: Final = channel_account.c.id == bindparam("key")
_ACCOUNT: Final = select(channel_account).where(_BY_ID)
_ACCOUNT_NAME: Final = select(channel_account.c.name).where(_BY_ID)


def account(connection: Connection, account_id: str) -> AccountView | None:
    """A channel account by id."""
    row = connection.execute(_ACCOUNT, {"key": account_id}).one_or_none()
    if row is None:
        return None
    return AccountView(
        account_id=row.account_id,
        partner_id=row.partner_id,
        sales_org_id=row.sales_org_id,
        name=row.name,
        level_id=row.level_id,
        upstream_ids=upstreams(row.upstream_ids),
        category_id=row.category_id,
        credit_limit_minor=row.credit_limit_minor,
        terms_days=row.terms_days,
        currency=row.currency,
        is_active=bool(row.is_active),
    )


def account_name(connection: Connection, account_id: str) -> str:
    """What a channel account is called; its id where nobody here knows it."""
    name = connection.execute(_ACCOUNT_NAME, {"key": account_id}).scalar_one_or_none()
    return account_id if name is None else name


def revision_policy(connection: Connection, account_id: str) -> str:
    """``confirm`` or ``inform``: the account's own word, else its sales organisation's (E09)."""
    own = channel_account.c.revision_policy
    statement = (
        select(own, sales_org.c.revision_policy.label("of_org"))
        .join(sales_org, sales_org.c.id == channel_account.c.sales_org_id, isouter=True)
        .where(channel_account.c.id == account_id)
    )
    row = connection.execute(statement).one_or_none()
    said = (row.revision_policy or row.of_org) if row else ""
    return POLICY_INFORM if said == POLICY_INFORM else POLICY_CONFIRM


def accounts_open_to(
    connection: Connection, user_id: str, site_id: str, permission: str
) -> tuple[AccountView, ...]:
    """The site's accounts for which a user may do this, the usual one first (A04, A05).

    What a person chooses between by Ctrl+O; lists and forms show these accounts' goods, prices
    and orders and no others.
    """
    found = (account(connection, one) for one in account_ids_of_site(connection, site_id))
    known = tuple(one for one in found if one is not None)
    if user_id == SYSTEM_USER:
        return known
    orgs = sales_orgs_of(connection, user_id, site_id, permission)
    return tuple(one for one in known if "" in orgs or one.sales_org_id in orgs)


def allowed_upstreams(connection: Connection, account_id: str) -> tuple[str, ...]:
    """Who may supply an account, the usual one first; '' is head office (A02)."""
    found = account(connection, account_id)
    return found.upstream_ids if found else ()


def check_upstream(connection: Connection, account_id: str, supplier_id: str) -> None:
    """Nothing when the supplier may supply the account (A02).

    Raises: RuleViolation UPSTREAM_NOT_ALLOWED, ACCOUNT_UNKNOWN.
    """
    found = account(connection, account_id)
    if found is None:
        raise RuleViolation("ACCOUNT_UNKNOWN", account_id=account_id)
    if supplier_id not in found.upstream_ids:
        raise RuleViolation(
            "UPSTREAM_NOT_ALLOWED", account_id=account_id, supplier_id=supplier_id or "-"
        )


def customers_of(connection: Connection, supplier_id: str) -> list[tuple[str, str]]:
    """Id and name of the accounts a supplier may supply, by name."""
    rows = connection.execute(
        select(supply.c.account_id, supply.c.account_name)
        .where(supply.c.supplier_id == supplier_id, supply.c.is_active == 1)
        .order_by(supply.c.account_name, supply.c.account_id)
    )
    return [(row.account_id, row.account_name) for row in rows]


def ever_supplied(connection: Connection, supplier_ids: Collection[str]) -> list[str]:
    """The accounts these suppliers ('' is head office) supply or once supplied, sorted (A02)."""
    rows = connection.execute(
        select(supply.c.account_id)
        .where(supply.c.supplier_id.in_(supplier_ids))
        .distinct()
        .order_by(supply.c.account_id)
    )
    return list(rows.scalars())
