"""What lies open as the program starts becomes another document than it might have been.

A database put back from an older day holds a basket that was sold since. Under its old identity
the next customer's sale would be taken for that one, here or at head office.
"""

import msgspec

from desktop.sales.model.invoice_lines import restored
from desktop.sales.usecases.invoicing import INVOICE_DRAFT, keep_invoice, new_uid
from desktop.sales.usecases.keeping import as_another, keep, open_basket
from desktop.store.drafts import draft_of
from desktop.store.session import Session


def renew_open(session: Session) -> None:
    """Give the open basket and the open invoice new identities. Only before any screen holds
    them: while a sale is being made its identity is what keeps it from being made twice."""
    basket = open_basket(session.connection)
    if basket is not None:
        keep(session, as_another(session, basket))
    invoice = restored(draft_of(session.connection, INVOICE_DRAFT))
    if invoice is not None:
        invoice = msgspec.structs.replace(invoice, uid=new_uid(session))
        keep_invoice(session, msgspec.msgpack.encode(invoice))
