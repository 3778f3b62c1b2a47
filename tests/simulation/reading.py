"""What stands on a replica's disk, read beside its process: rows, journals, what follows from both.

A row is the same on every replica that holds it, so what is derived from it (its digest, its
scopes) is worked out once per run, and what a document posts once per process.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from inspect import unwrap
from typing import Any, NamedTuple, cast
from unittest.mock import patch

import msgspec
from sqlalchemy import Connection

from desktop.store import migrations
from shared.areas import REGISTRY, SCHEMA
from shared.journal import chain
from shared.journal.chain import SigningKey, Slot, VerifyKey
from shared.journal.document import Document, Value, Write
from shared.journal.kind import UndecodableDocument
from shared.sync.digest import row_digest
from shared.sync.tables import Replicated
from tests.simulation.edges import SimDisk

_EXTRA = msgspec.msgpack.Decoder(dict[str, Value])
_SYSTEM = ("id", "_digest", "_slot", "_extra")
_DOCUMENTS = 20_000
_SIGNATURES = 20_000


class Fact(NamedTuple):
    """What a row says, whoever holds it."""

    values: Mapping[str, Value]
    """Its business columns and its id."""
    digest: int
    scopes: tuple[str, ...]
    aside: frozenset[str]
    """Columns of this program whose values lie beside the row, as an earlier one kept them."""


class Held(NamedTuple):
    """A row as one replica holds it."""

    fact: Fact
    digest: int
    """As counted in its scopes; 0 while it is only here."""
    slot: int
    """The own slot that waits for its confirmation; 0 when none does."""


Rows = dict[str, dict[str, Held]]
"""Every row by table and id."""


class Entry(NamedTuple):
    """A slot of a journal, as it is filed."""

    slot: Slot
    uid: str
    verdict: str


Journals = dict[tuple[str, int], list[Entry]]
"""By device and incarnation, in the order of the slots."""


class Reader:
    """Reads the replicas of one run; facts are kept until the run is over."""

    def __init__(self) -> None:
        self._facts: dict[tuple[object, ...], Fact] = {}

    def rows(self, disk: SimDisk) -> Rows:
        """Every replicated row of a replica."""
        filled = {name for (name,) in disk.look(_FILLED)}
        return {
            name: self.table(disk, table) if name in filled else {}
            for name, table in SCHEMA.tables.items()
        }

    def table(self, disk: SimDisk, table: Replicated) -> dict[str, Held]:
        """The rows of one table."""
        facts, name = self._facts, table.name
        found: dict[str, Held] = {}
        for row in disk.look(_whole(name)):
            said = (name, row[0], *row[3:])
            fact = facts.get(said)
            if fact is None:
                fact = facts[said] = _fact(table, row)
            found[row[0]] = Held(fact, row[1], row[2])
        return found


_FILLED = " UNION ALL ".join(
    f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in SCHEMA.tables
)
"""The tables with any row, by one look."""


def _fact(table: Replicated, row: Sequence[Any]) -> Fact:
    values: dict[str, Value] = dict(zip(table.columns, row[4:], strict=True))
    digest = row_digest(table, row[0], values, row[3])
    values["id"] = row[0]
    rest = _EXTRA.decode(row[3]).keys() if row[3] else ()
    return Fact(values, digest, table.scopes(values), frozenset(table.defaults.keys() & rest))


@lru_cache(maxsize=512)
def _whole(name: str) -> str:
    columns = ", ".join(f'"{column}"' for column in (*_SYSTEM, *SCHEMA[name].columns))
    return f'SELECT {columns} FROM "{name}"'


_JOURNAL = (
    f"SELECT {', '.join(Slot._fields)}, uid, verdict FROM journal"
    " ORDER BY device_id, incarnation, n"
)


def journals_of(disk: SimDisk) -> Journals:
    """All journals on a disk."""
    found: Journals = {}
    for row in disk.look(_JOURNAL):
        slot = Slot(*row[:8])
        found.setdefault((slot.device_id, slot.incarnation), []).append(Entry(slot, *row[8:]))
    return found


@lru_cache(maxsize=_DOCUMENTS)
def document_of(stored: bytes) -> Document | None:
    """What stored bytes say; None when nobody can read them."""
    try:
        return REGISTRY.decode(stored)
    except UndecodableDocument:
        return None


@lru_cache(maxsize=_DOCUMENTS)
def writes_of(stored: bytes) -> tuple[Write, ...]:
    """The rows a readable document posts."""
    document = document_of(stored)
    assert document is not None, "a document that was stored"
    return tuple(REGISTRY.post(document))


def forget() -> None:
    """Another program posts from here on: with a plant, or without it again."""
    document_of.cache_clear()
    writes_of.cache_clear()


_GOOD: dict[tuple[bytes, bytes, bytes], bool] = {}
"""By public key, signature and message."""
_CHECK = VerifyKey._good


@contextmanager
def signatures_checked_once() -> Iterator[None]:
    """Whether a signature is good depends on nothing but its bytes: each is looked at once, and
    what a key has just signed is good under its public half without a look."""

    def remembered(key: VerifyKey, signature: bytes, message: bytes) -> bool:
        place = (key.public, signature, message)
        is_good = _GOOD.get(place)
        if is_good is None:
            is_good = _GOOD[place] = _CHECK(key, signature, message)
        return is_good

    if len(_GOOD) > _SIGNATURES:
        _GOOD.clear()
    with ExitStack() as patches:
        patches.enter_context(patch.object(VerifyKey, "_good", remembered))
        for name, domain, sign in _SIGNED:
            # What a plant signs is looked at like anything else.
            now = getattr(SigningKey, name)
            if unwrap(now) is sign:
                patches.enter_context(patch.object(SigningKey, name, _noting(now, domain)))
        yield


_SIGNED = (
    ("sign_document", chain._DOCUMENT_DOMAIN, SigningKey.sign_document),
    ("sign_link", chain._LINK_DOMAIN, SigningKey.sign_link),
    ("sign_head", chain._HEAD_DOMAIN, SigningKey.sign_head),
)


def _noting(sign: Callable[[SigningKey, bytes], bytes], domain: bytes) -> Any:
    def noted(key: SigningKey, message: bytes) -> bytes:
        signature = sign(key, message)
        _GOOD[key.public, signature, domain + message] = True
        return signature

    return noted


@contextmanager
def columns_read_once() -> Iterator[None]:
    """Which columns a database has follows from its shape: one look for equal ones.

    A run opens devices again and again, whose tables are those of the program.
    """

    def remembered(connection: Connection) -> dict[str, set[str]]:
        # One look, as the product's own is one; a look more burns no fuse.
        connection.exec_driver_sql(_VERSION).scalar_one()
        disk = cast(SimDisk, connection.connection.dbapi_connection)
        shape = disk.place.shape()
        found = _COLUMNS.get(shape)
        if found is None:
            was_asleep, disk.fuse.is_asleep = disk.fuse.is_asleep, True
            found = _COLUMNS[shape] = _LOOK(connection)
            disk.fuse.is_asleep = was_asleep
        return found

    with patch.object(migrations, "_columns_here", remembered):
        yield


_LOOK = migrations._columns_here
_VERSION = "PRAGMA schema_version"
_COLUMNS: dict[bytes, dict[str, set[str]]] = {}
