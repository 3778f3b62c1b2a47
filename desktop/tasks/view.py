"""The list of tasks: what a person must look at, opened and closed from here."""

from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QVBoxLayout

from desktop.tasks.model import NameTasks, TaskRow, Tasks, UnknownGoods, unknown_goods
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, Tone, scaled
from desktop.ui.widgets import Empty, Field, button, form_row, label, row
from desktop.words import formats
from shared.core.errors import RuleViolation

TakeUp = Callable[[Frame, UnknownGoods], Awaitable[str]]
"""Asks for what is lacking and takes unknown goods up as the shop's own; their name, '' = no."""


class TasksScreen(Screen):
    """Open tasks, the latest first; Enter opens what a task is about."""

    def __init__(
        self, frame: Frame, *, names: NameTasks | None = None, take_up: TakeUp | None = None
    ) -> None:
        super().__init__(frame)
        self._take_up = take_up
        words = self.words
        self.model = Tasks(frame.desk, words, frame.screens, names)
        self.table = Table(
            frame,
            "tasks",
            self._columns(),
            empty=Empty("circle-check", words("tasks.none"), words("tasks.none_hint")),
            title=words("screen.tasks"),
        )
        self.table.activated.connect(self._open)
        self.site = Choice(words("tasks.site"), [("", words("tasks.all_sites"))])
        self.kind = Choice(words("tasks.kind"), [("", words("tasks.all_kinds"))])
        for box in (self.site, self.kind):
            box.setMinimumWidth(scaled(170))
            self.table.add_to_bar(box)
        self.site.picked.connect(self.model.of_site)
        self.kind.picked.connect(self.model.of_kind)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(self.table)
        self._wanted = ""
        self.table.chosen.connect(lambda _one: self.keys_changed())
        self.until_gone(self.model.watch(self._show))
        self.watch(self.refresh, "task")

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="tasks.open",
                keys=("O",),
                run=lambda: self._open(self.table.current),
                is_enabled=self._can_open,
            ),
            Action(
                text="tasks.close",
                keys=("C",),
                run=self._close,
                permission="task.close",
                is_enabled=lambda: self.table.current is not None,
            ),
            Action(text="tasks.next_kind", keys=("F6",), run=self._next_kind),
            Action(text="tasks.refresh", keys=("F5",), run=self.refresh),
        )

    def shown(self, subject: str = "") -> None:
        self._wanted = subject
        self.refresh()
        self.table.view.setFocus()

    def refresh(self) -> None:
        """Read the tasks again."""
        self.frame.tasks.start(self.model.load())

    # showing

    def _show(self) -> None:
        words, model = self.words, self.model
        sites = [("", words("tasks.all_sites")), *model.sites]
        kinds = [("", words("tasks.all_kinds"))]
        kinds += [(one, f"{word} {n}") for one, word, n in model.kinds]
        for box, values, value in (
            (self.site, sites, model.site_id),
            (self.kind, kinds, model.kind),
        ):
            box.blockSignals(True)
            box.clear()
            for stored, word in values:
                box.addItem(word, stored)
            box.set_value(value)
            box.blockSignals(False)
        self.table.set_rows(model.rows)
        if self._wanted:
            place = self.table.rows.place_of(lambda one: one.line.id == self._wanted)
            self._wanted = ""
            if place >= 0:
                self.table.go_to(place)
        self.keys_changed()

    def _columns(self) -> list[Column]:
        words = self.words
        return [
            Column(
                key="at",
                title=words("tasks.at"),
                get=lambda one: one.line.last_at_us,
                kind=Kind.INSTANT,
                width=140,
                zone=self.frame.person.zone,
            ),
            Column(key="kind", title=words("tasks.kind"), get=lambda one: one.kind, width=90),
            Column(key="what", title=words("tasks.what"), get=lambda one: one.text, stretches=True),
            Column(key="site", title=words("tasks.site"), get=lambda one: one.site_name, width=150),
        ]

    # keys

    def _next_kind(self) -> None:
        self.kind.setCurrentIndex((self.kind.currentIndex() + 1) % self.kind.count())

    def _can_open(self) -> bool:
        one = self.table.current
        return one is not None and (self._may_take_up(one) or bool(self.model.place_of(one)[0]))

    def _may_take_up(self, one: TaskRow) -> bool:
        """Whether the goods of a task can become own goods here: of the shop itself alone."""
        person = self.frame.person
        return (
            self._take_up is not None
            and unknown_goods(one.line) is not None
            and person.may("own_goods.write")
            and one.line.site_id == person.site_id
        )

    def _open(self, one: TaskRow | None) -> None:
        if one is None:
            return
        if self._may_take_up(one):
            self.frame.tasks.start(self._ask_take_up(one))
            return
        screen, subject = self.model.place_of(one)
        if screen:
            self.frame.open(screen, subject)
        else:
            self.frame.say(self.words("tasks.no_screen"), Tone.WAITING)

    async def _ask_take_up(self, one: TaskRow) -> None:
        """Goods nobody knew become the shop's own; with that the task is done."""
        goods = unknown_goods(one.line)
        assert self._take_up is not None
        assert goods is not None
        name = await self._take_up(self.frame, goods)
        if not name:
            return
        told = self.words("tasks.taken_up", name=name)
        if self.frame.person.may("task.close"):
            await self.model.close(one, told)
        self.frame.say(told, Tone.GOOD)
        self.frame.sync()

    def _close(self) -> None:
        if self.table.current is not None:
            self.frame.tasks.start(self._ask_close(self.table.current))

    async def _ask_close(self, one: TaskRow) -> None:
        reason = await self.frame.ask(ClosePanel(self.frame, one))
        if reason:
            await self.model.close(one, reason)
            self.frame.say(self.words("tasks.closed"), Tone.GOOD)
            self.frame.sync()


class ClosePanel(Panel):
    """What was found and done; closed with it."""

    def __init__(self, frame: Frame, one: TaskRow) -> None:
        words = frame.words
        super().__init__(words("tasks.close"), width=520)
        self._frame = frame
        text = label(one.text)
        text.setWordWrap(True)
        when = formats.instant(one.line.last_at_us, frame.person.zone)
        self.reason = Field(words("tasks.reason_hint"))
        self.reason.entered.connect(lambda _text: self._take())
        self.body.addWidget(text)
        self.body.addWidget(label(f"{one.site_name} · {when}", "muted"))
        self.body.addWidget(form_row(words("tasks.reason"), self.reason, width=72))
        go_on = button(words("tasks.close"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="tasks.close", keys=("F10",), run=self._take),)

    def first_focus(self) -> Field:
        return self.reason

    def _take(self) -> None:
        if not self.reason.text().strip():
            self.reason.set_bad(True)
            self._frame.tell(RuleViolation("REASON_MISSING"))
            return
        self.close_with(self.reason.text().strip())
