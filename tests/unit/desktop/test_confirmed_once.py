"""What is confirmed is not there to be confirmed again, though the power goes the next moment.

A draft that outlived its document by an instant was there after the start, and who confirmed it
moved the goods twice: it is forgotten with the document, or stays with none.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

import pytest

from desktop.app.warehouse import SOURCES
from desktop.ordering.model.receiving import Receiving
from desktop.pricing.model.draft import Publication
from desktop.pricing.model.versions import VersionsModel
from desktop.promotions.model.policies import PoliciesModel
from desktop.sales.model.shift import ShiftModel
from desktop.stock.model.move_rows import Buying
from desktop.stock.model.moving import MovingModel
from desktop.stock.model.transfers import Doing, TransfersModel
from desktop.store.desk import Desk
from desktop.store.drafts import consuming, draft_of, put_draft
from desktop.store.session import Session
from shared.core.errors import AccessDenied, QutongError, RuleViolation
from shared.stock.rules import PURCHASE
from tests.builders.dealer_days import CREAM, on_the_way
from tests.builders.demo_policies import publish_demo_policies
from tests.builders.one_house import House, a_house
from tests.builders.plain_desk import PlainDesk

BOSS, SITE, DEVICE = "dealer-east", "DL01", "DL01.01"
CLEANSER = "010101"


class PowerGone(Exception):
    """Nothing runs any more."""


class LastDesk(PlainDesk):
    """The power goes when the next thing that is confirmed is durable."""

    is_off = False

    def read(self, query: Callable[..., Any], *a: Any, **k: Any) -> Any:
        return self._alive(lambda: super(LastDesk, self).read(query, *a, **k))

    def do_now(self, usecase: Callable[..., Any], *a: Any, **k: Any) -> Any:
        return self._alive(lambda: super(LastDesk, self).do_now(usecase, *a, **k))

    async def do(self, usecase: Callable[..., Any], *a: Any, **k: Any) -> Any:
        self.do_now(usecase, *a, **k)
        self.is_off = True
        raise PowerGone

    def _alive(self, act: Callable[[], Any]) -> Any:
        if self.is_off:
            raise PowerGone
        return act()


@pytest.fixture
def house() -> Iterator[House]:
    opened = a_house()
    yield opened
    opened.close()


def sat(house: House, user: str = BOSS, device: str = DEVICE, kind: str = "dealer") -> Desk:
    house.sit_at(device, device_type=kind)
    house.author_id = user
    return cast(Desk, PlainDesk(house))


def last(house: House) -> Desk:
    return cast(Desk, LastDesk(house))


def cut_short(act: Coroutine[Any, Any, object]) -> None:
    with pytest.raises(PowerGone):
        asyncio.run(act)


@pytest.mark.parametrize("kind", ["consumption", "misc_receipt", PURCHASE])
def test_a_movement(house: House, kind: str) -> None:
    desk, may = sat(house), Buying(may_buy=True, sees_costs=True)
    model = MovingModel(desk, SOURCES, SITE, BOSS, may)
    model.choose(kind)
    model.typed(f"{CLEANSER} 3")
    if kind == PURCHASE:
        asyncio.run(model.new_supplier("王记"))
    model.say(reason="testers")
    cut_short(MovingModel(last(house), SOURCES, SITE, BOSS, may).post("warehouse-east"))
    again = MovingModel(desk, SOURCES, SITE, BOSS, may)
    assert (again.type, again.lines) == (None, [])


def test_goods_sent_and_goods_taken_in(house: House) -> None:
    sat(house)
    model = TransfersModel(last(house), SITE)
    model.begin_sending()
    model.say(other="DL02")
    model.typed(f"{CLEANSER} 3")
    cut_short(model.post())
    assert TransfersModel(sat(house), SITE).doing is Doing.LIST

    there = sat(house, "dealer-south", "DL02.01")
    taking = TransfersModel(there, "DL02")
    asyncio.run(taking.load())
    asyncio.run(taking.begin_receiving(taking.ways[0]))
    taking.add(CLEANSER, "3")
    cut_short(TransfersModel(last(house), "DL02").post())
    again = TransfersModel(there, "DL02")
    asyncio.run(again.load())
    assert (again.doing, list(again.ways)) == (Doing.LIST, [])


def test_a_shipment_that_was_counted(house: House) -> None:
    number = on_the_way(house)
    sat(house)
    model = Receiving(last(house), SITE)
    model.refresh()
    model.scan(number)
    model.scan(CREAM)
    shipment = model.notices[0].shipment.id
    assert house.read(lambda c: draft_of(c, f"receive/{shipment}"))
    cut_short(model.confirm())
    assert house.read(lambda c: draft_of(c, f"receive/{shipment}")) is None


def test_the_count_of_a_drawer(house: House) -> None:
    desk = sat(house, "clerk-guanqian", "SH01.01", "till")
    shift = ShiftModel(desk, "CNY")
    asyncio.run(shift.open("200"))
    shift = ShiftModel(last(house), "CNY")
    shift.start_counting()
    shift.set_count(10_000, "2")
    cut_short(shift.declare())
    assert ShiftModel(desk, "CNY").counts == {}


def test_a_price_version_and_a_promotion(house: House) -> None:
    publish_demo_policies(house)
    desk = sat(house, "hq-editor", "HQ.01", "hq")
    prices = VersionsModel(last(house))
    draft = prices.clone()
    draft.type_value(draft.rows()[0], "61")
    draft.set_header(Publication(reason="up"))
    cut_short(prices.submit("hq-approver"))
    assert VersionsModel(desk).draft is None

    offers = PoliciesModel(last(house), can_write=True, zone="Asia/Shanghai", currency="CNY")
    offers.refresh()
    offers.change(offers.all[0]).set_reason("longer")
    cut_short(offers.submit("hq-approver"))
    again = PoliciesModel(desk, can_write=True, zone="Asia/Shanghai", currency="CNY")
    assert again.draft is None


def test_what_is_refused_stays_to_be_mended(house: House) -> None:
    desk = sat(house)
    desk.do_now(put_draft, "anything", b"typed")

    def refused(session: Session) -> None:
        raise RuleViolation("NO_LINES")

    with pytest.raises(QutongError):
        desk.do_now(consuming("anything", refused))
    assert desk.read(draft_of, "anything") == b"typed"


class Unread(PlainDesk):
    """Nothing can be read any more once something was confirmed."""

    is_off = False

    async def do(self, usecase: Callable[..., Any], *a: Any, **k: Any) -> Any:
        done = await super().do(usecase, *a, **k)
        self.is_off = True
        return done

    async def fetch(self, query: Callable[..., Any], *a: Any, **k: Any) -> Any:
        if self.is_off:
            raise AccessDenied("SHOP_LOCKED")
        return await super().fetch(query, *a, **k)


def test_a_movement_that_is_posted_is_off_the_list_though_nothing_is_read_after_it(
    house: House,
) -> None:
    sat(house)
    model = MovingModel(cast(Desk, Unread(house)), SOURCES, SITE, BOSS)
    model.choose("consumption")
    model.typed(f"{CLEANSER} 3")
    model.say(reason="testers")
    drawn: list[int] = []
    model.watch(lambda: drawn.append(len(model.lines)))
    with pytest.raises(AccessDenied):
        asyncio.run(model.post())
    assert drawn[-1:] == [0], "and the page shows it"
    assert (model.type, model.lines) == (None, [])
    assert model.posted is not None
