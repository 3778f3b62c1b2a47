"""Counting a site: open, seal, reveal, recount, approve, post."""

from desktop.stocktake.usecases.blindness import check_may_see_book
from desktop.stocktake.usecases.counting import Tally, Zone, open_count, seal_zone
from desktop.stocktake.usecases.settling import (
    Posted,
    approve_count,
    ask_recount,
    drop_count,
    post_count,
    reveal_count,
    valued_variances,
)

__all__ = [
    "Posted",
    "Tally",
    "Zone",
    "approve_count",
    "ask_recount",
    "check_may_see_book",
    "drop_count",
    "open_count",
    "post_count",
    "reveal_count",
    "seal_zone",
    "valued_variances",
]
