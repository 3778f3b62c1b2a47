"""A panel over the screen: asks for one thing, closes with an answer, Esc is one step back."""

import asyncio
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.ui.actions import Action
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_XL, scaled


class Panel(QFrame):
    """Base of what used to be dialogs. ``body`` takes the content."""

    def __init__(self, title: str, *, width: int = 440) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._wide = width
        self.setFixedWidth(scaled(width))
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_XL)
        self.body.setSpacing(SPACE_M)
        self._heading = QLabel(title)
        self._heading.setObjectName("title")
        self.body.addWidget(self._heading)
        self._answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def set_title(self, title: str) -> None:
        """Another title: the panel asks for something else now."""
        self._heading.setText(title)
        self.setAccessibleName(title)

    def key_actions(self) -> tuple[Action, ...]:
        """What can be done while the panel is open; Esc is always there."""
        return ()

    def scanned(self, code: str) -> bool:
        """A scan while the panel is open; False lets it wait until the panel is closed."""
        return False

    def fit_in(self, width: int) -> None:
        """As wide as its text wants it, but never wider than the window."""
        self.setFixedWidth(min(scaled(self._wide), width - 2 * SPACE_L))

    def takes_key(self, key: str) -> bool:
        """A key was pressed, before it is anybody's: True when the panel wanted to know it."""
        return False

    def first_focus(self) -> QWidget | None:
        """What has the focus when the panel opens."""
        return None

    def close_with(self, answer: Any) -> None:
        """Close the panel; a second answer is ignored."""
        if not self._answer.done():
            self._answer.set_result(answer)

    def back(self) -> None:
        """Esc: one step back, which closes a panel of one step."""
        self.close_with(None)

    async def answered(self) -> Any:
        """Wait for the answer."""
        return await self._answer


class Overlay(QWidget):
    """The shade over a window with at most a stack of panels on it, the last one on top."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("shade")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._layout = QVBoxLayout(self)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.panels: list[Panel] = []
        self.hide()

    @property
    def top(self) -> Panel | None:
        """The panel in front."""
        return self.panels[-1] if self.panels else None

    async def ask(self, panel: Panel) -> Any:
        """Show a panel until it is answered; what had the focus gets it back."""
        before: QWidget | None = self.window().focusWidget()
        for other in self.panels:
            other.hide()
        self.panels.append(panel)
        self._layout.addWidget(panel, 0, Qt.AlignmentFlag.AlignCenter)
        self.fit()
        self.show()
        self.raise_()
        # What wants the focus may be hidden, as an empty table is: the screen behind never has it.
        panel.setFocus()
        focus = panel.first_focus()
        if focus is not None:
            focus.setFocus()
        try:
            return await panel.answered()
        finally:
            self._take_away(panel)
            if before is not None and isValid(before):
                before.setFocus()

    def fit(self) -> None:
        """Cover the whole window."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
            for panel in self.panels:
                panel.fit_in(self.width())

    def _take_away(self, panel: Panel) -> None:
        self.panels.remove(panel)
        if not isValid(self):
            return
        self._layout.removeWidget(panel)
        panel.hide()
        panel.deleteLater()
        if self.panels:
            self.panels[-1].show()
        else:
            self.hide()
