"""Consolidated stock, sales and receivables of the whole house, with their age and gaps (G04)."""

from typing import Final

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.accounts.model.ageing import AgeingModel
from desktop.accounts.view.ageing import AgeingView
from desktop.reporting.model.consolidated import (
    Asker,
    DebtsOfAll,
    SalesOfAll,
    SiteDetail,
    StockOfAll,
)
from desktop.reporting.view.consolidated_tabs import Asked, DebtsTab, SalesTab, StockTab
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, Empty, column, form_row, label
from desktop.words import formats
from shared.core.clock import business_day
from shared.reporting.queries.ageing import AgedParty, ages_of_accounts
from shared.reporting.queries.debts import DebtLine
from shared.reporting.queries.stock_sums import StockOfSites
from shared.reporting.queries.sums import By, SalesLine

TABS: Final = ("sales", "stock", "debts", "ages")
DETAIL_WIDTH, DETAIL_HEIGHT = 860, 360


class ConsolidatedScreen(Screen):
    """Three tabs; Enter drills into what stands behind a row."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self.asker = Asker(frame.desk, frame.detail)
        self.stock = StockOfAll(frame.desk, self.asker)
        self.sales = SalesOfAll(frame.desk, frame.person.zone)
        self.debts = DebtsOfAll(frame.desk)
        self.sales_tab = SalesTab(frame, self.sales, self._drill_sales)
        self.stock_tab = StockTab(frame, self.stock, self._drill_stock)
        self.debts_tab = DebtsTab(frame, self.debts, self._drill_debts)
        currency = frame.person.currency
        self.ages = AgeingModel(
            frame.desk,
            frame.person.zone,
            lambda connection, day: ages_of_accounts(connection, currency, day),
        )
        self.ages_tab = AgeingView(frame, self.ages, self._drill_ages)
        self.tabs = QTabWidget()
        self._pages: dict[str, QWidget] = {
            "sales": self.sales_tab,
            "stock": self.stock_tab,
            "debts": self.debts_tab,
            "ages": self.ages_tab,
        }
        for name in TABS:
            self.tabs.addTab(self._pages[name], words(f"consol.{name}"))
        self.tabs.currentChanged.connect(lambda _at: self._changed_tab())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.addWidget(self.tabs)
        self.until_gone(self.sales.watch(self.sales_tab.draw))
        self.until_gone(self.stock.watch(self.stock_tab.draw))
        self.until_gone(self.debts.watch(self.debts_tab.draw))
        self.until_gone(self.ages.watch(self.ages_tab.draw))
        self.until_gone(self.asker.watch(self._asking))
        self.until_gone(self.asker.cancel)
        self.watch(self._load, "site_day", "device_contact", "account_balance", "stock_move")

    def shown(self, subject: str = "") -> None:
        if subject in TABS and subject != self.tab:
            # Which loads what the tab shows.
            self.tabs.setCurrentIndex(TABS.index(subject))
        else:
            self._load()
            self.table.view.setFocus()

    @property
    def tab(self) -> str:
        """The name of the tab in front."""
        return TABS[self.tabs.currentIndex()]

    @property
    def table(self) -> Table:
        """The table of the tab in front."""
        tables = {
            "sales": self.sales_tab.table,
            "stock": self.stock_tab.table,
            "debts": self.debts_tab.table,
            "ages": self.ages_tab.table,
        }
        return tables[self.tab]

    def key_actions(self) -> tuple[Action, ...]:
        words: list[Action] = [Action(text="consol.next_tab", keys=("F6",), run=self._next_tab)]
        if self.tab == "sales":
            words += [
                Action(text="consol.next_group", keys=("F7",), run=self._next_group),
                Action(text="consol.next_span", keys=("F8",), run=self._next_span),
            ]
        if self.tab == "ages":
            words.append(Action(text="ageing.next_day", keys=("F8",), run=self._next_day))
        if self.tab == "stock":
            words.append(
                Action(
                    text="consol.ask_rest",
                    keys=("F7",),
                    run=self._ask_rest,
                    is_enabled=lambda: self.asker.asking is None,
                )
            )
        words += [
            Action(
                text="consol.cancel",
                keys=("Ctrl+Delete",),
                run=self.asker.cancel,
                is_enabled=lambda: self.asker.asking is not None,
                in_line=False,
            ),
            Action(text="board.export", keys=("Ctrl+E",), run=self._export),
            Action(text="board.refresh", keys=("F5",), run=self._load),
        ]
        return tuple(words)

    # loading

    def _load(self) -> None:
        loads = {
            "sales": self.sales.load,
            "stock": self.stock.load,
            "debts": self.debts.load,
            "ages": self.ages.load,
        }
        self.frame.tasks.start(loads[self.tab]())

    def _export(self) -> None:
        self.table.export()

    def _asking(self) -> None:
        self.stock_tab.asked.draw()
        self.keys_changed()

    def _changed_tab(self) -> None:
        self._load()
        self.table.view.setFocus()
        self.keys_changed()

    def _next_tab(self) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + 1) % len(TABS))

    def _next_group(self) -> None:
        box = self.sales_tab.by
        box.setCurrentIndex((box.currentIndex() + 1) % box.count())

    def _next_span(self) -> None:
        box = self.sales_tab.span
        box.setCurrentIndex((box.currentIndex() + 1) % box.count())

    def _ask_rest(self) -> None:
        self.frame.tasks.start(self._ask_all())

    async def _ask_all(self) -> None:
        await self.stock.ask_rest()
        left = len(self.stock.unknown_sites)
        if self.asker.was_cancelled:
            self.frame.say(self.words("consol.stopped", n=left), Tone.WAITING)
        else:
            self.frame.say(self.words("consol.asked"), Tone.GOOD)

    # drilling

    def _drill_sales(self, one: SalesLine) -> None:
        """A day opens its sites, a site the sales of its last day as the server has them."""
        if self.sales.by is By.DAY:
            self.frame.tasks.start(self.sales.group(By.SITE))
        elif self.sales.by is By.REGION:
            self.frame.tasks.start(self.sales.group(By.ACCOUNT))
        elif self.sales.by is By.ACCOUNT:
            self.frame.tasks.start(self.sales.group(By.SITE))
        elif self.sales.by is By.SITE:
            self.frame.tasks.start(self._ask_detail(one.key, one.name))
        elif self.sales.by is By.PRODUCT:
            self.frame.open("goods", one.key)

    async def _ask_detail(self, site_id: str, name: str) -> None:
        day = business_day(self.frame.desk.now_us, self.frame.person.zone)
        detail = SiteDetail(self.asker, site_id, name, day)
        await self.frame.ask(DetailPanel(self.frame, detail))
        self.asker.cancel()

    def _drill_stock(self, one: StockOfSites) -> None:
        words, stock = self.words, self.stock
        names = dict(stock.here.sites) if stock.here is not None else {}
        rows = [
            form_row(names.get(site_id, site_id), label(formats.qty(qty_micro)), width=200)
            for site_id, qty_micro in sorted(one.by_site.items())
        ]
        total = form_row(words("consol.total"), label(formats.qty(one.total_micro), "strong"))
        self.frame.show_sheet(column(total, *rows, None), one.name)

    def _next_day(self) -> None:
        self.frame.tasks.start(self.ages.next_day())

    def _drill_ages(self, one: object) -> None:
        if isinstance(one, AgedParty) and "channel" in self.frame.screens:
            self.frame.open("channel", one.party_id)

    def _drill_debts(self, one: DebtLine) -> None:
        if "channel" in self.frame.screens:
            self.frame.open("channel", one.account_id)


class DetailPanel(Panel):
    """A site's sales of one day, asked from the server, with progress and a way to stop."""

    def __init__(self, frame: Frame, model: SiteDetail) -> None:
        super().__init__(frame.words("consol.detail_of", name=model.name), width=DETAIL_WIDTH)
        self._frame, self.model = frame, model
        words = frame.words
        self.day = label("", "strong")
        self.banner = Banner()
        self.asked = Asked(words, model.asker)
        self.table = Table(
            frame,
            "consol-detail",
            self._columns(),
            empty=Empty("receipt", words("consol.no_sales")),
            title=model.name,
        )
        self.table.setFixedHeight(DETAIL_HEIGHT)
        for part in (self.day, self.banner, self.asked, self.table):
            self.body.addWidget(part)
        self._stops = [model.watch(self._draw), model.asker.watch(self._draw)]
        self._load()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="consol.day_before", keys=("F7",), run=lambda: self._other(-1)),
            Action(text="consol.day_after", keys=("F8",), run=lambda: self._other(1)),
            Action(text="consol.cancel", keys=("Ctrl+Delete",), run=self.model.asker.cancel),
            Action(text="board.export", keys=("Ctrl+E",), run=self.table.export),
            Action(text="board.refresh", keys=("F5",), run=self._load),
        )

    def first_focus(self) -> QWidget:
        return self.table.view

    def close_with(self, answer: object) -> None:
        for stop in self._stops:
            stop()
        self._stops = []
        super().close_with(answer)

    def _load(self) -> None:
        self._frame.tasks.start(self.model.load())

    def _other(self, days: int) -> None:
        self.model.other_day(days)
        self._load()

    def _draw(self) -> None:
        words, model = self._frame.words, self.model
        self.day.setText(model.day)
        self.asked.draw()
        report = model.report
        if model.error is not None:
            self.banner.say(words.error(model.error), Tone.BAD)
        elif report is not None and report.as_of_us:
            at = formats.short_instant(
                report.as_of_us, self._frame.desk.now_us, self._frame.person.zone
            )
            self.banner.say(words("home.as_of", at=at), Tone.PLAIN)
        at_of = {name: at for at, name in enumerate(report.columns)} if report is not None else {}
        rows = report.rows if report is not None else []
        self.table.set_rows([{name: one[at] for name, at in at_of.items()} for one in rows])

    def _columns(self) -> list[Column]:
        words = self._frame.words
        return [
            Column(
                key="at",
                title=words("home.when"),
                get=lambda one: one["happened_at_us"],
                kind=Kind.INSTANT,
                zone=self._frame.person.zone,
                width=150,
            ),
            Column(
                key="number",
                title=words("desk.number"),
                get=lambda one: one["number"],
                kind=Kind.NUMBER,
                stretches=True,
            ),
            Column(key="device", title=words("devices.device"), get=lambda one: one["device_id"]),
            Column(
                key="lines",
                title=words("desk.lines"),
                get=lambda one: one["lines"],
                kind=Kind.COUNT,
                width=60,
            ),
            Column(
                key="units",
                title=words("consol.qty"),
                get=lambda one: one["units_micro"],
                kind=Kind.QTY,
                width=80,
                has_total=True,
            ),
            Column(
                key="total",
                title=words("consol.net_cny"),
                get=lambda one: one["total_minor"],
                kind=Kind.MONEY,
                width=120,
                has_total=True,
            ),
        ]
