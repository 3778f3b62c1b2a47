"""The history of a product's price: who stated what and why, where it holds, as known when."""

from PySide6.QtWidgets import QWidget

from desktop.pricing.model.words import dimension_text, value_text
from desktop.reporting.model.consolidated import Asker
from desktop.reporting.model.price_history import PriceHistory
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_M, scaled
from desktop.ui.widgets import Empty, Field, button, label, row
from desktop.words import formats
from shared.core.errors import RuleViolation
from shared.reporting.queries.price_history import PriceStep

WIDTH, STEPS_HEIGHT, STORES_HEIGHT = 1000, 230, 170


class HistoryPanel(Panel):
    """Statements on top, the stores of the chosen one below, and what was known when."""

    def __init__(self, frame: Frame, org_id: str, product_id: str) -> None:
        words = frame.words
        asker = Asker(frame.desk, frame.detail)
        model = PriceHistory(frame.desk, asker, org_id, product_id, frame.person.zone)
        super().__init__(words("history.title", name=f"{product_id} {model.name}"), width=WIDTH)
        self.model = model
        self._frame, self._words = frame, words
        self.steps = Table(
            frame, "price-history", self._step_columns(), can_filter=False,
            empty=Empty("history", words("history.none"), words("history.none_hint")),
        )  # fmt: skip
        self.steps.setFixedHeight(scaled(STEPS_HEIGHT))
        self.steps.chosen.connect(lambda _one: self._chosen())
        self.stores = Table(
            frame, "price-history-stores", self._store_columns(), can_filter=False,
            empty=Empty("store", words("history.no_stores"), words("history.no_stores_hint")),
        )  # fmt: skip
        self.stores.setFixedHeight(scaled(STORES_HEIGHT))
        self.first = label("", "muted")
        self.first.setWordWrap(True)
        self.first.setFixedWidth(scaled(320))
        buyers = [("", words("price.retail")), *self.model.levels]
        self.buyer = Choice(words("history.buyer"), buyers)
        self.valid = Field("2026-11-03 14:00", name=words("history.valid"))
        self.known = Field("2026-11-04", name=words("history.known"))
        self.answer = label("", "strong")
        for field in (self.valid, self.known):
            field.entered.connect(lambda _text: self._answer_it())
        self.buyer.picked.connect(lambda _one: self._answer_it())
        self.body.addWidget(self.steps)
        self.body.addWidget(row(self.stores, self.first, spacing=SPACE_M))
        self.body.addWidget(self._asking())
        self.body.addWidget(self.answer)
        self.model.watch(self._draw)
        frame.tasks.start(self.model.load())
        self._answer_it()

    def _asking(self) -> QWidget:
        words = self._words
        for field in (self.valid, self.known):
            field.setFixedWidth(scaled(150))
        return row(
            label(words("history.buyer"), "muted"), self.buyer,
            label(words("history.valid"), "muted"), self.valid,
            label(words("history.known"), "muted"), self.known,
            None,
            button(words("ask.back"), self.back),
        )  # fmt: skip

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="history.first",
                keys=("F",),
                run=self._ask_first,
                is_enabled=lambda: self.steps.current is not None,
            ),
            Action(text="history.ask", keys=("F10",), run=self._answer_it),
        )

    def first_focus(self) -> QWidget:
        return self.steps.view

    def _chosen(self) -> None:
        if self.steps.current is not None:
            self._frame.tasks.start(self.model.choose(self.steps.current))

    def _ask_first(self) -> None:
        if self.steps.current is not None:
            self.first.setText(self._words("board.late_asking"))
            self._frame.tasks.start(self.model.ask_first(self.steps.current))

    def _answer_it(self) -> None:
        words = self._words
        try:
            found = self.model.as_known(self.buyer.value, self.valid.text(), self.known.text())
        except RuleViolation as error:
            self._frame.tell(error)
            return
        if found.price is None:
            self.answer.setText(words("history.no_price"))
            return
        price = formats.price(found.price.unit_price_micro)
        self.answer.setText(words("history.answer", price=price, n=found.number))

    def _draw(self) -> None:
        if list(self.steps.rows.shown) != list(self.model.steps):
            self.steps.set_rows(self.model.steps)
        self.stores.set_rows(self.model.stores)
        self.first.setText(self._first_text())

    def _first_text(self) -> str:
        words, model = self._words, self.model
        if model.error is not None:
            return words.error(model.error)
        if model.first is not None:
            return words(
                "history.first_was",
                at=formats.instant(model.first.happened_at_us, self._frame.person.zone),
                site=model.first_site,
                number=model.first.number,
                price=formats.price(model.first.unit_price_micro),
            )
        return words("history.first_none" if model.was_asked else "history.first_hint")

    def _step_columns(self) -> list[Column]:
        words, zone = self._words, self._frame.person.zone

        def about(one: PriceStep) -> str:
            text = dimension_text(words, self.model.names, one.dimension)
            return f"{text} · {words('price.brand_ratio')}" if one.is_of_brand else text

        def change(one: PriceStep) -> str:
            before = value_text(one.is_ratio, one.before_micro)
            after = value_text(one.is_ratio, one.after_micro)
            return f"{before or '–'} → {after or '–'}"

        return [
            Column(key="number", title=words("price.number"), width=70,
                   get=lambda one: words("price.v", n=one.number)),
            Column(key="about", title=words("price.dimension"), get=about, width=200),
            Column(key="change", title=words("price.change"), get=change, width=150,
                   is_number=True),
            Column(key="from", title=words("price.effective"), kind=Kind.INSTANT, zone=zone,
                   get=lambda one: one.effective_at_us, width=132),
            Column(key="author", title=words("price.author"), width=100,
                   get=lambda one: self.model.people.get(one.author_id, one.author_id)),
            Column(key="approver", title=words("price.approver"), width=100,
                   get=lambda one: self.model.people.get(one.approver_id, one.approver_id)),
            Column(key="reason", title=words("price.reason"), get=lambda one: one.reason,
                   stretches=True),
            Column(key="devices", title=words("history.devices"), kind=Kind.COUNT,
                   get=lambda one: one.devices, width=76),
        ]  # fmt: skip

    def _store_columns(self) -> list[Column]:
        words, zone = self._words, self._frame.person.zone
        return [
            Column(key="site", title=words("tasks.site"), get=lambda one: one.site_name,
                   stretches=True),
            Column(key="device", title=words("history.device"), get=lambda one: one.device_id,
                   width=110),
            Column(key="at", title=words("board.active"), kind=Kind.INSTANT, zone=zone,
                   get=lambda one: one.activated_at_us, width=150),
        ]  # fmt: skip
