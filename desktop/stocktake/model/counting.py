"""The counter's screen: a zone, what was found in it, and not one figure of the book (H04, H10)."""

from collections.abc import Mapping, Sequence

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

TYPED_MAX = 12


class CountingModel(Watched):
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
        self.found: dict[str, Found] = {}
        self.current = ""
        """The product in hand."""
        self.typed = ""
        self.unknown: list[UnknownCode] = []
        self.stranger = ""
        """The unknown code just scanned, until something is said of it."""
        self.is_empty_shelf = False
        self.sealed: Sealed | None = None
        self._events: list[Event] = []
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
        """Put the zone aside; what was counted stays."""
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
            self._apply(event)
        self._next = len(events) + 1
        self._read_books()

    def _forget(self) -> None:
        self.found, self.current, self.typed = {}, "", ""
        self.unknown, self.stranger, self.is_empty_shelf = [], "", False
        self._events, self._next, self._books = [], 1, {}

    # counting

    def scan(self, code: str) -> None:
        """A piece, a box, a single piece with its serial, or a zone's label.

        Raises: RuleViolation NO_ZONE_OPEN, BARCODE_UNKNOWN, SERIAL_TWICE, NOT_TO_COUNT.
        """
        if self.open_label(code):
            return
        if self.zone is None:
            raise RuleViolation("NO_ZONE_OPEN")
        single = unit_code(code)
        hit = self._desk.read(goods_scanned, self.site_id, single[0] if single else code)
        if hit is None:
            self.stranger, self.typed = code, ""
            self.changed()
            raise RuleViolation("BARCODE_UNKNOWN", barcode=code[:40])
        goods, factor = hit
        serial = single[1] if single else ""
        self._check_wanted(goods.product_id)
        if goods.product_id in self.found and serial in self.found[goods.product_id].serials:
            raise RuleViolation("SERIAL_TWICE", product_id=goods.code)
        self.found.setdefault(goods.product_id, Found(goods=goods))
        qty = MICRO if serial else factor
        self._keep(
            Event(
                kind="add",
                product_id=goods.product_id,
                qty_micro=qty,
                factor_micro=qty,
                serial=serial,
            )
        )

    def pick(self, goods: CountedGoods) -> None:
        """Take a product in hand without a scan; a number then says how many.

        Raises: RuleViolation NO_ZONE_OPEN, NOT_TO_COUNT.
        """
        if self.zone is None:
            raise RuleViolation("NO_ZONE_OPEN")
        self._check_wanted(goods.product_id)
        self.found.setdefault(goods.product_id, Found(goods=goods))
        self.current, self.typed = goods.product_id, ""
        self.changed()

    def search(self, text: str) -> list[CountedGoods]:
        """Products by name, for what has no barcode."""
        return self._desk.read(goods_searched, text)

    def type(self, sign: str) -> None:
        """A digit, a point, or = in front."""
        if sign == "=":
            self.typed = "="
        elif len(self.typed) < TYPED_MAX:
            self.typed += sign
        self.changed()

    def rub_out(self) -> None:
        """Take the last sign away."""
        self.typed = self.typed[:-1]
        self.changed()

    def enter(self) -> None:
        """Take what was typed: pieces of the product in hand, or 0 for an empty shelf.

        Right after a scan the number says how many the scan stands for; later it adds. With = in
        front it is all there is of it in this zone.

        Raises: RuleViolation NO_ZONE_OPEN, NOTHING_IN_HAND, QUANTITY_UNREADABLE…
        """
        text, self.typed = self.typed, ""
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
        """Put the unknown code on the list, with what the counter says of it, and a photo.

        Raises: RuleViolation PICTURE_UNREADABLE, PICTURE_TOO_LARGE.
        """
        if self.stranger:
            self._keep(Event(kind="unknown", code=self.stranger, note=note), photo)
            self.stranger = ""
            self.changed()

    def undo(self) -> bool:
        """Take the last thing back; False when there is nothing."""
        if self.zone is None or not self._events:
            return False
        self._next -= 1
        self._desk.do_now(drop_event, _name(self.zone), self._next)
        events = self._events[:-1]
        zone, number, books = self.zone, self._next, self._books
        known = {one.goods.product_id: one.goods for one in self.found.values()}
        self._forget()
        self.zone, self._next, self._books = zone, number, books
        for product_id in (*zone.wanted, *(e.product_id for e in events if e.product_id)):
            self.found.setdefault(product_id, Found(goods=known[product_id]))
        for event in events:
            self._apply(event)
        self.changed()
        return True

    def _added(self, qty_micro: int) -> int:
        """What a keyed number adds: it takes the place of the scan just made."""
        last = self._events[-1] if self._events else None
        if last is None or last.product_id != self.current or not last.factor_micro or last.serial:
            return checked_quantity(qty_micro)
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
        self._apply(kept)
        self.typed = ""
        self._read_books()
        self.changed()

    def _learn(self, product_ids: Sequence[str]) -> None:
        new = [one for one in dict.fromkeys(product_ids) if one not in self.found]
        for goods in self._desk.read(goods_for_counter, new):
            self.found[goods.product_id] = Found(goods=goods)

    def _apply(self, event: Event) -> None:
        self._events.append(event)
        if event.kind == "unknown":
            self.unknown.append(UnknownCode(code=event.code, note=event.note))
            return
        if event.kind == "empty":
            self.is_empty_shelf = True
            return
        found = self.found[event.product_id]
        kept = 0 if event.kind == "set" else found.qty_micro
        found.qty_micro = max(kept + event.qty_micro, 0)
        found.at_us, found.is_touched, found.order = event.at_us, True, len(self._events)
        if event.serial:
            found.serials[event.serial] = event.at_us
        self.current, self.stranger = event.product_id, ""

    # what is shown

    @property
    def lines(self) -> list[Found]:
        """What is on the sheet, last touched first; what is still wanted at the end."""
        return sorted(self.found.values(), key=lambda one: (-one.order, one.goods.code))

    @property
    def in_hand(self) -> Found | None:
        """The product in hand."""
        return self.found.get(self.current)

    @property
    def scans(self) -> int:
        """How much was done on this sheet."""
        return len(self._events)

    @property
    def photos(self) -> int:
        """How many photos were taken on this sheet."""
        return sum(1 for one in self._events if one.has_photo)

    @property
    def pieces_micro(self) -> int:
        """Pieces found in this zone."""
        return sum(one.qty_micro for one in self.found.values())

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
        return Unfinished(
            products=lost,
            zones=others,
            is_empty=not touched and not self.is_empty_shelf and not lost,
        )

    def close(self) -> Sealed:
        """Seal the zone; wanted products that were not found count as none.

        Raises: RuleViolation NO_ZONE_OPEN, STEP_NOT_ALLOWED; AccessDenied SAME_COUNTER…
        """
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
