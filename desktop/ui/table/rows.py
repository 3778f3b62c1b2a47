"""The Qt model of a table: rows of any type seen through columns, sorted and filtered."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

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
from desktop.ui.table.finding import Finding
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
_NO_FLAGS: Final = Qt.ItemFlag.NoItemFlags
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_COMPARED_MAX: Final = 500
"""Up to so many rows it pays to look for what changed."""
_PAINTED_MAX: Final = 500
"""Rows whose texts are kept: some screens full."""
_HORIZONTAL: Final = Qt.Orientation.Horizontal
Index = QModelIndex | QPersistentModelIndex


class _Look(NamedTuple):
    """What a row was painted from."""

    texts: list[str]
    tones: dict[int, Tone | None]


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
        self._painted: dict[int, _Look] = {}
        self._needle = ""
        self.finding = Finding(self.columns)
        self._sorted: tuple[int, bool] | None = None
        self._texts = [column.text for column in self.columns]
        self._aligns = [_RIGHT if c.is_number or c.kind in NUMBERS else _LEFT for c in self.columns]
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        edited = plain | Qt.ItemFlag.ItemIsEditable
        self._flags = [plain if c.edit is None else edited for c in self.columns]
        self._tones = {i: c.tone for i, c in enumerate(self.columns) if c.tone is not None}

    # what Qt asks

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        # Called several times for every cell painted: the cheapest questions first.
        if role == _DISPLAY:
            found = self._painted.get(index.row()) or self._look(index.row())
            return found.texts[index.column()]
        if role == _ALIGN:
            return self._aligns[index.column()]
        if role in _LEFT_TO_THE_LOOK:
            return None
        if role == _COLOUR:
            return self._colour(index.row(), index.column()) if self._tones else None
        if role == _TIP:
            return self.columns[index.column()].whole_text(self._shown[index.row()])
        if role == _EDIT:
            text = self._look(index.row()).texts[index.column()]
            is_number = self.columns[index.column()].kind in NUMBERS
            return text.replace(",", "") if is_number else text
        return None

    def _look(self, row: int) -> _Look:
        found = self._painted.get(row)
        if found is None:
            if len(self._painted) >= _PAINTED_MAX:
                self._painted.clear()
            found = self._painted[row] = self._look_of(self._shown[row])
        return found

    def _look_of(self, one: Any) -> _Look:
        tones = {place: tone_of(one) for place, tone_of in self._tones.items()}
        return _Look([text(one) for text in self._texts], tones)

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
        # Asked for every cell painted, as `data` is.
        return self._flags[index.column()] if index.isValid() else _NO_FLAGS

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
        self.finding.forget()
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
        shown = self.finding.matching(rows, self._needle)
        if self._sorted is None:
            return list(shown)
        by, descending = self.columns[self._sorted[0]], self._sorted[1]
        return sorted(shown, key=lambda one: sort_key(by, one), reverse=descending)

    def put(self, rows: Sequence[Any], shown: list[Any]) -> bool:
        """Hold these rows and show those of them, in this order; False when the rows that were
        there stay and only what is new or different is painted."""
        before = self._shown
        if 0 < len(before) <= len(shown) <= _COMPARED_MAX:
            first = self._alike(shown)
            if len(shown) == len(before):
                self._replace(rows, shown, first)
                return False
            last = _alike_at_end(before[first:], shown[first:])
            if first + last == len(before):
                self._insert(rows, shown, first, len(shown) - last)
                return False
        self.beginResetModel()
        self._hold(rows, shown)
        self.endResetModel()
        return True

    def _alike(self, shown: Sequence[Any]) -> int:
        """So many rows at the beginning are equal to those there and look as they are painted.

        A row may be the same and look different: what columns show need not stand in the row.
        """
        for place, (before, now) in enumerate(zip(self._shown, shown, strict=False)):
            painted = self._painted.get(place)
            is_same = before is now or before == now
            if not is_same or (painted is not None and painted != self._look_of(now)):
                return place
        return min(len(self._shown), len(shown))

    def _hold(self, rows: Sequence[Any], shown: list[Any], same: int = 0) -> None:
        self.all = rows
        self._shown = shown
        self._painted = {at: look for at, look in self._painted.items() if at < same}

    def _replace(self, rows: Sequence[Any], shown: list[Any], first: int) -> None:
        self._hold(rows, shown, first)
        if first < len(shown):
            last = self.index(len(shown) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(first, 0), last)

    def _insert(self, rows: Sequence[Any], shown: list[Any], first: int, end: int) -> None:
        self.beginInsertRows(QModelIndex(), first, end - 1)
        self._hold(rows, shown, first)
        self.endInsertRows()

    def _colour(self, row: int, column: int) -> QColor | None:
        tone = self._look(row).tones.get(column)
        return QColor(tokens_now().tone(tone)) if tone not in (None, Tone.PLAIN) else None


def _alike_at_end(some: Sequence[Any], others: Sequence[Any]) -> int:
    """How many rows at the end of both are the very same."""
    pairs = enumerate(zip(reversed(some), reversed(others), strict=False))
    return next((n for n, (a, b) in pairs if a is not b), min(len(some), len(others)))
