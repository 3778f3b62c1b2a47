"""What keys do here and now: which action each has, and the line that shows them."""

from collections.abc import Sequence

from desktop.shell.deck import Deck
from desktop.ui.actions import Action
from desktop.ui.frame import Person
from desktop.ui.keyline import KeyLine
from desktop.ui.keymap import EVERYWHERE, KeyMap
from desktop.ui.panel import Overlay, Panel
from desktop.words.texts import Words


class Keys:
    """The actions of the panel on top, or else of the screen in front and of every screen."""

    def __init__(
        self,
        words: Words,
        person: Person,
        keymap: KeyMap,
        *,
        line: KeyLine,
        overlay: Overlay,
        deck: Deck,
        common: Sequence[Action],
    ) -> None:
        self._words = words
        self._person = person
        self._keymap = keymap
        self._line = line
        self._overlay = overlay
        self._deck = deck
        self.common = common
        """What can be done on every screen, with the keys the program gives it."""

    def show(self) -> None:
        """Draw the key line anew."""
        current, top = self._deck.current, self._overlay.top
        self._line.is_large = current is not None and current.takes_window
        if top is None:
            self._line.show_actions(self.here())
            return
        actions = self.show_confirm(top)
        if not any(_leaves(one) for one in actions):
            # Every panel says how to leave it, and the line stays where it is.
            actions.append(Action(text="ask.back", keys=("Escape",), run=top.back))
        self._line.show_actions(actions)
        self._overlay.fit()

    def show_confirm(self, panel: Panel) -> list[Action]:
        """Draw a panel's button for what Enter does; the panel's actions for this person."""
        actions = self.allowed(panel.key_actions())
        panel.show_confirm(self._words, actions, self._act)
        return actions

    def press(self, key: str) -> bool:
        """Do what this key does here; False when no action has it."""
        top = self._overlay.top
        if top is not None and top.takes_key(key):
            return True
        own = self.here() if top is None else self.allowed(top.key_actions())
        for action in (*own, *self.everywhere()):
            if key in action.keys:
                self._act(action)
                return True
        return False

    def _act(self, action: Action) -> None:
        if action.is_enabled():
            action.run()
            self.show()

    def here(self) -> list[Action]:
        """What the screen in front offers this person."""
        current = self._deck.current
        if current is None:
            return []
        return self.allowed(self._keymap.bound(self._deck.current_id, current.key_actions()))

    def everywhere(self) -> list[Action]:
        """What can be done on every screen; a screen's own key of the same name comes first."""
        return [] if self._overlay.top is not None else self._keymap.bound(EVERYWHERE, self.common)

    def allowed(self, actions: Sequence[Action]) -> list[Action]:
        """Those of the actions that this person may do."""
        return [one for one in actions if self._person.may(one.permission)]


def _leaves(action: Action) -> bool:
    """Whether an action of a panel is the way out of it."""
    return "Escape" in action.keys or action.text == "ask.back"
