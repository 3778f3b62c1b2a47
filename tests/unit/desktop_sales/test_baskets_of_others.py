"""Baskets of the store's other tills (I06): which may be taken up here, and each once."""

import asyncio

import msgspec
import pytest

from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import packed, unpacked
from desktop.sales.usecases.keeping import HELD
from desktop.store.desk import Desk
from desktop.store.drafts import remove_draft
from desktop.store.session import Session
from desktop.sync.neighbours.baskets import copy_shelf
from shared.core.errors import QutongError, Unavailable
from shared.core.ids import uid_text
from shared.sync.neighbours import LanStanding, Shelved
from tests.builders.one_house import House
from tests.builders.plain_desk import sit

CLEANSER = "2000101010005"
FOREIGN = uid_text(bytes(range(16)))


class Host:
    """Gives what it was told to give."""

    def __init__(self, content: bytes = b"", refuses: QutongError | None = None) -> None:
        self.content, self.refuses = content, refuses
        self.asked: list[str] = []

    def claim(self, uid: str) -> bytes:
        self.asked.append(uid)
        if self.refuses is not None:
            raise self.refuses
        return self.content

    def standing(self) -> LanStanding:
        return LanStanding()


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, "clerk-guanqian", "SH01.01", device_type="till")


@pytest.fixture
def till(desk: Desk) -> TillModel:
    return TillModel(desk, "CNY")


def foreign(till: TillModel) -> bytes:
    """What another till put aside: two cleansers; here nothing is open any more."""
    till.scan(CLEANSER, "2")
    content = packed(msgspec.structs.replace(till.basket, uid=FOREIGN, held_at_us=1))
    till.clear()
    one = Shelved(uid=FOREIGN, device_id="SH01.02", held_at_us=1, content=content)
    till.desk.do_now(lambda session: copy_shelf(session.connection, [one]))
    return content


def open_one(till: TillModel, uid: str) -> None:
    asyncio.run(_take(till, uid))


async def _take(till: TillModel, uid: str) -> None:
    async def work(act: object, *args: object) -> object:
        assert callable(act)
        return act(*args)

    till.desk.work = work  # type: ignore[method-assign, assignment]
    await till.take_up(uid)


def test_a_basket_of_another_till_is_listed_and_taken_over_with_its_lines(till: TillModel) -> None:
    content = foreign(till)
    assert till.shelf() == ([], {})
    till.desk.neighbours = Host(content)
    listed, places = till.shelf()
    assert [one.uid for one in listed] == [FOREIGN] == list(places)

    open_one(till, FOREIGN)
    assert [line.code for line in till.basket.lines] == [_code(content)]
    assert till.basket.uid != FOREIGN
    assert till.basket.held_at_us == 0
    assert till.shelf()[0] == []


def _code(content: bytes) -> str:
    found = unpacked(content)
    assert found is not None
    return found.lines[0].code


def test_a_basket_is_taken_over_once_although_the_host_gives_it_again(till: TillModel) -> None:
    till.desk.neighbours = Host(foreign(till))
    open_one(till, FOREIGN)
    with pytest.raises(QutongError, match="BASKET_GONE"):
        open_one(till, FOREIGN)


def test_what_is_open_is_put_aside_when_another_tills_basket_comes(till: TillModel) -> None:
    till.desk.neighbours = Host(foreign(till))
    till.scan(CLEANSER)
    mine = till.basket.uid
    open_one(till, FOREIGN)
    assert [one.uid for one in till.held] == [mine]


def test_without_the_host_nothing_changes_here(till: TillModel) -> None:
    foreign(till)
    till.desk.neighbours = Host(refuses=Unavailable("HOST_AWAY"))
    before = till.basket
    with pytest.raises(Unavailable, match="HOST_AWAY"):
        open_one(till, FOREIGN)
    assert till.basket == before


def test_an_own_basket_that_another_till_took_is_told_and_gone(till: TillModel) -> None:
    till.scan(CLEANSER)
    till.hold()
    uid = till.held[0].uid

    def taken(session: Session) -> None:
        remove_draft(session, HELD + uid)

    till.desk.do_now(taken)
    till.refresh_held()
    assert till.held == []
    assert till.notice is not None
    assert till.notice.key == "till.taken_elsewhere"
