"""Head office's folder: its key, the address of its database, its snapshots; set up and opened."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from shared.access.queries import permissions_at, permissions_of
from shared.areas import REGISTRY, SCHEMA
from shared.channel.queries import founding_beneath, may_found, scopes_of_device
from shared.core.clock import Clock, Randomness
from shared.core.errors import Conflict, Unavailable
from shared.core.ids import uid_text, uuid7
from shared.journal.chain import SigningKey, Slot
from shared.journal.document import Body, Header, Write
from shared.journal.kind import Answer
from shared.journal.readable import readable
from shared.leases.posting import mend
from shared.pricing.tables import LOCAL
from shared.stocktake.posting.answers import batch_corrections
from shared.sync.appending import Author, Replica
from shared.sync.limits import HEADER_CHARS_MAX, INSTANT_MAX_US
from shared.sync.replica import everything
from shared.tasks.documents import DocumentKept, TaskOpened, params_of
from shared.tasks.rules import CONTENT_CHARACTERS_MAX
from sync_server.store.devices import Device
from sync_server.store.engine import Database, open_database, refusal_of
from sync_server.store.migrations import is_current, known, migrate, schema_version, tell
from sync_server.sync.head_office import MANY, Directory, HeadOffice, draft_of, publish
from sync_server.sync.recovering import INCARNATION

DIRECTORY = Directory(
    scopes_of_device=scopes_of_device,
    permissions_of=permissions_of,
    permissions_at=permissions_at,
    may_found=may_found,
    founding_beneath=founding_beneath,
)
"""Who may hold and do what, from the areas channel and access."""

KEY = "hq.key"
ADDRESS = "database"
DATABASE = "head_office.db"
"""Names of files in the folder: the key, the address of a database elsewhere, the database."""


@dataclass(frozen=True, slots=True)
class Office:
    """An opened head office."""

    home: Path
    database: Database
    hq: HeadOffice

    @property
    def snapshot_folder(self) -> Path:
        """Where the files of shared scopes lie."""
        return self.home / "snapshots"


def create(
    home: Path, address: str, clock: Clock, randomness: Randomness, first: Sequence[Body] = ()
) -> Office:
    """Set up a new head office: folder, key, epoch, database. ``address`` '' = SQLite in it.

    ``first`` are its first documents: they stand with it or there is no head office.

    Raises Conflict HOME_EXISTS, DATABASE_TAKEN: an existing head office is never overwritten;
    what publishing ``first`` raises.
    """
    if (home / KEY).exists():
        raise Conflict("HOME_EXISTS")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    was_there = (home / DATABASE).exists()
    try:
        _create(home, address, clock, randomness, first)
    except BaseException:
        # The next try begins anew.
        for name in (KEY, ADDRESS):
            (home / name).unlink(missing_ok=True)
        if not was_there:
            for left in home.glob(f"{DATABASE}*"):
                left.unlink()
        raise
    return open_home(home, "", randomness)


def _create(
    home: Path, address: str, clock: Clock, randomness: Randomness, first: Sequence[Body]
) -> None:
    seed, now_us = randomness.bytes(32), clock.now_us()
    key, epoch = SigningKey.from_seed(seed), uuid7(now_us, randomness).hex()
    hq = head_office(key, epoch, randomness)
    database = open_database(address or _own_database(home))
    try:
        with database.write() as connection:
            if schema_version(connection):
                raise Conflict("DATABASE_TAKEN")
            migrate(connection, SCHEMA, LOCAL)
            tell(connection, "epoch", epoch)
            tell(connection, "public_key", key.public.hex())
            for body in first:
                publish(connection, hq, [draft_of(hq, body, now_us)], now_us)
            # Before the commit: a database whose key was not written opens to nobody.
            if address:
                _write_secret(home / ADDRESS, address)
            _write_secret(home / KEY, seed.hex())
    finally:
        database.close()


def open_home(home: Path, address: str, randomness: Randomness, *, worker: int = 1) -> Office:
    """Open an existing head office; ``address`` '' = the database it was set up with.

    Nothing is written unless the database is of an earlier program: who only looks waits for no
    writer and needs no room. Raises Unavailable HOME_MISSING, KEY_UNREADABLE, DATABASE_MISSING,
    DATABASE_NEWER, DATABASE_DAMAGED, DATABASE_BUSY, Conflict KEY_OTHER and what opening a database
    raises.
    """
    key = _key_of(home)
    if not address:
        stored = home / ADDRESS
        address = stored.read_text().strip() if stored.exists() else _own_database(home)
    if address == _own_database(home) and not (home / DATABASE).exists():
        raise _missing()
    database = open_database(address)
    try:
        epoch, incarnation = _brought_forward(database, key)
    except BaseException as error:
        database.close()
        if told := refusal_of(error):
            raise told from error
        raise
    hq = head_office(key, epoch, randomness, worker=worker, incarnation=incarnation)
    return Office(home, database, hq)


def _key_of(home: Path) -> SigningKey:
    if not (home / KEY).exists():
        raise Unavailable("HOME_MISSING", next_step="sync_server init")
    try:
        return SigningKey.from_seed(bytes.fromhex((home / KEY).read_text("ascii").strip()))
    except ValueError as error:
        next_step = f"bring {KEY} back from where it is kept safe; no other one is believed"
        raise Unavailable("KEY_UNREADABLE", next_step=next_step) from error


def _brought_forward(database: Database, key: SigningKey) -> tuple[str, int]:
    """The epoch and the incarnation of a database that has this program's version from here on."""
    with database.read() as connection:
        if not schema_version(connection):
            raise _missing()
        # What another key signs no device believes, and it would stand in the journal for good.
        if known(connection, "public_key") not in {"", key.public.hex()}:
            next_step = f"bring back {KEY} of this database, or name the database of this key"
            raise Conflict("KEY_OTHER", next_step=next_step)
        is_ready = is_current(connection)
    if not is_ready:
        with database.write() as connection:
            migrate(connection, SCHEMA, LOCAL)
    with database.read() as connection:
        return known(connection, "epoch"), int(known(connection, INCARNATION) or "1")


def _missing() -> Unavailable:
    """A head office is never begun anew beside its key: devices would take it for a forged one."""
    next_step = "bring the database back, or restore the newest proved backup into a new folder"
    return Unavailable("DATABASE_MISSING", next_step=next_step)


def head_office(
    key: SigningKey,
    epoch: str,
    randomness: Randomness,
    *,
    worker: int = 1,
    incarnation: int = 1,
) -> HeadOffice:
    """Head office with all areas of business; each worker process has a journal of its own.

    A restored head office writes them in a new ``incarnation``.
    """
    device_id = "HQ" if worker == 1 else f"HQ-{worker}"
    return HeadOffice(
        replica=Replica(registry=REGISTRY, schema=SCHEMA, owns=everything),
        author=Author(
            device_id=device_id,
            incarnation=incarnation,
            tag=f"HQ{worker}",
            key=key,
            is_head_office=True,
        ),
        epoch=epoch,
        directory=DIRECTORY,
        open_task=open_task,
        new_uid=lambda now_us: uuid7(now_us, randomness),
        correct=corrections,
        describe_kept=describe_kept,
    )


def corrections(
    connection: Connection, posted: Sequence[tuple[Header, Sequence[Write]]]
) -> Iterator[Answer]:
    """What late facts change: counts of stock (H07), and leases that were spent twice (M06)."""
    yield from batch_corrections(connection, posted)
    yield from mend(connection, posted)


def open_task(code: str, header: Header | None, device: Device, n: int) -> Body:
    """The document that puts a kept document before a person, at the site of its device.

    Slot MANY: further ones of a device are one task, DOCUMENTS_KEPT.
    """
    return TaskOpened(
        code="DOCUMENTS_KEPT" if n == MANY else "DOCUMENT_KEPT",
        subject=device.device_id if n == MANY else f"{device.device_id}/{n}",
        site_id=device.site_id,
        params=params_of(
            {
                "reason": code,
                "device": device.device_id,
                "slot": n,
                "kind": header.kind if header else "",
            }
        ),
        about_uid=header.uid if header else b"",
    )


def describe_kept(code: str, header: Header | None, device: Device, slot: Slot) -> Body:
    """The document that shows a kept document to head office and to its own site (Q03)."""
    return DocumentKept(
        device_id=device.device_id,
        incarnation=slot.incarnation,
        n=slot.n,
        site_id=device.site_id,
        code=code,
        uid=uid_text(header.uid) if header and len(header.uid) == 16 else "",
        kind=_clean(header.kind) if header else "",
        author_id=_clean(header.author_id) if header else "",
        happened_at_us=_sane(header.happened_at_us) if header else 0,
        content=readable(REGISTRY, slot.stored, most=CONTENT_CHARACTERS_MAX),
    )


def _clean(text: str) -> str:
    """What a forged header says of names may be endless, and hold what no table takes."""
    return "".join(letter for letter in text[:HEADER_CHARS_MAX] if letter.isprintable())


def _sane(at_us: int) -> int:
    """What a forged header says of time may fit no column."""
    return at_us if 0 <= at_us <= INSTANT_MAX_US else 0


def _own_database(home: Path) -> str:
    return f"sqlite:///{home / DATABASE}"


def _write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    half = path.with_name(path.name + ".new")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
