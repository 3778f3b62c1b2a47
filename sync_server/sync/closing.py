"""Head office closes a month of a site: it adds the month up, and its rows leave the site's scope.

What is closed must stand in a backup that was restored and proved, so that a head office restored
later has every row an opening stands for, and can tell those that came after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from shared.channel.tables import device, device_contact
from shared.closing.documents import ClosedJournal, MonthClosed, OpenedEntry, OpenedMove
from shared.closing.queries import closed_month
from shared.closing.rules import checked_month, last_day, next_month
from shared.core.errors import Conflict
from shared.journal.tables import journal
from shared.sync import scopes
from shared.sync.statements import Row
from shared.sync.tables import Schema
from sync_server.store.durable import JournalMark, all_marks
from sync_server.store.recovery import is_recovering
from sync_server.sync.covering import standing
from sync_server.sync.feed import lock_heads
from sync_server.sync.head_office import HeadOffice, draft_of, lock_journal, publish

KEYS_AT_ONCE: Final = 1_000
"""Opening rows of one document: it travels and is held like any other."""
_CHUNK: Final = 500
_MOVES, _ENTRIES = "stock_opening", "account_opening"
Slots = dict[tuple[str, int], int]
"""A slot of each journal: by device and incarnation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A month that was closed: how many rows of the ledgers, and into how many openings."""

    site_id: str
    month: str
    row_count: int
    openings: int


def awaited(connection: Connection, site_id: str, seen_after_us: int) -> list[str]:
    """Trusted devices of a site that were not here after an instant with nothing left to send."""
    c = device_contact.c
    reported = select(c.id).where(c.seen_at_us > seen_after_us, c.unsent == 0)
    rows = connection.execute(
        select(device.c.id)
        .where(
            device.c.site_id == site_id,
            device.c.revoked_at_us == 0,
            device.c.id.not_in(reported),
        )
        .order_by(device.c.id)
    )
    return list(rows.scalars())


def unproved(connection: Connection, rows: Iterable[Row]) -> list[str]:
    """The journals these rows come from that no proved backup holds far enough."""
    marks = {one[:2]: one.n for one in all_marks(connection)}
    return _not_proved(_last_slots(connection, rows), marks)


def _not_proved(last: Slots, marks: Slots) -> list[str]:
    return [f"{one[0]}/{one[1]}" for one, n in sorted(last.items()) if n > marks.get(one, 0)]


def open_rows(connection: Connection, schema: Schema, site_id: str, month: str) -> list[Row]:
    """The rows a site's months up to this one may be closed with."""
    return [
        row
        for name in (_MOVES, _ENTRIES)
        for row in standing(connection, schema, schema[name], site_id, last_day(month))
    ]


def _last_slots(connection: Connection, rows: Iterable[Row]) -> Slots:
    """The last slot of each journal these rows come from."""
    c = journal.c
    last: Slots = {}
    wanted = sorted({row["document"] for row in rows})
    for start in range(0, len(wanted), _CHUNK):
        query = select(c.device_id, c.incarnation, c.n)
        for device_id, incarnation, n in connection.execute(
            query.where(c.uid.in_(wanted[start : start + _CHUNK]), c.verdict != "kept")
        ):
            place = (device_id, incarnation)
            last[place] = max(last.get(place, 0), n)
    return last


def close_months(
    connection: Connection,
    hq: HeadOffice,
    site_id: str,
    month: str,
    now_us: int,
    *,
    signed_off_by: str = "",
    proved: Iterable[JournalMark] | None = None,
    most: int = 0,
) -> list[Closed]:
    """Close a site's months up to and with ``month``, each by documents of its own, in order.

    Months that are closed already, and those without rows, are passed over. What came late for a
    closed month is closed with the next one. It is the whole of a transaction, and its last step.
    ``proved`` is how far journals stand in a proved backup; ``most`` months (0 = all) are closed at
    once, so that others have their turn between them.
    Raises: RuleViolation MONTH_UNREADABLE; Conflict RECOVERING, MONTH_NOT_DURABLE.
    """
    checked_month(month)
    if is_recovering(connection):
        raise Conflict("RECOVERING")
    lock_journal(connection, hq)
    lock_heads(connection, [scopes.site(site_id)])
    marks = {one[:2]: one.n for one in (all_marks(connection) if proved is None else proved)}
    found = []
    for one in _months(connection, hq.replica.schema, site_id, month):
        closing = _Closing(connection, hq, site_id, one, now_us, marks, signed_off_by)
        if closed := closing.close():
            found.append(closed)
        if most and len(found) == most:
            break
    return found


def _months(connection: Connection, schema: Schema, site_id: str, until: str) -> list[str]:
    """The months to close: those of open rows, and for rows of closed months the next one."""
    last = closed_month(connection, site_id)
    first = next_month(last) if last else ""
    found: set[str] = set()
    for table in (schema[name].table for name in ("stock_move", "account_entry")):
        month = func.substr(table.c.business_day, 1, 7)
        days = select(month).where(table.c.site_id == site_id, table.c.period == "").distinct()
        found.update(max(one, first) for one in connection.execute(days).scalars() if one)
    return sorted(one for one in found if one <= until)


@dataclass(frozen=True, slots=True)
class _Closing:
    """One month of one site."""

    connection: Connection
    hq: HeadOffice
    site_id: str
    month: str
    now_us: int
    marks: Slots
    signed_off_by: str

    def close(self) -> Closed | None:
        """Write the documents; None when the month has no rows."""
        rows = {name: self._standing(name) for name in (_MOVES, _ENTRIES)}
        every = [row for of_table in rows.values() for row in of_table]
        if not every:
            return None
        journals = self._journals(every)
        moves = [OpenedMove(**one) for one in self._summed(_MOVES, rows[_MOVES])]
        entries = [OpenedEntry(**one) for one in self._summed(_ENTRIES, rows[_ENTRIES])]
        bodies = [
            MonthClosed(
                month=self.month,
                journals=journals,
                moves=moves[start : start + KEYS_AT_ONCE],
                # All of them in the first part: a site has few accounts of its own.
                entries=entries if not start else [],
                part=start // KEYS_AT_ONCE + 1,
                signed_off_by=self.signed_off_by,
            )
            for start in range(0, max(len(moves), 1), KEYS_AT_ONCE)
        ]
        drafts = [draft_of(self.hq, one, self.now_us, site_id=self.site_id) for one in bodies]
        publish(self.connection, self.hq, drafts, self.now_us)
        return Closed(
            site_id=self.site_id,
            month=self.month,
            row_count=len(every),
            openings=len(moves) + len(entries),
        )

    def _standing(self, name: str) -> list[Row]:
        schema = self.hq.replica.schema
        until = last_day(self.month)
        return standing(self.connection, schema, schema[name], self.site_id, until)

    def _summed(self, name: str, rows: Sequence[Row]) -> list[Row]:
        opens = self.hq.replica.schema[name].opens
        assert opens
        sums: dict[tuple[str, ...], list[int]] = {}
        for row in rows:
            found = sums.setdefault(tuple(row[key] for key in opens.keys), [0, 0])
            found[0] += row[opens.amount]
            found[1] += 1
        return [
            {**dict(zip(opens.keys, key, strict=True)), opens.amount: amount, "row_count": count}
            for key, (amount, count) in sorted(sums.items())
        ]

    def _journals(self, rows: Sequence[Row]) -> list[ClosedJournal]:
        """The last slot of each journal these rows come from. Raises Conflict MONTH_NOT_DURABLE."""
        last = _last_slots(self.connection, rows)
        if waiting := _not_proved(last, self.marks):
            raise Conflict(
                "MONTH_NOT_DURABLE",
                site_id=self.site_id,
                month=self.month,
                journals=" ".join(waiting[:5]),
                next_step="make a backup, prove it with restore-drill, and close the month then",
            )
        return [
            ClosedJournal(device_id=device_id, incarnation=incarnation, n=n)
            for (device_id, incarnation), n in sorted(last.items())
        ]
