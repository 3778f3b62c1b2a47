"""How a bug is planted: one small function of the product is another one for a while."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

Plant = Callable[[], AbstractContextManager[None]]


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

    @contextmanager
    def planted() -> Iterator[None]:
        with patch.object(target, name, made):
            yield

    return planted


def around(target: Any, name: str, make: Callable[[Any], Any]) -> Plant:
    """Replace by what ``make`` builds from the original, taken when the plant is set."""

    @contextmanager
    def planted() -> Iterator[None]:
        with patch.object(target, name, make(getattr(target, name))):
            yield

    return planted
