"""The panel that finds a member at the till (F3), or takes one up."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.members.model import MembersModel
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column
from desktop.ui.table.table import Table
from desktop.ui.theme import TARGET_TILL, Tone
from desktop.ui.widgets import Field, label, set_tone
from shared.core.errors import QutongError
from shared.members.queries import MemberView
from shared.members.rules import masked_phone


class MemberPanel(Panel):
    """Closes with a MemberView. Digits, Enter; several: arrows, Enter; none: N, name, phone."""

    def __init__(self, frame: Frame, *, is_new: bool = False) -> None:
        super().__init__(frame.words("member.new" if is_new else "member.find"), width=520)
        self._frame, self._words = frame, frame.words
        self._model = MembersModel(frame.desk, frame.person.site_id)
        self._field = _field(frame, "member.asked")
        self._field.entered.connect(self._look)
        self.body.addWidget(self._field)
        self._table = Table(
            frame, "member.found", member_columns(frame), can_filter=False, row_height=TARGET_TILL
        )
        self._table.setMinimumHeight(240)
        self._table.activated.connect(self.close_with)
        self._table.setVisible(False)
        self.body.addWidget(self._table)
        self._name, self._phone = _field(frame, "member.name"), _field(frame, "member.phone")
        self._name.entered.connect(lambda _text: self._phone.setFocus())
        self._phone.entered.connect(lambda _text: self._register())
        for field in (self._name, self._phone):
            field.setVisible(False)
            self.body.addWidget(field)
        self._said = label(frame.words("member.find_hint"), "muted")
        self._said.setWordWrap(True)
        self.body.addWidget(self._said)
        self._is_new = is_new
        if is_new:
            self._new()

    def first_focus(self) -> QWidget:
        return self._name if self._is_new else self._field

    def key_actions(self) -> tuple[Action, ...]:
        # Until there is a list to choose from, Enter only goes on.
        what = "member.choose" if self._table.isVisible() else "ask.go_on"
        digits = tuple(
            Action(text="member.asked", keys=(one,), run=partial(self._type, one), in_line=False)
            for one in "0123456789"
        )
        return (
            *digits,
            Action(text=what, keys=("Return",), run=self._choose),
            Action(text="member.new", keys=("N",), run=self._new, permission="member.write"),
        )

    def scanned(self, code: str) -> bool:
        self._field.setText(code)
        self._look(code)
        return True

    def back(self) -> None:
        if self._name.isVisible() and not self._is_new:
            self._step(is_new=False)
            self.set_title(self._words("member.find"))
            self._field.setFocus()
        else:
            super().back()

    def _look(self, text: str) -> None:
        found = self._model.find(text)
        if len(found) == 1:
            self.close_with(found[0])
        elif found:
            self._show(found)
        elif self._frame.person.may("member.write"):
            # Out of the field: N takes one up, a digit begins another number.
            self.setFocus()
            self.say(self._words("member.none", text=text), Tone.WAITING)
        else:
            self._field.setFocus()
            self._field.selectAll()
            self.say(self._words("member.none_here", text=text), Tone.WAITING)

    def _type(self, digit: str) -> None:
        if self._field.isVisible() and not self._table.isVisible():
            self._field.setFocus()
            self._field.setText(digit)

    def _show(self, found: Sequence[MemberView]) -> None:
        self._table.setVisible(True)
        self._table.set_rows(found)
        self._table.go_to(0)
        self._table.view.setFocus()
        self.say(self._words("member.several", n=len(found)), Tone.PLAIN)

    def _choose(self) -> None:
        """What Enter does at this step, wherever the focus is: a mouse has no field."""
        if self._table.isVisible():
            if self._table.current is not None:
                self.close_with(self._table.current)
        elif self._field.isVisible():
            self._look(self._field.text())
        elif not self._phone.text().strip():
            self._phone.setFocus()
        else:
            self._register()

    def _new(self) -> None:
        digits = self._field.text().strip()
        self._step(is_new=True)
        self.set_title(self._words("member.new"))
        self._phone.setText(digits if digits.isdigit() and len(digits) >= 7 else "")
        self._name.setFocus()
        self.say(self._words("member.new_hint"), Tone.PLAIN)

    def _step(self, *, is_new: bool) -> None:
        self._table.setVisible(False)
        self._field.setVisible(not is_new)
        self._name.setVisible(is_new)
        self._phone.setVisible(is_new)

    def _register(self) -> None:
        try:
            made = self._model.register_now(self._name.text(), self._phone.text())
        except QutongError as error:
            self.say(self._words.error(error), Tone.BAD)
        else:
            self.close_with(made)

    def say(self, text: str, tone: Tone) -> None:
        """Say something at the foot of the panel."""
        self._said.setText(text)
        set_tone(self._said, tone)


def _field(frame: Frame, key: str) -> Field:
    made = Field(frame.words(key))
    made.setProperty("size", "big")
    made.setMinimumHeight(TARGET_TILL)
    return made


def member_columns(frame: Frame) -> list[Column]:
    """Name, phone with its middle hidden, card."""
    words = frame.words
    return [
        Column(key="name", title=words("member.name"), get=lambda one: one.name, stretches=True),
        Column(
            key="phone",
            title=words("member.phone"),
            get=lambda one: masked_phone(one.phone),
            width=140,
        ),
        Column(key="code", title=words("member.card"), get=lambda one: one.code, width=150),
    ]
