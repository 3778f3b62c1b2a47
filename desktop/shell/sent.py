"""What went to head office, in the words of who made it: sales, shifts, goods."""

from collections.abc import Mapping
from typing import Final

from desktop.words.texts import Words

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "sales": ("sale", "stock_out_registered"),
    "shifts": ("shift_opened", "float_stated", "shift_declared", "shift_closed"),
    "counts": (
        "count_opened",
        "zone_counted",
        "count_revealed",
        "recount_asked",
        "count_approved",
        "count_posted",
    ),
    "goods": ("own_product", "own_products", "own_price", "own_prices", "product_costs"),
    "stock": (
        "movement",
        "purchase_received",
        "transfer_dispatched",
        "transfer_received",
        "stock_reserved",
    ),
    "orders": ("order_submitted", "order_cancel_requested", "receipt_posted"),
    "money": ("collection", "expense_paid", "deposit_taken"),
    "people": (
        "shop_founded",
        "staff_stated",
        "pin_changed",
        "member_registered",
        "customer_stated",
    ),
}
"""What people count as one thing may be several documents: a shift is opened, counted, closed."""


def told_kinds(words: Words, kinds: Mapping[str, int]) -> str:
    """``销售 5、交接班 1、其他 2``; a group counts its most frequent kind."""
    parts = []
    for name, of_group in GROUPS.items():
        count = max((kinds.get(one, 0) for one in of_group), default=0)
        if count:
            parts.append(words(f"sent.{name}", n=count))
    known = {one for of_group in GROUPS.values() for one in of_group}
    if rest := sum(count for kind, count in kinds.items() if kind not in known):
        parts.append(words("sent.other", n=rest))
    return words("help.and").join(parts)
