"""The store as screens use it."""

import asyncio

from sqlalchemy import Connection

from desktop.runtime.tasks import TaskScope
from desktop.store.desk import Desk
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse


def test_what_is_asked_after_the_window_closed_is_cancelled_and_no_fault() -> None:
    """News that was gathered while it closed asks once more; there is nobody to tell."""
    told: list[BaseException] = []

    async def script(desk: Desk, _house: WindowHouse) -> None:
        scope = TaskScope(told.append, told.append)
        desk.close()
        asked = scope.start(desk.fetch(_one))
        worked = scope.start(desk.work(lambda: 1))
        await asyncio.wait([asked, worked])
        assert asked.cancelled()
        assert worked.cancelled()

    at_desk(script)
    assert told == []


def _one(_connection: Connection) -> int:
    return 1
