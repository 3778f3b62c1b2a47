"""Actions as data: menus, key line, palette, key map and help all come from the same list."""

from collections.abc import Callable
from dataclasses import dataclass


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a person can do on a screen or panel.

    ``keys`` are as Qt writes them (``F9``, ``Ctrl+Z``, ``W``). A single letter, digit or sign acts
    only outside text fields; inside one it is text.
    """

    text: str
    """Key of its name in the tables of texts."""
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    permission: str = ""
    """Who lacks it does not see the action; '' = everybody."""
    is_enabled: Callable[[], bool] = _always
    in_line: bool = True
    """Whether the key line at the foot of the screen shows it."""
