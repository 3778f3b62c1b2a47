"""Goods paid by the customer's code come back: the money goes back the way it came (I07, I08).

A refund is written down before the provider is asked. One whose outcome is not known stays, is
asked for again, and is the first thing the same return takes: money never goes back twice.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.payments import (
    STANDING,
    Payment,
    PaymentProvider,
    PaymentState,
    look_again,
    payments_where,
    refund_payment,
)
from desktop.store.tables import payment
from desktop.store.writer import Store
from shared.accounts.rules import Tender
from shared.core.errors import RuleViolation
from shared.sales.tables import sale_tender


def refund_sale(
    store: Store, provider: PaymentProvider | None, sale_uid: str, amount_minor: int
) -> list[Payment]:
    """Give back a part of what a sale took by the customer's codes; the refunds, for the return.

    Refunds begun before and in no return yet come first. Where one is ``waiting`` the list ends
    with it: it is asked for again, and then this is called anew.

    Raises: as ``refund_payment``, and RuleViolation REFUND_UNDER_WAY when more went back already,
    REFUND_REFUSED, PAYMENT_ELSEWHERE when another device took the payment.
    """
    found: list[Payment] = []
    left = amount_minor
    for begun in store.read(lambda one: open_refunds(one, sale_uid)):
        known = begun if provider is None else look_again(store, provider, begun.reference)
        if known.state in STANDING:
            found.append(known)
            left += known.amount_minor
        if known.state is PaymentState.WAITING:
            return found
    if left < 0:
        raise RuleViolation("REFUND_UNDER_WAY", amount_minor=amount_minor - left)
    for paid, free_minor in store.read(lambda one: _refundable(one, sale_uid)):
        part = min(free_minor, left)
        if part <= 0:
            continue
        made = refund_payment(store, provider, paid.reference, part)
        if made.state not in STANDING:
            raise RuleViolation("REFUND_REFUSED", amount_minor=part)
        found.append(made)
        left -= part
        if made.state is PaymentState.WAITING:
            return found
    if left:
        raise RuleViolation("PAYMENT_ELSEWHERE")
    return found


def open_refunds(connection: Connection, sale_uid: str) -> list[Payment]:
    """Refunds of a sale's payments that are out or on their way and stand in no return yet."""
    c = payment.c
    return payments_where(
        connection,
        c.refund_of.in_(_references(connection, sale_uid)),
        c.state.in_(STANDING),
        c.is_used == 0,
    )


def waiting_refunds(connection: Connection) -> list[Payment]:
    """Refunds nobody knows the outcome of, oldest first."""
    c = payment.c
    return payments_where(connection, c.refund_of != "", c.state == PaymentState.WAITING.value)


def look_at_refunds(store: Store, provider: PaymentProvider) -> int:
    """Ask again for every refund in doubt; how many still are."""
    begun = store.read(waiting_refunds)
    now = [look_again(store, provider, one.reference) for one in begun]
    return sum(one.state is PaymentState.WAITING for one in now)


def check_refunds(connection: Connection, sale_uid: str, given: Sequence[Given]) -> None:
    """Money that goes back to a wallet already does not go back another way as well.

    Raises: RuleViolation REFUND_UNDER_WAY.
    """
    named = {one.reference for one in given if one.tender is Tender.PAYMENT_CODE}
    loose = [one for one in open_refunds(connection, sale_uid) if one.reference not in named]
    if loose:
        minor = -sum(one.amount_minor for one in loose)
        raise RuleViolation("REFUND_UNDER_WAY", amount_minor=minor)


def _refundable(connection: Connection, sale_uid: str) -> list[tuple[Payment, int]]:
    """The sale's payments known here, each with what did not go back yet, in minor units."""
    c = payment.c
    wanted = _references(connection, sale_uid)
    back: dict[str, int] = {}
    for one in payments_where(connection, c.refund_of.in_(wanted), c.state.in_(STANDING)):
        back[one.refund_of] = back.get(one.refund_of, 0) - one.amount_minor
    paid = payments_where(connection, c.reference.in_(wanted))
    return [(one, one.amount_minor - back.get(one.reference, 0)) for one in paid]


def _references(connection: Connection, sale_uid: str) -> list[str]:
    c = sale_tender.c
    query = select(c.reference).where(
        c.document == sale_uid, c.tender == Tender.PAYMENT_CODE.value, c.amount_minor > 0
    )
    return list(connection.execute(query).scalars())
