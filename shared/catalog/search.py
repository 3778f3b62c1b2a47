"""Search as you type: characters, pinyin and its initials, code, barcode prefix (B06, P2)."""

import re
from typing import Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import OperationalError

from shared.catalog.pinyin import initials_typed, is_said_in
from shared.catalog.rules import initials_expression, match_expression, plain, proofs, words
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
_FIND_SOUND: Final = """
SELECT e.product_id, p.name, e.initials FROM product_search
JOIN search_entry AS e ON e.number = product_search.rowid
JOIN product AS p ON p.id = e.product_id
WHERE product_search MATCH ? AND instr(e.initials, ?) LIMIT ?
"""
_SOUNDS_LOOKED_AT: Final = 300
"""Goods of fitting initials whose names are read aloud: a few thousandths of a second."""
_LETTERS_ALONE: Final = re.compile("[a-z]+")
_PROOF: Final = " AND instr(e.haystack, ?)"
_PROOF_OR_INITIALS: Final = " AND (instr(e.haystack, ?) OR instr(e.initials, ?))"


def search(connection: Connection, query: str, *, limit: int = 50) -> list[str]:
    """The ids of products that hold every word typed, best first, at most ``limit``.

    Best is who starts with what was typed, then who has it earliest, then the shorter name. Of a
    vague query that many more would answer, some ``limit`` are given. Digits alone also find the
    barcodes that begin with them, which come first. Letters that nothing else holds are tried as
    whole pinyin: ``yulanyou`` finds 玉兰油. Devices search; on another database than
    SQLite nothing is found.
    """
    if connection.dialect.name != "sqlite":
        return []
    digits = half_width(query).strip()
    by_barcode = _by_barcode(connection, digits, limit) if _DIGITS.fullmatch(digits) else []
    found = list(dict.fromkeys((*by_barcode, *_by_words(connection, query, limit))))[:limit]
    return found or _by_sound(connection, query, limit)


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


def _by_sound(connection: Connection, query: str, limit: int) -> list[str]:
    sound = plain(query).replace(" ", "")
    if not _LETTERS_ALONE.fullmatch(sound) or not _has_index(connection):
        return []
    found: list[tuple[tuple[int, int, str], str]] = []
    for read in initials_typed(sound):
        values = (initials_expression(read), read, _SOUNDS_LOOKED_AT)
        for product_id, name, initials in connection.exec_driver_sql(_FIND_SOUND, values).all():
            if len(found) < limit and is_said_in(name, initials, sound, read):
                found.append(((initials.find(read), len(name), name), product_id))
    return list(dict.fromkeys(product_id for _order, product_id in sorted(found)))


def _distance(hay: str, first: str) -> tuple[int, int, str]:
    at = hay.find(first)
    return (at if at >= 0 else len(hay), len(hay), hay)


def _has_index(connection: Connection) -> bool:
    found = connection.exec_driver_sql(
        "SELECT 1 FROM sqlite_master WHERE name = 'product_search'"
    ).scalar()
    return found is not None
