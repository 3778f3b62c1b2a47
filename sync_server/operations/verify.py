"""Proving a head office's database from its own documents and rows, fault by fault."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Result, Row, Select, func, select

from shared.core.ids import uid_text
from shared.journal.chain import GENESIS, VerifyKey, document_hash, is_head_office, link_hash
from shared.journal.kind import Registry, UndecodableDocument
from shared.journal.tables import journal
from shared.sync.digest import MODULUS, row_digest
from shared.sync.tables import Balance, Replicated, Schema
from sync_server.store.devices import all_devices
from sync_server.store.tables import REMOVED_ROW, feed, scope_head
from sync_server.sync.feed import all_heads
from sync_server.sync.returning import RETURNED

_CHUNK = 2_000
_BATCH_HEAD_WANTED = "the last slot of a journal carries no signature"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as its documents say: where, and what."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def faults(
    connection: Connection, registry: Registry, schema: Schema, hq_public_key: bytes
) -> Generator[Fault, None, None]:
    """Every fault, journals first, then scopes, then balances; none when all is proved."""
    yield from _journals(connection, registry, hq_public_key)
    yield from _scopes(connection, schema)
    for table in schema.tables.values():
        for balance in table.balances:
            yield from _balance(connection, table, balance)


def _streamed(connection: Connection, statement: Select[Any]) -> Result[Any]:
    """Rows in parts: a head office holds more than fits into memory."""
    return connection.execute(statement.execution_options(yield_per=_CHUNK))


def _journals(connection: Connection, registry: Registry, hq_key: bytes) -> Iterator[Fault]:
    keys = {one.device_id: VerifyKey(one.public_key) for one in all_devices(connection)}
    journals = connection.execute(
        select(journal.c.device_id, journal.c.incarnation)
        .distinct()
        .order_by(journal.c.device_id, journal.c.incarnation)
    ).all()
    for device_id, incarnation in journals:
        is_hq = is_head_office(device_id)
        key = VerifyKey(hq_key) if is_hq else keys.get(device_id)
        if key is None:
            yield Fault(device_id, "a journal of a device nobody enrolled")
            continue
        # What devices gave back after a restore was linked by head office.
        linker = VerifyKey(hq_key) if incarnation == RETURNED else key
        yield from _journal(connection, registry, key, linker, device_id, incarnation)
    repeated = (
        select(journal.c.uid)
        .where(journal.c.verdict == "stored")
        .group_by(journal.c.uid)
        .having(func.count() > 1)
    )
    for uid in connection.execute(repeated).scalars():
        yield Fault(f"document {uid}", "is posted more than once")


def _journal(
    connection: Connection,
    registry: Registry,
    key: VerifyKey,
    linker: VerifyKey,
    device_id: str,
    incarnation: int,
) -> Iterator[Fault]:
    statement = (
        select(journal)
        .where(journal.c.device_id == device_id, journal.c.incarnation == incarnation)
        .order_by(journal.c.n)
    )
    previous, expected, row = GENESIS, 1, None
    with _streamed(connection, statement) as rows:
        for row in rows:
            place = f"{device_id}/{incarnation} slot {row.n}"
            if row.n != expected:
                yield Fault(place, f"follows slot {expected - 1}: slots are missing")
                return
            yield from _slot(registry, key, row, place)
            link = link_hash(device_id, incarnation, row.n, previous, document_hash(row.stored))
            if link != row.link_hash:
                yield Fault(place, "the link does not fit the document and the slots before it")
                return
            if row.link_signature and not linker.link_good(link, row.link_signature):
                yield Fault(place, "the signature of the link is not the author's")
            previous, expected = link, expected + 1
    if row is not None and not row.link_signature:
        yield Fault(f"{device_id}/{incarnation} slot {row.n}", _BATCH_HEAD_WANTED)


def _slot(
    registry: Registry, key: VerifyKey, row: "Row[tuple[object, ...]]", place: str
) -> Iterator[Fault]:
    if document_hash(row.stored) != row.hash:
        yield Fault(place, "the stored bytes are not those that were hashed")
    if row.verdict == "kept":
        return
    if not key.document_good(row.stored, row.signature):
        yield Fault(place, "the signature of the document is not the author's")
    try:
        header = registry.decode(row.stored).header
    except UndecodableDocument as error:
        yield Fault(place, f"is posted but cannot be read: {error}")
        return
    if (uid_text(header.uid), header.kind) != (row.uid, row.kind):
        yield Fault(place, "stands under another document's uid or kind")


def _scopes(connection: Connection, schema: Schema) -> Iterator[Fault]:
    """Each row hashes to its digest, and each scope's count and digest are those of its rows."""
    found: dict[str, list[int]] = {}
    for table in schema.tables.values():
        with _streamed(connection, select(table.table)) as result:
            for row in result.mappings():
                digest = row_digest(table, row["id"], row, row["_extra"])  # type: ignore[arg-type]
                if digest != row["_digest"]:
                    yield Fault(f"{table.name} {row['id']}", "the row does not hash to its digest")
                for scope in table.scopes(row):  # type: ignore[arg-type]
                    sums = found.setdefault(scope, [0, 0])
                    sums[0] += 1
                    sums[1] = (sums[1] + digest) % MODULUS
    for head in all_heads(connection):
        count, digest = found.pop(head.scope, [0, 0])
        if (count, digest) != (head.count, head.digest):
            yield Fault(
                f"scope {head.scope}",
                f"head says {head.count} rows and digest {head.digest}, "
                f"the rows are {count} and {digest}",
            )
    for scope in found:
        yield Fault(f"scope {scope}", "has rows but no head")
    yield from feed_faults(connection)


def feed_faults(connection: Connection) -> Iterator[Fault]:
    """The feed of a scope names as many rows as the scope has."""
    entries = connection.execute(
        select(scope_head.c.scope, scope_head.c.count, func.count(feed.c.seq))
        .outerjoin(feed, (feed.c.scope_id == scope_head.c.scope_id) & (feed.c.state != REMOVED_ROW))
        .group_by(scope_head.c.scope, scope_head.c.count)
        .order_by(scope_head.c.scope)
    )
    for scope, count, named in entries:
        if count != named:
            yield Fault(f"scope {scope}", f"has {count} rows, its feed names {named}")


def _balance(connection: Connection, table: Replicated, balance: Balance) -> Iterator[Fault]:
    """Balances are the sums of their moves, and everything that left one end is at another."""
    sums: dict[tuple[object, ...], list[int]] = {}
    ledger = table.table.c
    columns = [ledger[balance.to_column], ledger[balance.from_column], ledger[balance.amount]]
    statement = select(*columns, *(ledger[key] for key in balance.keys))
    with _streamed(connection, statement) as rows:
        for cells in map(tuple, rows):
            to_end, from_end, amount = cells[:3]
            for place, end in enumerate((to_end, from_end)):
                sums.setdefault((end, *cells[3:]), [0, 0])[place] += amount
    kept = balance.table.c
    names = [kept[name] for name in ("end", *balance.keys)]
    total = 0
    for cells in map(tuple, connection.execute(select(*names, kept.came_in, kept.went_out))):
        *key, came_in, went_out = cells
        total += came_in - went_out
        expected = sums.pop(tuple(key), [0, 0])
        if [came_in, went_out] != expected:
            yield Fault(
                f"{balance.table.name} {' '.join(map(str, key))}",
                f"came in {came_in}, went out {went_out}; its moves say {expected[0]} "
                f"and {expected[1]}",
            )
    for key_left in sums:
        yield Fault(f"{balance.table.name} {' '.join(map(str, key_left))}", "is missing")
    if total:
        yield Fault(balance.table.name, f"the total over all ends is {total}, not zero")
