"""Rows whose content changed behind the program: how they are known, and put right."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
from sqlalchemy import Connection, update
from sqlalchemy.exc import IntegrityError

from desktop.store.errors import DatabaseDamaged, TextDamaged, told
from desktop.store.identity import Identity
from desktop.store.local import LocalStore
from shared.sync.appending import Replica
from shared.sync.balancing import mend_balances
from shared.sync.comparing import true_digest
from shared.sync.confirm import Finding
from shared.sync.holding import granted_scopes, recount
from shared.sync.own_slots import Own, OwnSlots
from shared.sync.replica import load_rows
from shared.sync.statements import Row, insert_rows
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
    return _is_unknown(table, row, slots) or bool(_written(table, row, slots))


def is_text(value: object) -> bool:
    """Whether a value was readable: what ``any_text`` read in place of bytes that are no text is
    none."""
    return not isinstance(value, str) or not any("\udc80" <= sign <= "\udcff" for sign in value)


def _is_readable(row: Row) -> bool:
    return all(map(is_text, row.values()))


def _is_unknown(table: Replicated, row: Row, slots: OwnSlots) -> bool:
    """Whether nobody can say what a row is: it cannot be read, or its own document wrote none of
    that id."""
    if not _is_readable(row):
        return True
    if row["_slot"] == 0:
        return _digest(table, row) is None
    writes = slots.writes(row["_slot"])
    return bool(writes) and (table.name, row["id"]) not in {(one.table, one.id) for one in writes}


def _digest(table: Replicated, row: Row) -> int | None:
    """The digest of what stands in a row; None when nobody can read it."""
    try:
        return true_digest(table, row) if _is_readable(row) else None
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
    """Make a table's indexes again; rows that stand out of their order, for their id is another
    than it was, are mended, too. Raises Unavailable DATABASE_DAMAGED when that does not help."""
    identity, replica = local.enrolled, local.replica
    table = replica.schema.tables.get(part)

    def work(connection: Connection) -> list[Finding]:
        _reindex(connection, part)
        found = [Finding(code="INDEX_DAMAGED", scope="", table=part)]
        if table is not None and not is_indexed_well(connection, part):
            slots = own_slots_of(connection, identity, replica)
            with any_text(connection):
                rows = _rows_of(connection, table, _out_of_order(connection, part))
            lost = [row for row in rows if is_damaged(table, row, slots)]
            mended = _post_anew(connection, table, lost, slots)
            _bring_in_step(connection, replica, table, mended)
            found += mended
        if not is_indexed_well(connection, part):
            raise DatabaseDamaged("DATABASE_DAMAGED")
        local.store_findings(connection, found)
        return found

    return local.transact(work)


def _reindex(connection: Connection, part: str) -> None:
    try:
        connection.exec_driver_sql(f'REINDEX "{part}"')
    except IntegrityError as error:
        raise DatabaseDamaged("DATABASE_DAMAGED") from error


def _out_of_order(connection: Connection, part: str) -> list[str]:
    """The ids on both sides of each place where the file does not ascend."""
    found: list[str] = []
    before = b""
    # As the rows stand in the file, by no index.
    for (raw,) in connection.exec_driver_sql(f'SELECT CAST(id AS BLOB) FROM "{part}" NOT INDEXED'):
        if raw <= before:
            found += [one.decode("utf-8", "surrogateescape") for one in (before, raw)]
        before = raw
    return found


def mend_rows(local: LocalStore, part: str, ids: Sequence[str]) -> list[Finding]:
    """Own rows are written again; head office's wait for the next sync, which finds them by their
    digest and fetches exactly them. Balances are what their moves add up to, all the while."""
    identity, replica = local.enrolled, local.replica
    table = replica.schema[part]

    def work(connection: Connection) -> list[Finding]:
        slots = own_slots_of(connection, identity, replica)
        with any_text(connection):
            rows = _rows_of(connection, table, ids)
        bad = [row for row in rows if is_damaged(table, row, slots)]
        findings: list[Finding] = []
        lost: list[Row] = []
        for row in bad:
            is_known = not _is_unknown(table, row, slots)
            mended = _mend_row(connection, table, row, slots) if is_known else None
            if mended is None:
                lost.append(row)
            else:
                findings.append(mended)
        if lost:
            # An index that has the row under its former id would refuse to give it up.
            _reindex(connection, part)
            findings += _post_anew(connection, table, lost, slots)
        if findings:
            _bring_in_step(connection, replica, table, findings)
        local.store_findings(connection, findings)
        return findings

    return local.transact(work)


def _blobs(ids: Sequence[str]) -> tuple[str, tuple[bytes, ...]]:
    """A condition that finds rows by the bytes of their ids, wherever they stand."""
    marks = ", ".join("?" * len(ids))
    raw = tuple(one.encode("utf-8", "surrogateescape") for one in ids)
    return f"NOT INDEXED WHERE CAST(id AS BLOB) IN ({marks})", raw


def _rows_of(connection: Connection, table: Replicated, ids: Sequence[str]) -> list[Row]:
    """The whole rows of ids that may be no text, in order."""
    where, raw = _blobs(ids)
    found = connection.exec_driver_sql(f'SELECT * FROM "{table.name}" {where}', raw)
    return sorted((dict(row) for row in found.mappings()), key=lambda row: str(row["id"]))


def _mend_row(
    connection: Connection, table: Replicated, row: Row, slots: OwnSlots
) -> Finding | None:
    """Put right a row that can be read; None when it cannot be found by its id."""
    values = _written(table, row, slots) if row["_slot"] else {"_digest": _digest(table, row)}
    here = update(table.table).where(table.table.c.id == row["id"])
    if not connection.execute(here.values(values)).rowcount:
        return None
    if row["_slot"]:
        return _finding(table, "ROW_REPOSTED", row, ",".join(sorted(values)))
    return _finding(table, "ROW_DAMAGED", row)


def _post_anew(
    connection: Connection, table: Replicated, lost: Sequence[Row], slots: OwnSlots
) -> list[Finding]:
    """Rows nobody can make sense of go. What own documents wrote is written again; the comparison
    with head office, which could not read them either, misses the others and fetches them."""
    if not lost:
        return []
    where, raw = _blobs([row["id"] for row in lost])
    connection.exec_driver_sql(f'DELETE FROM "{table.name}" {where}', raw)
    again = _own_rows(connection, table, {row["_slot"] for row in lost if row["_slot"] > 0}, slots)
    insert_rows(connection, table.table, again)
    findings = [_finding(table, "ROW_REPOSTED", row, "unreadable") for row in again]
    return findings + [
        _finding(table, "ROW_DAMAGED", row, "unreadable")
        for row in lost
        if row["_slot"] not in {one["_slot"] for one in again}
    ]


def _own_rows(
    connection: Connection, table: Replicated, numbers: Set[int], slots: OwnSlots
) -> list[Row]:
    """The rows of these own slots that are not here, as all own documents together wrote them."""
    wrote = {one.id for n in numbers for one in slots.writes(n) if one.table == table.name}
    with any_text(connection):
        missing = wrote - load_rows(connection, table, wrote).keys()
    rows: list[Row] = []
    for row_id in sorted(missing):
        row: Row = {**table.defaults, "id": row_id, "_digest": 0, "_slot": 0, "_extra": b""}
        for n, write in slots.after(0, table.name, row_id):
            row.update(write.values)
            row["_slot"] = n
        rows.append(row)
    return rows


def _bring_in_step(
    connection: Connection, replica: Replica, table: Replicated, findings: Sequence[Finding]
) -> None:
    """What is worked out from the rows of a table follows them."""

    def count() -> None:
        recount(connection, replica.schema, granted_scopes(connection))
        mend_balances(connection, table, replica.owns)

    def derive() -> None:
        if table.derive is not None:
            table.derive(connection, sorted({one.row_id for one in findings}))

    for act in (count, derive):
        # Where another row cannot be read either, whoever comes to that one does it again.
        with suppress(TextDamaged), told(), connection.begin_nested():
            act()


def _finding(table: Replicated, code: str, row: Row, detail: str = "") -> Finding:
    return Finding(
        code=code,
        scope="",
        table=table.name,
        row_id=row["id"].encode("utf-8", "replace").decode(),
        slot=int(row["_slot"]),
        detail=detail,
    )
