"""What a filter looks through: the texts of rows, made once for all letters that are typed."""

from collections.abc import Sequence
from typing import Any, Final

from desktop.ui.table.columns import NUMBERS, Column, Kind, found_by

_FIGURES: Final = NUMBERS | {Kind.INSTANT, Kind.CHECK}
"""Kinds whose texts hold no letters: a word with one need not be looked for there."""
_KEPT_MAX: Final = 100_000
"""The texts of more rows than this are made anew each time: they would take too much memory."""


class Finding:
    """Finds rows by words in what their columns show. Works on any thread."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._words = [one for one in columns if one.kind not in _FIGURES]
        self._figures = [one for one in columns if one.kind in _FIGURES]
        self._kept: dict[bool, tuple[Sequence[Any], list[str]]] = {}

    def forget(self) -> None:
        """The rows may read otherwise from now on."""
        self._kept = {}

    def matching(self, rows: Sequence[Any], needle: str) -> Sequence[Any]:
        """The rows in which every word of the needle (case folded) stands in some column."""
        places: Sequence[int] = range(len(rows))
        for word in needle.split():
            words = self._texts(rows, is_figures=False)
            if any(letter.isalpha() for letter in word):
                places = [at for at in places if word in words[at]]
            else:
                figures = self._texts(rows, is_figures=True)
                places = [at for at in places if word in words[at] or word in figures[at]]
        return rows if len(places) == len(rows) else [rows[at] for at in places]

    def _texts(self, rows: Sequence[Any], *, is_figures: bool) -> list[str]:
        # What is forgotten while a thread is still reading goes with the old keeping.
        keeping = self._kept
        kept_for, kept = keeping.get(is_figures, ((), []))
        if kept_for is rows:
            return kept
        columns = self._figures if is_figures else self._words
        made = ["\n".join([found_by(one, row) for one in columns]).casefold() for row in rows]
        if len(rows) <= _KEPT_MAX:
            keeping[is_figures] = (rows, made)
        return made
