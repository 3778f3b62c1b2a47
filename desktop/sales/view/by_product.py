"""Sales by product over some days: pieces, amount, share, and the margin for who may know it."""

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.sales.model.by_product import ALL, SoldModel, Span
from desktop.sales.usecases.by_product import SoldProduct
from desktop.ui.actions import Action
from desktop.ui.days import FromTo
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.share_bar import ShareBar
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Tone, scaled
from desktop.ui.widgets import Empty, button, figure, label, row, set_figure
from desktop.words import formats

_KEYS = {Span.TODAY: "F2", Span.WEEK: "F3", Span.MONTH: "F6", Span.LAST_MONTH: "F7"}


class SoldScreen(Screen):
    """Most money first; Enter opens the stock card of a product."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        person = frame.person
        self.model = SoldModel(frame.desk, person.site_id, sees_costs=person.may("cost.keep"))
        self._longest = 0
        words = self.words
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.setSpacing(SPACE_L)
        layout.addWidget(self._head())
        self.figures = {
            "amount": figure(words("sold.amount_of", currency=person.currency), "0"),
            "pieces": figure(words("sold.pieces"), "0"),
            "products": figure(words("sold.products"), "0"),
            "margin": figure(words("sold.margin_of", currency=person.currency), "0"),
            "ratio": figure(words("sold.ratio"), "0"),
        }
        for name in () if self.model.sees_costs else ("margin", "ratio"):
            self.figures[name].hide()
        self.without = label("", "muted")
        self.without.setWordWrap(True)
        figures = row(*self.figures.values(), self.without, spacing=SPACE_XL)
        layout.addWidget(figures)
        self.table = Table(
            frame,
            "sold_products",
            self._columns(),
            empty=Empty("chart-column", words("sold.none"), words("sold.none_hint")),
            title=words("screen.sold-goods"),
        )
        self._bars = ShareBar(self.table.view, self._bar_of)
        place = [one.key for one in self.table.rows.columns].index("share")
        self.table.view.setItemDelegateForColumn(place, self._bars)
        margin = {"ratio": 780} if self.model.sees_costs else {}
        self._fitting = GivingWay(
            self.table,
            {"brand": 1180, "spec": 1000, "category": 960, "code": 700, "share": 560} | margin,
        )
        self.table.activated.connect(self._open)
        self.brand = Choice(words("stock.brand"), [])
        self.brand.picked.connect(lambda value: self.model.choose(brand=value))
        self.category = Choice(words("stock.category"), [])
        self.category.picked.connect(lambda value: self.model.choose(category=value))
        for choice in (self.category, self.brand):
            choice.setMinimumWidth(scaled(140))
            self.table.add_to_bar(choice)
        layout.addWidget(self.table, 1)
        self.until_gone(self.model.watch(self.draw))
        self.watch(self.refresh, "sale", "purchase_line", "product_cost")

    def key_actions(self) -> tuple[Action, ...]:
        spans = tuple(
            Action(text=f"sold.span.{span}", keys=(key,), run=partial(self._span, span))
            for span, key in _KEYS.items()
        )
        return (
            *spans,
            Action(
                text="sold.card",
                keys=("Return",),
                run=lambda: self._open(self.table.current),
                is_enabled=lambda: self.table.current is not None,
            ),
            Action(text="sold.to_sales", keys=("F8",), run=lambda: self.frame.open("sales", "")),
            Action(text="stock.refresh", keys=("F5",), run=self.refresh),
        )

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self.table.view.setFocus()

    def scanned(self, code: str) -> bool:
        self.table.filter_by(code)
        return True

    def refresh(self) -> None:
        """Read the days again."""
        self.frame.tasks.start(self.model.load())

    def _head(self) -> QWidget:
        words = self.words
        self._days = FromTo(words, self.model, self.refresh)
        self._spans = {
            span: button(words(f"sold.span.{span}"), partial(self._span, span)) for span in _KEYS
        }
        self._reading = label("", "muted")
        return row(
            *self._spans.values(),
            SPACE_S,
            self._days,
            self._reading,
            None,
        )

    def _columns(self) -> list[Column]:
        words, model, currency = self.words, self.model, self.frame.person.currency
        found = [
            Column(key="code", title=words("stock.code"), width=118, kind=Kind.CODE,
                   get=lambda one: one.code),
            Column(key="name", title=words("stock.name"), stretches=True,
                   get=lambda one: one.name, also=lambda one: one.initials),
            Column(key="spec", title=words("stock.spec"), width=84, get=lambda one: one.spec),
            Column(key="brand", title=words("stock.brand"), width=96, get=lambda one: one.brand),
            Column(key="category", title=words("stock.category"), width=104,
                   get=lambda one: one.category),
            Column(key="pieces", title=words("sold.pieces"), width=80, kind=Kind.QTY,
                   get=lambda one: one.qty_micro, has_total=True,
                   tone=lambda one: Tone.BAD if one.qty_micro < 0 else None),
            Column(key="amount", title=words("sold.amount"), width=100, kind=Kind.MONEY,
                   currency=currency, get=lambda one: one.amount_minor, has_total=True),
            Column(key="share", title=words("sold.share"), width=150, kind=Kind.RATIO,
                   get=model.share_micro),
        ]  # fmt: skip
        if model.sees_costs:
            found += [
                Column(key="margin", title=words("sold.margin"), width=96, kind=Kind.MONEY,
                       currency=currency, get=lambda one: one.margin_minor, has_total=True,
                       tone=_margin_tone),
                Column(key="ratio", title=words("sold.ratio"), width=72, kind=Kind.RATIO,
                       get=lambda one: one.margin_micro, tone=_margin_tone),
            ]  # fmt: skip
        return found

    def draw(self) -> None:
        """Show the model as it is now."""
        model, words = self.model, self.words
        self._days.draw()
        for span, made in self._spans.items():
            made.setProperty("kind", "primary" if span is model.span else "")
            made.style().unpolish(made)
            made.style().polish(made)
        self._reading.setText(words("sold.reading") if model.is_reading else "")
        rows = model.rows
        self._longest = max((one.amount_minor for one in rows), default=0)
        self.table.set_rows(rows)
        self._fitting.leave_out_empty("spec", "brand", "category")
        if rows and self.table.current is None:
            self.table.go_to(0)
        self._fill()
        self._draw_sums()
        self.keys_changed()

    def _draw_sums(self) -> None:
        sums, currency = self.model.sums(), self.frame.person.currency
        set_figure(self.figures["amount"], formats.money(sums.amount_minor, currency))
        set_figure(self.figures["pieces"], formats.qty(sums.qty_micro))
        set_figure(self.figures["products"], f"{sums.products:,}")
        margin = "–" if sums.margin_minor is None else formats.money(sums.margin_minor, currency)
        set_figure(self.figures["margin"], margin)
        ratio = "–" if sums.margin_micro is None else formats.percent(sums.margin_micro)
        set_figure(self.figures["ratio"], ratio)
        n = sums.without_cost if self.model.sees_costs else 0
        self.without.setText(self.words("sold.without_cost", n=n) if n else "")

    def _fill(self) -> None:
        words, model = self.words, self.model
        for choice, every, values, value in (
            (self.brand, "stock.all_brands", model.brands, model.brand),
            (self.category, "stock.all_categories", model.categories, model.category),
        ):
            choice.offer([(ALL, words(every)), *((one, one) for one in values)], value)
            choice.setVisible(bool(values))

    def _bar_of(self, place: int) -> int:
        shown = self.table.rows.shown
        if not self._longest or place >= len(shown):
            return 0
        amount: int = shown[place].amount_minor
        return amount * 1_000 // self._longest

    def _span(self, span: Span) -> None:
        self.model.choose_span(span)
        self.refresh()

    def _open(self, one: SoldProduct | None) -> None:
        if one is not None and "stock" in self.frame.screens:
            self.frame.open("stock", one.product_id)


def _margin_tone(one: SoldProduct) -> Tone | None:
    if (one.margin_minor or 0) < 0:
        return Tone.BAD
    return Tone.WAITING if one.without_cost else None
