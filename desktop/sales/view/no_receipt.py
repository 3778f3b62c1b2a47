"""The panel for goods without a receipt: scan them, say why, F9 gives the cash back."""

from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.sales.model.no_receipt import GoodsLine, NoReceiptModel
from desktop.sales.model.returning import REASONS
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.selling import Sold
from desktop.sales.view.approval import approver_of
from desktop.sales.view.fingers import QuantityPanel
from desktop.sales.view.panels import StepsPanel
from desktop.sales.view.reasons import Reasons
from desktop.sales.view.returning import WITHOUT, ask_return
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import TARGET_TILL, Tone
from desktop.ui.widgets import Empty, label, row, set_tone
from desktop.words import formats
from shared.core.errors import QutongError

WIDTH, TABLE_PX = 860, 260


class NoReceiptPanel(Panel):
    """Closes with the return that was made (Sold), or with None."""

    confirm_keys = ("F9",)
    has_own_confirm = False

    def __init__(self, frame: Frame, first: str = "") -> None:
        super().__init__(frame.words("return.no_receipt_title"), width=WIDTH)
        self._once = Once(frame.tasks)
        self.frame, self.words = frame, frame.words
        self.model = NoReceiptModel(frame.desk, frame.person.currency)
        words = self.words
        self._gives = label("", "big")
        self._who = label("", "muted")
        self.table = Table(
            frame,
            "return.goods",
            [
                Column(key="code", title=words("till.code"), get=lambda one: one.goods.code,
                       kind=Kind.CODE, width=110),
                Column(key="name", title=words("till.goods"), get=lambda one: one.goods.name,
                       stretches=True),
                Column(key="price", title=words("till.unit_price"),
                       get=lambda one: one.goods.price_micro, kind=Kind.PRICE, width=96),
                Column(key="back", title=words("return.back"),
                       get=lambda one: one.goods.qty_micro, kind=Kind.QTY, width=80),
                Column(key="amount", title=words("return.gives"),
                       get=lambda one: one.amount_minor, kind=Kind.MONEY, width=110,
                       currency=frame.person.currency),
            ],
            empty=Empty("scan-barcode", words("return.scan_goods"), words("return.scan_hint")),
            can_filter=False,
            row_height=TARGET_TILL,
        )  # fmt: skip
        self.table.setFixedHeight(TABLE_PX)
        self._reasons = Reasons(words, self.model.choose_reason)
        self.body.addWidget(row(self._who, None, self._gives))
        self.body.addWidget(self.table)
        self.body.addWidget(self._reasons)
        self._said = label("", "muted")
        self._said.setWordWrap(True)
        self.body.addWidget(self._said)
        self._stop = self.model.watch(self.draw)
        if first:
            self.scanned(first)
        self.draw()

    def first_focus(self) -> QWidget:
        return self.table.view

    def key_actions(self) -> tuple[Action, ...]:
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
            Action(text="return.type_code", keys=("F2",), run=self._type),
            Action(text="till.quantity", keys=("F4",), run=self._quantity),
            Action(text="return.leave_out", keys=("Delete",), run=self._remove),
            Action(text="return.refund_cash", keys=("F9",), run=self._refund),
            *reasons,
        )

    def scanned(self, code: str) -> bool:
        try:
            self.table.go_to(self.model.scan(code))
        except QutongError as error:
            self.say(self.words.error(error), Tone.BAD)
        return True

    def close_with(self, answer: object) -> None:
        self._stop()
        super().close_with(answer)

    def draw(self) -> None:
        """Show the model as it is now."""
        model, words = self.model, self.words
        self.table.set_rows(model.lines)
        self._gives.setText(formats.signed_money(model.back_minor, self.frame.person.currency))
        needs = model.needs_approver
        self._who.setText(words("return.asks_approver" if needs else "return.in_cash"))
        self._reasons.mark(model.reason)
        self.say("", Tone.PLAIN)

    def say(self, text: str, tone: Tone) -> None:
        """Say something at the foot of the panel."""
        self._said.setText(text)
        self._said.setVisible(bool(text))
        set_tone(self._said, tone)

    def _current(self) -> GoodsLine | None:
        found = self.table.current
        return found if isinstance(found, GoodsLine) else None

    def _remove(self) -> None:
        if (line := self._current()) is not None:
            self.model.remove(line)

    def _type(self) -> None:
        panel = StepsPanel(
            self.frame,
            self.words("return.type_code"),
            (("till.code", ""),),
            lambda texts: self._typed(texts[0]),
        )
        self.frame.tasks.start(self.frame.ask(panel))  # type: ignore[arg-type]

    def _typed(self, code: str) -> None:
        self.table.go_to(self.model.scan(code))

    def _quantity(self) -> None:
        if (line := self._current()) is None:
            return
        panel = QuantityPanel(
            self.frame,
            line.goods.qty_micro,
            lambda texts: self.model.set_quantity(line, texts[0]),
            hint=line.goods.name,
        )
        self.frame.tasks.start(self.frame.ask(panel))  # type: ignore[arg-type]

    def _refund(self) -> None:
        try:
            self.model.check()
        except QutongError as error:
            self.say(self.words.error(error), Tone.BAD)
            return
        self._once.start(self._refund_now)

    async def _refund_now(self) -> None:
        approver_id = ""
        if self.model.needs_approver:
            amount = formats.signed_money(self.model.back_minor, self.frame.person.currency)
            why = self.words("approve.no_receipt", amount=amount)
            found = await approver_of(self.frame, "sale.approve", why)
            if found is None:
                return
            approver_id = found[0]
        try:
            done = await self.model.refund(approver_id)
        except QutongError as error:
            self.say(self.words.error(error), Tone.BAD)
            return
        self.close_with(done)


async def ask_return_or_goods(frame: Frame, till: TillModel, number: str) -> Sold | str:
    """F8: ``pay`` and ``scan`` as ``ask_return``; or the return that was made without a receipt."""
    answer = await ask_return(frame, till, number)
    if not answer.startswith(WITHOUT):
        return answer
    panel = NoReceiptPanel(frame, answer.removeprefix(WITHOUT))
    done = await frame.ask(panel)
    if not isinstance(done, Sold):
        return ""
    frame.say(frame.words("return.done", number=done.number), Tone.GOOD)
    till.tell_opened(panel.model.shift_opened)
    return done
