"""Replicated tables: how one is declared, its scope rule, its balance, and the list of all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TextClause,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles

from shared.journal.document import Value
from shared.journal.tables import BYTE_TEXT

METADATA = MetaData()
"""Where Table objects live; what exists on a replica is what shared/areas.py lists."""

SYSTEM_COLUMNS = frozenset({"_digest", "_slot", "_extra"})

_INTEGER = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")

Scopes = Callable[[Mapping[str, Value]], tuple[str, ...]]
"""From a row's own immutable columns to the scopes it belongs to; stated once per table."""


class TableRole(StrEnum):
    """Ledger rows are inserted and never change; record rows follow the server's version."""

    LEDGER = "ledger"
    RECORD = "record"


def text_column(name: str, *, primary_key: bool = False, index: bool = False) -> Column[str]:
    """A text column; '' is "nothing"."""
    if primary_key:
        return Column(name, BYTE_TEXT, primary_key=True)
    return Column(name, BYTE_TEXT, nullable=False, server_default="", index=index)


def integer_column(name: str, *, primary_key: bool = False, index: bool = False) -> Column[int]:
    """A 64-bit integer column; 0 is "nothing". Units belong into the name."""
    if primary_key:
        return Column(name, _INTEGER, primary_key=True, autoincrement=False)
    return Column(name, _INTEGER, nullable=False, server_default="0", index=index)


class _NoBytes(TextClause):
    """No bytes, as each database writes them."""

    inherit_cache = True


@compiles(_NoBytes, "sqlite")
def _no_bytes(_element: _NoBytes, _compiler: object, **_: object) -> str:
    return "x''"


def blob_column(name: str) -> Column[bytes]:
    """A bytes column of a local table; business columns are text or integer."""
    # The database has the default, too: an earlier program that opens the file again leaves the
    # column out.
    return Column(name, LargeBinary, nullable=False, default=b"", server_default=_NoBytes("''"))


def local_table(name: str, *columns: Column[str] | Column[int] | Column[bytes]) -> Table:
    """A table each replica keeps for itself: journal, balances, cursors."""
    return Table(name, METADATA, *columns, sqlite_strict=True, sqlite_with_rowid=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Sums kept beside a ledger per end and keys: what came in, and what went out.

    ``table`` has the columns ``end``, the ``keys``, ``came_in`` and ``went_out``; the balance is
    their difference. It is never synced: each replica adds every ledger row once.
    """

    table: Table
    from_column: str
    to_column: str
    keys: tuple[str, ...]
    amount: str
    openings: str = ""
    """On a device: the table whose opening rows are added up here, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """A table of opening rows: on a device each stands for the rows of a ledger with its key.

    Its columns are ``site_id``, ``document``, ``month``, ``business_day`` (the last one it covers),
    ``row_count`` (how many it stands for), and the ledger's ``keys`` and ``amount``. Head office
    keeps the ledger's rows, so openings count in none of its balances.
    """

    table: str
    """The ledger."""
    keys: tuple[str, ...]
    """What rows have in common that one opening row stands for; looked up by the first."""
    amount: str
    balances: tuple[Balance, ...]
    included: Callable[[Connection, str, str, int], int]
    """(connection, uid text of the closing, device, incarnation) -> the last slot it covers."""
    stays: Callable[[Mapping[str, Value]], bool] = field(default=lambda _row: False)
    """Rows of the ledger no opening row ever stands for."""


def balance_table(name: str, *keys: str) -> Table:
    """The local table of a ledger's balances."""
    return local_table(
        name,
        text_column("end", primary_key=True),
        *(text_column(key, primary_key=True) for key in keys),
        integer_column("came_in"),
        integer_column("went_out"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicated:
    """A table both ends hold, with its role, scope rule and balances."""

    table: Table
    role: TableRole
    scopes: Scopes
    balances: tuple[Balance, ...] = ()
    derive: Callable[[Connection, Sequence[str]], None] | None = None
    """Device only: bring an index of our own (search) in step with the rows of these ids."""
    opens: Opens | None = None
    """Its rows stand for those of a ledger."""
    name: str = field(init=False)
    """The table's name, on disk and on the wire."""
    columns: tuple[str, ...] = field(init=False)
    """The business columns in sorted order, without ``id`` and the system columns."""
    defaults: Mapping[str, Value] = field(init=False)

    def __post_init__(self) -> None:
        business = [c for c in self.table.columns if c.name not in SYSTEM_COLUMNS | {"id"}]
        # Plain str: SQLAlchemy's quoted names are a subclass that MessagePack does not take.
        object.__setattr__(self, "name", str(self.table.name))
        object.__setattr__(self, "columns", tuple(sorted(str(c.name) for c in business)))
        object.__setattr__(self, "defaults", {str(c.name): _default(c) for c in business})

    @property
    def counted(self) -> tuple[Balance, ...]:
        """The balances a device adds this table's rows up in; an opening row's are its ledger's."""
        return self.opens.balances if self.opens else self.balances

    def full(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The whole row: what is missing takes its default. Unknown names raise KeyError."""
        row = dict(self.defaults)
        for name, value in values.items():
            if name not in row:
                raise KeyError(f"{self.name} has no column {name}")
            row[name] = value
        return row


def _default(column: "Column[str] | Column[int]") -> Value:
    return "" if isinstance(column.type, Text) else 0


def replicated_table(name: str, *columns: Column[str] | Column[int]) -> Table:
    """A table with the text key ``id``, ``columns``, and what sync keeps on every row.

    ``_digest`` is the row's hash as counted in its scopes (0 while it is only here), ``_slot`` the
    own slot that touched it and is not confirmed yet (0 when confirmed), ``_extra`` the columns a
    later version sent that this one does not know.
    """
    return Table(
        name,
        METADATA,
        text_column("id", primary_key=True),
        *columns,
        integer_column("_digest"),
        integer_column("_slot"),
        blob_column("_extra"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


class Schema:
    """The explicit list of replicated tables, looked up by name."""

    def __init__(self, tables: Sequence[Replicated]) -> None:
        self.tables = {replicated.name: replicated for replicated in tables}
        assert len(self.tables) == len(tables), "a table twice"

    def __getitem__(self, name: str) -> Replicated:
        return self.tables[name]

    def __contains__(self, name: str) -> bool:
        return name in self.tables

    def all_tables(self) -> list[Table]:
        """Every Table to create, balances included."""
        own = [replicated.table for replicated in self.tables.values()]
        sums = [b.table for replicated in self.tables.values() for b in replicated.balances]
        return own + sums
