"""Whether all rows of a price version have arrived: proved once per part, then remembered."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, column, func, select, table

from shared.core.errors import RuleViolation
from shared.pricing.rules import PartSum, PriceRow, part_sums
from shared.sync.statements import upsert
from shared.sync.tables import integer_column, local_table, text_column

price_part: Final = local_table(
    "price_part",
    text_column("version_id", primary_key=True),
    text_column("part", primary_key=True),
    integer_column("is_ready"),
)
"""The parts of the versions known here, and whether each is complete; never synced."""

_VALUES: Final = (
    "product_id",
    "brand",
    "dimension",
    "unit_price_micro",
    "ratio_micro",
    "from_qty_micro",
    "is_removed",
)
# Only the columns read here: the tables themselves are declared one room above.
_ROW: Final = table("price_row", *map(column, ("id", "version_id", "part", *_VALUES)))
_VERSION: Final = table("price_version", *map(column, ("id", "parts")))

_IDS: Final[BindParameter[str]] = bindparam("ids", expanding=True)
_VERSIONS_OF_ROWS: Final = select(_ROW.c.version_id).where(_ROW.c.id.in_(_IDS)).distinct()
_PARTS: Final = select(_VERSION.c.id, _VERSION.c.parts).where(
    _VERSION.c.id.in_(_IDS), _VERSION.c.parts != ""
)
_READY: Final = select(price_part.c.version_id, price_part.c.part).where(
    price_part.c.version_id.in_(_IDS), price_part.c.is_ready == 1
)
_OF_PART: Final = (
    _ROW.c.version_id == bindparam("version_id"),
    _ROW.c.part == bindparam("part"),
)
_COUNT: Final = select(func.count()).select_from(_ROW).where(*_OF_PART)
_ROWS: Final = select(*(_ROW.c[name] for name in _VALUES)).where(*_OF_PART)
_ROWS_OF_VERSION: Final = select(*(_ROW.c[name] for name in _VALUES)).where(
    _ROW.c.version_id == bindparam("version_id")
)
_SLICE: Final = 500


def parts_text(parts: Iterable[PartSum]) -> str:
    """The sums of a version in one column; never ''.

    Of what not everybody holds only the count is told: the whole sales organisation reads this,
    and a digest of one row is as good as its price to whoever tries all prices. That those rows
    arrived unspoiled is proved by the digest of the scope they came in.
    """
    told = [one._replace(digest=0) if one.part else one for one in parts]
    return json.dumps(told, separators=(",", ":"))


def parts_of_text(text: str) -> tuple[PartSum, ...]:
    """The sums of such a column."""
    return tuple(PartSum(*one) for one in json.loads(text)) if text else ()


def derive_rows(connection: Connection, ids: Sequence[str]) -> None:
    """Look again at the versions these rows belong to."""
    versions: dict[str, None] = {}
    for start in range(0, len(ids), _SLICE):
        found = connection.execute(_VERSIONS_OF_ROWS, {"ids": ids[start : start + _SLICE]})
        versions |= dict.fromkeys(found.scalars())
    derive_versions(connection, list(versions))


def derive_versions(connection: Connection, ids: Sequence[str]) -> None:
    """Note for these versions which parts are complete: count and digest agree (C02).

    A part that was complete is not any more when somebody adds rows to it.
    """
    for start in range(0, len(ids), _SLICE):
        keys = {"ids": ids[start : start + _SLICE]}
        known = connection.execute(_PARTS, keys).all()
        if not known:
            continue
        ready = {(row.version_id, row.part) for row in connection.execute(_READY, keys)}
        rows = [
            {
                "version_id": version_id,
                "part": one.part,
                "is_ready": int(
                    _is_complete(connection, version_id, one, (version_id, one.part) in ready)
                ),
            }
            for version_id, text in known
            for one in parts_of_text(text)
        ]
        upsert(connection, price_part, ("version_id", "part"), rows)


def _is_complete(
    connection: Connection, version_id: str, stated: PartSum, was_complete: bool
) -> bool:
    keys = {"version_id": version_id, "part": stated.part}
    if connection.execute(_COUNT, keys).scalar() != stated.row_count:
        return False
    # Rows are inserted once and never change, so the digest is proved once.
    if was_complete or stated.part:
        return True
    return part_sums(map(_row, connection.execute(_ROWS, keys).all())) == (stated,)


def note_complete(connection: Connection, version_id: str, parts: Iterable[PartSum]) -> None:
    """Note that all parts were just proved, as head office does when it seals."""
    rows = [{"version_id": version_id, "part": one.part, "is_ready": 1} for one in parts]
    upsert(connection, price_part, ("version_id", "part"), rows)


def rows_of_version(connection: Connection, version_id: str) -> list[PriceRow]:
    """Every row stated for a version, in no order."""
    found = connection.execute(_ROWS_OF_VERSION, {"version_id": version_id})
    return [_row(one) for one in found.all()]


def check_complete(stated: Sequence[PartSum], rows: Sequence[PriceRow]) -> None:
    """Nothing when the rows are those the version states.

    Raises: RuleViolation PRICE_ROWS_INCOMPLETE naming the first part that differs.
    """
    there, asked = set(part_sums(rows)), set(stated)
    for part in sorted(one.part for one in there ^ asked):
        raise RuleViolation("PRICE_ROWS_INCOMPLETE", part=part)


def _row(values: Sequence[Any]) -> PriceRow:
    """In the order of _VALUES, which is that of a PriceRow."""
    product_id, brand, dimension, price, ratio, from_qty, is_removed = values
    return PriceRow(product_id, brand, dimension, price, ratio, from_qty, bool(is_removed))
