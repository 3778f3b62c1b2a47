"""A share as a bar in its cell, with its figure at the right: for who would rather look."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui.theme import SPACE_S, scaled, tokens_now

_HIGH = 10
_FIGURE = 56
"""Pixels the figure takes at the right."""
_FAINT = 110


class ShareBar(QStyledItemDelegate):
    """``length_of`` gives a row's bar as parts of 1,000 of the longest one."""

    def __init__(self, parent: QObject, length_of: Callable[[int], int]) -> None:
        super().__init__(parent)
        self._length_of = length_of

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        box = QRectF(option.rect)
        wide = box.width() - scaled(_FIGURE) - SPACE_S
        parts = max(0, min(self._length_of(index.row()), 1_000))
        if wide <= 0 or not parts:
            return
        colour = QColor(tokens_now().accent)
        selected = option.state & QStyle.StateFlag.State_Selected
        colour.setAlpha(255 if selected else _FAINT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        top = box.top() + (box.height() - _HIGH) / 2
        length = max(wide * parts / 1_000, 2.0)
        painter.drawRoundedRect(QRectF(box.left() + SPACE_S, top, length, _HIGH), 2, 2)
        painter.restore()
