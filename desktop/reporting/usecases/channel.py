"""Changing the channel one account, partner or site at a time, and whole lists from Excel."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from desktop.channel.usecases import publish_channel
from desktop.store.session import Session
from shared.catalog.sheets import read_sheets
from shared.channel.documents import Account, ChannelPublished, Partner, Site
from shared.channel.importing import KnownAccount, PartnerRow, publications, read_partners
from shared.channel.rules import checked_name
from shared.core.errors import Conflict, RuleViolation
from shared.core.importing import Imported
from shared.journal.document import Header
from shared.reporting.queries.channel import AccountLine, read_channel


def change_account(session: Session, before: Account, after: Account) -> Header:
    """State an account anew; suppliers that went are withdrawn, a new region holds from now on.

    Raises: RuleViolation ACCOUNT_UNKNOWN, UPSTREAM_NOT_ALLOWED, CREDIT_LIMIT_BAD and as
    ``publish_channel``.
    """
    _check(session, after)
    gone = set(before.upstream_account_ids) - set(after.upstream_account_ids)
    moved = before.region_id != after.region_id
    stated = msgspec.structs.replace(
        after,
        former_upstream_ids=tuple(sorted(gone)),
        region_from_at_us=session.now_us if moved else before.region_from_at_us,
    )
    return publish_channel(session, ChannelPublished(accounts=(stated,)))


def add_account(session: Session, partner: Partner | None, account: Account) -> Header:
    """A new account, with its partner when that is new too (A07).

    Raises: RuleViolation NAME_UNUSABLE, ACCOUNT_INCOMPLETE; Conflict ACCOUNT_EXISTS; as
    ``change_account``.
    """
    checked_name(account.account_id)
    if not account.name.strip() or not account.sales_org_id:
        raise RuleViolation("ACCOUNT_INCOMPLETE")
    known = read_channel(session.connection, session.now_us)
    if any(one.account.account_id == account.account_id for one in known.accounts):
        raise Conflict("ACCOUNT_EXISTS", account=account.account_id)
    _check(session, account, is_new=True)
    stated = msgspec.structs.replace(account, region_from_at_us=session.now_us)
    partners = (partner,) if partner is not None else ()
    return publish_channel(session, ChannelPublished(partners=partners, accounts=(stated,)))


def add_site(session: Session, site: Site) -> Header:
    """A new site of an account.

    Raises: RuleViolation NAME_UNUSABLE, SITE_INCOMPLETE; Conflict SITE_EXISTS; as
    ``publish_channel``.
    """
    checked_name(site.site_id)
    if not site.name.strip() or not site.site_type:
        raise RuleViolation("SITE_INCOMPLETE")
    known = read_channel(session.connection, session.now_us)
    if any(one.site_id == site.site_id for one in known.sites):
        raise Conflict("SITE_EXISTS", site=site.site_id)
    return publish_channel(session, ChannelPublished(sites=(site,)))


def read_partner_file(
    connection: Connection, content: bytes, name: str, sales_org_id: str, at_us: int
) -> Imported[PartnerRow]:
    """The partners of a file that are not there yet, with every doubt by row.

    Raises: RuleViolation COLUMN_MISSING, SHEET_EMPTY and as ``read_sheets``.
    """
    known = read_channel(connection, at_us)
    return read_partners(
        read_sheets(content, name),
        sales_org_id=sales_org_id,
        known=[
            KnownAccount(
                account_id=one.account.account_id,
                partner_id=one.account.partner_id,
                sales_org_id=one.account.sales_org_id,
            )
            for one in known.accounts
        ],
        levels=known.levels,
        regions={one.region_id: one.name for one in known.regions},
        from_at_us=at_us,
    )


def take_partners(session: Session, rows: Sequence[PartnerRow]) -> int:
    """Publish the partners and accounts of a file; how many accounts.

    Raises as ``publish_channel``.
    """
    for published in publications(rows):
        publish_channel(session, published)
    return len(rows)


def _check(session: Session, account: Account, *, is_new: bool = False) -> None:
    if account.credit_limit_minor < 0:
        raise RuleViolation("CREDIT_LIMIT_BAD")
    known = {one.account.account_id: one for one in _accounts(session)}
    if not is_new and account.account_id not in known:
        raise RuleViolation("ACCOUNT_UNKNOWN", account_id=account.account_id)
    for supplier_id in account.upstream_account_ids:
        is_own = supplier_id == account.account_id
        if is_own or (supplier_id and supplier_id not in known):
            raise RuleViolation(
                "UPSTREAM_NOT_ALLOWED", account_id=account.account_id, supplier_id=supplier_id
            )


def _accounts(session: Session) -> Sequence[AccountLine]:
    return read_channel(session.connection, session.now_us).accounts
