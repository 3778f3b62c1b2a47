"""A panel over the screen: asks for one thing, closes with an answer, Esc is one step back."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QRegion, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.ui.actions import Action
from desktop.ui.keyline import shown_key
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_XL, TARGET_TILL, scaled
from desktop.ui.widgets import button, row
from desktop.words.texts import Words


class Panel(QFrame):
    """Base of what used to be dialogs. ``body`` takes the content.

    What Enter does stands as a button at the foot, for people with a mouse or a touch screen;
    a panel with a primary button of its own keeps that one.
    """

    confirm_keys: tuple[str, ...] = ("Return",)
    """Whose action the button at the foot does: the first key that has one. () = no button."""
    has_own_confirm: bool | None = None
    """Whether the panel draws such a button itself; None = it does if it has a primary one."""

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
        self._confirm: QPushButton | None = None
        self._confirm_run: Callable[[], None] = self.back
        self._answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def set_title(self, title: str) -> None:
        """Another title: the panel asks for something else now."""
        self._heading.setText(title)
        self.setAccessibleName(title)

    def key_actions(self) -> tuple[Action, ...]:
        """What can be done while the panel is open; Esc is always there."""
        return ()

    def show_confirm(
        self, words: Words, actions: Sequence[Action], run: Callable[[Action], None]
    ) -> None:
        """Draw the button of what can be confirmed now, of these actions; ``run`` does one."""
        wanted = self._to_confirm(actions)
        if wanted is None:
            if self._confirm is not None:
                self._confirm.setVisible(False)
            return
        action, key = wanted
        if self._confirm is None:
            self._confirm = button("", self._do_confirm, kind="primary")
            self._confirm.setMinimumHeight(TARGET_TILL)
            # The field keeps the focus: a click does what the key does, wherever that was.
            self._confirm.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.body.addWidget(row(None, self._confirm))
        self._confirm_run = lambda: run(action)
        self._confirm.setText(f"{words(action.text)}   {shown_key(key)}")
        self._confirm.setVisible(True)

    def _do_confirm(self) -> None:
        self._confirm_run()

    def _to_confirm(self, actions: Sequence[Action]) -> tuple[Action, str] | None:
        if self._draws_own():
            return None
        for key in self.confirm_keys:
            for one in actions:
                if key in one.keys and one.text != "ask.back":
                    return one, key
        return None

    def _draws_own(self) -> bool:
        if self.has_own_confirm is not None:
            return self.has_own_confirm
        buttons = self.findChildren(QPushButton)
        return any(
            one is not self._confirm and one.property("kind") in ("primary", "danger")
            for one in buttons
        )

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
        self._open: QWidget | None = None
        self.hide()

    def leave_open(self, part: QWidget) -> None:
        """A part of the window that stays in reach of the mouse: the line with the panel's keys."""
        self._open = part

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
            self._spare(parent)

    def _spare(self, parent: QWidget) -> None:
        """Lie over everything but the open part, and whatever of a panel reaches over it."""
        part = self._open
        if part is None or not part.isVisible():
            self._layout.setContentsMargins(0, 0, 0, 0)
            self.clearMask()
            return
        place = part.rect().translated(part.mapTo(parent, QPoint(0, 0)))
        self._layout.setContentsMargins(0, 0, 0, max(self.height() - place.top(), 0))
        covered = QRegion(self.rect()) - QRegion(place)
        for panel in self.panels:
            covered += QRegion(panel.geometry())
        self.setMask(covered)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.fit()

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
