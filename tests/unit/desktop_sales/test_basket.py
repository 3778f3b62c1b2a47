"""What a basket comes to, and how discounts are read: arithmetic alone."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from desktop.sales.model.discounts import read_typed_discount
from desktop.sales.usecases.basket import (
    Basket,
    Line,
    Part,
    due_of,
    packed,
    unpacked,
    with_line,
    without_line,
)
from shared.core.rounding import MICRO

lines = st.builds(
    Line,
    product_id=st.sampled_from("abc"),
    code=st.just("1"),
    name=st.just("洁面乳"),
    qty_micro=st.integers(1, 40).map(lambda n: n * MICRO),
    price_micro=st.integers(0, 500_000_000),
    said_micro=st.none() | st.integers(0, 600_000_000),
)
baskets = st.builds(
    Basket,
    uid=st.just("u"),
    lines=st.lists(lines, max_size=8).map(tuple),
    discount_minor=st.integers(0, 900),
    pay_ratio_micro=st.integers(0, MICRO),
    round_off_to_minor=st.sampled_from([0, 10, 100]),
    parts=st.lists(
        st.builds(Part, tender=st.just("cash"), amount_minor=st.integers(1, 9_999)), max_size=3
    ).map(tuple),
)


@given(baskets)
def test_the_sums_of_a_basket_add_up(basket: Basket) -> None:
    due = due_of(basket, "CNY")
    assert due.total_minor == due.list_minor - due.off_minor + due.rounding_minor
    assert due.rest_minor == due.total_minor - sum(part.amount_minor for part in basket.parts)
    assert due.total_minor >= 0
    step = basket.round_off_to_minor
    assert -max(step, 1) < due.rounding_minor <= 0
    if step:
        assert due.total_minor % step == 0


@given(baskets)
def test_a_kept_basket_comes_back_equal(basket: Basket) -> None:
    assert unpacked(packed(basket)) == basket


@given(st.lists(lines, max_size=12))
def test_scanning_adds_pieces_and_never_loses_one(scanned: list[Line]) -> None:
    basket = Basket(uid="u")
    for line in scanned:
        basket = with_line(basket, line)
    assert basket.pieces_micro == sum(line.qty_micro for line in scanned)
    keys = [(line.product_id, line.said_micro) for line in basket.lines]
    assert len(keys) == len(set(keys))


@given(st.lists(lines, min_size=1, max_size=6), st.data())
def test_the_cursor_stays_on_a_line(scanned: list[Line], data: st.DataObject) -> None:
    basket = Basket(uid="u")
    for line in scanned:
        basket = with_line(basket, line)
    while basket.lines:
        assert basket.line is not None
        place = data.draw(st.integers(0, len(basket.lines) - 1))
        basket = without_line(basket, place)
    assert basket.line is None


@given(st.integers(10, 99))
def test_two_digits_are_a_ratio_and_one_decimal_is_the_same(tenths: int) -> None:
    two = read_typed_discount(str(tenths), "CNY")
    assert two.pay_ratio_micro == tenths * 10_000
    if tenths >= 10:
        assert read_typed_discount(f"{tenths // 10}.{tenths % 10}", "CNY") == two
        assert read_typed_discount(f"{tenths}%", "CNY") == two


def test_a_line_nobody_has_a_price_of_costs_nothing_until_one_is_said() -> None:
    line = Line(product_id="x", code="x", name="x", qty_micro=MICRO, price_micro=-1)
    assert line.amount_minor("CNY") == 0
    said = msgspec.structs.replace(line, said_micro=8_000_000)
    assert (said.amount_minor("CNY"), said.off_minor("CNY")) == (800, 0)
