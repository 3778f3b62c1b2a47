"""``doctor``: what may go wrong at head office, looked at before it does (T64)."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from shared.channel.tables import device, device_contact, device_fork
from shared.core.clock import Randomness
from shared.core.errors import QutongError
from shared.journal.tables import journal
from shared.tasks.rules import KeptState
from shared.tasks.tables import kept_document
from sync_server.operations import home as homes
from sync_server.operations.backup import MADE_AT
from sync_server.operations.home import Office, open_home
from sync_server.operations.samples import sample_faults
from sync_server.store.durable import VERIFIED_MADE_AT
from sync_server.store.migrations import known
from sync_server.store.recovery import is_recovering
from sync_server.store.tables import snapshot
from sync_server.sync.recovering import awaited

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_MIB = 1024 * 1024
_NAMED_MAX = 10
_FORK_DAYS = 30


class Trouble(NamedTuple):
    """Something a person has to see to: a stable code, and what its sentence names."""

    code: str
    params: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on something is a trouble."""

    silent_days: int = 3
    unsent_hours: int = 1
    backup_hours: int = 26
    verified_days: int = 8
    wal_mib: int = 256
    free_mib: int = 1024
    """Beside twice the database, which a backup and its drill need."""
    certificate: Path | None = None
    certificate_days: int = 21
    clock_us: int = 5 * 60_000_000


def troubles_of_opening(
    home: Path, address: str, randomness: Randomness
) -> tuple[Office | None, list[Trouble]]:
    """The opened head office, or why it cannot be opened."""
    try:
        return open_home(home, address, randomness), []
    except QutongError as error:
        if error.code == "DATABASE_DAMAGED":
            return None, [Trouble(error.code, {"what": homes.DATABASE})]
        if error.code in {"KEY_OTHER", "KEY_UNREADABLE"}:
            return None, [Trouble("KEY_OTHER", {"name": homes.KEY})]
        code = "OFFICE_FULL" if error.code == "DISK_FULL" else "OFFICE_CLOSED"
        return None, [Trouble(code, {"code": error.code})]


def diagnose(office: Office, now_us: int, limits: Limits) -> list[Trouble]:
    """Everything that is wrong, the worst first; nothing is changed."""
    found = [*_rights(office.home), *_disk(office, limits)]
    try:
        with office.database.read() as connection:
            found += _file(connection)
            found += _inside(connection, office, now_us, limits)
    except DBAPIError as error:
        if all(one.code != "DATABASE_DAMAGED" for one in found):
            found.append(Trouble("DATABASE_DAMAGED", {"what": type(error.orig).__name__}))
    return found + list(_certificate(limits, now_us))


def _inside(
    connection: Connection, office: Office, now_us: int, limits: Limits
) -> Iterator[Trouble]:
    yield from _key(connection, office)
    yield from (Trouble("VERIFY_FAILED", {"what": one}) for one in sample_faults(connection))
    yield from _recovering(connection)
    yield from _backups(connection, now_us, limits)
    yield from _clock(connection, now_us, limits)
    yield from _forks(connection, now_us)
    yield from _kept(connection)
    yield from _devices(connection, now_us, limits)
    yield from _snapshots(connection, office)


def _rights(home: Path) -> Iterator[Trouble]:
    if os.name != "posix":
        return
    # What else stands in a folder that nobody else may enter is nobody else's to read.
    for path in (home, home / homes.KEY):
        if path.stat().st_mode & 0o077:
            yield Trouble("RIGHTS_LOOSE", {"name": path.name})


def _disk(office: Office, limits: Limits) -> Iterator[Trouble]:
    database = office.home / homes.DATABASE
    size = database.stat().st_size if database.exists() else 0
    free = shutil.disk_usage(office.home).free
    wanted = limits.free_mib * _MIB + 2 * size
    if free < wanted:
        yield Trouble("DISK_LOW", {"free": free // _MIB, "wanted": wanted // _MIB})
    log = database.with_name(database.name + "-wal")
    if log.exists() and log.stat().st_size > limits.wal_mib * _MIB:
        yield Trouble("WAL_LARGE", {"size": log.stat().st_size // _MIB})


def _file(connection: Connection) -> Iterator[Trouble]:
    if connection.dialect.name != "sqlite":
        return
    told = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if told != "ok":
        yield Trouble("DATABASE_DAMAGED", {"what": str(told)})


def _key(connection: Connection, office: Office) -> Iterator[Trouble]:
    if known(connection, "public_key") not in {"", office.hq.author.key.public.hex()}:
        yield Trouble("KEY_OTHER", {"name": homes.KEY})


def _recovering(connection: Connection) -> Iterator[Trouble]:
    if is_recovering(connection):
        missing = awaited(connection)
        yield Trouble("RECOVERING", {"n": len(missing), "devices": _names(missing)})


def _backups(connection: Connection, now_us: int, limits: Limits) -> Iterator[Trouble]:
    made_us = _number(connection, MADE_AT)
    if not made_us:
        yield Trouble("BACKUP_NEVER", {})
        return
    proved_us = _number(connection, VERIFIED_MADE_AT)
    if max(made_us, proved_us) > now_us + limits.clock_us:
        yield Trouble("BACKUP_AHEAD", {})
        return
    if now_us - made_us > limits.backup_hours * _HOUR_US:
        yield Trouble("BACKUP_OLD", {"hours": (now_us - made_us) // _HOUR_US})
    if not proved_us:
        yield Trouble("BACKUP_UNPROVED", {})
    elif now_us - proved_us > limits.verified_days * _DAY_US:
        yield Trouble("BACKUP_PROVED_OLD", {"days": (now_us - proved_us) // _DAY_US})


def _clock(connection: Connection, now_us: int, limits: Limits) -> Iterator[Trouble]:
    newest = connection.execute(select(func.max(journal.c.stored_at_us))).scalar() or 0
    if newest > now_us + limits.clock_us:
        yield Trouble("CLOCK_BEHIND", {"minutes": (newest - now_us) // 60_000_000})


def _forks(connection: Connection, now_us: int) -> Iterator[Trouble]:
    rows = connection.execute(
        select(device_fork.c.device_id)
        .where(device_fork.c.found_at_us > now_us - _FORK_DAYS * _DAY_US)
        .order_by(device_fork.c.found_at_us)
    )
    found = list(dict.fromkeys(rows.scalars()))
    if found:
        yield Trouble("FORKED", {"n": len(found), "devices": _names(found)})


def _kept(connection: Connection) -> Iterator[Trouble]:
    c = kept_document.c
    rows = connection.execute(
        select(c.device_id, func.count())
        .where(c.state == KeptState.OPEN.value)
        .group_by(c.device_id)
        .order_by(c.device_id)
    ).all()
    if rows:
        names = _names([device_id for device_id, _ in rows])
        yield Trouble("KEPT_OPEN", {"n": sum(n for _, n in rows), "devices": names})


def _devices(connection: Connection, now_us: int, limits: Limits) -> Iterator[Trouble]:
    seen = _contacts(connection)
    last = func.max(journal.c.stored_at_us)
    rows = connection.execute(select(journal.c.device_id, last).group_by(journal.c.device_id))
    last_stored: dict[str, int] = {row[0]: row[1] for row in rows}
    silent, stuck = [], []
    trusted = connection.execute(
        select(device.c.id, device.c.enrolled_at_us)
        .where(device.c.revoked_at_us == 0, device.c.enrolled_at_us > 0)
        .order_by(device.c.id)
    )
    for device_id, enrolled_at_us in trusted:
        seen_us, unsent = seen.get(device_id, (0, 0))
        stored_us = last_stored.get(device_id, 0)
        last_us = max(seen_us, stored_us, enrolled_at_us)
        if now_us - last_us > limits.silent_days * _DAY_US:
            silent.append(device_id)
        # It said at its last word that it has more, and nothing came for long.
        is_long = now_us - max(stored_us, enrolled_at_us) > limits.unsent_hours * _HOUR_US
        if unsent and is_long and _stored_since(connection, device_id, seen_us) < unsent:
            stuck.append(device_id)
    if stuck:
        yield Trouble("UNSENT_LONG", {"n": len(stuck), "devices": _names(stuck)})
    if silent:
        days = limits.silent_days
        yield Trouble("SILENT", {"n": len(silent), "devices": _names(silent), "days": days})


def _stored_since(connection: Connection, device_id: str, seen_us: int) -> int:
    """How many of a device's documents came after its last word: who sent all it had announced
    and was switched off then has nothing left."""
    c = journal.c
    came = select(func.count()).where(c.device_id == device_id, c.stored_at_us >= seen_us)
    return connection.execute(came).scalar_one()


def _snapshots(connection: Connection, office: Office) -> Iterator[Trouble]:
    names = connection.execute(select(snapshot.c.name)).scalars().all()
    missing = [name for name in names if not (office.snapshot_folder / name).is_file()]
    if missing:
        yield Trouble("SNAPSHOTS_MISSING", {"n": len(missing)})


def _certificate(limits: Limits, now_us: int) -> Iterator[Trouble]:
    if limits.certificate is None:
        return
    try:
        found = x509.load_pem_x509_certificate(limits.certificate.read_bytes())
    except (OSError, ValueError):
        yield Trouble("CERTIFICATE_UNREADABLE", {"name": limits.certificate.name})
        return
    ends = found.not_valid_after_utc
    left = int(ends.timestamp()) * 1_000_000 - now_us
    if left < timedelta(days=limits.certificate_days) // timedelta(microseconds=1):
        yield Trouble("CERTIFICATE_ENDS", {"day": f"{ends:%Y-%m-%d}"})


def _contacts(connection: Connection) -> dict[str, tuple[int, int]]:
    """When each device was heard of last, and how many documents it had then that we had not."""
    c = device_contact.c
    rows = connection.execute(select(c.id, c.seen_at_us, c.unsent))
    return {device_id: (seen_us, unsent) for device_id, seen_us, unsent in rows}


def _number(connection: Connection, fact: str) -> int:
    return int(known(connection, fact) or "0")


def _names(devices: list[str]) -> str:
    more = f" +{len(devices) - _NAMED_MAX}" if len(devices) > _NAMED_MAX else ""
    return ", ".join(devices[:_NAMED_MAX]) + more
