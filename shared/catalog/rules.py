"""Decisions about goods: ids of own goods, listing times, and the tokens search works with."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from shared.core.ids import derived_id
from shared.core.rounding import MICRO, divide_half_away

PRODUCTS_MAX: Final = 5_000
OWN_PRODUCTS_MAX: Final = 1_000
"""Of one document of a shop; a sheet of more becomes several."""
COSTS_MAX: Final = 1_000
"""Of one document; more become several."""
INITIALS_MARK: Final = "ˑ"
"""Begins each token of pinyin initials, so that ``hl`` never meets a Latin word."""

# Chinese, Japanese and Korean letters are written without blanks: they are searched by pairs.
_RUNS_ON: Final = (
    "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD: Final = re.compile(f"[{_RUNS_ON}]+|[^\\W_{_RUNS_ON}]+")
_HYPHENED: Final = re.compile(r"[a-z0-9]+(?:[-.'][a-z0-9]+)+")
_LETTERS: Final = re.compile("[a-z]+")


def own_product_id(site_id: str, code: str) -> str:
    """The id of a shop's own goods, which no code of head office's and no other shop's has."""
    return derived_id("own", site_id, code)


def own_supplier_id(site_id: str, code: str) -> str:
    """The id of a shop's own supplier."""
    return derived_id("supplier", site_id, code)


def margin_micro(revenue_minor: int, cost_minor: int) -> int | None:
    """What of the revenue is left after purchase costs, as a ratio at 10⁻⁶; None without any."""
    if revenue_minor <= 0:
        return None
    return divide_half_away((revenue_minor - cost_minor) * MICRO, revenue_minor)


def is_listed(from_at_us: int, to_at_us: int, at_us: int) -> bool:
    """Whether an instant lies in [from, to); to = 0 is open (B04)."""
    return from_at_us <= at_us and (not to_at_us or at_us < to_at_us)


def plain(text: str) -> str:
    """What search compares: one width, one case."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> list[str]:
    """The words of a plain text; a run of Chinese is one word."""
    return _WORD.findall(text)


def runs_on(word: str) -> bool:
    """Whether a word is of letters that are written without blanks: its first one tells."""
    return word[0] >= "\u3041"


def haystack(texts: Iterable[str]) -> str:
    """Words with a blank before each: what a match is proved against.

    SK-II stands there as ``sk ii`` and as ``skii``.
    """
    clean = plain(" ".join(texts))
    found = words(clean)
    if "-" in clean or "." in clean or "'" in clean:
        found += ["".join(words(one)) for one in _HYPHENED.findall(clean)]
    return " " + " ".join(found)


def index_tokens(hay: str, initials: str) -> str:
    """The tokens of one product, apart by blanks (B06).

    Pairs of Chinese characters and the last one alone, Latin words and numbers as they are, and
    marked pairs of the pinyin initials.
    """
    tokens: list[str] = []
    for word in hay.split():
        if runs_on(word):
            tokens += pairs(word)
        else:
            tokens.append(word)
    if initials:
        tokens += [INITIALS_MARK + pair for pair in pairs(initials)]
    return " ".join(dict.fromkeys(tokens))


def pairs(word: str) -> list[str]:
    """Each two neighbours, then the last letter alone: a prefix of one letter finds any place."""
    return [*map("".join, pairwise(word)), word[-1]]


def match_expression(query: str) -> str:
    """What typed text asks of the index; '' when it holds nothing to look for."""
    return " AND ".join(map(_term, words(plain(query))))


def initials_expression(initials: str) -> str:
    """What asks the index for pinyin initials alone."""
    return _pairs_term(INITIALS_MARK, initials)


def proofs(query: str) -> Iterator[tuple[str, bool]]:
    """For each word that pairs alone do not prove: the word, and whether it may be initials."""
    for word in words(plain(query)):
        if runs_on(word):
            if len(word) > 2:
                yield word, False
        elif len(word) > 2 and _LETTERS.fullmatch(word):
            yield word, True


def _term(word: str) -> str:
    if runs_on(word):
        return _pairs_term("", word)
    as_word = f'"{word}"*'
    if not _LETTERS.fullmatch(word):
        return as_word
    return f"({as_word} OR {_pairs_term(INITIALS_MARK, word)})"


def _pairs_term(mark: str, word: str) -> str:
    if len(word) == 1:
        return f'"{mark}{word}"*'
    found = [f'"{mark}{pair}"' for pair in pairs(word)[:-1]]
    return found[0] if len(found) == 1 else f"({' AND '.join(found)})"


# Pictures


class PictureSize(NamedTuple):
    """What a picture of a size class is at most."""

    side: int
    """Pixels of the longer side."""
    bytes_max: int


SMALL: Final = "small"
LARGE: Final = "large"
PICTURE_SIZES: Final[Mapping[str, PictureSize]] = {
    SMALL: PictureSize(256, 24 * 1024),
    LARGE: PictureSize(1024, 120 * 1024),
}
"""A card and a line show the small one, a page the large one (B01)."""

_DIGEST: Final = re.compile("[0-9a-f]{64}")


def is_picture_digest(text: str) -> bool:
    """Whether it names a picture: 64 hexadecimal digits of a SHA-256."""
    return _DIGEST.fullmatch(text) is not None
