"""The counter's screen: a zone, what was found in it, and not one figure of the book (H04, H10)."""

from collections.abc import Mapping, Sequence

import msgspec

from desktop.stocktake.model.keyed import Keyed
from desktop.stocktake.model.on_sheet import OnSheet
from desktop.stocktake.model.sheet import Found, Sealed, Unfinished, tallies
from desktop.stocktake.usecases.reading import (
    CountedGoods,
    Work,
    books_in_open_mode,
    count_numbered,
    goods_for_counter,
    goods_scanned,
    goods_searched,
    seal_of,
    work_of,
)
from desktop.stocktake.usecases.sheets import (
    Event,
    SheetName,
    begun_at,
    close_sheet,
    drop_event,
    events_of,
    keep_event,
    leave_sheet,
    open_sheet,
    open_sheet_of,
    sheets_begun,
)
from desktop.store.asking import now_us
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import AccessDenied, RuleViolation
from shared.core.quantity import checked_quantity, parse_quantity
from shared.core.rounding import MICRO
from shared.journal.document import Header
from shared.stocktake.documents import UnknownCode
from shared.stocktake.rules import CountMode, unit_code, zone_of_label


class CountingModel(OnSheet, Watched):
    """One counter at one device. Everything done is on disk before it is shown."""

    def __init__(self, desk: Desk, site_id: str, person_id: str) -> None:
        super().__init__()
        self._desk = desk
        self.site_id = site_id
        self.person_id = person_id
        self.work: Sequence[Work] = ()
        self.begun: Mapping[SheetName, int] = {}
        """Sheets that were left with something on them."""
        self.zone: Work | None = None
        self._keyed = Keyed()
        self.sealed: Sealed | None = None
        self._next = 1
        self._books: Mapping[str, int] = {}
        self.reload()

    # where one is

    def reload(self) -> None:
        """What there is to count, and the sheet that was open when the program ended."""
        self.work = self._desk.read(work_of, self.site_id, self.person_id)
        self.begun = self._desk.read(sheets_begun, self.person_id)
        name = self._desk.read(open_sheet_of, self.person_id)
        if self.zone is None and name is not None:
            match = next((one for one in self.work if _name(one) == name), None)
            if match is not None:
                self._take_up(match)
        self.changed()

    def open_label(self, code: str) -> bool:
        """Open the zone of a scanned label; False when it is no label.

        Raises: RuleViolation COUNT_UNKNOWN, ZONE_UNKNOWN; AccessDenied NOT_YOUR_ZONE.
        """
        label = zone_of_label(code)
        if label is None:
            return False
        number, zone_id = label
        if not self._desk.read(count_numbered, number):
            raise RuleViolation("COUNT_UNKNOWN", count=number[:40])
        self.work = self._desk.read(work_of, self.site_id, self.person_id)
        for one in self.work:
            if (one.number, one.zone_id) == (number, zone_id):
                self.open(one)
                return True
        raise AccessDenied("NOT_YOUR_ZONE", zone=zone_id[:40])

    def open(self, work: Work) -> None:
        """Count this zone from now on."""
        self._desk.do_now(open_sheet, _name(work))
        self._take_up(work)
        self.changed()

    def leave(self) -> None:
        """Put the zone aside; what was counted stays. A number that was typed goes first."""
        if self._keyed.take():
            self.changed()
            return
        if self.zone is not None:
            self._desk.do_now(leave_sheet)
            self.zone = None
            self._forget()
        self.sealed = None
        self.reload()

    def _take_up(self, work: Work) -> None:
        self._forget()
        self.zone, self.sealed = work, None
        for goods in self._desk.read(goods_for_counter, work.wanted):
            self.found[goods.product_id] = Found(goods=goods)
        events = self._desk.read(events_of, _name(work), self.person_id)
        self._learn([one.product_id for one in events if one.product_id])
        for event in events:
            self.apply(event)
        self._next = len(events) + 1
        self._read_books()

    def _forget(self) -> None:
        self.clear()
        self._keyed.take()
        self._next, self._books = 1, {}

    # counting

    def scan(self, code: str) -> None:
        """A piece, a box, a single piece with its serial, or a zone's label.

        ``3*`` typed before it says how many of them. Any other number that was typed and not
        taken stops the scan: nobody hears of a number that is lost.

        Raises: RuleViolation NO_ZONE_OPEN, BARCODE_UNKNOWN, SERIAL_TWICE, NOT_TO_COUNT,
        NUMBER_NOT_TAKEN, QUANTITY_UNREADABLE.
        """
        self._keyed.check_taken(before_goods=True)
        if self.open_label(code):
            return
        if self.zone is None:
            raise RuleViolation("NO_ZONE_OPEN")
        single = unit_code(code)
        hit = self._desk.read(goods_scanned, self.site_id, single[0] if single else code)
        if hit is None:
            self._meet(code)
            raise RuleViolation("BARCODE_UNKNOWN", barcode=code[:40])
        goods, factor = hit
        if single:
            self.check_taken()
        times = self._keyed.times_micro
        serial = single[1] if single else ""
        self._check_wanted(goods.product_id)
        if goods.product_id in self.found and serial in self.found[goods.product_id].serials:
            raise RuleViolation("SERIAL_TWICE", product_id=goods.code)
        self.found.setdefault(goods.product_id, Found(goods=goods))
        one = MICRO if serial else factor
        self._keep(
            Event(
                kind="add",
                product_id=goods.product_id,
                qty_micro=one if serial else checked_quantity(one * times // MICRO),
                factor_micro=one if times == MICRO else 0,
                serial=serial,
            )
        )

    def _meet(self, code: str) -> None:
        """A code nobody knows is on the list at once: who scans on has not lost it."""
        self._keyed.take()
        if code in {one.code for one in self.unknown}:
            self.stranger = code
            self.changed()
            return
        self._keep(Event(kind="unknown", code=code))

    @property
    def typed(self) -> str:
        """What was typed and not taken yet."""
        return self._keyed.text

    def check_taken(self) -> None:
        """Nothing when no number waits for its Enter. Raises: RuleViolation NUMBER_NOT_TAKEN."""
        self._keyed.check_taken()

    def pick(self, goods: CountedGoods) -> None:
        """Take a product in hand without a scan; a number then says how many.

        Raises: RuleViolation NO_ZONE_OPEN, NOT_TO_COUNT.
        """
        if self.zone is None:
            raise RuleViolation("NO_ZONE_OPEN")
        self._check_wanted(goods.product_id)
        self.found.setdefault(goods.product_id, Found(goods=goods))
        self.current = goods.product_id
        self._keyed.take()
        self.changed()

    def search(self, text: str) -> list[CountedGoods]:
        """Products by name, for what has no barcode."""
        return self._desk.read(goods_searched, text)

    def type(self, sign: str) -> None:
        """A digit, a point, = in front, or * behind a number whose goods come next."""
        self._keyed.type(sign)
        self.changed()

    def rub_out(self) -> None:
        """Take the last sign away."""
        self._keyed.rub_out()
        self.changed()

    def enter(self) -> None:
        """Take what was typed: pieces of the product in hand, or 0 for an empty shelf.

        Right after a scan the number says how many the scan stands for; later it adds. With = in
        front it is all there is of it in this zone.

        Raises: RuleViolation NO_ZONE_OPEN, NOTHING_IN_HAND, QUANTITY_UNREADABLE…
        """
        text = self._keyed.take()
        if self.zone is None:
            raise RuleViolation("NO_ZONE_OPEN")
        if not text:
            self.changed()
            return
        qty = parse_quantity(text.removeprefix("=") or "0")
        if not self.current:
            if qty:
                self.changed()
                raise RuleViolation("NOTHING_IN_HAND")
            self._keep(Event(kind="empty"))
        elif text.startswith("="):
            self._keep(Event(kind="set", product_id=self.current, qty_micro=qty))
        else:
            self._keep(Event(kind="add", product_id=self.current, qty_micro=self._added(qty)))

    def note_unknown(self, note: str, photo: bytes = b"") -> None:
        """Say of the unknown code just scanned what it is, with a photo.

        Raises: RuleViolation PICTURE_UNREADABLE, PICTURE_TOO_LARGE.
        """
        code = self.stranger
        if code:
            if self.is_unsaid(code):
                self._say_of_last(note, photo)
            else:
                self._keep(Event(kind="unknown", code=code, note=note), photo)
            self.stranger = ""
            self.changed()

    def _say_of_last(self, note: str, photo: bytes) -> None:
        assert self.zone is not None
        event = msgspec.structs.replace(self.events[-1], note=note)
        kept = self._desk.do_now(keep_event, _name(self.zone), self._next - 1, event, photo)
        self.events[-1] = kept
        self.unknown[-1] = UnknownCode(code=kept.code, note=kept.note)

    def undo(self) -> bool:
        """Take the last thing back, or a number that was typed and not taken; False when there
        is nothing."""
        if self._keyed.take():
            self.changed()
            return True
        if self.zone is None or not self.events:
            return False
        self._next -= 1
        self._desk.do_now(drop_event, _name(self.zone), self._next)
        events = self.events[:-1]
        zone, number, books = self.zone, self._next, self._books
        known = {one.goods.product_id: one.goods for one in self.found.values()}
        self._forget()
        self.zone, self._next, self._books = zone, number, books
        for product_id in (*zone.wanted, *(e.product_id for e in events if e.product_id)):
            self.found.setdefault(product_id, Found(goods=known[product_id]))
        for event in events:
            self.apply(event)
        self.changed()
        return True

    def _added(self, qty_micro: int) -> int:
        """What a keyed number adds: it takes the place of the scan just made."""
        if not self.says_how_many:
            return checked_quantity(qty_micro)
        last = self.events[-1]
        pieces = checked_quantity(qty_micro * last.factor_micro // MICRO)
        return pieces - last.qty_micro

    def _check_wanted(self, product_id: str) -> None:
        zone = self.zone
        if zone is not None and zone.wanted and product_id not in zone.wanted:
            raise RuleViolation("NOT_TO_COUNT", product_id=product_id)

    def _keep(self, event: Event, photo: bytes = b"") -> None:
        assert self.zone is not None
        kept = self._desk.do_now(keep_event, _name(self.zone), self._next, event, photo)
        self._next += 1
        self.apply(kept)
        self._keyed.take()
        self._read_books()
        self.changed()

    def _learn(self, product_ids: Sequence[str]) -> None:
        new = [one for one in dict.fromkeys(product_ids) if one not in self.found]
        for goods in self._desk.read(goods_for_counter, new):
            self.found[goods.product_id] = Found(goods=goods)

    # what is shown

    @property
    def is_open_mode(self) -> bool:
        """Whether this count shows the book to its counters (H05)."""
        return self.zone is not None and self.zone.mode is CountMode.OPEN

    def book_micro(self, product_id: str) -> int | None:
        """The book of a product in an open count; never anything in a blind one."""
        return self._books.get(product_id, 0) if self.is_open_mode else None

    def _read_books(self) -> None:
        if self.is_open_mode and self.zone is not None:
            at_us = now_us(self._desk.store)
            self._books = self._desk.read(
                books_in_open_mode, self.zone.count_id, self.person_id, at_us
            )

    # closing

    def unfinished(self) -> Unfinished:
        """What to ask before the zone is closed."""
        lost = tuple(one.goods for one in self.lines if not one.is_touched)
        others = tuple(
            one
            for one in self._desk.read(work_of, self.site_id, self.person_id)
            if self.zone is not None
            and one.count_id == self.zone.count_id
            and one.zone_id != self.zone.zone_id
            and not one.is_counted
        )
        touched = any(one.is_touched for one in self.found.values())
        is_empty = not touched and not self.is_empty_shelf and not lost
        return Unfinished(products=lost, zones=others, is_empty=is_empty)

    def close(self) -> Sealed:
        """Seal the zone; wanted products that were not found count as none.

        Raises: RuleViolation NO_ZONE_OPEN, NUMBER_NOT_TAKEN, STEP_NOT_ALLOWED; AccessDenied
        SAME_COUNTER…
        """
        self.check_taken()
        zone = self.zone
        if zone is None:
            raise RuleViolation("NO_ZONE_OPEN")
        name = _name(zone)
        started = self._desk.read(begun_at, name, self.person_id)
        lines = [tally for one in self.lines for tally in tallies(one)]
        header: Header = self._desk.do_now(close_sheet, name, lines, self.unknown, self.scans)
        sealed = Sealed(
            number=zone.number,
            zone_name=zone.zone_name,
            is_recount=zone.is_recount,
            lines=len(self.found),
            pieces_micro=self.pieces_micro,
            started_at_us=started,
            sealed_at_us=header.happened_at_us,
            digest=self._desk.read(seal_of, header.uid),
        )
        self.zone = None
        self._forget()
        self.sealed = sealed
        self.reload()
        return sealed


def _name(work: Work) -> SheetName:
    return SheetName(count_id=work.count_id, zone_id=work.zone_id, is_recount=work.is_recount)
