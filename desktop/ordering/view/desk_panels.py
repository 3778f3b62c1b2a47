"""What the order desk asks before it decides: the sum of it, a reason, a carrier."""

from datetime import date
from functools import partial
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from desktop.ordering.model.desk import REASONS, OrderDesk
from desktop.ordering.model.leaving import ToShip
from desktop.ui.actions import Action
from desktop.ui.editors import Choice, DayField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, column, form_row, label, row
from desktop.words import formats
from shared.core.clock import business_day
from shared.core.errors import RuleViolation


class Decision(NamedTuple):
    """A promised day ('' = none) and a note."""

    day: str
    note: str


class DecisionPanel(Panel):
    """How many lines are granted and cut, what it comes to, what is free after it."""

    def __init__(self, frame: Frame, model: OrderDesk) -> None:
        words = frame.words
        super().__init__(words("desk.accept" if model.can_decide else "desk.revise"), width=480)
        self._frame = frame
        cut = sum(1 for one in model.lines if one.is_cut)
        full = len(model.lines) - cut
        self.body.addWidget(label(words("desk.full_and_cut", full=full, cut=cut), "strong"))
        figures = words(
            "desk.comes_to",
            amount=formats.money(model.granted_minor),
            free=formats.money(model.free_after_minor),
        )
        tone = Tone.BAD if model.free_after_minor < 0 else Tone.PLAIN
        self.body.addWidget(label(figures, tone=tone))
        if model.free_after_minor < 0:
            self.body.addWidget(label(words("desk.over_credit"), tone=Tone.BAD))
        today = date.fromisoformat(business_day(frame.desk.now_us, frame.person.zone))
        self._day = DayField(words("desk.promised"), today, words=words, may_be_empty=True)
        if model.chosen is not None and model.chosen.requested_date:
            self._day.set_day(model.chosen.requested_date)
        self._note = Field(words("desk.note_hint"))
        self._note.entered.connect(lambda _text: self._take())
        if model.can_decide:
            self.body.addWidget(form_row(words("desk.promised"), row(self._day, None)))
        self.body.addWidget(form_row(words("desk.note"), self._note))
        done = button(words("desk.decide"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), done))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="desk.decide", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self._note

    def _take(self) -> None:
        try:
            day = self._day.checked()
        except RuleViolation as error:
            self._frame.tell(error)
            return
        self.close_with(Decision(day, self._note.text().strip()))


class Rejection(NamedTuple):
    """Why nothing is granted."""

    reason: str
    note: str


class RejectPanel(Panel):
    """A key per reason; a note when it needs more words."""

    def __init__(self, frame: Frame) -> None:
        words = frame.words
        super().__init__(words("desk.reject"), width=420)
        self._words = words
        self._note = Field(words("desk.note_hint"))
        parts = [
            button(
                f"{number}  {words(f'orders.reason.{reason}')}",
                partial(self._take, reason),
            )
            for number, reason in enumerate(REASONS, 1)
        ]
        self.body.addWidget(label(words("desk.reject_hint"), "muted"))
        self.body.addWidget(column(*parts, spacing=4))
        self.body.addWidget(form_row(words("desk.note"), self._note, width=60))

    def key_actions(self) -> tuple[Action, ...]:
        return tuple(
            Action(
                text=f"orders.reason.{reason}",
                keys=(str(number),),
                run=partial(self._take, reason),
                in_line=False,
            )
            for number, reason in enumerate(REASONS, 1)
        )

    def first_focus(self) -> QWidget:
        return self.findChildren(QWidget)[0]

    def _take(self, reason: str) -> None:
        self.close_with(Rejection(reason, self._note.text().strip()))


class Leaving(NamedTuple):
    """Where goods leave from, and by whom."""

    site_id: str
    carrier: str
    waybill: str


class ShipPanel(Panel):
    """How much leaves and what stays, from which site, by which carrier."""

    def __init__(self, frame: Frame, model: OrderDesk) -> None:
        words = frame.words
        super().__init__(words("desk.ship"), width=520)
        self._words, self._model = words, model
        self._site_names = dict(model.sites)
        self._site = Choice(words("desk.from_site"), model.sites, value=model.best_site)
        self._site.picked.connect(lambda _one: self._show_going())
        self._leaves = label("", "strong")
        self._leaves.setWordWrap(True)
        if model.chosen is not None:
            named = f"{model.account_name} · {formats.short_number(model.chosen.number)}"
            self.body.addWidget(label(named, "muted"))
        self.body.addWidget(self._leaves)
        for key, tone, params in _staying(model.to_ship(self._site.value)):
            told = label(words(key, **params), tone=tone)
            told.setWordWrap(True)
            self.body.addWidget(told)
        self._lacks = label("", tone=Tone.BAD)
        self._lacks.setWordWrap(True)
        self.body.addWidget(self._lacks)
        self._show_going()
        self._carrier = Field(words("desk.carrier_hint"))
        self._waybill = Field(words("desk.waybill_hint"))
        self._waybill.entered.connect(lambda _text: self._take())
        self.body.addWidget(form_row(words("desk.from_site"), self._site))
        self.body.addWidget(form_row(words("desk.carrier"), self._carrier))
        self.body.addWidget(form_row(words("desk.waybill"), self._waybill))
        done = button(words("desk.ship_all"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), done))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="desk.ship_all", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self._carrier

    def _show_going(self) -> None:
        site = self._site.value
        going = self._model.to_ship(site)
        told = self._words(
            "desk.leaves",
            site=self._site_names.get(site, site),
            n=going.lines,
            qty=formats.qty(going.qty_micro),
        )
        self._leaves.setText(told)
        lacks = formats.qty(going.short_micro)
        self._lacks.setVisible(bool(going.short_micro))
        self._lacks.setText(self._words("desk.ships_short", n=going.short_lines, qty=lacks))

    def _take(self) -> None:
        self.close_with(
            Leaving(self._site.value, self._carrier.text().strip(), self._waybill.text().strip())
        )


def _staying(going: ToShip) -> list[tuple[str, Tone, dict[str, str | int]]]:
    """What is said below what leaves, whichever site it leaves: key, tone, parameters."""
    found: list[tuple[str, Tone, dict[str, str | int]]] = [("desk.nothing_open", Tone.PLAIN, {})]
    if going.gone_micro:
        found.append(("desk.gone_before", Tone.PLAIN, {"qty": formats.qty(going.gone_micro)}))
    if going.refused_micro:
        qty = formats.qty(going.refused_micro)
        found.append(("desk.not_granted", Tone.WAITING, {"n": going.refused_lines, "qty": qty}))
    return found
