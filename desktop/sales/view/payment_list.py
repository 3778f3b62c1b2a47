"""付款码 payments of this device: what became of each, and giving back what stands in no sale."""

from PySide6.QtWidgets import QWidget

from desktop.sales.usecases.payments import (
    Payment,
    PaymentProvider,
    PaymentState,
    give_back,
    last_payments,
    look_again,
)
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.question import Question
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import Tone
from desktop.ui.widgets import Empty, label
from desktop.words import formats

WIDTH, HEIGHT = 780, 340


class PaymentListPanel(Panel):
    """The last payments, the latest first."""

    def __init__(self, frame: Frame, provider: PaymentProvider) -> None:
        words, person = frame.words, frame.person
        super().__init__(words("payments.title"), width=WIDTH)
        self._frame, self._provider = frame, provider
        self.table = Table(
            frame,
            "payments",
            [
                Column(key="at", title=words("sales.at"), get=lambda one: one[1],
                       kind=Kind.INSTANT, zone=person.zone, width=150),
                Column(key="wallet", title=words("payments.wallet"),
                       get=lambda one: words.of("wallet", one[0].wallet), stretches=True),
                Column(key="amount", title=words("payments.amount"),
                       get=lambda one: one[0].amount_minor, kind=Kind.MONEY, width=110,
                       currency=person.currency),
                Column(key="state", title=words("payments.state"), get=self._state, width=150,
                       tone=self._tone),
            ],
            empty=Empty("qr-code", words("payments.none")),
            can_filter=False,
        )  # fmt: skip
        self.table.setFixedHeight(HEIGHT)
        self.body.addWidget(self.table)
        hint = label(words("payments.hint"), "muted")
        hint.setWordWrap(True)
        self.body.addWidget(hint)
        self._load()

    def first_focus(self) -> QWidget:
        return self.table.view

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="payments.look", keys=("F5",), run=self._look),
            Action(
                text="payments.give_back",
                keys=("F8",),
                run=self._give_back,
                is_enabled=lambda: self._loose() is not None,
                permission="sale.return",
            ),
        )

    def _load(self) -> None:
        self.table.set_rows(self._frame.desk.read(last_payments))

    def _current(self) -> Payment | None:
        found = self.table.current
        return found[0] if isinstance(found, tuple) else None

    def _loose(self) -> Payment | None:
        """The payment in front, when it took money and stands in no sale."""
        one = self._current()
        if one is None or one.is_used or one.amount_minor <= 0:
            return None
        return one if one.state in (PaymentState.PAID, PaymentState.WAITING) else None

    def _state(self, row: tuple[Payment, int]) -> str:
        one = row[0]
        key = "used" if one.is_used else one.state.value
        if one.refund_of:
            key = f"back_{key}"
        return self._frame.words(f"payments.{key}")

    def _tone(self, row: tuple[Payment, int]) -> Tone | None:
        one = row[0]
        is_open = one.state in (PaymentState.PAID, PaymentState.WAITING)
        return Tone.WAITING if is_open and not one.is_used else None

    def _look(self) -> None:
        self._frame.tasks.start(self._look_now())

    async def _look_now(self) -> None:
        one = self._current()
        if one is not None:
            desk = self._frame.desk
            await desk.work(look_again, desk.store, self._provider, one.reference)
            self._load()

    def _give_back(self) -> None:
        self._frame.tasks.start(self._ask_give_back())

    async def _ask_give_back(self) -> None:
        one, frame = self._loose(), self._frame
        if one is None:
            return
        amount = formats.signed_money(one.amount_minor, one.currency)
        said = [(frame.words("payments.ask", amount=amount), Tone.PLAIN)]
        if not await frame.ask(Question(frame.words, frame.words("payments.give_back"), said)):
            return
        done = await frame.desk.work(give_back, frame.desk.store, self._provider, one.reference)
        self._load()
        is_open = done.state is PaymentState.WAITING
        key = "payments.still_waiting" if is_open else "payments.given_back"
        frame.say(frame.words(key, amount=amount), Tone.WAITING if is_open else Tone.GOOD)
