"""The window while the program is still loading: in its place, in its look, with its name."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QVBoxLayout, QWidget

from desktop.ui.theme import SPACE_S


class Opening(QMainWindow):
    """``painted`` is called once, when a person can see it."""

    def __init__(
        self, name: str, hint: str, painted: Callable[[], None], closed: Callable[[], None]
    ) -> None:
        super().__init__()
        self._painted: Callable[[], None] | None = painted
        self._closed = closed
        self.is_going = False
        """The program takes it away itself."""
        self.setWindowTitle(name)
        whole = QWidget()
        whole.setObjectName("page")
        layout = QVBoxLayout(whole)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.setSpacing(SPACE_S)
        for text, style in ((name, "big"), (hint, "muted")):
            shown = QLabel(text)
            shown.setObjectName(style)
            shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(shown)
        self.setCentralWidget(whole)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        painted, self._painted = self._painted, None
        if painted is not None:
            painted()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if not self.is_going:
            self._closed()
        super().closeEvent(event)
