"""What the shop bought itself: by day and supplier, with what it comes to (进货记录, B11)."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop.stock.model.purchases import ALL, NOBODY, PurchasesModel, SupplierSaid
from desktop.stock.usecases import BoughtGoods, SupplierName
from desktop.stock.view.move_page import look_at
from desktop.stock.view.supplier_panel import SupplierPanel
from desktop.ui.actions import Action
from desktop.ui.days import FromTo
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_S, SPACE_XL, Tone, scaled
from desktop.ui.widgets import (
    Empty,
    button,
    column,
    figure,
    label,
    line,
    row,
    set_figure,
)
from desktop.words import formats
from shared.core.ids import uid_text
from shared.stock.queries import Purchase
from shared.stock.rules import PURCHASE


class PurchasesScreen(Screen):
    """Enter shows the goods of a receipt; the foot adds up what is shown."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        person = frame.person
        self.model = PurchasesModel(
            frame.desk, person.site_id, person.zone, sees_costs=person.may("cost.keep")
        )
        self._once = Once(frame.tasks)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.setSpacing(SPACE_L)
        layout.addWidget(self._head())
        words = self.words
        self._figures = {
            "slips": figure(words("purchases.slips"), "0"),
            "total": figure(words("purchases.total", currency=person.currency), "0"),
        }
        if not self.model.sees_costs:
            self._figures["total"].hide()
        self._without = label("", tone=Tone.WAITING)
        layout.addWidget(row(*self._figures.values(), self._without, None, spacing=SPACE_XL))
        self.table = Table(
            frame,
            "purchases",
            self._columns(),
            empty=Empty(
                "truck",
                words("purchases.none"),
                words("purchases.none_hint"),
                action=words("purchases.receive"),
                pressed=self._receive,
            ),
            title=words("screen.purchases"),
        )
        self._fitting = GivingWay(self.table, {"number": 1020, "note": 900, "lines": 760})
        self.table.activated.connect(self._show)
        self.supplier = Choice(words("buying.supplier"), [(ALL, words("purchases.everybody"))])
        self.supplier.setMinimumWidth(scaled(180))
        self.supplier.picked.connect(self.model.choose)
        self.table.add_to_bar(self.supplier)
        layout.addWidget(self.table, 1)
        self.until_gone(self.model.watch(self._draw))
        self.watch(self.refresh, "purchase_line", "own_supplier")

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="purchases.show",
                keys=("Return",),
                run=self._show_current,
                is_enabled=lambda: self.table.current is not None,
            ),
            Action(text="purchases.receive", keys=("F2",), run=self._receive),
            Action(text="purchases.supplier", keys=("F3",), run=self._to_supplier),
            Action(
                text="supplier.card",
                keys=("F4",),
                run=self._edit_supplier,
                is_enabled=lambda: self.model.supplier_of(self.table.current) is not None,
            ),
            Action(text="report.this_month", keys=("F6",), run=lambda: self._month(0)),
            Action(text="report.last_month", keys=("F7",), run=lambda: self._month(1)),
            Action(
                text="moving.take_back",
                keys=("F8",),
                run=self._take_back,
                is_enabled=lambda: self.table.current is not None,
            ),
            Action(text="stock.refresh", keys=("F5",), run=self.refresh),
        )

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self.table.view.setFocus()
        if subject:
            self.frame.tasks.start(self._look_at(subject))

    def refresh(self) -> None:
        """Read again."""
        self.frame.tasks.start(self.model.load())

    async def _look_at(self, document: str) -> None:
        await self.model.load()
        if self._go_to(document):
            self._show(self.table.current)

    def _head(self) -> QWidget:
        words = self.words
        self._days = FromTo(words, self.model, self.refresh)
        return row(
            label(words("report.days"), "muted"),
            self._days,
            button(words("report.this_month"), lambda: self._month(0)),
            button(words("report.last_month"), lambda: self._month(1)),
            None,
        )

    def _columns(self) -> list[Column]:
        words, model = self.words, self.model
        found = [
            Column(key="day", title=words("purchases.day"), width=104, kind=Kind.DAY,
                   get=lambda one: one.business_day),
            Column(key="supplier", title=words("buying.supplier"), stretches=True,
                   get=lambda one: model.name_of(one.supplier_id)),
            Column(key="slip", title=words("buying.slip"), width=140, kind=Kind.CODE,
                   get=lambda one: one.reference),
            Column(key="number", title=words("card.document"), width=140, kind=Kind.NUMBER,
                   get=lambda one: one.number),
            Column(key="note", title=words("moving.note"), width=210,
                   get=lambda one: one.note),
            Column(key="lines", title=words("moving.lines"), width=60, kind=Kind.COUNT,
                   get=lambda one: one.lines),
            Column(key="pieces", title=words("moving.pieces"), width=84, kind=Kind.QTY,
                   get=lambda one: one.units_micro, has_total=True),
        ]  # fmt: skip
        if model.sees_costs:
            currency = self.frame.person.currency
            found.append(
                Column(key="amount", title=words("buying.amount"), width=110, kind=Kind.MONEY,
                       currency=currency, has_total=True,
                       get=lambda one: one.amount_minor if one.without_cost < one.lines else None,
                       tone=_tone)
            )  # fmt: skip
        return found

    def _draw(self) -> None:
        model = self.model
        self._days.draw()
        self._fill_suppliers()
        rows = model.rows
        self.table.set_rows(rows)
        self._fitting.leave_out_empty("note", "slip")
        if rows and self.table.current is None:
            self.table.go_to(0)
        set_figure(self._figures["slips"], f"{len(rows):,}")
        total = formats.money(model.total_minor, self.frame.person.currency)
        set_figure(self._figures["total"], total)
        n = model.without_cost if model.sees_costs else 0
        self._without.setText(self.words("purchases.without_cost", n=n) if n else "")
        self.keys_changed()

    def _fill_suppliers(self) -> None:
        words = self.words
        offered = [(ALL, words("purchases.everybody"))]
        for supplier_id, name in self.model.suppliers():
            named = words("purchases.nobody") if supplier_id == NOBODY else name
            offered.append((supplier_id, named))
        self.supplier.offer(offered, self.model.supplier)

    def _month(self, back: int) -> None:
        self.model.month(back)
        self.refresh()

    def _receive(self) -> None:
        self.frame.open("movements", PURCHASE)

    def _to_supplier(self) -> None:
        self.supplier.setFocus()
        self.supplier.showPopup()

    def _edit_supplier(self) -> None:
        held = self.model.supplier_of(self.table.current)
        if held is not None:
            self.frame.tasks.start(self._change(held))

    async def _change(self, held: SupplierName) -> None:
        said = await self.frame.ask(SupplierPanel(self.frame, held))
        if isinstance(said, SupplierSaid):
            await self.model.change_supplier(held, said)
            self.frame.say(self.words("supplier.saved", name=said.name), Tone.GOOD)

    def _take_back(self) -> None:
        if self.table.current is not None:
            self._once.start(partial(self._ask_back, self.table.current))

    async def _ask_back(self, one: Purchase) -> None:
        name = self.words(f"movement_type.{PURCHASE}")
        by = await look_at(self.frame, self.model, one.document, name)
        if by is not None:
            self._go_to(uid_text(by.uid))

    def _go_to(self, document: str) -> bool:
        """Whether it is among those shown: it may be of another day."""
        place = self.table.rows.place_of(lambda one: one.document == document)
        if place >= 0:
            self.table.go_to(place)
        return place >= 0

    def _show_current(self) -> None:
        if self.table.current is not None:
            self._show(self.table.current)

    def _show(self, one: Purchase) -> None:
        self.frame.tasks.start(self._show_lines(one))

    async def _show_lines(self, one: Purchase) -> None:
        lines = await self.model.lines(one.document)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._sheet(one, lines))
        self.frame.show_sheet(area, one.number)

    def _sheet(self, one: Purchase, lines: Sequence[BoughtGoods]) -> QWidget:
        """A receipt whole: from whom, by which slip, its goods and what they cost."""
        words, costs = self.words, self.model.sees_costs
        supplier = label(self.model.name_of(one.supplier_id) or words("purchases.nobody"), "strong")
        supplier.setWordWrap(True)
        parts: list[QWidget | int | None] = [
            supplier,
            label(formats.instant(one.happened_at_us, self.frame.person.zone), "muted"),
        ]
        if one.reference:
            parts.append(label(f"{words('buying.slip')} {one.reference}", "muted"))
        if one.note:
            note = label(one.note, "muted")
            note.setWordWrap(True)
            parts.append(note)
        parts.append(line())
        for each in lines:
            name = label(each.goods.name, "strong")
            name.setWordWrap(True)
            parts.append(name)
            counted = f"{formats.qty(each.qty_micro)} {each.goods.unit}"
            if costs and each.unit_cost_micro is not None:
                counted += f" × {formats.price(each.unit_cost_micro)}"
            amount = formats.money(each.amount_minor, one.currency) if costs else ""
            if costs and each.unit_cost_micro is None:
                amount = words("purchases.no_cost")
            parts.append(row(label(counted, "muted"), None, label(amount)))
            if each.expires_on:
                parts.append(label(words("card.until", day=each.expires_on), "small"))
        if costs:
            parts.append(line())
            total = label(formats.money(one.amount_minor, one.currency), "big")
            parts.append(row(label(words("buying.amount"), "muted"), None, total))
        return column(*parts, None)


def _tone(one: Purchase) -> Tone | None:
    if one.amount_minor < 0:
        return Tone.BAD
    return Tone.WAITING if one.without_cost else None
