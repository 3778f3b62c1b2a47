"""Rows whose content changed behind the program: how they are known, and put right."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, update
from sqlalchemy.exc import IntegrityError

from desktop.store.errors import DatabaseDamaged
from desktop.store.identity import Identity
from desktop.store.local import LocalStore
from shared.sync.appending import Replica
from shared.sync.balancing import mend_balances
from shared.sync.comparing import true_digest
from shared.sync.confirm import Finding
from shared.sync.holding import granted_scopes, recount
from shared.sync.own_slots import Own, OwnSlots
from shared.sync.replica import load_rows
from shared.sync.statements import Row
from shared.sync.tables import Replicated


def is_indexed_well(connection: Connection, table: str) -> bool:
    """Whether a table and its indexes agree: a look-up by a damaged index misses rows."""
    found = connection.exec_driver_sql(f'PRAGMA integrity_check("{table}")').scalars().all()
    return found == ["ok"]


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Bytes that are no text are read all the same, as what can be written back."""
    driver: Any = connection.connection.dbapi_connection
    former = driver.text_factory
    driver.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = former


def own_slots_of(connection: Connection, identity: Identity, replica: Replica) -> OwnSlots:
    """What this device's documents wrote."""
    own = Own(device_id=identity.device_id, incarnation=identity.incarnation)
    return OwnSlots(connection, replica.registry, own)


def is_damaged(table: Replicated, row: Row, slots: OwnSlots) -> bool:
    """Whether a row is not what head office sent, or its own document wrote."""
    if row["_slot"] == 0:
        digest = _digest(table, row)
        return digest is None or digest != row["_digest"]
    return not _is_text(row) or bool(_written(table, row, slots))


def _digest(table: Replicated, row: Row) -> int | None:
    """The digest of what stands in a row; None when nobody can read it."""
    try:
        return true_digest(table, row) if _is_text(row) else None
    except (msgspec.MsgspecError, TypeError, ValueError):
        return None


def _written(table: Replicated, row: Row, slots: OwnSlots) -> Row:
    """The columns in which an own row is not what its last document wrote."""
    return {
        name: value
        for write in slots.writes(row["_slot"])
        if write.table == table.name and write.id == row["id"]
        for name, value in write.values.items()
        if row[name] != value
    }


def index_anew(local: LocalStore, part: str) -> list[Finding]:
    """Make a table's indexes again. Raises Unavailable DATABASE_DAMAGED when that does not help."""
    found = [Finding(code="INDEX_DAMAGED", scope="", table=part)]

    def work(connection: Connection) -> None:
        try:
            connection.exec_driver_sql(f'REINDEX "{part}"')
        except IntegrityError as error:
            raise DatabaseDamaged("DATABASE_DAMAGED") from error
        if not is_indexed_well(connection, part):
            raise DatabaseDamaged("DATABASE_DAMAGED")
        local.store_findings(connection, found)

    local.transact(work)
    return found


def mend_rows(local: LocalStore, part: str, ids: Sequence[str]) -> list[Finding]:
    """Own rows are written again; head office's wait for the next sync, which finds them by their
    digest and fetches exactly them. Balances are what their moves add up to, all the while."""
    identity, replica = local.enrolled, local.replica
    table = replica.schema[part]

    def work(connection: Connection) -> list[Finding]:
        slots = own_slots_of(connection, identity, replica)
        with any_text(connection):
            rows = load_rows(connection, table, set(ids))
        bad = [row for _, row in sorted(rows.items()) if is_damaged(table, row, slots)]
        findings = [_mend_row(connection, table, row, slots) for row in bad]
        if findings:
            recount(connection, replica.schema, granted_scopes(connection))
            mend_balances(connection, table, replica.owns)
            if table.derive is not None:
                table.derive(connection, [row["id"] for row in bad if _is_text(row)])
        local.store_findings(connection, findings)
        return findings

    return local.transact(work)


def _is_text(row: Row) -> bool:
    """Whether every text of a row can be read."""
    texts = [value for value in row.values() if isinstance(value, str)]
    return not any("\udc80" <= sign <= "\udcff" for text in texts for sign in text)


def _mend_row(connection: Connection, table: Replicated, row: Row, slots: OwnSlots) -> Finding:
    here = update(table.table).where(table.table.c.id == row["id"])
    digest = _digest(table, row) if row["_slot"] == 0 else 0
    if digest is None or not _is_text(row):
        # Nobody could read it, the comparison with head office neither: it has to come anew.
        connection.exec_driver_sql(
            f'DELETE FROM "{table.name}" WHERE CAST(id AS BLOB) = ?',
            (row["id"].encode("utf-8", "surrogateescape"),),
        )
        code, detail = "ROW_DAMAGED", "unreadable"
    elif row["_slot"] == 0:
        connection.execute(here.values({"_digest": digest}))
        code, detail = "ROW_DAMAGED", ""
    else:
        values = _written(table, row, slots)
        connection.execute(here.values(values))
        code, detail = "ROW_REPOSTED", ",".join(sorted(values))
    return Finding(
        code=code,
        scope="",
        table=table.name,
        row_id=row["id"].encode("utf-8", "replace").decode(),
        slot=int(row["_slot"]),
        detail=detail,
    )
