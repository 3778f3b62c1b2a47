"""When rows from elsewhere first came here: what tells a person how late a paper was (E11)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, insert, select

from desktop.store.bus import Touched
from desktop.store.tables import arrival

KEPT: Final = frozenset({"document_flow", "money_document", "task"})
"""The tables whose arrivals are kept: one small row per paper of an order, payment or claim."""
_CHUNK: Final = 500


def note_arrivals(connection: Connection, touched: Touched, now_us: int) -> None:
    """Remember that these rows came now, unless they came before."""
    rows = [
        {"id": one, "arrived_at_us": now_us}
        for name in KEPT
        for one in sorted(touched.get(name, ()))
    ]
    if rows:
        connection.execute(_NOTE, rows)


_NOTE = insert(arrival).prefix_with("OR IGNORE")


def arrived_at(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """When rows came here, by id; microseconds UTC. Rows of a first snapshot are not in it."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), _CHUNK):
        part = list(ids[start : start + _CHUNK])
        rows = connection.execute(
            select(arrival.c.id, arrival.c.arrived_at_us).where(arrival.c.id.in_(part))
        )
        found |= {row.id: row.arrived_at_us for row in rows}
    return found
