"""Receiving a shipment: what was announced, what was found, what becomes a claim (E12)."""

from dataclasses import dataclass

import msgspec

from desktop.catalog.usecases import scanned
from desktop.ordering.usecases.looking import (
    Claimed,
    Notice,
    NoticeLine,
    find_shipment,
    read_claims,
    read_notice,
    read_notices,
)
from desktop.ordering.usecases.supplying import Found, FoundLot, receive_shipment
from desktop.store.desk import Desk
from desktop.store.drafts import consuming, draft_of, put_draft
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.quantity import checked_quantity, format_quantity, parse_quantity
from shared.journal.document import Header
from shared.stock.rules import lot_named, lots_found


class SeenLot(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the whole ones that is of another lot than announced."""

    lot: str
    good_micro: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a line so far."""

    line_no: int
    good_micro: int = 0
    damaged_micro: int = 0
    reason: str = ""
    lots: tuple[SeenLot, ...] = ()


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt in work; without a first scan what nobody spoke of counts as announced."""

    has_begun: bool = False
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingRow:
    """A line of the notice with what was found and what that differs."""

    notice: NoticeLine
    seen: Seen
    has_begun: bool
    """Whether the line was counted or spoken of; else it counts as announced."""

    @property
    def announced_micro(self) -> int:
        """What the supplier says left."""
        return self.notice.line.qty_micro

    @property
    def good_micro(self) -> int:
        """Found whole."""
        return self.seen.good_micro if self.has_begun else self.announced_micro

    @property
    def damaged_micro(self) -> int:
        """Found damaged."""
        return self.seen.damaged_micro

    @property
    def difference_micro(self) -> int:
        """Found less announced: below zero is short, above is over."""
        return self.good_micro + self.damaged_micro - self.announced_micro

    @property
    def is_fine(self) -> bool:
        """Whether all of it came, whole."""
        return not self.difference_micro and not self.damaged_micro

    @property
    def lot_text(self) -> str:
        """The lot announced; where others were found, each with how much."""
        lot = self.notice.line.lot
        if not self.seen.lots:
            return lot
        left = self.good_micro - sum(one.good_micro for one in self.seen.lots)
        parts = [(lot or "–", left)] if left else []
        parts += [(one.lot, one.good_micro) for one in self.seen.lots]
        return " + ".join(f"{name} × {format_quantity(qty, ())}" for name, qty in parts)

    @property
    def good_text(self) -> str:
        """Found whole, in packs."""
        return format_quantity(self.good_micro, self.notice.packs)


class Receiving(Watched):
    """The shipments awaited here, and the one being unpacked; each scan is on disk."""

    def __init__(self, desk: Desk, site_id: str) -> None:
        super().__init__()
        self.desk = desk
        self.site_id = site_id
        self.notices: tuple[Notice, ...] = ()
        self.claims: tuple[Claimed, ...] = ()
        self.open: Notice | None = None
        self.rows: tuple[ReceivingRow, ...] = ()
        self.last_line = 0
        """The line the last scan counted."""
        self._counting = Counting()
        self._before: list[Counting] = []

    def refresh(self) -> None:
        """Read what is on its way."""
        self.notices = tuple(self.desk.read(read_notices, self.site_id))
        self.claims = tuple(self.desk.read(read_claims, self.site_id))
        held = self.open.shipment.id if self.open else ""
        self.open = next((one for one in self.notices if one.shipment.id == held), None)
        self._show()

    def pick(self, shipment_id: str) -> None:
        """Unpack a shipment; what was counted of it before is there again."""
        self.open = next((one for one in self.notices if one.shipment.id == shipment_id), None)
        content = self.desk.read(draft_of, _key(shipment_id)) if self.open else None
        self._counting = _restored(content)
        self._before.clear()
        self.last_line = 0
        self._show()

    def leave(self) -> None:
        """Back to the list; the counts stay."""
        self.open = None
        self._show()

    def scan(self, code: str) -> str:
        """A notice opens its shipment, goods are counted; the product's name or ''.

        Raises: RuleViolation SHIPMENT_UNKNOWN, NOT_IN_SHIPMENT.
        """
        shipment_id = self.desk.read(find_shipment, code, self.site_id)
        if shipment_id:
            self.pick(shipment_id)
            return ""
        if self.open is None:
            raise RuleViolation("SHIPMENT_UNKNOWN", shipment=code[:40])
        found = self.desk.read(scanned, self.site_id, code)
        row = self._row_of(found.product_id)
        self._put(row, good_micro=row.seen.good_micro + found.qty_micro, begins=True)
        self.last_line = row.notice.line.line_no
        self.changed()
        return row.notice.name

    def set_good(self, line_no: int, text: str) -> None:
        """Say how much of a line came whole: ``27``, ``2箱3支``.

        Without a scan this is an exception: what nobody spoke of still counts as announced.
        """
        row = self._row(line_no)
        self._put(row, good_micro=_quantity(text, row))

    def set_damaged(self, line_no: int, text: str, reason: str = "") -> None:
        """Say how much of a line is damaged; it is taken off what came whole where that would
        be more than was announced, or counted so far."""
        row = self._row(line_no)
        damaged = _quantity(text, row)
        came = max(row.announced_micro, row.good_micro + row.seen.damaged_micro)
        whole = max(min(row.good_micro, came - damaged), 0)
        self._put(row, good_micro=whole, damaged_micro=damaged, reason=reason)

    def set_lot(self, line_no: int, text: str, lot: str, expiry: str = "") -> None:
        """Say how much of what came whole is of another lot; nothing takes that lot away.

        Everything that was not counted yet still counts as announced. Raises: RuleViolation
        LOT_BAD, LOT_TWICE, LOTS_TOO_MUCH, and as quantities are read.
        """
        row = self._row(line_no)
        name, qty_micro = lot_named(lot, expiry), _quantity(text, row)
        kept = [one for one in row.seen.lots if one.lot != name]
        wanted = (*kept, SeenLot(lot=name, good_micro=qty_micro)) if qty_micro else tuple(kept)
        lots_found(row.notice.line.lot, row.good_micro, [(o.lot, o.good_micro) for o in wanted])
        self._put(row, good_micro=row.good_micro, lots=wanted)

    def all_as_announced(self) -> None:
        """Everything came as announced."""
        seen = tuple(
            Seen(line_no=one.notice.line.line_no, good_micro=one.announced_micro)
            for one in self.rows
        )
        self._keep(Counting(has_begun=True, seen=seen))

    def undo(self) -> bool:
        """Back before the last scan; False when there is none."""
        if not self._before:
            return False
        self._keep(self._before.pop(), is_undo=True)
        return True

    @property
    def has_begun(self) -> bool:
        """Whether anything was counted or spoken of."""
        return self._counting.has_begun or bool(self._counting.seen)

    @property
    def differences(self) -> tuple[ReceivingRow, ...]:
        """The lines that become a claim."""
        return tuple(one for one in self.rows if not one.is_fine)

    @property
    def not_found(self) -> tuple[ReceivingRow, ...]:
        """The lines announced of which not one piece was counted: missed, or not sent."""
        return tuple(
            one
            for one in self.rows
            if one.announced_micro and not one.good_micro and not one.damaged_micro
        )

    @property
    def of_other_lots(self) -> tuple[ReceivingRow, ...]:
        """The lines of which some came in another lot than announced; no claim."""
        return tuple(one for one in self.rows if one.seen.lots)

    async def confirm(self, note: str = "") -> Header:
        """Take the goods in as found; differences become a claim by themselves (E12).

        Raises as ``receive_shipment``.
        """
        if self.open is None:
            raise RuleViolation("SHIPMENT_UNKNOWN", shipment="-")
        shipment_id = self.open.shipment.id
        found = [
            Found(
                line_no=one.notice.line.line_no,
                good_micro=one.good_micro,
                damaged_micro=one.damaged_micro,
                reason=one.seen.reason,
                lots=tuple(FoundLot(lot=o.lot, good_micro=o.good_micro) for o in one.seen.lots),
            )
            for one in self.rows
        ]
        receive = consuming(_key(shipment_id), receive_shipment)
        header = await self.desk.do(receive, shipment_id, found, note=note)
        self.open = None
        self.refresh()
        return header

    def _row_of(self, product_id: str) -> ReceivingRow:
        """The line of a product that still lacks most, else its first one."""
        own = [one for one in self.rows if one.notice.line.product_id == product_id]
        if not own:
            raise RuleViolation("NOT_IN_SHIPMENT", code=product_id[:40])
        open_ones = [one for one in own if one.seen.good_micro < one.announced_micro]
        return next(iter(open_ones or own))

    def _row(self, line_no: int) -> ReceivingRow:
        found = next((one for one in self.rows if one.notice.line.line_no == line_no), None)
        if found is None:
            raise RuleViolation("LINE_UNKNOWN", line_no=line_no)
        return found

    def _put(
        self,
        row: ReceivingRow,
        *,
        good_micro: int,
        begins: bool = False,
        damaged_micro: int | None = None,
        reason: str = "",
        lots: tuple[SeenLot, ...] | None = None,
    ) -> None:
        line_no = row.notice.line.line_no
        of_others = row.seen.lots if lots is None else lots
        if sum(one.good_micro for one in of_others) > good_micro:
            of_others = ()
        changed = Seen(
            line_no=line_no,
            good_micro=checked_quantity(good_micro),
            damaged_micro=row.seen.damaged_micro if damaged_micro is None else damaged_micro,
            reason=reason or row.seen.reason,
            lots=of_others,
        )
        kept = [one for one in self._counting.seen if one.line_no != line_no]
        self._keep(Counting(has_begun=begins or self._counting.has_begun, seen=(*kept, changed)))

    def _keep(self, counting: Counting, *, is_undo: bool = False) -> None:
        if self.open is None or counting == self._counting:
            return
        key = _key(self.open.shipment.id)
        self.desk.do_now(put_draft, key, msgspec.msgpack.encode(counting))
        if not is_undo:
            self._before.append(self._counting)
        self._counting = counting
        self._show()

    def _show(self) -> None:
        if self.open is None:
            self.rows = ()
            self.changed()
            return
        by_line = {one.line_no: one for one in self._counting.seen}
        self.rows = tuple(
            ReceivingRow(
                notice=one,
                seen=by_line.get(one.line.line_no, Seen(line_no=one.line.line_no)),
                has_begun=self._counting.has_begun or one.line.line_no in by_line,
            )
            for one in self.desk.read(read_notice, self.open.shipment.id)
        )
        self.changed()


def _quantity(text: str, row: ReceivingRow) -> int:
    clean = text.strip().replace(",", "")
    found = parse_quantity(clean, row.notice.packs) if clean else 0
    if found < 0:
        raise RuleViolation("QUANTITY_NEGATIVE", product_id=row.notice.line.product_id)
    return found


def _key(shipment_id: str) -> str:
    return f"receive/{shipment_id}"


def _restored(content: bytes | None) -> Counting:
    if content is None:
        return Counting()
    try:
        return msgspec.msgpack.decode(content, type=Counting)
    except msgspec.DecodeError:
        return Counting()
