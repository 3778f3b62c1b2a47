"""The wholesale invoice (批发开单): customer, goods, terms, post and print by keys alone."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.model.invoice_lines import InvoiceGift, InvoiceRow
from desktop.sales.usecases.invoicing import Customer
from desktop.sales.usecases.selling import Sold
from desktop.sales.usecases.showing import sale_paper
from desktop.sales.view.approval import approver_of
from desktop.sales.view.customer_card import CustomerCard, NewNamed, terms_text
from desktop.sales.view.invoice_columns import invoice_columns
from desktop.sales.view.invoice_panels import (
    CollectPanel,
    CustomerPanel,
    PricePanel,
    TermsPanel,
)
from desktop.sales.view.invoice_paper import sales_note
from desktop.sales.view.invoice_reasons import owed_sheet, price_sheet
from desktop.sales.view.old_prices import may_post
from desktop.sales.view.opening import say_done
from desktop.sales.view.policies import Hint, ask_policies, has_policies, hint_of, savings_of
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.goods_entry import GoodsEntry
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.soon import Soon
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import (
    Card,
    Empty,
    button,
    column,
    figure,
    label,
    pill,
    row,
    set_figure,
    set_tone,
)
from desktop.words import formats
from shared.core.errors import QutongError, RuleViolation

NEEDS_APPROVAL = frozenset({"APPROVAL_MISSING", "APPROVER_PIN_NEEDED"})


class InvoiceScreen(Screen):
    """One open invoice; it is there again after a kill."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        person = frame.person
        self.model = InvoiceModel(
            frame.desk,
            person.site_id,
            person.currency,
            may_write_customers=person.may("customer.write"),
        )
        self._once = Once(frame.tasks)
        self._wanted = ""
        self._option = ""
        """The gift to choose that Enter was pressed on: the cursor stays while there is more."""
        self._build()
        self.until_gone(self.model.watch(Soon(self._show, self).ask))
        self.watch(self.model.refresh, "price_version", "invoice_payment", "customer")
        self.model.start()

    # drawing

    def _build(self) -> None:
        words = self.words
        self.customer = label("", "title")
        self.level = pill("", Tone.ACCENT)
        self.owed = label("", "small")
        self.choose = button(words("invoice.choose"), self._customer, icon_name="user")
        self.terms = pill("", Tone.WAITING)
        self.total = figure(words("invoice.total"), "0.00")
        who = column(row(self.customer, self.level, self.terms, None), self.owed, spacing=2)
        head = Card(row(who, self.choose, None, self.total))
        self.entry = GoodsEntry(
            (words("invoice.find"), words("invoice.qty_hint")),
            words("invoice.add"),
            self.model.find,
            self._add_code,
        )
        self.table = Table(
            self.frame,
            "invoice",
            invoice_columns(self.words, self.model),
            empty=Empty("file-text", words("invoice.empty"), words("invoice.empty_hint")),
            can_filter=False,
        )
        GivingWay(self.table, {"stock": 820, "list": 740, "code": 660})
        self.table.activated.connect(self._pick)
        self.told = Hint()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(head)
        layout.addWidget(self.entry)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.told)

    def _show(self) -> None:
        model, words = self.model, self.words
        held, invoice = model.customer, model.invoice
        self.customer.setText(held.name if held else words("invoice.nobody"))
        self.level.setVisible(held is not None)
        self.terms.setVisible(held is not None)
        self.level.setText(held.level_name if held else "")
        self.choose.setText(words("invoice.change" if held else "invoice.choose"))
        key = "invoice.on_credit" if invoice.on_credit else "invoice.cash"
        self.terms.setText(words(key))
        set_tone(self.terms, Tone.WAITING if invoice.on_credit else Tone.GOOD, name="pill")
        self.owed.setText(self._owed_text())
        set_figure(self.total, formats.money(model.total_minor, model.currency))
        was, wanted = self.table.current, self._wanted
        self._wanted = ""
        self.table.set_rows((*model.rows, *model.gifts))
        self.told.say(self._told_text())
        option, self._option = self._option, ""
        place = self.table.rows.place_of(lambda one: _is_meant(one, wanted, option))
        if model.rows and (place >= 0 or was is None):
            self.table.go_to(max(place, 0), 3)

    def _told_text(self) -> str:
        """What promotions save, what is nearly met; a line that was cut by a limit comes first."""
        model, words = self.model, self.words
        parts = [f"{name} {told}" for name, told in savings_of(model, words)]
        cut = model.cut
        if cut is not None:
            left = formats.qty(cut.allowed_micro)
            parts.insert(0, words("invoice.cut", policy=cut.name, n=left))
        hint = hint_of(model, words)
        return words("till.hint_comma").join([*parts, hint] if hint else parts)

    def _owed_text(self) -> str:
        model, words = self.model, self.words
        held = model.customer
        if held is None:
            return words("invoice.nobody_hint")
        if not held.owed_minor:
            return words("invoice.owes_nothing")
        owed = formats.money(held.owed_minor, model.currency)
        since = formats.instant(model.owed_since_us, self.frame.person.zone)[:10]
        told = words("invoice.owes", owed=owed, since=since, n=len(model.open_invoices))
        if held.terms_days:
            key = "customer.terms_late" if model.is_overdue else "customer.terms_are"
            told += "  ·  " + words(key, terms=terms_text(words, held.terms_days))
        return told

    # what a person does

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="invoice.key_customer", keys=("F3",), run=self._customer),
            Action(text="invoice.key_find", keys=("F2",), run=self.entry.start),
            Action(
                text="invoice.key_price", keys=("F6",), run=self._price, is_enabled=self._has_line
            ),
            Action(text="invoice.key_why", keys=("F7",), run=self._why, is_enabled=self._has_line),
            Action(
                text="till.policies",
                keys=("F5",),
                run=self._policies,
                is_enabled=lambda: has_policies(self.model),
            ),
            Action(text="invoice.key_terms", keys=("F9",), run=self._terms),
            Action(
                text="invoice.key_post",
                keys=("F10",),
                run=self._post,
                permission="sale.make",
            ),
            Action(
                text="invoice.key_collect",
                keys=("C",),
                run=self._collect,
                permission="account.collect",
                is_enabled=lambda: bool(self.model.open_invoices),
            ),
            Action(
                text="invoice.key_owed",
                keys=("D",),
                run=self._owed,
                is_enabled=lambda: self.model.customer is not None,
            ),
            Action(
                text="customer.new",
                keys=("N",),
                run=self._new_customer,
                permission="customer.write",
                in_line=False,
            ),
            Action(
                text="customer.edit",
                keys=("E",),
                run=self._edit_customer,
                permission="customer.write",
                is_enabled=lambda: self.model.customer is not None and self.model.customer.is_own,
                in_line=False,
            ),
            Action(text="invoice.undo", keys=("Ctrl+Z",), run=self._undo, in_line=False),
            Action(
                text="invoice.remove",
                keys=("Delete",),
                run=self._remove,
                is_enabled=self._has_line,
                in_line=False,
            ),
            Action(
                text="invoice.clear", keys=("Ctrl+Delete",), run=self.model.clear, in_line=False
            ),
        )

    def shown(self, subject: str = "") -> None:
        """A customer's id begins an invoice for them."""
        if subject:
            self.model.refresh()
            self.model.set_customer(subject)
        (self.table.view if self.model.rows else self).setFocus()

    def scanned(self, code: str) -> bool:
        self._add_code(code, "1")
        return True

    def _add_code(self, code: str, quantity: str) -> bool:
        try:
            product_id = self.model.add_code(code, quantity)
        except QutongError as error:
            self.frame.tell(error)
            return False
        self._wanted = product_id
        found = next(one for one in self.model.rows if one.product_id == product_id)
        said = self.words("invoice.added", name=found.name, qty=found.qty_text)
        self.frame.say(said, Tone.WAITING if found.is_short else Tone.PLAIN)
        return True

    def _has_line(self) -> bool:
        return isinstance(self.table.current, InvoiceRow)

    def _pick(self, found: object) -> None:
        """Enter on a gift that may be chosen takes one."""
        if isinstance(found, InvoiceGift) and found.is_offered:
            self._option = found.code
            self.model.pick(found.at)

    def _policies(self) -> None:
        self.frame.tasks.start(ask_policies(self.frame, self.model))

    def _customer(self) -> None:
        self.frame.tasks.start(self._ask_customer())

    async def _ask_customer(self) -> None:
        chosen = await self.frame.ask(CustomerPanel(self.frame, self.model))
        if isinstance(chosen, NewNamed):
            card = CustomerCard(self.frame, self.model, name=chosen.name)
            chosen = await self.frame.ask(card)
        if chosen is not None:
            self._leave_fields()

    def _new_customer(self) -> None:
        self.frame.tasks.start(self._ask_card(None))

    def _edit_customer(self) -> None:
        self.frame.tasks.start(self._ask_card(self.model.customer))

    async def _ask_card(self, held: Customer | None) -> None:
        if await self.frame.ask(CustomerCard(self.frame, self.model, held=held)):
            self._leave_fields()

    def _leave_fields(self) -> None:
        (self.table.view if self.model.rows else self).setFocus()

    def _price(self) -> None:
        found = self.table.current
        if isinstance(found, InvoiceRow):
            self.frame.tasks.start(self._ask_price(found))

    async def _ask_price(self, found: InvoiceRow) -> None:
        await self.frame.ask(PricePanel(self.frame, self.model, found))

    def _why(self) -> None:
        found = self.table.current
        if isinstance(found, InvoiceRow):
            self.frame.show_sheet(
                price_sheet(self.frame, self.model, found), self.words("invoice.key_why")
            )

    def _owed(self) -> None:
        sheet = owed_sheet(self.frame, self.model)
        self.frame.show_sheet(sheet, self.words("invoice.owed_title"))

    def _terms(self) -> None:
        self._once.start(self._ask_terms)

    async def _ask_terms(self) -> None:
        self._check()
        if await self.frame.ask(TermsPanel(self.frame, self.model)):
            await self._post_now()

    def _post(self) -> None:
        self._once.start(self._post_now)

    def _check(self) -> None:
        if self.model.customer is None:
            raise RuleViolation("CUSTOMER_MISSING")
        if not self.model.rows:
            raise RuleViolation("NO_LINES")

    async def _post_now(self) -> None:
        self._check()
        if not await may_post(self.frame):
            return
        try:
            done = await self.model.post()
        except QutongError as error:
            if error.code not in NEEDS_APPROVAL:
                raise
            given = await approver_of(self.frame, "sale.approve")
            if given is None:
                return
            done = await self.model.post(given[0])
        self.setFocus()
        key = "invoice.posted_owed" if done.owed_minor else "invoice.posted"
        amount = formats.signed_money(done.total_minor, done.currency)
        said = self.words(key, number=done.number, amount=amount)
        say_done(self.frame, said, self.model.shift_opened)
        # The paper may take a moment; the next customer does not wait for it.
        await self._print(done)

    async def _print(self, done: Sold) -> None:
        paper = self.frame.desk.read(sale_paper, done.uid)
        names = {one.customer_id: one for one in self.model.customers}
        customer = names.get(str(paper.story.head["customer_id"]))
        seller = dict(self.model.people).get(str(paper.story.head["salesperson_id"]), "")
        pdf = await self.frame.desk.work(sales_note, self.frame, paper, customer, seller)
        self.frame.paper.document(pdf, done.number)

    def _collect(self) -> None:
        self._once.start(self._ask_collect)

    async def _ask_collect(self) -> None:
        held = self.model.customer
        if held is None:
            return
        panel = CollectPanel(self.frame, held)
        done = await self.frame.ask(panel)
        if done is not None:
            header, parts = done
            amount = formats.signed_money(
                sum(one.amount_minor for one in parts), self.model.currency
            )
            self.model.refresh()
            said = self.words(
                "invoice.collected", number=header.number, amount=amount, n=len(parts)
            )
            say_done(self.frame, said, panel.model.shift_opened)

    def _undo(self) -> None:
        self.model.undo()

    def _remove(self) -> None:
        found = self.table.current
        if isinstance(found, InvoiceRow):
            self.model.remove(found.product_id)


def _is_meant(one: InvoiceRow | InvoiceGift, product_id: str, option: str) -> bool:
    if isinstance(one, InvoiceGift):
        return one.is_offered and one.code == option
    return not option and one.product_id == product_id
