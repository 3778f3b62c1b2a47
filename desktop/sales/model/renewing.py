"""What lies open as the program starts was sold, or becomes another document than it might have
been.

A database put back from an older day holds a basket that was sold since. Where the sale stands
here, the basket goes; where only head office knows it, the next customer's sale would be taken for
that one under its old identity.
"""

import msgspec

from desktop.sales.model.invoice_lines import restored
from desktop.sales.usecases.invoicing import INVOICE_DRAFT, drop_invoice, keep_invoice, new_uid
from desktop.sales.usecases.keeping import as_another, begin, keep, open_basket, was_sold
from desktop.store.drafts import draft_of
from desktop.store.session import Session


def renew_open(session: Session) -> None:
    """Let go of what was sold, and give the open basket and invoice new identities. Only before
    any screen holds them: while a sale is being made its identity is what keeps it from being
    made twice."""
    basket = open_basket(session.connection)
    if basket is not None and was_sold(session.connection, basket.uid):
        begin(session)
    elif basket is not None:
        keep(session, as_another(session, basket))
    invoice = restored(draft_of(session.connection, INVOICE_DRAFT))
    if invoice is not None and was_sold(session.connection, invoice.uid):
        drop_invoice(session)
    elif invoice is not None:
        invoice = msgspec.structs.replace(invoice, uid=new_uid(session))
        keep_invoice(session, msgspec.msgpack.encode(invoice))
