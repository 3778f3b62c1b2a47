"""Transfers: what is under way, sending goods, receiving them with differences (G06)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktop.stock.usecases import (
    Arrived,
    Goods,
    GoodsName,
    goods_named,
    goods_of,
    read_transfer,
    read_transfers,
    receive_transfer,
    send_transfer,
    sites_to_send_to,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.quantity import parse_quantity
from shared.journal.document import Header
from shared.stock.queries import StockSite, TransferView


class Doing(StrEnum):
    """What the screen is at."""

    LIST = "list"
    SEND = "send"
    RECEIVE = "receive"


@dataclass(slots=True, kw_only=True)
class WayRow:
    """Goods of a transfer, in millionths of the base unit."""

    goods: GoodsName
    lot: str = ""
    expected_micro: int = 0
    """Under way, as the sender's papers say."""
    qty_micro: int = 0
    """To be sent, or arrived in good order."""
    damaged_micro: int = 0

    @property
    def missing_micro(self) -> int:
        """Expected and neither good nor damaged; below zero: more came than was sent."""
        return self.expected_micro - self.qty_micro - self.damaged_micro


class TransfersModel(Watched):
    """The transfers of one site."""

    def __init__(self, desk: Desk, site_id: str) -> None:
        super().__init__()
        self._desk = desk
        self.site_id = site_id
        self.doing = Doing.LIST
        self.ways: Sequence[TransferView] = ()
        self.names: Mapping[str, str] = {}
        self.sites: Sequence[StockSite] = desk.read(sites_to_send_to, site_id)
        self.other = ""
        self.rows: list[WayRow] = []
        self.note = ""
        self.looked_at: TransferView | None = None

    async def load(self) -> None:
        """Read what is under way."""
        self.ways, self.names = await self._desk.fetch(read_transfers, self.site_id)
        self.changed()

    def name_of(self, site_id: str) -> str:
        """A site's name; its id where its name is not known here."""
        return self.names.get(site_id, site_id)

    # sending and receiving

    def begin_sending(self) -> None:
        """Goods for another site."""
        self._begin(Doing.SEND, next((one.site_id for one in self.sites), ""))

    async def begin_receiving(self, way: TransferView) -> None:
        """Goods of a way have come: what was sent is taken as arrived until it is changed."""
        lines = await self._desk.fetch(read_transfer, way.from_site, way.to_site)
        self._begin(Doing.RECEIVE, way.from_site)
        for line in lines:
            if line.missing_micro > 0:
                goods = self._desk.read(goods_of, line.product_id)
                missing = line.missing_micro
                self.rows.append(
                    WayRow(goods=goods, lot=line.lot, expected_micro=missing, qty_micro=missing)
                )
        self.changed()

    def begin_early(self, from_site: str) -> None:
        """Goods have come before the sender's papers did."""
        self._begin(Doing.RECEIVE, from_site)
        self.changed()

    def _begin(self, doing: Doing, other: str) -> None:
        self.doing, self.other, self.rows, self.note = doing, other, [], ""
        self.changed()

    def stop(self) -> None:
        """Back to the list."""
        self._begin(Doing.LIST, "")

    def add(self, code: str, quantity: str = "1") -> WayRow:
        """Goods to send; when receiving, goods beside those expected.

        Raises: RuleViolation PRODUCT_UNKNOWN, QUANTITY_UNREADABLE, UNKNOWN_UNIT.
        """
        goods, qty = self._desk.read(goods_named, self.site_id, code, quantity)
        row = next((one for one in self.rows if one.goods.product_id == goods.product_id), None)
        if row is None:
            row = WayRow(goods=goods)
            self.rows.append(row)
        row.qty_micro += qty
        self.changed()
        return row

    def typed(self, text: str) -> WayRow:
        """``code`` or ``code quantity``."""
        code, _, quantity = text.strip().partition(" ")
        return self.add(code, quantity.strip() or "1")

    def set_qty(self, row: WayRow, text: str) -> None:
        """Another quantity, or what arrived in good order."""
        row.qty_micro = _read(row, text)
        self.changed()

    def set_damaged(self, row: WayRow, text: str) -> None:
        """What arrived damaged; it is no longer counted as good when together they are too many."""
        row.damaged_micro = _read(row, text)
        if row.expected_micro and row.qty_micro + row.damaged_micro > row.expected_micro:
            row.qty_micro = max(row.expected_micro - row.damaged_micro, 0)
        self.changed()

    def remove(self, row: WayRow) -> None:
        """Take goods off the list."""
        self.rows.remove(row)
        self.changed()

    async def post(self) -> Header:
        """Send or receive. Raises: what the use cases raise."""
        if self.doing is Doing.SEND:
            goods = [
                Goods(product_id=row.goods.product_id, qty_micro=row.qty_micro, lot=row.lot)
                for row in self.rows
            ]
            header = await self._desk.do(send_transfer, self.other, goods, note=self.note)
        else:
            arrived = [
                Arrived(
                    product_id=row.goods.product_id,
                    good_micro=row.qty_micro,
                    damaged_micro=row.damaged_micro,
                    lot=row.lot,
                )
                for row in self.rows
            ]
            header = await self._desk.do(receive_transfer, self.other, arrived, note=self.note)
        self.stop()
        await self.load()
        return header


def _read(row: WayRow, text: str) -> int:
    qty = parse_quantity(text, row.goods.packs)
    if qty < 0:
        raise RuleViolation("QUANTITY_NEGATIVE", product_id=row.goods.code)
    return qty
