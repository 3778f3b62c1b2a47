"""What counters, supervisors and head office read of counts; a blind counter meets no book."""

from shared.stocktake.queries.books import (
    PostedCount,
    book_between,
    books_at,
    counts_since,
    has_counts,
)
from shared.stocktake.queries.counts import (
    CounterView,
    CountView,
    ZoneView,
    count,
    counter_view,
    counters_of,
    counts,
    openings_of,
    products_of,
    uncounted_zones,
)
from shared.stocktake.queries.variances import (
    PostedView,
    Variance,
    approval_needed,
    posted_lines,
    seen,
    signed,
    variances,
)

__all__ = [
    "CountView",
    "CounterView",
    "PostedCount",
    "PostedView",
    "Variance",
    "ZoneView",
    "approval_needed",
    "book_between",
    "books_at",
    "count",
    "counter_view",
    "counters_of",
    "counts",
    "counts_since",
    "has_counts",
    "openings_of",
    "posted_lines",
    "products_of",
    "seen",
    "signed",
    "uncounted_zones",
    "variances",
]
