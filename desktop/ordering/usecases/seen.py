"""What of a site's data head office's desktops see: counted by the scope rules themselves."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from desktop.store.identity import load_identity, load_state
from shared.channel.queries import account_ids_of_site
from shared.journal.tables import journal
from shared.sync import scopes
from shared.sync.tables import Schema

READ_MAX: Final = 20_000
"""Rows of a table that are asked for their scopes; of larger ones the first so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTable:
    """The rows of one table that belong to this site or its accounts."""

    table: str
    rows: int
    seen_by_office: int
    """Of them, those in a scope that desktops of head office hold."""
    seen_by_upstream: int
    """Of them, those in the scope of another account: who supplies this one, or is supplied."""
    is_sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDocuments:
    """The documents of one kind this device wrote, and how many of them went up."""

    kind: str
    written: int
    sent: int


def seen_tables(connection: Connection, schema: Schema, site_id: str) -> list[SeenTable]:
    """Each table with rows of this site, in the order of the areas."""
    own = frozenset(account_ids_of_site(connection, site_id))
    mine = {scopes.site(site_id), *(scopes.account(one) for one in own)}
    found = []
    for table in schema.tables.values():
        rows = office = upstream = read = 0
        statement = select(*(table.table.c[name] for name in table.columns)).limit(READ_MAX)
        for row in connection.execute(statement).mappings():
            read += 1
            held = set(table.scopes(dict(row)))
            if not held & mine:
                continue
            rows += 1
            office += scopes.HQ in held
            upstream += any(one.startswith("account:") and one not in mine for one in held)
        if rows:
            found.append(
                SeenTable(
                    table=table.name,
                    rows=rows,
                    seen_by_office=office,
                    seen_by_upstream=upstream,
                    is_sample=read == READ_MAX,
                )
            )
    return found


def seen_documents(connection: Connection) -> list[SeenDocuments]:
    """The documents in this device's journal by kind: written, and acknowledged."""
    own, state = load_identity(connection), load_state(connection)
    if own is None:
        return []
    j = journal.c
    is_sent = j.n <= state.acknowledged_n
    statement = (
        select(j.kind, func.count(), func.sum(is_sent.cast(j.n.type)))
        .where(j.device_id == own.device_id, j.incarnation == own.incarnation)
        .group_by(j.kind)
        .order_by(func.count().desc(), j.kind)
    )
    return [
        SeenDocuments(kind=kind, written=int(written), sent=int(sent or 0))
        for kind, written, sent in connection.execute(statement)
    ]
