"""The counter's screen: the zone, the product in hand, what was found. No book, anywhere (H04)."""

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.catalog.view.goods_picture import GoodsPicture
from desktop.printing.escpos import PrinterProfile, encode
from desktop.printing.slips import ZoneSlip, zone_slip
from desktop.stocktake.model.counting import CountingModel
from desktop.stocktake.model.keyed import TIMES
from desktop.stocktake.model.sheet import Found, Sealed
from desktop.stocktake.usecases.reading import CountedGoods, Work
from desktop.stocktake.view.closing import many_text, questions
from desktop.stocktake.view.count_paper import print_count_sheet
from desktop.stocktake.view.find_goods import FindGoodsPanel
from desktop.stocktake.view.photos import unknown_panel
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.photo_panel import Snap
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone, scaled
from desktop.ui.widgets import Banner, Card, Empty, label, pill, row
from desktop.words import formats
from shared.catalog.rules import SMALL
from shared.core.errors import QutongError

_SIGNS = "0123456789.*"


class CountingScreen(Screen):
    """Scan a zone label, then goods; a number says how many, F9 closes the zone."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.model = CountingModel(frame.desk, frame.person.site_id, frame.person.user_id)
        self._once = Once(frame.tasks)
        self.until_gone(self.model.watch(self._draw))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_zones())
        self._pages.addWidget(self._make_sheet())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.addWidget(self._pages)
        self.watch(self.model.reload, "stock_count", "recount", "zone_sheet")
        self._draw()

    def key_actions(self) -> tuple[Action, ...]:
        if self.model.zone is None:
            return (
                Action(text="counting.open", keys=("Return",), run=self._open_current),
                Action(text="counting.sheet", keys=("P",), run=self._paper),
                Action(text="counting.refresh", keys=("F5",), run=self.model.reload),
            )
        digits = tuple(
            Action(
                text="counting.number",
                keys=(sign,),
                run=partial(self.model.type, sign),
                in_line=False,
            )
            for sign in _SIGNS
        )
        return (
            Action(text="counting.take", keys=("Return",), run=self._enter),
            Action(text="counting.set", keys=("=",), run=lambda: self.model.type("=")),
            Action(text="counting.undo", keys=("Ctrl+Z",), run=self._undo),
            Action(text="counting.find", keys=("/",), run=self._find),
            Action(
                text="counting.unknown",
                keys=("U",),
                run=self._note_unknown,
                is_enabled=lambda: bool(self.model.stranger),
            ),
            Action(text="counting.close", keys=("F9",), run=self._close),
            Action(text="counting.leave", keys=("Escape",), run=self.model.leave),
            Action(
                text="counting.rub_out",
                keys=("Backspace",),
                run=self.model.rub_out,
                in_line=False,
            ),
            *digits,
        )

    def _paper(self) -> None:
        work = self.zones.current
        if work is not None:
            self.frame.tasks.start(print_count_sheet(self.frame, work))

    def shown(self, subject: str = "") -> None:
        self.model.reload()
        self._focus()

    def scanned(self, code: str) -> bool:
        try:
            self.model.scan(code)
        except QutongError as error:
            # Of an unknown code the banner tells, with what to do: here is only its sound.
            is_told = error.code == "BARCODE_UNKNOWN" and bool(self.model.stranger)
            self.frame.say("" if is_told else self.words.error(error), Tone.BAD)
            return True
        found = self.model.in_hand
        if found is not None:
            pieces = formats.qty(found.qty_micro)
            text = self.words("counting.heard", name=found.goods.name, n=pieces)
            self.frame.say(text, Tone.GOOD)
        elif self.model.zone is not None:
            zone = self.model.zone.zone_name
            self.frame.say(self.words("counting.begun", zone=zone), Tone.GOOD)
        return True

    # pages

    def _make_zones(self) -> QWidget:
        words = self.words
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        self._sealed = Banner("", Tone.GOOD)
        self.zones = Table(
            self.frame,
            "counting_zones",
            [
                Column(
                    key="zone", title=words("counting.zone"), get=lambda one: one.zone_name,
                    stretches=True,
                ),
                Column(
                    key="number", title=words("counting.count"), get=lambda w: w.number, width=220,
                    kind=Kind.NUMBER,
                ),
                Column(key="kind", title=words("counting.kind"), get=self._kind, width=120),
                Column(key="state", title=words("counting.state"), get=self._state, width=160),
            ],
            empty=Empty("scan-barcode", words("counting.none"), words("counting.none_hint")),
            can_filter=False,
        )  # fmt: skip
        self.zones.activated.connect(self.model.open)
        layout.addWidget(self._sealed)
        layout.addWidget(label(words("counting.scan_label"), "strong"))
        layout.addWidget(self.zones, 1)
        return page

    def _make_sheet(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        self._zone = label("", "big")
        self._mode = pill("", Tone.ACCENT)
        self._again = pill(self.words("counting.recount"), Tone.WAITING)
        self._sum = label("", "muted")
        self._stranger = Banner("", Tone.BAD)
        layout.addWidget(row(self._zone, self._mode, self._again, None, self._sum))
        layout.addWidget(self._stranger)
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE_L)
        across.addWidget(self._make_hand())
        across.addWidget(self._make_lines(), 1)
        layout.addWidget(middle, 1)
        return page

    def _make_hand(self) -> QWidget:
        """The product in hand: picture, name, and the counter's own figure."""
        self._picture = GoodsPicture(self.frame, "", "", size=SMALL)
        self._name = label("", "title")
        self._name.setWordWrap(True)
        self._detail = label("", "muted")
        self._mine = label("", "total")
        self._mine_name = label(self.words("counting.mine"), "small")
        self._typed = label("", "big", tone=Tone.ACCENT)
        self._hint = label("", "muted")
        self._hint.setWordWrap(True)
        card = Card(
            self._picture, self._name, self._detail, self._mine_name, self._mine, self._typed,
            self._hint,
        )  # fmt: skip
        card.inside.addStretch(1)
        card.setFixedWidth(scaled(320))
        return card

    def _make_lines(self) -> QWidget:
        words = self.words
        columns = [
            Column(
                key="code", title=words("stock.code"), get=lambda f: f.goods.code, width=90,
                kind=Kind.CODE,
            ),
            Column(
                key="name", title=words("stock.name"), get=lambda f: f.goods.name, stretches=True
            ),
            Column(key="spec", title=words("stock.spec"), get=lambda f: f.goods.spec, width=100),
            Column(
                key="mine", title=words("counting.mine"), get=_own_figure, kind=Kind.QTY, width=110
            ),
            Column(key="unit", title=words("stock.unit"), get=lambda f: f.goods.unit, width=60),
            Column(
                key="book", title=words("counting.book"), kind=Kind.QTY, width=90,
                get=lambda f: self.model.book_micro(f.goods.product_id), is_shown=False,
            ),
            Column(
                key="difference", title=words("counting.difference"), kind=Kind.QTY, width=90,
                get=self._difference, is_shown=False,
                tone=lambda f: Tone.BAD if self._difference(f) else None,
            ),
        ]  # fmt: skip
        self.lines = Table(
            self.frame,
            "counting_lines",
            columns,
            empty=Empty("scan-barcode", words("counting.empty"), words("counting.empty_hint")),
            can_filter=False,
        )
        return self.lines

    # drawing

    def _draw(self) -> None:
        model = self.model
        if model.zone is None:
            self._draw_zones()
        else:
            self._draw_sheet(model.zone)
        self._pages.setCurrentIndex(0 if model.zone is None else 1)
        self.keys_changed()

    def _draw_zones(self) -> None:
        self.zones.set_rows(list(self.model.work))
        sealed = self.model.sealed
        self._sealed.say(self._sealed_text(sealed) if sealed else "", Tone.GOOD)

    def _draw_sheet(self, zone: Work) -> None:
        model, words = self.model, self.words
        self._zone.setText(zone.zone_name)
        self._mode.setText(words(f"count_mode.{zone.mode.value}"))
        self._again.setVisible(zone.is_recount)
        pieces = formats.qty(model.pieces_micro)
        text = words("counting.sum", lines=len(model.found), pieces=pieces, scans=model.scans)
        if model.unknown:
            text += " · " + words("counting.unknown_n", n=len(model.unknown))
        if model.photos:
            text += " · " + words("photo.title", n=model.photos)
        self._sum.setText(text)
        told = words("counting.stranger", code=model.stranger) if model.stranger else ""
        self._stranger.say(told, Tone.BAD)
        is_open = model.is_open_mode
        for place, column in enumerate(self.lines.rows.columns):
            if column.key in ("book", "difference"):
                self.lines.view.setColumnHidden(place, not is_open)
        self.lines.set_rows(model.lines)
        place = self.lines.rows.place_of(lambda one: one is model.in_hand)
        if place >= 0:
            self.lines.go_to(place)
        self._draw_hand(model.in_hand)

    def _draw_hand(self, found: Found | None) -> None:
        model, words = self.model, self.words
        name = found.goods.name if found else words("counting.nothing_in_hand")
        self._name.setText(name)
        self._picture.show_goods(found.goods.product_id if found else "", name)
        detail = (found.goods.code, found.goods.spec) if found else ()
        self._detail.setText(" · ".join(part for part in detail if part))
        self._mine_name.setVisible(found is not None)
        self._mine.setText(f"{formats.qty(found.qty_micro)} {found.goods.unit}" if found else "")
        typed = model.typed
        adds = typed and not typed.startswith("=") and not model.says_how_many
        shown = f"+{typed}" if adds else typed
        if typed.endswith(TIMES):
            shown = f"{typed.removesuffix(TIMES)} ×"
        self._typed.setText(shown)
        hint = "counting.empty_shelf" if model.is_empty_shelf and not found else "counting.hint"
        self._hint.setText(words(hint))

    def _kind(self, work: Work) -> str:
        mode = self.words(f"count_mode.{work.mode.value}")
        return self.words("counting.recount") if work.is_recount else mode

    def _state(self, work: Work) -> str:
        begun = sum(
            number
            for name, number in self.model.begun.items()
            if (name.count_id, name.zone_id, name.is_recount)
            == (work.count_id, work.zone_id, work.is_recount)
        )
        if begun:
            return self.words("counting.begun_n", n=begun)
        return self.words("counting.counted" if work.is_counted else "counting.waiting")

    def _difference(self, found: Found) -> int | None:
        book = self.model.book_micro(found.goods.product_id)
        return None if book is None else found.qty_micro - book

    def _sealed_text(self, sealed: Sealed) -> str:
        return self.words(
            "counting.sealed",
            zone=sealed.zone_name,
            lines=sealed.lines,
            pieces=formats.qty(sealed.pieces_micro),
            digest=sealed.digest,
        )

    def _focus(self) -> None:
        (self.zones if self.model.zone is None else self.lines).view.setFocus()

    # what keys do

    def _open_current(self) -> None:
        if self.zones.current is not None:
            self.model.open(self.zones.current)
            self._focus()

    def _enter(self) -> None:
        try:
            self.model.enter()
        except QutongError as error:
            self.frame.tell(error)
            return
        found = self.model.in_hand
        if found is not None and found in self.model.many:
            self.frame.say(many_text(self.words, found), Tone.WAITING)

    def _undo(self) -> None:
        if self.model.undo():
            self.frame.say(self.words("counting.undone"), Tone.PLAIN)

    def _find(self) -> None:
        self._once.start(self._find_goods)

    async def _find_goods(self) -> None:
        picked = await self.frame.ask(FindGoodsPanel(self.frame, self.model))
        if isinstance(picked, CountedGoods):
            try:
                self.model.pick(picked)
            except QutongError as error:
                self.frame.tell(error)

    def _note_unknown(self) -> None:
        self._once.start(self._ask_note)

    async def _ask_note(self) -> None:
        said = await self.frame.ask(unknown_panel(self.frame, self.model.stranger))
        if isinstance(said, Snap):
            self.model.note_unknown(said.note, said.data)

    def _close(self) -> None:
        self._once.start(self._ask_and_close)

    async def _ask_and_close(self) -> None:
        zone = self.model.zone
        if zone is None:
            return
        self.model.check_taken()
        title = self.words("counting.close_title", zone=zone.zone_name)
        if not await self.frame.ask(Question(self.words, title, questions(self.words, self.model))):
            return
        sealed = self.model.close()
        self._print(sealed)
        self.frame.say(self.words("counting.closed", zone=sealed.zone_name), Tone.GOOD)
        self._focus()

    def _print(self, sealed: Sealed) -> None:
        profile, person = PrinterProfile(), self.frame.person
        slip = zone_slip(
            ZoneSlip(
                shop=person.site_name,
                count_number=sealed.number,
                zone_name=sealed.zone_name,
                counter=person.name,
                started_at_us=sealed.started_at_us,
                sealed_at_us=sealed.sealed_at_us,
                zone=person.zone,
                lines=sealed.lines,
                pieces_micro=sealed.pieces_micro,
                digest=sealed.digest,
                round_number=2 if sealed.is_recount else 1,
            ),
            self.words,
            profile.roll,
        )
        title = f"{sealed.number} {sealed.zone_name}"
        self.frame.paper.receipt(encode(slip, profile), title)


def _own_figure(found: Found) -> int | None:
    return found.qty_micro if found.is_touched else None
