"""P6: a sync with nothing new, at a small and at a large head office."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from desktop.sync.engine import drive, sync
from desktop.sync.transport import HttpTransport, new_client
from tests.benchmarks.figures import Figure, at_most, median_ms, p99_ms, seconds_of, settled
from tests.benchmarks.house import CLOCK, House, Meter, a_store
from tests.replay.office import OfficeFolder

_SMALL = 50


def run(folder: Path, products: int, rounds: int) -> Iterator[Figure]:
    """The same question to both; the large one is compared with the small one."""
    small = _quiet(folder / "small", _SMALL, rounds, None)
    yield small
    yield _quiet(folder / "large", products, rounds, small.median_ms)


def _quiet(folder: Path, products: int, rounds: int, before_ms: float | None) -> Figure:
    house = House.founded(folder / "office", products)
    identity, key = house.enrolled("01")
    house.close()
    with OfficeFolder(home=folder / "office").served() as url:
        store = a_store(folder / "till", key=key)
        store.on_writer(lambda local: local.enrol(replace(identity, server_url=url), key))
        try:
            first = HttpTransport(new_client(url), identity.device_id, key, folder / "files")
            drive(sync(store, CLOCK), first.send)
            taken, floor = [], []
            bare = new_client(url)
            with settled():
                for _ in range(rounds):
                    floor.append(seconds_of(lambda: bare.get("/nothing")))
                    taken.append(seconds_of(lambda: drive(sync(store, CLOCK), first.send)))
            bare.close()
            first.close()
            meter = Meter(url)
            metered = HttpTransport(new_client(meter.url), identity.device_id, key)
            drive(sync(store, CLOCK), metered.send)
            opening, opening_bytes = meter.requests, meter.up + meter.down
            meter.reset()
            drive(sync(store, CLOCK), metered.send)
            requests, passed = meter.requests, meter.up + meter.down
            up = meter.up
            metered.close()
            meter.close()
        finally:
            store.close()
    middle = median_ms(taken)
    goals = [
        at_most("requests", requests, 1),
        at_most("bytes with headers", passed, 800),
        at_most("ms", middle, 5),
    ]
    if before_ms is not None:
        goals.append(at_most("times the small one", middle / before_ms, 1.5))
    return Figure(
        row="P6",
        what="nothing new: one whole sync on an open connection",
        size=f"{products:,} products with prices at both ends",
        floor="one refused GET on an open connection",
        floor_ms=median_ms(floor),
        median_ms=middle,
        p99_ms=p99_ms(taken),
        size_bytes=passed,
        bytes_of="sync with headers",
        goals=tuple(goals),
        note=(
            f"{up} B up, {passed - up} B down in {requests} request; a new connection's first "
            f"sync {opening_bytes} B in {opening}"
        ),
    )
