"""Money for invoices on credit, and the quantity-only register of the simple mode."""

from collections.abc import Sequence
from datetime import date

from desktop.access.usecases import require
from desktop.accounts.usecases import till_now
from desktop.channel.usecases import day_at, place_of
from desktop.store.session import Session
from shared.accounts.documents import Allocation, Collection
from shared.accounts.rules import Open, Tender, allocate
from shared.core.errors import RuleViolation
from shared.journal.document import Header
from shared.sales.documents import RegisterLine, StockOutRegistered
from shared.sales.queries import open_invoices


def collect(
    session: Session,
    customer_id: str,
    amount_minor: int,
    *,
    tender: Tender = Tender.CASH,
    invoices: Sequence[str] = (),
    reference: str = "",
) -> tuple[Header, list[Allocation]]:
    """Take a customer's money for open invoices: the oldest first, or those chosen (收款核销).

    Raises: RuleViolation NOTHING_OWED, INVOICE_UNKNOWN, AMOUNT_NOT_POSITIVE, MORE_THAN_OWED,
    TENDER_NEEDS_PROVIDER, SHIFT_BEING_CLOSED; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "account.collect")
    if tender is Tender.PAYMENT_CODE:
        raise RuleViolation("TENDER_NEEDS_PROVIDER", tender=tender.value)
    still = open_invoices(session.connection, place.site_id, customer_id)
    if not still:
        raise RuleViolation("NOTHING_OWED", customer_id=customer_id)
    parts = allocate(amount_minor, _chosen(still, invoices))
    allocations = [Allocation(invoice=uid, amount_minor=minor) for uid, minor in parts]
    now = till_now(session, place)
    body = Collection(
        customer_id=customer_id,
        currency=place.currency,
        tender=tender.value,
        amount_minor=amount_minor,
        allocations=allocations,
        reference=reference,
        shift=now.shift,
    )
    return session.append(body, business_day=now.business_day), allocations


def _chosen(still: Sequence[Open], invoices: Sequence[str]) -> list[Open]:
    if not invoices:
        return list(still)
    by_uid = {one.invoice: one for one in still}
    for uid in invoices:
        if uid not in by_uid:
            raise RuleViolation("INVOICE_UNKNOWN", invoice=uid)
    return [by_uid[uid] for uid in dict.fromkeys(invoices)]


def register(
    session: Session,
    lines: Sequence[tuple[str, int]],
    *,
    from_day: str = "",
    to_day: str = "",
    note: str = "",
) -> Header:
    """What went out in a day or a week, by product and quantity alone (I01); negative came back.

    The same product several times is added up. Without days it is today.

    Raises: RuleViolation NO_LINES, QUANTITY_ZERO, DAY_UNREADABLE, PERIOD_BACKWARDS,
    PERIOD_IN_FUTURE; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "register.write")
    today = day_at(session, place)
    start, end = _day(from_day or to_day or today), _day(to_day or from_day or today)
    if start > end:
        raise RuleViolation("PERIOD_BACKWARDS", from_day=start, to_day=end)
    if end > today:
        raise RuleViolation("PERIOD_IN_FUTURE", to_day=end, today=today)
    summed: dict[str, int] = {}
    for product_id, qty_micro in lines:
        summed[product_id] = summed.get(product_id, 0) + qty_micro
    goods = [RegisterLine(product_id=one, qty_micro=qty) for one, qty in summed.items() if qty]
    if not goods:
        raise RuleViolation("QUANTITY_ZERO" if lines else "NO_LINES")
    body = StockOutRegistered(from_day=start, to_day=end, lines=goods, note=note)
    # What went out until yesterday belongs to yesterday's figures, not to when it was typed.
    return session.append(body, business_day=end)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise RuleViolation("DAY_UNREADABLE", text=text[:20]) from None
