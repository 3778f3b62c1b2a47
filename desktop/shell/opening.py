"""The window while the program is still loading: in its place, in its look, with its name; and
what is told when it cannot open."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton, QVBoxLayout, QWidget

from desktop.ui.theme import SPACE_L, SPACE_S

_SENTENCE_WIDTH = 560


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
        self._layout = QVBoxLayout(whole)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout.setSpacing(SPACE_S)
        self._hint = QLabel(hint)
        for shown, style in ((QLabel(name), "big"), (self._hint, "muted")):
            shown.setObjectName(style)
            shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._layout.addWidget(shown)
        self.setCentralWidget(whole)

    def fail(
        self, sentence: str, again: str, try_again: Callable[[], None], closed: Callable[[], None]
    ) -> None:
        """It cannot open: why, and a button to try once more; Enter presses it."""
        self._closed = closed
        self._hint.setText(sentence)
        self._hint.setObjectName("")
        self._hint.style().polish(self._hint)
        self._hint.setWordWrap(True)
        self._hint.setFixedWidth(_SENTENCE_WIDTH)
        button = QPushButton(again)
        button.clicked.connect(try_again)
        self._layout.addSpacing(SPACE_L)
        self._layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignCenter)
        button.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Escape closes; Enter presses the button, which no dialog does for it here."""
        button = self.findChild(QPushButton)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and button is not None:
            button.click()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        painted, self._painted = self._painted, None
        if painted is not None:
            painted()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if not self.is_going:
            self._closed()
        super().closeEvent(event)
