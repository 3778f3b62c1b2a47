"""A transfer in the making as values: its rows, and what is kept of it while it is open."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from desktop.stock.usecases import Arrived, Goods, GoodsName


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
    is_seen: bool = False
    """Somebody scanned it or keyed how many; else it is as the papers say."""

    @property
    def missing_micro(self) -> int:
        """Expected and neither good nor damaged; below zero: more came than was sent."""
        return self.expected_micro - self.qty_micro - self.damaged_micro

    @property
    def sent(self) -> Goods:
        """As goods that leave."""
        return Goods(product_id=self.goods.product_id, qty_micro=self.qty_micro, lot=self.lot)

    @property
    def arrived(self) -> Arrived:
        """As goods that came."""
        return Arrived(
            product_id=self.goods.product_id,
            good_micro=self.qty_micro,
            damaged_micro=self.damaged_micro,
            lot=self.lot,
        )


class KeptRow(msgspec.Struct, kw_only=True):
    """A row on disk."""

    product_id: str
    lot: str = ""
    expected_micro: int = 0
    qty_micro: int = 0
    damaged_micro: int = 0
    is_seen: bool = False


class KeptWay(msgspec.Struct, kw_only=True):
    """What is on disk of an open transfer."""

    doing: str
    other: str = ""
    note: str = ""
    is_early: bool = False
    is_counted: bool = False
    rows: list[KeptRow] = []


def kept_row(row: WayRow) -> KeptRow:
    """A row as it is kept."""
    return KeptRow(
        product_id=row.goods.product_id,
        lot=row.lot,
        expected_micro=row.expected_micro,
        qty_micro=row.qty_micro,
        damaged_micro=row.damaged_micro,
        is_seen=row.is_seen,
    )


def row_kept(goods: GoodsName, kept: KeptRow) -> WayRow:
    """A kept row, made again."""
    return WayRow(
        goods=goods,
        lot=kept.lot,
        expected_micro=kept.expected_micro,
        qty_micro=kept.qty_micro,
        damaged_micro=kept.damaged_micro,
        is_seen=kept.is_seen,
    )
