"""The basket that lies open as the program starts was sold, or becomes another sale than it might
have been.

A database put back from an older day holds a basket that was sold since. Where the sale stands
here, the basket goes; where only head office knows it, the next customer's sale would be taken for
that one under its old identity.
"""

from sqlalchemy import Connection, select

from desktop.sales.usecases.keeping import as_another, begin, keep, open_basket
from desktop.store.session import Session
from shared.sales.tables import sale


def was_sold(connection: Connection, uid: str) -> bool:
    """Whether a sale of this identity stands here."""
    return connection.execute(select(sale.c.id).where(sale.c.id == uid)).first() is not None


def renew_basket(session: Session) -> None:
    """Let go of a basket that was sold, and give an open one a new identity. Only before any
    screen holds it: while a sale is being made its identity is what keeps it from being made
    twice."""
    basket = open_basket(session.connection)
    if basket is not None and was_sold(session.connection, basket.uid):
        begin(session)
    elif basket is not None:
        keep(session, as_another(session, basket))
