"""How long something waited, in words."""

import pytest

from desktop.words.spans import span
from desktop.words.texts import Language, Words

MINUTE = 60_000_000


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0, "0 分钟"), (59, "59 分钟"), (60, "1 小时"), (24 * 60, "1 天"), (50 * 60, "2 天 2 小时")],
)
def test_a_span_is_never_more_exact_than_needed(minutes: int, told: str) -> None:
    assert span(Words(Language.CHINESE), minutes * MINUTE + 5) == told
