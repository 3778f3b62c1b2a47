"""The help pages: short texts per screen in both languages, for whom each is, and how to find one.

What people call a page and which words mean the same stands in ``resources/i18n/help.json``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from desktop.words.texts import Language, entries
from shared.core.text import fold

ABOUT: Final = {
    "reorder": "orders",
    "products": "orders",
    "receiving": "orders",
    "seen": "promises",
    "register": "till",
    "sales": "till",
    "members": "till",
    "statement": "invoice",
    "channel-statement": "accounts",
    "goods-import": "goods",
    "price-board": "prices",
    "channel-import": "channel",
    "kept": "messages",
    "keys": "settings",
    "movements": "stock",
    "labels": "stock",
    "transfers": "stock",
    "stock_report": "stock",
    "consolidated": "home",
    "stocktake": "counting",
}
"""Screens that are told of on another one's page."""

GENERAL: Final = frozenset({"start", "messages", "settings", "promises"})
"""Pages of no screen: everybody's."""

_TOPIC: Final = "help.topic."
_SAME: Final = "help.same."
_PLACE: Final = {Language.CHINESE: 0, Language.ENGLISH: 1}
_LAST: Final = 9
Acts = Mapping[str, Sequence[str]]
"""By page: what keys do on its screens, as the tab of keys says it."""
_NO_ACTS: Final[Acts] = MappingProxyType({})
_SHORTEST: Final = {Language.CHINESE: 2, Language.ENGLISH: 3}
"""A known word is looked for inside a sentence when it has so many letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    """One page; ``name`` is the screen's id, or a topic of its own."""

    name: str
    title: str
    text: str
    """Markdown."""


@cache
def pages(language: Language) -> tuple[HelpPage, ...]:
    """All pages of a language, in the order in which a shop needs them."""
    found: list[HelpPage] = []
    folder = files("resources.help").joinpath(language.value)
    for file in folder.iterdir():
        name, _, ending = file.name.rpartition(".")
        if ending == "md":
            text = file.read_text(encoding="utf-8")
            title = text.partition("\n")[0].removeprefix("# ").strip()
            found.append(HelpPage(name=name, title=title, text=text))
    order = list(topics(language))
    return tuple(sorted(found, key=lambda one: order.index(one.name)))


@cache
def topics(language: Language) -> dict[str, tuple[str, ...]]:
    """By page, in the order of use: what people call what it tells, folded."""
    return {key: tuple(words) for key, words in _table(_TOPIC, language)}


@cache
def _same(language: Language) -> tuple[frozenset[str], ...]:
    """Groups of words that mean the same, folded."""
    return tuple(frozenset(words) for _key, words in _table(_SAME, language))


def _table(prefix: str, language: Language) -> list[tuple[str, list[str]]]:
    return [
        (key.removeprefix(prefix), [fold(one) for one in texts[_PLACE[language]].split(", ")])
        for key, texts in entries().items()
        if key.startswith(prefix)
    ]


def pages_for(language: Language, screens: Iterable[str]) -> list[HelpPage]:
    """The pages of who has these screens: roles and devices decide as they do for screens."""
    own = {ABOUT.get(one, one) for one in screens} | GENERAL
    return [one for one in pages(language) if one.name in own]


def find_pages(
    language: Language,
    typed: str,
    among: Sequence[HelpPage] | None = None,
    acts: Acts = _NO_ACTS,
) -> list[HelpPage]:
    """The pages that tell of every word typed, or of a word that means the same.

    Those whose title has it come first, then those people know by it, then those whose ``acts``,
    what keys do there, have it, then those that mention it. A sentence nobody wrote is looked
    through for words that are known.
    """
    among = pages(language) if among is None else among
    words = fold(typed).split()
    whole = " ".join(words)
    if not words:
        return list(among)
    return (
        _ranked(language, [whole], among, acts)
        or _ranked(language, words, among, acts)
        or _ranked(language, _known_in(language, whole), among, acts, all_of=False)
    )


def _ranked(
    language: Language,
    words: Sequence[str],
    among: Sequence[HelpPage],
    acts: Acts,
    *,
    all_of: bool = True,
) -> list[HelpPage]:
    found: list[tuple[int, int, int, HelpPage]] = []
    for place, page in enumerate(among):
        ranks = [_rank(language, word, page, acts.get(page.name, ())) for word in words]
        met = [one for one in ranks if one < _LAST]
        if met and (len(met) == len(ranks) or not all_of):
            found.append((-len(met), max(met), place, page))
    return [one[3] for one in sorted(found, key=lambda one: one[:3])]


def _rank(language: Language, word: str, page: HelpPage, acts: Sequence[str]) -> int:
    """0 for the title … 6 for a mention of what means the same; ``_LAST`` where nothing fits."""
    others = [one for group in _same(language) if word in group for one in group if one != word]
    known = topics(language).get(page.name, ())
    title, text = fold(page.title), fold(page.text)
    tries = (
        word in title,
        any(word in one for one in known),
        any(one in title for one in others),
        any(one == each for one in others for each in known),
        any(word in fold(one) for one in acts),
        word in text,
        any(one in text for one in others),
    )
    return next((place for place, fits in enumerate(tries) if fits), _LAST)


def _known_in(language: Language, sentence: str) -> list[str]:
    """The words of the tables that stand in a sentence, the longest ones only."""
    every = {one for words in topics(language).values() for one in words}
    every |= {one for group in _same(language) for one in group}
    every |= {fold(one.title) for one in pages(language)}
    met = [one for one in every if len(one) >= _SHORTEST[language] and one in sentence]
    return sorted(one for one in met if not any(one != other and one in other for other in met))


def page_of(language: Language, name: str) -> HelpPage:
    """The page of a screen; the first one where the screen has none."""
    every = pages(language)
    wanted = ABOUT.get(name, name)
    return next((one for one in every if one.name == wanted), every[0])
