"""Photos of a count: the list without their bytes, and one of them with."""

from base64 import b64decode
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.stocktake.tables import count_photo


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoView:
    """A photo as a list shows it."""

    id: str
    zone_id: str
    code: str
    """The unknown code it is about; '' when it is about a product."""
    product_id: str
    note: str
    taken_by: str
    taken_at_us: int


_SHOWN = tuple(count_photo.c[one] for one in PhotoView.__dataclass_fields__)


def photos_of(connection: Connection, count_id: str) -> list[PhotoView]:
    """The photos of a count, in the order they were taken; their bytes are read one by one."""
    p = count_photo.c
    statement = select(*_SHOWN).where(p.count_id == count_id).order_by(p.taken_at_us, p.id)
    return [PhotoView(**row._mapping) for row in connection.execute(statement)]


def photo_bytes(connection: Connection, photo_id: str) -> bytes:
    """A photo itself; b'' when there is none."""
    p = count_photo.c
    found = connection.execute(select(p.data).where(p.id == photo_id)).scalar()
    return b64decode(found or "")


def without_photo(connection: Connection, count_id: str, product_ids: Collection[str]) -> list[str]:
    """Of these products those of which the count has no photo, in the order given."""
    p = count_photo.c
    statement = select(p.product_id).where(p.count_id == count_id, p.product_id != "")
    seen = set(connection.execute(statement).scalars())
    return [one for one in product_ids if one not in seen]
