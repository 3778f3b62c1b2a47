"""The collector of cycles, set so that it does not stop the window (P11, P12)."""

import gc
from typing import Final

_YOUNG: Final = 20_000
_SURVIVED: Final = 20
"""New objects until the young are looked through, and how often until those that survived are."""


def begin() -> None:
    """Loading makes hundreds of thousands of objects, of which next to none goes again."""
    gc.set_threshold(_YOUNG, _SURVIVED, _SURVIVED)


def settle() -> None:
    """What stands now stays: looking through all of it again would take 100 ms and more."""
    gc.freeze()
