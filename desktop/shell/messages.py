"""F12: how the sync goes, kept documents, tasks and papers, each with what to do."""

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QProgressBar, QTabWidget, QVBoxLayout, QWidget

from desktop.pricing.model.here import notice_text
from desktop.pricing.usecases.here import Notice
from desktop.shell.news import News, Told, advice, fetching, summary
from desktop.shell.statusbar import Standing
from desktop.sync.past import KeptDocument
from desktop.tasks.model import task_text
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.packet_file import PACKET, choose_packet
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_S, Tone, scaled
from desktop.ui.widgets import Banner, Empty, button, column, label, row
from desktop.words import formats
from shared.tasks.queries import TaskLine

if TYPE_CHECKING:
    from desktop.shell.window import Window

WIDTH, HEIGHT = 860, 330
SHIFT = "shift"
"""The screen that ends a shift, where the person has it."""


class Messages(Panel):
    """Closed with what is to be opened, if anything."""

    def __init__(self, window: "Window", frame: Frame, *, tab: str = "") -> None:
        words = window.words
        super().__init__(words("news.title"), width=WIDTH)
        self._window = window
        self._frame = frame
        self._words = words
        self.model = News(frame.desk, window.around.acts.jobs)
        self._banner = Banner()
        self.body.addWidget(self._banner)
        self.body.addWidget(self._fetching())
        self.tabs = QTabWidget()
        self.tabs.setFixedHeight(HEIGHT)
        self._whole = label("")
        self._whole.setWordWrap(True)
        self._tables = {
            "sync": self._story_table(),
            "kept": self._kept_table(),
            "tasks": self._task_table(),
            "notices": self._notice_table(),
            "jobs": self._job_table(),
        }
        for name, table in self._tables.items():
            page = QWidget()
            down = QVBoxLayout(page)
            down.setContentsMargins(0, SPACE_S, 0, 0)
            down.addWidget(table)
            if name == "kept":
                down.addWidget(self._whole)
            self.tabs.addTab(page, words(f"news.{name}_tab"))
        if tab in self._tables:
            self.tabs.setCurrentIndex(list(self._tables).index(tab))
        self._first = tab if tab in self._tables else "sync"
        self.body.addWidget(self.tabs)
        self.body.addWidget(self._foot())
        self._stop = frame.desk.watch(
            lambda _touched: self._load(),
            "journal",
            "task",
            "price_nudge",
            "price_version",
            "label_print",
        )
        self.model.watch(self._draw)
        window.standing_shown.connect(self._show_standing)
        self._load()

    def key_actions(self) -> tuple[Action, ...]:
        tabs = tuple(
            Action(
                text=f"news.{name}_tab",
                keys=(str(number + 1),),
                run=partial(self.tabs.setCurrentIndex, number),
                in_line=False,
            )
            for number, name in enumerate(self._tables)
        )
        # A shop without head office has nobody to send to: its keys say nothing of it.
        office = () if not self._has_office() else (
            Action(text="news.sync_now", keys=("S", "F12"), run=self._sync),
            Action(text="news.hold", keys=("X",), run=self._hold, is_enabled=self._can_hold),
            Action(text="news.packet_out", keys=("E",), run=self._choose_packet_out),
            Action(text="news.packet_in", keys=("I",), run=self._choose_packet_in),
        )  # fmt: skip
        own: tuple[Action, ...] = (
            *office,
            Action(
                text="news.print_again",
                keys=("P",),
                run=self._print,
                is_enabled=lambda: self._job() is not None,
            ),
            Action(
                text="news.forget",
                keys=("Delete",),
                run=self._forget,
                is_enabled=lambda: self._job() is not None,
            ),
        )
        if SHIFT in self._window.specs:
            own += (Action(text="news.end_shift", keys=("Z",), run=self._end_shift),)
        if text := self._joining_text():
            # Nothing else here helps before that.
            own = (Action(text=text, keys=("J",), run=self._join), *own)
        return (*own, *tabs)

    def first_focus(self) -> QWidget | None:
        return self._tables[self._first].view

    def close_with(self, answer: object) -> None:
        self._stop()
        self._window.standing_shown.disconnect(self._show_standing)
        super().close_with(answer)

    # acts

    def _load(self) -> None:
        self._frame.tasks.start(self.model.load())

    def _sync(self) -> None:
        self._frame.sync()
        self._frame.say(self._words("news.sync_asked"), Tone.PLAIN)

    def _can_hold(self) -> bool:
        standing = self._window.standing
        can = self._window.around.acts.hold is not None
        return can and standing is not None and standing.rows_all > 0 and not standing.is_held

    def _hold(self) -> None:
        """The person goes on working: what came stays, the rest comes later."""
        hold = self._window.around.acts.hold
        if hold is not None:
            hold()
            self._frame.say(self._words("news.held"), Tone.WAITING)

    def _has_office(self) -> bool:
        standing = self._window.standing
        return standing is not None and standing.has_office

    def _choose_packet_out(self) -> None:
        """Without a line: what head office lacks goes onto a stick (Q06)."""
        if self._window.around.acts.packet_out is not None:
            self._choose("news.packet_out", self.packet_out, PACKET)

    def _choose_packet_in(self) -> None:
        if self._window.around.acts.packet_in is not None:
            self._choose("news.packet_in", self.packet_in)

    def _choose(
        self, key: str, act: Callable[[Path], Coroutine[Any, Any, None]], name: str = ""
    ) -> None:
        tasks, settings = self._frame.tasks, self._frame.settings
        title = self._words(key)
        choose_packet(self, title, settings, lambda path: tasks.start(act(path)), name=name)

    async def packet_out(self, path: Path) -> None:
        """Write a packet beside the window and say what is in it."""
        write = self._window.around.acts.packet_out
        assert write is not None, "the action is off without it"
        self._frame.say(self._words("news.packet_writing"), Tone.PLAIN)
        made = await self._frame.desk.work(write, path)
        text = "news.packet_written" if made.is_whole else "news.packet_written_part"
        self._frame.say(self._words(text, count=made.documents), Tone.GOOD)

    async def packet_in(self, path: Path) -> None:
        """Take an answer in beside the window and say what it brought."""
        read = self._window.around.acts.packet_in
        assert read is not None, "the action is off without it"
        self._frame.say(self._words("news.packet_reading"), Tone.PLAIN)
        brought = await self._frame.desk.work(read, path)
        if brought.carried >= 0:
            self._frame.say(self._words("news.packet_carried", n=brought.carried), Tone.GOOD)
            return
        if brought.summary is None:
            self._frame.say(self._words("news.packet_known"), Tone.PLAIN)
            return
        told = {"pushed": brought.summary.pushed, "pulled": brought.summary.pulled}
        self._frame.say(self._words("news.packet_taken", **told), Tone.GOOD)

    def _job(self) -> int | None:
        is_open = self.tabs.currentIndex() == list(self._tables).index("jobs")
        current = self._tables["jobs"].current
        return current.number if is_open and current is not None else None

    def _print(self) -> None:
        if (number := self._job()) is not None:
            self.model.retry(number)

    def _forget(self) -> None:
        if (number := self._job()) is not None:
            self.model.cancel(number)

    def _end_shift(self) -> None:
        self.close_with(partial(self._window.open, SHIFT, "close"))

    def _open_task(self, _task: object) -> None:
        self.close_with(partial(self._window.open, "tasks"))

    # looks

    def _fetching(self) -> QWidget:
        words = self._words
        self.fetched = label("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(scaled(6))
        self._hold_button = button(words("news.hold"), self._hold, kind="flat", icon_name="x")
        self._progress = column(row(self.fetched, None, self._hold_button), self.bar)
        self._progress.setVisible(False)
        return self._progress

    def _show_standing(self) -> None:
        """What the bar says is told here at the same moment."""
        standing = self._window.standing
        if standing is not None:
            is_plain = standing.tone is Tone.GOOD and not standing.has_office
            text = self._words("news.sentence_gap").join(summary(self._words, standing))
            self._banner.say(text, Tone.PLAIN if is_plain else standing.tone)
        self._show_fetching(standing)

    def _show_fetching(self, standing: Standing | None) -> None:
        told = fetching(self._words, standing) if standing is not None else ""
        self._progress.setVisible(bool(told))
        if standing is None or not told:
            return
        self.fetched.setText(told)
        self.bar.setRange(0, standing.rows_all)
        self.bar.setValue(standing.rows_here)
        self._hold_button.setEnabled(self._can_hold())

    def _foot(self) -> QWidget:
        words = self._words
        sync = button(words("news.sync_now"), self._sync, icon_name="refresh-cw")
        close = button(words("news.close"), self.back, kind="primary")
        standing = self._window.standing
        has_office = standing is not None and standing.has_office
        shown = [sync] if has_office else []
        if text := self._joining_text():
            shown.append(button(words(text), self._join, icon_name="network"))
        return row(*shown, None, close)

    def _joining_text(self) -> str:
        """'' where there is nothing to join. Who runs the shop joins it; a cashier is not asked."""
        standing = self._window.standing
        if standing is None or self._frame.person.is_at_till_only:
            return ""
        if standing.is_forgotten:
            return "news.join_again"
        return "" if standing.has_office else "news.join_office"

    def _join(self) -> None:
        self.close_with(self._window.around.acts.join)

    def _draw(self) -> None:
        words, model = self._words, self.model
        self._show_standing()
        self._tables["sync"].set_rows(model.story(words))
        self._tables["kept"].set_rows(model.kept)
        self._tables["tasks"].set_rows(model.tasks)
        here = model.prices.here
        self._tables["notices"].set_rows(here.notices)
        self._tables["jobs"].set_rows(model.jobs)
        counts = (0, len(model.kept), len(model.tasks), len(here.unread), model.waiting_jobs)
        for place, (name, count) in enumerate(zip(self._tables, counts, strict=True)):
            title = words(f"news.{name}_tab")
            self.tabs.setTabText(place, f"{title} {count}" if count else title)
        self._window.show_keys()

    def _when(self, get: Callable[[Any], object]) -> Column:
        return Column(
            key="at",
            title=self._words("news.at"),
            get=get,
            kind=Kind.INSTANT,
            width=140,
            zone=self._frame.person.zone,
        )

    def _table(self, name: str, columns: list[Column], empty: Empty) -> Table:
        return Table(self._frame, f"news.{name}", columns, empty=empty, can_filter=False)

    def _story_table(self) -> Table:
        words = self._words

        def tone(one: Told) -> Tone:
            return Tone.BAD if one.is_bad else Tone.PLAIN

        what = Column(
            key="what",
            title=words("news.what"),
            get=lambda one: one.text,
            stretches=True,
            tone=tone,
        )
        empty = Empty("history", words("news.no_sync"), words("news.no_sync_hint"))
        return self._table("sync", [self._when(lambda one: one.at_us), what], empty)

    def _kept_table(self) -> Table:
        words = self._words

        def name(one: KeptDocument) -> str:
            return f"{words.of('kind', one.kind)} {formats.short_number(one.number)}".rstrip()

        def show_whole(one: KeptDocument | None) -> None:
            """What the row in front has no room for, with the whole number."""
            told = [] if one is None else [words.sentence(one.code), advice(words, one)]
            number = f"{one.number}  " if one is not None else ""
            self._whole.setText(number + words("news.sentence_gap").join(told))

        columns = [
            self._when(lambda one: one.at_us),
            Column(key="document", title=words("news.document"), get=name, width=200),
            Column(
                key="why",
                title=words("news.why"),
                get=lambda one: words.sentence(one.code),
                stretches=True,
            ),
            Column(key="do", title=words("news.do"), get=lambda one: advice(words, one), width=240),
        ]
        empty = Empty("circle-check", words("news.no_kept"), words("news.no_kept_hint"))
        made = self._table("kept", columns, empty)
        made.chosen.connect(show_whole)
        return made

    def _site_of(self, one: TaskLine) -> str:
        found = self.model.subjects.get(one.id)
        return (found.site_name if found else one.site_id) or self._words("tasks.head_office")

    def _task_table(self) -> Table:
        words = self._words
        columns = [
            self._when(lambda one: one.last_at_us),
            Column(
                key="what",
                title=words("tasks.what"),
                get=lambda one: task_text(words, one, self.model.subjects.get(one.id)),
                stretches=True,
            ),
            Column(key="site", title=words("tasks.site"), get=self._site_of, width=130),
        ]
        empty = Empty("circle-check", words("tasks.none"), words("tasks.none_hint"))
        table = self._table("tasks", columns, empty)
        table.activated.connect(self._open_task)
        return table

    def _notice_table(self) -> Table:
        words, frame = self._words, self._frame

        def text(one: Notice) -> str:
            return notice_text(words, one, frame.person.zone, frame.desk.now_us)

        def tone(one: Notice) -> Tone | None:
            return None if one.is_read else Tone.ACCENT

        columns = [
            self._when(lambda one: one.at_us),
            Column(key="what", title=words("news.what"), get=text, stretches=True, tone=tone),
        ]
        empty = Empty("circle-check", words("news.no_notices"), words("news.no_notices_hint"))
        table = self._table("notices", columns, empty)
        table.activated.connect(self._read_notice)
        return table

    def _read_notice(self, one: Notice) -> None:
        """Took note; what asks for new labels goes on where they are made."""
        self._frame.tasks.start(self._take_note(one))
        if one.kind == "labels":
            self.close_with(partial(self._window.open, "labels", "changed"))

    async def _take_note(self, one: Notice) -> None:
        await self.model.prices.read(one)
        await self.model.load()

    def _job_table(self) -> Table:
        words = self._words
        columns = [
            self._when(lambda one: one.created_at_us),
            Column(key="title", title=words("news.paper"), get=lambda one: one.title, width=226),
            Column(
                key="state",
                title=words("news.state"),
                get=lambda one: words(f"job.{one.state.value}"),
                width=90,
            ),
            Column(
                key="why",
                title=words("news.why"),
                get=lambda one: (
                    words.sentence(one.code, {"reason": one.reason}) if one.code else ""
                ),
                stretches=True,
            ),
        ]
        empty = Empty("printer", words("news.no_jobs"), words("news.no_jobs_hint"))
        return self._table("jobs", columns, empty)
