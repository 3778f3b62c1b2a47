"""The wholesale invoice: customer, lines at the guide price of their level, cash or credit."""

import msgspec

from desktop.accounts.usecases import (
    adopt_kept_customers,
    change_customer,
    kept_customers,
    take_up_customer,
)
from desktop.sales.model.invoice_lines import Invoice, InvoiceLine, InvoiceRow, restored
from desktop.sales.model.invoice_promotions import PromotedInvoice
from desktop.sales.model.opening import opened_for_invoice
from desktop.sales.usecases.invoicing import (
    INVOICE_DRAFT,
    Customer,
    OpenInvoice,
    code_meant,
    customers,
    drop_invoice,
    find_products,
    keep_invoice,
    level_names,
    new_uid,
    open_invoice_list,
    post_invoice,
    salespeople,
)
from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.renewing import was_sold
from desktop.sales.usecases.selling import BasketLine, Sold
from desktop.store.desk import Desk
from desktop.store.drafts import draft_of
from desktop.store.session import Session
from shared.accounts.queries import ShiftView
from shared.accounts.rules import Tender
from shared.catalog.queries import ProductView
from shared.core.errors import RuleViolation
from shared.core.money import parse_unit_price_micro
from shared.core.quantity import checked_quantity, parse_quantity


def renew_invoice(session: Session) -> None:
    """The open invoice as ``renew_basket`` does the basket, under the same condition."""
    invoice = restored(draft_of(session.connection, INVOICE_DRAFT))
    if invoice is not None and was_sold(session.connection, invoice.uid):
        drop_invoice(session)
    elif invoice is not None:
        invoice = msgspec.structs.replace(invoice, uid=new_uid(session))
        keep_invoice(session, msgspec.msgpack.encode(invoice))


class InvoiceModel(PromotedInvoice):
    """One open invoice; every change is on disk before it is shown."""

    def __init__(
        self, desk: Desk, site_id: str, currency: str, *, may_write_customers: bool = True
    ) -> None:
        super().__init__(desk, site_id, currency)
        self.may_write_customers = may_write_customers
        self.customer: Customer | None = None
        self.customers: tuple[Customer, ...] = ()
        self.open_invoices: tuple[OpenInvoice, ...] = ()
        self.people: tuple[tuple[str, str], ...] = ()
        self.levels: dict[str, str] = {}
        self._undo: list[Invoice] = []
        self.shift_opened: ShiftView | None = None
        """The shift that opened by itself for the invoice posted last."""

    def start(self) -> None:
        """Open the invoice that was open last, or a new one."""
        if self.desk.read(kept_customers) and self.may_write_customers:
            self.desk.do_now(adopt_kept_customers)
        self.people = tuple(self.desk.read(salespeople, self.site_id))
        self.levels = self.desk.read(level_names)
        self.desk.once(renew_invoice)
        content = self.desk.read(draft_of, INVOICE_DRAFT)
        self.invoice = restored(content) or self._fresh()
        self._undo.clear()
        self.refresh()

    def refresh(self) -> None:
        """Read customers, prices and stock again."""
        self.customers = tuple(self.desk.read(customers, self.site_id, self.currency))
        self._show()

    # customer

    def find_customers(self, text: str) -> list[Customer]:
        """Whom a text means: code, name, pinyin, end of the phone; all for an empty one."""
        if not text.strip():
            return list(self.customers)
        return [one for one in self.customers if one.is_meant(text)]

    def set_customer(self, customer_id: str) -> None:
        """Invoice this customer, at the guide price of their level."""
        found = next((one for one in self.customers if one.customer_id == customer_id), None)
        if found is None:
            raise RuleViolation("CUSTOMER_MISSING")
        who = found.salesperson_id or self.invoice.salesperson_id
        self._keep(
            msgspec.structs.replace(
                self.invoice,
                customer_id=customer_id,
                level_id=found.level_id,
                salesperson_id=who if who in dict(self.people) else self.invoice.salesperson_id,
            )
        )

    def new_customer(
        self,
        name: str,
        phone: str,
        level_id: str,
        *,
        code: str = "",
        salesperson_id: str = "",
        terms_days: int = 0,
        note: str = "",
    ) -> None:
        """Take up a customer of the site's own, and invoice them. Raises as
        ``take_up_customer``."""
        made = self.desk.do_now(
            take_up_customer,
            name,
            code=code,
            phone=phone,
            level_id=level_id,
            salesperson_id=salesperson_id,
            terms_days=terms_days,
            note=note,
        )
        self.refresh()
        self.set_customer(made.customer_id)

    def change_customer(
        self,
        customer_id: str,
        name: str,
        phone: str,
        level_id: str,
        *,
        code: str = "",
        salesperson_id: str = "",
        terms_days: int = 0,
        note: str = "",
        is_active: bool = True,
    ) -> None:
        """Say anew what is known of a customer of the site's own. Raises as
        ``change_customer``."""
        self.desk.do_now(
            change_customer,
            customer_id,
            name=name,
            code=code,
            phone=phone,
            level_id=level_id,
            salesperson_id=salesperson_id,
            terms_days=terms_days,
            note=note,
            is_active=is_active,
        )
        self.refresh()
        if self.customer is not None and self.customer.level_id != self.invoice.level_id:
            self.set_customer(customer_id)

    @property
    def owed_since_us(self) -> int:
        """When the oldest open invoice was made; 0 = nothing is owed."""
        return self.open_invoices[0].happened_at_us if self.open_invoices else 0

    @property
    def is_overdue(self) -> bool:
        """Whether the oldest open invoice is past the customer's terms."""
        return self.customer is not None and self.customer.is_overdue(self.desk.now_us)

    # lines

    def add_code(self, code: str, quantity: str = "1") -> str:
        """Invoice what a code means; the product. Raises: RuleViolation PRODUCT_UNKNOWN …"""
        found = self.desk.read(code_meant, self.site_id, code, quantity)
        product_id, qty_micro, unit = found
        held = self._line(product_id)
        if held is None:
            line = InvoiceLine(product_id=product_id, qty_micro=qty_micro, unit=unit)
            self._lines((*self.invoice.lines, line))
        else:
            qty = checked_quantity(held.qty_micro + qty_micro)
            self._put(msgspec.structs.replace(held, qty_micro=qty))
        return product_id

    def find(self, text: str) -> list[ProductView]:
        """Goods a text means."""
        return self.desk.read(find_products, text) if text.strip() else []

    def set_qty(self, product_id: str, text: str) -> None:
        """Say how much: ``27``, ``2箱3支``; nothing or 0 takes the line away."""
        row = self._row(product_id)
        clean = text.strip().replace(",", "")
        packs = row.goods.packs if row.goods else ()
        qty_micro = parse_quantity(clean, packs) if clean else 0
        if qty_micro < 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=product_id)
        if not qty_micro:
            self.remove(product_id)
        else:
            self._put(msgspec.structs.replace(row.line, qty_micro=qty_micro))

    def set_price(self, product_id: str, text: str) -> None:
        """Say another price (F6); nothing goes back to the price found."""
        clean = text.strip().replace(",", "")
        said = parse_unit_price_micro(clean) if clean else None
        row = self._row(product_id)
        if said is not None and said == row.list_micro:
            said = None
        self._put(msgspec.structs.replace(row.line, said_micro=said))

    def remove(self, product_id: str) -> None:
        """Take a line away."""
        self._lines(tuple(one for one in self.invoice.lines if one.product_id != product_id))

    def undo(self) -> bool:
        """Back before the last change; False when there is none."""
        if not self._undo:
            return False
        self._keep(self._undo.pop(), is_undo=True)
        return True

    def clear(self) -> None:
        """Begin another invoice."""
        self.desk.do_now(drop_invoice)
        self.invoice = self._fresh()
        self._undo.clear()
        self._show()

    # paying and posting

    def set_terms(self, *, on_credit: bool, tender: Tender, salesperson_id: str, note: str) -> None:
        """现结 or 赊账, by whom, and a word on the paper."""
        self._keep(
            msgspec.structs.replace(
                self.invoice,
                on_credit=on_credit,
                tender=tender.value,
                salesperson_id=salesperson_id,
                note=note.strip(),
            )
        )

    async def post(self, approver_id: str = "") -> Sold:
        """Post: stock goes out, money comes in or is owed; a fresh invoice is open afterwards.

        Raises as ``sell_invoice``; APPROVAL_MISSING asks for another person; RuleViolation
        TOTAL_MOVED where prices or promotions changed since they were shown.
        """
        invoice, shown_minor = self.invoice, self.total_minor
        self._show()
        if self.total_minor != shown_minor:
            raise RuleViolation("TOTAL_MOVED")
        basket = [
            BasketLine(
                product_id=one.product_id,
                qty_micro=one.qty_micro,
                unit=one.unit,
                unit_price_micro=one.said_micro,
            )
            for one in invoice.lines
        ]
        given = (
            []
            if invoice.on_credit or not self.total_minor
            else [Given(tender=Tender(invoice.tender), amount_minor=self.total_minor)]
        )
        if given:
            self.shift_opened = opened_for_invoice(self.desk, given[0].tender)
        done = await self.desk.do(
            post_invoice,
            invoice.customer_id,
            basket,
            given,
            level_id=invoice.level_id,
            on_credit=invoice.on_credit,
            salesperson_id=invoice.salesperson_id,
            approver_id=approver_id,
            note=invoice.note,
            uid=invoice.uid,
            choices=invoice.choices,
            promoted_at_us=self.opened.at_us if self.opened.policies else 0,
        )
        self.invoice = self._fresh()
        self._undo.clear()
        self.refresh()
        return done

    # within

    def _fresh(self) -> Invoice:
        return Invoice(uid=self.desk.do_now(new_uid), salesperson_id=self.desk.author_id)

    def _line(self, product_id: str) -> InvoiceLine | None:
        return next((one for one in self.invoice.lines if one.product_id == product_id), None)

    def _row(self, product_id: str) -> InvoiceRow:
        found = next((one for one in self.rows if one.product_id == product_id), None)
        if found is None:
            raise RuleViolation("PRODUCT_UNKNOWN", code=product_id)
        return found

    def _put(self, line: InvoiceLine) -> None:
        self._lines(
            tuple(line if one.product_id == line.product_id else one for one in self.invoice.lines)
        )

    def _lines(self, lines: tuple[InvoiceLine, ...]) -> None:
        self._keep(msgspec.structs.replace(self.invoice, lines=lines))

    def _keep(self, invoice: Invoice, *, is_undo: bool = False) -> None:
        if invoice != self.invoice:
            self.desk.do_now(keep_invoice, msgspec.msgpack.encode(invoice))
            if not is_undo:
                self._undo.append(self.invoice)
            self.invoice = invoice
        self.cut = None
        self._show()

    def _show(self) -> None:
        invoice = self.invoice
        held = invoice.customer_id
        self.customer = next((one for one in self.customers if one.customer_id == held), None)
        self.open_invoices = (
            tuple(self.desk.read(open_invoice_list, self.site_id, held)) if held else ()
        )
        self._price()
        self._cut()
        self.changed()
