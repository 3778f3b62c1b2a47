"""The list of members: find, take up, what they bought."""

from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.members.model import MembersModel
from desktop.members.view.finding import MemberPanel, member_columns
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M
from desktop.ui.widgets import Empty, Field
from shared.members.queries import MemberView

History = Callable[[Screen, MemberView], Awaitable[QWidget]]
"""What a member bought, drawn; selling knows it, members do not."""


class MembersScreen(Screen):
    """Members of this site, the newest first; a text finds any this device knows."""

    def __init__(self, frame: Frame, history: History) -> None:
        super().__init__(frame)
        self._history = history
        self.model = MembersModel(frame.desk, frame.person.site_id)
        words = self.words
        self.asked = Field(words("member.asked"))
        self.asked.entered.connect(self._look)
        since = Column(
            key="since",
            title=words("member.since"),
            get=lambda one: one.registered_at_us,
            kind=Kind.INSTANT,
            zone=frame.person.zone,
            width=150,
        )
        note = Column(key="note", title=words("member.note"), get=lambda one: one.note, width=160)
        self.table = Table(
            frame,
            "members",
            [*member_columns(frame), since, note],
            empty=Empty("users", words("member.empty"), words("member.empty_hint")),
            can_filter=False,
        )
        self.table.activated.connect(lambda _one: self._show())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.asked)
        layout.addWidget(self.table, 1)
        self.until_gone(self.model.watch(self.draw))
        self.watch(self.refresh, "member")

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="member.show", keys=("Return",), run=self._show, is_enabled=self._has_one),
            Action(text="member.new", keys=("N",), run=self._new, permission="member.write"),
            Action(text="member.search", keys=("F3",), run=self._search),
        )

    def _has_one(self) -> bool:
        return self.table.current is not None

    def shown(self, subject: str = "") -> None:
        if subject:
            self.asked.setText(subject)
        self.refresh()
        self.table.view.setFocus()

    def scanned(self, code: str) -> bool:
        self.asked.setText(code)
        self._look(code)
        return True

    def refresh(self) -> None:
        """Read the members again."""
        self.frame.tasks.start(self.model.look(self.asked.text()))

    def draw(self) -> None:
        """Show the model as it is now."""
        self.table.set_rows(self.model.members)
        if self.model.members and self.table.current is None:
            self.table.go_to(0)

    def _look(self, text: str) -> None:
        async def work() -> None:
            await self.model.look(text)
            if self.model.members:
                self.table.view.setFocus()

        self.frame.tasks.start(work())

    def _search(self) -> None:
        self.asked.setFocus()
        self.asked.selectAll()

    def _show(self) -> None:
        one = self.table.current

        async def work() -> None:
            self.frame.show_sheet(await self._history(self, one), one.name)

        if one is not None:
            self.frame.tasks.start(work())

    def _new(self) -> None:
        async def work() -> None:
            made = await self.frame.ask(MemberPanel(self.frame, is_new=True))
            if made is not None:
                await self.model.look(self.asked.text())

        self.frame.tasks.start(work())
