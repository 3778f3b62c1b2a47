"""The explicit list of scenes: each brings one screen into a state worth looking at."""

from collections.abc import Awaitable, Callable

from tests.builders.window_house import Stage
from tests.gallery import scenes_office

Scene = Callable[[Stage], Awaitable[None]]
SCENES: tuple[tuple[str, Scene], ...] = (*scenes_office.SCENES,)
