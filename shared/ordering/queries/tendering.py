"""What pays orders: what an account holds, what waiting orders name, how a document says it."""

from sqlalchemy import Connection, func, select

from shared.access.queries import policy_text
from shared.access.rules import POLICIES, REBATE_PERCENT
from shared.accounts.queries import balance_minor, rebate_minor
from shared.accounts.rules import deposit
from shared.ordering.documents import OrderTender
from shared.ordering.rules import OrderState, TenderKind, Tenders
from shared.ordering.tables import channel_order


def tender_parts(named: Tenders, total_minor: int) -> tuple[OrderTender, ...]:
    """Tenders as a document says them; nothing where all of it is on account."""
    if not named.named_minor:
        return ()
    said = (
        (TenderKind.REBATE, named.rebate_minor),
        (TenderKind.DEPOSIT, named.deposit_minor),
        (TenderKind.ACCOUNT, named.account_minor(total_minor)),
    )
    return tuple(OrderTender(kind=kind.value, amount_minor=minor) for kind, minor in said if minor)


def tenders_held(connection: Connection, account_id: str, currency: str, day: str) -> Tenders:
    """What an account may pay orders with: its deposit and the rebates of the day (E14, M02)."""
    return Tenders(
        deposit_minor=max(-balance_minor(connection, deposit(account_id), currency), 0),
        rebate_minor=rebate_minor(connection, account_id, currency, day),
    )


def tenders_waiting(connection: Connection, account_id: str, currency: str) -> Tenders:
    """What the account's orders name that nobody decided yet: set aside until then (E14)."""
    c = channel_order.c
    row = connection.execute(
        select(
            func.coalesce(func.sum(c.deposit_minor), 0),
            func.coalesce(func.sum(c.rebate_minor), 0),
        ).where(
            c.account_id == account_id,
            c.currency == currency,
            c.decided == OrderState.SUBMITTED.value,
        )
    ).one()
    return Tenders(deposit_minor=int(row[0]), rebate_minor=int(row[1]))


def tenders_free(connection: Connection, account_id: str, currency: str, day: str) -> Tenders:
    """What is held less what waiting orders name; an estimate of this replica."""
    held = tenders_held(connection, account_id, currency, day)
    waiting = tenders_waiting(connection, account_id, currency)
    return Tenders(
        deposit_minor=max(held.deposit_minor - waiting.deposit_minor, 0),
        rebate_minor=max(held.rebate_minor - waiting.rebate_minor, 0),
    )


def rebate_percent(connection: Connection) -> int:
    """The most of an order that may be paid by rebate, as head office states it."""
    text = policy_text(connection, REBATE_PERCENT, "") or POLICIES[REBATE_PERCENT]
    return min(int(text), 100)
