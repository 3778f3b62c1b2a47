"""The help pages: short texts per screen in both languages, searchable."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from desktop.words.texts import Language
from shared.core.text import fold

ABOUT: Final = {
    "reorder": "orders",
    "products": "orders",
    "receiving": "orders",
    "seen": "orders",
    "register": "till",
    "sales": "till",
    "members": "till",
    "statement": "invoice",
    "channel-statement": "accounts",
    "goods-import": "goods",
    "price-board": "prices",
    "people": "channel",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    """One page; ``name`` is the screen's id, or a topic of its own."""

    name: str
    title: str
    text: str
    """Markdown."""


@cache
def pages(language: Language) -> tuple[HelpPage, ...]:
    """All pages of a language, ``start`` first, then by title."""
    found: list[HelpPage] = []
    folder = files("resources.help").joinpath(language.value)
    for file in folder.iterdir():
        name, _, ending = file.name.rpartition(".")
        if ending == "md":
            text = file.read_text(encoding="utf-8")
            title = text.partition("\n")[0].removeprefix("# ").strip()
            found.append(HelpPage(name=name, title=title, text=text))
    return tuple(sorted(found, key=lambda one: (one.name != "start", one.title)))


def find_pages(language: Language, typed: str) -> list[HelpPage]:
    """The pages that hold every word typed, those whose title does first."""
    words = fold(typed).split()
    fits = [one for one in pages(language) if all(word in fold(one.text) for word in words)]
    return sorted(fits, key=lambda one: not all(word in fold(one.title) for word in words))


def page_of(language: Language, name: str) -> HelpPage:
    """The page of a screen; the first one where the screen has none."""
    every = pages(language)
    wanted = ABOUT.get(name, name)
    return next((one for one in every if one.name == wanted), every[0])
