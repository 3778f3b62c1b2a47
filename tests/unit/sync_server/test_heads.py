"""Long polls: who waits hears of a commit once, whoever made it."""

import asyncio
from typing import Any

from shared.sync.messages import Cursor, ScopeHead
from sync_server.http.heads import HeadsWatch

AT_3 = Cursor(scope="site:A", generation=1, seq=3)


class Heads:
    """Heads that a test moves."""

    def __init__(self) -> None:
        self.head = 3
        self.read = 0

    def __call__(self) -> list[ScopeHead]:
        self.read += 1
        return [ScopeHead(scope="site:A", generation=1, head=self.head, count=0, digest=0)]


async def until_read(heads: Heads, reader: asyncio.Task[Any]) -> None:
    """Until the heads were looked at once; a reader that ended never will."""
    for turn in range(10_000):
        if heads.read:
            return
        if reader.done():
            reader.result()
            raise AssertionError("it ended without looking")
        await asyncio.sleep(0.001 if turn > 100 else 0)
    raise AssertionError("it never looked")


def test_what_moved_before_the_wait_is_answered_at_once() -> None:
    heads = Heads()
    heads.head = 4

    async def wait() -> list[str]:
        return await HeadsWatch(heads, pause_s=60).moved([AT_3], 60)

    assert asyncio.run(wait()) == ["site:A"]


def test_many_that_wait_cost_one_reading_per_commit() -> None:
    heads = Heads()

    async def wait() -> tuple[list[list[str]], int]:
        watch = HeadsWatch(heads, pause_s=60)
        running = asyncio.create_task(watch.run())
        waiting = [asyncio.create_task(watch.moved([AT_3], 60)) for _ in range(50)]
        await until_read(heads, running)
        before = heads.read
        heads.head = 4
        watch.poke()
        found = list(await asyncio.gather(*waiting))
        running.cancel()
        return found, heads.read - before

    found, readings = asyncio.run(wait())
    assert found == [["site:A"]] * 50
    # One for those that were not waiting yet, one or two for the commit.
    assert readings <= 3


def test_a_commit_of_another_process_is_found_by_looking() -> None:
    heads = Heads()

    async def wait() -> list[str]:
        watch = HeadsWatch(heads, pause_s=0.01)
        running = asyncio.create_task(watch.run())
        waiting = asyncio.create_task(watch.moved([AT_3], 60))
        await until_read(heads, running)
        heads.head = 4
        found = await waiting
        running.cancel()
        return found

    assert asyncio.run(wait()) == ["site:A"]


def test_a_stopping_server_lets_go_who_waits() -> None:
    async def wait() -> list[str]:
        heads = Heads()
        watch = HeadsWatch(heads, pause_s=60)
        waiting = asyncio.create_task(watch.moved([AT_3], 60))
        await until_read(heads, waiting)
        watch.close()
        return await waiting

    assert asyncio.run(wait()) == []
