"""Money of channel accounts at head office: what came in, and guarantees that go back (M03)."""

from PySide6.QtWidgets import QWidget

from desktop.accounts.model.statement import StatementModel
from desktop.ui.actions import Action
from desktop.ui.editors import Choice, MoneyField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, form_row, label, row
from desktop.words import formats
from shared.accounts.rules import Purpose
from shared.core.errors import RuleViolation


class MoneyPanel(Panel):
    """Amount, what it is for, and the slip's number."""

    def __init__(self, frame: Frame, name: str, currency: str) -> None:
        words = frame.words
        super().__init__(words("money.title", name=name), width=520)
        self.amount = MoneyField(words("rebate.amount"), currency)
        self.purpose = Choice(
            words("money.purpose"),
            [(one.value, words(f"money.purpose.{one.value}")) for one in Purpose],
            value=Purpose.RECEIVABLE.value,
        )
        self.reference = Field(name=words("money.reference"))
        for key, field in (
            ("rebate.amount", self.amount),
            ("money.purpose", self.purpose),
            ("money.reference", self.reference),
        ):
            self.body.addWidget(form_row(words(key), field))
        done = button(words("money.do"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("invoice.back"), self.back), done))
        self.amount.returnPressed.connect(self.reference.setFocus)
        self.reference.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="money.do", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        return self.amount

    def _go(self) -> None:
        if not self.amount.value or self.amount.value < 0:
            self.amount.set_bad(True)
            self.amount.setFocus()
        else:
            reference = self.reference.text().strip()
            self.close_with((self.amount.value, self.purpose.value, reference))


class RefundPanel(Panel):
    """How much of a guarantee goes back, and why."""

    def __init__(self, frame: Frame, name: str, currency: str, held_minor: int) -> None:
        words = frame.words
        super().__init__(words("refund.title", name=name), width=520)
        self._held_minor = held_minor
        held = formats.money(held_minor, currency)
        self.body.addWidget(label(words("refund.held", amount=held), "strong"))
        self.amount = MoneyField(words("rebate.amount"), currency)
        self.amount.set_value(held_minor)
        self.reason = Field(name=words("rebate.reason"))
        self.body.addWidget(form_row(words("rebate.amount"), self.amount))
        self.body.addWidget(form_row(words("rebate.reason"), self.reason))
        self.body.addWidget(label(words("refund.two"), "muted"))
        done = button(words("refund.do"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("invoice.back"), self.back), done))
        self.amount.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="refund.do", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        self.amount.selectAll()
        return self.amount

    def _go(self) -> None:
        if not 0 < (self.amount.value or 0) <= self._held_minor:
            self.amount.set_bad(True)
            self.amount.setFocus()
        elif not self.reason.text().strip():
            self.reason.set_bad(True)
            self.reason.setFocus()
        else:
            self.close_with((self.amount.value, self.reason.text().strip()))


async def ask_money(frame: Frame, model: StatementModel) -> None:
    """Money of the account in front came in."""
    held = model.party
    if held is None:
        return
    typed = await frame.ask(MoneyPanel(frame, held.name, held.currency))
    if typed is None:
        return
    done = await model.take_money(*typed)
    amount = formats.signed_money(typed[0], held.currency)
    frame.say(frame.words("money.done", amount=amount, number=done.number), Tone.GOOD)


async def ask_refund(frame: Frame, model: StatementModel) -> None:
    """Pay a guarantee back; two others sign one after the other."""
    held = model.party
    if held is None:
        return
    typed = await frame.ask(RefundPanel(frame, held.name, held.currency, model.guarantee_minor()))
    if typed is None:
        return
    amount_minor, reason = typed
    amount = formats.signed_money(amount_minor, held.currency)
    what = frame.words("refund.to_approve", name=held.name, amount=amount)
    why = frame.words("approve.what", what=what, why=reason)
    signed: list[str] = []
    while len(signed) < 2:
        given = await frame.approve("account.adjust", why)
        if not given:
            return
        if str(given) in signed:
            raise RuleViolation("TWO_APPROVERS_NEEDED")
        signed.append(str(given))
    done = await model.pay_back(amount_minor, reason, (signed[0], signed[1]))
    frame.say(frame.words("refund.done", amount=amount, number=done.number), Tone.GOOD)
