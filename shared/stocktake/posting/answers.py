"""What head office answers to counts: corrections for late facts, and tasks."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes, uid_text
from shared.core.money import line_amount_minor
from shared.journal.document import Header, Write
from shared.journal.kind import Answer
from shared.stock.rules import site_of
from shared.stocktake.documents import CountCorrected, CountPosted, ZoneCounted
from shared.stocktake.queries import (
    PostedCount,
    book_between,
    count,
    counters_of,
    counts_since,
    has_counts,
    openings_of,
    signed,
)
from shared.stocktake.rules import (
    ApproverLevel,
    CountScope,
    approver_needed,
    check_approval,
    correction_micro,
    seal,
)
from shared.tasks.posting import open_task

CORRECTED = "count_corrected"


def batch_corrections(
    connection: Connection, posted: Sequence[tuple[Header, Sequence[Write]]]
) -> Iterator[Answer]:
    """Correct posted counts where documents moved goods at or before a counted instant (H07).

    Called after posting, for every document with stock moves, posted counts among them: a count
    made on a device that had not heard of an earlier sale is mended the same way. What is asked
    is the state, not the document: the counted figure must stand at its instant. So the order of
    arrival does not matter, and asking twice changes nothing.
    """
    for place, touched in sorted(_touched(posted).items()):
        if not has_counts(connection, place):
            continue
        since = {product_id: at_us for product_id, (at_us, _uid) in touched.items()}
        figures = counts_since(connection, place, since)
        instants = [(name, one.counted_at_us) for name, ones in figures.items() for one in ones]
        books = book_between(connection, place, instants)
        for product_id, ones in sorted(figures.items()):
            uid = touched[product_id][1]
            yield from _corrected(site_of(place), ones, books, uid)


def _touched(
    posted: Sequence[tuple[Header, Sequence[Write]]],
) -> dict[str, dict[str, tuple[int, bytes]]]:
    """Per location and product: the earliest instant of a move, and the document it came with."""
    found: dict[str, dict[str, tuple[int, bytes]]] = {}
    for header, writes in posted:
        if header.kind == CORRECTED:
            continue
        for write in writes:
            if write.table != "stock_move":
                continue
            at_us, product_id = write.values["happened_at_us"], str(write.values["product_id"])
            assert isinstance(at_us, int)
            for end in (str(write.values["from_location"]), str(write.values["to_location"])):
                if site_of(end):
                    known = found.setdefault(end, {})
                    if product_id not in known or at_us < known[product_id][0]:
                        known[product_id] = (at_us, header.uid)
    return found


def _corrected(
    site_id: str,
    figures: Sequence[PostedCount],
    books: dict[tuple[str, int], int],
    because_uid: bytes,
) -> Iterator[Answer]:
    """Oldest first: what an earlier figure is corrected by is in the book of the later ones."""
    carried_micro = 0
    for one in figures:
        book = books[one.product_id, one.counted_at_us] + carried_micro
        missing = correction_micro(one.counted_micro, book)
        if missing:
            carried_micro += missing
            body = CountCorrected(
                count_uid=uid_bytes(one.count_id),
                product_id=one.product_id,
                counted_at_us=one.counted_at_us,
                qty_micro=missing,
                because_uid=because_uid,
            )
            yield Answer(body=body, site_id=site_id, about=because_uid)


def review_sheets(
    connection: Connection, batch: Sequence[tuple[Header, ZoneCounted]], _now_us: int
) -> Iterator[Answer]:
    """Tasks for a seal that does not fit its lines, and for a recount by the first counter."""
    for header, sheet in batch:
        count_id = uid_text(sheet.count_uid)
        if seal(seal_parts(sheet)) != sheet.seal:
            yield open_task(header, "SEAL_BROKEN", uid_text(header.uid))
        if sheet.is_recount and not _by_another(connection, header, count_id, sheet.zone_id):
            yield open_task(header, "SAME_COUNTER", f"{count_id}:{sheet.zone_id}")


def seal_parts(sheet: ZoneCounted) -> list[tuple[str, str, str, int, int]]:
    """The lines of a sheet in its order, as the seal takes them."""
    return [
        (line.product_id, line.lot, line.serial, line.qty_micro, line.counted_at_us)
        for line in sheet.lines
    ]


def _by_another(connection: Connection, header: Header, count_id: str, zone_id: str) -> bool:
    people = counters_of(connection, count_id).get(zone_id, frozenset())
    return bool(people - {header.author_id})


def review_posted(
    connection: Connection, batch: Sequence[tuple[Header, CountPosted]], _now_us: int
) -> Iterator[Answer]:
    """Tasks for counts posted without the signature their value needs, and for a second opening.

    The signature on the document itself is the site's.
    """
    for header, posted in batch:
        count_id = uid_text(posted.count_uid)
        head = count(connection, count_id)
        if head is None:
            yield open_task(header, "COUNT_UNKNOWN", count_id)
            continue
        values = [
            line_amount_minor(
                line.counted_micro - line.book_micro, line.unit_value_micro, posted.currency
            )
            for line in posted.lines
        ]
        total = sum(abs(value) for value in values)
        level = signed(connection, count_id, total)
        if level is ApproverLevel.NOBODY and header.approver_id not in ("", header.author_id):
            level = ApproverLevel.SITE
        # An opening's value is the whole stock: the site signs it, as on the device (H01, H09).
        is_opening = head.scope is CountScope.OPENING
        needed = (
            ApproverLevel.SITE if is_opening else approver_needed(values, head.site_limit_minor)
        )
        try:
            check_approval(needed, level, total)
        except RuleViolation as why:
            yield open_task(header, why.code, count_id, why.params)
        if posted.scope == CountScope.OPENING and openings_of(connection, header.site_id) > 1:
            yield open_task(header, "OPENED_TWICE", header.site_id)
