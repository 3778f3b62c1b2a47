"""A desk over the demo brand's one house for models: no window, no threads, no event loop."""

from collections.abc import Callable
from typing import Any, cast

from desktop.store.desk import Desk, Neighbours
from tests.builders.one_house import House


class PlainDesk:
    """What models use of a desk; everything happens at once."""

    neighbours: Neighbours | None = None

    def __init__(self, house: House) -> None:
        self.house = house
        self.store = house
        self._done_once: set[Callable[..., Any]] = set()

    @property
    def author_id(self) -> str:
        return self.house.author_id

    @property
    def now_us(self) -> int:
        return self.house.local.now_us()

    def read(self, query: Callable[..., Any], *a: Any, **k: Any) -> Any:
        return self.house.read(lambda connection: query(connection, *a, **k))

    async def fetch(self, query: Callable[..., Any], *a: Any, **k: Any) -> Any:
        return self.read(query, *a, **k)

    async def work(self, act: Callable[..., Any], *a: Any, **k: Any) -> Any:
        return act(*a, **k)

    def do_now(self, usecase: Callable[..., Any], *a: Any, **k: Any) -> Any:
        return self.house.write(usecase, *a, **k).value

    def once(self, usecase: Callable[..., Any]) -> None:
        if usecase not in self._done_once:
            self.do_now(usecase)
            self._done_once.add(usecase)

    async def do(self, usecase: Callable[..., Any], *a: Any, **k: Any) -> Any:
        return self.do_now(usecase, *a, **k)

    def watch(self, heard: Callable[..., None], *tables: str) -> Callable[[], None]:
        return lambda: None


def sit(house: House, user: str, device: str, *, device_type: str = "till") -> Desk:
    """Sit down at a device of the house."""
    house.sit_at(device, device_type=device_type)
    house.author_id = user
    return cast(Desk, PlainDesk(house))
