"""Long polls together: one reading for a crowd, and only those are woken whom it concerns."""

import asyncio

from shared.sync.messages import Cursor, ScopeHead
from sync_server.http.heads import HeadsWatch


class Heads:
    """Scopes that the test moves, and how often they were read."""

    def __init__(self, *scopes: str) -> None:
        self.at = dict.fromkeys(scopes, 1)
        self.readings = 0

    def read(self) -> list[ScopeHead]:
        self.readings += 1
        return [
            ScopeHead(scope=scope, generation=1, head=head, count=0, digest=0)
            for scope, head in self.at.items()
        ]

    def cursor(self, scope: str) -> Cursor:
        return Cursor(scope=scope, generation=1, seq=self.at[scope])


def test_a_crowd_that_comes_together_shares_its_readings() -> None:
    async def play() -> int:
        heads = Heads("site:1")
        watch = HeadsWatch(heads.read, pause_s=60)
        found = await asyncio.gather(
            *(watch.moved([heads.cursor("site:1")], 0.2) for _ in range(200))
        )
        assert found == [[]] * 200
        return heads.readings

    assert asyncio.run(play()) <= 2


def test_who_waits_for_something_else_sleeps_on() -> None:
    async def play() -> None:
        heads = Heads("site:1", "site:2", "all")
        watch = HeadsWatch(heads.read, pause_s=60)
        running = asyncio.create_task(watch.run())
        mine = [heads.cursor("site:1"), heads.cursor("all")]
        waiting = [asyncio.create_task(watch.moved(mine, 60)) for _ in range(3)]
        other = asyncio.create_task(watch.moved([heads.cursor("site:2")], 60))
        while len(watch._bells) < 4 or not watch._heads:
            await asyncio.sleep(0)
        heads.at["site:1"] += 1
        watch.poke()
        assert await asyncio.gather(*waiting) == [["site:1"]] * 3
        assert not other.done()
        assert set(watch._waiting) == {"site:2"}

        heads.at["all"] += 1
        heads.at["site:2"] += 1
        watch.poke()
        assert await other == ["site:2"]
        assert watch._waiting == {}
        running.cancel()

    asyncio.run(play())


def test_a_move_between_the_cursor_and_the_poll_is_seen_at_once() -> None:
    async def play() -> None:
        heads = Heads("site:1")
        before = heads.cursor("site:1")
        heads.at["site:1"] += 1
        watch = HeadsWatch(heads.read, pause_s=60)
        assert await watch.moved([before], 60) == ["site:1"]

    asyncio.run(play())


def test_the_end_of_the_server_lets_everybody_go() -> None:
    async def play() -> None:
        heads = Heads("site:1")
        watch = HeadsWatch(heads.read, pause_s=60)
        waiting = asyncio.create_task(watch.moved([heads.cursor("site:1")], 60))
        while not watch._heads:
            await asyncio.sleep(0)
        watch.close()
        assert await waiting == []

    asyncio.run(play())


def test_a_database_that_was_away_for_a_moment_ends_no_watch() -> None:
    async def play() -> None:
        heads = Heads("site:1")
        read, is_away = heads.read, False

        def reading() -> list[ScopeHead]:
            if is_away:
                raise ConnectionError("the server closed the connection")
            return read()

        watch = HeadsWatch(reading, pause_s=0.01)
        running = asyncio.create_task(watch.run())
        waiting = asyncio.create_task(watch.moved([heads.cursor("site:1")], 60))
        while not heads.readings:
            await asyncio.sleep(0.01)
        is_away = True
        await asyncio.sleep(0.3)
        is_away = False
        heads.at["site:1"] += 1
        watch.poke()
        assert await asyncio.wait_for(waiting, 10) == ["site:1"]
        running.cancel()

    asyncio.run(play())
