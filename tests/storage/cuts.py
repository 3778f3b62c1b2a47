"""T10: the power goes at any operation of the disk, and a day at the till goes on."""

import random
from collections.abc import Iterator
from functools import cache

from tests.storage.disk import Disk, Operation, Platter
from tests.storage.looking import look_after_restart
from tests.storage.shop import a_day, founded, known_before, opened
from tests.storage.tally import Tally


@cache
def day_log() -> tuple[Operation, ...]:
    """All operations of the disk in a small day, with what people were told in between."""
    disk = Disk(founded())
    with opened(disk) as shop:
        for _ in a_day(shop):
            pass
    return tuple(disk.log)


def power_cuts(*, seed: int, every: int = 1) -> Iterator[Tally]:
    """Cut the power at every ``every``-th operation of the day, and look after the restart."""
    tally = Tally("T10")
    chance = random.Random(seed)
    platter = Platter(founded())
    told: dict[str, str] = {}
    for number, operation in enumerate(day_log()):
        if operation.kind == "done":
            uid, _, printed = operation.name.partition(" ")
            told[uid] = printed
            continue
        platter.take(operation)
        if (number + seed) % every == 0:
            _cut(tally, platter, chance, told, f"seed {seed} operation {number} {operation[:3]}")
            yield tally
    yield tally


def _cut(
    tally: Tally, platter: Platter, chance: random.Random, told: dict[str, str], where: str
) -> None:
    keep = chance.choice(("none", "all", "any", "any"))
    found = look_after_restart(platter.left(chance, keep=keep), told)
    tally.tried += 1
    tally.see(f"unsynced {keep}")
    if found.uids - told.keys() - known_before():
        tally.see("durable and not told yet")
    tally.fail(f"{where} keeping {keep}", found.faults)
