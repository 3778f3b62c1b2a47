"""Pages of shared scopes are made once and sent to many; each device is told its own slots."""

from pathlib import Path

import pytest

from shared.sync.messages import Page, Pull, fold, unfolded
from sync_server.sync import pull
from sync_server.sync.page_cache import FoldedPage, PageCache
from tests.integration.server.device import Device
from tests.integration.server.tiny import NoteWritten, Published, Sold
from tests.integration.server.world import SCHEMA, Till, World


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hq.db'}"


@pytest.fixture
def tills(world: World) -> list[Till]:
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(1_200))))
    return [world.enrol(tag=f"0{number}") for number in range(1, 4)]


def page_of(till: Till, cache: PageCache, *, scope: str = "org:O1", is_folded: bool = True) -> Page:
    asked = Pull(scope=scope, generation=1, after=0, limit=500, is_folded=is_folded)
    with till.world.database.read() as connection:
        scopes = till.world.hq.directory.scopes_of_device(connection, till.device_id)
        return pull.page(connection, SCHEMA, scopes, till.device, asked, cache)


def test_the_same_bytes_go_to_every_device_with_its_own_slots(tills: list[Till]) -> None:
    cache = PageCache()
    tills[1].add(Sold(product="P", qty_micro=1))
    tills[1].push()
    pages = [page_of(till, cache) for till in tills]
    assert len({page.folded for page in pages}) == 1
    assert [page.posted_n for page in pages] == [0, 1, 0]
    assert cache.found == 2
    bare = page_of(tills[0], PageCache(), is_folded=False)
    assert unfolded(pages[0]).runs == bare.runs
    assert unfolded(pages[0]).until == bare.until


def test_what_changed_since_is_made_anew(tills: list[Till], world: World) -> None:
    cache = PageCache()
    first = page_of(tills[0], cache)
    world.publish(Published(org_id="O1", titles=("later",)))
    second = page_of(tills[0], cache)
    assert (second.head, cache.found) == (first.head + 1, 0)


def test_the_rows_of_one_shop_and_of_an_older_device_are_not_folded(tills: list[Till]) -> None:
    cache = PageCache()
    tills[0].add(NoteWritten(note_id="n", title="t"))
    tills[0].push()
    assert page_of(tills[0], cache, scope="site:SH01").folded == b""
    assert page_of(tills[0], cache, is_folded=False).folded == b""
    assert cache.size == 0


def test_no_more_bytes_are_kept_than_there_is_room_for() -> None:
    cache = PageCache(bytes_max=100)
    for number in range(20):
        cache.keep(("org:O1", 1, number, 500, 99), FoldedPage(bytes(30), number))
        assert cache.find(("org:O1", 1, 0, 500, 99)), "the one asked for last stays"
    assert cache.size <= 100
    cache.keep(("org:O1", 1, 50, 500, 99), FoldedPage(bytes(101), 50))
    assert cache.find(("org:O1", 1, 50, 500, 99)) is None


def test_runs_that_were_folded_are_read_back_behind_those_that_were_not() -> None:
    page = Page(
        scope="s", generation=1, until=1, head=1, count=0, digest=0, posted_n=0, runs=[]
    )  # fmt: skip
    assert unfolded(page) is page
    folded = Page(
        scope="s", generation=1, until=1, head=1, count=0, digest=0, posted_n=0, runs=[],
        folded=fold([]),
    )  # fmt: skip
    assert unfolded(folded) == page


def test_a_device_takes_folded_pages_as_any_other(tills: list[Till], world: World) -> None:
    first, second = Device(world, tag="08"), Device(world, tag="09")
    second.line.cache = first.line.cache
    for device in (first, second):
        device.line.page_rows = 500
        assert device.found() == []
        assert device.is_equal()
    assert first.line.cache.found >= 3
    for device in (first, second):
        device.store.close()
