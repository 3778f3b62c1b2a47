"""Goods from Excel: the file's columns, its rows as they would be taken, every doubt by row."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop.catalog.model.goods_import import FIELDS, GoodsImport, Take, TakesStock
from desktop.catalog.view.columns import columns_list
from desktop.catalog.view.goods_taken import ResultPage
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.sheet_file import choose_sheet, read_sheet
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.problems import problem_columns
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Banner, Empty, button, column, figure, label, row, set_figure
from desktop.words import formats
from shared.catalog.importing import ProductRow

ROWS, DOUBTS, COLUMNS = range(3)
PARTS: Final = 3
NARROW: Final = 860
"""Below this many pixels at 100 % text, rows, doubts and columns are shown one at a time."""


class GoodsImportScreen(Screen):
    """One sheet of goods, from choosing the file to having them."""

    def __init__(
        self, frame: Frame, take: Take, takes_stock: TakesStock, *, is_catalogue: bool = False
    ) -> None:
        super().__init__(frame)
        self._once = Once(frame.tasks)
        words = self.words
        self.model: GoodsImport = frame.kept.setdefault(
            "goods-import",
            GoodsImport(frame.desk, frame.settings, take, takes_stock, is_catalogue=is_catalogue),
        )
        self.setAcceptDrops(True)
        self.banner = Banner()
        self.file = label("", "strong")
        self.goods = figure(words("goods.count"), "")
        self.known = figure(words("goods.known"), "")
        self.pieces = _sum_of(self, "pieces")
        self.value = _sum_of(self, "value")
        self.at_price = _sum_of(self, "at_price")
        self.with_stock = QCheckBox(words("goods.with_stock"))
        self.with_stock.setChecked(self.model.with_stock)
        self.with_stock.toggled.connect(self._set_stock)
        self.no_stock = label(words("goods.opened_before"), "muted")
        self.no_stock.setWordWrap(True)
        self.rows = Table(frame, "goods-import", self._columns(), can_filter=True)
        self._fitting = GivingWay(self.rows, {"category": 900, "brand": 800, "unit": 720})
        self.problems = Table(
            frame,
            "goods-problems",
            problem_columns(words, str, self.model.name_of),
            can_filter=False,
            empty=Empty("circle-check", words("goods.no_doubts")),
        )
        GivingWay(self.problems, {"column": 600, "text": 700})
        self.mapping = QWidget()
        self.result = ResultPage(frame, self._open)
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
        self._columns_title = label(words("goods.columns"), "strong")
        self._doubts_title = label(words("goods.doubts"), "strong")
        left = column(self._columns_title, area, spacing=SPACE_M)
        doubts = column(self._doubts_title, self.problems, spacing=SPACE_M)
        self._doubts, self._left = doubts, left
        down = QSplitter(Qt.Orientation.Vertical)
        down.setHandleWidth(SPACE_M)
        down.addWidget(self.rows)
        down.addWidget(doubts)
        down.setSizes([300, 200])
        self._right = down
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(SPACE_L)
        across.addWidget(left)
        across.addWidget(down)
        across.setSizes([270, 830])
        head = row(
            self.file,
            None,
            self.goods,
            self.known,
            self.pieces,
            self.value,
            self.at_price,
            spacing=SPACE_L,
        )
        again = button(words("goods.open_other"), self._open, icon_name="file-spreadsheet")
        self.take = button("", self._take, kind="primary")
        foot = row(self.with_stock, self.no_stock, None, again, self.take)
        self.parts = QTabBar()
        self.parts.setExpanding(False)
        self.parts.setDrawBase(False)
        for _part in range(PARTS):
            self.parts.addTab("")
        self.parts.currentChanged.connect(lambda _at: self._arrange())
        work = column(head, self.banner, self.parts, across, foot, spacing=SPACE_M)
        layout = work.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setStretch(3, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(work)
        self.pages.addWidget(self.result)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        outer.addWidget(self.pages)

    def shown(self, subject: str = "") -> None:
        self.setFocus()

    def key_actions(self) -> tuple[Action, ...]:
        if self.model.result is not None:
            return self.result.key_actions()
        return (
            Action(text="goods.open", keys=("Ctrl+O",), run=self._open),
            Action(
                text="goods.take",
                keys=("F10",),
                run=self._take,
                is_enabled=lambda: self.model.can_take,
            ),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Rows, doubts and columns beside each other; where text is large, one at a time."""
        is_narrow = self.width() < scaled(NARROW)
        at = self.parts.currentIndex()
        has_rows = self.model.found is not None
        self.parts.setVisible(is_narrow)
        self._left.setVisible(not is_narrow or at == COLUMNS)
        self._right.setVisible(not is_narrow or at != COLUMNS)
        self.rows.setVisible(not is_narrow or at == ROWS)
        self._doubts.setVisible(at == DOUBTS if is_narrow else has_rows)
        self._doubts_title.setVisible(not is_narrow)
        self._columns_title.setVisible(not is_narrow)

    # files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        names = [url.toLocalFile() for url in event.mimeData().urls()]
        if names and names[0]:
            self.frame.tasks.start(self.open_file(Path(names[0])))

    def _open(self) -> None:
        choose_sheet(self, self.words("goods.open"), self.frame, self.open_file)

    async def open_file(self, path: Path) -> None:
        """Read a file from disk."""
        await self.model.open(await read_sheet(self.frame.desk, path), path.name)

    # showing

    def _show(self) -> None:
        model = self.model
        if model.result is not None:
            self.result.show_result(model.result)
            self.pages.setCurrentWidget(self.result)
            self.keys_changed()
            return
        self.pages.setCurrentIndex(1 if model.file_name else 0)
        self.file.setText(model.file_name)
        self.banner.say(self.words.error(model.error) if model.error else "", Tone.BAD)
        found = model.found
        self.rows.set_rows(found.items if found else ())
        self._fitting.leave_out_empty("brand", "category", "retail", "cost", "stock", "expiry")
        self.problems.set_rows(model.problems)
        self._name_parts()
        sums = model.sums
        set_figure(self.goods, f"{sums.goods:,}")
        set_figure(self.known, f"{model.known:,}", Tone.WAITING)
        self.known.setVisible(model.known > 0)
        set_figure(self.pieces, formats.qty(sums.stock_micro))
        set_figure(self.value, formats.money(sums.stock_minor))
        set_figure(self.at_price, formats.money(sums.stock_retail_minor))
        self.pieces.setVisible(model.has_stock)
        self.value.setVisible(model.has_stock and model.has_costs)
        self.at_price.setVisible(model.has_stock)
        is_shop = self.frame.person.device_type != "hq"
        self.with_stock.setVisible(model.has_stock and is_shop and model.may_open)
        self.no_stock.setVisible(model.has_stock and is_shop and not model.may_open)
        self.take.setText(self._take_text())
        self.take.setEnabled(model.can_take)
        self.keys_changed()
        self._show_mapping()

    def _name_parts(self) -> None:
        words, model = self.words, self.model
        self.parts.setTabText(ROWS, f"{words('goods.count')} {model.sums.goods:,}")
        self.parts.setTabText(DOUBTS, f"{words('goods.doubts')} {len(model.problems):,}")
        self.parts.setTabText(COLUMNS, f"{words('goods.columns')} {len(model.columns):,}")
        if model.error is not None:
            self.parts.setCurrentIndex(COLUMNS)
        self._arrange()

    def _take_text(self) -> str:
        if self.model.is_taking:
            return self.words("goods.taking")
        if self.model.can_take:
            return self.words("goods.take_n", n=self.model.sums.goods)
        return self.words("goods.take")

    def _show_mapping(self) -> None:
        words = self.words
        choices = [("", words("goods.left_out"))]
        choices += [(name, words(f"goods.field.{name}")) for name in FIELDS]
        self._mapping_area.setWidget(columns_list(self.model.columns, choices, self._choose))

    def _choose(self, header: str, field: str) -> None:
        self.frame.tasks.start(self.model.choose(header, field))

    def _set_stock(self, is_wanted: bool) -> None:
        self.model.with_stock = is_wanted

    def _take(self) -> None:
        if self.model.can_take:
            self._once.start(self._take_all)

    async def _take_all(self) -> None:
        taken = await self.model.take()
        self.result.take_focus()
        self.frame.say(self.words("goods.taken", n=taken.products), Tone.GOOD)
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
                key="brand",
                title=words("goods.field.brand"),
                get=lambda one: one.product.brand,
                width=84,
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
            Column(
                key="expiry",
                title=words("goods.field.expiry"),
                get=lambda one: one.expires_on or None,
                kind=Kind.DAY,
                width=92,
            ),
        ]


def _sum_of(screen: Screen, name: str) -> QWidget:
    """A sum of the sheet, with what it is summed from as its tip."""
    made = figure(screen.words(f"goods.{name}"), "")
    made.setToolTip(screen.words(f"goods.{name}_is"))
    return made


def _stock_tone(one: ProductRow) -> Tone | None:
    return Tone.BAD if (one.stock_qty_micro or 0) < 0 else None
