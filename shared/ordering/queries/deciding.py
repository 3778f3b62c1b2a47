"""What head office asks while it decides: standing, reworks, credit; and the rate of it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select

from shared.accounts.queries import balance_minor
from shared.accounts.rules import deposit, receivable
from shared.channel.queries import site_of
from shared.channel.tables import channel_account
from shared.journal.tables import journal
from shared.ordering.rules import (
    GRANTED,
    AcceptanceRate,
    Credit,
    OrderState,
    acceptance_rate,
)
from shared.ordering.tables import (
    channel_order,
    order_decision,
    shipment_line,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStanding:
    """What a decision needs of an order's head."""

    id: str
    account_id: str
    supplier: str
    sales_org: str
    site_id: str
    currency: str
    decided: OrderState
    revision: int
    in_force: int
    """The revision whose lines hold; 0 = those of the decision."""
    order_type: str = ""
    price_version: int = 0
    submitted_at_us: int = 0
    promotions: str = ""
    deposit_minor: int = 0
    rebate_minor: int = 0
    deposit_taken_minor: int = 0
    rebate_taken_minor: int = 0
    decision: str = ""
    """uid text of the document that decided it."""


def standing(connection: Connection, order_id: str, *, lock: bool = False) -> OrderStanding | None:
    """Where an order stands; with ``lock`` nobody else decides it before this transaction ends."""
    c = channel_order.c
    statement = select(
        c.id,
        c.account_id,
        c.supplier,
        c.sales_org,
        c.site_id,
        c.currency,
        c.decided,
        c.revision,
        c.in_force,
        c.order_type,
        c.price_version,
        c.submitted_at_us,
        c.promotions,
        c.deposit_minor,
        c.rebate_minor,
        c.deposit_taken_minor,
        c.rebate_taken_minor,
        c.decision,
    ).where(c.id == order_id)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    # A decision may stand here before the order it is about (another scope's page came first).
    if row is None or not row.decided:
        return None
    return OrderStanding(
        id=row.id,
        account_id=row.account_id,
        supplier=row.supplier,
        sales_org=row.sales_org,
        site_id=row.site_id,
        currency=row.currency,
        decided=OrderState(row.decided),
        revision=row.revision,
        in_force=row.in_force,
        order_type=row.order_type,
        price_version=row.price_version,
        submitted_at_us=row.submitted_at_us,
        promotions=row.promotions,
        deposit_minor=row.deposit_minor,
        rebate_minor=row.rebate_minor,
        deposit_taken_minor=row.deposit_taken_minor,
        rebate_taken_minor=row.rebate_taken_minor,
        decision=row.decision,
    )


def is_reworked(connection: Connection, order_id: str, *, by_another_than: str) -> bool:
    """Whether an order that came before ``by_another_than`` reworks this one already.

    A rework that was itself rejected does not count. What the same device sent later does not
    either: a batch is posted as a whole before its requests are decided one by one.
    """
    c, j = channel_order.c, journal.c
    statement = (
        select(c.id, c.decided, j.device_id, j.incarnation, j.n)
        .join(journal, j.uid == c.id, isouter=True)
        .where(c.follows == order_id)
    )
    claims = [_Claim(*row) for row in connection.execute(statement)]
    mine = next((claim for claim in claims if claim.id == by_another_than), None)
    return any(
        claim.id != by_another_than
        and claim.decided != OrderState.REJECTED.value
        and not (mine and claim.came_after(mine))
        for claim in claims
    )


class _Claim(NamedTuple):
    id: str
    decided: str
    device_id: str | None
    incarnation: int | None
    n: int | None

    def came_after(self, other: "_Claim") -> bool:
        same = (self.device_id, self.incarnation) == (other.device_id, other.incarnation)
        return same and (self.n or 0) > (other.n or 0)


def works_for(connection: Connection, site_id: str) -> frozenset[str] | None:
    """The channel accounts a site speaks for; None when it is head office's own ('' is that too).

    A site nobody knows speaks for nobody.
    """
    if not site_id:
        return None
    here = site_of(connection, site_id)
    if here is None:
        return frozenset()
    return frozenset(here.account_ids) or None


def locked_account(connection: Connection, account_id: str) -> int:
    """The credit limit of an account; its row is held, so decisions about it wait in line."""
    statement = (
        select(channel_account.c.credit_limit_minor)
        .where(channel_account.c.id == account_id)
        .with_for_update()
    )
    return int(connection.execute(statement).scalar() or 0)


def unbilled_minor(connection: Connection, account_id: str, currency: str) -> int:
    """What was accepted of an account's orders and not shipped yet, in minor units."""
    c = channel_order.c
    statement = _granted().where(c.account_id == account_id, c.currency == currency)
    return sum(_open_part(row) for row in connection.execute(statement))


def unbilled_by_account(connection: Connection) -> dict[tuple[str, str], int]:
    """The same of every account and currency, for head office's list."""
    found: dict[tuple[str, str], int] = {}
    for row in connection.execute(_granted()):
        key = (row.account_id, row.currency)
        found[key] = found.get(key, 0) + _open_part(row)
    return found


def _granted() -> Select[Any]:
    c = channel_order.c
    gone = (
        select(func.coalesce(func.sum(shipment_line.c.amount_minor), 0))
        .where(shipment_line.c.order_id == c.id)
        .correlate(channel_order)
        .scalar_subquery()
    )
    return select(c.account_id, c.currency, c.accepted_minor, gone.label("gone")).where(
        c.decided.in_([state.value for state in sorted(GRANTED)])
    )


def _open_part(row: Row[Any]) -> int:
    # An order shipped beyond its grant is owed already; it must not hide another's open part.
    return max(int(row.accepted_minor) - int(row.gone), 0)


def credit(
    connection: Connection, account_id: str, currency: str, limit_minor: int, *, lock: bool = False
) -> Credit:
    """What an account owes and may owe now (E07); with ``lock`` its balances stand still."""
    owed = balance_minor(connection, receivable(account_id), currency, lock=lock)
    held = balance_minor(connection, deposit(account_id), currency, lock=lock)
    return Credit(
        limit_minor=limit_minor,
        receivable_minor=owed,
        unbilled_minor=unbilled_minor(connection, account_id, currency),
        # Money held ahead is a credit balance: the account of the deposit is below zero.
        deposit_minor=-held,
    )


def acceptance(
    connection: Connection,
    *,
    account_id: str | None = None,
    supplier: str | None = None,
    from_us: int = 0,
    until_us: int = (1 << 63) - 1,
) -> AcceptanceRate:
    """The acceptance rate of orders decided in from ≤ t < until, gifts left out (E10)."""
    d = order_decision.c
    cut = func.max(d.asked_micro - d.accepted_micro)
    statement = (
        select(
            func.sum(d.asked_micro).label("asked"),
            func.sum(d.accepted_micro).label("accepted"),
            func.sum(d.asked_minor).label("asked_minor"),
            func.sum(d.accepted_minor).label("accepted_minor"),
            cut.label("cut"),
        )
        .where(
            d.is_gift == 0,
            d.outcome != OrderState.CANCELLED.value,
            d.decided_at_us >= from_us,
            d.decided_at_us < until_us,
        )
        .group_by(d.order_id)
    )
    if account_id is not None:
        statement = statement.where(d.account_id == account_id)
    if supplier is not None:
        statement = statement.where(d.supplier == supplier)
    rows = connection.execute(statement).all()
    return acceptance_rate(
        (sum(int(row.asked) for row in rows), sum(int(row.asked_minor) for row in rows)),
        (sum(int(row.accepted) for row in rows), sum(int(row.accepted_minor) for row in rows)),
        len(rows),
        sum(1 for row in rows if row.cut == 0),
    )
