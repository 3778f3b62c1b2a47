"""Drawing again a moment later, once, however often it was asked for meanwhile."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Soon(QObject):
    """A cell that is being edited may change its model: the table is filled anew only behind it."""

    def __init__(self, act: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(act)

    def ask(self) -> None:
        """Act when the work at hand is done."""
        self._timer.start()
