"""The keys of actions as people chose them on this device (I05); the others keep their own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from desktop.ui.actions import Action
from desktop.ui.frame import Settings

SETTING: Final = "keys"
"""Where the choice is kept: one line ``screen action key`` for each action that was changed."""
EVERYWHERE: Final = "*"
"""The screen of actions that act on every screen."""
FIXED: Final = frozenset({
    "Escape", "Return", "Tab", "Backtab", "Space", "Up", "Down", "Left", "Right", "PgUp", "PgDown",
    "Home", "End", "Backspace", "Delete", "Ins", "Insert", "*", "=", "+", "-", ".", "/",
    "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+A", "Ctrl+Y",
    *"0123456789",
})  # fmt: skip
"""Keys of scans, of typing and of stepping back: no action is moved to them or away from them."""


class KeyMap:
    """Which key an action has here. Reads the settings at each question: a change holds at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._read = ""
        self._chosen: dict[tuple[str, str], str] = {}

    def bound(self, screen_id: str, actions: Sequence[Action]) -> list[Action]:
        """The actions of a screen, each with the first key it has here."""
        chosen = self.chosen()
        if not chosen:
            return list(actions)
        taken = {key for (place, _), key in chosen.items() if place == screen_id}
        met: set[str] = set()
        found = []
        for one in actions:
            key = "" if one.text in met else chosen.get((screen_id, one.text), "")
            met.add(one.text)
            found.append(_with_key(one, key, taken))
        return found

    def chosen(self) -> dict[tuple[str, str], str]:
        """The keys people chose, by screen and action."""
        raw = self._settings.get(SETTING)
        if raw != self._read:
            self._read = raw
            parts = (line.split(" ") for line in raw.splitlines())
            self._chosen = {(one[0], one[1]): one[2] for one in parts if len(one) == 3}
        return self._chosen

    def choose(self, screen_id: str, action: str, key: str) -> None:
        """From now on the action has this key; '' gives it its own back."""
        chosen = dict(self.chosen())
        chosen.pop((screen_id, action), None)
        if key:
            chosen[screen_id, action] = key
        self._keep(chosen)

    def reset(self) -> None:
        """Every action has its own key again."""
        self._keep({})

    def _keep(self, chosen: dict[tuple[str, str], str]) -> None:
        lines = [f"{place} {action} {key}" for (place, action), key in sorted(chosen.items())]
        self._settings.put(SETTING, "\n".join(lines))


def _with_key(action: Action, key: str, taken: set[str]) -> Action:
    if key:
        return replace(action, keys=(key, *(one for one in action.keys[1:] if one not in taken)))
    if taken & set(action.keys):
        return replace(action, keys=tuple(one for one in action.keys if one not in taken))
    return action


def is_fixed(action: Action) -> bool:
    """Whether the action's key is nobody's choice: no key, or one of scans, typing and steps."""
    return not action.keys or action.keys[0] in FIXED
