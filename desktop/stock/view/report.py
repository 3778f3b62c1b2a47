"""The 进销存 report: opening, in, out and closing of each product over a period (O02)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.stock.model.report import ReportModel, ReportRow
from desktop.stock.usecases import Sources
from desktop.ui.actions import Action
from desktop.ui.days import FromTo
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Tone
from desktop.ui.widgets import Banner, Empty, button, figure, label, row, set_figure
from desktop.words import formats

_FIGURES: Final[Mapping[str, Callable[[ReportRow], int]]] = {
    "opening": lambda one: one.opening_micro,
    "in": lambda one: one.in_micro,
    "out": lambda one: one.out_micro,
    "closing": lambda one: one.closing_micro,
}


def _tone(get: Callable[[ReportRow], int], shown: ReportRow) -> Tone | None:
    return Tone.BAD if get(shown) < 0 else None


class ReportScreen(Screen):
    """Enter on a product opens its card, where every move of the figure stands."""

    def __init__(self, frame: Frame, *, sources: Sources) -> None:
        super().__init__(frame)
        person = frame.person
        self.model = ReportModel(frame.desk, sources, person.site_id, person.user_id, person.zone)
        self.until_gone(self.model.watch(self._draw))
        words = self.words
        self._pages = QStackedWidget()
        self._pages.addWidget(self._page())
        hint = words("stock.blind_hint")
        self._pages.addWidget(Empty("shield-check", words("stock.blind"), hint))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.addWidget(self._pages)
        self.watch(self.refresh, "stock_move", "stock_count", "zone_sheet", "recount")

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="report.card",
                keys=("Return",),
                run=self._open_current,
                is_enabled=lambda: self.table.current is not None,
            ),
            Action(text="report.this_month", keys=("F6",), run=lambda: self._month(0)),
            Action(text="report.last_month", keys=("F7",), run=lambda: self._month(1)),
            Action(text="stock.refresh", keys=("F5",), run=self.refresh),
        )

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self.table.view.setFocus()

    def refresh(self) -> None:
        """Read the report again."""
        self.frame.tasks.start(self.model.load())

    def _page(self) -> QWidget:
        words = self.words
        self._days = FromTo(words, self.model, self.refresh)
        self._totals = {name: figure(words(f"report.{name}"), "0") for name in _FIGURES}
        self.table = Table(
            self.frame,
            "stock_report",
            self._columns(),
            empty=Empty("chart-column", words("report.none"), words("report.none_hint")),
        )
        self._fitting = GivingWay(self.table, {"unit": 800, "brand": 860, "code": 560})
        self.table.activated.connect(self._open)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_L)
        days = row(
            label(words("report.days"), "muted"),
            self._days,
            button(words("report.this_month"), lambda: self._month(0)),
            button(words("report.last_month"), lambda: self._month(1)),
            None,
        )
        layout.addWidget(days)
        self._untold = Banner()
        layout.addWidget(self._untold)
        self._sums = row(*self._totals.values(), None, spacing=SPACE_XL)
        layout.addWidget(self._sums)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        return page

    def _columns(self) -> list[Column]:
        words = self.words
        quantities = [
            Column(
                key=name, title=words(f"report.{name}"), kind=Kind.QTY, width=88, has_total=True,
                get=get, tone=partial(_tone, get),
            )
            for name, get in _FIGURES.items()
        ]  # fmt: skip
        return [
            Column(
                key="code",
                title=words("stock.code"),
                get=lambda r: r.goods.code,
                kind=Kind.CODE,
                width=118,
            ),
            Column(
                key="name", title=words("stock.name"), get=lambda r: r.goods.name, stretches=True
            ),
            Column(key="brand", title=words("stock.brand"), get=lambda r: r.goods.brand, width=100),
            *quantities,
            Column(key="unit", title=words("stock.unit"), get=lambda r: r.goods.unit, width=60),
        ]

    def _draw(self) -> None:
        model, was_in_table = self.model, self.table.view.hasFocus()
        self._days.draw()
        self.table.set_rows(list(model.rows))
        self._fitting.leave_out_empty("brand")
        for (_name, shown), total in zip(self._totals.items(), model.totals(), strict=True):
            set_figure(shown, formats.qty(total))
        # Days that cannot be told are not days without stock.
        error = model.untold
        self._untold.say(self.words.error(error) if error else "", Tone.WAITING)
        if error and was_in_table:
            self._days.setFocus()
        for part in (self._sums, self.table):
            part.setVisible(error is None)
        self._pages.setCurrentIndex(0 if model.refused is None else 1)

    def _month(self, back: int) -> None:
        self.model.month(back)
        self.refresh()

    def _open_current(self) -> None:
        if self.table.current is not None:
            self._open(self.table.current)

    def _open(self, shown: ReportRow) -> None:
        self.frame.open("stock", shown.goods.product_id)
