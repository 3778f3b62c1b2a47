"""Photos of a count: taken of an unknown code or of a line that differs, and looked at (H09)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.access.usecases import policy, require
from desktop.channel.usecases import day_at, place_of
from desktop.stocktake.usecases.reading import goods_for_counter
from desktop.store.session import Session
from shared.access.rules import PHOTO_REASONS
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes
from shared.journal.document import Header
from shared.stocktake.documents import PHOTO_BYTES_MAX, PhotoTaken
from shared.stocktake.queries.counts import count
from shared.stocktake.queries.photos import photos_of, without_photo
from shared.stocktake.rules import CountState

_JPEG = b"\xff\xd8\xff"


def take_photo(
    session: Session,
    count_id: str,
    data: bytes,
    *,
    zone_id: str = "",
    code: str = "",
    product_id: str = "",
    note: str = "",
    taken_at_us: int = 0,
) -> Header:
    """Put a JPEG of at most ``PHOTO_BYTES_MAX`` to a count, of an unknown code or of a product.

    Raises: RuleViolation COUNT_UNKNOWN, STEP_NOT_ALLOWED (posted), PICTURE_UNREADABLE,
    PICTURE_TOO_LARGE; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "count.run")
    found = count(session.connection, count_id)
    own = session.identity.site_id
    if found is None or (own and found.site_id != own):
        raise RuleViolation("COUNT_UNKNOWN", count=count_id[:40])
    if found.state is CountState.POSTED:
        raise RuleViolation("STEP_NOT_ALLOWED", state=found.state.value, action="photo")
    check_photo(data)
    body = PhotoTaken(
        count_uid=uid_bytes(found.id),
        zone_id=zone_id,
        code=code,
        product_id=product_id,
        note=note,
        data=data,
        taken_at_us=taken_at_us or session.now_us,
    )
    return session.append(body, predecessor=body.count_uid, business_day=day_at(session, place))


def check_photo(data: bytes) -> None:
    """Nothing when it may be kept. Raises: RuleViolation PICTURE_UNREADABLE, PICTURE_TOO_LARGE."""
    if not data.startswith(_JPEG):
        raise RuleViolation("PICTURE_UNREADABLE")
    if len(data) > PHOTO_BYTES_MAX:
        raise RuleViolation("PICTURE_TOO_LARGE", most_kb=PHOTO_BYTES_MAX // 1024)


def photo_reasons(connection: Connection, site_id: str) -> frozenset[str]:
    """The reasons that want a photo here, by head office's policy (H09)."""
    return frozenset(policy(connection, site_id, PHOTO_REASONS).split())


def photos_missing(
    connection: Connection, count_id: str, site_id: str, reasons: Mapping[str, str]
) -> list[str]:
    """The products whose reason wants a photo that nobody took; ``reasons`` by product."""
    wanted = photo_reasons(connection, site_id)
    named = [product_id for product_id, reason in reasons.items() if reason in wanted]
    return without_photo(connection, count_id, named)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPhoto:
    """A photo as a supervisor's list shows it."""

    id: str
    zone_id: str
    code: str
    """The unknown code; '' when it is about goods."""
    product_id: str
    goods: str
    """Name of the goods it is about; '' when it is about an unknown code."""
    note: str
    taken_by: str
    """A name."""
    taken_at_us: int


def read_photos(
    connection: Connection, count_id: str, names: Mapping[str, str]
) -> tuple[CountPhoto, ...]:
    """The photos of a count, in the order they were taken; ``names`` of people by id."""
    found = photos_of(connection, count_id)
    goods = _names(connection, {one.product_id for one in found} - {""})
    return tuple(
        CountPhoto(
            id=one.id,
            zone_id=one.zone_id,
            code=one.code,
            product_id=one.product_id,
            goods=goods.get(one.product_id, ""),
            note=one.note,
            taken_by=names.get(one.taken_by, one.taken_by),
            taken_at_us=one.taken_at_us,
        )
        for one in found
    )


def _names(connection: Connection, product_ids: Iterable[str]) -> dict[str, str]:
    ids = sorted(product_ids)
    return {one.product_id: one.name for one in goods_for_counter(connection, ids)}
