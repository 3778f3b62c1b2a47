"""A look at a part of what ``verify`` proves whole: quick enough for every quarter of an hour."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from shared.areas import SCHEMA
from shared.journal.chain import GENESIS, document_hash, link_hash
from shared.journal.tables import journal
from shared.sync.digest import row_digest
from shared.sync.tables import Schema
from sync_server.operations.verify import feed_faults
from sync_server.sync.feed import all_heads

_SLOTS = 20
"""Of the end of each journal."""
_JOURNALS = 500
_ROWS = 200
"""Of each table, those entered last by the order of ids."""


def sample_faults(connection: Connection, schema: Schema = SCHEMA) -> Iterator[str]:
    """Faults in the last slots of journals, in some rows of each table, in sums; in words."""
    yield from _journal_ends(connection)
    yield from _rows(connection, schema)
    yield from _totals(connection, schema)
    yield from map(str, feed_faults(connection))
    for head in all_heads(connection):
        if head.count < 0:
            yield f"scope {head.scope}: holds {head.count} rows"


def _journal_ends(connection: Connection) -> Iterator[str]:
    c = journal.c
    tops = connection.execute(
        select(c.device_id, c.incarnation, func.max(c.n).label("n"))
        .group_by(c.device_id, c.incarnation)
        .order_by(func.max(c.stored_at_us).desc())
        .limit(_JOURNALS)
    ).all()
    for top in tops:
        rows = connection.execute(
            select(c.n, c.stored, c.hash, c.link_hash)
            .where(
                c.device_id == top.device_id,
                c.incarnation == top.incarnation,
                c.n > top.n - _SLOTS - 1,
            )
            .order_by(c.n)
        ).all()
        previous = GENESIS if rows[0].n == 1 else b""
        for before, row in zip([None, *rows[:-1]], rows, strict=True):
            place = f"{top.device_id}/{top.incarnation} slot {row.n}"
            if before is not None and row.n != before.n + 1:
                yield f"{place}: slots before it are missing"
                break
            hashed = document_hash(row.stored)
            if hashed != row.hash:
                yield f"{place}: the stored bytes are not those that were hashed"
            if previous:
                link = link_hash(top.device_id, top.incarnation, row.n, previous, hashed)
                if link != row.link_hash:
                    yield f"{place}: the link does not fit the document and the slots before it"
                    break
            previous = row.link_hash


def _rows(connection: Connection, schema: Schema) -> Iterator[str]:
    for table in schema.tables.values():
        statement = select(table.table).order_by(table.table.c.id.desc()).limit(_ROWS)
        for row in connection.execute(statement).mappings():
            digest = row_digest(table, row["id"], row, row["_extra"])  # type: ignore[arg-type]
            if digest != row["_digest"]:
                yield f"{table.name} {row['id']}: the row does not hash to its digest"


def _totals(connection: Connection, schema: Schema) -> Iterator[str]:
    for table in schema.tables.values():
        for balance in table.balances:
            c = balance.table.c
            total = connection.execute(select(func.sum(c.came_in) - func.sum(c.went_out))).scalar()
            if total:
                yield f"{balance.table.name}: the total over all ends is {total}, not zero"
