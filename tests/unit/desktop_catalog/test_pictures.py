"""Pictures on a device: a folder of bounded size, wishes fetched beside, silence without a line."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from desktop.catalog.model.pictures import TOGETHER, Pictures
from desktop.catalog.model.publishing import PicturePublishing, code_of
from desktop.catalog.usecases import publish_picture
from desktop.store.desk import Desk
from desktop.sync.pictures import PictureCache
from shared.catalog.queries import picture_digests
from shared.catalog.rules import LARGE, PICTURE_SIZES, SMALL
from shared.core.errors import QutongError, RuleViolation, Unavailable
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse, a_window_house

CLEANSER, CREAM = "010101", "010204"


def jpeg(text: str, *, size: int = 60) -> bytes:
    return (b"\xff\xd8\xff" + text.encode()).ljust(size, b".")


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


@pytest.fixture
def house() -> Iterator[WindowHouse]:
    made = a_window_house()
    yield made
    made.close()


def published(house: WindowHouse, product_id: str, **pictures: bytes) -> None:
    house.sit_at("HQ.01", device_type="hq")
    house.author_id = "hq-editor"
    house.write(publish_picture, product_id, pictures)


class FakeLine:
    """Head office's end: what it has, what it was asked for, and whether there is a line."""

    def __init__(self, folder: Path, *has: bytes) -> None:
        self.pictures = PictureCache(folder)
        self.has = {digest(one): one for one in has}
        self.asked: list[list[str]] = []
        self.is_up = True

    def fetch_pictures(self, digests: Sequence[str]) -> int:
        self.asked.append(list(digests))
        if not self.is_up:
            raise Unavailable("NETWORK")
        found = [one for one in digests if one in self.has]
        return sum(bool(self.pictures.keep(one, self.has[one])) for one in found)


# The folder


def test_when_the_folder_is_full_what_was_not_looked_at_longest_goes_first(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, bytes_max=300)
    datas = [jpeg(str(n), size=100) for n in range(5)]
    for at, data in enumerate(datas[:3]):
        os.utime(cache.keep(digest(data), data), (at, at))
    assert cache.kept(digest(datas[0])), "looked at just now"
    cache.keep(digest(datas[3]), datas[3])
    assert [bool(cache.kept(digest(one))) for one in datas] == [True, False, True, True, False]
    # Another start of the program counts what is there already.
    again = PictureCache(tmp_path, bytes_max=300)
    again.keep(digest(datas[4]), datas[4])
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) <= 300
    assert again.kept(digest(datas[4]))


def test_bytes_that_are_not_the_digests_own_and_names_that_are_none_never_touch_the_disk(
    tmp_path: Path,
) -> None:
    cache = PictureCache(tmp_path / "pictures")
    with pytest.raises(Unavailable, match="ANSWER_WRONG"):
        cache.keep(digest(b"one"), b"another")
    for name in ("", "../../etc/passwd", "a" * 63, "A" * 64):
        assert cache.kept(name) == ""
    assert not (tmp_path / "pictures").exists()
    (tmp_path / "file").write_bytes(b"")
    assert PictureCache(tmp_path / "file").keep(digest(b"one"), b"one") == "", "no disk, no harm"


# Showing


def test_a_wish_is_fetched_beside_and_the_small_one_stands_in_for_the_large(
    house: WindowHouse, tmp_path: Path
) -> None:
    small, large = jpeg("small"), jpeg("large")
    published(house, CLEANSER, small=small, large=large)
    line = FakeLine(tmp_path, small, large)

    async def script(desk: Desk, _house: WindowHouse) -> None:
        started: list[asyncio.Task[object]] = []
        pictures = Pictures(
            desk, line, lambda work: started.append(asyncio.get_running_loop().create_task(work))
        )
        changes: list[str] = []
        pictures.watch(lambda: changes.append(pictures.path_of(CLEANSER)))
        assert pictures.path_of(CREAM) == "", "it has none, and nobody asks"
        assert started == []
        assert pictures.path_of(CLEANSER) == ""
        await started[0]
        assert Path(changes[-1]).read_bytes() == small
        assert Path(pictures.path_of(CLEANSER, LARGE)).read_bytes() == small
        await started[1]
        assert Path(pictures.path_of(CLEANSER, LARGE)).read_bytes() == large
        assert line.asked == [[digest(small)], [digest(large)]]

    at_desk(script, house)


def test_without_a_line_the_letter_stays_and_head_office_is_not_asked_again_at_once(
    house: WindowHouse, tmp_path: Path
) -> None:
    pictures_of = {one: jpeg(one) for one in (CLEANSER, CREAM)}
    for product_id, data in pictures_of.items():
        published(house, product_id, small=data)
    line = FakeLine(tmp_path)
    line.is_up = False

    async def script(desk: Desk, _house: WindowHouse) -> None:
        started: list[asyncio.Task[object]] = []
        pictures = Pictures(
            desk, line, lambda work: started.append(asyncio.get_running_loop().create_task(work))
        )
        assert pictures.path_of(CLEANSER) == ""
        await started[0]
        assert pictures.path_of(CLEANSER) == pictures.path_of(CREAM) == ""
        assert len(line.asked) == len(started) == 1
        # What was fetched before is shown all the same.
        line.pictures.keep(digest(pictures_of[CREAM]), pictures_of[CREAM])
        assert pictures.path_of(CREAM)
        # And a device that knows no head office never asks.
        assert Pictures(desk, None, lambda _work: None).path_of(CLEANSER) == ""

    at_desk(script, house)


def test_many_wishes_go_together_the_newest_first_and_a_refused_one_is_not_repeated(
    house: WindowHouse, tmp_path: Path
) -> None:
    house.sit_at("HQ.01", device_type="hq")
    ids = house.read(lambda c: c.exec_driver_sql("SELECT id FROM product LIMIT 12").scalars().all())
    datas = {one: jpeg(one) for one in ids}
    for product_id, data in datas.items():
        published(house, product_id, small=data)
    lacking = ids[3]
    line = FakeLine(tmp_path, *(data for one, data in datas.items() if one != lacking))

    async def script(desk: Desk, _house: WindowHouse) -> None:
        started: list[asyncio.Task[object]] = []
        pictures = Pictures(
            desk, line, lambda work: started.append(asyncio.get_running_loop().create_task(work))
        )
        for _ in range(2):
            for one in ids:
                pictures.path_of(one)
            await asyncio.gather(*started)
        assert len(started) == 1
        assert [len(one) for one in line.asked] == [TOGETHER, len(ids) - TOGETHER]
        assert digest(datas[ids[-1]]) in line.asked[0]
        assert [one for one in ids if not pictures.path_of(one)] == [lacking]

    at_desk(script, house)


# Publishing


def test_head_office_publishes_where_the_product_is_at_home_and_the_last_one_stands(
    house: WindowHouse,
) -> None:
    published(house, CLEANSER, small=jpeg("old"), large=jpeg("large"))
    published(house, CLEANSER, small=jpeg("new"))
    found = house.read(lambda c: picture_digests(c, [CLEANSER, CREAM]))
    assert found == {
        (CLEANSER, SMALL): digest(jpeg("new")),
        (CLEANSER, LARGE): digest(jpeg("large")),
    }
    scopes = "SELECT p.scopes = q.scopes FROM product p JOIN product_picture q"
    rows = house.read(
        lambda c: c.exec_driver_sql(f"{scopes} ON q.product_id = p.id").scalars().all()
    )
    assert rows == [1, 1]
    published(house, CLEANSER, small=b"")
    assert list(house.read(lambda c: picture_digests(c, [CLEANSER]))) == [(CLEANSER, LARGE)]


@pytest.mark.parametrize(
    ("product_id", "pictures", "code"),
    [
        ("nothing", {"small": jpeg("x")}, "PRODUCT_UNKNOWN"),
        (CLEANSER, {"huge": jpeg("x")}, "PICTURE_SIZE_UNKNOWN"),
        (CLEANSER, {"small": b"<svg onload=...>"}, "PICTURE_UNREADABLE"),
        (
            CLEANSER,
            {"small": jpeg("x", size=PICTURE_SIZES[SMALL].bytes_max + 1)},
            "PICTURE_TOO_LARGE",
        ),
    ],
)
def test_what_no_device_should_show_is_not_published(
    house: WindowHouse, product_id: str, pictures: dict[str, bytes], code: str
) -> None:
    with pytest.raises(RuleViolation, match=code):
        published(house, product_id, **pictures)


def test_a_shop_publishes_no_pictures(house: WindowHouse) -> None:
    house.sit_at("SH01.01")
    house.author_id = "manager-1"
    with pytest.raises(QutongError):
        house.write(publish_picture, CLEANSER, {"small": jpeg("x")})


def test_files_are_taken_by_their_names_and_the_others_are_told(
    house: WindowHouse, tmp_path: Path
) -> None:
    house.sit_at("HQ.01", device_type="hq")
    house.author_id = "hq-editor"
    cache = PictureCache(tmp_path / "pictures")

    def make(path: Path) -> dict[str, bytes]:
        if "bad" in path.name:
            raise RuleViolation("PICTURE_UNREADABLE")
        return {SMALL: jpeg(path.name)}

    async def script(desk: Desk, _house: WindowHouse) -> None:
        model = PicturePublishing(desk, make, cache)
        files = [Path(f"{CLEANSER}（正面）.jpg"), Path("holiday.png"), Path(f"{CREAM} bad.jpg")]
        await model.run(files, {CLEANSER: CLEANSER, CREAM: CREAM})
        assert model.published == [CLEANSER]
        assert (model.strangers, model.unreadable) == (["holiday.png"], [f"{CREAM} bad.jpg"])
        assert (model.looked_at, model.total, model.is_running) == (3, 3, False)
        shown = desk.read(picture_digests, [CLEANSER])[CLEANSER, SMALL]
        assert cache.kept(shown), "who published it sees it without a line"
        stopped = PicturePublishing(desk, make, None)
        stopped.watch(stopped.cancel)
        await stopped.run(files, {CLEANSER: CLEANSER})
        assert stopped.looked_at == 0

    at_desk(script, house)


def test_a_files_name_is_read_up_to_its_remark() -> None:
    names = ("010101.jpg", "010101 front.png", "010101(2).jpg", "010101（旧）.webp")
    assert {code_of(Path(one)) for one in names} == {"010101"}
