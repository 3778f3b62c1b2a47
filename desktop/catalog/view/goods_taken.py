"""What became of a sheet of goods: how many, with what stock and costs, what was left, ways on."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop.catalog.model.goods_import import Result
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.problems import problem_columns
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Empty, button, column, figure, label, row, set_figure
from desktop.words import formats
from shared.catalog.importing import ProductRow

ON: Final = ("till", "register", "prices")
"""Where the work goes on, the first of them the person has: selling, or pricing the catalogue."""
COSTS, DOUBTS = 0, 1
FIGURES: Final = (
    "stocked", "opened", "opened_value", "at_price", "costs", "no_costs", "lots", "refused",
)  # fmt: skip


class ResultPage(QWidget):
    """Stays until another file is opened; its lists are a key or a click away."""

    def __init__(self, frame: Frame, again: Callable[[], None]) -> None:
        super().__init__()
        words = frame.words
        self.frame = frame
        self._again = again
        self._names: Mapping[int, str] = {}
        self._onward = next((one for one in ON if one in frame.screens), "")
        self._sees_costs = frame.person.may("cost.keep")
        self.title = label("", "big")
        self.file = label("", "muted")
        self.told = label("", "muted")
        self.told.setWordWrap(True)
        self.figures = {name: figure(words(f"goods.result.{name}"), "") for name in FIGURES}
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.addTab("")
        self.tabs.addTab("")
        self.tabs.currentChanged.connect(self._turn)
        self.goods = self._goods_table()
        self.doubts = Table(
            frame,
            "goods-result-doubts",
            problem_columns(words, str, self._name_of),
            can_filter=False,
            empty=Empty("circle-check", words("goods.no_doubts")),
            title=words("goods.result.list_doubts"),
        )
        GivingWay(self.doubts, {"column": 600, "text": 700})
        self.lists = QStackedWidget()
        self.lists.addWidget(self.goods)
        self.lists.addWidget(self.doubts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(column(row(self.title, self.file, None, spacing=SPACE_M), self.told))
        layout.addWidget(row(*self.figures.values(), None, spacing=SPACE_L))
        layout.addWidget(self.tabs)
        layout.addWidget(self.lists, 1)
        layout.addWidget(self._foot())

    def _foot(self) -> QWidget:
        words = self.frame.words
        parts: list[QWidget | int | None] = [
            None,
            button(words("goods.again"), self._again, icon_name="file-spreadsheet"),
            button(words("goods.to_goods"), self._to_goods, icon_name="package"),
        ]
        if self._onward:
            go_on = words(f"goods.to_{self._onward}")
            parts.append(button(go_on, self._go_on, kind="primary"))
        return row(*parts)

    def _goods_table(self) -> Table:
        words = self.frame.words
        made = Table(
            self.frame,
            "goods-result-costs",
            [
                Column(
                    key="row", title=words("goods.row"), get=lambda one: one.row_number,
                    kind=Kind.COUNT, width=60,
                ),
                Column(
                    key="code", title=words("goods.field.code"), kind=Kind.CODE, width=130,
                    get=lambda one: one.product.code,
                ),
                Column(
                    key="name", title=words("goods.field.name"), stretches=True,
                    get=lambda one: one.product.name,
                ),
                Column(
                    key="retail", title=words("goods.field.retail"), kind=Kind.PRICE, width=90,
                    get=lambda one: one.retail_micro,
                ),
                Column(
                    key="stock", title=words("goods.field.stock"), kind=Kind.QTY, width=90,
                    get=lambda one: one.stock_qty_micro,
                ),
            ],
            can_filter=False,
            empty=Empty("circle-check", words("goods.result.all_costs")),
            title=words("goods.result.list_costs"),
        )  # fmt: skip
        made.activated.connect(self._to_one)
        return made

    def key_actions(self) -> tuple[Action, ...]:
        """What can be done while a result is shown."""
        go_on = () if not self._onward else (
            Action(text=f"goods.to_{self._onward}", keys=("T",), run=self._go_on),
        )  # fmt: skip
        costs = () if not self._sees_costs else (
            Action(
                text="goods.result.list_costs", keys=("W",), run=partial(self._look_at, COSTS)
            ),
        )  # fmt: skip
        return (
            *go_on,
            Action(text="goods.to_goods", keys=("G",), run=self._to_goods),
            Action(text="goods.again", keys=("Ctrl+O",), run=self._again),
            *costs,
            Action(
                text="goods.result.list_doubts", keys=("D",), run=partial(self._look_at, DOUBTS)
            ),
        )

    # showing

    def show_result(self, result: Result) -> None:
        """Show this; what there is nothing of is left out."""
        words, taken = self.frame.words, result.taken
        without = result.without_cost
        self.title.setText(words("goods.taken", n=taken.products))
        self.file.setText(result.file_name)
        told = [] if result.has_stock or not self.frame.person.site_id else ["no_stock"]
        told += ["passed_over"] if result.passed_over else []
        self.told.setText(
            " ".join(words(f"goods.result.{one}_told", n=result.passed_over) for one in told)
        )
        self.told.setVisible(bool(told))
        self._figure("stocked", f"{result.stocked:,}" if result.has_stock else "")
        self._figure("opened", formats.qty(taken.opening_micro) if result.has_stock else "")
        self._figure("opened_value", self._money(taken.opening_minor))
        at_price = result.at_price_minor if result.has_stock else 0
        self._figure("at_price", self._money(at_price))
        self._figure("costs", f"{taken.costs:,}" if self._sees_costs else "")
        self._figure(
            "no_costs", f"{len(without):,}" if self._sees_costs and without else "", Tone.WAITING
        )
        self._figure("lots", f"{taken.lots:,}" if taken.lots else "")
        self._figure("refused", f"{result.refused:,}", Tone.BAD if result.refused else Tone.PLAIN)
        self._names = result.names
        self.goods.set_rows(without)
        self.doubts.set_rows(result.doubts)
        self.tabs.setTabText(COSTS, f"{words('goods.result.list_costs')} {len(without):,}")
        self.tabs.setTabText(DOUBTS, f"{words('goods.result.list_doubts')} {len(result.doubts):,}")
        self.tabs.setTabVisible(COSTS, self._sees_costs)
        is_first = DOUBTS if result.refused or not (without and self._sees_costs) else COSTS
        self.tabs.setCurrentIndex(is_first)

    def take_focus(self) -> None:
        """The list in front has the keys."""
        shown = self.lists.currentWidget()
        if isinstance(shown, Table):
            shown.view.setFocus()

    def _figure(self, name: str, value: str, tone: Tone | None = None) -> None:
        set_figure(self.figures[name], value, tone)
        self.figures[name].setVisible(bool(value))

    def _name_of(self, row_number: int) -> str:
        return self._names.get(row_number, "")

    def _money(self, minor: int) -> str:
        return formats.money(minor, self.frame.person.currency) if minor else ""

    def _turn(self, place: int) -> None:
        self.lists.setCurrentIndex(place)

    def _look_at(self, place: int) -> None:
        self.tabs.setCurrentIndex(place)
        self.take_focus()

    # ways on

    def _go_on(self) -> None:
        self.frame.open(self._onward, "")

    def _to_goods(self) -> None:
        self.frame.open("goods", "")

    def _to_one(self, one: ProductRow) -> None:
        self.frame.open("goods", one.product.code)
