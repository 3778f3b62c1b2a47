"""``restore-drill``: the newest backup is restored beside head office, proved, and only then good.

Only a drill without any problem moves the durable marks, on whose word devices let the bytes of
old documents go.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from shared.core.clock import Clock
from shared.core.errors import Conflict, QutongError, Unavailable
from sync_server.operations.backup import VERIFIED
from sync_server.operations.backup_manifest import (
    Manifest,
    instant_of,
    name_of,
    names_in,
    names_until,
    part_faults,
    read_manifest,
)
from sync_server.operations.backup_parts import read_sqlite
from sync_server.operations.home import Office
from sync_server.operations.restoring import fill_postgresql, problems
from sync_server.store.durable import (
    VERIFIED_AT,
    VERIFIED_MADE_AT,
    JournalMark,
    all_marks,
    link_here,
    move_forward,
)
from sync_server.store.engine import Database, open_database
from sync_server.store.migrations import tell

_PROBLEMS_MAX: Final = 20
_PREFIX = "drilling-"
_SCRATCH = "qutong_drill_"
_STALE_US = 24 * 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What came of a drill; without problems the backup is good."""

    name: str
    problems: list[str]
    marked: int
    """Journals whose durable mark moved forward."""
    took_us: int
    left_aside: list[str]
    """Backups named by a time to come: a clock was wrong."""


def drill(office: Office, folder: Path, clock: Clock, *, scratch: str = "") -> Drilled:
    """Restore the newest backup of a folder beside head office and verify all of it.

    ``scratch`` is an empty PostgreSQL database to restore into; '' = one is made and dropped.
    Raises Conflict BACKUP_MISSING; Unavailable SCRATCH_MISSING.
    """
    _clear_stale(folder, clock.now_us())
    now_us = clock.now_us()
    names = names_until(folder, now_us)
    left_aside = [name for name in names_in(folder) if name not in names]
    if not names:
        raise Conflict("BACKUP_MISSING")
    began_us = clock.monotonic_us()
    name = names[-1]
    found, manifest = _found(office, folder, name, scratch, now_us)
    marked = 0
    if manifest is not None and not found:
        with office.database.write() as connection:
            marks = _marks(manifest)
            found = list(islice(_lost_here(connection, marks), _PROBLEMS_MAX))
            if not (folder / name).is_dir():
                # A backup made meanwhile took its place, and nobody has proved that one.
                found.append("it was removed while it was proved: run the drill again")
            if not found:
                marked = move_forward(connection, marks)
                tell(connection, VERIFIED, name)
                tell(connection, VERIFIED_AT, str(clock.now_us()))
                tell(connection, VERIFIED_MADE_AT, str(min(manifest.made_at_us, now_us)))
    return Drilled(
        name=name,
        problems=found,
        marked=marked,
        took_us=clock.monotonic_us() - began_us,
        left_aside=left_aside,
    )


def _clear_stale(folder: Path, now_us: int) -> None:
    """Remove what a drill that was killed a day ago left."""
    for work in folder.glob(f"{_PREFIX}*"):
        if now_us - work.stat().st_mtime * 1_000_000 > _STALE_US:
            shutil.rmtree(work, ignore_errors=True)


def _found(
    office: Office, folder: Path, name: str, scratch: str, now_us: int
) -> tuple[list[str], Manifest | None]:
    path = folder / name
    try:
        manifest = read_manifest(path, office.hq.author.key.public)
        if manifest.figures.epoch != office.hq.epoch:
            return ["it is of an earlier epoch of this head office: make a backup first"], None
        found = list(islice(part_faults(path, manifest.parts), _PROBLEMS_MAX))
        if found:
            return found, manifest
        with office.database.read() as connection:
            before = all_marks(connection)
        with _restored(office, folder, manifest, scratch, now_us) as connection:
            found = list(islice(_all_problems(connection, manifest, before), _PROBLEMS_MAX))
        return found, manifest
    except DBAPIError as error:
        return [f"it cannot be restored: {type(error.orig).__name__}"], None
    except QutongError as error:
        if error.code != "BACKUP_DAMAGED":
            raise
        return [f"it {error.params['what']}"], None


def _all_problems(
    connection: Connection, manifest: Manifest, marks: list[JournalMark]
) -> Iterator[str]:
    yield from problems(connection, manifest)
    yield from _lost_here(connection, marks, "the backup")


def _marks(manifest: Manifest) -> list[JournalMark]:
    return [
        JournalMark(one.device_id, one.incarnation, one.n, bytes.fromhex(one.link_hash))
        for one in manifest.figures.journals
    ]


def _lost_here(
    connection: Connection, marks: list[JournalMark], where: str = "head office"
) -> Iterator[str]:
    """Slots that stood in a backup stand here, and as they were: no journal loses its end."""
    for one in marks:
        if link_here(connection, one.device_id, one.incarnation, one.n) != one.link_hash:
            place = f"{one.device_id}/{one.incarnation} slot {one.n}"
            yield f"{place}: {where} has lost it, or has another one"


@contextmanager
def _restored(
    office: Office, folder: Path, manifest: Manifest, scratch: str, now_us: int
) -> Iterator[Connection]:
    """The backup as a database, in a transaction of which nothing stays."""
    if manifest.engine == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder, prefix=_PREFIX) as work:
            plain = Path(work) / "head_office.db"
            read_sqlite(folder / manifest.name, manifest.parts, plain)
            with _opened(f"sqlite:///{plain}", lambda _connection: None) as connection:
                yield connection
        return

    def fill(connection: Connection) -> None:
        fill_postgresql(connection, folder / manifest.name, manifest)

    if scratch:
        with _opened(scratch, fill) as connection:
            yield connection
        return
    with _own_scratch(office.database, now_us) as address, _opened(address, fill) as connection:
        yield connection


@contextmanager
def _opened(address: str, fill: Callable[[Connection], None]) -> Iterator[Connection]:
    database = open_database(address)
    try:
        with _rolled_back(database) as connection:
            fill(connection)
            yield connection
    finally:
        database.close()


class _Enough(Exception):
    """Ends a transaction of which nothing is wanted."""


@contextmanager
def _rolled_back(database: Database) -> Iterator[Connection]:
    try:
        with database.write() as connection:
            yield connection
            raise _Enough
    except _Enough:
        return


@contextmanager
def _own_scratch(database: Database, now_us: int) -> Iterator[str]:
    """A database of its own on head office's server, dropped at the end."""
    with database.read() as connection:
        address = connection.engine.url
    name = f"{_SCRATCH}{name_of(now_us)}"
    alone = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with alone.connect() as connection:
            _drop_stale(connection, now_us)
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    except DBAPIError as error:
        raise Unavailable(
            "SCRATCH_MISSING", next_step="grant CREATEDB, or name an empty database: --scratch"
        ) from error
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with alone.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _drop_stale(connection: Connection, now_us: int) -> None:
    """Drop what a drill that was killed a day ago left; what cannot be is the next one's."""
    own = "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = current_user"
    for name in connection.execute(text(own)).scalars().all():
        began = name.removeprefix(_SCRATCH)
        if began != name and instant_of(began) and began < name_of(now_us - _STALE_US):
            with suppress(DBAPIError):
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
