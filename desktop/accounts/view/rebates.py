"""The rebates of an account as a list, and head office granting one."""

from datetime import date
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from desktop.accounts.model.rebates import RebateModel
from desktop.ui.actions import Action
from desktop.ui.editors import Choice, DayField, MoneyField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Empty, Field, button, figure, form_row, label, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.accounts.queries import RebateView
from shared.accounts.rules import RebateForm
from shared.core.errors import RuleViolation

_LIST_HEIGHT = 250
_APART = 32


class RebatesPanel(Panel):
    """What was granted, spent and is left, the newest first; N grants one at head office."""

    def __init__(self, frame: Frame, model: RebateModel, name: str, *, may_grant: bool) -> None:
        words = frame.words
        super().__init__(words("rebate.title", name=name), width=900)
        self.frame, self.model, self._may_grant = frame, model, may_grant
        money = [
            figure(words(f"rebate.{key}"), formats.money(minor, model.currency))
            for key, minor in (
                ("usable", model.usable_minor),
                ("granted", model.granted_minor),
                ("spent", model.spent_minor),
                ("lapsed", model.lapsed_minor),
            )
        ]
        self.body.addWidget(
            row(money[0], _APART, money[1], _APART, money[2], _APART, money[3], None)
        )
        self.table = Table(
            frame,
            "rebates",
            _columns(words, model),
            empty=Empty("wallet", words("rebate.none"), words("rebate.none_hint")),
            can_filter=False,
        )
        self.table.setFixedHeight(scaled(_LIST_HEIGHT))
        self.table.set_rows(model.rows)
        self.body.addWidget(self.table)
        if may_grant:
            grant = button(words("rebate.grant_key"), self._grant, kind="primary")
            self.body.addWidget(row(None, grant))

    def key_actions(self) -> tuple[Action, ...]:
        if not self._may_grant:
            return ()
        return (Action(text="rebate.grant", keys=("N",), run=self._grant),)

    def first_focus(self) -> QWidget | None:
        return self.table.view

    def _grant(self) -> None:
        self.close_with(True)


def _columns(words: Words, model: RebateModel) -> list[Column]:
    return [
        Column(key="day", title=words("rebate.day"), get=lambda one: one.day, width=100),
        Column(
            key="reason",
            title=words("rebate.reason"),
            get=lambda one: one.reason,
            stretches=True,
        ),
        Column(
            key="form",
            title=words("rebate.form"),
            get=lambda one: words.of("rebate.form", one.form),
            width=124,
        ),
        Column(
            key="until",
            title=words("rebate.until"),
            get=lambda one: one.valid_until or words("rebate.no_end"),
            width=108,
            tone=lambda one: None if one.is_usable else Tone.BAD,
        ),
        *(
            Column(
                key=key,
                title=words(f"rebate.{key}"),
                get=get,
                kind=Kind.MONEY,
                width=108,
                currency=model.currency,
                has_total=True,
                tone=_left_tone if key == "left" else None,
            )
            for key, get in (
                ("granted", lambda one: one.granted_minor),
                ("spent", lambda one: one.spent_minor or None),
                ("left", lambda one: one.left_minor),
            )
        ),
    ]


def _left_tone(one: RebateView) -> Tone | None:
    return Tone.GOOD if one.is_usable and one.left_minor else None


class Granted(NamedTuple):
    """What was typed of a rebate."""

    amount_minor: int
    reason: str
    form: str
    valid_until: str


class GrantPanel(Panel):
    """Amount, reason, form and last day of a rebate."""

    def __init__(self, frame: Frame, model: RebateModel, name: str) -> None:
        words = frame.words
        super().__init__(words("rebate.grant_title", name=name), width=520)
        self.amount = MoneyField(words("rebate.amount"), model.currency)
        self.amount.setPlaceholderText(words("rebate.amount_hint"))
        self.reason = Field(words("rebate.reason_hint"))
        self.form = Choice(
            words("rebate.form"),
            [(one.value, words(f"rebate.form.{one.value}")) for one in RebateForm],
            value=RebateForm.NOTE.value,
        )
        self._frame = frame
        today = date.fromisoformat(model.today)
        self.until = DayField(words("rebate.until"), today, words=words, may_be_empty=True)
        for key, field in (
            ("rebate.amount", self.amount),
            ("rebate.reason", self.reason),
            ("rebate.form", self.form),
            ("rebate.until", row(self.until, label(words("rebate.until_hint"), "small"), None)),
        ):
            self.body.addWidget(form_row(words(key), field))
        if model.needs_approver:
            told = label(words("rebate.second_person"), "muted")
            told.setWordWrap(True)
            self.body.addWidget(told)
        done = button(words("rebate.grant_do"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("invoice.back"), self.back), done))
        self.amount.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self.until.setFocus)
        self.until.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="rebate.grant_do", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        return self.amount

    def _go(self) -> None:
        if not self.amount.value:
            self.amount.set_bad(True)
            self.amount.setFocus()
        elif not self.reason.text().strip():
            self.reason.set_bad(True)
            self.reason.setFocus()
        else:
            try:
                until = self.until.checked()
            except RuleViolation as error:
                self._frame.tell(error)
                return
            self.close_with(
                Granted(self.amount.value, self.reason.text().strip(), self.form.value, until)
            )


async def ask_rebates(frame: Frame, model: RebateModel, name: str) -> None:
    """Show an account's rebates; at head office each that is granted is shown at once."""
    may_grant = frame.person.device_type == "hq" and frame.person.may("account.adjust")
    while await frame.ask(RebatesPanel(frame, model, name, may_grant=may_grant)):
        typed = await frame.ask(GrantPanel(frame, model, name))
        if typed is None:
            continue
        approver = ""
        if model.needs_approver:
            amount = formats.signed_money(typed.amount_minor, model.currency)
            what = frame.words("rebate.to_approve", name=name, amount=amount)
            why = frame.words("approve.what", what=what, why=typed.reason)
            given = await frame.approve("account.adjust", why)
            if not given:
                continue
            approver = str(given)
        done = await model.grant(
            typed.amount_minor,
            typed.reason,
            form=typed.form,
            valid_until=typed.valid_until,
            approver_id=approver,
        )
        amount = formats.signed_money(typed.amount_minor, model.currency)
        said = frame.words("rebate.granted_told", amount=amount, name=name, number=done.number)
        frame.say(said, Tone.GOOD)
