"""State of the page where people choose keys: every action of a screen, its key, what collides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.ui.actions import Action
from desktop.ui.keymap import EVERYWHERE, FIXED, KeyMap, is_fixed
from desktop.watched import Watched
from shared.core.errors import RuleViolation

ActionsOf = Callable[[str], Sequence[Action]]
"""The actions of a screen with the keys the program gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One action of a screen; ``own_key`` is the program's, ``key`` the one it has here."""

    action: str
    """Key of its name in the tables of texts."""
    key: str
    own_key: str
    is_fixed: bool

    @property
    def is_changed(self) -> bool:
        """Whether people chose another key than the program's."""
        return self.key != self.own_key


class KeyChoosing(Watched):
    """The keys of one screen at a time; ``*`` is what acts everywhere."""

    def __init__(self, keymap: KeyMap, actions_of: ActionsOf, screen_id: str = EVERYWHERE) -> None:
        super().__init__()
        self._keymap = keymap
        self._actions_of = actions_of
        self.screen_id = screen_id

    def show(self, screen_id: str) -> None:
        """Look at another screen's keys."""
        self.screen_id = screen_id
        self.changed()

    @property
    def rows(self) -> list[KeyRow]:
        """Every action of the screen, in the order of its key line; one row for each name."""
        return self._rows_of(self.screen_id)

    @property
    def has_changes(self) -> bool:
        """Whether any key anywhere was chosen."""
        return bool(self._keymap.chosen())

    def other(self, row: KeyRow, key: str) -> KeyRow | None:
        """The action that has this key already, here or everywhere; None when it is free."""
        rows = self._rows_of(self.screen_id)
        if self.screen_id != EVERYWHERE:
            rows += self._rows_of(EVERYWHERE)
        return next((one for one in rows if one.key == key and one.action != row.action), None)

    def check(self, row: KeyRow, key: str) -> None:
        """Raises RuleViolation KEY_FIXED for a key that scans, typing or stepping back need."""
        is_bare_everywhere = self.screen_id == EVERYWHERE and len(key) == 1
        if row.is_fixed or key in FIXED or is_bare_everywhere or not key:
            raise RuleViolation("KEY_FIXED", key=key)

    def choose(self, row: KeyRow, key: str) -> None:
        """The action has this key now; whoever had it gets the one that became free.

        Raises: RuleViolation KEY_FIXED, KEY_EVERYWHERE (the other acts on every screen).
        """
        self.check(row, key)
        other = self.other(row, key)
        if other is not None:
            here = {one.action for one in self._rows_of(self.screen_id)}
            if other.is_fixed or other.action not in here:
                raise RuleViolation("KEY_EVERYWHERE", key=key)
            self._put(other, row.key)
        self._put(row, key)
        self.changed()

    def reset(self, row: KeyRow) -> None:
        """The action has the program's key again; who took it gives it back."""
        if row.is_changed:
            self.choose(row, row.own_key)

    def reset_all(self) -> None:
        """Every action on every screen has the program's key again."""
        self._keymap.reset()
        self.changed()

    def _put(self, row: KeyRow, key: str) -> None:
        self._keymap.choose(self.screen_id, row.action, "" if key == row.own_key else key)

    def _rows_of(self, screen_id: str) -> list[KeyRow]:
        own: dict[str, Action] = {}
        for one in self._actions_of(screen_id):
            own.setdefault(one.text, one)
        bound = self._keymap.bound(screen_id, list(own.values()))
        return [
            KeyRow(
                action=action.text,
                key=here.keys[0] if here.keys else "",
                own_key=action.keys[0] if action.keys else "",
                is_fixed=is_fixed(action),
            )
            for action, here in zip(own.values(), bound, strict=True)
        ]
