"""Count documents become rows; a posted count moves exactly its differences."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence

from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.stock import posting as stock
from shared.stock.rules import ADJUSTMENT, OPENING, location
from shared.stocktake.documents import (
    CountApproved,
    CountApprovedAbove,
    CountCorrected,
    CountOpened,
    CountPosted,
    CountRevealed,
    PhotoTaken,
    PostedLine,
    RecountAsked,
    ZoneCounted,
)
from shared.stocktake.rules import ApproverLevel, CountScope


def post_opened(header: Header, count: CountOpened) -> Iterator[Write]:
    """The count with its zones and, for a spot count, its products."""
    count_id = uid_text(header.uid)
    yield Write(
        "stock_count",
        count_id,
        {
            "site_id": header.site_id,
            "number": header.number,
            "scope": count.scope,
            "mode": count.mode,
            "currency": count.currency,
            "tolerance_qty_micro": count.tolerance_qty_micro,
            "tolerance_ratio_micro": count.tolerance_ratio_micro,
            "tolerance_value_minor": count.tolerance_value_minor,
            "site_limit_minor": count.site_limit_minor,
            "note": count.note,
            "opened_by": header.author_id,
            "opened_at_us": header.happened_at_us,
        },
    )
    common: dict[str, Value] = {"count_id": count_id, "site_id": header.site_id}
    for place, zone in enumerate(count.zones, start=1):
        values = common | {
            "zone_id": zone.zone_id,
            "name": zone.name,
            "people": " ".join(zone.people),
            "place": place,
        }
        yield Write("count_zone", derived_id(header.uid, "z", place), values)
    for place, product_id in enumerate(count.product_ids, start=1):
        values = common | {"product_id": product_id}
        yield Write("count_product", derived_id(header.uid, "p", place), values)


def post_zone(header: Header, sheet: ZoneCounted) -> Iterator[Write]:
    """A sealed sheet and its lines, each with its own instant."""
    common: dict[str, Value] = {
        "count_id": uid_text(sheet.count_uid),
        "site_id": header.site_id,
        "zone_id": sheet.zone_id,
        "counted_by": header.author_id,
        "is_recount": int(sheet.is_recount),
    }
    head: dict[str, Value] = {
        "line_count": len(sheet.lines),
        "seal": sheet.seal.hex(),
        "sealed_at_us": header.happened_at_us,
        "started_at_us": sheet.started_at_us,
        "scans": sheet.scans,
    }
    yield Write("zone_sheet", uid_text(header.uid), common | head)
    yield from _unknown(header, sheet)
    for place, line in enumerate(sheet.lines, start=1):
        values = common | {
            "sheet_id": uid_text(header.uid),
            "place": place,
            "product_id": line.product_id,
            "lot": line.lot,
            "serial": line.serial,
            "qty_micro": line.qty_micro,
            "counted_at_us": line.counted_at_us,
        }
        yield Write("zone_line", derived_id(header.uid, "l", place), values)


def _unknown(header: Header, sheet: ZoneCounted) -> Iterator[Write]:
    for place, one in enumerate(sheet.unknown, start=1):
        values: dict[str, Value] = {
            "sheet_id": uid_text(header.uid),
            "count_id": uid_text(sheet.count_uid),
            "site_id": header.site_id,
            "zone_id": sheet.zone_id,
            "counted_by": header.author_id,
            "code": one.code,
            "note": one.note,
        }
        yield Write("zone_unknown", derived_id(header.uid, "u", place), values)


def post_photo(header: Header, photo: PhotoTaken) -> Iterable[Write]:
    """A photo beside what it is about; its bytes as text, since rows hold no others."""
    values: dict[str, Value] = {
        "count_id": uid_text(photo.count_uid),
        "site_id": header.site_id,
        "zone_id": photo.zone_id,
        "code": photo.code,
        "product_id": photo.product_id,
        "note": photo.note,
        "media_type": photo.media_type,
        "data": b64encode(photo.data).decode(),
        "taken_by": header.author_id,
        "taken_at_us": photo.taken_at_us or header.happened_at_us,
    }
    return [Write("count_photo", uid_text(header.uid), values)]


def post_revealed(header: Header, revealed: CountRevealed) -> Iterable[Write]:
    """From now on the differences are known."""
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "revealed_by": header.author_id,
        "revealed_at_us": header.happened_at_us,
    }
    return [Write("stock_count", uid_text(revealed.count_uid), values)]


def post_recount(header: Header, asked: RecountAsked) -> Iterator[Write]:
    """What is to be counted again."""
    for place, line in enumerate(asked.lines, start=1):
        values: dict[str, Value] = {
            "count_id": uid_text(asked.count_uid),
            "site_id": header.site_id,
            "zone_id": line.zone_id,
            "product_id": line.product_id,
            "person_id": asked.person_id,
            "asked_by": header.author_id,
            "asked_at_us": header.happened_at_us,
        }
        yield Write("recount", derived_id(header.uid, "r", place), values)


def post_approved(header: Header, approved: CountApproved) -> Iterable[Write]:
    """The site's own signature."""
    return [_approval(header, approved, ApproverLevel.SITE)]


def post_approved_above(header: Header, approved: CountApprovedAbove) -> Iterable[Write]:
    """Head office's signature."""
    return [_approval(header, approved, ApproverLevel.HEAD_OFFICE)]


def _approval(
    header: Header, approved: CountApproved | CountApprovedAbove, level: ApproverLevel
) -> Write:
    values: dict[str, Value] = {
        "count_id": uid_text(approved.count_uid),
        "site_id": header.site_id,
        "level": level.value,
        "value_minor": approved.value_minor,
        "approved_by": header.approver_id or header.author_id,
        "approved_at_us": header.happened_at_us,
        "note": approved.note,
    }
    return Write("count_approval", uid_text(header.uid), values)


def post_posted(header: Header, posted: CountPosted) -> Iterator[Write]:
    """One adjustment per line that differs, at the line's own instant (H07, H09)."""
    is_opening = posted.scope == CountScope.OPENING
    head: dict[str, Value] = {
        "site_id": header.site_id,
        "posted": uid_text(header.uid),
        "posted_by": header.author_id,
        "posted_at_us": header.happened_at_us,
        "value_minor": posted.value_minor,
    }
    yield Write("stock_count", uid_text(posted.count_uid), head)
    here = location(header.site_id)
    for place, line in enumerate(posted.lines, start=1):
        values: dict[str, Value] = {
            "count_id": uid_text(posted.count_uid),
            "site_id": header.site_id,
            "location": here,
            "product_id": line.product_id,
            "counted_at_us": line.counted_at_us,
            "book_micro": line.book_micro,
            "counted_micro": line.counted_micro,
            "difference_micro": line.counted_micro - line.book_micro,
            "reason": line.reason,
            "unit_value_micro": line.unit_value_micro,
            "value_minor": line.value_minor,
            "posted_at_us": header.happened_at_us,
        }
        yield Write("count_line", derived_id(header.uid, "c", place), values)
    yield from _adjustments(header, posted.lines, is_opening=is_opening)
    if is_opening:
        yield stock.opened(header)


def _adjustments(
    header: Header, lines: Sequence[PostedLine], *, is_opening: bool
) -> Iterator[Write]:
    here, outside = location(header.site_id), OPENING if is_opening else ADJUSTMENT
    differing = [line for line in lines if line.counted_micro != line.book_micro]
    goods = (
        stock.Move(outside, here, line.product_id, line.counted_micro - line.book_micro, line.lot)
        for line in differing
    )
    written = stock.moves(header, "opening" if is_opening else "count", goods)
    for write, line in zip(written, differing, strict=True):
        # The difference was there when the line was counted, not when the count was signed:
        # only so does the book of every later instant come out right.
        yield write._replace(values=dict(write.values) | {"happened_at_us": line.counted_at_us})


def post_corrected(header: Header, corrected: CountCorrected) -> Iterator[Write]:
    """The adjustment changes so that the counted figure stands at its instant (H07)."""
    here = location(header.site_id)
    values: dict[str, Value] = {
        "count_id": uid_text(corrected.count_uid),
        "site_id": header.site_id,
        "location": here,
        "product_id": corrected.product_id,
        "counted_at_us": corrected.counted_at_us,
        "qty_micro": corrected.qty_micro,
        "because": uid_text(corrected.because_uid) if corrected.because_uid else "",
        "corrected_at_us": header.happened_at_us,
    }
    yield Write("count_correction", uid_text(header.uid), values)
    goods = [stock.Move(ADJUSTMENT, here, corrected.product_id, corrected.qty_micro)]
    for write in stock.moves(header, "count", goods):
        yield write._replace(
            values=dict(write.values) | {"happened_at_us": corrected.counted_at_us}
        )
