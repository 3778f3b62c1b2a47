"""The repair of kept documents: the list, what one says, and what is done about it."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QSplitter, QVBoxLayout, QWidget

from desktop.reporting.model.kept import STATES, Kept, Said, said_of, why
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Banner, Card, Empty, Field, button, column, form_row, label, row
from shared.core.errors import RuleViolation
from shared.tasks.queries import KeptLine
from shared.tasks.rules import KeptState

SET_IN = 18


class KeptScreen(Screen):
    """The list at the left, the document in words at the right."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self.model = Kept(frame.desk, frame.screens)
        states = [(one.value, words(f"kept.state.{one.value}")) for one in STATES]
        self.state = Choice(words("kept.which"), states, value=self.model.state.value)
        self.state.picked.connect(lambda one: frame.tasks.start(self.model.look_at(KeptState(one))))
        self.table = Table(
            frame,
            "kept",
            self._columns(),
            empty=Empty("circle-check", words("kept.none"), words("kept.none_hint")),
            title=words("screen.kept"),
        )
        self.table.add_to_bar(self.state)
        self.table.chosen.connect(lambda _one: self._show_document())
        self.why = Banner()
        self.what_to_do = label("", "muted")
        self.what_to_do.setWordWrap(True)
        self.outcome = label("", "muted")
        self.outcome.setWordWrap(True)
        self.content = QScrollArea()
        self.content.setWidgetResizable(True)
        self.title = label("", "strong")
        side = Card(self.title, self.why, self.what_to_do, self.outcome, self.content)
        side.inside.setStretch(4, 1)
        side.setMinimumWidth(scaled(360))
        self.side = side
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(SPACE_M)
        across.addWidget(self.table)
        across.addWidget(side)
        across.setSizes([660, 420])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.addWidget(across)
        self._wanted = ""
        self.until_gone(self.model.watch(self._show))
        self.watch(self._load, "kept_document")

    def shown(self, subject: str = "") -> None:
        self._wanted = subject
        self._load()
        self.table.view.setFocus()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="kept.retry", keys=("R",), run=self._retry, is_enabled=self._is_open),
            Action(text="kept.close", keys=("C",), run=self._close, is_enabled=self._is_open),
            Action(text="kept.correct", keys=("N",), run=self._correct, is_enabled=self._is_open),
            Action(text="kept.next_state", keys=("F6",), run=self._next_state),
            Action(text="board.refresh", keys=("F5",), run=self._load),
        )

    # showing

    @property
    def _line(self) -> KeptLine | None:
        found: KeptLine | None = self.table.current
        return found

    def _is_open(self) -> bool:
        return self._line is not None and self._line.state is KeptState.OPEN

    def _load(self) -> None:
        self.frame.tasks.start(self.model.load())

    def _next_state(self) -> None:
        self.state.setCurrentIndex((self.state.currentIndex() + 1) % self.state.count())

    def _show(self) -> None:
        self.table.set_rows(self.model.lines)
        if self._wanted:
            wanted, self._wanted = self._wanted, ""
            place = self.table.rows.place_of(lambda one: self.model.is_about(one, wanted))
            if place >= 0:
                self.table.go_to(place)
        self._show_document()

    def _show_document(self) -> None:
        line, words = self._line, self.words
        self.side.setVisible(line is not None)
        self.keys_changed()
        if line is None:
            return
        kind = words.of("kind", line.kind) if line.kind else words("tasks.a_document")
        self.title.setText(f"{kind} · {self._site(line)}")
        self.why.say(why(words, line.code), _tone(line))
        advice = f"kept.{line.code}"
        self.what_to_do.setText(words(advice) if words.has(advice) else words("kept.advice"))
        self.what_to_do.setVisible(line.state is KeptState.OPEN)
        self.outcome.setText(self._outcome(line))
        self.outcome.setVisible(bool(self.outcome.text()))
        said = said_of(words, line.content, self.model.names, zone=self.frame.person.zone)
        self.content.setWidget(_document(said, words("kept.unreadable")))

    def _outcome(self, line: KeptLine) -> str:
        words = self.words
        parts = []
        if line.state is KeptState.OPEN and line.tried_at_us:
            parts.append(words("kept.tried"))
        if line.settled_by:
            who = self.model.names.get(line.settled_by, line.settled_by)
            parts.append(words("kept.settled_by", who=who))
        if line.reason:
            parts.append(line.reason)
        return " · ".join(parts)

    def _site(self, line: KeptLine) -> str:
        if not line.site_id:
            return self.words("tasks.head_office")
        return self.model.site_names.get(line.site_id, line.site_id)

    # keys

    def _retry(self) -> None:
        if self._line is not None:
            self.frame.tasks.start(self._retry_one(self._line))

    async def _retry_one(self, line: KeptLine) -> None:
        await self.model.retry(line)
        self.frame.say(self.words("kept.retried"), Tone.GOOD)
        self.frame.sync()

    def _close(self) -> None:
        if self._line is not None:
            self.frame.tasks.start(self._ask_close(self._line))

    async def _ask_close(self, line: KeptLine) -> None:
        answer = await self.frame.ask(CloseKeptPanel(self.frame))
        if answer is not None:
            await self.model.close(line, answer.reason, answer.number)
            self.frame.say(self.words("kept.closed_now"), Tone.GOOD)
            self.frame.sync()

    def _correct(self) -> None:
        line = self._line
        if line is None:
            return
        screen = self.model.correcting_screen(line)
        if screen:
            self.frame.open(screen, "")
            self.frame.say(self.words("kept.then_close"), Tone.PLAIN)
        else:
            self.frame.say(self.words("kept.at_site", site=self._site(line)), Tone.WAITING)

    # columns

    def _columns(self) -> list[Column]:
        words, zone = self.words, self.frame.person.zone
        return [
            Column(
                key="at",
                title=words("kept.at"),
                get=lambda one: one.kept_at_us or None,
                kind=Kind.INSTANT,
                zone=zone,
                width=128,
            ),
            Column(
                key="kind",
                title=words("kept.kind"),
                get=lambda one: words.of("kind", one.kind) if one.kind else "?",
                width=116,
            ),
            Column(key="site", title=words("tasks.site"), get=self._site, width=130),
            Column(
                key="device",
                title=words("devices.device"),
                get=lambda one: one.device_id,
                width=72,
            ),
            Column(
                key="why",
                title=words("kept.why"),
                get=lambda one: why(words, one.code),
                stretches=True,
            ),
        ]


class Closing(NamedTuple):
    """Why a document is laid down, and the number of the one that replaces it."""

    reason: str
    number: str


class CloseKeptPanel(Panel):
    """Closed with ``Closing``."""

    def __init__(self, frame: Frame) -> None:
        words = frame.words
        super().__init__(words("kept.close"), width=520)
        self._frame = frame
        hint = label(words("kept.close_hint"), "muted")
        hint.setWordWrap(True)
        self.reason = Field(words("tasks.reason_hint"))
        self.number = Field(words("kept.replaced_hint"))
        self.reason.entered.connect(lambda _text: self.number.setFocus())
        self.number.entered.connect(lambda _text: self._take())
        self.body.addWidget(hint)
        self.body.addWidget(form_row(words("devices.reason"), self.reason, width=90))
        self.body.addWidget(form_row(words("kept.replaced_by"), self.number, width=90))
        go_on = button(words("kept.close"), self._take, kind="danger")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="kept.close", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self.reason

    def _take(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.reason.set_bad(True)
            self.reason.setFocus()
            self._frame.tell(RuleViolation("REASON_MISSING"))
            return
        self.close_with(Closing(reason, self.number.text().strip()))


def _tone(line: KeptLine) -> Tone:
    return {KeptState.OPEN: Tone.WAITING, KeptState.STORED: Tone.GOOD}.get(line.state, Tone.PLAIN)


def _document(said: Sequence[Said], none: str) -> QWidget:
    if not said:
        return column(label(none, "muted"), None)
    parts: list[QWidget | int | None] = []
    for one in said:
        name = label(one.name, "muted" if one.value else "")
        name.setFixedWidth(scaled(130))
        value = label(one.value)
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        parts.append(row(one.depth * SET_IN, name, value, spacing=4))
    return column(*parts, None, spacing=2)
