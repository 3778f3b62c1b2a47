"""The arithmetic of prices: which row wins, what comes out, and how it is read aloud."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor
from shared.core.rounding import MICRO
from shared.pricing import rules
from shared.pricing.rules import (
    Found,
    Goods,
    Price,
    PriceContext,
    PriceRow,
    Step,
    category_lookup,
    check_rows,
    check_steps,
    list_or_ratio,
    multiplied,
    part_of,
    part_sums,
    price_of_trail,
    read_aloud,
    recomputed,
    refusal,
    resolve,
    retail_ratio,
    trail_text,
)

CREAM = Goods("010204", "CHENLU")
YUAN = MICRO
DEALER = PriceContext(sales_org_id="FX", account_id="A1", level_id="L1", region_ids=("3201", "E"))
RETAIL_199 = PriceRow("010204", "", "retail", 199 * YUAN)
RATIO_L1 = PriceRow("", "CHENLU", "level:L1", ratio_micro=455_000)


@dataclass(frozen=True)
class Rows:
    """The rows of one version in a list."""

    rows: Sequence[PriceRow]
    number: int = 27

    def find(self, goods: Sequence[Goods], dimensions: Collection[str]) -> Iterable[Found]:
        ids = {one.product_id for one in goods}
        brands = {one.brand for one in goods}
        for row in self.rows:
            is_asked = row.product_id in ids or row.brand in brands
            if (is_asked or not (row.product_id or row.brand)) and row.dimension in dimensions:
                yield Found(row, self.number)


def price_of(
    rows: Sequence[PriceRow],
    steps: Sequence[Step],
    context: PriceContext = DEALER,
    goods: Goods = CREAM,
    qty_micro: int = MICRO,
) -> Price | None:
    found = resolve(steps, 27, context, [goods], Rows(rows), qty_micro=qty_micro)
    return found.get(goods.product_id)


def the_price_of(
    rows: Sequence[PriceRow],
    steps: Sequence[Step],
    context: PriceContext = DEALER,
    goods: Goods = CREAM,
    qty_micro: int = MICRO,
) -> Price:
    found = price_of(rows, steps, context, goods, qty_micro)
    assert found is not None
    return found


def test_retail_199_at_45_5_percent_is_90_55_and_a_hundred_are_9055() -> None:
    price = the_price_of([RETAIL_199, RATIO_L1], retail_ratio())

    assert price.unit_price_micro == 90_550_000
    assert line_amount_minor(100 * MICRO, price.unit_price_micro, "CNY") == 905_500


def test_with_four_decimals_the_same_hundred_are_9054_50() -> None:
    price = the_price_of([RETAIL_199, RATIO_L1], retail_ratio(decimals=4))

    assert price.unit_price_micro == 90_545_000
    assert line_amount_minor(100 * MICRO, price.unit_price_micro, "CNY") == 905_450


def test_a_price_is_read_aloud_in_both_languages() -> None:
    price = the_price_of([RETAIL_199, RATIO_L1], retail_ratio())

    assert read_aloud(price, {"level:L1": "一级"}) == "零售 199.00 × 0.455（一级，第27版）→ 90.55"
    assert (
        read_aloud(price, {"level:L1": "level 1"}, language="en")
        == "retail 199.00 × 0.455 (level 1, version 27) → 90.55"
    )


AGREED = [
    ("account:A1", PriceRow("010204", "", "account:A1", 1 * YUAN)),
    ("region:3201+level:L1", PriceRow("010204", "", "region:3201+level:L1", 2 * YUAN)),
    ("region:E+level:L1", PriceRow("010204", "", "region:E+level:L1", 3 * YUAN)),
    ("level:L1", PriceRow("010204", "", "level:L1", 4 * YUAN)),
    ("region:3201", PriceRow("010204", "", "region:3201", 5 * YUAN)),
    ("region:E", PriceRow("010204", "", "region:E", 6 * YUAN)),
]


@pytest.mark.parametrize("first", range(len(AGREED)))
def test_customer_beats_region_and_level_beats_level_beats_region(first: int) -> None:
    rows = [row for _, row in AGREED[first:]]

    price = the_price_of([RETAIL_199, RATIO_L1, *reversed(rows)], retail_ratio())

    assert price.unit_price_micro == rows[0].unit_price_micro
    assert price.trail[0].dimension == AGREED[first][0]


def test_a_ratio_for_the_product_beats_its_brands_in_the_same_dimension() -> None:
    own = PriceRow("010204", "", "level:L1", ratio_micro=500_000)

    assert the_price_of([RETAIL_199, RATIO_L1, own], retail_ratio()).unit_price_micro == (
        99_500_000
    )


def test_a_missing_category_falls_back_to_the_stated_place_and_says_which() -> None:
    steps = category_lookup("category:DEFAULT", "retail")
    vip = PriceContext(sales_org_id="DS", category_ids=("VIP",))
    rows = [RETAIL_199, PriceRow("010204", "", "category:DEFAULT", 150 * YUAN)]

    price = the_price_of(rows, steps, vip)

    assert price.unit_price_micro == 150 * YUAN
    assert (price.fallback, price.trail[0].positions) == (2, 3)
    assert (
        read_aloud(price, language="en") == "DEFAULT 150.00 (fallback 2 of 3, version 27) → 150.00"
    )
    assert read_aloud(price) == "DEFAULT 150.00（第2/3顺位，第27版）→ 150.00"


def test_a_categorys_own_fallbacks_come_before_retail() -> None:
    live = PriceContext(sales_org_id="DS", category_ids=("LIVE", "SHOP"))
    rows = [RETAIL_199, PriceRow("010204", "", "category:SHOP", 120 * YUAN)]

    assert the_price_of(rows, category_lookup(), live).fallback == 2
    assert the_price_of([RETAIL_199], category_lookup(), live).fallback == 3


def test_an_odm_brand_takes_its_price_list_and_else_its_ratio() -> None:
    steps = list_or_ratio({"SUYAN": "ODM-SUYAN"})
    buyer = PriceContext(sales_org_id="ODM", level_id="L1")
    listed, other = Goods("500101", "SUYAN"), Goods("500105", "SUYAN")
    rows = [
        PriceRow("500101", "", "retail", 100 * YUAN),
        PriceRow("500105", "", "retail", 100 * YUAN),
        PriceRow("500101", "", "list:ODM-SUYAN", 31 * YUAN),
        PriceRow("500105", "", "list:OTHER", 1 * YUAN),
        PriceRow("", "SUYAN", "*", ratio_micro=360_000),
    ]

    prices = resolve(steps, 1, buyer, [listed, other], Rows(rows))

    assert prices["500101"].unit_price_micro == 31 * YUAN
    assert prices["500105"].unit_price_micro == 36 * YUAN


def test_a_tier_holds_from_its_quantity_on_for_returns_too() -> None:
    rows = [
        PriceRow("010204", "", "level:L1", 10 * YUAN),
        PriceRow("010204", "", "level:L1", 9 * YUAN, from_qty_micro=10 * MICRO),
    ]

    def at(qty: int) -> int:
        return the_price_of(rows, retail_ratio(), qty_micro=qty * MICRO).unit_price_micro

    assert [at(9), at(10), at(12), at(-12)] == [10 * YUAN, 9 * YUAN, 9 * YUAN, 9 * YUAN]


def test_without_price_or_ratio_there_is_no_price_rather_than_zero() -> None:
    assert price_of([RATIO_L1], retail_ratio()) is None
    assert price_of([RETAIL_199], retail_ratio()) is None


def test_a_price_of_zero_is_a_price() -> None:
    free = PriceRow("010204", "", "level:L1", 0)

    assert the_price_of([free, RETAIL_199, RATIO_L1], retail_ratio()).unit_price_micro == 0


@given(
    st.integers(0, 10**12),
    st.integers(1, 2_000_000),
    st.integers(0, 6),
)
def test_a_calculated_price_is_the_exact_product_rounded_once(
    price_micro: int, ratio_micro: int, decimals: int
) -> None:
    exact = Decimal(price_micro) * ratio_micro / Decimal(MICRO * MICRO)
    expected = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)

    assert Decimal(multiplied(price_micro, ratio_micro, decimals)) == expected * MICRO


@given(st.integers(0, 10**12), st.integers(1, 2_000_000), st.sampled_from([0, 2, 4, 6]))
def test_a_stored_reason_computes_to_the_same_price_years_later(
    price_micro: int, ratio_micro: int, decimals: int
) -> None:
    rows = [
        PriceRow("010204", "", "retail", price_micro),
        PriceRow("", "CHENLU", "level:L1", ratio_micro=ratio_micro),
    ]
    price = the_price_of(rows, retail_ratio(decimals=decimals))

    stored = price_of_trail(trail_text(price))

    assert stored == price
    assert recomputed(stored) == price.unit_price_micro


def test_an_unreadable_reason_is_told_by_its_code() -> None:
    with pytest.raises(RuleViolation) as refused:
        price_of_trail("not json")
    assert refused.value.code == "TRAIL_UNREADABLE"


def test_the_same_combination_twice_is_refused_and_named() -> None:
    with pytest.raises(RuleViolation) as refused:
        check_rows([RETAIL_199, RATIO_L1, RETAIL_199._replace(unit_price_micro=1)])

    assert refused.value.code == "PRICE_ROW_TWICE"
    assert refused.value.params["product_id"] == "010204"
    assert refused.value.params["dimension"] == "retail"


def test_region_beside_level_beside_both_may_all_be_published() -> None:
    check_rows([row for _, row in AGREED])


@pytest.mark.parametrize(
    "row",
    [
        PriceRow("1", "B", "retail", 1),
        PriceRow("", "B", "retail", 1),
        PriceRow("1", "", "colour:red", 1),
        PriceRow("1", "", "", 1),
        PriceRow("1", "", "retail", -1),
        PriceRow("1", "", "retail", 1, 1),
        PriceRow("1", "", "retail", 1, 0, -1),
        PriceRow("1", "", "retail", 10**15 + 1),
    ],
)
def test_a_row_that_means_nothing_is_refused(row: PriceRow) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_rows([row])
    assert refused.value.code == "PRICE_ROW_BAD"


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((), "LOGIC_EMPTY"),
        ((Step("x", ()),), "LOGIC_STEP_BAD"),
        ((Step("x", ("nonsense",)),), "LOGIC_STEP_BAD"),
        ((Step("x", ("retail",), ("levl",)),), "LOGIC_STEP_BAD"),
        ((Step("x", ("retail",), (), 7),), "LOGIC_STEP_BAD"),
    ],
)
def test_a_logic_that_cannot_be_carried_out_is_refused(steps: tuple[Step, ...], code: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_steps(steps)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "steps", [retail_ratio(), category_lookup(), list_or_ratio({"SUYAN": "L"})]
)
def test_the_three_logics_can_be_published(steps: tuple[Step, ...]) -> None:
    check_steps(steps)


def test_the_digest_sees_every_edit_and_no_change_of_order() -> None:
    rows = [RETAIL_199, RATIO_L1, PriceRow("1", "", "retail", 5)]

    assert part_sums(rows) == part_sums(rows[::-1])
    for edited in (
        rows[2]._replace(unit_price_micro=6),
        rows[2]._replace(product_id="2"),
        rows[2]._replace(is_removed=True),
        rows[2]._replace(from_qty_micro=1),
    ):
        assert part_sums([*rows[:2], edited]) != part_sums(rows)


def test_levels_categories_and_accounts_are_parts_of_their_own() -> None:
    assert part_of(rules.level("L1")) == "level:L1"
    assert part_of(rules.region_level("E", "L1")) == "level:L1"
    assert part_of(rules.category("VIP")) == "category:VIP"
    assert part_of(rules.account("A1")) == "account:A1"
    assert [part_of(one) for one in ("retail", "region:E", "list:X", "*")] == [""] * 4


def test_a_version_follows_the_newest_one_and_not_before_it_takes_effect() -> None:
    def why(parent: int, effective: int) -> str:
        return refusal(
            newest_number=27,
            newest_effective_at_us=1_000,
            parent_number=parent,
            effective_at_us=effective,
        )

    assert [why(27, 1_000), why(26, 2_000), why(28, 2_000), why(27, 999)] == [
        "",
        "PARENT_MOVED",
        "PARENT_MOVED",
        "EFFECTIVE_BEFORE_PARENT",
    ]
