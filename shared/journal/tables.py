"""The journal's own tables, the same on a device and at head office."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

METADATA = MetaData()

BYTE_TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared by its bytes on every database: ids are looked up by ranges, and PostgreSQL
would order them by the language it was set up in."""
_INTEGER = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")

journal = Table(
    "journal",
    METADATA,
    Column("device_id", BYTE_TEXT, primary_key=True),
    Column("incarnation", _INTEGER, primary_key=True),
    Column("n", _INTEGER, primary_key=True),
    Column("uid", BYTE_TEXT, nullable=False),
    Column("kind", BYTE_TEXT, nullable=False),
    Column("stored", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("link_hash", LargeBinary, nullable=False),
    Column("link_signature", LargeBinary, nullable=False),
    Column("stored_at_us", _INTEGER, nullable=False),
    Column("verdict", BYTE_TEXT, nullable=False),
    Column("code", BYTE_TEXT, nullable=False, server_default=""),
    Index("journal_uid", "uid"),
    sqlite_strict=True,
)
"""Every slot this replica holds. ``verdict`` is ``stored`` or ``kept``, ``code`` says why kept.

A uid stands once, except that a kept slot may carry the uid of another (a forgery, a repeat).
"""

number_series = Table(
    "number_series",
    METADATA,
    Column("device_id", BYTE_TEXT, primary_key=True),
    Column("incarnation", _INTEGER, primary_key=True),
    Column("series", BYTE_TEXT, primary_key=True),
    Column("last", _INTEGER, nullable=False),
    sqlite_strict=True,
)
"""The last running number used, per device, incarnation and series."""
