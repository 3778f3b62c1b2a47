"""Columns that give way while a table is narrow, such as beside an open sheet."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent

from desktop.ui.table.table import Table
from desktop.ui.theme import scaled


class GivingWay(QObject):
    """Hides columns by key below a width in pixels at 100 % text, more where text is larger; what
    the person chose stays remembered."""

    def __init__(self, table: Table, below: Mapping[str, int]) -> None:
        super().__init__(table)
        self._table = table
        places = {one.key: at for at, one in enumerate(table.rows.columns)}
        self._below = {places[key]: width for key, width in below.items()}
        self._hidden: set[int] = set()
        self._empty: set[int] = set()
        self._out: set[int] = set()
        self._places = places
        table.view.installEventFilter(self)

    def leave_out_empty(self, *keys: str) -> None:
        """Hide those of these columns in which no row says anything; for after rows were set."""
        rows = self._table.rows
        self._empty = {
            at
            for at in map(self._places.__getitem__, keys)
            if rows.all and all(rows.columns[at].get(one) in ("", None) for one in rows.all)
        }
        self._fit(self._table.view.width())

    def leave_out(self, key: str, *, is_out: bool = True) -> None:
        """Hide a column that is about nothing now, or show it again."""
        self._out = self._out - {self._places[key]} | ({self._places[key]} if is_out else set())
        self._fit(self._table.view.width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Resize and isinstance(event, QResizeEvent):
            self._fit(event.size().width())
        return False

    def _fit(self, width: int) -> None:
        wanted = {
            at for at, below in self._below.items() if width < scaled(below - self._spare(below))
        } | self._gone
        if wanted == self._hidden:
            return
        self._hidden = wanted
        self._table.widths.give_way(wanted)

    def _spare(self, below: int) -> int:
        """The room that columns without a word leave to one that gives way below this width."""
        columns = self._table.rows.columns
        return sum(columns[at].width for at in self._gone if self._below.get(at, 0) <= below)

    @property
    def _gone(self) -> set[int]:
        """Columns that say nothing, whatever the room."""
        return self._empty | self._out
