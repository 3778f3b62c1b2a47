"""The letter of a printed number tells the incarnation."""

from hypothesis import given
from hypothesis import strategies as st

from shared.sync.appending import letters


def test_letters_go_on_behind_z() -> None:
    assert [letters(n) for n in (1, 2, 26, 27, 28, 52, 53)] == [
        "A",
        "B",
        "Z",
        "AA",
        "AB",
        "AZ",
        "BA",
    ]


@given(st.lists(st.integers(1, 1_000_000), min_size=2, max_size=2, unique=True))
def test_two_incarnations_never_share_their_letters(two: list[int]) -> None:
    one, other = two
    assert letters(one) != letters(other)
