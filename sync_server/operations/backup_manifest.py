"""What a backup says of itself: its parts, and how far every journal and scope goes in it.

A backup is a folder named by its instant: ``manifest.json``, head office's signature over it in
``manifest.sig``, and the parts. The key is never in it; who restores brings the key from the safe.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from sqlalchemy import Connection, func, inspect, select, text

from shared.core.errors import RuleViolation
from shared.journal.chain import SigningKey, VerifyKey
from shared.journal.tables import journal
from sync_server.store.migrations import known
from sync_server.sync.feed import all_heads

FORMAT = 1
_MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = "manifest.sig"
_DOMAIN = b"qutong/backup/1\n"
_NAME_LENGTH = len("20260101T000000.000000Z")
S = TypeVar("S", bound=msgspec.Struct)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One compressed file of a backup."""

    name: str
    size: int
    sha256: str
    table: str = ""
    """'' for a whole database file."""
    columns: list[str] = []


class JournalHead(msgspec.Struct, frozen=True, kw_only=True):
    """The last slot of a journal, and its link hash as hex digits."""

    device_id: str
    incarnation: int
    n: int
    link_hash: str


class ScopeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How far a scope goes, and what its rows come to."""

    scope: str
    generation: int
    head: int
    count: int
    digest: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a database holds, told apart by any document, row or slot more or less."""

    schema_version: int
    epoch: str
    public_key: str
    incarnation: int
    journals: list[JournalHead]
    scopes: list[ScopeFigures]
    rows: dict[str, int]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A backup's list of contents; instants in microseconds UTC."""

    format: int
    name: str
    made_at_us: int
    program: str
    engine: str
    figures: Figures
    parts: list[Part]


_AHEAD_US = 3_600_000_000
"""A clock that is set right by less than this made no backup of another day."""


class RestoredNote(msgspec.Struct, frozen=True, kw_only=True):
    """A restore that was done: the next one must not begin with the same figures again."""

    epoch: str
    incarnation: int
    generation: int
    restored_at_us: int


def name_of(at_us: int) -> str:
    """The name of a backup made at this instant; names sort as the instants do."""
    at = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    return f"{at:%Y%m%dT%H%M%S}.{at_us % 1_000_000:06d}Z"


def instant_of(name: str) -> datetime | None:
    """When a backup of this name was made; None when it is no name of a backup."""
    if len(name) != _NAME_LENGTH:
        return None
    try:
        return datetime.strptime(name, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def names_in(folder: Path) -> list[str]:
    """The backups in a folder, the oldest first; one that is being made is not among them."""
    if not folder.is_dir():
        return []
    return sorted(one.name for one in folder.iterdir() if instant_of(one.name) and one.is_dir())


def names_until(folder: Path, now_us: int) -> list[str]:
    """Those made until now, the oldest first: what is named hours ahead was named by a clock that
    was wrong, and would be the newest for as long."""
    last = name_of(now_us + _AHEAD_US)
    return [name for name in names_in(folder) if name <= last]


def figures_of(connection: Connection) -> Figures:
    """What this database holds, as one transaction sees it."""
    return Figures(
        schema_version=int(known(connection, "schema_version") or "0"),
        epoch=known(connection, "epoch"),
        public_key=known(connection, "public_key"),
        incarnation=int(known(connection, "incarnation") or "1"),
        journals=_journals(connection),
        scopes=[
            ScopeFigures(
                scope=one.scope,
                generation=one.generation,
                head=one.head,
                count=one.count,
                digest=one.digest,
            )
            for one in all_heads(connection)
        ],
        rows=_row_counts(connection),
    )


def _journals(connection: Connection) -> list[JournalHead]:
    c = journal.c
    top = (
        select(c.device_id, c.incarnation, func.max(c.n).label("n"))
        .group_by(c.device_id, c.incarnation)
        .subquery()
    )
    heads = connection.execute(
        select(c.device_id, c.incarnation, c.n, c.link_hash)
        .join(
            top,
            (top.c.device_id == c.device_id)
            & (top.c.incarnation == c.incarnation)
            & (top.c.n == c.n),
        )
        .order_by(c.device_id, c.incarnation)
    )
    return [
        JournalHead(
            device_id=row.device_id,
            incarnation=row.incarnation,
            n=row.n,
            link_hash=row.link_hash.hex(),
        )
        for row in heads
    ]


def _row_counts(connection: Connection) -> dict[str, int]:
    names = sorted(inspect(connection).get_table_names())
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
        for name in names
    }


def differences(said: Figures, found: Figures) -> Iterator[str]:
    """Where a database is not what its backup said, in words."""
    for name in ("schema_version", "epoch", "public_key", "incarnation"):
        if getattr(said, name) != getattr(found, name):
            yield f"{name}: the manifest says {getattr(said, name)}, here {getattr(found, name)}"
    for what, before, after in (
        ("journal", _by_journal(said), _by_journal(found)),
        ("scope", {s.scope: str(s) for s in said.scopes}, {s.scope: str(s) for s in found.scopes}),
        ("table", _by_table(said), _by_table(found)),
    ):
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                told, here = before.get(key, "nothing"), after.get(key, "nothing")
                yield f"{what} {key}: the manifest says {told}, here {here}"


def _by_journal(figures: Figures) -> dict[str, str]:
    return {
        f"{one.device_id}/{one.incarnation}": f"slot {one.n} {one.link_hash}"
        for one in figures.journals
    }


def _by_table(figures: Figures) -> dict[str, str]:
    return {name: f"{count} rows" for name, count in figures.rows.items()}


def write_signed(folder: Path, name: str, value: msgspec.Struct, key: SigningKey) -> None:
    """Write a value as JSON with head office's signature beside it; both for the owner only."""
    content = msgspec.json.format(msgspec.json.encode(value), indent=1)
    write_private(folder / f"{name}.json", content)
    write_private(folder / f"{name}.sig", key.sign_document(_DOMAIN + content).hex().encode())


def write_manifest(folder: Path, manifest: Manifest, key: SigningKey) -> None:
    """Write what the backup in this folder says of itself."""
    write_signed(folder, "manifest", manifest, key)


def read_manifest(folder: Path, public_key: bytes) -> Manifest:
    """The manifest, when head office with this key wrote it for a backup of this name.

    Raises RuleViolation BACKUP_DAMAGED.
    """
    manifest = _signed(folder / _MANIFEST, folder / _SIGNATURE, Manifest, public_key)
    if manifest.format != FORMAT:
        raise RuleViolation("BACKUP_DAMAGED", what=f"is of format {manifest.format}")
    if manifest.name != folder.name:
        raise RuleViolation("BACKUP_DAMAGED", what=f"has the manifest of {manifest.name}")
    return manifest


def read_note(file: Path, public_key: bytes) -> RestoredNote | None:
    """The note of an earlier restore; None when it cannot be believed."""
    try:
        return _signed(file, file.with_suffix(".sig"), RestoredNote, public_key)
    except RuleViolation:
        return None


def _signed(content: Path, signature: Path, kind: type[S], key: bytes) -> S:
    try:
        said = content.read_bytes()
        signed = bytes.fromhex(signature.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise RuleViolation("BACKUP_DAMAGED", what=f"has no readable {content.name}") from error
    if not VerifyKey(key).document_good(_DOMAIN + said, signed):
        raise RuleViolation(
            "BACKUP_DAMAGED", what=f"has a {content.name} this head office did not sign"
        )
    try:
        return msgspec.json.decode(said, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RuleViolation("BACKUP_DAMAGED", what=f"has no readable {content.name}") from error


def part_faults(folder: Path, parts: Sequence[Part]) -> Iterator[str]:
    """What is missing, too much, or not as it was written."""
    named = {one.name for one in parts} | {_MANIFEST, _SIGNATURE}
    for file in sorted(folder.iterdir()):
        if file.name not in named:
            yield f"{file.name} does not belong to this backup"
    for part in parts:
        path = folder / part.name
        if not path.is_file():
            yield f"{part.name} is missing"
        elif path.stat().st_size != part.size:
            yield f"{part.name} has {path.stat().st_size} bytes and should have {part.size}"
        elif sha256_of(path) != part.sha256:
            yield f"{part.name} is not as it was written"


def sha256_of(path: Path) -> str:
    """The sha256 of a file as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, flushed to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
