"""How the interpreter shares its time, set so that the window is never stopped for long (P12)."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QObject, QTimer

_TURN_S: Final = 0.001
"""So long a thread beside the window may go on while the window waits; Python's own is 5 ms."""
_YOUNG: Final = 20_000
_SURVIVED: Final = 20
"""New objects until the young are looked through, and how often until those that survived are."""
_SWEEP_MS: Final = 250


def begin() -> None:
    """Set once, before the program is loaded: hundreds of thousands of objects that stay."""
    sys.setswitchinterval(_TURN_S)
    gc.set_threshold(_YOUNG, _SURVIVED, _SURVIVED)


def settle() -> None:
    """What stands now stays: looking through all of it again would take 100 ms and more."""
    gc.freeze()


@contextmanager
def sweeping(owner: QObject) -> Iterator[None]:
    """Garbage is looked through on this thread alone, which has the windows, while a loop runs.

    Python does so on whichever thread makes one object too many, and destroys a window that is
    garbage there. Qt allows that on the window's own thread only: it hangs or crashes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    timer = QTimer(owner, interval=_SWEEP_MS)
    timer.timeout.connect(sweep)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        timer.deleteLater()
        # Nothing of these windows is left to another thread.
        gc.collect()
        if was_enabled:
            gc.enable()


def sweep() -> None:
    """Look through garbage where Python would have done so by itself."""
    limits = gc.get_threshold()
    due = [age for age, count in enumerate(gc.get_count()) if count > limits[age]]
    if due:
        gc.collect(due[-1])
