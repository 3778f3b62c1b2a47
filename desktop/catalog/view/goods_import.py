"""Goods from Excel: the file's columns, its rows as they would be taken, every doubt by row."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.catalog.model.goods_import import FIELDS, GoodsImport, Take
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.sheet_file import choose_sheet, read_sheet
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.problems import problem_columns
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Banner, Empty, button, column, figure, label, row, set_figure
from desktop.words import formats
from shared.catalog.importing import ProductRow


class GoodsImportScreen(Screen):
    """One sheet of goods, from choosing the file to having them."""

    def __init__(self, frame: Frame, take: Take) -> None:
        super().__init__(frame)
        words = self.words
        self.model = GoodsImport(frame.desk, frame.settings, take)
        self.setAcceptDrops(True)
        self.banner = Banner()
        self.file = label("", "strong")
        self.goods = figure(words("goods.count"), "")
        self.pieces = figure(words("goods.pieces"), "")
        self.value = figure(words("goods.value"), "")
        self.checked = figure(words("goods.retail_sum"), "")
        self.with_stock = QCheckBox(words("goods.with_stock"))
        self.with_stock.setChecked(True)
        self.with_stock.toggled.connect(self._set_stock)
        self.rows = Table(frame, "goods-import", self._columns(), can_filter=True)
        self.problems = Table(
            frame,
            "goods-problems",
            problem_columns(words, str),
            can_filter=False,
            empty=Empty("circle-check", words("goods.no_doubts")),
        )
        self.mapping = QWidget()
        self._build()
        self.until_gone(self.model.watch(self._show))
        self._show()

    def _build(self) -> None:
        words = self.words
        self.empty = Empty(
            "file-spreadsheet",
            words("goods.choose"),
            words("goods.choose_hint"),
            action=words("goods.open"),
            pressed=self._open,
        )
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.mapping)
        area.setMinimumWidth(scaled(250))
        self._mapping_area = area
        left = column(label(words("goods.columns"), "strong"), area, spacing=SPACE_M)
        doubts = column(label(words("goods.doubts"), "strong"), self.problems, spacing=SPACE_M)
        down = QSplitter(Qt.Orientation.Vertical)
        down.setHandleWidth(SPACE_M)
        down.addWidget(self.rows)
        down.addWidget(doubts)
        down.setSizes([300, 200])
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(SPACE_L)
        across.addWidget(left)
        across.addWidget(down)
        across.setSizes([270, 830])
        head = row(
            self.file, None, self.goods, self.pieces, self.value, self.checked, spacing=SPACE_L
        )
        again = button(words("goods.open"), self._open, icon_name="file-spreadsheet")
        foot = row(self.with_stock, None, again)
        work = column(head, self.banner, across, foot, spacing=SPACE_M)
        layout = work.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setStretch(2, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(work)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        outer.addWidget(self.pages)

    def shown(self, subject: str = "") -> None:
        self.setFocus()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="goods.open", keys=("Ctrl+O",), run=self._open),
            Action(
                text="goods.take",
                keys=("F10",),
                run=self._take,
                is_enabled=lambda: self.model.found is not None and bool(self.model.found.items),
            ),
        )

    # files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        names = [url.toLocalFile() for url in event.mimeData().urls()]
        if names and names[0]:
            self.frame.tasks.start(self.open_file(Path(names[0])))

    def _open(self) -> None:
        choose_sheet(self, self.words("goods.open"), self.frame.tasks, self.open_file)

    async def open_file(self, path: Path) -> None:
        """Read a file from disk."""
        await self.model.open(await read_sheet(self.frame.desk, path), path.name)

    # showing

    def _show(self) -> None:
        model = self.model
        self.pages.setCurrentIndex(1 if model.file_name else 0)
        self.file.setText(model.file_name)
        self.banner.say(self.words.error(model.error) if model.error else "", Tone.BAD)
        found = model.found
        self.rows.set_rows(found.items if found else ())
        self.problems.set_rows(model.problems)
        sums = model.sums
        set_figure(self.goods, f"{sums.goods:,}")
        set_figure(self.pieces, formats.qty(sums.stock_micro))
        set_figure(self.value, formats.money(sums.stock_minor))
        set_figure(self.checked, formats.price(sums.retail_micro))
        self.with_stock.setVisible(model.has_stock and self.frame.person.device_type != "hq")
        self._show_mapping()

    def _show_mapping(self) -> None:
        words = self.words
        choices = [("", words("goods.left_out"))]
        choices += [(name, words(f"goods.field.{name}")) for name in FIELDS]
        parts: list[QWidget | int | None] = []
        for header, field in self.model.columns:
            meant = Choice(header, choices, value=field)
            meant.picked.connect(partial(self._choose, header))
            named = label(header)
            named.setFixedWidth(scaled(100))
            line = row(named, meant)
            layout = line.layout()
            assert isinstance(layout, QHBoxLayout)
            layout.setStretch(1, 1)
            parts.append(line)
        self._mapping_area.setWidget(column(*parts, None, spacing=4))

    def _choose(self, header: str, field: str) -> None:
        self.frame.tasks.start(self.model.choose(header, field))

    def _set_stock(self, is_wanted: bool) -> None:
        self.model.with_stock = is_wanted

    def _take(self) -> None:
        self.frame.tasks.start(self._take_all())

    async def _take_all(self) -> None:
        taken = await self.model.take()
        key = "goods.taken_costs" if taken.costs else "goods.taken"
        self.frame.say(self.words(key, n=taken.products, costs=taken.costs), Tone.GOOD)
        self.frame.sync()

    # columns

    def _columns(self) -> list[Column]:
        words = self.words

        def money(key: str, get: str) -> Column:
            return Column(
                key=key,
                title=words(f"goods.field.{key}"),
                get=lambda one: getattr(one, get),
                kind=Kind.PRICE,
                width=80,
            )

        return [
            Column(
                key="row",
                title=words("goods.row"),
                get=lambda one: one.row_number,
                kind=Kind.COUNT,
                width=60,
            ),
            Column(
                key="code",
                title=words("goods.field.code"),
                get=lambda one: one.product.code,
                kind=Kind.CODE,
                width=130,
            ),
            Column(
                key="name",
                title=words("goods.field.name"),
                get=lambda one: one.product.name,
                stretches=True,
            ),
            Column(
                key="category",
                title=words("goods.field.category"),
                get=lambda one: one.product.category,
                width=100,
            ),
            Column(
                key="unit",
                title=words("goods.field.unit"),
                get=lambda one: one.product.base_unit,
                width=60,
            ),
            money("retail", "retail_micro"),
            money("cost", "cost_micro"),
            Column(
                key="stock",
                title=words("goods.field.stock"),
                get=lambda one: one.stock_qty_micro,
                kind=Kind.QTY,
                width=80,
                tone=_stock_tone,
            ),
        ]


def _stock_tone(one: ProductRow) -> Tone | None:
    return Tone.BAD if (one.stock_qty_micro or 0) < 0 else None
