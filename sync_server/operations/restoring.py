"""``restore``: a head office from a backup, in a new folder, that says of itself it is another.

Devices notice by the epoch, take all scopes anew by their generation, and give back what they
hold. Head office's own journals go on in an incarnation nobody has seen, so that no number that
was printed is printed again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from shared.areas import REGISTRY, SCHEMA
from shared.core.clock import Clock, Randomness
from shared.core.errors import Conflict, RuleViolation, Unavailable
from shared.core.ids import uuid7
from shared.journal.chain import SigningKey
from shared.pricing.tables import LOCAL
from sync_server.operations import home as homes
from sync_server.operations.backup_manifest import (
    Manifest,
    RestoredNote,
    differences,
    figures_of,
    names_in,
    part_faults,
    read_manifest,
    read_note,
    write_private,
    write_signed,
)
from sync_server.operations.backup_parts import read_postgresql, read_sqlite
from sync_server.operations.verify import faults
from sync_server.store.engine import Database, open_database
from sync_server.store.migrations import STEPS, migrate, schema_version
from sync_server.sync.recovering import begin_recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A head office that stands again."""

    manifest: Manifest
    epoch: str
    incarnation: int
    generation: int


def restore(
    backup: Path,
    home: Path,
    *,
    key_file: Path | None,
    address: str,
    clock: Clock,
    randomness: Randomness,
    prove: bool = True,
) -> Restored:
    """Make a head office in ``home`` from a backup's folder; ``address`` '' = SQLite in it.

    ``key_file`` is head office's key from the safe; None = it lies in ``home`` already. With
    ``prove`` every document is verified before anything counts. Raises Conflict HOME_EXISTS,
    DATABASE_TAKEN, KEY_OTHER; RuleViolation BACKUP_DAMAGED, BACKUP_ENGINE; Unavailable
    KEY_FILE_MISSING, DATABASE_NEWER. Nothing is overwritten, and what failed leaves no head office.
    """
    key_file = key_file or home / homes.KEY
    key = _key_of(key_file)
    manifest = read_manifest(backup, key.public)
    _check(manifest, backup, key, home, address)
    _check_key_file(key_file, home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    _refuse_problems(part_faults(backup, manifest.parts))
    note = _next_note(backup.parent, manifest, key, clock, randomness)
    with (
        _writing(home) as write,
        _filled(backup, manifest, home, address) as database,
        database.write() as connection,
    ):
        if manifest.engine == "postgresql":
            _fill_postgresql(connection, backup, manifest)
        _refuse_problems(problems(connection, manifest, prove=prove))
        migrate(connection, SCHEMA, LOCAL)
        begin_anew(connection, note, manifest)
        # Before the commit: a database whose key was not written opens to nobody, and who restores
        # this backup again takes another incarnation, also when this one is killed here.
        if address:
            write(homes.ADDRESS, f"{address}\n".encode())
        write(homes.KEY, key_file.read_bytes())
        _leave_note(backup, note, key)
    return Restored(
        manifest=manifest,
        epoch=note.epoch,
        incarnation=note.incarnation,
        generation=note.generation,
    )


def _key_of(file: Path) -> SigningKey:
    try:
        return SigningKey.from_seed(bytes.fromhex(file.read_text("ascii").strip()))
    except (OSError, ValueError) as error:
        raise Unavailable(
            "KEY_FILE_MISSING", next_step="--key: the file hq.key from the safe"
        ) from error


def _check(manifest: Manifest, backup: Path, key: SigningKey, home: Path, address: str) -> None:
    if manifest.figures.public_key != key.public.hex():
        raise Conflict("KEY_OTHER", backup=backup.name)
    if manifest.figures.schema_version > len(STEPS):
        raise Unavailable(
            "DATABASE_NEWER", found=manifest.figures.schema_version, known=len(STEPS),
            next_step="run the program that wrote it, or a later one; nothing was changed",
        )  # fmt: skip
    if manifest.engine != ("postgresql" if address.startswith("postgresql") else "sqlite"):
        raise RuleViolation("BACKUP_ENGINE", engine=manifest.engine)
    if address.startswith("sqlite"):
        raise RuleViolation("DATABASE_ADDRESS", allowed="none, or postgresql+psycopg://…")
    # SQLite would take a log that another database left for this one's.
    logs = (f"{homes.DATABASE}-wal", f"{homes.DATABASE}-journal")
    for name in (homes.DATABASE, homes.ADDRESS, *logs):
        if (home / name).exists():
            raise _taken(name)


def _check_key_file(key_file: Path, home: Path) -> None:
    """A key that is overwritten is gone for good, and with it the head office it was of."""
    present = home / homes.KEY
    if present.exists() and present.read_bytes().split() != key_file.read_bytes().split():
        raise _taken(homes.KEY)


def _taken(name: str) -> Conflict:
    return Conflict("HOME_EXISTS", file=name, next_step="put it aside, or take a new folder")


@contextmanager
def _writing(home: Path) -> Iterator[Callable[[str, bytes], None]]:
    """Writes files of the folder, which go again when the block fails; what is there stays."""
    written: list[Path] = []

    def write(name: str, content: bytes) -> None:
        path = home / name
        if not path.exists():
            written.append(path)
            write_private(path, content)

    try:
        yield write
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def _filled(backup: Path, manifest: Manifest, home: Path, address: str) -> Iterator[Database]:
    """The database; a SQLite file has its name only when all is done."""
    if address:
        database = open_database(address)
        try:
            yield database
        finally:
            database.close()
        return
    half = home / f"{homes.DATABASE}.restoring"
    _remove_half(half)
    try:
        read_sqlite(backup, manifest.parts, half)
        database = open_database(f"sqlite:///{half}")
        try:
            yield database
        finally:
            # The last connection folds the write-ahead log into the file.
            database.close()
        half.replace(home / homes.DATABASE)
    finally:
        _remove_half(half)


def _remove_half(half: Path) -> None:
    """Also what a restore that was killed left of one."""
    for suffix in ("", "-wal", "-shm"):
        half.with_name(half.name + suffix).unlink(missing_ok=True)


def _fill_postgresql(connection: Connection, backup: Path, manifest: Manifest) -> None:
    if schema_version(connection):
        raise Conflict("DATABASE_TAKEN")
    fill_postgresql(connection, backup, manifest)


def fill_postgresql(connection: Connection, backup: Path, manifest: Manifest) -> None:
    """Make this program's tables in an empty database and fill them from the parts."""
    migrate(connection, SCHEMA, LOCAL)
    read_postgresql(connection, backup, manifest.parts)


def problems(connection: Connection, manifest: Manifest, *, prove: bool = True) -> Iterator[str]:
    """Where a database that came out of a backup is not right, in words.

    First it is compared with the manifest; then, with ``prove``, every document, row and balance
    is verified by the verifier, after the tables were brought to this program's version.
    """
    found = figures_of(connection)
    known_tables = manifest.figures.rows.keys()
    # PostgreSQL's tables are this program's: those the backup did not know yet are empty.
    rows = {name: n for name, n in found.rows.items() if n or name in known_tables}
    is_any = False
    for one in differences(manifest.figures, msgspec.structs.replace(found, rows=rows)):
        is_any = True
        yield one
    if is_any or not prove:
        return
    if connection.dialect.name == "sqlite":
        told = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
        yield from (f"database file: {one}" for one in told if one != "ok")
    migrate(connection, SCHEMA, LOCAL)
    key = bytes.fromhex(manifest.figures.public_key)
    yield from map(str, faults(connection, REGISTRY, SCHEMA, key))


def _refuse_problems(found: Iterator[str]) -> None:
    first = next(found, None)
    if first is not None:
        raise RuleViolation("BACKUP_DAMAGED", what=first)


def begin_anew(connection: Connection, note: RestoredNote, manifest: Manifest) -> None:
    """A restored database is a new epoch, and asks the devices for what they hold."""
    begin_recovery(
        connection,
        epoch=note.epoch,
        incarnation=note.incarnation,
        generation=note.generation,
        made_at_us=manifest.made_at_us,
        now_us=note.restored_at_us,
    )


def _next_note(
    folder: Path, manifest: Manifest, key: SigningKey, clock: Clock, randomness: Randomness
) -> RestoredNote:
    """Figures beyond all that this folder has seen: its backups, and restores from them.

    A second restore from the same backup must not repeat the first one's numbers.
    """
    incarnations = [manifest.figures.incarnation]
    generations = [one.generation for one in manifest.figures.scopes]
    for name in names_in(folder):
        try:
            seen = read_manifest(folder / name, key.public).figures
        except RuleViolation:
            continue
        incarnations.append(seen.incarnation)
        generations += [one.generation for one in seen.scopes]
    for file in folder.glob("restored-*.json"):
        if note := read_note(file, key.public):
            incarnations.append(note.incarnation)
            generations.append(note.generation)
    now_us = clock.now_us()
    return RestoredNote(
        epoch=uuid7(now_us, randomness).hex(),
        incarnation=max(incarnations) + 1,
        generation=max(generations, default=1) + 1,
        restored_at_us=now_us,
    )


def _leave_note(backup: Path, note: RestoredNote, key: SigningKey) -> None:
    """Beside the backup, where the next restore looks; a medium that cannot be written is none."""
    try:
        write_signed(backup.parent, f"restored-{note.restored_at_us}", note, key)
    except OSError:
        return
