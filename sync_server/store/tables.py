"""The server's own tables: feed, scope heads, enrolment codes, facts about itself."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, SmallInteger, Table
from sqlalchemy.dialects import sqlite

from shared.journal.tables import BYTE_TEXT

METADATA = MetaData()

_INTEGER = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
_SMALL = SmallInteger().with_variant(sqlite.INTEGER(), "sqlite")

about = Table(
    "about",
    METADATA,
    Column("name", BYTE_TEXT, primary_key=True),
    Column("value", BYTE_TEXT, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Facts of this database by name: ``schema_version``, ``epoch``, ``public_key``, ``incarnation`` of
head office's own journals, ``recovering_since_us`` after a restore, when the last backup was made
and proved."""

scope_head = Table(
    "scope_head",
    METADATA,
    Column("scope_id", _INTEGER, primary_key=True, autoincrement=True),
    Column("scope", BYTE_TEXT, nullable=False, unique=True),
    Column("generation", _INTEGER, nullable=False),
    Column("head", _INTEGER, nullable=False),
    Column("count", _INTEGER, nullable=False),
    Column("digest", _INTEGER, nullable=False),
    Column("floor", _INTEGER, nullable=False, server_default="0"),
    sqlite_strict=True,
)
"""How far each scope goes, and what it holds there; removals up to ``floor`` are forgotten."""

scope_mark = Table(
    "scope_mark",
    METADATA,
    Column("scope_id", _INTEGER, primary_key=True, autoincrement=False),
    Column("at_us", _INTEGER, primary_key=True, autoincrement=False),
    Column("seq", _INTEGER, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Once a day: how far a scope that moved had come, so that the age of feed entries is known."""

feed_table = Table(
    "feed_table",
    METADATA,
    Column("table_id", _INTEGER, primary_key=True, autoincrement=True),
    Column("name", BYTE_TEXT, nullable=False, unique=True),
    sqlite_strict=True,
)
"""Short numbers for table names, so that a feed entry stays narrow."""

feed = Table(
    "feed",
    METADATA,
    Column("scope_id", _INTEGER, primary_key=True, autoincrement=False),
    Column("seq", _INTEGER, primary_key=True, autoincrement=False),
    Column("table_id", _SMALL, nullable=False),
    Column("row_id", BYTE_TEXT, nullable=False),
    Column("state", _SMALL, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""One entry per scope, table and row, moved forward when the row changes."""

LEDGER_ROW, RECORD_ROW, REMOVED_ROW = 0, 1, 2
"""States of a feed entry. A ledger row is entered once, so only the others are ever looked up."""

feed_record = Index(
    "feed_record",
    feed.c.table_id,
    feed.c.row_id,
    feed.c.scope_id,
    unique=True,
    sqlite_where=feed.c.state > LEDGER_ROW,
    postgresql_where=feed.c.state > LEDGER_ROW,
)

enrol_code = Table(
    "enrol_code",
    METADATA,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("device_id", BYTE_TEXT, nullable=False),
    Column("device_type", BYTE_TEXT, nullable=False),
    Column("site_id", BYTE_TEXT, nullable=False),
    Column("tag", BYTE_TEXT, nullable=False),
    Column("expires_at_us", _INTEGER, nullable=False),
    Column("used_at_us", _INTEGER, nullable=False, server_default="0"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""One-time codes, by hash: who reads the database cannot enrol a device."""

join_code = Table(
    "join_code",
    METADATA,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("device_type", BYTE_TEXT, nullable=False),
    Column("account_id", BYTE_TEXT, nullable=False),
    Column("planned_site_id", BYTE_TEXT, nullable=False),
    Column("expires_at_us", _INTEGER, nullable=False),
    Column("used_at_us", _INTEGER, nullable=False, server_default="0"),
    Column("device_id", BYTE_TEXT, nullable=False, server_default=""),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""One-time codes for shops that founded themselves; ``device_id`` is who used it."""

day_to_sum = Table(
    "day_to_sum",
    METADATA,
    Column("uid", BYTE_TEXT, primary_key=True),
    Column("site_id", BYTE_TEXT, primary_key=True),
    Column("business_day", BYTE_TEXT, primary_key=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Business days whose sums a document changed; gone once they are summed."""

snapshot = Table(
    "snapshot",
    METADATA,
    Column("scope", BYTE_TEXT, primary_key=True),
    Column("generation", _INTEGER, nullable=False),
    Column("seq", _INTEGER, nullable=False),
    Column("name", BYTE_TEXT, nullable=False, unique=True),
    Column("bytes", _INTEGER, nullable=False),
    Column("key", BYTE_TEXT, nullable=False, server_default=""),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""The ready file of a shared scope: one per scope, the newest."""

durable = Table(
    "durable",
    METADATA,
    Column("device_id", BYTE_TEXT, primary_key=True),
    Column("incarnation", _INTEGER, primary_key=True, autoincrement=False),
    Column("n", _INTEGER, nullable=False),
    Column("link_hash", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Up to which slot each journal stands in a backup that was restored and proved; never back."""

envelope = Table(
    "envelope",
    METADATA,
    Column("scope_id", _INTEGER, primary_key=True, autoincrement=False),
    Column("seq", _INTEGER, primary_key=True, autoincrement=False),
    Column("device_id", BYTE_TEXT, primary_key=True),
    Column("incarnation", _INTEGER, primary_key=True, autoincrement=False),
    Column("n", _INTEGER, primary_key=True, autoincrement=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Slots of the journal whose bytes the devices of a scope are to hold, too: where head office is
restored from an old backup, they give them back. ``seq`` is the scope's head at their commit."""

unsettled = Table(
    "unsettled",
    METADATA,
    Column("place", _INTEGER, primary_key=True, autoincrement=True),
    Column("device_id", BYTE_TEXT, nullable=False),
    Column("incarnation", _INTEGER, nullable=False),
    Column("n", _INTEGER, nullable=False),
    sqlite_strict=True,
)
"""Documents posted while head office is recovering, in order of arrival: nothing was said to them
yet, because the answer may stand in a document that comes back later."""

returned = Table(
    "returned",
    METADATA,
    Column("uid", BYTE_TEXT, primary_key=True),
    Column("device_id", BYTE_TEXT, nullable=False),
    Column("incarnation", _INTEGER, nullable=False),
    Column("n", _INTEGER, nullable=False),
    Column("predecessor", BYTE_TEXT, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Where documents that devices gave back stood before, and what they answered."""

reported = Table(
    "reported",
    METADATA,
    Column("device_id", BYTE_TEXT, primary_key=True),
    Column("at_us", _INTEGER, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Devices that have given back all they hold since head office was restored."""
