"""Quantities are read and written as they are spoken in a shop: 2箱3支."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.core.quantity import (
    QTY_MICRO_MAX,
    Pack,
    checked_quantity,
    format_quantity,
    parse_quantity,
    plain_quantity,
)
from shared.core.rounding import MICRO

PIECE, BOX, CASE = Pack("支", MICRO), Pack("盒", 6 * MICRO), Pack("箱", 12 * MICRO)
PACKS = (PIECE, BOX, CASE)

quantities = st.integers(-QTY_MICRO_MAX, QTY_MICRO_MAX)
some_packs = st.lists(
    st.tuples(st.sampled_from("箱盒件打包提条EK"), st.integers(1, 10**9)), max_size=5
).map(lambda pairs: (PIECE, *(Pack(unit, factor) for unit, factor in dict(pairs).items())))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("27", 27),
        ("2箱3支", 27),
        ("2 箱", 24),
        ("2 箱 3 支", 27),
        ("３支２箱", 27),
        ("1箱1盒1支", 19),
        ("-3", -3),
        ("－2箱3支", -27),
        ("\u22123支", -3),
        ("1,200支", 1200),
        ("0.5箱", 6),
        ("0", 0),
    ],
)
def test_quantities_are_read_as_people_say_them(text: str, pieces: int) -> None:
    assert parse_quantity(text, PACKS) == pieces * MICRO


def test_a_fraction_of_the_base_unit_is_kept() -> None:
    assert parse_quantity("2.5", PACKS) == 2_500_000
    assert parse_quantity("2.9") == 2_900_000
    assert parse_quantity("1箱.5支", PACKS) == 12_500_000


def test_unit_names_meet_in_any_width_and_case() -> None:
    packs = (Pack("pcs", MICRO), Pack("ＢＯＸ", 12 * MICRO))
    assert parse_quantity("2box 3PCS", packs) == 27 * MICRO


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "QUANTITY_UNREADABLE"),
        ("箱", "QUANTITY_UNREADABLE"),
        ("2箱3", "QUANTITY_UNREADABLE"),
        ("2箱3箱", "QUANTITY_UNREADABLE"),
        ("2箱-3支", "QUANTITY_UNREADABLE"),
        ("--3", "QUANTITY_UNREADABLE"),
        ("1,5", "QUANTITY_UNREADABLE"),
        ("1.2.3", "QUANTITY_UNREADABLE"),
        ("1E3", "QUANTITY_UNREADABLE"),
        ("1支" * 1000, "QUANTITY_UNREADABLE"),
        ("1473个", "UNKNOWN_UNIT"),
        ("0.0000001", "QUANTITY_TOO_FINE"),
        ("1000000000", "QUANTITY_TOO_LARGE"),
        ("100000000箱", "QUANTITY_TOO_LARGE"),
        ("-1000000000", "QUANTITY_TOO_LARGE"),
    ],
)
def test_a_doubtful_quantity_is_refused_and_never_guessed(text: str, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_quantity(text, PACKS)
    assert caught.value.code == code


def test_a_part_of_a_pack_that_no_base_unit_can_hold_is_refused() -> None:
    with pytest.raises(RuleViolation, match="QUANTITY_TOO_FINE"):
        parse_quantity("0.000001斤", (PIECE, Pack("斤", 500_000)))


def test_the_largest_quantity_is_just_under_a_milliard() -> None:
    assert parse_quantity("999999999.999999") == checked_quantity(QTY_MICRO_MAX)
    with pytest.raises(RuleViolation, match=r"QUANTITY_TOO_LARGE most=999999999\.999999"):
        checked_quantity(-QTY_MICRO_MAX - 1)


@pytest.mark.parametrize(
    ("micro", "said"),
    [
        (27 * MICRO, "2箱3支"),
        (24 * MICRO, "2箱"),
        (19 * MICRO, "1箱1盒1支"),
        (3 * MICRO, "3支"),
        (0, "0支"),
        (-27 * MICRO, "-2箱3支"),
        (26_500_000, "2箱2.5支"),
    ],
)
def test_quantities_are_written_in_the_largest_packs_first(micro: int, said: str) -> None:
    assert format_quantity(micro, PACKS) == said


def test_without_packs_a_quantity_is_a_number_in_its_unit() -> None:
    assert format_quantity(27 * MICRO, [PIECE]) == "27支"
    assert format_quantity(27 * MICRO) == "27"
    assert format_quantity(27 * MICRO, [CASE]) == "27"


@given(quantities, some_packs)
def test_a_spoken_quantity_is_read_back_whatever_the_packs(
    micro: int, packs: tuple[Pack, ...]
) -> None:
    assert parse_quantity(format_quantity(micro, packs), packs) == micro


@given(quantities)
def test_a_plain_quantity_is_read_back_and_has_no_idle_zeros(micro: int) -> None:
    plain = plain_quantity(micro)
    assert parse_quantity(plain) == micro
    assert not ("." in plain and plain.endswith(("0", ".")))


@pytest.mark.parametrize("unit", ["", " ", "12支装", "盒.", "a-b", "two words"])
def test_a_unit_name_that_could_not_be_read_back_is_refused(unit: str) -> None:
    with pytest.raises(RuleViolation, match="UNIT_NAME_BAD"):
        Pack(unit, MICRO)


@pytest.mark.parametrize("factor", [0, -MICRO, QTY_MICRO_MAX + 1])
def test_a_pack_holds_a_sensible_number_of_pieces(factor: int) -> None:
    with pytest.raises(RuleViolation, match="PACK_FACTOR_BAD"):
        Pack("箱", factor)
