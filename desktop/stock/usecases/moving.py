"""Goods move: by a movement's type, and from one site to another."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.access.usecases import require, require_approver
from desktop.channel.usecases import day_at, place_of
from desktop.store.session import Session
from shared.catalog.queries import suppliers, unknown_products
from shared.core.errors import RuleViolation
from shared.core.money import UNIT_PRICE_MICRO_MAX
from shared.journal.document import Header
from shared.stock.documents import (
    MoveLine,
    Movement,
    MovementTypeLine,
    MovementTypesPublished,
    PurchaseLine,
    PurchaseReceived,
    ReceivedLine,
    TransferDispatched,
    TransferReceived,
)
from shared.stock.queries import type_named
from shared.stock.rules import Direction, Status, check_movement, ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Pieces of a product (and lot), in millionths of the base unit."""

    product_id: str
    qty_micro: int
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What arrived of a product: good and damaged, in millionths of the base unit."""

    product_id: str
    good_micro: int
    damaged_micro: int = 0
    lot: str = ""


def move(
    session: Session,
    movement_type: str,
    goods: Sequence[Goods],
    *,
    reason: str = "",
    party_id: str = "",
    approver_id: str = "",
    note: str = "",
    status: Status = Status.SELLABLE,
    site_id: str = "",
) -> Header:
    """Goods come, go, are used or thrown away, as the type says (G02, G03).

    Raises: RuleViolation MOVEMENT_TYPE_UNKNOWN, MOVEMENT_TYPE_IS_TRANSFER, NO_LINES,
    REASON_MISSING, PARTY_MISSING, APPROVAL_MISSING, SECOND_PERSON_NEEDED,
    QUANTITY_NOT_POSITIVE; AccessDenied NOT_PERMITTED, APPROVER_MAY_NOT.
    """
    place = place_of(session, site_id)
    require(session, "stock.move", site_id=place.site_id)
    kind = type_named(session.connection, movement_type)
    if kind.counter_location == "transit":
        raise RuleViolation("MOVEMENT_TYPE_IS_TRANSFER", movement_type=movement_type)
    check_movement(
        kind, reason=reason, party_id=party_id, approver_id=approver_id, lines=len(goods)
    )
    if approver_id:
        require_approver(session, approver_id, "stock.move", site_id=place.site_id)
    start, end = ends(kind, place.site_id, status)
    body = Movement(
        movement_type=kind.id,
        from_location=start,
        to_location=end,
        lines=_lines(goods),
        reason=reason,
        party_id=party_id,
        note=note,
    )
    return session.append(
        body,
        site_id=place.site_id,
        business_day=day_at(session, place),
        approver_id=approver_id,
    )


def _lines(goods: Sequence[Goods]) -> list[MoveLine]:
    for one in goods:
        if one.qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=one.product_id)
    return [
        MoveLine(product_id=one.product_id, qty_micro=one.qty_micro, lot=one.lot) for one in goods
    ]


def send_transfer(
    session: Session, to_site: str, goods: Sequence[Goods], *, note: str = ""
) -> Header:
    """Goods leave for another site and are on the way until it receives them (G06).

    Raises: RuleViolation NO_LINES, SAME_SITE, QUANTITY_NOT_POSITIVE; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "stock.transfer")
    _check_transfer(place.site_id, to_site, len(goods))
    body = TransferDispatched(to_site=to_site, lines=_lines(goods), note=note)
    return session.append(body, business_day=day_at(session, place))


def receive_transfer(
    session: Session, from_site: str, goods: Sequence[Arrived], *, note: str = ""
) -> Header:
    """Goods arrive from another site; damaged pieces stand apart, what is missing stays in
    transit (G06).

    Raises: RuleViolation NO_LINES, SAME_SITE, QUANTITY_NEGATIVE; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "stock.transfer")
    _check_transfer(place.site_id, from_site, len(goods))
    for one in goods:
        if min(one.good_micro, one.damaged_micro) < 0:
            raise RuleViolation("QUANTITY_NEGATIVE", product_id=one.product_id)
    lines = [
        ReceivedLine(
            product_id=one.product_id,
            received_micro=one.good_micro,
            damaged_micro=one.damaged_micro,
            lot=one.lot,
        )
        for one in goods
    ]
    body = TransferReceived(from_site=from_site, lines=lines, note=note)
    return session.append(body, business_day=day_at(session, place))


def _check_transfer(here: str, other: str, lines: int) -> None:
    if not lines:
        raise RuleViolation("NO_LINES")
    if not other or other == here:
        raise RuleViolation("SAME_SITE", site_id=other or "-")


def publish_movement_types(session: Session, types: Sequence[MovementTypeLine]) -> Header:
    """Head office adds or changes movement types (G03).

    Raises: RuleViolation NOTHING_TO_PUBLISH, DIRECTION_UNKNOWN, LOCATION_MISSING; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "catalogue.publish")
    if not types:
        raise RuleViolation("NOTHING_TO_PUBLISH")
    for one in types:
        if one.direction not in set(Direction):
            raise RuleViolation("DIRECTION_UNKNOWN", movement_type=one.id)
        if not one.counter_location:
            raise RuleViolation("LOCATION_MISSING", movement_type=one.id)
    return session.append(MovementTypesPublished(types=list(types)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Pieces of a product a shop bought itself, and what one base unit cost, in millionths."""

    product_id: str
    qty_micro: int
    unit_cost_micro: int = 0
    lot: str = ""


def receive_purchase(
    session: Session,
    lines: Sequence[Bought],
    *,
    supplier_id: str = "",
    reference: str = "",
    note: str = "",
    approver_id: str = "",
    uid: bytes | None = None,
) -> Header:
    """Goods the shop bought itself arrive, without a shipping notice (外采入库, B11).

    Raises: RuleViolation NO_LINES, QUANTITY_NOT_POSITIVE, PRICE_NEGATIVE, PRICE_TOO_LARGE,
    PRODUCT_UNKNOWN, SUPPLIER_UNKNOWN, SECOND_PERSON_NEEDED; AccessDenied NOT_PERMITTED,
    APPROVER_MAY_NOT; Conflict ALREADY_APPENDED.
    """
    place = place_of(session)
    require(session, "own_goods.write")
    if approver_id:
        require_approver(session, approver_id, "stock.move", site_id=place.site_id)
    if not lines:
        raise RuleViolation("NO_LINES")
    if unknown := unknown_products(session.connection, [one.product_id for one in lines]):
        raise RuleViolation("PRODUCT_UNKNOWN", code=unknown[0])
    if supplier_id and supplier_id not in {
        one.supplier_id for one in suppliers(session.connection, place.site_id)
    }:
        raise RuleViolation("SUPPLIER_UNKNOWN", supplier=supplier_id[:60])
    body = PurchaseReceived(
        supplier_id=supplier_id,
        currency=place.currency,
        lines=[_bought(one) for one in lines],
        reference=reference,
        note=note,
    )
    return session.append(
        body, uid=uid, business_day=day_at(session, place), approver_id=approver_id
    )


def _bought(one: Bought) -> PurchaseLine:
    if one.qty_micro <= 0:
        raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=one.product_id)
    if one.unit_cost_micro < 0:
        raise RuleViolation("PRICE_NEGATIVE")
    if one.unit_cost_micro > UNIT_PRICE_MICRO_MAX:
        raise RuleViolation("PRICE_TOO_LARGE")
    return PurchaseLine(
        product_id=one.product_id,
        qty_micro=one.qty_micro,
        unit_cost_micro=one.unit_cost_micro,
        lot=one.lot,
    )
