"""The return panel (F8): the sale, its lines, the reason; F9 refunds, Enter goes on scanning."""

from functools import partial

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QWidget

from desktop.sales.model.returning import REASONS, ReturnModel
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.coming_back import SoldLine
from desktop.sales.view.entry import Entry
from desktop.sales.view.fingers import QuantityPanel
from desktop.sales.view.reasons import Reasons
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import TARGET_TILL, Tone
from desktop.ui.widgets import Empty, column, label, row, set_tone
from desktop.words import formats
from shared.core.errors import QutongError

_WIDTH = 860
WITHOUT = "without:"
"""The answer that goods come back without a receipt, with the code that was scanned."""


class ReturnPanel(Panel):
    """Closes with ``pay`` or ``scan`` once the return stands in the basket."""

    confirm_keys = ("F9", "Return")
    has_own_confirm = False

    def __init__(self, frame: Frame, till: TillModel) -> None:
        super().__init__(frame.words("return.title"), width=_WIDTH)
        self.frame, self.till, self.words = frame, till, frame.words
        self.model = ReturnModel(
            frame.desk,
            frame.person.site_id,
            # Who has no list of the shop's sales has none here, either.
            sees_sales="sales" in frame.screens,
        )
        self._first = self._sales_step()
        self._second = self._lines_step()
        self.body.addWidget(self._first)
        self.body.addWidget(self._second)
        self._said = label("", "muted")
        self._said.setWordWrap(True)
        self.body.addWidget(self._said)
        self._stop = self.model.watch(self.draw)
        self.draw()

    def _sales_step(self) -> QWidget:
        words, person = self.words, self.frame.person
        self.asked = Entry(words("return.asked"))
        self.asked.entered.connect(self._entered)
        self.asked.textEdited.connect(self._filter)
        self.asked.moved.connect(self._moved)
        self.sales = Table(
            self.frame,
            "return.sales",
            [
                Column(
                    key="at",
                    title=words("sales.at"),
                    get=lambda one: one.happened_at_us,
                    kind=Kind.INSTANT,
                    zone=person.zone,
                    width=150,
                ),
                Column(key="number", title=words("sales.number"), get=lambda one: one.number,
                       kind=Kind.NUMBER, stretches=True),
                Column(key="pieces", title=words("sales.pieces"), get=lambda one: one.units_micro,
                       kind=Kind.QTY, width=90),
                Column(key="total", title=words("sales.total"), get=lambda one: one.total_minor,
                       kind=Kind.MONEY, currency=person.currency, width=120),
            ],
            empty=Empty("receipt", words("return.none_today")),
            can_filter=False,
            row_height=TARGET_TILL,
        )  # fmt: skip
        self.sales.setMinimumHeight(300)
        self.sales.activated.connect(lambda one: self.find_sale(one.number))
        self.sales.set_rows(self.model.sales_of_today())
        if not self.model.sees_sales:
            self.sales.hide()
        return column(self.asked, self.sales)

    def _lines_step(self) -> QWidget:
        words, marked = self.words, self.model.marked_of
        self.lines = Table(
            self.frame,
            "return.lines",
            [
                Column(key="mark", title="", get=lambda one: "☑" if marked(one) else "☐",
                       width=40),
                Column(key="name", title=words("till.goods"), get=self._line_name,
                       stretches=True, tone=self._line_tone),
                Column(key="price", title=words("till.unit_price"),
                       get=lambda one: one.price_micro, kind=Kind.PRICE, width=96),
                Column(key="sold", title=words("return.sold"), get=lambda one: one.qty_micro,
                       kind=Kind.QTY, width=80),
                Column(key="left", title=words("return.left"), get=lambda one: one.left_micro,
                       kind=Kind.QTY, width=80),
                Column(key="back", title=words("return.back"),
                       get=lambda one: marked(one) or None, kind=Kind.QTY, width=80,
                       tone=lambda _one: Tone.BAD),
            ],
            can_filter=False,
            row_height=TARGET_TILL,
        )  # fmt: skip
        self.lines.setMinimumHeight(320)
        self.lines.activated.connect(lambda _one: self._go_on())
        self._number, self._gives = label("", "muted"), label("", "big")
        self.lines.view.clicked.connect(self._clicked)
        self._reasons = Reasons(words, self.model.choose_reason)
        return column(
            row(self._number, None, self._gives),
            self.lines,
            self._reasons,
        )

    def _line_name(self, one: SoldLine) -> str:
        """Gifts say so, and whether they are due or stay."""
        if self.model.is_kept(one):
            return self.words("return.gift_kept", name=one.name)
        if one.line_no in self.model.due:
            return self.words("return.gift_due", name=one.name)
        return self.words("return.gift", name=one.name) if one.is_gift else one.name

    def _line_tone(self, one: SoldLine) -> Tone | None:
        return Tone.WAITING if one.line_no in self.model.due else None

    # keys

    def first_focus(self) -> QWidget:
        return self.lines.view if self.model.sale else self.asked

    def key_actions(self) -> tuple[Action, ...]:
        if self.model.sale is None:
            take = Action(text="return.choose", keys=("Return",), run=self._take_current)
            bare = Action(text="return.without", keys=("F2",), run=self._without)
            return (take, bare)
        reasons = tuple(
            Action(
                text=f"return.reason.{reason}",
                keys=(str(place),),
                run=partial(self.model.choose_reason, place),
                in_line=False,
            )
            for place, reason in enumerate(REASONS, start=1)
        )
        return (
            Action(text="return.mark", keys=("Space",), run=self._toggle),
            Action(text="return.mark_all", keys=("A",), run=self.model.mark_all),
            Action(text="till.quantity", keys=("F4",), run=self._quantity),
            Action(text="return.refund", keys=("F9",), run=partial(self._close, "pay")),
            Action(text="return.exchange", keys=("Return",), run=self._go_on),
            *reasons,
        )

    def scanned(self, code: str) -> bool:
        if self.model.sale is None:
            if not self.model.is_sale(code) and self.model.is_goods(code):
                # No receipt was scanned but goods: they come back without one.
                self.close_with(f"{WITHOUT}{code}")
            else:
                self.find_sale(code)
        elif not self.model.scan(code):
            self.say(self.words("return.not_of_it", code=code), Tone.WAITING)
        return True

    def back(self) -> None:
        if self.model.sale is not None:
            self.model.sale, self.model.back = None, None
            self.model.changed()
            self.asked.setFocus()
        else:
            super().back()

    def close_with(self, answer: object) -> None:
        self._stop()
        super().close_with(answer)

    # acts

    def find_sale(self, name: str) -> None:
        """Show the sale of a number or receipt."""
        try:
            self.model.find(name)
        except QutongError as error:
            self.say(self.words.error(error), Tone.BAD)
            return
        self.lines.go_to(0)
        self.lines.view.setFocus()
        redraw = getattr(self.window(), "show_keys", None)
        if redraw is not None:
            redraw()

    def _entered(self, text: str) -> None:
        if self.sales.rows.shown and self.sales.current is not None:
            self.find_sale(self.sales.current.number)
        elif text.strip():
            self.find_sale(text)

    def _filter(self, text: str) -> None:
        self.sales.rows.set_filter(text)

    def _moved(self, by: int) -> None:
        shown = len(self.sales.rows.shown)
        if shown:
            at = self.sales.view.currentIndex().row()
            self.sales.go_to(max(0, min(at + by, shown - 1)))

    def _without(self) -> None:
        self.close_with(WITHOUT)

    def _take_current(self) -> None:
        self._entered(self.asked.text())

    def _clicked(self, index: QModelIndex) -> None:
        """A click on the box marks the line, as Space does."""
        if index.column() == 0:
            self._toggle()

    def _toggle(self) -> None:
        if self.lines.current is not None:
            self.model.toggle(self.lines.current)

    def _quantity(self) -> None:
        line = self.lines.current
        if line is not None:
            panel = QuantityPanel(
                self.frame,
                line.left_micro,
                lambda texts: self.model.set_quantity(line, texts[0]),
                hint=line.name,
            )
            self.frame.tasks.start(self.frame.ask(panel))  # type: ignore[arg-type]

    def _go_on(self) -> None:
        self._close("scan")

    def _close(self, answer: str) -> None:
        try:
            self.till.take_back(self.model.made())
        except QutongError as error:
            self.say(self.words.error(error), Tone.BAD)
        else:
            self.close_with(answer)

    # drawing

    def draw(self) -> None:
        """Show the model as it is now."""
        sale, model = self.model.sale, self.model
        self._first.setVisible(sale is None)
        self._second.setVisible(sale is not None)
        due = self.words("return.gifts_due") if model.due else ""
        hint = "return.hint" if model.sees_sales else "return.hint_receipt"
        self.say(due if sale else self.words(hint), Tone.WAITING if due else Tone.PLAIN)
        if sale is None:
            return
        person = self.frame.person
        at = formats.instant(sale.happened_at_us, person.zone)
        paid = "  ".join(
            f"{self.words.of('tender', tender)} {formats.money(minor, person.currency)}"
            for tender, minor in sale.paid
        )
        self._number.setText(f"{sale.number} · {at} · {paid}")
        self.lines.set_rows(model.lines)
        gives = model.back.back_minor if model.back else 0
        self._gives.setText(formats.signed_money(gives, person.currency))
        self._reasons.mark(model.reason)

    def say(self, text: str, tone: Tone) -> None:
        """Say something at the foot of the panel."""
        self._said.setText(text)
        self._said.setVisible(bool(text))
        set_tone(self._said, tone)


async def ask_return(frame: Frame, till: TillModel, number: str) -> str:
    """``pay``: refund now; ``scan``: go on in the basket; ``without:`` and a code: goods come back
    without a receipt; '' = nothing came back."""
    panel = ReturnPanel(frame, till)
    if number:
        panel.find_sale(number)
    answer = await frame.ask(panel)
    return str(answer or "")
