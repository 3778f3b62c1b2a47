"""What a document is called, whatever area it is of: behind a figure stands a number."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, Table, select

from shared.ordering.tables import receipt, shipment
from shared.sales.tables import sale
from shared.stock.tables import movement
from shared.stocktake.tables import count_correction, stock_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A document of goods: its kind, printed number, and the id a screen opens it by."""

    document: str
    kind: str
    """``sale movement shipment receipt count``."""
    number: str
    subject: str


_PLAIN: tuple[tuple[str, Table], ...] = (
    ("sale", sale),
    ("movement", movement),
    ("shipment", shipment),
    ("receipt", receipt),
)
_CHUNK = 500


def documents_named(connection: Connection, documents: Sequence[str]) -> dict[str, Named]:
    """The documents of goods among these uid texts, by uid text."""
    found: dict[str, Named] = {}
    for start in range(0, len(documents), _CHUNK):
        some = documents[start : start + _CHUNK]
        for kind, table in _PLAIN:
            c = table.c
            for row in connection.execute(select(c.id, c.number).where(c.id.in_(some))):
                found[row.id] = Named(document=row.id, kind=kind, number=row.number, subject=row.id)
        for statement in _of_counts(some):
            for posted in connection.execute(statement):
                found[posted.document] = Named(
                    document=posted.document, kind="count", number=posted.number, subject=posted.id
                )
    return found


def _of_counts(documents: Sequence[str]) -> tuple[Select[tuple[str, str, str]], ...]:
    c, late = stock_count.c, count_correction.c
    return (
        select(c.posted.label("document"), c.number, c.id).where(c.posted.in_(documents)),
        select(late.id.label("document"), c.number, c.id)
        .join_from(count_correction, stock_count, late.count_id == c.id)
        .where(late.id.in_(documents)),
    )
