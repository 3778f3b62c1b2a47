"""How the interpreter shares its time, set so that the window is never stopped for long (P12)."""

import gc
import sys
from typing import Final

_TURN_S: Final = 0.001
"""So long a thread beside the window may go on while the window waits; Python's own is 5 ms."""
_YOUNG: Final = 20_000
_SURVIVED: Final = 20
"""New objects until the young are looked through, and how often until those that survived are."""


def begin() -> None:
    """Set once, before the program is loaded: hundreds of thousands of objects that stay."""
    sys.setswitchinterval(_TURN_S)
    gc.set_threshold(_YOUNG, _SURVIVED, _SURVIVED)


def settle() -> None:
    """What stands now stays: looking through all of it again would take 100 ms and more."""
    gc.freeze()
