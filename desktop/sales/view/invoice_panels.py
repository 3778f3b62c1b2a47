"""Panels of the wholesale invoice: customer, price, terms, collection."""

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.sales.model.collection import CollectionModel
from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.model.invoice_lines import InvoiceRow
from desktop.sales.usecases.invoicing import Customer, OpenInvoice
from desktop.sales.view.customer_card import NewNamed, terms_text
from desktop.ui.actions import Action
from desktop.ui.editors import Choice, MoneyField, PriceField
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import ROW, Tone
from desktop.ui.widgets import Field, button, figure, form_row, label, row
from desktop.words import formats
from shared.accounts.rules import Tender
from shared.core.errors import QutongError

TENDERS = (Tender.CASH, Tender.STATIC_CODE, Tender.BANK_TRANSFER, Tender.CARD)
SHOWN = 7


class CustomerPanel(Panel):
    """F3: type code, name, pinyin or the end of a phone; Enter takes, or begins a new one."""

    def __init__(self, frame: Frame, model: InvoiceModel) -> None:
        words = frame.words
        super().__init__(words("invoice.customer_title"), width=560)
        self.frame, self.model = frame, model
        self.field = Field(words("invoice.customer_hint"))
        self.field.textEdited.connect(self._search)
        self.field.installEventFilter(self)
        self.hits = QListWidget()
        self.hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hits.setFixedHeight(SHOWN * ROW + 4)
        self.hits.itemClicked.connect(lambda _item: self._take())
        self.body.addWidget(self.field)
        self.body.addWidget(self.hits)
        self._search("")

    def first_focus(self) -> QWidget | None:
        return self.field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.hits.count():
                self.hits.setCurrentRow((self.hits.currentRow() + step) % self.hits.count())
                return True
        return False

    def _search(self, text: str) -> None:
        self.hits.clear()
        for one in self.model.find_customers(text):
            item = QListWidgetItem(self._line(one))
            item.setData(Qt.ItemDataRole.UserRole, one.customer_id)
            item.setSizeHint(QSize(0, ROW))
            self.hits.addItem(item)
        if text.strip() and self.frame.person.may("customer.write"):
            item = QListWidgetItem(self.frame.words("invoice.new_named", name=text.strip()))
            item.setData(Qt.ItemDataRole.UserRole, "")
            item.setSizeHint(QSize(0, ROW))
            self.hits.addItem(item)
        self.hits.setCurrentRow(0)

    def _line(self, one: Customer) -> str:
        words = self.frame.words
        parts = [one.name, one.code if one.code != one.name else "", one.level_name]
        if one.phone:
            parts.append(one.phone)
        if one.owed_minor:
            owed = formats.money(one.owed_minor, self.model.currency)
            since = formats.instant(one.owed_since_us, self.frame.person.zone)[:10]
            key = "customer.owes_late" if one.is_overdue(self.model.desk.now_us) else ""
            key = key or ("customer.owes_since" if one.owed_since_us else "invoice.owes_short")
            parts.append(words(key, owed=owed, since=since))
        return "    ".join(part for part in parts if part)

    def _take(self) -> None:
        if self.hits.currentRow() < 0:
            return
        item = self.hits.currentItem()
        customer_id = str(item.data(Qt.ItemDataRole.UserRole))
        if customer_id:
            self.model.set_customer(customer_id)
            self.close_with(customer_id)
        else:
            self.close_with(NewNamed(self.field.text().strip()))


class PricePanel(Panel):
    """F6: another price for a line; beyond one's rights posting asks for a second person."""

    def __init__(self, frame: Frame, model: InvoiceModel, found: InvoiceRow) -> None:
        words = frame.words
        super().__init__(words("invoice.price_title"))
        self.frame, self.model, self.found = frame, model, found
        self.body.addWidget(label(found.name, "strong"))
        listed = formats.price(found.list_micro) if found.list_micro is not None else "–"
        self.body.addWidget(label(words("invoice.price_found", price=listed), "muted"))
        self.price = PriceField(words("invoice.price"))
        self.price.set_value(found.own_micro)
        self.price.returnPressed.connect(self._go)
        self.body.addWidget(form_row(words("invoice.price"), self.price))
        done = button(words("invoice.done"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("invoice.back"), self.back), done))

    def first_focus(self) -> QWidget | None:
        self.price.selectAll()
        return self.price

    def _go(self) -> None:
        if self.price.error is not None:
            return
        try:
            self.model.set_price(self.found.product_id, self.price.text())
        except QutongError as error:
            self.frame.tell(error)
            return
        self.close_with(True)


class TermsPanel(Panel):
    """F9: 现结 or 赊账, salesperson, what they owe after it; Enter or F10 posts."""

    def __init__(self, frame: Frame, model: InvoiceModel) -> None:
        words = frame.words
        super().__init__(words("invoice.terms_title"), width=560)
        self.frame, self.model = frame, model
        held, invoice = model.customer, model.invoice
        owed = held.owed_minor if held else 0
        self.body.addWidget(
            row(
                figure(words("invoice.total"), formats.money(model.total_minor, model.currency)),
                None,
                figure(words("invoice.owed_now"), formats.money(owed, model.currency)),
                None,
                figure(
                    words("invoice.owed_after"),
                    formats.money(owed + model.total_minor, model.currency),
                ),
            )
        )
        if held is not None and held.terms_days:
            told = words("customer.terms_are", terms=terms_text(words, held.terms_days))
            self.body.addWidget(label(told, "muted"))
        terms = [("credit", words("invoice.on_credit")), ("cash", words("invoice.cash"))]
        self.terms = Choice(
            words("invoice.terms"), terms, value="credit" if invoice.on_credit else "cash"
        )
        self.tender = Choice(
            words("invoice.tender"),
            [(one.value, words(f"tender.{one.value}")) for one in TENDERS],
            value=invoice.tender,
        )
        self.tender.setEnabled(not invoice.on_credit)
        self.terms.picked.connect(lambda value: self.tender.setEnabled(value == "cash"))
        self.seller = Choice(
            words("invoice.salesperson"), list(model.people), value=invoice.salesperson_id
        )
        self.note = Field(text=invoice.note, name=words("invoice.note"))
        self.note.returnPressed.connect(self._go)
        for key, field in (
            ("invoice.terms", self.terms),
            ("invoice.tender", self.tender),
            ("invoice.salesperson", self.seller),
            ("invoice.note", self.note),
        ):
            self.body.addWidget(form_row(words(key), field))
        post = button(words("invoice.key_post"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("invoice.back"), self.back), post))

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="invoice.key_post", keys=("F10", "Return"), run=self._go),
            Action(text="invoice.cash", keys=("F9",), run=self._swap),
        )

    def first_focus(self) -> QWidget | None:
        return self.terms

    def _swap(self) -> None:
        """F9 again changes between 赊账 and 现结."""
        self.terms.set_value("cash" if self.terms.value == "credit" else "credit")

    def _go(self) -> None:
        self.model.set_terms(
            on_credit=self.terms.value == "credit",
            tender=Tender(self.tender.value),
            salesperson_id=self.seller.value,
            note=self.note.text(),
        )
        self.close_with(True)


class CollectPanel(Panel):
    """收款: amount and tender; Enter pays the oldest first, Space in the list chooses."""

    def __init__(self, frame: Frame, customer: Customer) -> None:
        words, person = frame.words, frame.person
        super().__init__(words("invoice.collect_title", name=customer.name), width=680)
        self._once = Once(frame.tasks)
        self.frame = frame
        self.model = CollectionModel(frame.desk, person.site_id, customer.customer_id)
        self.amount = MoneyField(words("invoice.collect_amount"), person.currency)
        self.amount.set_value(self.model.amount_minor)
        self.amount.changed.connect(self._typed)
        self.amount.returnPressed.connect(self._go)
        self.tender = Choice(
            words("invoice.tender"),
            [(one.value, words(f"tender.{one.value}")) for one in TENDERS],
            value=Tender.CASH.value,
        )
        self.reference = Field(name=words("invoice.reference"))
        self.reference.returnPressed.connect(self._go)
        self.body.addWidget(form_row(words("invoice.collect_amount"), self.amount))
        self.body.addWidget(form_row(words("invoice.tender"), self.tender))
        self.body.addWidget(form_row(words("invoice.reference"), self.reference))
        self.table = Table(frame, "collect", self._columns(), can_filter=False)
        self.table.setFixedHeight(260)
        self.table.set_rows(self.model.invoices)
        self.body.addWidget(self.table)
        self.told = label("", "muted")
        self.body.addWidget(self.told)
        done = button(words("invoice.collect"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("invoice.back"), self.back), done))
        self.amount.installEventFilter(self)
        self._stop = self.model.watch(self._show)
        self._show()

    def _columns(self) -> list[Column]:
        words, person = self.frame.words, self.frame.person
        return [
            Column(
                key="chosen",
                title=words("invoice.collect_chosen"),
                get=lambda one: one.uid in self.model.chosen,
                kind=Kind.CHECK,
                width=56,
            ),
            Column(
                key="number",
                title=words("invoice.number"),
                get=lambda one: one.number,
                kind=Kind.NUMBER,
                stretches=True,
            ),
            Column(
                key="day",
                title=words("invoice.day"),
                get=lambda one: formats.instant(one.happened_at_us, person.zone)[:10],
                width=100,
            ),
            Column(
                key="open",
                title=words("invoice.open_amount"),
                get=lambda one: one.open_minor,
                kind=Kind.MONEY,
                width=120,
                currency=person.currency,
                has_total=True,
            ),
            Column(
                key="pays",
                title=words("invoice.pays"),
                get=lambda one: self.model.pays(one.uid) or None,
                kind=Kind.MONEY,
                width=120,
                currency=person.currency,
                tone=lambda _one: Tone.GOOD,
                has_total=True,
            ),
        ]

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="invoice.collect", keys=("F10",), run=self._go),
            Action(text="invoice.collect_choose", keys=("Space",), run=self._toggle),
            Action(text="invoice.collect", keys=("Return",), run=self._go, in_line=False),
        )

    def first_focus(self) -> QWidget | None:
        self.amount.selectAll()
        return self.amount

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            is_down = event.key() == Qt.Key.Key_Down
        else:
            is_down = False
        if is_down:
            self.table.view.setFocus()
            self.table.go_to(0)
            return True
        return False

    def _typed(self) -> None:
        self.model.set_amount(self.amount.value)

    def _toggle(self) -> None:
        found: Any = self.table.current
        if isinstance(found, OpenInvoice):
            self.model.toggle(found.uid)
            self.amount.set_value(self.model.amount_minor)

    def _show(self) -> None:
        self.table.set_rows(self.model.invoices)
        meant = len(self.model.meant)
        key = "invoice.collect_told_chosen" if self.model.chosen else "invoice.collect_told"
        self.told.setText(self.frame.words(key, n=meant))

    def _go(self) -> None:
        self.model.tender = Tender(self.tender.value)
        self._once.start(self._collect)

    async def _collect(self) -> None:
        done = await self.model.collect(self.reference.text().strip())
        self._stop()
        self.close_with(done)
