"""A price draft: what is keyed, pasted and multiplied, taken back step by step, and kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.pricing.model.draft import (
    GridRow,
    PriceDraft,
    Publication,
    parent_of,
)
from desktop.pricing.model.pasted import csv_of, has_heading
from desktop.pricing.model.scaling import ScaledKind, factor_of, kind_of
from shared.core.errors import RuleViolation
from shared.core.money import apply_ratio
from shared.core.rounding import MICRO
from shared.pricing.queries.stated import Stated
from shared.pricing.rules import FLOOR, RETAIL, PriceRow

CENT = 10_000
prices = st.integers(1, 10_000_000).map(lambda cents: cents * CENT)
price_lists = st.lists(prices, min_size=1, max_size=12)
ratios = st.integers(1, 5 * MICRO)


def stated(price_micro: int, place: int) -> Stated:
    row = PriceRow(f"P{place}", "", RETAIL, unit_price_micro=price_micro)
    return Stated(row, f"P{place}", f"goods {place}", 1)


def a_draft(found: list[int], kept: list[bytes] | None = None) -> PriceDraft:
    held = kept if kept is not None else []
    return PriceDraft(7, [stated(one, at) for at, one in enumerate(found)], held.append)


def known(code: str) -> str | None:
    return code if code.startswith("P") else None


def after(draft: PriceDraft) -> dict[str, int | None]:
    return {one.stated.row.product_id: one.after_micro for one in draft.rows()}


def everything(_row: GridRow) -> bool:
    return True


@given(price_lists, ratios)
def test_scaling_multiplies_each_price_and_rounds_to_the_cent(found: list[int], ratio: int) -> None:
    draft = a_draft(found)
    assert draft.scale(ratio, everything) == len(found)
    for place, price in enumerate(found):
        scaled = after(draft)[f"P{place}"]
        assert scaled is not None
        assert scaled % CENT == 0
        assert abs(scaled - apply_ratio(price, ratio)) <= CENT // 2


@given(price_lists)
def test_scaling_by_one_changes_nothing(found: list[int]) -> None:
    draft = a_draft(found)
    draft.scale(MICRO, everything)
    assert not draft.changes
    assert sum(draft.counts) == 0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("scale"), ratios),
        st.tuples(st.just("type"), st.integers(1, 99_999)),
        st.tuples(st.just("paste"), st.integers(1, 99_999)),
        st.tuples(st.just("drop"), st.just(0)),
        st.tuples(st.just("remove"), st.just(0)),
    ),
    max_size=8,
)


def act(draft: PriceDraft, step: tuple[str, int]) -> None:
    name, value = step
    first = draft.rows()[0]
    if name == "scale":
        draft.scale(value, everything)
    elif name == "type":
        draft.type_value(first, f"{value / 100:.2f}")
    elif name == "paste":
        draft.paste([["P0", str(value)], ["XX", "3"]], known)
    elif name == "drop":
        draft.drop_change(first)
    else:
        draft.type_value(first, "")


@given(price_lists, steps)
def test_undo_goes_back_through_every_step_to_the_beginning(
    found: list[int], done: list[tuple[str, int]]
) -> None:
    draft = a_draft(found)
    states = [dict(draft.changes)]
    for step in done:
        act(draft, step)
        states.append(dict(draft.changes))
    for state in reversed(states[:-1]):
        assert draft.undo()
        assert draft.changes == state
    assert not draft.undo()


@given(price_lists, steps)
def test_what_is_kept_is_what_was_there(found: list[int], done: list[tuple[str, int]]) -> None:
    kept: list[bytes] = []
    draft = a_draft(found, kept)
    for step in done:
        act(draft, step)
    header = Publication(5, "because", "new prices", True, ("NC", "SC"))
    draft.set_header(header)
    again = a_draft(found)
    again.load(kept[-1])
    assert parent_of(kept[-1]) == 7
    assert (again.changes, again.header) == (draft.changes, header)


@given(st.lists(st.tuples(st.sampled_from(["P0", "P1", "XX", ""]), st.text(max_size=6))))
def test_pasted_lines_are_taken_or_named_and_none_is_lost(lines: list[tuple[str, str]]) -> None:
    draft = a_draft([MICRO, 2 * MICRO])
    cells = [list(one) for one in lines]
    problems = draft.paste(cells, known)
    assert all(1 <= one.line <= len(cells) for one in problems)
    assert all(one.error.code for one in problems)
    bad = {one.line for one in problems}
    taken = {cells[at - 1][0].strip() for at in range(1, len(cells) + 1) if at not in bad}
    assert {row.product_id for row in draft.changes.values()} <= taken


def test_a_price_keyed_back_to_the_parent_s_is_no_change() -> None:
    draft = a_draft([59 * MICRO])
    draft.type_value(draft.rows()[0], "66")
    assert draft.counts.up == 1
    draft.type_value(draft.rows()[0], "59.00")
    assert not draft.changes


def test_an_emptied_price_takes_the_row_away_and_is_counted_so() -> None:
    draft = a_draft([59 * MICRO, 10 * MICRO])
    draft.type_value(draft.rows()[0], "")
    assert draft.counts.gone == 1
    assert after(draft) == {"P0": None, "P1": 10 * MICRO}


def test_a_pasted_product_the_parent_does_not_price_is_new() -> None:
    draft = a_draft([MICRO])
    draft.paste([["P9", "5"]], known)
    assert draft.counts.new == 1
    assert [one.stated.row.product_id for one in draft.rows(only_changed=True)] == ["P9"]


def test_a_retail_price_outside_its_guide_prices_is_counted() -> None:
    draft = a_draft([5_000, 9_000])
    draft.paste(
        [["P0", "list:floor", "45"], ["P0", "list:ceiling", "60"], ["P0", "44.99"], ["P1", "1"]],
        lambda code: code,
    )
    assert draft.outside == 1
    draft.paste([["P0", "60"]], lambda code: code)
    assert draft.outside == 0
    draft.paste([["P0", "60.01"]], lambda code: code)
    assert draft.outside == 1


def _level_ratio(level: str, ratio_micro: int) -> Stated:
    row = PriceRow("", "CHENLU", f"level:{level}", ratio_micro=ratio_micro)
    return Stated(row, "", "", 1)


def test_between_code_and_price_stands_a_name_or_a_list_that_exists_and_nothing_else() -> None:
    draft = a_draft([5 * MICRO, 6 * MICRO, 7 * MICRO])
    problems = draft.paste(
        [
            ["P0", "Goods 0", "5.5"],
            ["P1", "short name", "6.5"],
            ["P2", "Level One", "3"],
            ["P2", "0"],
            ["P2", "-1"],
            ["P1", "goods 1", "level:L1", "4"],
        ],
        known,
        {"Level One": "level:L1", "level:L1": "level:L1"}.get,
    )
    assert [(one.line, one.error.code) for one in problems] == [
        (2, "DIMENSION_UNKNOWN"), (4, "PRICE_IS_ZERO"), (5, "PRICE_NEGATIVE"),
    ]  # fmt: skip
    held = {(one.product_id, one.dimension): one.unit_price_micro for one in draft.changes.values()}
    assert held == {
        ("P0", RETAIL): 5_500_000, ("P2", "level:L1"): 3 * MICRO, ("P1", "level:L1"): 4 * MICRO,
    }  # fmt: skip
    new = [one for one in draft.rows(only_changed=True) if not one.stated.number]
    assert [one.stated.name for one in new] == ["goods 2", "goods 1"]


def test_a_price_of_nothing_is_counted_so_that_somebody_sees_it() -> None:
    draft = a_draft([5 * MICRO, 6 * MICRO])
    assert draft.free == 0
    draft.type_value(draft.rows()[0], "0")
    draft.type_value(draft.rows()[1], "")
    assert draft.free == 1


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("+3%", 1_030_000), ("-5%", 950_000), ("＋3％", 1_030_000), ("105%", 1_050_000),
        ("0.95", 950_000), ("9.5折", 950_000), ("3%", 30_000),
    ],
)  # fmt: skip
def test_a_factor_is_read_as_people_say_it(text: str, factor: int) -> None:
    assert factor_of(text) == factor


@pytest.mark.parametrize("text", ["-100%", "", "+x%", "more"])
def test_what_is_no_factor_is_refused(text: str) -> None:
    with pytest.raises(RuleViolation):
        factor_of(text)


def test_ratios_and_guide_prices_are_told_from_the_prices_they_follow() -> None:
    price = stated(MICRO, 1).row
    assert kind_of(price) is ScaledKind.RETAIL
    assert kind_of(price._replace(dimension="level:L1")) is ScaledKind.AGREED
    assert kind_of(price._replace(dimension=FLOOR)) is ScaledKind.GUIDE
    assert kind_of(_level_ratio("L1", 455_000).row) is ScaledKind.RATIO


def test_pasted_lines_whose_first_names_columns_are_a_table() -> None:
    rows = [["P1", "5"]]
    assert has_heading([["编码", "零售价"], *rows], known)
    assert not has_heading(rows, known)
    assert not has_heading([["X1", "5"], *rows], known)
    assert not has_heading([], known)
    assert csv_of([["编码", "a,b"], ["P1", "5"]]).decode() == '编码,"a,b"\r\nP1,5\r\n'
