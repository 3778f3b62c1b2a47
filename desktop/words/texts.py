"""Texts by key in two languages, read from the tables under resources/i18n."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from desktop.words.formats import money, qty
from shared.core.errors import QutongError


class Language(StrEnum):
    """The languages; both are complete."""

    CHINESE = "zh"
    ENGLISH = "en"


_PLACE: Final = {Language.CHINESE: 0, Language.ENGLISH: 1}
_MANY: Final = 2
_LABEL: Final = re.compile(r"([^、()]+) \(([a-z, ]+)\)")
"""The label of a column, ``商品编码 (product code)``."""
Entries = Mapping[str, tuple[str, ...]]
"""Key to Chinese, English, and where it differs English for other numbers than one."""


@cache
def entries() -> Entries:
    """All texts of the product, from the tables of every area; a key stands once."""
    found: dict[str, tuple[str, ...]] = {}
    for table in sorted(files("resources.i18n").iterdir(), key=lambda one: one.name):
        if table.name.endswith(".json"):
            read = json.loads(table.read_text(encoding="utf-8"))
            found.update({key: tuple(texts) for key, texts in read.items()})
    return found


class Words:
    """The words of one language: ``words("till.pay")``, ``words("bar.unsent", n=12)``."""

    def __init__(self, language: Language = Language.CHINESE) -> None:
        self.language = language
        self._entries = entries()
        self._place = _PLACE[language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key; ``n`` chooses between the English forms for one and for many.

        Raises KeyError for a key nobody wrote: the tests look each one up.
        """
        texts = self._entries[key]
        place = self._place
        if place and len(texts) > _MANY and values.get("n") != 1:
            place = _MANY
        if "currency" in values:
            values["currency"] = self.of("currency", str(values["currency"]))
        return texts[place].format_map(values) if values else texts[place]

    def has(self, key: str) -> bool:
        """Whether the key has a text."""
        return key in self._entries

    def of(self, prefix: str, value: str) -> str:
        """The word for a stored value, such as a state; the value itself when it has none."""
        key = f"{prefix}.{value}"
        return self(key) if key in self._entries else value

    def error(self, error: QutongError) -> str:
        """What is told to a person: what is wrong and what to do next."""
        return self.sentence(error.code, error.params)

    def sentence(self, code: str, params: Mapping[str, str | int] | None = None) -> str:
        """The sentence of a code; the code with its parameters where none is written."""
        texts = self._entries.get(code)
        if texts is None:
            told = ", ".join(f"{name}={value}" for name, value in (params or {}).items())
            return f"{code} {told}".rstrip()
        known = self._with_columns(_with_figures(params or {}))
        told = texts[self._place].format_map(_Known(known))
        # What stood in brackets may be unknown: the sentence holds without it.
        return told.replace("（）", "").replace(" ()", "")

    def _with_columns(self, params: dict[str, str | int]) -> dict[str, str | int]:
        """Columns of a sheet in this language: their labels say both, as files may use either."""
        if "column" not in params:
            return params
        told = _LABEL.sub(rf"\{self._place + 1}", str(params["column"]))
        return params | {"column": told if self._place == 0 else told.replace("、", ", ")}


def _with_figures(params: Mapping[str, str | int]) -> dict[str, str | int]:
    """Amounts and quantities as people read them: ``due_minor`` gives ``due``, too."""
    found = dict(params)
    for name, value in params.items():
        plain = str(value).lstrip("-").isdigit()
        if plain and name.endswith("_minor"):
            found[name.removesuffix("_minor")] = money(int(value))
        elif plain and name.endswith("_micro"):
            found[name.removesuffix("_micro")] = qty(int(value))
    return found


class _Known(dict[str, str | int]):
    """A parameter the error does not carry is left out of the sentence."""

    def __missing__(self, key: str) -> str:
        return ""
