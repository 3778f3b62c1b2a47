"""A device's own search index over the products it holds: SQLite only, never synced."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from shared.catalog.rules import haystack, index_tokens, plain

_MAKE_ENTRY: Final = """
CREATE TABLE IF NOT EXISTS search_entry (
  number INTEGER PRIMARY KEY,
  product_id TEXT NOT NULL UNIQUE,
  haystack TEXT NOT NULL,
  initials TEXT NOT NULL
) STRICT
"""
# Prefixes up to four letters have lists of their own: without, each letter typed behind the
# second would merge those of all words that begin so (30m: 30ml, 30mm…), at every key.
_MAKE_INDEX: Final = """
CREATE VIRTUAL TABLE IF NOT EXISTS product_search USING fts5(
  tokens, content='', contentless_delete=1, tokenize='ascii', detail=none, prefix='1 2 3 4'
)
"""
# One row of values each: an INSERT … SELECT into FTS5 flushes the index at every statement.
_PUT_ENTRY: Final = """
INSERT OR REPLACE INTO search_entry (number, product_id, haystack, initials) VALUES (?, ?, ?, ?)
"""
_PUT_TOKENS: Final = "INSERT OR REPLACE INTO product_search (rowid, tokens) VALUES (?, ?)"
_DROP_ENTRY: Final = "DELETE FROM search_entry WHERE number = ?"
_DROP_TOKENS: Final = "DELETE FROM product_search WHERE rowid = ?"
_HIGHEST: Final = "SELECT coalesce(max(number), 0) FROM search_entry"
_SLICE: Final = 500

# Given as one text of JSON, so that the statements stay the same for every number of ids.
_GIVEN: Final = "(SELECT value FROM json_each(?))"
_NUMBERS: Final = f"SELECT product_id, number FROM search_entry WHERE product_id IN {_GIVEN}"
_PRODUCTS: Final = f"SELECT id, code, name, spec, brand, initials FROM product WHERE id IN {_GIVEN}"


def make_search(connection: Connection) -> None:
    """Create the index where it is missing; does nothing on another database than SQLite."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_MAKE_ENTRY)
        connection.exec_driver_sql(_MAKE_INDEX)


def derive_products(connection: Connection, ids: Sequence[str]) -> None:
    """Bring the index in step with these products, those that are gone included."""
    if connection.dialect.name != "sqlite":
        return
    make_search(connection)
    for start in range(0, len(ids), _SLICE):
        _index(connection, ids[start : start + _SLICE])


def _index(connection: Connection, ids: Sequence[str]) -> None:
    given = (json.dumps(ids),)
    numbers = dict(map(tuple, connection.exec_driver_sql(_NUMBERS, given).all()))
    highest = connection.exec_driver_sql(_HIGHEST).scalar_one()
    entries: list[tuple[int, str, str, str]] = []
    tokens: list[tuple[int, str]] = []
    # All at once: row by row a result costs more than the database.
    products = connection.exec_driver_sql(_PRODUCTS, given).all()
    for product_id, code, name, spec, brand, initials in products:
        number = numbers.pop(product_id, 0)
        if not number:
            highest = number = highest + 1
        hay = haystack((name, spec, brand, code))
        marked = plain(initials)
        entries.append((number, product_id, hay, marked))
        tokens.append((number, index_tokens(hay, marked)))
    if numbers:
        gone = [(number,) for number in numbers.values()]
        connection.exec_driver_sql(_DROP_TOKENS, gone)
        connection.exec_driver_sql(_DROP_ENTRY, gone)
    if entries:
        connection.exec_driver_sql(_PUT_ENTRY, entries)
        connection.exec_driver_sql(_PUT_TOKENS, tokens)
