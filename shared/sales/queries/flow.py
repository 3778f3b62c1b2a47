"""An invoice with what came back of it and what was paid on it, whichever is opened (E11)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.accounts.queries import invoices_paid_by, money_documents, payments_of_invoices
from shared.sales.tables import sale


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceStep:
    """One paper: the sale itself, goods that came back, a collection; minor units."""

    id: str
    kind: str
    """``till invoice return collection``."""
    number: str
    site_id: str
    device_id: str
    author_id: str
    happened_at_us: int
    amount_minor: int
    currency: str
    is_here: bool = True
    """False: it is only named by others, such as a collection whose paper has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFlow:
    """The papers of invoices in their order, and what is still owed for them."""

    steps: tuple[InvoiceStep, ...]
    open_minor: int
    currency: str


def invoice_flow(connection: Connection, document: str) -> InvoiceFlow | None:
    """The papers around a sale, a return or a collection; None when nothing of it is here."""
    invoices = _invoices(connection, document)
    s = sale.c
    sales = connection.execute(
        select(sale)
        .where(s.id.in_(invoices) | s.return_of.in_(invoices))
        .order_by(s.happened_at_us, s.id)
    ).all()
    paid = payments_of_invoices(connection, invoices)
    if not sales and not paid:
        return None
    money = money_documents(connection, {one.payment for one in paid})
    steps = [
        InvoiceStep(
            id=row.id,
            kind="return" if row.return_of else row.mode,
            number=row.number,
            site_id=row.site_id,
            device_id=row.device_id,
            author_id=row.author_id,
            happened_at_us=row.happened_at_us,
            amount_minor=row.total_minor,
            currency=row.currency,
        )
        for row in sales
    ]
    currency = steps[0].currency if steps else ""
    for uid in dict.fromkeys(one.payment for one in paid):
        part = sum(one.amount_minor for one in paid if one.payment == uid)
        held = money.get(uid)
        steps.append(
            InvoiceStep(
                id=uid,
                kind="collection",
                number=held.number if held else "",
                site_id=held.site_id if held else "",
                device_id=held.device_id if held else "",
                author_id=held.author_id if held else "",
                happened_at_us=held.happened_at_us if held else 0,
                amount_minor=part,
                currency=held.currency if held else currency,
                is_here=held is not None,
            )
        )
    owed = sum(row.total_minor - row.paid_minor for row in sales)
    open_minor = max(owed - sum(one.amount_minor for one in paid), 0)
    known = [one for one in steps if one.happened_at_us]
    known.sort(key=lambda one: (one.happened_at_us, one.id))
    unknown = [one for one in steps if not one.happened_at_us]
    return InvoiceFlow(steps=(*known, *unknown), open_minor=open_minor, currency=currency)


def _invoices(connection: Connection, document: str) -> Sequence[str]:
    """The invoice a document is, or belongs to; all that a collection pays."""
    found = connection.execute(select(sale.c.return_of).where(sale.c.id == document)).one_or_none()
    if found is not None:
        return [found.return_of or document]
    return invoices_paid_by(connection, document) or [document]
