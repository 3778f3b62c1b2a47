"""The window before anybody is signed in: first run, signing in, a locked device."""

from collections.abc import Callable

from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget

from desktop.runtime.keys import later
from desktop.shell.statusbar import Standing, StatusBar
from desktop.ui.panel import Overlay
from desktop.ui.theme import SPACE_L, SPACE_S
from desktop.ui.widgets import button, label
from desktop.words.texts import Words


class Gate(QMainWindow):
    """Holds one page. ``closed`` is called when the person closes the window."""

    def __init__(
        self,
        words: Words,
        *,
        other_language: Callable[[], None],
        other_scheme: Callable[[], None],
        closed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._closed = closed
        self._other_language = other_language
        self._other_scheme = other_scheme
        self.page: QWidget | None = None
        self.is_going = False
        """The program takes it away itself: nobody closed it."""
        self.draw(words)

    def draw(self, words: Words) -> None:
        """Everything anew, without a page."""
        self._leave_page()
        self.setWindowTitle(words("app.name"))
        self.bar = StatusBar(words)
        whole = QWidget()
        whole.setObjectName("page")
        self._layout = QVBoxLayout(whole)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._head(words))
        self._layout.addStretch(1)
        self._layout.addWidget(self.bar)
        self.setCentralWidget(whole)
        self.overlay = Overlay(whole)

    def _head(self, words: Words) -> QWidget:
        made = QWidget()
        across = QHBoxLayout(made)
        across.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        across.addWidget(label(words("app.name"), "title"))
        across.addStretch(1)
        self.language: QPushButton = button(
            words("gate.other_language"), self._other_language, kind="flat", icon_name="languages"
        )
        # Named in the other language: for who cannot read this one.
        self.language.setProperty("data", True)
        across.addWidget(self.language)
        across.addWidget(
            button(words("gate.other_scheme"), self._other_scheme, kind="flat", icon_name="moon")
        )
        return made

    def show_page(self, page: QWidget) -> None:
        """Put a page in place of the one before."""
        self._leave_page()
        self.page = page
        item = self._layout.takeAt(1)
        del item
        # A page that begins with a field keeps it: whoever comes here may type at once.
        first = page.findChild(QLineEdit) or page
        self._layout.insertWidget(1, page, 1)
        first.setFocus()
        # The page is not on screen yet: what the window shows first would have the focus.
        later(0, first.setFocus, first)

    def show_standing(self, standing: Standing) -> None:
        """Where the device stands, for the bar."""
        self.bar.show_standing(standing)

    def press(self, key: str) -> bool:
        """Keys go to the page."""
        found = getattr(self.page, "press", None)
        return bool(found is not None and found(key))

    def scanned(self, code: str) -> None:
        """A badge may be scanned: the page takes it when it can."""
        found = getattr(self.page, "scanned", None)
        if found is not None:
            found(code)

    def _leave_page(self) -> None:
        leave = getattr(self.page, "leave", None)
        if leave is not None:
            leave()
        if self.page is not None:
            self.page.deleteLater()
        self.page = None

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.overlay.fit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self._leave_page()
        if not self.is_going:
            self._closed()
        super().closeEvent(event)
