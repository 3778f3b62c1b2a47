"""The page where people choose the keys of actions (I05): press the new key, swap, or reset."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from desktop.shell.key_choosing import KeyChoosing, KeyRow
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.keyline import shown_key
from desktop.ui.keymap import EVERYWHERE
from desktop.ui.panel import Panel
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, Tone, scaled
from desktop.ui.widgets import button, label, row, set_tone
from shared.core.errors import RuleViolation

if TYPE_CHECKING:
    from desktop.shell.window import Window


class KeysScreen(Screen):
    """Every action of a screen with its key; Enter on a line waits for the new key."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self._model: KeyChoosing | None = None
        self.table = Table(frame, "keys", self._columns(), title=words("screen.keys"))
        self.table.activated.connect(self._change)
        self.place = Choice(words("keys.place"), [])
        self.place.setMinimumWidth(scaled(220))
        self.place.picked.connect(self._show_place)
        self.table.add_to_bar(self.place)
        hint = label(words("keys.hint"), "muted")
        hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(hint)
        layout.addWidget(self.table, 1)

    @property
    def model(self) -> KeyChoosing:
        """Made when the page is first shown: only then is there a window to ask."""
        if self._model is None:
            window = self._window
            self._model = KeyChoosing(window.keymap, window.own_actions_of)
            self.until_gone(self._model.watch(self._draw))
        return self._model

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="keys.change", keys=("Return",), run=lambda: self._change(self._current)),
            Action(
                text="keys.reset",
                keys=("Delete",),
                run=self._reset,
                is_enabled=lambda: self._current is not None and self._current.is_changed,
            ),
            Action(
                text="keys.reset_all",
                keys=("F8",),
                run=self._reset_all,
                is_enabled=lambda: self._model is not None and self._model.has_changes,
            ),
            Action(text="keys.next_place", keys=("F6",), run=self._next_place),
        )

    def shown(self, subject: str = "") -> None:
        words, window = self.words, self._window
        places = [(EVERYWHERE, words("help.everywhere"))]
        places += [(one, words(f"screen.{one}")) for one in window.specs if one != "keys"]
        self.place.blockSignals(True)
        self.place.clear()
        for value, text in places:
            self.place.addItem(text, value)
        self.place.blockSignals(False)
        self.model.show(subject or self.model.screen_id)
        self.table.view.setFocus()

    # showing

    def _columns(self) -> list[Column]:
        words = self.words
        return [
            Column(
                key="action",
                title=words("keys.action"),
                get=lambda one: words(one.action),
                stretches=True,
            ),
            Column(
                key="key",
                title=words("keys.key"),
                get=lambda one: shown_key(one.key) if one.key else "",
                width=160,
                tone=lambda one: Tone.ACCENT if one.is_changed else None,
            ),
            Column(
                key="own",
                title=words("keys.own"),
                get=lambda one: shown_key(one.own_key) if one.own_key else "",
                width=160,
            ),
            Column(key="state", title=words("keys.state"), get=self._state_of, width=180),
        ]

    def _state_of(self, one: KeyRow) -> str:
        if one.is_fixed:
            return self.words("keys.fixed")
        return self.words("keys.changed") if one.is_changed else ""

    def _draw(self) -> None:
        self.place.set_value(self.model.screen_id)
        self.table.set_rows(self.model.rows)
        self.keys_changed()

    # acts

    @property
    def _current(self) -> KeyRow | None:
        found = self.table.current
        return found if isinstance(found, KeyRow) else None

    def _show_place(self, screen_id: str) -> None:
        self.model.show(screen_id)
        self.table.view.setFocus()

    def _next_place(self) -> None:
        self.place.setCurrentIndex((self.place.currentIndex() + 1) % self.place.count())
        self._show_place(str(self.place.currentData()))

    def _change(self, one: KeyRow | None) -> None:
        if one is None:
            return
        if one.is_fixed:
            self.frame.tell(RuleViolation("KEY_FIXED", key=shown_key(one.key)))
            return
        self.frame.tasks.start(self._changing(one))

    async def _changing(self, one: KeyRow) -> None:
        key = await self.frame.ask(NewKeyPanel(self.frame, self.model, one))
        if not key:
            return
        self.model.choose(one, key)
        name = self.words(one.action)
        self.frame.say(self.words("keys.done", action=name, cap=shown_key(key)), Tone.GOOD)

    def _reset(self) -> None:
        if self._current is not None:
            self.model.reset(self._current)

    def _reset_all(self) -> None:
        self.model.reset_all()
        self.frame.say(self.words("keys.all_reset"), Tone.GOOD)

    @property
    def _window(self) -> "Window":
        from desktop.shell.window import Window

        found = self.window()
        assert isinstance(found, Window)
        return found


class NewKeyPanel(Panel):
    """Waits for a key; a key of another action is swapped when the person says so."""

    def __init__(self, frame: Frame, model: KeyChoosing, one: KeyRow) -> None:
        words = frame.words
        super().__init__(words("keys.panel", action=words(one.action)), width=480)
        self._words, self._model, self._row = words, model, one
        self._key = ""
        self._shown = label(shown_key(one.key), "big")
        self._said = label(words("keys.press"), "muted")
        self._said.setWordWrap(True)
        self._take = button(words("keys.take"), self._choose, kind="primary")
        self._take.setEnabled(False)
        self.body.addWidget(self._shown)
        self.body.addWidget(self._said)
        self.body.addWidget(row(None, button(words("ask.back"), self.back), self._take))

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="keys.take",
                keys=("Return",),
                run=self._choose,
                is_enabled=lambda: bool(self._key),
            ),
        )

    def takes_key(self, key: str) -> bool:
        if key in ("Return", "Escape", "Esc", "Tab", "Backtab"):
            return False
        self._shown.setText(shown_key(key))
        try:
            self._model.check(self._row, key)
        except RuleViolation as error:
            self._say("", self._words.error(error), Tone.BAD)
            return True
        other = self._model.other(self._row, key)
        if other is None:
            self._say(key, self._words("keys.free"), Tone.GOOD)
        elif other.is_fixed or other not in self._model.rows:
            self._say("", self._words("keys.not_here", other=self._words(other.action)), Tone.BAD)
        else:
            told = self._words(
                "keys.swap", other=self._words(other.action), cap=shown_key(self._row.key)
            )
            self._say(key, told, Tone.WAITING)
        return True

    def _say(self, key: str, text: str, tone: Tone) -> None:
        self._key = key
        self._said.setText(text)
        set_tone(self._said, tone)
        self._take.setEnabled(bool(key))

    def _choose(self) -> None:
        if self._key:
            self.close_with(self._key)
