"""The small panels of the till: one field that is read as it is typed, and lists to choose from."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.sales.usecases.basket import Basket
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.keyline import shown_key
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_M, TARGET_TILL, Tone
from desktop.ui.widgets import Field, button, key_cap, label, set_tone
from shared.core.errors import QutongError

Step = tuple[str, str]
"""Key of the field's name, and what stands in it at first."""


class StepsPanel(Panel):
    """Asks for one thing after the other, Enter by Enter; the last one is accepted or refused."""

    def __init__(
        self,
        frame: Frame,
        title: str,
        steps: Sequence[Step],
        accept: Callable[[list[str]], None],
        *,
        hint: str = "",
        preview: Callable[[list[str]], str] | None = None,
    ) -> None:
        super().__init__(title, width=480)
        self._frame = frame
        self._accept = accept
        self._preview = preview
        self.fields: list[Field] = []
        for key, text in steps:
            field = Field(name=frame.words(key), text=text)
            field.setMinimumHeight(TARGET_TILL)
            field.setProperty("size", "big")
            field.entered.connect(lambda _text: self._entered())
            field.textChanged.connect(lambda _text: self._show_preview())
            if frame.words(key) != title:
                self.body.addWidget(label(frame.words(key), "muted"))
            self.body.addWidget(field)
            field.selectAll()
            self.fields.append(field)
        self._said = label(hint, "muted")
        self._said.setWordWrap(True)
        self.body.addWidget(self._said)
        self._hint = hint
        self._show_preview()

    def first_focus(self) -> QWidget:
        return self.fields[0]

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="ask.go_on", keys=("Return",), run=self._entered),)

    @property
    def texts(self) -> list[str]:
        """What stands in the fields."""
        return [field.text() for field in self.fields]

    def _entered(self) -> None:
        for place, field in enumerate(self.fields[:-1]):
            if field.hasFocus():
                self.fields[place + 1].setFocus()
                self.fields[place + 1].selectAll()
                return
        try:
            self._accept(self.texts)
        except QutongError as error:
            self.say(self._frame.words.error(error), Tone.BAD)
            self.fields[-1].set_bad(True)
            self.fields[-1].selectAll()
        else:
            self.close_with(self.texts)

    def _show_preview(self) -> None:
        if self._preview is None:
            self.say(self._hint, Tone.PLAIN)
            return
        try:
            self.say(self._preview(self.texts) or self._hint, Tone.PLAIN)
        except QutongError as error:
            self.say(self._frame.words.error(error), Tone.WAITING)

    def say(self, text: str, tone: Tone) -> None:
        """Say something under the fields."""
        self._said.setText(text)
        set_tone(self._said, tone)


class ChoicePanel(Panel):
    """A few things to do, each with its letter; closes with the letter."""

    def __init__(
        self, frame: Frame, title: str, choices: Sequence[tuple[str, str]], *, hint: str = ""
    ) -> None:
        super().__init__(title, width=480 if hint else 420)
        self._choices = choices
        if hint:
            said = label(hint, "muted")
            said.setWordWrap(True)
            self.body.addWidget(said)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        for place, (key, text) in enumerate(choices):
            made = button(frame.words(text), partial(self.close_with, key), kind="flat")
            made.setProperty("side", "left")
            made.setMinimumHeight(TARGET_TILL)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            grid.addWidget(key_cap(shown_key(key)), place, 0)
            grid.addWidget(made, place, 1)
        self.body.addLayout(grid)

    def key_actions(self) -> tuple[Action, ...]:
        return tuple(
            Action(text=text, keys=(key,), run=partial(self.close_with, key))
            for key, text in self._choices
        )


class UnknownPanel(ChoicePanel):
    """Goods nobody knows: looked for again (F2), taken up as the shop's own (N), or sold as they
    are (P). A name that was typed is looked for first; a barcode that was scanned is no name."""

    def __init__(
        self, frame: Frame, code: str, *, is_name: bool, may_take_up: bool, has_office: bool
    ) -> None:
        again = (("F2", "till.search_again"),) if is_name else ()
        new = (("N", "till.take_up"),) if may_take_up else ()
        title = frame.words("till.no_such" if is_name else "till.unknown")
        choices = (*again, *new, ("P", "till.sell_unknown"))
        hint = "till.no_such" if is_name else "till.unknown"
        hint += "_hint" if may_take_up else "_once"
        told = [frame.words(hint), frame.words("till.unknown_told") if has_office else ""]
        gap = frame.words("news.sentence_gap")
        super().__init__(frame, title, choices, hint=gap.join(part for part in told if part))
        self.body.insertWidget(1, label(code, "big"))


class HeldPanel(Panel):
    """The baskets that were put aside; Enter takes one up."""

    def __init__(
        self,
        frame: Frame,
        held: Sequence[Basket],
        amounts: dict[str, int],
        places: Mapping[str, str],
    ) -> None:
        super().__init__(frame.words("till.held_title"), width=640)
        words, person = frame.words, frame.person
        where = Column(
            key="where",
            title=words("till.held_where"),
            get=lambda one: places.get(one.uid, words("till.held_here")),
            width=80,
        )
        self.table = Table(
            frame,
            "till.held",
            [
                *((where,) if places else ()),
                Column(
                    key="at",
                    title=words("till.held_at"),
                    get=lambda one: one.held_at_us,
                    kind=Kind.INSTANT,
                    zone=person.zone,
                    width=150,
                ),
                Column(
                    key="what",
                    title=words("till.goods"),
                    get=lambda one: words("names.comma").join(line.name for line in one.lines),
                    stretches=True,
                ),
                Column(
                    key="amount",
                    title=words("till.amount"),
                    get=lambda one: amounts.get(one.uid, 0),
                    kind=Kind.MONEY,
                    currency=person.currency,
                    width=110,
                ),
            ],
            can_filter=False,
            row_height=TARGET_TILL,
        )
        self.table.setMinimumHeight(260)
        self.table.set_rows(held)
        self.table.activated.connect(lambda one: self.close_with(one.uid))
        self.body.addWidget(self.table)

    def first_focus(self) -> QWidget:
        return self.table.view

    def key_actions(self) -> tuple[Action, ...]:
        def take() -> None:
            if self.table.current is not None:
                self.close_with(self.table.current.uid)

        return (Action(text="till.resume", keys=("Return", "F11"), run=take),)
