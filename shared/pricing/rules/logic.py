"""Price logics: the ordered steps a sales organisation prices by, and the three usual ones."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from shared.core.errors import RuleViolation
from shared.core.money import UNIT_PRICE_PLACES
from shared.pricing.rules.dimensions import CROSS_ORDER, RETAIL, is_dimension

_WORDS: Final = frozenset({*CROSS_ORDER, "category", "list", RETAIL})


class Step(NamedTuple):
    """One step of a price logic; the first whose lookups all find something gives the price."""

    name: str
    base: tuple[str, ...]
    """Where the price comes from, in order: ``account region+level level region category list
    retail``, filled in from the context, or a dimension written out."""
    ratio: tuple[str, ...] = ()
    """Where the ratio comes from, in order; () = the price is taken as it stands."""
    decimals: int = 2
    """Places a calculated price is rounded to, half away from zero."""
    lists: tuple[tuple[str, str], ...] = ()
    """Brand and price list (C06); brand '' is every other brand."""


RETAIL_ONLY: Final = (Step(RETAIL, (RETAIL,)),)
"""What the consumer pays: the suggested retail price and nothing else (C01)."""


def by_list(list_id: str, *, decimals: int = 2) -> tuple[Step, ...]:
    """What a consumer on a price list pays, such as a member: the list's own price, else retail ×
    the list's ratio for the product, its brand or everything, else retail (I10)."""
    listed = f"list:{list_id}"
    return (
        Step("listed", (listed,)),
        Step("listed_ratio", (RETAIL,), (listed,), decimals),
        *RETAIL_ONLY,
    )


def retail_ratio(*, decimals: int = 2) -> tuple[Step, ...]:
    """分销: a price that was agreed on, else retail × ratio of the level and brand (C04, A03)."""
    return (
        Step("agreed", CROSS_ORDER, decimals=decimals),
        Step("retail_ratio", (RETAIL,), CROSS_ORDER, decimals),
    )


def category_lookup(*fallbacks: str) -> tuple[Step, ...]:
    """电商: the price of the customer's category, then those of the stated fallbacks (C05).

    The category's own fallbacks come first; without any named here the last one is retail.
    """
    return (
        Step("agreed", ("account",)),
        Step("category_lookup", ("category", *(fallbacks or (RETAIL,)))),
    )


def list_or_ratio(lists: Mapping[str, str], *, decimals: int = 2) -> tuple[Step, ...]:
    """ODM: the brand's price list, else retail × the brand's ratio (C06)."""
    chosen = tuple(sorted(lists.items()))
    return (
        Step("agreed", ("account",)),
        Step("list", ("list",), lists=chosen),
        Step("brand_ratio", (RETAIL,), (*CROSS_ORDER, "*"), decimals),
    )


def check_steps(steps: Sequence[Step]) -> None:
    """Nothing when the logic can be carried out.

    Raises: RuleViolation LOGIC_EMPTY, LOGIC_STEP_BAD naming the step.
    """
    if not steps:
        raise RuleViolation("LOGIC_EMPTY")
    for step in steps:
        words = (*step.base, *(one for one in step.ratio if one != "*"))
        known = all(one in _WORDS or is_dimension(one) for one in words)
        if not (step.base and known and 0 <= step.decimals <= UNIT_PRICE_PLACES):
            raise RuleViolation("LOGIC_STEP_BAD", step=step.name)
