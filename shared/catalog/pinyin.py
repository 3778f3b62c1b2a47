"""Pinyin initials of a product's name, resolved once by who publishes it."""

from shared.core.text import latin_initials


def initials_of(name: str) -> str:
    """The first pinyin letters of the Chinese characters, in order: 除皱霜 → czs (B06).

    Words decide between readings (重庆 is cq, 重量 is zl). Everything that is not Chinese is
    left out. Slow on first use: the dictionary is loaded then.
    """
    if name.isascii():
        return ""
    from pypinyin import lazy_pinyin

    return latin_initials(lazy_pinyin(name, errors="ignore"))
