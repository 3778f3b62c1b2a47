"""A grid of cards with a picture area: drawn, not built, so that thousands cost nothing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.ui.theme import BIG, BODY, RADIUS, SMALL, SPACE_M, SPACE_S, Tone, font, tokens_now

CARD: Final = QSize(172, 216)
PICTURE_HEIGHT: Final = 108
_BAR: Final = 14
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class CardItem:
    """What a card shows of a value."""

    value: Any
    title: str
    second: str
    figure: str
    hint: str
    hint_tone: Tone = Tone.PLAIN
    badge: str = ""
    picture: str = ""
    """Path of a picture; '' draws a tinted tile with the first letter."""
    seed: str = ""
    """What the tint follows from: goods of one kind share it."""
    letters: str = ""
    """What stands on the tile; '' = the first letter of the title."""


class CardGrid(QListView):
    """Cards in rows; arrows move, Enter and a click open, ``chosen`` follows the cursor."""

    activated_value = Signal(object)
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows = _Items(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setGridSize(CARD + QSize(SPACE_M, SPACE_M))
        self.card = CARD
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setObjectName("page")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self._activate)
        self.selectionModel().currentChanged.connect(lambda *_: self.chosen.emit(self.current))

    def set_items(self, values: Sequence[Any], card_of: Callable[[Any], CardItem]) -> None:
        """Show these, each made into a card when it comes on screen; the one in front stays."""
        before = self.current
        self._rows.put(values, card_of)
        place = next((i for i, one in enumerate(values) if one == before), 0)
        if values:
            self.setCurrentIndex(self._rows.index(place))

    def redraw(self) -> None:
        """Make the cards anew where they stand: something in them changed, pictures came."""
        self._rows.forget()
        self.viewport().update()

    @property
    def current(self) -> Any:
        """The value of the card the cursor is on, or None."""
        index = self.currentIndex()
        return self._rows.values[index.row()] if index.isValid() else None

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        # Cards share the width, so that no edge stays empty.
        # Measured without the viewport: its scroll bar comes and goes with the answer.
        wide = self.width() - _BAR
        across = max(wide // (CARD.width() + SPACE_M), 1)
        grid = QSize(wide // across, CARD.height() + SPACE_M)
        if grid != self.gridSize():
            self.card = QSize(grid.width() - SPACE_M, CARD.height())
            self.setGridSize(grid)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _activate(self, index: Index) -> None:
        if index.isValid():
            self.activated_value.emit(self._rows.values[index.row()])


class _Items(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.values: list[Any] = []
        self._card_of: Callable[[Any], CardItem] | None = None
        self._made: dict[int, CardItem] = {}

    def put(self, values: Sequence[Any], card_of: Callable[[Any], CardItem]) -> None:
        self.beginResetModel()
        self.values = list(values)
        self._card_of = card_of
        self._made.clear()
        self.endResetModel()

    def forget(self) -> None:
        self._made.clear()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.values)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        wanted = (Qt.ItemDataRole.UserRole, Qt.ItemDataRole.AccessibleTextRole)
        if role not in wanted or self._card_of is None:
            return None
        place = index.row()
        if place not in self._made:
            self._made[place] = self._card_of(self.values[place])
        item = self._made[place]
        return item if role == Qt.ItemDataRole.UserRole else item.title


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: CardGrid) -> None:
        super().__init__(parent)
        self._grid = parent
        self._pictures: dict[str, QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return self._grid.card

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(Qt.ItemDataRole.UserRole)
        place = QRect(option.rect.topLeft(), self._grid.card)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _frame(painter, place, is_current=bool(state & QStyle.StateFlag.State_Selected))
        top = QRect(place.x() + 1, place.y() + 1, place.width() - 2, PICTURE_HEIGHT)
        self._picture(painter, top, item)
        _texts(painter, place, item)
        painter.restore()

    def _picture(self, painter: QPainter, place: QRect, item: CardItem) -> None:
        path = _rounded_above(place)
        painter.setClipPath(path)
        known = self._pictures.get(item.picture)
        if item.picture and known is None:
            known = self._pictures[item.picture] = QPixmap(item.picture)
        if known is None or known.isNull():
            draw_tile(painter, place, item.letters or initial(item.title), item.seed)
        else:
            draw_whole(painter, place, known)
        painter.setClipping(False)


def draw_whole(painter: QPainter, place: QRect, picture: QPixmap) -> None:
    """A picture without a cut in the middle of its place; its own corner's colour goes around it,
    which for goods before a plain ground is the ground."""
    painter.fillRect(place, picture.copy(0, 0, 1, 1).toImage().pixelColor(0, 0))
    ratio = painter.device().devicePixelRatio()
    fitting = picture.scaled(
        place.size() * ratio,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    fitting.setDevicePixelRatio(ratio)
    shown = fitting.deviceIndependentSize().toSize()
    left, top = place.width() - shown.width(), place.height() - shown.height()
    painter.drawPixmap(place.x() + left // 2, place.y() + top // 2, fitting)


def draw_tile(painter: QPainter, place: QRect, letters: str, seed: str) -> None:
    """The picture of goods that have none: a letter or two on a tint of their own."""
    back, front = tint(seed or letters)
    painter.fillRect(place, back)
    painter.setPen(front)
    painter.setFont(font(BIG + BIG // 2 if letters[1:] else BIG * 2, is_bold=True))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, letters)


def initial(title: str) -> str:
    """The letter that stands for a name."""
    return next((letter for letter in title if letter.isalnum()), "·").upper()


def tint(seed: str) -> tuple[QColor, QColor]:
    """Ground and letter of a tile: one hue per seed, quiet in both looks."""
    hue = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=2).digest(), "big") % 360
    is_dark = QColor(tokens_now().window).lightness() < 128
    if is_dark:
        return QColor.fromHsl(hue, 70, 52), QColor.fromHsl(hue, 110, 190)
    return QColor.fromHsl(hue, 130, 232), QColor.fromHsl(hue, 110, 105)


def _frame(painter: QPainter, place: QRect, *, is_current: bool) -> None:
    tokens = tokens_now()
    painter.setBrush(QColor(tokens.surface))
    pen = painter.pen()
    pen.setColor(QColor(tokens.accent if is_current else tokens.line))
    pen.setWidth(2 if is_current else 1)
    painter.setPen(pen)
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _rounded_above(place: QRect) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(place), RADIUS, RADIUS)
    below = QPainterPath()
    below.addRect(QRectF(place.x(), place.y() + RADIUS, place.width(), place.height() - RADIUS))
    return path.united(below)


def _texts(painter: QPainter, place: QRect, item: CardItem) -> None:
    tokens = tokens_now()
    left, wide = place.x() + SPACE_S, place.width() - 2 * SPACE_S
    top = place.y() + PICTURE_HEIGHT + SPACE_S
    for text, size, colour, height, is_bold in (
        (item.title, BODY, tokens.text, 20, False),
        (item.second, SMALL, tokens.muted, 18, False),
        (item.figure, BODY + 2, tokens.text, 24, True),
        (item.hint, SMALL, tokens.tone(item.hint_tone), 18, False),
    ):
        painter.setFont(font(size, is_bold=is_bold))
        painter.setPen(QColor(colour))
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, wide)
        where = QRect(left, top, wide, height)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)
        top += height
    if item.badge:
        _badge(painter, place, item.badge)


def _badge(painter: QPainter, place: QRect, text: str) -> None:
    tokens = tokens_now()
    painter.setFont(font(SMALL, is_bold=True))
    wide = painter.fontMetrics().horizontalAdvance(text) + 2 * SPACE_S
    where = QRect(place.right() - wide - SPACE_S, place.y() + SPACE_S, wide, 20)
    painter.setBrush(QColor(tokens.accent))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(where, 10, 10)
    painter.setPen(QColor(tokens.on_accent))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)


class Tile(QWidget):
    """The picture of one product, large, or its tinted letter."""

    def __init__(self, letters: str, seed: str, picture: str = "", *, height: int = 132) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self._letters, self._seed = letters, seed
        self._picture = QPixmap(picture) if picture else QPixmap()

    def show_picture(self, picture: str) -> None:
        """Another picture, or the letter again ('')."""
        self._picture = QPixmap(picture) if picture else QPixmap()
        self.update()

    def paintEvent(self, event: Any) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setClipPath(path)
        if self._picture.isNull():
            draw_tile(painter, self.rect(), self._letters, self._seed)
        else:
            draw_whole(painter, self.rect(), self._picture)
        painter.end()
