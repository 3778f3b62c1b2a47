"""What screens, the till and the server ask about sales and shifts."""

from shared.sales.queries.sales import (
    Bought,
    SalesSum,
    bought_by,
    open_invoices,
    owed_since,
    paid_ahead,
    paid_by_tender,
    purchases_of,
    sale_with_lines,
    static_code_cap_minor,
    sums_by_device,
    unrounded_micro,
)
from shared.sales.queries.shifts import (
    ShiftReport,
    TenderFigures,
    expected_by_tender,
    shift_report,
)

__all__ = [
    "Bought",
    "SalesSum",
    "ShiftReport",
    "TenderFigures",
    "bought_by",
    "expected_by_tender",
    "open_invoices",
    "owed_since",
    "paid_ahead",
    "paid_by_tender",
    "purchases_of",
    "sale_with_lines",
    "shift_report",
    "static_code_cap_minor",
    "sums_by_device",
    "unrounded_micro",
]
