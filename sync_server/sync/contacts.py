"""When devices were last heard of: gathered in memory, written down every few minutes."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from shared.channel.rules import with_contact
from shared.journal.document import Value, Write
from shared.sync.replica import apply_writes, load_rows
from sync_server.store.locks import CONTACTS, lock
from sync_server.sync import feed
from sync_server.sync.head_office import HeadOffice

TABLE = "device_contact"
_AHEAD_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A device said hello."""

    device_id: str
    site_id: str
    seen_at_us: int
    unsent: int
    """Documents it had and head office had not."""
    program: str


class Contacts:
    """The newest contact of each device since they were written down last; for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[str, Contact] = {}

    def note(self, contact: Contact) -> None:
        """A device was here."""
        with self._lock:
            self._newest[contact.device_id] = contact

    def take(self) -> list[Contact]:
        """What was noted since, in the order of ids; from here on it is the caller's."""
        with self._lock:
            found, self._newest = self._newest, {}
        return [found[device_id] for device_id in sorted(found)]

    def put_back(self, contacts: Sequence[Contact]) -> None:
        """These could not be written down; whoever came since stays as he is."""
        with self._lock:
            self._newest = {one.device_id: one for one in contacts} | self._newest


def write_contacts(connection: Connection, hq: HeadOffice, contacts: Sequence[Contact]) -> None:
    """One row per device that came, so that the feed grows with devices and not with their words.

    It is the last step before the commit.
    """
    schema = hq.replica.schema
    if not contacts or TABLE not in schema:
        return
    lock(connection, CONTACTS)
    known = load_rows(connection, schema[TABLE], {one.device_id for one in contacts})
    writes = [
        Write(
            TABLE,
            one.device_id,
            {
                "site_id": one.site_id,
                "seen_at_us": one.seen_at_us,
                "unsent": one.unsent,
                "program": one.program[:40],
                "heard": with_contact(_heard(known.get(one.device_id)), one.seen_at_us),
            },
        )
        for one in contacts
        if not _is_older(one.seen_at_us, known.get(one.device_id))
    ]
    changes = apply_writes(connection, schema, writes, slot=0, owns=hq.replica.owns)
    feed.mark(connection, schema, changes)


def _is_older(seen_at_us: int, row: Mapping[str, Value] | None) -> bool:
    """Whether another worker has heard of the device since; what lies hours ahead was written by a
    clock that was wrong."""
    return row is not None and 0 < int(row["seen_at_us"]) - seen_at_us < _AHEAD_US


def _heard(row: Mapping[str, Value] | None) -> str:
    return str(row["heard"]) if row is not None else ""
