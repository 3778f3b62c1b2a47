"""How much to order again: the rule alone, and over anything people may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.ordering.rules import Cover, Standing, cover_days, suggest

QTY = st.integers(0, 10**5 * MICRO)
ANY = st.integers(-(10**5) * MICRO, 10**5 * MICRO)
PACK = st.sampled_from([MICRO, 6 * MICRO, 12 * MICRO, 24 * MICRO, 144 * MICRO])
COVERS = st.builds(
    lambda back, target: Cover(looked_back=back, target=target),
    st.integers(1, 60),
    st.integers(1, 120),
)


def test_the_reason_of_the_workflow_reads_as_it_is_written() -> None:
    standing = Standing(sold_micro=63 * MICRO, in_transit_micro=24 * MICRO)
    found = suggest(standing, Cover(looked_back=14, target=21), 12 * MICRO)
    assert found.per_day_micro == 4_500_000
    assert found.wanted_micro == 94_500_000
    assert found.missing_micro == 70_500_000
    assert found.suggested_micro == 72 * MICRO


@given(ANY, ANY, ANY, ANY, PACK, COVERS)
def test_a_suggestion_is_never_negative_and_always_whole_packs(
    sold: int, here: int, coming: int, asked: int, pack: int, cover: Cover
) -> None:
    standing = Standing(
        sold_micro=sold, on_hand_micro=here, in_transit_micro=coming, on_order_micro=asked
    )
    found = suggest(standing, cover, pack).suggested_micro
    assert found >= 0
    assert found % pack == 0


@given(QTY, QTY, QTY, QTY, PACK, COVERS)
def test_who_sells_more_is_never_suggested_less(
    sold: int, more: int, here: int, coming: int, pack: int, cover: Cover
) -> None:
    def of(sold_micro: int) -> int:
        standing = Standing(sold_micro=sold_micro, on_hand_micro=here, in_transit_micro=coming)
        return suggest(standing, cover, pack).suggested_micro

    assert of(sold) <= of(sold + more)


@given(QTY, QTY, QTY, PACK, COVERS)
def test_with_it_the_goods_last_and_one_pack_less_would_not_do(
    sold: int, here: int, coming: int, pack: int, cover: Cover
) -> None:
    found = suggest(
        Standing(sold_micro=sold, on_hand_micro=here, in_transit_micro=coming), cover, pack
    ).suggested_micro
    wanted = sold * cover.target
    assert (here + coming + found) * cover.looked_back >= wanted
    if found:
        assert (here + coming + found - pack) * cover.looked_back < wanted


def test_a_book_below_zero_is_an_empty_shelf() -> None:
    below = suggest(Standing(sold_micro=14 * MICRO, on_hand_micro=-99 * MICRO), Cover())
    empty = suggest(Standing(sold_micro=14 * MICRO), Cover())
    assert below.suggested_micro == empty.suggested_micro == 21 * MICRO


def test_the_days_of_cover_are_whole_and_unknown_where_nothing_sold() -> None:
    standing = Standing(sold_micro=63 * MICRO, on_hand_micro=50 * MICRO)
    assert cover_days(standing, 14) == 11
    assert cover_days(Standing(on_hand_micro=50 * MICRO), 14) is None


@pytest.mark.parametrize("days", [0, -1, 367])
def test_days_out_of_reason_are_refused(days: int) -> None:
    with pytest.raises(RuleViolation) as why:
        Cover(target=days)
    assert why.value.code == "DAYS_BAD"
