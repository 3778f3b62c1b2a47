"""The explicit list of screens, in the order of the rail."""

from desktop.tasks.view import TasksScreen
from desktop.ui.screen import ScreenSpec

SCREENS: tuple[ScreenSpec, ...] = (
    ScreenSpec(id="tasks", icon="list-checks", group="home", make=TasksScreen),
)
