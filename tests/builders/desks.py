"""A desk over the demo brand's house, for models without a window."""

import asyncio
from collections.abc import Awaitable, Callable

from desktop.store.desk import Desk
from tests.builders.window_house import WindowHouse, a_window_house


def at_desk(
    script: Callable[[Desk, WindowHouse], Awaitable[None]], house: WindowHouse | None = None
) -> None:
    """Run a script with a desk and the house it stands in."""

    async def main() -> None:
        stands_in = house or a_window_house()
        desk = Desk(stands_in)
        try:
            await script(desk, stands_in)
        finally:
            desk.close()
            stands_in.close()

    asyncio.run(main())
