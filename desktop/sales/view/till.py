"""The till: entry line, lines, the large total; keys in, sales out."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.sales.model.display import CustomerDisplay
from desktop.sales.model.payment import PaymentModel, refunds_in_doubt
from desktop.sales.model.rows import GiftOption, LinePart, Row, row_of_cursor, rows_of
from desktop.sales.model.till import TillModel
from desktop.sales.model.typed import counted, looks_like_code
from desktop.sales.usecases.basket import Line
from desktop.sales.usecases.keeping import HELD
from desktop.sales.usecases.payments import PaymentProvider
from desktop.sales.usecases.selling import Sold
from desktop.sales.view.basket import Totals
from desktop.sales.view.entry import Entry
from desktop.sales.view.house_line import HouseLine
from desktop.sales.view.lines import LINES_FONT, line_columns
from desktop.sales.view.payment import PaymentPanel
from desktop.sales.view.policies import Hint, ask_policies, has_policies, hint_of
from desktop.sales.view.questions import Questions
from desktop.sales.view.suggestions import Suggestions
from desktop.store.bus import Touched
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, TARGET_TILL, Tone, font
from desktop.ui.widgets import Banner, Empty, column, label, row
from desktop.words import formats
from shared.core.errors import QutongError, RuleViolation

PRICES_MS = 15_000
"""How often the prices of an open basket are looked at while nobody scans."""
QUIET_MS = 300


class TillScreen(Screen):
    """Takes the whole window; the entry line always has the focus."""

    takes_window = True

    def __init__(self, frame: Frame, provider: PaymentProvider | None = None) -> None:
        super().__init__(frame)
        self.provider = provider
        self._display = CustomerDisplay(frame.desk, frame.settings.get)
        """Takes customers' payment codes; None hides that way of paying."""
        self.model = TillModel(
            frame.desk, frame.person.currency, may_approve=frame.person.may("sale.approve")
        )
        self.ask = Questions(frame, self.model)
        self._rows: list[Row] = []
        self._paying = Once(frame.tasks)
        self.house = HouseLine(frame, self.model)
        self._build()
        self.until_gone(self.model.watch(self.draw))
        self.until_gone(frame.desk.watch(self._drafts_changed, "draft"))
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._look_at_prices)
        self._clock.start(PRICES_MS)
        self.until_gone(self.house.prices.watch(self.house.draw))
        self.watch(
            self._prices_changed,
            "price_version",
            "price_row",
            "own_price",
            "price_nudge",
            "label_print",
            "promotion_policy",
        )
        self.house.look()
        self.draw()

    def _build(self) -> None:
        words, person = self.words, self.frame.person
        self.entry = Entry(words("till.entry"))
        self.entry.entered.connect(self._entered)
        self.entry.textEdited.connect(self._typed)
        self.entry.moved.connect(self.model.move)
        self.entry.undone.connect(lambda: self._try(self.model.undo))
        self.banner = Banner()
        self.lines = Table(
            self.frame,
            "till.lines",
            line_columns(words, self.model),
            empty=Empty("scan-barcode", words("till.empty"), words("till.empty_hint")),
            can_filter=False,
            row_height=TARGET_TILL,
        )
        self.lines.view.setFont(font(LINES_FONT))
        self.lines.view.setFocusPolicy(self.banner.focusPolicy())
        self.lines.view.clicked.connect(lambda index: self._clicked(index.row()))
        self.lines.view.doubleClicked.connect(lambda index: self._pointed_twice(index.row()))
        self.lines.view.horizontalHeader().setSectionsClickable(False)
        GivingWay(self.lines, {"code": 620, "off": 560})
        self.totals = Totals(self.model, words, self._pay)
        place = " · ".join(part for part in (person.site_name, person.name) if part)
        head = row(label(words("screen.till"), "title"), None, label(place, "muted"))
        self.hint = Hint()
        left = column(
            head, self.house, self.entry, self.banner, self.lines, self.hint, spacing=SPACE_M
        )
        inner = left.layout()
        assert isinstance(inner, QVBoxLayout)
        inner.setStretch(4, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_L)
        layout.addWidget(left, 1)
        layout.addWidget(self.totals)
        self.suggestions = Suggestions(self.frame, self, self._take_suggested)

    # keys

    def key_actions(self) -> tuple[Action, ...]:
        has_line = self.model.is_on_line
        is_typing = bool(self.entry.text() or self.model.suggested)
        clear = Action(text="till.clear", keys=("Esc", "Escape"), run=self._clear, in_line=False)
        return (
            *((clear,) if is_typing else ()),
            Action(text="till.pay", keys=("F9",), run=self._pay, permission="sale.make"),
            Action(text="till.find", keys=("F2",), run=self._find),
            Action(text="till.member", keys=("F3",), run=self.ask.member),
            Action(text="till.quantity", keys=("F4",), run=self.ask.quantity, is_enabled=has_line),
            Action(
                text="till.discount",
                keys=("F6",),
                run=self.ask.discount,
                permission="sale.discount",
                is_enabled=has_line,
            ),
            Action(
                text="till.policies",
                keys=("F5",),
                run=self._policies,
                is_enabled=lambda: has_policies(self.model),
                in_line=False,
            ),
            Action(text="till.why", keys=("F7",), run=self.ask.why, is_enabled=has_line),
            Action(
                text="till.return",
                keys=("F8",),
                run=partial(self._start_return, ""),
                permission="sale.return",
            ),
            Action(text="till.hold", keys=("F11",), run=self.ask.hold),
            Action(text="till.more", keys=("F12",), run=self._more),
            Action(text="till.undo", keys=("Ctrl+Z",), run=lambda: self._try(self.model.undo)),
            Action(
                text="till.noted",
                keys=("Ctrl+B",),
                run=self.house.note,
                is_enabled=lambda: self.house.can_note,
                in_line=False,
            ),
            Action(
                text="till.delete",
                keys=("Ctrl+D",),
                run=lambda: self._try(self.model.delete_line),
                is_enabled=self.model.can_take_out,
            ),
            Action(
                text="till.price",
                keys=("Shift+F6",),
                run=self.ask.price,
                permission="sale.discount",
                is_enabled=has_line,
                in_line=False,
            ),
        )

    def shown(self, subject: str = "") -> None:
        self.model.check_prices()
        self.entry.setFocus()
        if self.provider is not None:
            self.frame.tasks.start(refunds_in_doubt(self.frame.desk, self.provider))
        if subject:
            self._start_return(subject)
        elif self.model.needs_shift():
            self._open_shift()

    def may_leave(self) -> bool:
        return self.model.may_leave()

    def scanned(self, code: str) -> bool:
        waiting, _rest = counted(self.entry.text()) if "*" in self.entry.text() else ("1", "")
        self.entry.clear()
        self.model.suggest([])
        self._take(code, waiting)
        return True

    def _drafts_changed(self, touched: Touched) -> None:
        if any(key.startswith(HELD) for key in touched.get("draft", ())):
            self.model.refresh_held()

    def draw(self) -> None:
        """Show the model as it is now."""
        notice = self.model.notice
        self._rows = rows_of(self.model)
        self.lines.set_rows(self._rows)
        cursor = row_of_cursor(self.model, self._rows)
        if cursor >= 0:
            self.lines.go_to(cursor)
        self.hint.say(hint_of(self.model, self.words))
        self.ask.mind_why()
        self.totals.draw(len(self.model.held))
        text = self.words(notice.key, **notice.values) if notice else ""
        self.banner.say(text, Tone(notice.tone) if notice else Tone.PLAIN)
        self._draw_suggestions()
        if self._display.wants_of(self.model.basket, self.model.total_minor, self.model.currency):
            self.frame.tasks.start(self._display.send())

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._draw_suggestions()

    def _prices_changed(self) -> None:
        # Rows arrive in bursts; looked at once when they are quiet, never in their way.
        self._clock.start(QUIET_MS)

    def _look_at_prices(self) -> None:
        self._clock.start(PRICES_MS)
        self.frame.tasks.start(self.model.look_at_prices())
        self.house.look()

    def _clicked(self, at: int) -> None:
        row = self._rows[at] if at < len(self._rows) else None
        if isinstance(row, GiftOption):
            self._try(lambda: self._pick(row.at))
        elif isinstance(row, LinePart):
            self.model.point(row.place)
        elif isinstance(row, Line):
            places = (at for at, line in enumerate(self.model.basket.lines) if line is row)
            self.model.point(next(places, self.model.basket.current))
        self.entry.setFocus()

    def _pointed_twice(self, at: int) -> None:
        """A double click asks how many of the line."""
        if isinstance(self._rows[at] if at < len(self._rows) else None, Line | LinePart):
            self.ask.quantity()

    def _pick(self, place: int = -1) -> None:
        if self.model.pick(place):
            self._beep()

    # goods

    def _typed(self, text: str) -> None:
        self.model.notice = None
        _quantity, rest = counted(text)
        if len(rest) > 1 and not (rest.isdigit() and len(rest) < 4):
            self.frame.tasks.start(self.model.search(rest))
        elif self.model.suggested:
            self.model.suggest([])

    def _entered(self, text: str) -> None:
        if not text.strip():
            self._try(self._pick)
            return
        self.frame.tasks.start(self._enter(text))

    async def _enter(self, text: str) -> None:
        quantity, code = counted(text)
        if not code:
            return
        if not looks_like_code(code) or not self.model.has_code(code):
            if not self.model.suggested:
                await self.model.search(code)
            if self.model.suggested:
                self.entry.clear()
                chosen = self.model.suggested[self.model.suggestion]
                self._try(lambda: self.model.take_found(chosen, quantity))
                return
        self.entry.clear()
        self.model.suggest([])
        self._take(code, quantity)

    def _take(self, code: str, quantity: str) -> None:
        try:
            if self._is_member(code):
                return
            self.model.scan(code, quantity)
        except RuleViolation as error:
            if error.code != "CODE_UNKNOWN":
                self.frame.tell(error)
            elif self.model.is_receipt(code):
                self._start_return(code)
            else:
                self.frame.tasks.start(self.ask.unknown(code, self._search_again))
        else:
            self._beep()

    def _beep(self) -> None:
        line = self.model.basket.line
        if line is not None:
            amount = formats.money(self.model.line_minor, self.model.currency)
            tone = Tone.WAITING if self.model.notice else Tone.GOOD
            self.frame.say(f"{line.name}   {amount}", tone)

    def _is_member(self, code: str) -> bool:
        found = self.model.member_of_card(code)
        if found is None:
            return False
        self.model.set_member(found.member_id, found.name)
        self.frame.say(self.words("till.member_is", name=found.name), Tone.GOOD)
        return True

    def _clear(self) -> None:
        self.entry.clear()
        self.model.suggest([])

    def _search_again(self, text: str) -> None:
        """What was typed stands there again, to be typed otherwise."""
        self.entry.setText(text)
        self._find()

    def _find(self) -> None:
        self.entry.let_names_in(is_on=True)
        self.entry.setFocus()
        self.entry.selectAll()
        self.model.say("till.find_hint")

    # money

    def _pay(self) -> None:
        self._paying.start(self._pay_basket)

    async def _pay_basket(self) -> None:
        if not self.model.may_pay():
            return
        self.frame.show_sheet(None, "")
        if not await self.house.may_sell() or not await self.ask.approve():
            return
        options, tenders = self.model.payment_options()
        panel = PaymentPanel(self.frame, PaymentModel(self.model, options, tenders, self.provider))
        sold = await self.frame.ask(panel)
        self.entry.setFocus()
        if isinstance(sold, Sold):
            key = "till.refund_made" if sold.total_minor < 0 else "till.sold"
            self.frame.say(self.words(key, number=sold.number), Tone.GOOD)
            self.frame.tasks.start(self._print(sold))

    async def _print(self, sold: Sold) -> None:
        job = await self.model.receipt_job(sold.uid, self.words, self.frame.settings.get)
        self.frame.paper.receipt(job, sold.number)

    # other work of the till

    def _start_return(self, number: str) -> None:
        from desktop.sales.view.no_receipt import ask_return_or_goods

        async def work() -> None:
            answer = await ask_return_or_goods(self.frame, self.model, number)
            if isinstance(answer, Sold):
                await self._print(answer)
            elif answer == "pay":
                await self._pay_basket()

        self.frame.tasks.start(work())

    def _policies(self) -> None:
        self.frame.tasks.start(ask_policies(self.frame, self.model))

    def _open_shift(self) -> None:
        from desktop.sales.view.shift_asking import ask_open_shift

        self.frame.tasks.start(ask_open_shift(self.frame))

    def _more(self) -> None:
        from desktop.sales.view.more import ask_more

        self.frame.tasks.start(ask_more(self.frame, self.model, self.provider, self.ask))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except QutongError as error:
            self.frame.tell(error)

    def _draw_suggestions(self) -> None:
        self.suggestions.show_under(self.entry, self.model.suggested, self.model.suggestion)

    def _take_suggested(self, chosen: Line) -> None:
        self.entry.clear()
        self._try(lambda: self.model.take_found(chosen))
        self.entry.setFocus()
