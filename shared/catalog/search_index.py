"""A device's own search index over the products it holds: SQLite only, never synced."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from shared.catalog.rules import haystack, index_tokens, plain

_MAKE_ENTRY)
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
