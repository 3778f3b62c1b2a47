"""The table as screens use it: filter above, rows, totals below, an empty state, keys."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.frame import Frame
from desktop.ui.table.codes import CodeDelegate, RoomForCodes, ToneDelegate
from desktop.ui.table.columns import Column, Kind, text_of
from desktop.ui.table.export import workbook
from desktop.ui.table.rows import Rows
from desktop.ui.table.widths import Widths
from desktop.ui.theme import ROW, SPACE_S, Tone, scaled
from desktop.ui.widgets import Empty, Field, row

PastedRows = list[list[str]]
BIG_ROWS = 20_000
"""From here on sorting would be felt; it happens beside the window."""


class Table(QWidget):
    """Rows of one type. ``name`` is where its widths are remembered.

    Type to filter (when ``can_filter``), click a heading to sort, right-click one to choose
    columns, Ctrl+C copies as Excel understands, Ctrl+V hands pasted rows to ``pasted``.
    """

    activated = Signal(object)
    """Enter or double click on a row."""
    chosen = Signal(object)
    """The current row changed; None when there is none."""
    pasted = Signal(object)
    """Rows of cells from the clipboard (PastedRows)."""

    def __init__(
        self,
        frame: Frame,
        name: str,
        columns: Sequence[Column],
        *,
        empty: Empty | None = None,
        can_filter: bool = True,
        row_height: int = ROW,
        title: str = "",
        has_foot: bool = True,
        is_counted: Callable[[Any], bool] | None = None,
        goes_down: bool = False,
    ) -> None:
        super().__init__()
        self.goes_down = goes_down
        """Whether Enter in a cell goes on to the one below, as a list is typed in."""
        self.frame = frame
        self.name = name
        self.title = title
        """What an exported file is called; '' = the table's own name."""
        self._has_foot = has_foot
        self._is_counted = is_counted
        """Which rows the foot counts: headings are none; None = all."""
        self.rows = Rows(columns, self)
        self.rows.refused.connect(frame.tell)
        self.view = _View(self)
        self.view.verticalHeader().setDefaultSectionSize(scaled(row_height))
        self._filter = Field(frame.words("table.filter"))
        self._filter.setClearButtonEnabled(True)
        # What stands beside it comes first: large text leaves the filter less room.
        self._filter.setMinimumWidth(scaled(110))
        self._filter.setMaximumWidth(scaled(240))
        self._filter.textChanged.connect(self.rows.set_filter)
        self._filter.entered.connect(lambda _text: self.view.setFocus())
        self.extra = row(self._filter, None)
        inside = self.extra.layout()
        assert isinstance(inside, QHBoxLayout)
        inside.setStretch(0, 1)
        if not can_filter:
            self.extra.hide()
        self.can_filter = can_filter
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._empty = empty or Empty("inbox", frame.words("table.empty"))
        self._stack.addWidget(self._empty)
        self._foot = QLabel()
        self._foot.setObjectName("muted")
        self._foot.setContentsMargins(SPACE_S, 4, SPACE_S, 4)
        self._foot.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.extra)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._foot)
        self._wanted = 0
        self.rows.modelReset.connect(self._show_state)
        self.rows.rearranged.connect(self._arrange)
        self._toned, self._coded = ToneDelegate(self.view), CodeDelegate(self.view)
        for place, column in enumerate(columns):
            if column.kind in (Kind.CODE, Kind.NUMBER):
                self.view.setItemDelegateForColumn(place, self._coded)
            elif column.tone is not None:
                self.view.setItemDelegateForColumn(place, self._toned)
        self.widths = Widths(self.view, self.rows.columns, frame.settings, name)
        self.widths.restore()
        self._room = RoomForCodes(self.view, self.rows, self.widths)
        self._show_state()

    # rows

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows; the current row stays current when it is still there by equality.

        Up to BIG_ROWS at once; more are sorted and filtered beside the window.
        """
        self.rows.finding.forget()
        self._show(rows)

    def _show(self, rows: Sequence[Any]) -> None:
        if len(rows) <= BIG_ROWS or not self.rows.is_arranged:
            self._put(rows, self.rows.arranged(rows))
        else:
            self._arrange_beside(rows)

    def _arrange(self) -> None:
        self._show(self.rows.all)

    def _arrange_beside(self, rows: Sequence[Any]) -> None:
        self._wanted += 1
        self.frame.tasks.start(self._arrange_later(rows, self._wanted))

    async def _arrange_later(self, rows: Sequence[Any], wanted: int) -> None:
        shown = await self.frame.desk.work(self.rows.arranged, rows)
        if wanted == self._wanted:
            self._put(rows, shown)

    def _put(self, rows: Sequence[Any], shown: list[Any]) -> None:
        before, at = self.current, self.view.currentIndex()
        is_anew = self.rows.put(rows, shown)
        if not is_anew:
            self._show_state()
        self._room.fit()
        found = self._found(before, shown)
        place = found if found >= 0 else min(max(at.row(), 0), len(shown) - 1)
        if place >= 0:
            was = self.view.currentIndex().row()
            self.go_to(place, max(at.column(), 0))
            if was == place:
                # The cursor stays; what it stands on may be another row, or the same one changed.
                self.chosen.emit(self.current)

    @staticmethod
    def _found(before: Any, shown: list[Any]) -> int:
        try:
            return shown.index(before) if before is not None else -1
        except ValueError:
            return -1

    @property
    def current(self) -> Any:
        """The row the cursor is on, or None."""
        index = self.view.currentIndex()
        return self.rows.row(index.row()) if 0 <= index.row() < len(self.rows.shown) else None

    @property
    def selected(self) -> list[Any]:
        """The selected rows, in the order they stand."""
        places = sorted({index.row() for index in self.view.selectionModel().selectedIndexes()})
        return [self.rows.row(place) for place in places]

    def go_to(self, place: int, column: int = 0) -> None:
        """Put the cursor on a row."""
        index = self.rows.index(place, column)
        selection = self.view.selectionModel()
        if index == self.view.currentIndex() and len(selection.selectedRows()) == 1:
            self.view.scrollTo(index)
            return
        self.view.selectionModel().setCurrentIndex(
            index,
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )
        self.view.scrollTo(index)

    def edit_current(self, key: str) -> None:
        """Open the editor of a column in the current row."""
        place = next((i for i, c in enumerate(self.rows.columns) if c.key == key), -1)
        index = self.view.currentIndex()
        if place >= 0 and index.isValid():
            self.view.setCurrentIndex(self.rows.index(index.row(), place))
            self.view.edit(self.rows.index(index.row(), place))

    def start_filter(self, text: str) -> None:
        """Go on typing in the filter, with these letters already in it."""
        self._filter.setFocus()
        if text:
            self._filter.setText(text)

    def filter_by(self, text: str) -> None:
        """Type into the filter."""
        self._filter.setText(text)

    def add_to_bar(self, widget: QWidget) -> None:
        """Put something beside the filter, at the right end."""
        layout = self.extra.layout()
        assert layout is not None
        layout.addWidget(widget)
        self.extra.setVisible(True)
        self._filter.setVisible(self.can_filter)

    def shown_columns(self) -> list[Column]:
        """The columns that are there, in their order on screen."""
        header = self.view.horizontalHeader()
        order = sorted(range(len(self.rows.columns)), key=header.visualIndex)
        return [self.rows.columns[i] for i in order if not self.view.isColumnHidden(i)]

    # clipboard

    def copied(self) -> str:
        """The selected rows with headings, tabs between cells, as Excel understands."""
        columns = self.shown_columns()
        lines = ["\t".join(column.title for column in columns)]
        lines += [
            "\t".join(_one_cell(column.whole_text(one)) for column in columns)
            for one in self.selected
        ]
        return "\n".join(lines)

    def copy(self) -> None:
        """Ctrl+C."""
        QGuiApplication.clipboard().setText(self.copied())
        self.frame.say(self.frame.words("table.copied", n=len(self.selected)), Tone.PLAIN)

    def paste(self) -> None:
        """Ctrl+V: the clipboard's rows go to whoever listens."""
        text = QGuiApplication.clipboard().text()
        cells = [line.split("\t") for line in text.splitlines() if line.strip()]
        if cells:
            self.pasted.emit(cells)

    def export(self) -> None:
        """Ctrl+E: what is shown, as a workbook in the person's documents."""
        self.frame.tasks.start(self._export())

    async def _export(self) -> None:
        columns, rows = self.shown_columns(), list(self.rows.shown)
        name, total = self.title or self.name, self.frame.words("table.total")
        content = await self.frame.desk.work(workbook, columns, rows, name=name, total_title=total)
        path = self.frame.paper.save(content, f"{name}.xlsx")
        self.frame.say(self.frame.words("table.exported", n=len(rows), path=path), Tone.GOOD)

    # looks

    def choose_columns(self) -> None:
        """A menu of all columns to tick."""
        menu = QMenu(self)
        for place, column in enumerate(self.rows.columns):
            entry = menu.addAction(column.title)
            entry.setCheckable(True)
            entry.setChecked(not self.view.isColumnHidden(place))
            entry.toggled.connect(lambda on, at=place: self.widths.show_column(at, on))
        menu.popup(self.view.horizontalHeader().mapToGlobal(self.view.rect().topLeft()))

    def _show_state(self) -> None:
        has_rows = bool(self.rows.all)
        # Hidden, the rows would pass the focus on to whatever is next.
        had_focus = self.view.hasFocus() or self._empty.hasFocus()
        self._stack.setCurrentIndex(0 if has_rows else 1)
        if had_focus:
            (self.view if has_rows else self._empty).setFocus()
        totals = [c for c in self.rows.columns if c.has_total]
        parts = [self.frame.words("table.rows", n=self._count())]
        parts += [f"{c.title} {text_of(c, self.rows.total(c))}" for c in totals]
        self._foot.setText("   ·   ".join(parts))
        self._foot.setVisible(has_rows and self._has_foot)

    def _count(self) -> int:
        shown, is_counted = self.rows.shown, self._is_counted
        return len(shown) if is_counted is None else sum(map(is_counted, shown))


def _one_cell(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")


_TYPING = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class _View(QTableView):
    """Qt's table with our keys: Enter activates, letters filter, Ctrl+C and Ctrl+V."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table
        self.setModel(table.rows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setSortingEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.setSectionsClickable(True)
        header.sortIndicatorChanged.connect(table.rows.sort)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda _point: table.choose_columns())
        self.doubleClicked.connect(lambda index: self._activate(index.row(), index.column()))
        self.selectionModel().currentRowChanged.connect(lambda *_: table.chosen.emit(table.current))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        index = self.currentIndex()
        is_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.state() is QAbstractItemView.State.EditingState:
            # Enter ends the editing; it is not meant for the row as well.
            super().keyPressEvent(event)
        elif is_enter and index.isValid():
            self._activate(index.row(), index.column())
        elif is_control and event.key() == Qt.Key.Key_C:
            self._table.copy()
        elif is_control and event.key() == Qt.Key.Key_V:
            self._table.paste()
        elif is_control and event.key() == Qt.Key.Key_F:
            self._table.start_filter("")
        elif is_control and event.key() == Qt.Key.Key_E:
            self._table.export()
        elif self._is_filter_text(event):
            self._table.start_filter(event.text())
        else:
            super().keyPressEvent(event)

    def closeEditor(  # noqa: N802
        self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint
    ) -> None:
        index = self.currentIndex()
        super().closeEditor(editor, hint)
        is_enter = hint is QAbstractItemDelegate.EndEditHint.SubmitModelCache
        if self._table.goes_down and is_enter and index.row() + 1 < len(self._table.rows.shown):
            self._table.go_to(index.row() + 1, index.column())

    def _is_filter_text(self, event: QKeyEvent) -> bool:
        if not self._table.can_filter or event.modifiers() not in _TYPING:
            return False
        edits = self.model().flags(self.currentIndex()) & Qt.ItemFlag.ItemIsEditable
        return event.text().isprintable() and bool(event.text().strip()) and not edits

    def _activate(self, place: int, _column: int) -> None:
        self._table.activated.emit(self._table.rows.row(place))
