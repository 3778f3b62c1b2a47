"""Numbers of documents in a table: the room they need, and never without their last digits."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from desktop.ui.table.columns import Kind
from desktop.ui.table.rows import Rows
from desktop.ui.table.widths import Widths
from desktop.ui.theme import SPACE_L, scaled

_SELECTED = QStyle.StateFlag.State_Selected
_GIVEN_ROOM = (Kind.CODE, Kind.NUMBER)
_LOOKED_AT = 100
"""Rows whose texts are measured."""
_LEFT_PX = 130
"""What stays to the column that stretches, at 100 % text."""


class ToneDelegate(QStyledItemDelegate):
    """Keeps the colour of a cell in a selected row, too: it says something there as well."""

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if _SELECTED not in option.state:
            return
        palette = option.palette
        palette.setColor(palette.ColorRole.HighlightedText, palette.color(palette.ColorRole.Text))
        option.palette = palette


class CodeDelegate(ToneDelegate):
    """A number that is too long gives way in its middle: people know it by its end."""

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


class RoomForCodes(QObject):
    """Gives columns of numbers what the table can spare, for as long as it can."""

    def __init__(self, view: QTableView, rows: Rows, widths: Widths) -> None:
        super().__init__(view)
        self._view, self._rows, self._widths = view, rows, widths
        columns = rows.columns
        self._codes = [at for at, one in enumerate(columns) if one.kind in _GIVEN_ROOM]
        self._elastic = [at for at, one in enumerate(columns) if one.stretches]
        if self._codes:
            view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Resize and isinstance(event, QResizeEvent):
            # The place for the rows hears of it later.
            self._fit(event.size().width())
        return False

    def fit(self) -> None:
        """Look again: there are other rows."""
        self._fit(self._view.viewport().width())

    def _fit(self, width: int) -> None:
        if not self._codes or not self._rows.shown:
            return
        view, metrics = self._view, self._view.fontMetrics()
        header = view.horizontalHeader()
        shown = [at for at in range(header.count()) if not view.isColumnHidden(at)]
        kept = {at: scaled(self._widths.kept_width(at)) for at in shown}
        taken = sum(width for at, width in kept.items() if at not in self._elastic)
        left = sum(at in self._elastic for at in shown) * scaled(_LEFT_PX)
        spare = width - taken - left
        for at in self._codes:
            if at not in kept:
                continue
            column = self._rows.columns[at]
            texts = (column.text(one) for one in self._rows.shown[:_LOOKED_AT])
            wanted = max(map(metrics.horizontalAdvance, texts), default=0) + 2 * SPACE_L
            more = max(0, min(wanted - kept[at], spare))
            spare -= more
            self._widths.lend(at, kept[at] + more if more else 0)
