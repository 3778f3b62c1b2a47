"""The list of tasks: what a person must look at."""

from PySide6.QtWidgets import QVBoxLayout

from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L
from desktop.ui.widgets import Empty
from shared.tasks.queries import TaskLine, open_tasks


class TasksScreen(Screen):
    """Open tasks, the latest first."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self.table = Table(
            frame,
            "tasks",
            [
                Column(
                    key="at",
                    title=words("tasks.at"),
                    get=lambda one: one.last_at_us,
                    kind=Kind.INSTANT,
                    width=140,
                    zone=frame.person.zone,
                ),
                Column(
                    key="what",
                    title=words("tasks.what"),
                    get=lambda one: words.sentence(
                        one.code, {param.name: param.text for param in one.params}
                    ),
                    stretches=True,
                ),
                Column(
                    key="site", title=words("tasks.site"), get=lambda one: one.site_id, width=120
                ),
            ],
            empty=Empty("circle-check", words("tasks.none"), words("tasks.none_hint")),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(self.table)
        self.watch(self.refresh, "task")

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="tasks.refresh", keys=("F5",), run=self.refresh),)

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self.table.view.setFocus()

    def refresh(self) -> None:
        """Read the tasks again."""
        self.table.set_rows(self.frame.desk.read(open_tasks))
