"""Putting posted rows into a replica: ledger rows, record rows, balances; saying what changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from shared.journal.document import Value, Write
from shared.sync.digest import row_digest
from shared.sync.moved import remember_moved
from shared.sync.statements import Row, add_rows, insert_rows, rows_of, upsert
from shared.sync.tables import Balance, Replicated, Schema, TableRole

Owns = Callable[[str], bool]
"""Whether this replica keeps the balance of a ledger end (a location, an account)."""


def everything(_end: str) -> bool:
    """Head office keeps every balance."""
    return True


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not what it was: digests before and after (0 = absent), and its scopes."""

    table: str
    id: str
    scopes: tuple[str, ...]
    before: int
    after: int


def add_to_balances(
    connection: Connection,
    table: Replicated,
    rows: Sequence[Mapping[str, Value]],
    owns: Owns,
    *,
    sign: int = 1,
) -> None:
    """Add ledger rows once to the sums of the ends this replica owns (``sign`` -1 takes back)."""
    _add_to_all(connection, table.counted, rows, owns, sign)


def _add_to_all(
    connection: Connection,
    balances: Iterable[Balance],
    rows: Sequence[Mapping[str, Value]],
    owns: Owns,
    sign: int,
) -> None:
    for balance in balances:
        _add_to_balance(connection, balance, rows, owns, sign)


def _add_to_balance(
    connection: Connection,
    balance: Balance,
    rows: Iterable[Mapping[str, Value]],
    owns: Owns,
    sign: int,
) -> None:
    sums: dict[tuple[Value, ...], list[int]] = {}
    for row in rows:
        keys = tuple(row[key] for key in balance.keys)
        amount = row[balance.amount]
        assert isinstance(amount, int)
        for place, end in enumerate((row[balance.to_column], row[balance.from_column])):
            assert isinstance(end, str)
            if owns(end):
                sums.setdefault((end, *keys), [0, 0])[place] += sign * amount
    if not sums:
        return
    key_names = ("end", *balance.keys)
    names = (*key_names, "came_in", "went_out")
    # Sorted, so that two workers never wait for each other in a ring.
    to_add = [dict(zip(names, (*k, *v), strict=True)) for k, v in sorted(sums.items())]
    add_rows(connection, balance.table, key_names, ("came_in", "went_out"), to_add)


def apply_writes(
    connection: Connection, schema: Schema, writes: Sequence[Write], *, slot: int, owns: Owns
) -> list[Change]:
    """Put what documents posted into the tables; within a table the order of writes is kept.

    ``slot`` is the own slot on a device (the rows wait for head office's copy) and 0 at head
    office, whose rows are the truth. Changes come grouped by table, so feeds and pages get long
    runs of one table.
    """
    by_table: dict[str, list[Write]] = {}
    for write in writes:
        by_table.setdefault(write.table, []).append(write)
    changes: list[Change] = []
    for name, group in by_table.items():
        table = schema[name]
        if table.role is TableRole.LEDGER:
            changes += _insert_ledger(connection, table, group, slot, owns)
        else:
            changes += _merge_records(connection, table, group, slot)
    return changes


def _insert_ledger(
    connection: Connection, table: Replicated, group: Sequence[Write], slot: int, owns: Owns
) -> list[Change]:
    rows: list[Row] = []
    changes = []
    base: Row = {**table.defaults, "id": "", "_digest": 0, "_slot": slot, "_extra": b""}
    name, known, scopes = table.name, table.defaults.keys(), table.scopes
    for _, row_id, values in group:
        if not values.keys() <= known:
            raise KeyError(f"{name} has no columns {values.keys() - known}")
        row = {**base, **values}
        digest = row_digest(table, row_id, row)
        row["id"] = row_id
        if not slot:
            # On a device the row is only here until head office confirms it: it counts nowhere yet.
            row["_digest"] = digest
        rows.append(row)
        changes.append(Change(name, row_id, scopes(row), 0, digest))
    insert_rows(connection, table.table, rows)
    # Opening rows are posted at head office alone, which keeps the rows they stand for.
    _add_to_all(connection, table.balances, rows, owns, 1)
    return changes


def _merge_records(
    connection: Connection, table: Replicated, group: Sequence[Write], slot: int
) -> list[Change]:
    current = _locked_rows(connection, table, {write.id for write in group})
    before = {row_id: row["_digest"] for row_id, row in current.items()}
    counted = {one: table.scopes(row) for one, row in current.items() if slot and row["_digest"]}
    after: dict[str, int] = {}
    for write in group:
        row = current.get(write.id)
        if row is None:
            row = dict(table.defaults) | {"id": write.id, "_digest": 0, "_slot": 0, "_extra": b""}
            current[write.id] = row
        unknown = write.values.keys() - table.defaults.keys()
        assert not unknown, f"{table.name} has no columns {unknown}"
        row.update(write.values)
        row["_slot"] = slot
    for row_id, row in current.items():
        after[row_id] = row_digest(table, row_id, row, row["_extra"])
        # A device goes on counting head office's version until it sends the next one.
        row["_digest"] = before.get(row_id, 0) if slot else after[row_id]
    left = {one: was for one, was in counted.items() if table.scopes(current[one]) != was}
    remember_moved(connection, table, left)
    rows = list(current.values())
    upsert(connection, table.table, ("id",), rows)
    return [
        Change(table.name, row["id"], table.scopes(row), before.get(row["id"], 0), after[row["id"]])
        for row in rows
    ]


def _locked_rows(connection: Connection, table: Replicated, ids: set[str]) -> dict[str, Row]:
    """Rows nobody else changes. A row that is new here may be new to another worker of head office
    at the same moment: whoever comes second waits and then changes the first one's row."""
    found = load_rows(connection, table, ids, lock=True)
    missing = sorted(ids - found.keys())
    if connection.dialect.name != "postgresql" or not missing:
        return found
    # Only head office has it: a desktop that starts does not wait for its drivers (P11).
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    empty = dict(table.defaults) | {"_digest": 0, "_slot": 0, "_extra": b""}
    placeholder = postgresql_insert(table.table).on_conflict_do_nothing(index_elements=["id"])
    connection.execute(placeholder, [empty | {"id": row_id} for row_id in missing])
    return load_rows(connection, table, ids, lock=True)


def load_rows(
    connection: Connection, table: Replicated, ids: set[str], *, lock: bool = False
) -> dict[str, Row]:
    """The whole rows of these ids, system columns included; with ``lock`` nobody changes them."""
    return {row["id"]: row for row in rows_of(connection, table.table, sorted(ids), lock=lock)}
