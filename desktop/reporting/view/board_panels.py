"""What the delivery board asks and lists: the rule for old prices, the devices that were late."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.reporting.model.board import Late
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Empty, Field, button, form_row, label, row
from desktop.words import formats
from shared.core.errors import QutongError

HEIGHT = 318


class Grace(NamedTuple):
    """The rule as keyed: hours until the banner, days until a second person is asked."""

    hours: str
    days: str


class GracePanel(Panel):
    """Closed with ``Grace``."""

    def __init__(self, frame: Frame, now: tuple[str, str]) -> None:
        words = frame.words
        super().__init__(words("board.grace"), width=520)
        self.hours = Field("72", text=now[0], name=words("board.grace_hours"))
        self.days = Field("0", text=now[1], name=words("board.grace_days"))
        for one in (self.hours, self.days):
            one.setFixedWidth(scaled(96))
            one.setAlignment(Qt.AlignmentFlag.AlignRight)
            one.entered.connect(lambda _text: self._take())
        self.body.addWidget(form_row(words("board.grace_hours"), row(self.hours, None), width=260))
        self.body.addWidget(form_row(words("board.grace_days"), row(self.days, None), width=260))
        hint = label(words("board.grace_hint"), "small")
        hint.setWordWrap(True)
        self.body.addWidget(hint)
        go_on = button(words("board.grace_publish"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="board.grace_publish", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self.hours

    def _take(self) -> None:
        typed = Grace(self.hours.text().strip(), self.days.text().strip())
        for field, text in ((self.hours, typed.hours), (self.days, typed.days)):
            if not (text.isascii() and text.isdigit() and len(text) <= 5):
                field.set_bad(True)
                field.setFocus()
                return
        self.close_with(typed)


class LatePanel(Panel):
    """The devices that priced late by a version, with what they sold by an older one meanwhile."""

    def __init__(
        self, frame: Frame, number: int, late: Sequence[Late], error: QutongError | None
    ) -> None:
        words = frame.words
        super().__init__(words("board.late_title", n=number), width=860)
        self._frame = frame
        self.table = Table(
            frame,
            "price-late",
            self._columns(),
            empty=Empty("circle-check", words("board.late_none"), words("board.late_none_hint")),
            can_filter=False,
        )
        self.table.set_rows(sorted(late, key=lambda one: -one.sales))
        self.table.setFixedHeight(scaled(HEIGHT))
        self.body.addWidget(self.table)
        asked = [one for one in late if one.sales >= 0]
        total = sum(one.difference_minor for one in asked)
        told = words(
            "board.late_sum",
            n=sum(one.sales for one in asked),
            amount=formats.money(total, asked[0].currency) if asked else "–",
        )
        self.sum = label(told if asked else "", "strong")
        self.body.addWidget(self.sum)
        self.sum.setVisible(bool(asked))
        hint = label(words.error(error) if error else words("board.late_hint"), "small")
        hint.setWordWrap(True)
        self.body.addWidget(hint)
        self.body.addWidget(row(None, button(words("ask.back"), self.back)))

    def first_focus(self) -> QWidget:
        return self.table.view

    def _columns(self) -> list[Column]:
        words, zone = self._frame.words, self._frame.person.zone
        return [
            Column(
                key="name",
                title=words("board.site_device"),
                get=lambda one: f"{one.line.site_name} · {one.line.tag}",
                stretches=True,
            ),
            Column(
                key="active",
                title=words("board.active"),
                get=lambda one: (
                    formats.instant(one.line.activated_at_us, zone)
                    if one.line.activated_at_us
                    else words("board.not_yet")
                ),
                tone=lambda one: None if one.line.activated_at_us else Tone.BAD,
                width=150,
            ),
            Column(
                key="phone", title=words("board.phone"), get=lambda one: one.line.phone, width=120
            ),
            Column(
                key="sales",
                title=words("board.late_sales"),
                get=lambda one: one.sales if one.sales >= 0 else None,
                kind=Kind.COUNT,
                width=110,
            ),
            Column(
                key="unknown",
                title=words("board.late_unknown"),
                get=lambda one: one.unknown or None,
                kind=Kind.COUNT,
                width=100,
            ),
            Column(
                key="difference",
                title=words("board.late_difference"),
                get=lambda one: one.difference_minor if one.sales > 0 else None,
                kind=Kind.MONEY,
                width=120,
            ),
        ]
