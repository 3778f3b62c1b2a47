"""The Qt model of a table: rows of any type seen through columns, sorted and filtered."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from desktop.ui.table.columns import NUMBERS, Column, sort_key
from desktop.ui.theme import Tone, tokens_now
from shared.core.errors import QutongError
from shared.core.text import normal

# Comparing enums costs more than the text itself: `data` is called for every cell painted.
_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_EDIT: Final = int(Qt.ItemDataRole.EditRole)
_ALIGN: Final = int(Qt.ItemDataRole.TextAlignmentRole)
_COLOUR: Final = int(Qt.ItemDataRole.ForegroundRole)
_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
_LEFT_TO_THE_LOOK: Final = frozenset(
    int(role)
    for role in (
        Qt.ItemDataRole.FontRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.BackgroundRole,
        Qt.ItemDataRole.CheckStateRole,
    )
)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_PAINTED_MAX: Final = 500
"""Rows whose texts are kept: some screens full."""
_HORIZONTAL: Final = Qt.Orientation.Horizontal
Index = QModelIndex | QPersistentModelIndex


class Rows(QAbstractTableModel):
    """Rows in the order people chose. Texts are made when a cell is painted, not before."""

    refused = Signal(object)
    """A QutongError of an edit."""
    rearranged = Signal()
    """Filter or order changed: the table arranges the rows anew."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self.all: Sequence[Any] = ()
        self._shown: list[Any] = []
        self._painted: dict[int, list[str]] = {}
        self._needle = ""
        self._sorted: tuple[int, bool] | None = None
        self._texts = [column.text for column in self.columns]
        self._aligns = [_RIGHT if c.is_number or c.kind in NUMBERS else _LEFT for c in self.columns]
        self._tones = {i: c.tone for i, c in enumerate(self.columns) if c.tone is not None}

    # what Qt asks

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        # Called several times for every cell painted: the cheapest questions first.
        if role == _DISPLAY:
            found = self._painted.get(index.row())
            return found[index.column()] if found else self._text(index.row(), index.column())
        if role == _ALIGN:
            return self._aligns[index.column()]
        if role in _LEFT_TO_THE_LOOK:
            return None
        if role == _COLOUR:
            return self._colour(index.row(), index.column()) if self._tones else None
        if role == _TIP:
            return self._text(index.row(), index.column())
        if role == _EDIT:
            text = self._text(index.row(), index.column())
            is_number = self.columns[index.column()].kind in NUMBERS
            return text.replace(",", "") if is_number else text
        return None

    def _text(self, row: int, column: int) -> str:
        found = self._painted.get(row)
        if found is None:
            if len(self._painted) >= _PAINTED_MAX:
                self._painted.clear()
            one = self._shown[row]
            found = self._painted[row] = [text(one) for text in self._texts]
        return found[column]

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> Any:
        if orientation != _HORIZONTAL:
            return None
        if int(role) == _DISPLAY:
            return self.columns[section].title
        if int(role) == _ALIGN:
            return self._aligns[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self.columns[index.column()].edit is not None:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def setData(self, index: Index, value: Any, role: int = _EDIT) -> bool:  # noqa: N802
        edit = self.columns[index.column()].edit
        if int(role) != _EDIT or edit is None:
            return False
        try:
            edit(self._shown[index.row()], str(value))
        except QutongError as error:
            self.refused.emit(error)
            return False
        self._painted.pop(index.row(), None)
        last = len(self.columns) - 1
        self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), last))
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self.rearranged.emit()

    # what tables ask

    def set_filter(self, text: str) -> None:
        """Show only rows in which every word of the text stands somewhere."""
        self._needle = normal(text).casefold()
        self.rearranged.emit()

    @property
    def is_arranged(self) -> bool:
        """Whether a filter or an order was asked for."""
        return bool(self._needle) or self._sorted is not None

    def row(self, number: int) -> Any:
        """The row shown at this place."""
        return self._shown[number]

    @property
    def shown(self) -> Sequence[Any]:
        """The rows as they stand, filtered and sorted."""
        return self._shown

    def place_of(self, matches: Callable[[Any], bool]) -> int:
        """Where the first matching row stands, or -1."""
        return next((i for i, one in enumerate(self._shown) if matches(one)), -1)

    def total(self, column: Column) -> int:
        """The sum of a column over the rows shown; in the unit of the column."""
        return sum(value for row in self._shown if (value := column.get(row)) is not None)

    def arranged(self, rows: Sequence[Any]) -> list[Any]:
        """The rows as they would be shown: filtered, then sorted. Runs on any thread."""
        shown: Sequence[Any] = rows
        for word in self._needle.split():
            shown = [one for one in shown if self._holds(one, word)]
        if self._sorted is None:
            return list(shown)
        by, descending = self.columns[self._sorted[0]], self._sorted[1]
        return sorted(shown, key=lambda one: sort_key(by, one), reverse=descending)

    def put(self, rows: Sequence[Any], shown: list[Any]) -> None:
        """Hold these rows and show those of them, in this order."""
        self.beginResetModel()
        self.all = rows
        self._shown = shown
        self._painted.clear()
        self.endResetModel()

    def _holds(self, row: Any, word: str) -> bool:
        return any(word in text(row).casefold() for text in self._texts)

    def _colour(self, row: int, column: int) -> QColor | None:
        tone_of = self._tones.get(column)
        tone = tone_of(self._shown[row]) if tone_of is not None else None
        return QColor(tokens_now().tone(tone)) if tone not in (None, Tone.PLAIN) else None
