"""The commands of movements, transfers and what stands on the shelves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from desktop.catalog.usecases import Scanned, known, name_of
from desktop.stock import usecases
from desktop.stock.usecases.undoing import undo_movement
from desktop.store.asking import Params, Written, device, entry, now_us
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.rules import own_supplier_id
from shared.channel.queries import zone_of
from shared.core.clock import business_day
from shared.core.errors import RuleViolation
from shared.core.money import parse_unit_price_micro
from shared.stock.documents import MovementTypeLine
from shared.stock.queries import StockLine, holdings, stock_report
from shared.stock.rules import Status, location
from shared.stock.tables import stock_move


class GoodsParams(Params):
    """A code and how many of it: ``27``, ``2箱3支``; the lot where one is followed."""

    code: str
    qty: str = "1"
    lot: str = ""


class Move(Params, kw_only=True):
    """A movement; ``type`` is one head office published."""

    type: str
    lines: tuple[GoodsParams, ...]
    reason: str = ""
    party: str = ""
    approver: str = ""
    note: str = ""
    status: str = "sellable"
    site: str = ""


def _goods(store: Store, lines: Sequence[GoodsParams]) -> list[usecases.Goods]:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[usecases.Goods]:
        found: list[tuple[GoodsParams, Scanned]] = [
            (one, known(connection, site_id, one.code, one.qty)) for one in lines
        ]
        return [
            usecases.Goods(product_id=what.product_id, qty_micro=what.qty_micro, lot=one.lot)
            for one, what in found
        ]

    return store.read(read)


class Reserve(Params, kw_only=True):
    """Pieces held for somebody, for so many days."""

    lines: tuple[GoodsParams, ...]
    days: int = 3
    for_whom: str = ""
    note: str = ""


class Release(Params, kw_only=True):
    """A reservation by its document."""

    reservation: str
    reason: str = ""


def _reserve(store: Store, asked: Reserve) -> Written:
    done = store.write(
        usecases.reserve,
        _goods(store, asked.lines),
        days=asked.days,
        for_whom=asked.for_whom,
        note=asked.note,
    )
    return Written.of(done.value)


def _release(store: Store, asked: Release) -> Written:
    done = store.write(usecases.release, asked.reservation, reason=asked.reason)
    return Written.of(done.value)


def _reservations(store: Store, _asked: Params) -> list[dict[str, Any]]:
    return [one._asdict() for one in store.write(usecases.standing).value]


def _move(store: Store, asked: Move) -> Written:
    if asked.status not in set(Status):
        raise RuleViolation("STATUS_UNKNOWN", status=asked.status)
    done = store.write(
        usecases.move,
        asked.type,
        _goods(store, asked.lines),
        reason=asked.reason,
        party_id=asked.party,
        approver_id=asked.approver,
        note=asked.note,
        status=Status(asked.status),
        site_id=asked.site,
    )
    return Written.of(done.value)


class TakeBack(Params, kw_only=True):
    """A movement, transfer or purchase by its document."""

    document: str
    reason: str = ""
    approver: str = ""


def _take_back(store: Store, asked: TakeBack) -> Written:
    done = store.write(
        undo_movement, asked.document, reason=asked.reason, approver_id=asked.approver
    )
    return Written.of(done.value)


class PurchaseParams(Params, kw_only=True):
    """A code, how many of it, and what one base unit cost."""

    code: str
    qty: str = "1"
    cost: str = ""
    lot: str = ""


class PurchaseReceive(Params, kw_only=True):
    """Goods the shop bought itself; the supplier is the code of one of its own."""

    lines: tuple[PurchaseParams, ...]
    supplier: str = ""
    reference: str = ""
    note: str = ""


def _purchase(store: Store, asked: PurchaseReceive) -> Written:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[usecases.Bought]:
        found = [(one, known(connection, site_id, one.code, one.qty)) for one in asked.lines]
        return [
            usecases.Bought(
                product_id=what.product_id,
                qty_micro=what.qty_micro,
                unit_cost_micro=parse_unit_price_micro(one.cost) if one.cost else 0,
                lot=one.lot,
            )
            for one, what in found
        ]

    done = store.write(
        usecases.receive_purchase,
        store.read(read),
        supplier_id=own_supplier_id(site_id, asked.supplier) if asked.supplier else "",
        reference=asked.reference,
        note=asked.note,
    )
    return Written.of(done.value)


class TransferSend(Params, kw_only=True):
    """Goods for another site."""

    to: str
    lines: tuple[GoodsParams, ...]
    note: str = ""


def _send(store: Store, asked: TransferSend) -> Written:
    goods = _goods(store, asked.lines)
    return Written.of(store.write(usecases.send_transfer, asked.to, goods, note=asked.note).value)


class ArrivedParams(Params):
    """What arrived of a code: good, and damaged."""

    code: str
    qty: str = "1"
    damaged: str = "0"
    lot: str = ""


class TransferReceive(Params, kw_only=True):
    """Goods from another site."""

    source: str
    """The site they come from."""
    lines: tuple[ArrivedParams, ...]
    note: str = ""


def _receive(store: Store, asked: TransferReceive) -> Written:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[usecases.Arrived]:
        return [_arrived(connection, site_id, one) for one in asked.lines]

    done = store.write(usecases.receive_transfer, asked.source, store.read(read), note=asked.note)
    return Written.of(done.value)


def _arrived(connection: Connection, site_id: str, one: ArrivedParams) -> usecases.Arrived:
    good = known(connection, site_id, one.code, one.qty)
    return usecases.Arrived(
        product_id=good.product_id,
        good_micro=good.qty_micro,
        damaged_micro=known(connection, site_id, one.code, one.damaged).qty_micro,
        lot=one.lot,
    )


class StockOf(Params):
    """What a site holds; of one product when a code is given."""

    site: str = ""
    code: str = ""


def _stock(store: Store, asked: StockOf) -> list[dict[str, object]]:
    site_id = asked.site or device(store).site_id

    def read(connection: Connection) -> list[dict[str, object]]:
        only = known(connection, site_id, asked.code).product_id if asked.code else ""
        return [
            {
                "product": one.product_id,
                "name": name_of(connection, one.product_id),
                "location": one.location,
                "lot": one.lot,
                "qty_micro": one.qty_micro,
            }
            for one in holdings(connection, site_id)
            if only in ("", one.product_id)
        ]

    return store.read(read)


class StockReport(Params):
    """进销存 of a site for business days from..to inclusive; left out: today."""

    site: str = ""
    start: str = ""
    end: str = ""


def _report(store: Store, asked: StockReport) -> dict[str, object]:
    site_id = asked.site or device(store).site_id
    at_us = now_us(store)

    def read(connection: Connection) -> dict[str, object]:
        today = business_day(at_us, zone_of(connection, site_id))
        start, end = asked.start or today, asked.end or today
        lines = stock_report(connection, location(site_id), start, end)
        return {"site": site_id, "start": start, "end": end, "lines": _named(connection, lines)}

    return store.read(read)


def _named(connection: Connection, lines: Sequence[StockLine]) -> list[dict[str, object]]:
    return [
        {"product": one.product_id, "name": name_of(connection, one.product_id)}
        | {name: value for name, value in one._asdict().items() if name != "product_id"}
        for one in lines
    ]


class Movements(Params):
    """The moves behind a product's figure, oldest first."""

    code: str
    site: str = ""
    limit: int = 500


def _movements(store: Store, asked: Movements) -> list[dict[str, object]]:
    site_id = asked.site or device(store).site_id

    def read(connection: Connection) -> list[dict[str, object]]:
        found = known(connection, site_id, asked.code)
        m = stock_move.c
        columns = (
            m.document, m.movement_type, m.qty_micro, m.from_location, m.to_location, m.lot,
            m.happened_at_us, m.business_day,
        )  # fmt: skip
        statement = (
            select(*columns)
            .where(m.site_id == site_id, m.product_id == found.product_id)
            .order_by(m.happened_at_us, m.id)
            .limit(asked.limit)
        )
        return [dict(row) for row in connection.execute(statement).mappings()]

    return store.read(read)


class PublishMovementTypes(Params):
    """Movement types as named fields."""

    types: tuple[dict[str, Any], ...]


def _publish_types(store: Store, asked: PublishMovementTypes) -> Written:
    types = [entry(MovementTypeLine, one) for one in asked.types]
    return Written.of(store.write(usecases.publish_movement_types, types).value)


COMMANDS = (
    Command(name="move", summary="Goods come or go by a type.", params=Move, run=_move),
    Command(
        name="purchase-receive",
        summary="Goods the shop bought itself arrive.",
        params=PurchaseReceive,
        run=_purchase,
    ),
    Command(
        name="reserve",
        summary="Hold pieces for somebody, for some days.",
        params=Reserve,
        run=_reserve,
    ),
    Command(
        name="release",
        summary="Let go of what a reservation holds.",
        params=Release,
        run=_release,
    ),
    Command(
        name="reservations",
        summary="What is held for somebody now.",
        params=Params,
        run=_reservations,
    ),
    Command(
        name="transfer-send",
        summary="Goods leave for another site.",
        params=TransferSend,
        run=_send,
    ),
    Command(
        name="transfer-receive",
        summary="Goods arrive from another site.",
        params=TransferReceive,
        run=_receive,
    ),
    Command(
        name="movement-take-back",
        summary="The goods of a movement, transfer or purchase go the other way.",
        params=TakeBack,
        run=_take_back,
    ),
    Command(
        name="publish-movement-types",
        summary="Add or change movement types (head office).",
        params=PublishMovementTypes,
        run=_publish_types,
    ),
)

BOOK_COMMANDS = (
    Command(name="stock", summary="What a site holds.", params=StockOf, run=_stock),
    Command(
        name="stock-report",
        summary="Opening, in, out and closing by product over days.",
        params=StockReport,
        run=_report,
    ),
    Command(
        name="movements",
        summary="The moves behind a product's figure.",
        params=Movements,
        run=_movements,
    ),
)
"""What shows the book: kept from who counts blind (H04)."""
