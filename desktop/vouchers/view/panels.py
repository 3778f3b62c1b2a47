"""What head office says of points and coupons before another person approves."""

from datetime import date, timedelta
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.ui.actions import Action
from desktop.ui.editors import Choice, DayField, MoneyField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import scaled
from desktop.ui.widgets import Field, button, form_row, label, row
from desktop.vouchers.model.offers import Offers, named_in
from desktop.vouchers.usecases.offering import Batch
from shared.core.clock import instant_of_local_iso
from shared.core.errors import QutongError, RuleViolation
from shared.vouchers.rules import COUPONS_MAX, OnReturn, Policy, Rates, check_rates

_NAMES = 130
_USUAL_DAYS = 30
"""How long a batch is proposed to be good."""


class Wanted(NamedTuple):
    """A rule somebody asks for; without figures it ends what holds."""

    rates: Rates
    from_us: int
    reason: str
    is_ended: bool


class RulePanel(Panel):
    """So many points per amount, so much for so many points, from a day on."""

    def __init__(self, frame: Frame, model: Offers, today: date) -> None:
        words = frame.words
        super().__init__(words("offers.rule"), width=640)
        self._frame = frame
        rates = model.proposed
        self._earn = Field(name=words("offers.earn_points"), text=str(rates.earn_points))
        self._per = MoneyField(words("offers.earn_per"), model.currency)
        self._per.set_value(rates.earn_per_minor)
        self._points = Field(name=words("offers.worth_points"), text=str(rates.worth_points))
        self._worth = MoneyField(words("offers.worth"), model.currency)
        self._worth.set_value(rates.worth_minor)
        self._day = DayField(words("offers.from"), today, words=words, may_be_empty=True)
        self._reason = Field(name=words("offers.reason"))
        self._reason.entered.connect(lambda _text: self._take())
        for field in (self._earn, self._per, self._points, self._worth):
            field.setFixedWidth(scaled(90))
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
        earn = row(
            label(words("offers.per")), self._per, label(words("offers.gives")), self._earn,
            label(words("offers.points")), None,
        )  # fmt: skip
        worth = row(self._points, label(words("offers.points_pay")), self._worth, None)
        for key, shown in (
            ("offers.earning", earn),
            ("offers.spending", worth),
            ("offers.from", row(self._day, label(words("offers.from_hint"), "small"), None)),
            ("offers.reason", self._reason),
        ):
            self.body.addWidget(form_row(words(key), shown, width=_NAMES))
        told = label(words("offers.rule_hint"), "small")
        told.setWordWrap(True)
        self.body.addWidget(told)
        go_on = button(words("offers.to_approval"), self._take, kind="primary")
        end = button(words("offers.end"), self._end)
        if model.rule is None:
            end.hide()
        self.body.addWidget(row(end, None, go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="offers.to_approval", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self._per

    def _take(self) -> None:
        self._close(is_ended=False)

    def _end(self) -> None:
        self._close(is_ended=True)

    def _close(self, *, is_ended: bool) -> None:
        rates = Rates(
            earn_points=_number(self._earn),
            earn_per_minor=self._per.value or 0,
            worth_points=_number(self._points),
            worth_minor=self._worth.value or 0,
        )
        try:
            if not is_ended:
                check_rates(rates)
            day = self._day.checked()
        except RuleViolation as error:
            self._frame.tell(error)
            return
        from_us = _start_us(day, self._frame.person.zone)
        self.close_with(Wanted(rates, from_us, self._reason.text().strip(), is_ended))


class BatchPanel(Panel):
    """Name, value, from when to when, for whom, and what a till without a line does."""

    def __init__(self, frame: Frame, model: Offers, today: date) -> None:
        words = frame.words
        super().__init__(words("offers.new_batch"), width=600)
        self._frame, self._currency = frame, model.currency
        self._name = Field(name=words("offers.name"))
        self._value = MoneyField(words("offers.value"), model.currency)
        self._least = MoneyField(words("offers.least"), model.currency)
        self._least.set_value(0)
        self._from = DayField(words("offers.from"), today, words=words)
        self._until = DayField(words("offers.until"), today, words=words)
        self._until.set_day((today + timedelta(days=_USUAL_DAYS)).isoformat())
        self._count = Field(name=words("offers.count"), text="100")
        self._members = Field(words("offers.members_hint"), name=words("offers.members"))
        self._policy = Choice(
            words("offers.policy"),
            [(one.value, words(f"offers.{one.value}")) for one in Policy],
            value=Policy.STRICT.value,
        )
        self._on_return = Choice(
            words("offers.on_return"),
            [(one.value, words(f"offers.{one.value}")) for one in OnReturn],
            value=OnReturn.LOST.value,
        )
        self._reason = Field(name=words("offers.reason"))
        self._reason.entered.connect(lambda _text: self._take())
        for field in (self._value, self._least, self._count):
            field.setFixedWidth(scaled(110))
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
        least = row(self._value, label(words("offers.least")), self._least, None)
        days = row(self._from, label("–"), self._until, None)
        for key, shown in (
            ("offers.name", self._name),
            ("offers.value", least),
            ("offers.valid", days),
            ("offers.count", row(self._count, None)),
            ("offers.members", self._members),
            ("offers.policy", self._policy),
            ("offers.on_return", self._on_return),
            ("offers.reason", self._reason),
        ):
            self.body.addWidget(form_row(words(key), shown, width=_NAMES))
        told = label(words("offers.batch_hint"), "small")
        told.setWordWrap(True)
        self.body.addWidget(told)
        go_on = button(words("offers.to_approval"), self._take, kind="primary")
        self.body.addWidget(row(None, go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="offers.to_approval", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self._name

    def _take(self) -> None:
        try:
            self.close_with(self._batch())
        except QutongError as error:
            self._frame.tell(error)

    def _batch(self) -> Batch:
        zone = self._frame.person.zone
        members = named_in(self._members.text())
        made = Batch(
            name=self._name.text().strip(),
            currency=self._currency,
            value_minor=self._value.value or 0,
            least_minor=self._least.value or 0,
            from_us=_start_us(self._from.checked(), zone),
            until_us=_start_us(self._until.checked(), zone) + _DAY_US,
            policy=Policy(self._policy.value),
            on_return=OnReturn(self._on_return.value),
            count=_number(self._count),
            members=members,
            reason=self._reason.text().strip(),
        )
        wrong = [
            (self._name, "name", not made.name),
            (self._value, "value", made.value_minor <= 0),
            (self._until, "until", made.from_us >= made.until_us),
            (self._count, "count", not members and not 0 < made.count <= COUPONS_MAX),
        ]
        for field, name, is_wrong in wrong:
            if is_wrong:
                field.setFocus()
                key = self._frame.words(f"offers.{name}")
                raise RuleViolation("COUPON_BATCH_BAD", field=key, most=COUPONS_MAX)
        return made


_DAY_US = 86_400_000_000


def _start_us(day: str, zone: str) -> int:
    """The first instant of a day; 0 = at once."""
    return instant_of_local_iso(f"{day}T00:00", zone) if day else 0


def _number(field: Field) -> int:
    text = field.text().strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
