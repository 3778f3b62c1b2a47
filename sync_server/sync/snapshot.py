"""Ready files of large scopes, so that a new device loads a file instead of pages.

A file is a SQLite database, compressed with zstd, sealed with a key of its own that only the
devices of the scope are told, and named by the sha256 of what travels: a plain file server in
between learns nothing and can change nothing. It holds the scope's rows under the names of their
tables (``id``, the business columns, ``_digest``) and one row in ``snapshot_about`` (scope,
generation, seq, and the scope's count and digest at that seq).

It is read window by window, each in a transaction of its own, so that no log of the database waits
for it (T33). What changes meanwhile has a later seq: it lacks here or is old, and comes as pages
with everything else that follows.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import BigInteger, Connection, LargeBinary, Select, select
from sqlalchemy import bindparam as bind

from shared.core.errors import AccessDenied
from shared.sync import scopes
from shared.sync.messages import Cursor, HelloAnswer, ScopeHead
from shared.sync.sealing import sealed
from shared.sync.statements import upsert
from shared.sync.tables import Replicated, Schema
from sync_server.store.tables import REMOVED_ROW, feed, scope_head, snapshot
from sync_server.sync.feed import all_heads, heads_of, table_names

ROWS_MIN = 20_000
"""Smaller scopes come as pages faster than as a file."""
SITE_ROWS_MIN = 50_000
"""Of a scope few devices hold: years of a shop, for its next till."""
_SHARED = (scopes.ALL, scopes.org(""), scopes.assortment(""))
_OWN = (scopes.site(""), scopes.account(""), scopes.HQ, scopes.SUPPLY)
_NAME = re.compile("[0-9a-f]{64}")
_MAKING = "making-"
_LEFT_S = 24 * 3600
_LEVEL = 9
_STALE_PARTS = 10
"""A file is made anew when more than a tenth of its rows changed since."""
_OWN_STALE_PARTS = 3
"""So of a scope few devices hold: for its next till the file and a third in pages will do."""
_CHUNK = 1_000
_WINDOW = 5_000
"""Entries of the feed that are read in one transaction: a tenth of a second."""

Reading = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction that reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that was written and may be offered."""

    head: ScopeHead
    name: str
    size: int
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """The files of one server, in a folder that all its workers share."""

    folder: Path
    schema: Schema
    rows_min: int = ROWS_MIN
    site_rows_min: int = SITE_ROWS_MIN

    def due(self, connection: Connection) -> list[ScopeHead]:
        """The scopes that are large enough for a file and have none that is fresh.

        A restored head office knows of files that its backup does not hold: it makes them again.
        """
        made = {row.scope: row for row in connection.execute(select(snapshot))}
        large = [
            head
            for head in all_heads(connection)
            if (head.scope.startswith(_SHARED) and head.count >= self.rows_min)
            or (head.scope.startswith(_OWN) and head.count >= self.site_rows_min)
        ]
        # Nobody begins with the rows of a closed month.
        large = [head for head in large if not scopes.is_closed_month(head.scope)]
        return [
            head
            for head in large
            if (row := made.get(head.scope)) is None
            or not (self.folder / row.name).is_file()
            or row.generation != head.generation
            or row.seq < head.floor
            or (head.head - row.seq) * _parts(head.scope) > head.count
        ]

    def clear_leftovers(self, connection: Connection, now_us: int) -> None:
        """Remove what a server that was killed left: half a file, and one nobody was told of."""
        if not self.folder.is_dir():
            return
        offered = set(connection.execute(select(snapshot.c.name)).scalars())
        for path in self.folder.iterdir():
            is_ours = path.name.startswith(_MAKING) or _NAME.fullmatch(path.name)
            if not is_ours or path.name in offered:
                continue
            with suppress(FileNotFoundError):
                # What is young may be another worker's, who is about to offer it.
                if now_us // 1_000_000 - path.stat().st_mtime > _LEFT_S:
                    _remove(path)

    def make(self, reading: Reading, scope: str) -> Made:
        """Write the file of a scope up to its head of now."""
        with reading() as connection:
            (head,) = heads_of(connection, [scope])
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=_MAKING) as work:
            plain = Path(work) / "plain.db"
            _write_database(plain, reading, self.schema, head)
            packed = Path(work) / "packed"
            key = ChaCha20Poly1305.generate_key()
            name = _pack(plain, packed, key)
            size = packed.stat().st_size
            packed.replace(self.folder / name)
        return Made(head=head, name=name, size=size, key=key)

    def offer(self, connection: Connection, made: Made) -> None:
        """Let new devices have this file; the scope's earlier file goes."""
        scope = made.head.scope
        old = connection.execute(select(snapshot.c.name).where(snapshot.c.scope == scope)).scalar()
        row = {
            "scope": scope,
            "generation": made.head.generation,
            "seq": made.head.head,
            "name": made.name,
            "bytes": made.size,
            "key": made.key.hex(),
        }
        upsert(connection, snapshot, ("scope",), [row])
        if old and old != made.name:
            (self.folder / old).unlink(missing_ok=True)

    def offered(
        self, connection: Connection, answer: HelloAnswer, cursors: Sequence[Cursor]
    ) -> HelloAnswer:
        """Name the files of those scopes that the device begins."""
        seqs = {cursor.scope: cursor.seq for cursor in cursors}
        # Who is behind the floor begins anew, unless it began after it; then it goes on by pages.
        wanted = [
            head.scope
            for head in answer.manifest
            if not seqs.get(head.scope) or seqs[head.scope] < head.floor
        ]
        if not wanted:
            return answer
        rows = connection.execute(select(snapshot).where(snapshot.c.scope.in_(wanted)))
        files = {(row.scope, row.generation): row for row in rows}
        manifest = []
        for head in answer.manifest:
            row = files.get((head.scope, head.generation))
            manifest.append(
                head
                # What was removed after the file and forgotten would stay for ever.
                if row is None or row.seq < head.floor
                else msgspec.structs.replace(
                    head,
                    snapshot=row.name,
                    snapshot_seq=row.seq,
                    snapshot_bytes=row.bytes,
                    snapshot_key=bytes.fromhex(row.key),
                )
            )
        return msgspec.structs.replace(answer, manifest=manifest)

    def path_of(self, connection: Connection, name: str, scopes: Sequence[str]) -> Path:
        """The file of this name. Raises AccessDenied SCOPE_UNKNOWN: not yours, or not there."""
        if not _NAME.fullmatch(name):
            raise AccessDenied("SCOPE_UNKNOWN")
        scope = connection.execute(select(snapshot.c.scope).where(snapshot.c.name == name)).scalar()
        path = self.folder / name
        if scope not in scopes or not path.is_file():
            raise AccessDenied("SCOPE_UNKNOWN")
        return path


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()


def _parts(scope: str) -> int:
    return _STALE_PARTS if scope.startswith(_SHARED) else _OWN_STALE_PARTS


def _write_database(path: Path, reading: Reading, schema: Schema, head: ScopeHead) -> None:
    from sqlcipher3 import dbapi2

    target = dbapi2.connect(str(path), isolation_level=None)
    try:
        target.execute("PRAGMA journal_mode=OFF")
        target.execute("PRAGMA synchronous=OFF")
        target.execute("BEGIN")
        target.execute(
            "CREATE TABLE snapshot_about (scope TEXT, generation INTEGER, seq INTEGER,"
            " count INTEGER, digest INTEGER) STRICT"
        )
        target.execute(
            "INSERT INTO snapshot_about VALUES (?, ?, ?, ?, ?)",
            (head.scope, head.generation, head.head, head.count, head.digest),
        )
        for after in range(0, head.head, _WINDOW):
            keys = {"scope": head.scope, "after": after, "until": min(after + _WINDOW, head.head)}
            with reading() as source:
                for number, name in _tables_in(source, keys):
                    _copy(source, target, schema[name], keys | {"table_id": number})
        target.execute("COMMIT")
    finally:
        target.close()


def _copy(source: Connection, target: Any, table: Replicated, keys: dict[str, object]) -> None:
    columns = ("id", *table.columns, "_digest")
    declared = ", ".join(f'"{c}" {_type_of(table, c)}' for c in columns)
    target.execute(f'CREATE TABLE IF NOT EXISTS "{table.name}" ({declared}) STRICT')
    marks = ", ".join("?" * len(columns))
    statement = _rows_of(table, columns).execution_options(yield_per=_CHUNK)
    with source.execute(statement, keys) as rows:
        for part in rows.partitions():
            values = [tuple(row) for row in part]
            target.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', values)


def _type_of(table: Replicated, column: str) -> str:
    kind = table.table.c[column].type
    if isinstance(kind, BigInteger):
        return "INTEGER"
    return "BLOB" if isinstance(kind, LargeBinary) else "TEXT"


def _tables_in(connection: Connection, window: dict[str, object]) -> list[tuple[int, str]]:
    names = table_names(connection)
    numbers = connection.execute(_TABLES_IN, window).scalars()
    return sorted((number, names[number]) for number in numbers)


_IN_WINDOW = (
    scope_head.c.scope == bind("scope"),
    feed.c.seq > bind("after"),
    feed.c.seq <= bind("until"),
)
_TABLES_IN = (
    select(feed.c.table_id)
    .join(scope_head, scope_head.c.scope_id == feed.c.scope_id)
    .where(*_IN_WINDOW)
    .distinct()
)


def _rows_of(table: Replicated, columns: Sequence[str]) -> Select[Any]:
    """A table's rows of a window as they came: neighbours compress well, and nothing is sorted,
    for which the database would hold them all in memory (T33)."""
    return (
        select(*(table.table.c[name] for name in columns))
        .select_from(feed)
        .join(scope_head, scope_head.c.scope_id == feed.c.scope_id)
        .join(table.table, table.table.c.id == feed.c.row_id)
        .where(
            *_IN_WINDOW,
            feed.c.table_id == bind("table_id"),
            feed.c.state != REMOVED_ROW,
        )
        .order_by(feed.c.seq)
    )


def _pack(plain: Path, packed: Path, key: bytes) -> str:
    """Compress and seal a file; the sha256 of the result, which is on disk before it is named."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True)
    hashed = hashlib.sha256()
    with plain.open("rb") as source, packed.open("wb") as target:
        size = plain.stat().st_size
        with compressor.stream_reader(source, size=size) as compressed:
            for piece in sealed(compressed, key):
                hashed.update(piece)
                target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return hashed.hexdigest()
