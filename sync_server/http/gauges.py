"""How head office stands at this moment, read from its database when somebody asks."""

from pathlib import Path

from sqlalchemy import Connection, func, select

from shared.channel.tables import device, device_contact
from shared.sync import scopes
from sync_server.http.admission import Admission, Pace
from sync_server.http.metrics import Metric, Sample
from sync_server.http.service import Service
from sync_server.store.durable import VERIFIED_MADE_AT
from sync_server.store.migrations import known
from sync_server.store.tables import snapshot
from sync_server.sync.feed import all_heads

_AGES_S = ((300, "5m"), (3_600, "1h"), (86_400, "1d"), (7 * 86_400, "7d"))
_LONGER = "longer"
_SECOND_US = 1_000_000
_COMMON = (scopes.ALL, scopes.HQ, scopes.SUPPLY, scopes.org(""), scopes.assortment(""))


def of_database(service: Service) -> list[Metric]:
    """What one reading transaction finds; its cost grows with devices and scopes only."""
    now_us = service.clock.now_us()
    with service.database.read() as connection:
        sizes = service.database.sizes(connection)
        return [
            _gauge(
                "qutong_devices", "Enrolled devices by last contact.", _ages(connection, now_us)
            ),
            _gauge("qutong_scope_heads", "Heads of shared scopes.", _heads(connection)),
            _gauge(
                "qutong_snapshot_age_seconds", "Age of scope files.", _files(service, connection)
            ),
            _gauge("qutong_database_bytes", "Size of the database.", [Sample(sizes.database)]),
            _gauge(
                "qutong_wal_bytes",
                "Size of the write-ahead log.",
                [] if sizes.wal is None else [Sample(sizes.wal)],
            ),
            _gauge(
                "qutong_backup_age_seconds",
                "Since the newest proved backup was made; absent = never.",
                _backup(connection, now_us),
            ),
        ]


def of_gates(admission: Admission, pace: Pace | None) -> list[Metric]:
    """Queues and refusals of this process."""
    refused = {gate.name: gate.refused for gate in admission.gates}
    refused |= {"waits": admission.waits.refused, "bodies": admission.bodies.refused}
    if pace is not None:
        refused["pace"] = pace.refused
    return [
        _gauge(
            "qutong_queue_length",
            "Requests that wait for a turn.",
            [Sample(gate.waiting, (("gate", gate.name),)) for gate in admission.gates],
        ),
        _gauge(
            "qutong_working",
            "Requests at work.",
            [Sample(gate.working, (("gate", gate.name),)) for gate in admission.gates],
        ),
        _gauge("qutong_long_polls", "Devices that wait for news.", [Sample(admission.waits.taken)]),
        _gauge("qutong_bodies_bytes", "Bodies in memory.", [Sample(admission.bodies.taken)]),
        Metric(
            "qutong_busy_total",
            "counter",
            "Refusals 429 by what was full.",
            tuple(Sample(count, (("by", name),)) for name, count in refused.items()),
        ),
    ]


def _gauge(name: str, text: str, samples: list[Sample]) -> Metric:
    return Metric(name, "gauge", text, tuple(samples))


def _ages(connection: Connection, now_us: int) -> list[Sample]:
    """Devices whose newest contact is at most so old; they are written every five minutes."""
    counts = dict.fromkeys((*(name for _, name in _AGES_S), _LONGER), 0)
    for (seen_at_us,) in connection.execute(select(device_contact.c.seen_at_us)):
        age_s = (now_us - seen_at_us) // _SECOND_US
        counts[next((name for limit, name in _AGES_S if age_s <= limit), _LONGER)] += 1
    enrolled = connection.execute(select(func.count()).select_from(device)).scalar_one()
    counts["never"] = max(enrolled - sum(counts.values()), 0)
    return [Sample(count, (("age", age),)) for age, count in counts.items()]


def _heads(connection: Connection) -> list[Sample]:
    """Scopes of sites and accounts are added up: there may be thousands."""
    samples: list[Sample] = []
    others = 0
    for head in all_heads(connection):
        if head.scope.startswith(_COMMON):
            samples.append(Sample(head.head, (("scope", head.scope),)))
        else:
            others += head.head
    return [*samples, Sample(others, (("scope", "sites and accounts"),))]


def _files(service: Service, connection: Connection) -> list[Sample]:
    samples: list[Sample] = []
    now_s = service.clock.now_us() / _SECOND_US
    for scope, name in connection.execute(select(snapshot.c.scope, snapshot.c.name)):
        if (made_s := _made_s(service.snapshots.folder / name)) is not None:
            samples.append(Sample(max(int(now_s - made_s), 0), (("scope", scope),)))
    return samples


def _made_s(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None


def _backup(connection: Connection, now_us: int) -> list[Sample]:
    """Of an old backup that was proved just now a restore still lacks all that came since."""
    at_us = known(connection, VERIFIED_MADE_AT)
    if not at_us.isdigit() or int(at_us) > now_us:
        return []
    return [Sample((now_us - int(at_us)) // _SECOND_US)]
