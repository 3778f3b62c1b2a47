"""What head office is told after a disk was copied or a backup restored: `forks` and `recovery`."""

import json
from collections.abc import Iterator
from typing import TypedDict

from sqlalchemy import Connection, select

from shared.channel.tables import device_fork
from shared.core.clock import Clock
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.journal.kind import Registry, UndecodableDocument
from shared.journal.tables import journal
from sync_server.operations.home import Office
from sync_server.store.locks import RECOVERY, RETURNING, lock
from sync_server.store.recovery import is_recovering
from sync_server.sync.recovering import awaited, finish, lost_slots

_BATCH = 2_000


class Doubled(TypedDict):
    """One printed number that stands on two documents: copies of one disk wrote both (I6)."""

    number: str
    device_id: str
    uids: list[str]


def doubled_numbers(connection: Connection, registry: Registry) -> list[Doubled]:
    """The numbers that copies of a disk used twice before they were told apart, by number."""
    found: list[Doubled] = []
    forked = select(device_fork.c.device_id).distinct().order_by(device_fork.c.device_id)
    for device_id in connection.execute(forked).scalars().all():
        uids: dict[str, set[str]] = {}
        for number, uid in _numbers(connection, registry, device_id):
            uids.setdefault(number, set()).add(uid)
        found += [
            Doubled(number=number, device_id=device_id, uids=sorted(of))
            for number, of in sorted(uids.items())
            if len(of) > 1
        ]
    return found


def _numbers(
    connection: Connection, registry: Registry, device_id: str
) -> Iterator[tuple[str, str]]:
    """What is printed on a device's documents, with their uids; what cannot be read has none."""
    statement = select(journal.c.stored).where(journal.c.device_id == device_id)
    with connection.execute(statement.execution_options(yield_per=_BATCH)) as rows:
        for stored in rows.scalars():
            try:
                header = registry.decode(stored).header
            except UndecodableDocument:
                continue
            if header.number:
                yield header.number, uid_text(header.uid)


def show_forks(office: Office, *, as_json: bool) -> int:
    """Print which disks were copied or restored, and the numbers that stand twice."""
    with office.database.read() as connection:
        columns = [c for c in device_fork.c if not c.name.startswith("_")]
        rows = connection.execute(select(*columns).order_by(device_fork.c.found_at_us)).mappings()
        forks = [dict(row) for row in rows]
        doubled = doubled_numbers(connection, office.hq.replica.registry)
    if as_json:
        print(json.dumps({"forks": forks, "doubled": doubled}, ensure_ascii=False))
        return 0
    for fork in forks:
        print(f"{fork['device_id']}: one until slot {fork['since_n']}, then {fork['incarnation']}")
    for one in doubled:
        print(f"{one['number']} stands on {len(one['uids'])} documents: {' '.join(one['uids'])}")
    if not forks:
        print("no disk was copied or restored")
    return 0


def recovery(office: Office, clock: Clock, *, sign_off: str) -> int:
    """Print whom head office still waits for after a restore; ``sign_off`` names who ends it.

    0 when it is whole, 1 while it waits. Raises RuleViolation NOT_RECOVERING on a sign-off.
    """
    if sign_off:
        with office.database.write() as connection:
            lock(connection, RETURNING)
            lock(connection, RECOVERY)
            if not is_recovering(connection):
                raise RuleViolation("NOT_RECOVERING")
            missing = finish(connection, office.hq, clock.now_us(), signed_off_by=sign_off)
        print(f"signed off by {sign_off}; not waited for: {' '.join(missing) or 'nobody'}")
        return 0
    with office.database.read() as connection:
        if not is_recovering(connection):
            print("head office is whole")
            return 0
        waiting, lost = awaited(connection), lost_slots(connection)
    print(f"recovering; waits for {len(waiting)} devices: {' '.join(waiting)}")
    for slot in lost:
        print(f"  nobody gave back {slot} so far")
    return 1
