"""Search as you type: characters, pinyin initials, code, barcode prefix (B06, P2)."""

import re
from typing import Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import OperationalError

from shared.catalog.rules import match_expression, plain, proofs, words
from shared.catalog.tables import product_barcode
from shared.core.text import half_width

_DIGITS: Final = re.compile("[0-9]{3,}")
_BARCODES: Final = (
    select(product_barcode.c.product_id)
    .where(
        product_barcode.c.barcode >= bindparam("first"),
        product_barcode.c.barcode < bindparam("behind"),
        product_barcode.c.is_active == 1,
    )
    .order_by(product_barcode.c.barcode)
    .limit(bindparam("most"))
)

_FIND: Final = """
SELECT e.product_id, e.haystack FROM product_search
JOIN search_entry AS e ON e.number = product_search.rowid
WHERE product_search MATCH ?
"""
_PROOF: Final = " AND instr(e.haystack, ?)"
_PROOF_OR_INITIALS: Final = " AND (instr(e.haystack, ?) OR instr(e.initials, ?))"


def search(connection: Connection, query: str, *, limit: int = 50) -> list[str]:
    """The ids of products that hold every word typed, best first, at most ``limit``.

    Best is who starts with what was typed, then who has it earliest, then the shorter name. Of a
    vague query that many more would answer, some ``limit`` are given. Digits alone also find the
    barcodes that begin with them, which come first. Devices search; on another database than
    SQLite nothing is found.
    """
    if connection.dialect.name != "sqlite":
        return []
    digits = half_width(query).strip()
    by_barcode = _by_barcode(connection, digits, limit) if _DIGITS.fullmatch(digits) else []
    return list(dict.fromkeys((*by_barcode, *_by_words(connection, query, limit))))[:limit]


def _by_barcode(connection: Connection, digits: str, limit: int) -> list[str]:
    # Behind the digits stands the colon: the range holds whatever begins with them.
    keys = {"first": digits, "behind": digits + ":", "most": limit}
    return list(connection.execute(_BARCODES, keys).scalars())


def _by_words(connection: Connection, query: str, limit: int) -> list[str]:
    expression = match_expression(query)
    if not expression:
        return []
    statement, values = _FIND, [expression]
    for word, may_be_initials in proofs(query):
        if may_be_initials:
            statement += _PROOF_OR_INITIALS
            values += [" " + word, word]
        else:
            statement += _PROOF
            values.append(word)
    statement += " LIMIT ?"
    try:
        rows = connection.exec_driver_sql(statement, (*values, limit)).all()
    except OperationalError:
        # Before the first product arrives there is no index.
        if not _has_index(connection):
            return []
        raise
    first = words(plain(query))[0]
    return [row[0] for row in sorted(rows, key=lambda row: _distance(row[1], first))]


def _distance(hay: str, first: str) -> tuple[int, int, str]:
    at = hay.find(first)
    return (at if at >= 0 else len(hay), len(hay), hay)


def _has_index(connection: Connection) -> bool:
    found = connection.exec_driver_sql(
        "SELECT 1 FROM sqlite_master WHERE name = 'product_search'"
    ).scalar()
    return found is not None
