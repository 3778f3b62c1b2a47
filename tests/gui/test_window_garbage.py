"""A window that is garbage goes on the thread that made it, whoever makes one object too many.

Destroyed on another thread it hangs the program or ends it.
"""

import asyncio
import gc
import threading

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop.runtime.loop import run
from tests.builders.hands import until

MANY = 200_000


class Circle(QWidget):
    """Garbage that only a search finds: it holds itself."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def make_many() -> int:
    """More new objects than Python lets stand without a search."""
    return len([[] for _ in range(MANY)])


def test_a_window_that_is_garbage_goes_on_its_own_thread() -> None:
    application = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(application, QApplication)
    went_on: list[int] = []

    def gone() -> None:
        went_on.append(threading.get_ident())

    async def main() -> int:
        def drop_one() -> None:
            Circle().destroyed.connect(gone, Qt.ConnectionType.DirectConnection)

        drop_one()
        await asyncio.to_thread(make_many)
        kept = [[] for _ in range(MANY)]  # type: ignore[var-annotated]
        await until(lambda: went_on)
        return len(kept)

    assert gc.isenabled()
    assert run(application, main) == MANY
    assert went_on == [threading.get_ident()]
    assert gc.isenabled()


def test_nothing_of_a_loop_is_left_to_whoever_comes_after() -> None:
    application = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(application, QApplication)
    gone: list[int] = []

    async def main() -> int:
        Circle().destroyed.connect(lambda: gone.append(1), Qt.ConnectionType.DirectConnection)
        return 0

    run(application, main)
    assert gone == [1]
