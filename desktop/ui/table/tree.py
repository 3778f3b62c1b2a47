"""Rows below rows, seen through the same columns as a table: regions, dealers, sites, devices."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtCore import Signal as Told
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.frame import Frame
from desktop.ui.table.columns import NUMBERS, Column
from desktop.ui.table.export import workbook
from desktop.ui.theme import SPACE_S, Tone, scaled, tokens_now
from desktop.ui.widgets import Empty, Field, row
from shared.core.text import normal

Index = QModelIndex | QPersistentModelIndex
_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_ALIGN: Final = int(Qt.ItemDataRole.TextAlignmentRole)
_COLOUR: Final = int(Qt.ItemDataRole.ForegroundRole)
_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A row with the rows below it; ``key`` names it, so that it stays open when read again."""

    key: str
    value: Any
    below: Sequence["Node"] = ()


@dataclass(slots=True, eq=False)
class _Place:
    """Where a node stands in the model."""

    node: Node
    at: int
    id: int
    """Its number in the model: Qt keeps numbers, which cannot dangle."""
    parent: "_Place | None"
    below: list["_Place"] = field(default_factory=list)


class _Nodes(QAbstractItemModel):
    def __init__(self, columns: Sequence[Column], parent: QObject) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self.top: list[_Place] = []
        self._all: list[_Place] = []

    def put(self, nodes: Sequence[Node]) -> None:
        self.beginResetModel()
        self._all = []
        self.top = _placed(nodes, None, self._all)
        self.endResetModel()

    def place(self, index: Index) -> _Place:
        return self._all[index.internalId()]

    def index_of(self, place: _Place) -> QModelIndex:
        return self.createIndex(place.at, 0, place.id)

    def index(self, at: int, column: int, parent: Index | None = None) -> QModelIndex:
        rows = self.place(parent).below if parent is not None and parent.isValid() else self.top
        if not (0 <= at < len(rows) and 0 <= column < len(self.columns)):
            return QModelIndex()
        return self.createIndex(at, column, rows[at].id)

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return super().parent()
        above = self.place(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self.index_of(above)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        if parent is None or not parent.isValid():
            return len(self.top)
        return len(self.place(parent).below) if parent.column() == 0 else 0

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        column, value = self.columns[index.column()], self.place(index).node.value
        if role == _DISPLAY:
            return column.text(value)
        if role == _TIP:
            return column.whole_text(value)
        if role == _ALIGN:
            return _RIGHT if column.is_number or column.kind in NUMBERS else _LEFT
        if role == _COLOUR and column.tone is not None:
            tone = column.tone(value)
            return QColor(tokens_now().tone(tone)) if tone not in (None, Tone.PLAIN) else None
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if int(role) == _DISPLAY:
            return column.title
        if int(role) == _ALIGN:
            return _RIGHT if column.is_number or column.kind in NUMBERS else _LEFT
        return None


class TreeTable(QWidget):
    """A tree with columns: type to filter, arrows open and close, Enter activates, Ctrl+E exports.

    What was open stays open when the nodes are read again; new ones begin open down to
    ``open_levels``.
    """

    activated = Told(object)
    chosen = Told(object)

    def __init__(
        self,
        frame: Frame,
        name: str,
        columns: Sequence[Column],
        *,
        empty: Empty | None = None,
        title: str = "",
        open_levels: int = 1,
        giving_way: Sequence[str] = (),
    ) -> None:
        """``giving_way`` are keys of columns that go first where not all fit, in that order."""
        super().__init__()
        self.frame, self.name, self.title = frame, name, title
        self._open_levels = open_levels
        self._nodes: Sequence[Node] = ()
        self._closed: set[str] = set()
        self._opened: set[str] = set()
        self._needle = ""
        self._said: dict[Node, str] = {}
        self.model = _Nodes(columns, self)
        self.view = _View(self)
        self._filter = Field(frame.words("table.filter"))
        self._filter.setClearButtonEnabled(True)
        self._filter.setFixedWidth(scaled(240))
        self._filter.textChanged.connect(self.filter_by)
        self._filter.entered.connect(lambda _text: self.view.setFocus())
        self.extra = row(self._filter, None)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(empty or Empty("inbox", frame.words("table.empty")))
        self._foot = QLabel()
        self._foot.setObjectName("muted")
        self._foot.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.extra)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._foot)
        self.view.prepare(columns, giving_way)

    def set_nodes(self, nodes: Sequence[Node]) -> None:
        """Show these; the row in front stays in front."""
        self._nodes = nodes
        self._said.clear()
        self._draw()

    def filter_by(self, text: str) -> None:
        """Only rows in which every word stands, and those above them."""
        if self._filter.text() != text:
            self._filter.setText(text)
            return
        self._needle = normal(text).casefold()
        self._draw()

    def start_filter(self, text: str) -> None:
        """Go on typing in the filter."""
        self._filter.setFocus()
        if text:
            self._filter.setText(text)

    @property
    def current(self) -> Any:
        """The value of the row in front, or None."""
        index = self.view.currentIndex()
        return self.model.place(index).node.value if index.isValid() else None

    @property
    def current_key(self) -> str:
        """The key of the row in front, '' for none."""
        index = self.view.currentIndex()
        return self.model.place(index).node.key if index.isValid() else ""

    def go_to(self, key: str) -> None:
        """Put the cursor on the node of a key, opening what is above it."""
        for place in _walk(self.model.top):
            if place.node.key == key:
                index = self.model.index_of(place)
                self.view.setCurrentIndex(index)
                self.view.scrollTo(index)
                return

    @property
    def shown(self) -> list[Any]:
        """The values of all rows, from top to bottom."""
        return [place.node.value for place in _walk(self.model.top)]

    def copy(self) -> None:
        """Ctrl+C: the row in front with headings."""
        if self.current is not None:
            lines = (
                [c.title for c in self.model.columns],
                [c.whole_text(self.current) for c in self.model.columns],
            )
            QGuiApplication.clipboard().setText("\n".join("\t".join(one) for one in lines))
            self.frame.say(self.frame.words("table.copied", n=1), Tone.PLAIN)

    def export(self) -> None:
        """Ctrl+E: every row as a workbook in the person's documents."""
        self.frame.tasks.start(self._export())

    async def _export(self) -> None:
        rows, name = self.shown, self.title or self.name
        content = await self.frame.desk.work(workbook, self.model.columns, rows, name=name)
        path = self.frame.paper.save(content, f"{name}.xlsx")
        self.frame.say(self.frame.words("table.exported", n=len(rows), path=path), Tone.GOOD)

    def note(self, key: str, *, is_open: bool) -> None:
        """A person opened or closed a row."""
        (self._opened if is_open else self._closed).add(key)
        (self._closed if is_open else self._opened).discard(key)

    def _draw(self) -> None:
        before = self.current_key
        words = self._needle.split()
        nodes = _filtered(self._nodes, self._texts, words) if words else self._nodes
        self.model.put(nodes)
        self._open(is_all=bool(words))
        if before:
            self.go_to(before)
        if not self.view.currentIndex().isValid() and self.model.top:
            self.view.setCurrentIndex(self.model.index(0, 0))
        self._stack.setCurrentIndex(0 if self._nodes else 1)
        self._foot.setVisible(bool(self._nodes))
        self._foot.setText(self.frame.words("table.rows", n=sum(1 for _ in _leaves(nodes))))

    def _open(self, *, is_all: bool) -> None:
        if is_all:
            self.view.open_all()
            return
        self.view.open_levels(self._open_levels)
        for place in _walk(self.model.top) if self._opened or self._closed else ():
            key = place.node.key
            if key in self._opened or key in self._closed:
                self.view.set_open(self.model.index_of(place), key in self._opened)

    def _texts(self, node: Node) -> str:
        """What a row says, small letters, cell by cell; made once for each node."""
        found = self._said.get(node)
        if found is None:
            texts = (column.text(node.value) for column in self.model.columns)
            found = self._said[node] = "\n".join(texts).casefold()
        return found


class _View(QTreeView):
    def __init__(self, table: TreeTable) -> None:
        super().__init__()
        self._table = table
        self._is_setting = False
        self._stretching = -1
        self._least = 0
        self._wanted = 0
        self._giving_way: list[tuple[int, int]] = []
        self.setModel(table.model)
        self.setUniformRowHeights(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setExpandsOnDoubleClick(False)
        self.setObjectName("tree")
        self.doubleClicked.connect(lambda _index: self._activate())
        self.selectionModel().currentRowChanged.connect(lambda *_: table.chosen.emit(table.current))
        self.expanded.connect(lambda index: self._note(index, is_open=True))
        self.collapsed.connect(lambda index: self._note(index, is_open=False))

    def prepare(self, columns: Sequence[Column], giving_way: Sequence[str] = ()) -> None:
        header = self.header()
        places = {one.key: at for at, one in enumerate(columns)}
        self._giving_way = [(places[key], columns[places[key]].width) for key in giving_way]
        self._wanted = sum(one.width for one in columns)
        header.setStretchLastSection(False)
        self._stretching = next((at for at, one in enumerate(columns) if one.stretches), -1)
        self._least = columns[self._stretching].width if self._stretching >= 0 else 0
        for at, column in enumerate(columns):
            header.resizeSection(at, column.width)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        # Qt would press a stretching column to nothing; here the tree scrolls before that.
        super().resizeEvent(event)
        wanted = self._wanted
        for at, width in self._giving_way:
            is_short = wanted > self.viewport().width()
            wanted -= width if is_short else 0
            self.setColumnHidden(at, is_short)
        if self._stretching >= 0:
            header = self.header()
            others = header.length() - header.sectionSize(self._stretching)
            room = self.viewport().width() - others
            header.resizeSection(self._stretching, max(room, self._least))

    def set_open(self, index: QModelIndex, is_open: bool) -> None:
        self._is_setting = True
        self.setExpanded(index, is_open)
        self._is_setting = False

    def open_all(self) -> None:
        self._is_setting = True
        self.expandAll()
        self._is_setting = False

    def open_levels(self, levels: int) -> None:
        self._is_setting = True
        self.expandToDepth(levels - 1)
        self._is_setting = False

    def _note(self, index: QModelIndex, *, is_open: bool) -> None:
        if not self._is_setting:
            self._table.note(self._table.model.place(index).node.key, is_open=is_open)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        is_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate()
        elif is_control and event.key() == Qt.Key.Key_C:
            self._table.copy()
        elif is_control and event.key() == Qt.Key.Key_F:
            self._table.start_filter("")
        elif is_control and event.key() == Qt.Key.Key_E:
            self._table.export()
        elif not is_control and event.text().isprintable() and event.text().strip():
            self._table.start_filter(event.text())
        else:
            super().keyPressEvent(event)

    def _activate(self) -> None:
        if self._table.current is not None:
            self._table.activated.emit(self._table.current)


def _placed(nodes: Sequence[Node], parent: _Place | None, every: list[_Place]) -> list[_Place]:
    found = []
    for at, node in enumerate(nodes):
        place = _Place(node, at, len(every), parent)
        every.append(place)
        place.below = _placed(node.below, place, every)
        found.append(place)
    return found


def _walk(places: Sequence[_Place]) -> Iterator[_Place]:
    for place in places:
        yield place
        yield from _walk(place.below)


def _leaves(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.below:
            yield from _leaves(node.below)
        else:
            yield node


def _filtered(
    nodes: Sequence[Node], said: Callable[[Node], str], words: Sequence[str]
) -> list[Node]:
    found = []
    for node in nodes:
        if all(word in said(node) for word in words):
            found.append(node)
            continue
        below = _filtered(node.below, said, words)
        if below:
            found.append(Node(node.key, node.value, below))
    return found
