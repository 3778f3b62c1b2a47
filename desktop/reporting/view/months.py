"""Closing months at head office: site by site, with what stands in the way in words."""

from PySide6.QtWidgets import QVBoxLayout

from desktop.reporting.model.consolidated import Asker
from desktop.reporting.model.months import Months, SiteMonth
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, Empty, label


class MonthsScreen(Screen):
    """Every site with the month closed last and the one that may be closed now."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self.asker = Asker(frame.desk, frame.detail)
        self.model = Months(frame.desk, self.asker)
        hint = label(words("months.hint"), "muted")
        hint.setWordWrap(True)
        self.banner = Banner()
        self.table = Table(
            frame,
            "months",
            self._columns(),
            empty=Empty("calendar", words("months.none"), words("months.none_hint")),
            title=words("screen.months"),
        )
        self.table.chosen.connect(lambda _one: self.keys_changed())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(hint)
        layout.addWidget(self.banner)
        layout.addWidget(self.table, 1)
        self.until_gone(self.model.watch(self._show))
        self.until_gone(self.asker.watch(self._show))
        self.until_gone(self.asker.cancel)
        self.watch(self._look, "month_request", "month_outcome")

    def shown(self, subject: str = "") -> None:
        self._load()
        self.table.view.setFocus()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="months.close_ready", keys=("F10",), run=self._close_ready,
                   is_enabled=lambda: bool(self.model.ready) and self._is_free()),
            Action(text="months.close_one", keys=("C",), run=self._close_one,
                   is_enabled=lambda: self._is_free() and self._is_ready()),
            Action(text="months.sign_off", keys=("S",), run=self._sign_off,
                   is_enabled=lambda: self._is_free() and self.model.may_sign_off(self._line)),
            Action(text="board.refresh", keys=("F5",), run=self._load),
        )  # fmt: skip

    # what a person does

    @property
    def _line(self) -> SiteMonth | None:
        found: SiteMonth | None = self.table.current
        return found

    def _is_free(self) -> bool:
        return not self.model.is_under_way

    def _is_ready(self) -> bool:
        return self._line is not None and self._line.is_ready

    def _close_ready(self) -> None:
        self.frame.tasks.start(self._ask(self.model.ready))

    def _close_one(self) -> None:
        if self._line is not None:
            self.frame.tasks.start(self._ask([self._line]))

    def _sign_off(self) -> None:
        if self._line is not None:
            self.frame.tasks.start(self._ask([self._line], is_signed_off=True))

    async def _ask(self, sites: list[SiteMonth], *, is_signed_off: bool = False) -> None:
        words = self.words
        rows = sum(one.rows for one in sites)
        said = [
            (words("months.ask", n=len(sites), month=sites[0].until, rows=f"{rows:,}"), Tone.PLAIN),
            (words("months.ask_after"), Tone.PLAIN),
        ]
        if is_signed_off:
            named = ", ".join(sites[0].named.split())
            said.append((words("months.ask_sign_off", devices=named), Tone.WAITING))
        question = Question(
            words, words("months.ask_title"), said, go_on="months.ask_yes", kind="danger"
        )
        if await self.frame.ask(question):
            await self.model.close(sites, is_signed_off=is_signed_off)
            self.frame.say(words("months.asked"), Tone.GOOD)
            self.frame.sync()

    # showing

    def _load(self) -> None:
        self.frame.tasks.start(self.model.load())

    def _look(self) -> None:
        # What was closed changes what the server says of the sites.
        self.frame.tasks.start(self.model.load() if self._is_free() else self.model.look())

    def _show(self) -> None:
        self.table.set_rows(self.model.sites)
        text, tone = self._told()
        self.banner.say(text, tone)
        self.keys_changed()

    def _told(self) -> tuple[str, Tone]:
        model, words = self.model, self.words
        if self.asker.asking is not None and not model.sites:
            return words("months.asking"), Tone.PLAIN
        if model.error is not None:
            return words.sentence(model.error.code, model.error.params), Tone.WAITING
        if model.request is None:
            return "", Tone.PLAIN
        done = len(model.outcomes)
        if model.is_under_way:
            return words("months.under_way", done=done, n=model.wanted), Tone.ACCENT
        left = [one for one in model.outcomes if one.code]
        rows = sum(one.row_count for one in model.outcomes)
        text = words("months.done", month=model.request.month, n=done - len(left), rows=f"{rows:,}")
        if not left:
            return text, Tone.GOOD
        return text + words("months.left", n=len(left)), Tone.WAITING

    def _obstacle(self, one: SiteMonth) -> str:
        if not one.rows:
            return self.words("months.nothing")
        if not one.code:
            return self.words("months.ready")
        devices = ", ".join(one.named.split())
        return self.words(f"months.{one.code}", devices=devices)

    def _columns(self) -> list[Column]:
        words = self.words
        return [
            Column(key="site", title=words("tasks.site"), get=lambda one: one.name, width=180),
            Column(
                key="closed",
                title=words("months.closed"),
                get=lambda one: one.closed or words("months.never"),
                width=112,
            ),
            Column(key="until", title=words("months.until"), get=lambda one: one.until, width=112),
            Column(
                key="rows",
                title=words("months.rows"),
                get=lambda one: one.rows,
                kind=Kind.COUNT,
                width=96,
            ),
            Column(
                key="obstacle", title=words("months.obstacle"), get=self._obstacle, stretches=True
            ),
        ]
