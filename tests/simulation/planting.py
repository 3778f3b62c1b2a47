"""How a bug is planted: one small function of the product is another one for a while."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Plant:
    """One bug: what it replaces, and what by."""

    target: Any
    name: str
    make: Callable[[Any], Any]
    """From the original, taken when the plant is set."""
    other: "Plant | None" = None
    """A second guard against the same harm, switched off with the first one."""

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """The bug is there while the block runs."""
        with ExitStack() as patches:
            patches.enter_context(patch.object(self.target, self.name, self.make(self.original)))
            if self.other is not None:
                patches.enter_context(self.other())
            yield

    @property
    def original(self) -> Any:
        """What stands there now."""
        return getattr(self.target, self.name)


def nothing(*_arguments: object, **_named: object) -> None:
    """Do nothing."""
    return


def new_transaction(connection: Connection) -> None:
    """Commit what was done so far, and go on in another transaction."""
    disk = connection.connection.dbapi_connection
    assert disk is not None
    fuse = disk.fuse
    # The process may end between the two; a disk that fails here would be no fault of the plant.
    fuse.is_asleep = bool(fuse.error)
    disk.commit()
    disk.cursor().execute("BEGIN IMMEDIATE")
    fuse.is_asleep = False


def instead(target: object, name: str, made: Any) -> Plant:
    """Replace a function by another one."""
    return Plant(target, name, lambda _original: made)


def around(target: object, name: str, make: Callable[[Any], Any]) -> Plant:
    """Replace by what ``make`` builds from the original, taken when the plant is set."""
    return Plant(target, name, make)


def both(first: Plant, other: Plant) -> Plant:
    """Two guards of which either alone keeps the harm away."""
    return replace(first, other=other)


@contextmanager
def noting_reached(plants: Mapping[str, Plant]) -> Iterator[set[str]]:
    """The names of the plants whose originals were called while the block ran.

    Where the original is not called a plant changes nothing. Of what is no function (a constant,
    a class) nobody knows: it counts as reached.
    """
    reached: set[str] = set()
    with ExitStack() as patches:
        for name, plant in plants.items():
            original = plant.original
            if callable(original) and not isinstance(original, type):
                noted = _noted(original, name, reached)
                patches.enter_context(patch.object(plant.target, plant.name, noted))
            else:
                reached.add(name)
        yield reached


def _noted(original: Any, name: str, reached: set[str]) -> Any:
    @wraps(original)
    def noted(*arguments: Any, **named: Any) -> Any:
        reached.add(name)
        return original(*arguments, **named)

    return noted
