"""The shift: float, blind count, difference, Z; the X report for who may see it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.sales.model.shift import ShiftModel
from desktop.sales.view.approval import approver_of
from desktop.sales.view.shift_asking import ask_float, show_x
from desktop.sales.view.shift_list import ShiftListPanel, print_sheet, print_slip
from desktop.sales.view.shift_report import report_widget, tenders_widget
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_XL, TARGET_TILL, Tone, scaled
from desktop.ui.widgets import (
    Banner,
    Card,
    Field,
    button,
    column,
    figure,
    label,
    line,
    row,
)
from desktop.words import formats
from shared.core.errors import QutongError

SIDE = 230
"""Width of the sums beside the pieces."""


class ShiftScreen(Screen):
    """One card in the middle: whatever comes next with the drawer."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.model = ShiftModel(frame.desk, frame.person.currency)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        self._card = Card()
        self._layout.addWidget(self._card, 0, Qt.AlignmentFlag.AlignHCenter)
        self._layout.addStretch(1)
        self._once = Once(frame.tasks)
        self._fields: list[Field] = []
        self._sum = label("", "total")
        self._float = label("", "muted")
        self._step = ""
        self._drawn = {
            "none": self._draw_none,
            "running": self._draw_running,
            "counting": self._draw_counting,
            "declared": self._draw_declared,
            "closed": self._draw_closed,
        }
        self.until_gone(self.model.watch(self.draw))
        self.draw()

    # keys

    def key_actions(self) -> tuple[Action, ...]:
        may_open = Action(text="shift.open", keys=("F10",), run=self._open, permission="shift.run")
        stated = Action(
            text="shift.state_float", keys=("B",), run=self._state_float, permission="shift.run"
        )
        x = Action(text="shift.x", keys=("X",), run=self._show_x, permission="shift.report")
        z = Action(text="shift.z", keys=("Z",), run=self._count, permission="shift.run")
        old = Action(text="shift.list", keys=("F7",), run=self._list, permission="shift.report")
        till = Action(text="shift.to_till", keys=("F9",), run=lambda: self.frame.open("till", ""))
        steps = {
            "closed": (
                Action(text="shift.print", keys=("P",), run=self._print),
                Action(text="shift.sheet", keys=("A",), run=self._sheet),
                old,
                till,
                may_open,
            ),
            "none": (may_open, till, old),
            "running": (z, stated, x, till, old),
            "counting": (
                Action(text="shift.declare", keys=("F10",), run=self._declare),
                # Letters are text in the fields.
                *((replace(stated, keys=("F4",)),) if self.model.may_state_float else ()),
            ),
            "declared": (
                Action(text="shift.close", keys=("F10",), run=self._close),
                Action(text="shift.again", keys=("F8",), run=self.model.count_again),
            ),
        }
        return steps[self._now()]

    def shown(self, subject: str = "") -> None:
        if self.model.report is None or subject:
            self.model.refresh()
        if subject == "close" and self._now() == "running":
            self._try_count()
        self._focus()

    def _now(self) -> str:
        model = self.model
        if model.report is not None:
            return "closed"
        if model.now.shift is None:
            return "none"
        if model.is_counting:
            return "counting"
        return "declared" if model.declared is not None else "running"

    # drawing

    def draw(self) -> None:
        """Draw the step; while counting only the sum changes."""
        step = self._now()
        if step == "counting" and self._step == step:
            self._sum.setText(formats.signed_money(self.model.counted_minor, self.model.currency))
            self._float.setText(self._float_text())
            return
        self._step = step
        old = self._card
        self._fields = []
        self._card = Card(self._drawn[step]())
        self._card.setFixedWidth(scaled(680))
        self._layout.replaceWidget(old, self._card)
        self._layout.setAlignment(self._card, Qt.AlignmentFlag.AlignHCenter)
        old.hide()
        old.deleteLater()
        self._focus()
        self.keys_changed()

    def _focus(self) -> None:
        if self._fields:
            self._fields[0].setFocus()
            self._fields[0].selectAll()
        else:
            self.setFocus()

    def _draw_none(self) -> QWidget:
        proposed = formats.money(self.model.now.proposed_minor, self.model.currency)
        field = self._field(self.words("shift.float"), proposed)
        field.entered.connect(lambda _text: self._open())
        start = button(self.words("shift.open"), self._open, kind="primary")
        start.setMinimumHeight(TARGET_TILL)
        return column(
            label(self.words("shift.none"), "title"),
            label(self.words("shift.none_hint"), "muted"),
            label(self.words("shift.float"), "muted"),
            field,
            start,
            spacing=SPACE_M,
        )

    def _draw_running(self) -> QWidget:
        shift, words, person = self.model.now.shift, self.words, self.frame.person
        assert shift is not None
        opened = formats.instant(shift.opened_at_us, person.zone)
        by = self.model.now.names.get(shift.opened_by, shift.opened_by)
        is_old = self.model.now.is_old
        told = words("shift.old", day=shift.business_day) if is_old else ""
        old = Banner(told, Tone.WAITING)
        return column(
            row(
                label(words("shift.nth", n=running_number(shift.number)), "title"),
                label(words("shift.running"), "muted"),
                label(shift.number, "small"),
                None,
            ),
            old,
            row(
                figure(words("shift.float"), formats.money(shift.float_minor, shift.currency)),
                button(words("shift.state_float"), self._state_float),
                None,
                spacing=SPACE_L,
            ),
            label(words("shift.opened", at=opened, by=by), "muted"),
            line(),
            row(
                button(words("shift.z"), self._count, kind="primary"),
                button(words("shift.to_till"), lambda: self.frame.open("till", "")),
                None,
            ),
            spacing=SPACE_M,
        )

    def _draw_counting(self) -> QWidget:
        grid = QWidget()
        places = QGridLayout(grid)
        places.setContentsMargins(0, 0, 0, 0)
        places.setHorizontalSpacing(SPACE_L)
        values = self.model.values
        half = self.model.often
        for place, value in enumerate(values):
            across = 0 if place < half else 3
            down = place % half
            name = label(formats.money(value, self.model.currency), "strong")
            name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            count = self.model.counts.get(value, 0)
            field = self._field(name.text(), str(count) if count else "")
            field.setMaximumWidth(scaled(110))
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.textEdited.connect(partial(self._counted, value, field))
            field.entered.connect(partial(self._next, place))
            places.addWidget(name, down, across)
            places.addWidget(label("×", "muted"), down, across + 1)
            places.addWidget(field, down, across + 2)
        places.setColumnStretch(6, 1)
        total = self.model.total_minor
        typed = formats.money(total, self.model.currency) if total is not None else ""
        whole = self._field(self.words("shift.or_total"), typed)
        whole.setAlignment(Qt.AlignmentFlag.AlignRight)
        whole.textEdited.connect(partial(self._total_typed, whole))
        whole.entered.connect(partial(self._next, len(values)))
        self._sum = label("", "total")
        self._sum.setText(formats.signed_money(self.model.counted_minor, self.model.currency))
        side = column(
            label(self.words("shift.or_total"), "muted"),
            whole,
            label(self.words("shift.counted"), "muted"),
            self._sum,
            *self._float_row(),
            None,
            self._key_button("shift.declare", self._declare),
            spacing=SPACE_M,
        )
        side.setFixedWidth(scaled(SIDE))
        hint = label(self.words("shift.count_hint"), "muted")
        hint.setWordWrap(True)
        held = Banner()
        held.say(
            self.words("shift.held", n=self.model.held) if self.model.held else "", Tone.WAITING
        )
        title = label(self.words("shift.count"), "title")
        return column(title, hint, held, row(grid, None, side), spacing=SPACE_M)

    def _float_row(self) -> tuple[QWidget, ...]:
        """What the float is taken as; who never said it would find a difference."""
        if not self.model.may_state_float:
            return ()
        self._float = label(self._float_text(), "muted")
        self._float.setWordWrap(True)
        return (line(), self._float, button(self.words("shift.state_float"), self._state_float))

    def _float_text(self) -> str:
        shift = self.model.now.shift
        minor = shift.float_minor if shift is not None else 0
        return self.words("shift.float_is", float=formats.money(minor, self.model.currency))

    def _key_button(self, key: str, pressed: Callable[[], None]) -> QWidget:
        """What F10 does at this step, for who has a mouse."""
        made = button(f"{self.words(key)}   F10", pressed, kind="primary")
        made.setMinimumHeight(TARGET_TILL)
        return made

    def _draw_declared(self) -> QWidget:
        model, words = self.model, self.words
        declared = model.declared
        assert declared is not None
        assert model.now.shift is not None
        shift = model.now.shift
        deposit = max(declared.counted_minor - shift.float_minor, 0)
        field = self._field(words("shift.deposit"), formats.money(deposit, model.currency))
        field.entered.connect(lambda _text: self._close())
        banner = Banner()
        made = column(
            label(words("shift.declared"), "title"),
            banner,
            tenders_widget(self, declared.tenders),
            line(),
            label(words("shift.deposit_hint"), "muted"),
            field,
            row(None, self._key_button("shift.close", self._close)),
            spacing=SPACE_M,
        )
        if declared.needs_approver:
            ceiling = formats.money(declared.ceiling_minor, model.currency)
            banner.say(words("shift.over", ceiling=ceiling), Tone.BAD)
        elif declared.difference_minor:
            banner.say(words("shift.differs"), Tone.WAITING)
        else:
            banner.say(words("shift.fits"), Tone.GOOD)
        return made

    def _draw_closed(self) -> QWidget:
        report = self.model.report
        assert report is not None
        return column(
            label(self.words("shift.closed", number=report.closing_number), "title"),
            report_widget(self, report),
            spacing=SPACE_M,
        )

    def _field(self, name: str, text: str) -> Field:
        made = Field(name=name, text=text)
        made.setMinimumHeight(TARGET_TILL)
        made.setProperty("size", "big")
        self._fields.append(made)
        return made

    # acts

    def _open(self) -> None:
        text = self._fields[0].text() if self._now() == "none" and self._fields else ""
        if self._now() == "closed":
            self.model.report = None
            self.model.refresh()
            return
        self._once.start(lambda: self._opened(text))

    async def _opened(self, text: str) -> None:
        await self.model.open(text)
        self.frame.say(self.words("shift.is_open"), Tone.GOOD)
        self.frame.open("till", "")

    def _state_float(self) -> None:
        self.frame.tasks.start(ask_float(self.frame, self.model))

    def _count(self) -> None:
        self._try_count()

    def _try_count(self) -> None:
        try:
            self.model.start_counting()
        except QutongError as error:
            self.frame.tell(error)

    def _counted(self, value: int, field: Field, text: str) -> None:
        try:
            self.model.set_count(value, text)
        except QutongError as error:
            field.set_bad(True)
            self.frame.tell(error)

    def _total_typed(self, field: Field, text: str) -> None:
        try:
            self.model.set_total(text)
        except QutongError as error:
            field.set_bad(True)
            self.frame.tell(error)

    def _next(self, place: int, _text: str) -> None:
        following = self._fields[(place + 1) % len(self._fields)]
        following.setFocus()
        following.selectAll()

    def _declare(self) -> None:
        self._once.start(self._declared)

    async def _declared(self) -> None:
        approver_id = ""
        if self.model.declared is not None and not self.frame.person.may("shift.approve"):
            given = await approver_of(self.frame, "shift.approve")
            if given is None:
                return
            approver_id = given[0]
        await self.model.declare(approver_id=approver_id)

    def _close(self) -> None:
        self._once.start(lambda: self._closed(self._fields[0].text()))

    async def _closed(self, deposit: str) -> None:
        declared, approver_id = self.model.declared, ""
        if declared is not None and declared.needs_approver:
            given = await approver_of(self.frame, "shift.approve")
            if given is None:
                return
            approver_id = given[0]
        elif declared is not None and declared.difference_minor:
            # The key that declared is the key that closes: a difference is read in between.
            off = formats.signed_money(declared.difference_minor, self.model.currency)
            title = self.words("shift.close_off", off=off)
            said = [(self.words("shift.close_off_told"), Tone.WAITING)]
            if not await self.frame.ask(Question(self.words, title, said, go_on="shift.close")):
                return
        await self.model.close(deposit, approver_id=approver_id)
        self._print()

    def _print(self) -> None:
        if self.model.report is not None:
            print_slip(self.frame, self.model.report, self.model.now.names)

    def _sheet(self) -> None:
        report = self.model.report
        if report is not None:
            self.frame.tasks.start(print_sheet(self.frame, report, self.model.now.names))

    def _list(self) -> None:
        self.frame.tasks.start(self._ask_list())

    async def _ask_list(self) -> None:
        await self.frame.ask(ShiftListPanel(self.frame))

    def _show_x(self) -> None:
        self.frame.tasks.start(show_x(self.frame))


def running_number(number: str) -> int | str:
    """The n-th of a printed number, ``3`` of ``JB-SH01-02A-000003``: what people call it by."""
    last = number.rpartition("-")[2]
    return int(last) if last.isdecimal() else number
