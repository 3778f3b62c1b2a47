"""Numbers of documents as lists show them: without a place a program named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.words.formats import short_number
from shared.channel.rules import founded_site_id
from shared.sync.appending import letters


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("XS-SSJMEZRMVTPEA-01A-000004", "XS-01A-000004"),
        ("XS-SH01-01A-000004", "XS-SH01-01A-000004"),
        ("HK-HQ-01A-000123", "HK-HQ-01A-000123"),
        ("FH-a-far-away-place-01A-000001", "FH-01A-000001"),
        ("019aa0c3", "019aa0c3"),
        ("", ""),
    ],
)
def test_a_place_that_a_program_named_is_left_out(number: str, shown: str) -> None:
    assert short_number(number) == shown


@given(
    st.binary(min_size=32, max_size=32),
    st.from_regex("[0-9A-Za-z]{1,8}", fullmatch=True),
    st.integers(1, 800),
    st.integers(1, 2_000_000),
)
def test_two_documents_of_a_founded_shop_are_never_shown_alike(
    key: bytes, tag: str, incarnation: int, running: int
) -> None:
    place = founded_site_id(key)
    own = f"{tag}{letters(incarnation)}"
    assert short_number(f"XS-{place}-{own}-{running:06d}") == f"XS-{own}-{running:06d}"
