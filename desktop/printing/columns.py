"""Text in columns of a receipt printer: ASCII takes one, every other character two."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

# Whatever a printer could take as a command, and marks that take no place on paper.
_BREAKS = re.compile(r"[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})
# Half-width yuan signs print as a backslash or not at all; both blanks without a break as ASCII.
_REPLACED: Final = {"¥": "￥", "\u00a0": " ", "\u2009": " ", "\u202f": " "}


def clean(text: str) -> str:
    """The text as it may go to paper: no control characters, ￥ for ¥, line breaks as blanks (T53).

    Nothing that comes from data can cut the paper, open the drawer or change the code page.
    """
    text = unicodedata.normalize("NFC", _BREAKS.sub(" ", text))
    return "".join(
        _REPLACED.get(sign, sign) for sign in text if unicodedata.category(sign) not in _UNPRINTABLE
    )


def width_of(text: str) -> int:
    """How many half-width columns a cleaned text takes."""
    return len(text) if text.isascii() else sum(1 if sign < "\x80" else 2 for sign in text)


def cut(text: str, columns: int) -> str:
    """The beginning that fits; a text cut short ends with `..`."""
    if width_of(text) <= columns:
        return text
    return _fitting(text, max(columns - 2, 0)) + ".."[: max(columns, 0)]


def _fitting(text: str, columns: int) -> str:
    used = 0
    for at, sign in enumerate(text):
        used += 1 if sign < "\x80" else 2
        if used > columns:
            return text[:at]
    return text


def wrap(text: str, columns: int) -> list[str]:
    """The text over as many lines as it needs, broken at blanks where one is near the end.

    Never gives a line wider than asked; an empty text is one empty line. Needs two columns at
    least, so that a full-width character fits.
    """
    lines: list[str] = []
    rest = text.strip(" ")
    while width_of(rest) > columns:
        head = unbroken(_fitting(rest, columns), rest)
        lines.append(head.rstrip(" "))
        rest = rest[len(head) :].lstrip(" ")
    return [*lines, rest]


def unbroken(head: str, text: str) -> str:
    """The beginning of a text, shortened so that no Latin word or number is broken in two.

    A word longer than two thirds of the line is broken all the same.
    """
    after = text[len(head) : len(head) + 1]
    if not (after.isascii() and after.isalnum()):
        return head
    at = len(head)
    while at and head[at - 1].isascii() and head[at - 1] != " ":
        at -= 1
    return head[:at] if at > len(head) // 3 else head


def pad(text: str, columns: int, *, to_right: bool = False) -> str:
    """The text filled with blanks to a width; one too wide is cut."""
    text = cut(text, columns)
    blanks = " " * (columns - width_of(text))
    return blanks + text if to_right else text + blanks


def sides(left: str, right: str, columns: int) -> Iterator[str]:
    """Left and right text in one line where both fit with a blank between, else in more lines."""
    if width_of(left) + width_of(right) + 1 <= columns:
        yield left + " " * (columns - width_of(left) - width_of(right)) + right
        return
    yield from wrap(left, columns)
    for line in wrap(right, columns):
        yield pad(line, columns, to_right=True)


def centred(text: str, columns: int) -> Iterator[str]:
    """The text in the middle; where it takes more lines, they are about as long as each other."""
    lines = wrap(text, columns)
    even = width_of(text) // len(lines) + 2
    if len(lines) > 1 and even < columns and len(evened := wrap(text, even)) == len(lines):
        lines = evened
    for line in lines:
        yield " " * ((columns - width_of(line)) // 2) + line


def fields(texts: Sequence[str], ends: Sequence[int]) -> str | None:
    """One line of texts of which the first starts at 0 and each next ends at its column.

    `ends` has one column fewer than there are texts. None when two would touch.
    """
    line, starts = texts[0], [0, *ends]
    assert len(texts) == len(starts)
    assert all(a <= b for a, b in pairwise(starts))
    for text, end in zip(texts[1:], ends, strict=True):
        gap = end - width_of(line) - width_of(text)
        if text and gap < 1:
            return None
        line = line + " " * gap + text if text else line
    return line
