"""Transfers: what is under way, sending goods, receiving them with differences (G06)."""

from collections.abc import Mapping, Sequence

import msgspec

from desktop.stock.model.way_rows import Doing, KeptWay, WayRow, kept_row, row_kept
from desktop.stock.usecases import (
    GoodsName,
    goods_meant,
    goods_named,
    goods_of,
    read_transfer,
    read_transfers,
    receive_transfer,
    send_transfer,
    sites_to_send_to,
)
from desktop.store.desk import Desk
from desktop.store.drafts import consuming, draft_of, put_draft, remove_draft
from desktop.watched import Watched
from shared.core.errors import Conflict, RuleViolation
from shared.core.quantity import parse_quantity
from shared.journal.document import Header
from shared.stock.queries import StockSite, TransferLine, TransferView
from shared.stock.rules import MANY_MICRO

__all__ = ["Doing", "TransfersModel", "WayRow"]

_STEPS_BACK = 100


class TransfersModel(Watched):
    """The transfers of one site, and the one its person is at: kept until it is posted."""

    def __init__(self, desk: Desk, site_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._person_id = desk.author_id
        self.site_id = site_id
        self.doing = Doing.LIST
        self.ways: Sequence[TransferView] = ()
        self.names: Mapping[str, str] = {}
        self.sites: Sequence[StockSite] = desk.read(sites_to_send_to, site_id)
        self.other = ""
        self.rows: list[WayRow] = []
        self.note = ""
        self.is_early = False
        """Goods are taken in before the sender's papers came."""
        self.is_counted = False
        """What arrives is counted piece by piece, and not taken as sent."""
        self.last: WayRow | None = None
        """The row that was touched last."""
        self._past: list[bytes] = []
        self._take_up()

    async def load(self) -> None:
        """Read what is under way."""
        self.ways, self.names = await self._desk.fetch(read_transfers, self.site_id)
        self.changed()

    def name_of(self, site_id: str) -> str:
        """A site's name; its id where its name is not known here."""
        return self.names.get(site_id, site_id)

    # sending and receiving

    def begin_sending(self) -> None:
        """Goods for another site. Nobody is proposed where there are several: goods that go to
        the wrong one are gone."""
        self._begin(Doing.SEND, self.sites[0].site_id if len(self.sites) == 1 else "")
        self._keep()

    async def begin_receiving(self, way: TransferView) -> None:
        """Goods of a way have come: what was sent is taken as arrived until it is changed."""
        lines = await self._desk.fetch(read_transfer, way.from_site, way.to_site)
        self._begin(Doing.RECEIVE, way.from_site)
        self._line_up(lines)
        self._keep()

    def begin_early(self, from_site: str = "") -> None:
        """Goods have come before the sender's papers did."""
        self._begin(Doing.RECEIVE, from_site)
        self.is_early = True
        self._keep()

    def _begin(self, doing: Doing, other: str) -> None:
        self.doing, self.other, self.rows, self.note = doing, other, [], ""
        self.is_early = self.is_counted = False
        self.last, self._past = None, []

    def _line_up(self, lines: Sequence[TransferLine]) -> bool:
        """Set beside each row what the papers say now; whether they say something else."""
        expected = {(one.product_id, one.lot): max(one.missing_micro, 0) for one in lines}
        before = {(one.goods.product_id, one.lot): one.expected_micro for one in self.rows}
        for name, micro in expected.items():
            if micro and name not in before:
                goods = self._desk.read(goods_of, name[0])
                self.rows.append(WayRow(goods=goods, lot=name[1]))
        for row in self.rows:
            row.expected_micro = expected.get((row.goods.product_id, row.lot), 0)
            if not self.is_counted and not row.is_seen:
                row.qty_micro = row.expected_micro
        self.rows = [one for one in self.rows if one.expected_micro or one.is_seen]
        after = {(one.goods.product_id, one.lot): one.expected_micro for one in self.rows}
        return after != before

    def stop(self) -> None:
        """Back to the list; what was put together is given up."""
        self._begin(Doing.LIST, "")
        self._desk.do_now(remove_draft, self._key)
        self.changed()

    @property
    def is_touched(self) -> bool:
        """Whether something would be lost by stopping."""
        if self.doing is Doing.SEND:
            return bool(self.rows or self.note.strip())
        return self.is_counted or any(one.is_seen for one in self.rows) or bool(self.note.strip())

    # goods

    def add(self, code: str, quantity: str = "1") -> WayRow:
        """Goods to send. When receiving, the first that is scanned begins a count from nothing:
        what is scanned came, and nothing else.

        Raises: RuleViolation PRODUCT_UNKNOWN, QUANTITY_UNREADABLE, UNKNOWN_UNIT.
        """
        goods, qty = self._desk.read(goods_named, self.site_id, code, quantity)
        self._remember()
        if self.doing is Doing.RECEIVE and not self.is_counted:
            self.is_counted = True
            for one in self.rows:
                one.qty_micro = one.qty_micro if one.is_seen else 0
        row = self._row_for(goods)
        row.qty_micro += qty
        self._touch(row)
        return row

    def _row_for(self, goods: GoodsName) -> WayRow:
        """The row of the goods that still lacks some, else its first one."""
        same = [one for one in self.rows if one.goods.product_id == goods.product_id]
        lacking = [one for one in same if one.missing_micro > 0]
        if not same:
            self.rows.append(WayRow(goods=goods))
        return (lacking or same or self.rows[-1:])[0]

    def typed(self, text: str) -> WayRow:
        """``code`` or ``code quantity``."""
        code, _, quantity = text.strip().partition(" ")
        return self.add(code, quantity.strip() or "1")

    def find(self, text: str) -> list[GoodsName]:
        """The goods meant by a few letters of a name or its pinyin; none for a whole code."""
        if len(text.strip()) < 2 or " " in text.strip():
            return []
        return self._desk.read(goods_meant, self.site_id, text.strip())

    def set_qty(self, row: WayRow, text: str) -> None:
        """Another quantity, or what arrived in good order."""
        qty = _read(row, text)
        self._remember()
        row.qty_micro = qty
        self._touch(row)

    def set_damaged(self, row: WayRow, text: str) -> None:
        """What arrived damaged; it is no longer counted as good when together they are too many."""
        qty = _read(row, text)
        self._remember()
        row.damaged_micro = qty
        if row.expected_micro and row.qty_micro + row.damaged_micro > row.expected_micro:
            row.qty_micro = max(row.expected_micro - row.damaged_micro, 0)
        self._touch(row)

    def take_as_sent(self) -> None:
        """All arrived as the papers say, but for what is damaged."""
        self._remember()
        self.is_counted = False
        for row in self.rows:
            if row.expected_micro:
                row.qty_micro = max(row.expected_micro - row.damaged_micro, 0)
                row.is_seen = row.damaged_micro > 0
        self._keep()

    def remove(self, row: WayRow) -> None:
        """Take goods off the list; of what is expected, none came."""
        self._remember()
        if row.expected_micro:
            row.qty_micro = row.damaged_micro = 0
            self._touch(row)
            return
        self.rows.remove(row)
        self._keep()

    def say(self, *, other: str | None = None, note: str | None = None) -> None:
        """The other site, and a note."""
        self.other = self.other if other is None else other
        self.note = self.note if note is None else note
        self._keep()

    def undo(self) -> bool:
        """Take the last change of the goods back; False when there is none."""
        if not self._past:
            return False
        past = self._past
        self._put_back(msgspec.json.decode(past.pop(), type=KeptWay))
        self._past = past
        self._keep()
        return True

    def _touch(self, row: WayRow) -> None:
        row.is_seen, self.last = True, row
        self._keep()

    # posting

    @property
    def many(self) -> list[WayRow]:
        """What is so many that it looks like a slip of the fingers."""
        return [one for one in self.rows if one.qty_micro + one.damaged_micro >= MANY_MICRO]

    def check(self) -> None:
        """What is missing. Raises: RuleViolation NO_LINES, SAME_SITE."""
        if not any(one.qty_micro or one.damaged_micro for one in self.rows):
            raise RuleViolation("NO_LINES")
        if not self.other:
            raise RuleViolation("SAME_SITE", site_id="-")

    async def post(self) -> Header:
        """Send or receive.

        Raises: what the use cases raise; Conflict TRANSFER_MOVED_ON when somebody else took some
        of it in meanwhile: the rows say now what is still under way.
        """
        self.check()
        header = await (self._send() if self.doing is Doing.SEND else self._receive())
        self._begin(Doing.LIST, "")
        self.changed()
        await self.load()
        return header

    async def _send(self) -> Header:
        goods = [one.sent for one in self.rows]
        send = consuming(self._key, send_transfer)
        return await self._desk.do(send, self.other, goods, note=self.note.strip())

    async def _receive(self) -> Header:
        if not self.is_early:
            lines = await self._desk.fetch(read_transfer, self.other, self.site_id)
            if self._line_up(lines):
                self._keep()
                raise Conflict("TRANSFER_MOVED_ON")
        arrived = [one.arrived for one in self.rows]
        receive = consuming(self._key, receive_transfer)
        return await self._desk.do(receive, self.other, arrived, note=self.note.strip())

    # the draft

    @property
    def _key(self) -> str:
        return f"transfer/{self._person_id}"

    def _keep(self) -> None:
        self._desk.do_now(put_draft, self._key, self._as_kept())
        self.changed()

    def _remember(self) -> None:
        self._past = [*self._past[1 - _STEPS_BACK :], self._as_kept()]

    def _as_kept(self) -> bytes:
        kept = KeptWay(
            doing=self.doing.value,
            other=self.other,
            note=self.note,
            is_early=self.is_early,
            is_counted=self.is_counted,
            rows=[kept_row(one) for one in self.rows],
        )
        return msgspec.json.encode(kept)

    def _take_up(self) -> None:
        found = self._desk.read(draft_of, self._key)
        if found is not None:
            self._put_back(msgspec.json.decode(found, type=KeptWay))

    def _put_back(self, kept: KeptWay) -> None:
        self._begin(Doing(kept.doing), kept.other)
        self.note, self.is_early, self.is_counted = kept.note, kept.is_early, kept.is_counted
        self.rows = [row_kept(self._desk.read(goods_of, one.product_id), one) for one in kept.rows]


def _read(row: WayRow, text: str) -> int:
    qty = parse_quantity(text, row.goods.packs)
    if qty < 0:
        raise RuleViolation("QUANTITY_NEGATIVE", product_id=row.goods.code)
    return qty
