"""How long something lasts or has waited, as people say it."""

from typing import Final

from desktop.words.texts import Words

_MINUTE_US: Final = 60 * 1_000_000
_HOUR_US: Final = 60 * _MINUTE_US
_DAY_US: Final = 24 * _HOUR_US


def span(words: Words, length_us: int) -> str:
    """``5 分钟``, ``3 小时``, ``2 天 4 小时``: never more exact than anybody needs."""
    days, rest = divmod(max(length_us, 0), _DAY_US)
    hours = rest // _HOUR_US
    if days and hours:
        return words("span.days_hours", d=days, h=hours)
    if days:
        return words("span.days", n=days)
    if hours:
        return words("span.hours", n=hours)
    return words("span.minutes", n=rest // _MINUTE_US)
