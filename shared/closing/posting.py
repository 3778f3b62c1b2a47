"""A closed month becomes opening rows; the ledgers they stand for belong to the areas above."""

from collections.abc import Iterator

from shared.closing.documents import MonthCloseAsked, MonthClosed, MonthCloseTold
from shared.closing.rules import checked_month, last_day, marks_text
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write


def post_closed(header: Header, closed: MonthClosed) -> Iterator[Write]:
    """The month first, so that a device knows what is covered; then one row per key.

    Raises: RuleViolation MONTH_UNREADABLE.
    """
    month = checked_month(closed.month)
    common: dict[str, Value] = {
        "site_id": header.site_id,
        "month": month,
        "business_day": last_day(month),
    }
    marks = ((one.device_id, one.incarnation, one.n) for one in closed.journals)
    said: dict[str, Value] = {
        "part": closed.part,
        "journals": marks_text(marks),
        "signed_off_by": closed.signed_off_by,
        "closed_at_us": header.happened_at_us,
    }
    yield Write("month_close", uid_text(header.uid), common | said)
    common["document"] = uid_text(header.uid)
    for number, move in enumerate(closed.moves, 1):
        values: dict[str, Value] = {
            "product_id": move.product_id,
            "lot": move.lot,
            "movement_type": move.movement_type,
            "from_location": move.from_location,
            "to_location": move.to_location,
            "qty_micro": move.qty_micro,
            "row_count": move.row_count,
        }
        yield Write("stock_opening", derived_id(header.uid, "m", number), common | values)
    for number, entry in enumerate(closed.entries, 1):
        values = {
            "debit_account": entry.debit_account,
            "credit_account": entry.credit_account,
            "currency": entry.currency,
            "amount_minor": entry.amount_minor,
            "row_count": entry.row_count,
        }
        yield Write("account_opening", derived_id(header.uid, "e", number), common | values)


def post_asked(header: Header, asked: MonthCloseAsked) -> Iterator[Write]:
    """The request, until head office's server comes to it. Raises: RuleViolation
    MONTH_UNREADABLE."""
    values: dict[str, Value] = {
        "month": checked_month(asked.month),
        "sites": " ".join(asked.sites),
        "author_id": header.author_id,
        "is_signed_off": int(asked.is_signed_off),
        "asked_at_us": header.happened_at_us,
    }
    yield Write("month_request", uid_text(header.uid), values)


def post_told(header: Header, told: MonthCloseTold) -> Iterator[Write]:
    """What came of it at a site; the last one ends the request."""
    values: dict[str, Value] = {
        "request": told.request,
        "site_id": told.site,
        "row_count": told.row_count,
        "openings": told.openings,
        "code": told.code,
        "named": told.named,
        "told_at_us": header.happened_at_us,
    }
    if told.site:
        yield Write("month_outcome", derived_id(told.request, told.site), values)
    if told.is_last:
        yield Write("month_request", told.request, {"is_done": 1})
