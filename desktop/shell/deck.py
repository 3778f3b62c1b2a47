"""The screens made so far, one of them in front."""

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget

from desktop.ui.screen import Screen


class Deck(QStackedWidget):
    """Makes each screen by its id when it is first asked for."""

    def __init__(self, make: Callable[[str], Screen]) -> None:
        super().__init__()
        self._make = make
        self.screens: dict[str, Screen] = {}

    @property
    def current(self) -> Screen | None:
        """The screen in front."""
        found = self.currentWidget()
        return found if isinstance(found, Screen) else None

    @property
    def current_id(self) -> str:
        """The id of the screen in front."""
        return next((name for name, one in self.screens.items() if one is self.current), "")

    def made(self, screen_id: str) -> Screen:
        """The screen, made when there is none yet."""
        if screen_id not in self.screens:
            self.screens[screen_id] = self._make(screen_id)
            self.addWidget(self.screens[screen_id])
        return self.screens[screen_id]

    def forget(self, screen_id: str) -> None:
        """Make a screen anew when it is opened next; not the one in front."""
        screen = self.screens.get(screen_id)
        if screen is not None and screen is not self.current:
            del self.screens[screen_id]
            self.removeWidget(screen)
            screen.leave()
            screen.deleteLater()

    def drop(self) -> None:
        """All screens go."""
        for one in self.screens.values():
            one.leave()
            one.deleteLater()
        self.screens.clear()
