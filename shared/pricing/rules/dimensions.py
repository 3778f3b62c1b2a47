"""The dimensions a price binds to: retail, levels, regions, categories, accounts, lists."""

import re
from typing import Final

RETAIL: Final = "retail"
"""The suggested retail price; one of the dimensions (C01)."""


FLOOR: Final = "list:floor"
CEILING: Final = "list:ceiling"
"""Guide prices a suggested retail price is held against: lists like any other, which no logic
sells by (C11)."""


CROSS_ORDER: Final = ("account", "region+level", "level", "region")
"""客户 > 区域+级别 > 级别 > 区域: the order in which combinations win unless a logic says otherwise
(A03)."""


_LITERAL: Final = re.compile(
    r"retail|(?:account|level|region|category|list):[^+]+|region:[^+]+\+level:[^+]+"
)


def level(level_id: str) -> str:
    """The dimension of a level."""
    return f"level:{level_id}"


def region(region_id: str) -> str:
    """The dimension of a region."""
    return f"region:{region_id}"


def region_level(region_id: str, level_id: str) -> str:
    """The dimension of a level within a region."""
    return f"region:{region_id}+level:{level_id}"


def category(category_id: str) -> str:
    """The dimension of a customer category."""
    return f"category:{category_id}"


def account(account_id: str) -> str:
    """The dimension of one channel account."""
    return f"account:{account_id}"


def price_list(list_id: str) -> str:
    """The dimension of a price list."""
    return f"list:{list_id}"


def part_of(dimension: str) -> str:
    """The part a row of this dimension belongs to: who may hold it (C01).

    Levels, categories and accounts are kept from those they do not concern; retail, regions and
    price lists everybody in the sales organisation may know.
    """
    named = dimension.rpartition("+")[2]
    return named if named.partition(":")[0] in ("level", "category", "account") else ""


def is_dimension(text: str) -> bool:
    """Whether the text is a dimension written out, such as ``level:L1``."""
    return _LITERAL.fullmatch(text) is not None
