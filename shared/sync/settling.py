"""The end of a sync: own rows that head office received and did not send back."""

from collections.abc import Sequence, Set
from functools import partial

from sqlalchemy import Connection, select

from shared.sync.appending import Replica
from shared.sync.confirm import Applied, Finding, Step
from shared.sync.covering import is_covered
from shared.sync.digest import row_digest
from shared.sync.holding import UNCONFIRMED, granted_scopes, remove_rows, tables_with
from shared.sync.moved import forget_moved
from shared.sync.own_slots import Own, OwnSlots
from shared.sync.statements import Row, upsert
from shared.sync.tables import Replicated


def settle_step(replica: Replica, own: Own, posted_n: int, behind: Set[str]) -> Step:
    """Look once, when every scope is at its head, at the rows of slots up to ``posted_n``.

    Such a row in a scope held here was posted otherwise at head office: it is reversed and told,
    unless its document is kept. A row in no scope held here will never come back, because a desk
    of head office wrote it for a warehouse: it stands where it belongs, and goes here. Rows of
    scopes that are ``behind`` wait for the next sync.
    """
    return partial(_settle_all, replica, own, posted_n, behind)


def _settle_all(
    replica: Replica, own: Own, posted_n: int, behind: Set[str], connection: Connection
) -> Applied:
    # The figure stands beside the text, which is then the same in every sync: SQLite has it ready.
    highest = "_slot > 0 AND _slot <= :posted_n"
    tables = tables_with(connection, replica.schema, highest, {"posted_n": posted_n})
    if not tables:
        return Applied()
    settling = _Settling(connection, replica, own, behind)
    for table in tables:
        settling.settle(table, _waiting(connection, table, posted_n))
    return settling.done()


def _waiting(connection: Connection, table: Replicated, posted_n: int) -> list[Row]:
    query = select(table.table).where(UNCONFIRMED, table.table.c["_slot"] <= posted_n)
    return [dict(row) for row in connection.execute(query).mappings()]


class _Settling:
    """One look at what waits: collects touched ids and findings."""

    def __init__(
        self, connection: Connection, replica: Replica, own: Own, behind: Set[str]
    ) -> None:
        self.connection = connection
        self.replica = replica
        self.slots = OwnSlots(connection, replica.registry, own)
        self.granted = granted_scopes(connection)
        self.behind = behind
        self.touched: dict[str, set[str]] = {}
        self.findings: list[Finding] = []

    def done(self) -> Applied:
        """What was touched and found."""
        touched = {table: frozenset(ids) for table, ids in self.touched.items() if ids}
        for name, ids in touched.items():
            derive = self.replica.schema[name].derive
            if derive is not None:
                derive(self.connection, sorted(ids))
        return Applied(touched=touched, findings=tuple(self.findings))

    def settle(self, table: Replicated, waiting: Sequence[Row]) -> None:
        """Confirm, reverse or let go the waiting rows of one table."""
        kept = self.slots.kept(row["_slot"] for row in waiting)
        confirmed: list[Row] = []
        gone: list[Row] = []
        for row in waiting:
            held = self.granted.intersection(table.scopes(row))
            if row["_slot"] in kept or (held and held <= self.behind):
                continue
            if not held:
                gone.append(row)
            elif row_digest(table, row["id"], row, row["_extra"]) == row["_digest"]:
                confirmed.append(row | {"_slot": 0})
            elif row["_digest"] == 0:
                gone.append(row)
                if not self._is_closed(table, row):
                    self._find("ROW_REVERSED", table, row, min(held))
            else:
                self._find("RECORD_DIFFERS", table, row, min(held))
        upsert(self.connection, table.table, ("id",), confirmed)
        settled = {row["id"] for row in (*confirmed, *gone)}
        forget_moved(self.connection, table, [row for row in waiting if row["id"] in settled])
        if gone:
            remove_rows(self.connection, table, gone, self.replica.owns)
            self.touched.setdefault(table.name, set()).update(row["id"] for row in gone)

    def _is_closed(self, table: Replicated, row: Row) -> bool:
        """Whether a copy of a disk linked a document anew whose month is closed meanwhile."""
        is_copy = self.slots.of.incarnation > 1
        return is_copy and is_covered(self.connection, self.replica.schema, table, row)

    def _find(self, code: str, table: Replicated, row: Row, scope: str) -> None:
        self.findings.append(
            Finding(code=code, scope=scope, table=table.name, row_id=row["id"], slot=row["_slot"])
        )
