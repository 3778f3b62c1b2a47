"""Documents of goods become moves; other areas call ``moves`` for theirs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from shared.core.clock import business_day
from shared.core.errors import RuleViolation
from shared.core.ids import derived_id, uid_text
from shared.core.money import line_amount_minor
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.stock.documents import (
    Movement,
    MovementTypesPublished,
    PurchaseReceived,
    ReservationReleased,
    StockReserved,
    TransferDispatched,
    TransferReceived,
)
from shared.stock.queries.movements import movement_of, undone_by
from shared.stock.rules import (
    MARK,
    PURCHASE,
    SUPPLIER,
    Status,
    location,
    number_taken_back,
    transit,
    transit_ends,
)
from shared.tasks.posting import open_task

Moving = Movement | PurchaseReceived | TransferDispatched | TransferReceived


class Move(NamedTuple):
    """Goods to be moved: a negative quantity goes the other way."""

    from_location: str
    to_location: str
    product_id: str
    qty_micro: int
    lot: str = ""


def moves(header: Header, movement_type: str, wanted: Iterable[Move]) -> Iterator[Write]:
    """The ledger rows of a document's moves, numbered in their order; zero moves nothing."""
    common: dict[str, Value] = {
        "document": uid_text(header.uid),
        "site_id": header.site_id,
        "movement_type": movement_type,
        "happened_at_us": header.happened_at_us,
        "business_day": day_of(header),
    }
    for number, move in enumerate(wanted, start=1):
        if move.qty_micro:
            yield _row(header, number, move, common)


def _row(header: Header, number: int, move: Move, common: dict[str, Value]) -> Write:
    backwards = move.qty_micro < 0
    start, end = move.from_location, move.to_location
    values = common | {
        "product_id": move.product_id,
        "lot": move.lot,
        "qty_micro": abs(move.qty_micro),
        "from_location": end if backwards else start,
        "to_location": start if backwards else end,
    }
    return Write("stock_move", derived_id(header.uid, "m", number), values)


def day_of(header: Header) -> str:
    """The business day of a document; without a shift it is the UTC date."""
    return header.business_day or business_day(header.happened_at_us, "UTC")


def opened(header: Header) -> Write:
    """The mark that a site's opening stock was counted (H01)."""
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "document": uid_text(header.uid),
        "opened_at_us": header.happened_at_us,
    }
    return Write("site_opening", header.site_id, values)


def post_movement(header: Header, moved: Movement) -> Iterator[Write]:
    """Goods from one end of the type to the other.

    Raises: RuleViolation LOCATION_UNUSABLE for a way between sites, which transfers alone use: the
    other site would be told of a movement that is none of its own.
    """
    start, end = moved.from_location, moved.to_location
    if any(transit_ends(place) != ("", "") for place in (start, end)):
        raise RuleViolation("LOCATION_UNUSABLE")
    wanted = [Move(start, end, line.product_id, line.qty_micro, line.lot) for line in moved.lines]
    yield _document_row(
        header,
        moved.movement_type,
        wanted,
        party_id=moved.party_id,
        reason=moved.reason,
        note=moved.note,
    )
    yield from moves(header, moved.movement_type, wanted)


def post_dispatch(header: Header, sent: TransferDispatched) -> Iterator[Write]:
    """Sellable goods of this site into the transit to the other."""
    start, end = location(header.site_id), transit(header.site_id, sent.to_site)
    wanted = [Move(start, end, line.product_id, line.qty_micro, line.lot) for line in sent.lines]
    yield _document_row(header, "transfer_out", wanted, party_id=sent.to_site, note=sent.note)
    yield from moves(header, "transfer_out", wanted)


def post_receipt(header: Header, received: TransferReceived) -> Iterator[Write]:
    """Out of the transit: good pieces become sellable, damaged ones defective."""
    start = transit(received.from_site, header.site_id)
    good, bad = location(header.site_id), location(header.site_id, Status.DEFECTIVE)
    wanted = []
    for line in received.lines:
        wanted.append(Move(start, good, line.product_id, line.received_micro, line.lot))
        wanted.append(Move(start, bad, line.product_id, line.damaged_micro, line.lot))
    yield _document_row(
        header, "transfer_in", wanted, party_id=received.from_site, note=received.note
    )
    yield from moves(header, "transfer_in", wanted)


def post_purchase(header: Header, bought: PurchaseReceived) -> Iterator[Write]:
    """Goods from the supplier into the site's sellable stock, and what each line cost."""
    here = location(header.site_id)
    wanted = [
        Move(SUPPLIER, here, line.product_id, line.qty_micro, line.lot) for line in bought.lines
    ]
    yield _document_row(header, PURCHASE, wanted, party_id=bought.supplier_id, note=bought.note)
    for number, line in enumerate(bought.lines, start=1):
        values: dict[str, Value] = {
            "document": uid_text(header.uid),
            "site_id": header.site_id,
            "supplier_id": bought.supplier_id,
            "reference": bought.reference,
            "product_id": line.product_id,
            "lot": line.lot,
            "currency": bought.currency,
            "qty_micro": line.qty_micro,
            "unit_cost_micro": line.unit_cost_micro,
            "amount_minor": line_amount_minor(
                line.qty_micro, line.unit_cost_micro, bought.currency
            ),
            "happened_at_us": header.happened_at_us,
            "business_day": day_of(header),
        }
        yield Write("purchase_line", derived_id(header.uid, "p", number), values)
    yield from moves(header, PURCHASE, wanted)


def post_reserved(header: Header, held: StockReserved) -> Iterator[Write]:
    """One row per line; no goods move, so that an expiry needs no document."""
    for number, line in enumerate(held.lines, start=1):
        values: dict[str, Value] = {
            "document": uid_text(header.uid),
            "site_id": header.site_id,
            "number": header.number,
            "author_id": header.author_id,
            "product_id": line.product_id,
            "lot": line.lot,
            "qty_micro": line.qty_micro,
            "for_whom": held.for_whom,
            "note": held.note,
            "reserved_at_us": header.happened_at_us,
            "expires_at_us": held.expires_at_us,
        }
        yield Write("reservation", derived_id(header.uid, "h", number), values)


def post_released(header: Header, released: ReservationReleased) -> Iterator[Write]:
    """The mark that a hold of this site ended."""
    values: dict[str, Value] = {
        "reservation": released.reservation,
        "site_id": header.site_id,
        "reason": released.reason,
        "released_at_us": header.happened_at_us,
    }
    yield Write("reservation_release", uid_text(header.uid), values)


def _document_row(header: Header, movement_type: str, wanted: Sequence[Move], **said: str) -> Write:
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "device_id": header.device_id,
        "number": header.number,
        "movement_type": movement_type,
        "from_location": wanted[0].from_location if wanted else "",
        "to_location": wanted[0].to_location if wanted else "",
        "author_id": header.author_id,
        "approver_id": header.approver_id,
        "lines": sum(1 for move in wanted if move.qty_micro),
        "units_micro": sum(move.qty_micro for move in wanted),
        "happened_at_us": header.happened_at_us,
        "business_day": day_of(header),
        **said,
    }
    return Write("movement", uid_text(header.uid), values)


def post_types(_header: Header, published: MovementTypesPublished) -> Iterator[Write]:
    """One record per movement type; the newest publication stands."""
    for line in published.types:
        yield Write(
            "movement_type",
            line.id,
            {
                "name_zh": line.name_zh,
                "name_en": line.name_en,
                "direction": line.direction,
                "counter_location": line.counter_location,
                "needs_reason": int(line.needs_reason),
                "needs_party": int(line.needs_party),
                "needs_approval": int(line.needs_approval),
            },
        )


def review_taken_back(
    connection: Connection, batch: Sequence[tuple[Header, Moving]], _now_us: int
) -> Iterator[Answer]:
    """A task where two devices without a line took the same movement back: both are facts, and
    goods moved once at most. A person looks, and enters what differs."""
    for header, body in batch:
        reason = body.reason if isinstance(body, Movement) else ""
        number = number_taken_back(f"{reason}{body.note}")
        subject = uid_text(header.uid)
        here = movement_of(connection, subject, header.site_id) if number else None
        if here is not None and " " in undone_by(
            connection, here, header.site_id, f"{MARK} {number}"
        ):
            yield open_task(header, "TAKEN_BACK_TWICE", subject)
