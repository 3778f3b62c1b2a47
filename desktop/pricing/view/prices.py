"""Price versions: what each changed, and the draft of the next one as a grid."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout

from desktop.pricing.model.draft import GridRow, PriceDraft
from desktop.pricing.model.pasted import csv_of, has_heading
from desktop.pricing.model.scaling import kind_of
from desktop.pricing.model.versions import VersionsModel
from desktop.pricing.model.words import dimension_text
from desktop.pricing.view.columns import Columns
from desktop.pricing.view.panels import PublishPanel, problems_list
from desktop.pricing.view.price_file import AGAIN, PriceFilePanel
from desktop.pricing.view.scale_panel import ScalePanel
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.question import TextQuestion
from desktop.ui.screen import Screen
from desktop.ui.sheet_file import choose_sheet, read_sheet
from desktop.ui.table.table import PastedRows, Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Banner, Empty, label, pill, row
from desktop.words import formats
from shared.core.clock import business_day
from shared.core.errors import RuleViolation
from shared.pricing.queries import VersionView
from shared.pricing.rules import PriceRow

LIST_WIDTH = 300

Recall = Callable[[str, int, str, str], Awaitable[None]]
"""Makes the next version with an earlier one's prices: organisation, number, approver, reason."""

Rehearse = Callable[[str, int, Sequence[PriceRow]], Awaitable[None]]
"""Prices the last orders by a draft and shows it: organisation, parent, its rows."""
History = Callable[[str, str], Coroutine[object, object, None]]
"""Shows how a product's price became what it is: organisation, product."""


class PricesScreen(Screen):
    """Versions on top, what the chosen one changed below; or the draft in their place."""

    def __init__(
        self,
        frame: Frame,
        *,
        recall: Recall | None = None,
        rehearse: Rehearse | None = None,
        history: History | None = None,
    ) -> None:
        super().__init__(frame)
        self._recall_version = recall
        self._rehearse_draft = rehearse
        self._show_history = history
        self.model = VersionsModel(frame.desk)
        words = self.words
        columns = Columns(frame, self.model)
        self.org = Choice(words("price.org"), self.model.orgs, value=self.model.org_id)
        self.org.picked.connect(self.model.choose_org)
        self.state = pill("")
        self.banner = Banner()
        self.versions = Table(frame, "price-versions", columns.versions(), can_filter=False)
        self.versions.chosen.connect(lambda _one: self._show_diff())
        self.versions.chosen.connect(lambda _one: self.keys_changed())
        self.changes = Table(
            frame,
            "price-changes",
            columns.changes(),
            empty=Empty("scale", words("price.no_changes"), words("price.no_changes_hint")),
        )
        self.list = Choice(words("price.list"), ())
        self.list.setMinimumWidth(scaled(LIST_WIDTH))
        self.list.picked.connect(self.model.lists.choose)
        self.changes.add_to_bar(self.list)
        self.grid = Table(
            frame,
            "price-draft",
            columns.draft(self._type),
            empty=Empty("tags", words("price.grid_empty"), words("price.grid_empty_hint")),
            goes_down=True,
        )
        self.grid.pasted.connect(self._paste)
        self.only_changed = False
        self._build()
        self.until_gone(self.model.watch(self._show))
        self.until_gone(self.model.lists.watch(self._show_list))
        self.watch(self.model.refresh, "price_version")

    def _build(self) -> None:
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.versions)
        split.addWidget(self.changes)
        split.setSizes([260, 340])
        split.setHandleWidth(SPACE_M)
        self.pages = QStackedWidget()
        self.pages.addWidget(split)
        self.pages.addWidget(self.grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        head = row(label(self.words("price.org"), "muted"), self.org, self.state, None)
        assert isinstance(head.layout(), QHBoxLayout)
        layout.addWidget(head)
        layout.addWidget(self.banner)
        layout.addWidget(self.pages, 1)

    def shown(self, subject: str = "") -> None:
        self.model.refresh()
        (self.grid if self.is_drafting else self.versions).view.setFocus()

    @property
    def is_drafting(self) -> bool:
        """Whether the draft is in front."""
        return self.pages.currentIndex() == 1

    def key_actions(self) -> tuple[Action, ...]:
        if self.is_drafting:
            return (
                Action(text="price.submit", keys=("F10",), run=self._submit),
                Action(text="price.rehearse", keys=("T",), run=self._rehearse),
                Action(text="price.scale", keys=("F6",), run=self._scale),
                Action(text="price.file", keys=("Ctrl+O",), run=self._open_file),
                Action(text="price.only_changed", keys=("F5",), run=self._toggle_changed),
                Action(text="price.undo", keys=("Ctrl+Z",), run=self._undo),
                Action(text="price.drop", keys=("Ctrl+Delete",), run=self._drop),
                Action(text="price.versions", keys=("F8",), run=self._to_versions),
            )
        return (
            Action(text="price.clone", keys=("C",), run=self._clone, permission="price.publish"),
            Action(
                text="price.board",
                keys=("B",),
                run=lambda: self.frame.open("price-board", self.model.org_id),
            ),
            Action(
                text="price.recall",
                keys=("R",),
                run=self._recall,
                permission="price.publish",
                is_enabled=self._can_recall,
            ),
            Action(
                text="price.history",
                keys=("H",),
                run=self._history,
                is_enabled=lambda: (
                    self.changes.current is not None and bool(self.changes.current.product_id)
                ),
            ),
            Action(
                text="price.next_list",
                keys=("L",),
                run=self.model.lists.next_list,
                is_enabled=lambda: len(self.model.lists.lists) > 1,
            ),
            Action(text="price.only_changed", keys=("F5",), run=self.model.lists.toggle_changed),
            Action(text="price.next_org", keys=("Ctrl+O",), run=self._next_org),
        )

    # showing

    def _show(self) -> None:
        self.versions.set_rows(self.model.versions)
        draft = self.model.draft
        self.state.setVisible(draft is not None)
        if draft is not None:
            counts = draft.counts
            self.state.setText(
                self.words("price.draft_of", n=draft.parent_number)
                + " · "
                + self.words(
                    "price.counts", up=counts.up, down=counts.down, new=counts.new, gone=counts.gone
                )
            )
            outside, free = draft.outside, draft.free
            text = self.words("price.outside", n=outside) if outside else ""
            text = self.words("price.free", n=free) if free else text
            self.banner.say(text, Tone.BAD if free else Tone.WAITING)
            self.grid.set_rows(draft.rows(only_changed=self.only_changed))
        else:
            self.banner.say("")
        if draft is None and self.is_drafting:
            self.pages.setCurrentIndex(0)

    def _show_diff(self) -> None:
        self.frame.tasks.start(self._load_diff())

    async def _load_diff(self) -> None:
        await self.model.lists.look(self.model.org_id, self.versions.current)

    def _show_list(self) -> None:
        """The lists the version holds, and the one looked at."""
        words, lists = self.words, self.model.lists
        offered = [
            (
                one.dimension,
                words(
                    "price.list_of",
                    name=dimension_text(words, self.model.names, one.dimension),
                    changed=one.changed,
                    held=one.held,
                ),
            )
            for one in lists.lists
        ]
        self.list.offer(offered, lists.dimension)
        self.list.setVisible(bool(offered))
        self.changes.set_rows(lists.lines)
        self.keys_changed()

    # keys

    def _next_org(self) -> None:
        self.model.next_org()
        self.org.set_value(self.model.org_id)

    def _clone(self) -> None:
        self.draft_watched(self.model.clone())
        self.pages.setCurrentIndex(1)
        self._show()
        self.grid.view.setFocus()

    def draft_watched(self, draft: PriceDraft) -> None:
        """Draw the grid again after each change of the draft."""
        self.until_gone(draft.watch(self._show))

    def _to_versions(self) -> None:
        self.pages.setCurrentIndex(0)
        self.versions.view.setFocus()

    def _type(self, one: GridRow, text: str) -> None:
        if self.model.draft is not None:
            self.model.draft.type_value(one, text)

    def _paste(self, lines: PastedRows) -> None:
        draft = self.model.draft
        if draft is None:
            return
        if has_heading(lines, self.model.product_of):
            # Columns are named: they are read as those of a file are.
            self.frame.tasks.start(self._take_sheet(csv_of(lines), self.words("price.clipboard")))
            return
        problems = draft.paste(lines, self.model.product_of, self.model.dimension_of)
        taken = len(lines) - len(problems)
        self.frame.say(self.words("price.pasted", n=taken), Tone.WAITING if problems else Tone.GOOD)
        if problems:
            texts = [(f"{one.line}: {one.text}", self.words.error(one.error)) for one in problems]
            self.frame.show_sheet(problems_list(texts), self.words("price.problems"))

    def _undo(self) -> None:
        if self.model.draft is not None and not self.model.draft.undo():
            self.frame.say(self.words("price.nothing_to_undo"), Tone.WAITING)

    def _drop(self) -> None:
        if self.model.draft is not None and self.grid.current is not None:
            self.model.draft.drop_change(self.grid.current)

    def _toggle_changed(self) -> None:
        self.only_changed = not self.only_changed
        self._show()

    def _scale(self) -> None:
        self.frame.tasks.start(self._ask_scale())

    async def _ask_scale(self) -> None:
        draft = self.model.draft
        if draft is None:
            return
        asked = await self.frame.ask(ScalePanel(self.frame, self.grid.rows.shown))
        if asked is None:
            return
        picked = {one.key for one in self.grid.rows.shown if kind_of(one.stated.row) in asked.kinds}
        changed = draft.scale(asked.factor_micro, lambda one: one.key in picked)
        self.frame.say(self.words("price.scaled", n=changed), Tone.GOOD)

    def _open_file(self) -> None:
        choose_sheet(self, self.words("price.file"), self.frame, self.take_file)

    async def take_file(self, path: Path) -> None:
        """Look through a file's prices and take them into the draft."""
        await self._take_sheet(await read_sheet(self.frame.desk, path), path.name)

    async def _take_sheet(self, content: bytes, name: str) -> None:
        file = self.model.file(self.frame.settings)
        await file.open(content, name)
        answer = await self.frame.ask(PriceFilePanel(self.frame, file, self.model.names))
        self._show()
        if answer == AGAIN:
            self._open_file()
        elif file.taken is not None:
            self.grid.view.setFocus()

    def _rehearse(self) -> None:
        draft = self.model.draft
        if draft is None or not draft.changes or self._rehearse_draft is None:
            self.frame.say(self.words("price.nothing_to_submit"), Tone.WAITING)
            return
        self.frame.tasks.start(self._ask_rehearsal(draft))

    async def _ask_rehearsal(self, draft: PriceDraft) -> None:
        assert self._rehearse_draft is not None, "the key does nothing without it"
        rows = await self.model.rows_to_publish()
        await self._rehearse_draft(self.model.org_id, draft.parent_number, rows)

    def _history(self) -> None:
        one = self.changes.current
        if self._show_history is not None and one is not None and one.product_id:
            self.frame.tasks.start(self._show_history(self.model.org_id, one.product_id))

    def _submit(self) -> None:
        self.frame.tasks.start(self._ask_submit())

    async def _ask_submit(self) -> None:
        draft = self.model.draft
        if draft is None or not draft.changes:
            self.frame.say(self.words("price.nothing_to_submit"), Tone.WAITING)
            return
        today = date.fromisoformat(business_day(self.frame.desk.now_us, self.frame.person.zone))
        panel = PublishPanel(self.frame, draft, today, self.model.regions())
        answer = await self.frame.ask(panel)
        if answer is None:
            return
        draft.set_header(answer)
        starts = self._starts(answer.effective_at_us)
        counts = draft.counts
        changed = self.words(
            "price.counts", up=counts.up, down=counts.down, new=counts.new, gone=counts.gone
        )
        why = self.words("price.to_approve", changed=changed, starts=starts, why=answer.reason)
        approver = await self.frame.approve("price.approve", why)
        if approver is None:
            return
        await self.model.submit(approver)
        self.pages.setCurrentIndex(0)
        self.versions.go_to(0)
        self.versions.view.setFocus()
        self.frame.say(self.words("price.submitted", starts=starts), Tone.GOOD)
        self.frame.sync()

    def _starts(self, at_us: int) -> str:
        """When a version is in force, in words: the author and the approver both read it."""
        if not at_us:
            return self.words("price.starts_now")
        return self.words("price.starts_at", at=formats.instant(at_us, self.frame.person.zone))

    def _can_recall(self) -> bool:
        one, newest = self.versions.current, self.model.newest
        is_earlier = one is not None and newest is not None and 0 < one.number < newest.number
        return self._recall_version is not None and is_earlier

    def _recall(self) -> None:
        if self._can_recall():
            self.frame.tasks.start(self._ask_recall(self.versions.current))

    async def _ask_recall(self, version: VersionView) -> None:
        words = self.words
        panel = TextQuestion(
            words, words("price.recall_to", n=version.number), words("price.recall_hint")
        )
        reason = await self.frame.ask(panel)
        if reason is None:
            return
        if not reason.strip():
            raise RuleViolation("REASON_MISSING")
        what = words("price.recall_to", n=version.number)
        why = words("approve.what", what=what, why=reason.strip())
        approver = await self.frame.approve("price.approve", why)
        if approver is None or self._recall_version is None:
            return
        await self._recall_version(self.model.org_id, version.number, approver, reason.strip())
        self.model.refresh()
        self.frame.say(words("price.recalled", n=version.number), Tone.GOOD)
        self.frame.sync()
