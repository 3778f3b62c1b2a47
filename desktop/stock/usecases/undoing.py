"""A movement that was wrong is looked at, and taken back by its opposite; nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from desktop.access.usecases import require, require_approver
from desktop.channel.usecases import day_at, place_of
from desktop.stock.usecases.reading import GoodsName, goods_of, read_transfer
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes
from shared.journal.document import Body, Header
from shared.stock.documents import (
    MoveLine,
    Movement,
    PurchaseLine,
    PurchaseReceived,
    ReceivedLine,
    TransferDispatched,
    TransferReceived,
)
from shared.stock.queries import MovementView, purchased_lines, type_named
from shared.stock.queries.movements import movement_goods, movement_of, undone_by
from shared.stock.queries.purchases import Slip, slip_of
from shared.stock.rules import MARK, PURCHASE, Status, number_taken_back, status_of

DISPATCH: Final = "transfer_out"
RECEIPT: Final = "transfer_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLine:
    """Goods of a movement as a person reads them."""

    goods: GoodsName
    qty_micro: int
    lot: str = ""
    to_location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementPage:
    """A movement whole, and what may be done with it."""

    head: MovementView
    lines: tuple[MovedLine, ...]
    undone_by: str
    """The number of the movement that took it back; '' = it stands."""
    may_be_undone: bool
    needs_approval: bool
    """Whether another person signs for taking it back, as for the movement itself."""
    slip: Slip | None = None
    """What it says beside its goods where it is a receipt of goods bought."""

    @property
    def permission(self) -> str:
        """What who takes it back has to hold."""
        if self.slip is not None:
            return "own_goods.write"
        is_transfer = self.head.movement_type in (DISPATCH, RECEIPT)
        return "stock.transfer" if is_transfer else "stock.move"


def read_movement(connection: Connection, document: str, site_id: str) -> MovementPage:
    """A movement of this site with its goods. Raises: RuleViolation MOVEMENT_UNKNOWN."""
    head = movement_of(connection, document, site_id)
    if head is None:
        raise RuleViolation("MOVEMENT_UNKNOWN", document=document[:40])
    moved = movement_goods(connection, head)
    lines = tuple(
        MovedLine(
            goods=goods_of(connection, one.product_id),
            qty_micro=one.qty_micro,
            lot=one.lot,
            to_location=one.to_location,
        )
        for one in moved
    )
    by = undone_by(connection, head, site_id, _mark(head.number))
    may = bool(lines) and not by and not _takes_back(head)
    if head.movement_type == DISPATCH:
        may = may and _is_on_the_way(connection, head, site_id, lines)
    return MovementPage(
        head=head,
        lines=lines,
        undone_by=by,
        may_be_undone=may,
        needs_approval=_needs_approval(connection, head.movement_type),
        slip=slip_of(connection, document),
    )


def _takes_back(head: MovementView) -> bool:
    return bool(number_taken_back(f"{head.reason}{head.note}"))


def _is_on_the_way(
    connection: Connection, head: MovementView, site_id: str, lines: Sequence[MovedLine]
) -> bool:
    """Whether a transfer left here and all of it may still be called back: none of it arrived."""
    missing = {
        (one.product_id, one.lot): one.missing_micro
        for one in read_transfer(connection, site_id, head.party_id)
    }
    return all(missing.get((one.goods.product_id, one.lot), 0) >= one.qty_micro for one in lines)


def undo_movement(
    session: Session, document: str, *, reason: str = "", approver_id: str = ""
) -> Header:
    """Take a movement back: the same goods go the other way, under the same type, once. Goods
    sent to another site are called back while all of them are on the way; received ones are on
    the way again; bought ones leave at the costs they came at.

    Raises: RuleViolation MOVEMENT_UNKNOWN, ALREADY_UNDONE, NOT_UNDOABLE (a transfer that arrived,
    what takes another one back, a closed month), APPROVAL_MISSING; AccessDenied NOT_PERMITTED,
    APPROVER_MAY_NOT.
    """
    place = place_of(session)
    page = read_movement(session.connection, document, place.site_id)
    head = page.head
    require(session, page.permission, site_id=place.site_id)
    if page.undone_by:
        raise RuleViolation("ALREADY_UNDONE", number=head.number, by=page.undone_by)
    if not page.may_be_undone:
        raise RuleViolation("NOT_UNDOABLE", number=head.number)
    if page.needs_approval and not approver_id:
        raise RuleViolation("APPROVAL_MISSING", movement_type=head.movement_type)
    if approver_id:
        require_approver(session, approver_id, "stock.move", site_id=place.site_id)
    said = f"{_mark(head.number)} {reason.strip()}".strip()
    return session.append(
        _opposite(session.connection, page, said),
        site_id=place.site_id,
        predecessor=uid_bytes(document),
        business_day=day_at(session, place),
        approver_id=approver_id,
    )


def _opposite(connection: Connection, page: MovementPage, said: str) -> Body:
    """The red letter of its own kind; of a movement, one from its end to its start."""
    if page.slip is not None:
        return _not_bought(connection, page.head.id, page.slip, said)
    if page.head.movement_type == DISPATCH:
        return _called_back(page, said)
    if page.head.movement_type == RECEIPT:
        return _not_received(page, said)
    return Movement(
        movement_type=page.head.movement_type,
        from_location=page.head.to_location,
        to_location=page.head.from_location,
        lines=[_move_line(one, one.qty_micro) for one in page.lines],
        reason=said,
        party_id=page.head.party_id,
    )


def _called_back(page: MovementPage, said: str) -> TransferDispatched:
    lines = [_move_line(one, -one.qty_micro) for one in page.lines]
    return TransferDispatched(to_site=page.head.party_id, lines=lines, note=said)


def _not_received(page: MovementPage, said: str) -> TransferReceived:
    lines = []
    for one in page.lines:
        is_damaged = status_of(one.to_location) == Status.DEFECTIVE
        good, damaged = (0, -one.qty_micro) if is_damaged else (-one.qty_micro, 0)
        lines.append(
            ReceivedLine(
                product_id=one.goods.product_id,
                received_micro=good,
                damaged_micro=damaged,
                lot=one.lot,
            )
        )
    return TransferReceived(from_site=page.head.party_id, lines=lines, note=said)


def _not_bought(connection: Connection, document: str, slip: Slip, said: str) -> PurchaseReceived:
    return PurchaseReceived(
        supplier_id=slip.supplier_id,
        currency=slip.currency,
        lines=[
            PurchaseLine(
                product_id=one.product_id,
                qty_micro=-one.qty_micro,
                unit_cost_micro=one.unit_cost_micro,
                lot=one.lot,
            )
            for one in purchased_lines(connection, document)
        ],
        reference=slip.reference,
        note=said,
    )


def _move_line(one: MovedLine, qty_micro: int) -> MoveLine:
    return MoveLine(product_id=one.goods.product_id, qty_micro=qty_micro, lot=one.lot)


def _mark(number: str) -> str:
    return f"{MARK} {number}"


def _needs_approval(connection: Connection, movement_type: str) -> bool:
    try:
        return type_named(connection, movement_type).needs_approval
    except RuleViolation:
        # A type head office took away: whatever was done by it, two people take it back. Buying
        # from others and transfers need no type of head office's.
        return movement_type not in (PURCHASE, DISPATCH, RECEIPT)
