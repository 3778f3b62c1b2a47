"""The sheet at the right of the window, beside the screen."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.theme import SPACE_L, SPACE_M, scaled
from desktop.ui.widgets import button, label, row


class Sheet(QWidget):
    """Holds one thing under a title; ``closed`` is called by its cross."""

    def __init__(self, closed: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(scaled(360))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_L)
        self._layout.setSpacing(SPACE_M)
        self._title = label("", "strong")
        self._layout.addWidget(
            row(self._title, None, button("", closed, kind="flat", icon_name="x"))
        )
        self._content: QWidget | None = None
        self.hide()

    def put(self, content: QWidget | None, title: str) -> None:
        """Show something in place of what was there; None closes the sheet."""
        if self._content is not None:
            self._layout.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        if content is not None:
            self._layout.addWidget(content, 1)
            self._title.setText(title)
        self.setVisible(content is not None)
