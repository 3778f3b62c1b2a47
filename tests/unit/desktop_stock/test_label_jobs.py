"""Labels head office asked for with new prices: a job of the shop, done once (B07, workflows "HQ"
step 5)."""

from datetime import UTC, datetime
from typing import Any

from desktop.app.warehouse import SOURCES
from desktop.pricing.usecases import set_own_price
from desktop.pricing.usecases.here import prices_here
from desktop.reporting.usecases.deliveries import recall_version
from desktop.stock.model.labels import LabelsModel
from desktop.store.desk import Desk
from shared.core.rounding import MICRO
from tests.builders.demo_brand import APPROVER, EDITOR
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse
from tests.unit.desktop_stock.test_stock_models import (
    BOSS,
    CLEANSER,
    CREAM,
    DEVICE,
    SITE,
    opened,
)

DAY_US = 86_400_000_000
NOT_HERE = "010301"
"""Goods this shop has none of."""


def _price(house: WindowHouse, prices: dict[str, str], **more: Any) -> None:
    rows = [{"product": product, "price": price} for product, price in prices.items()]
    said: dict[str, Any] = {"sales_org": "FX", "approver": APPROVER, "reason": "up", "rows": rows}
    house.do("HQ.01", EDITOR, "price-publish", **said | more)
    _at(house, DEVICE)


def _at(house: WindowHouse, device_id: str) -> None:
    house.sit_at(device_id, device_type="dealer")
    house.author_id = BOSS


async def _labels(desk: Desk) -> LabelsModel:
    model = LabelsModel(desk, SOURCES, SITE, "CNY")
    await model.look()
    return model


async def _print(model: LabelsModel) -> bool:
    assert await model.take_job() is not None
    return await model.note_printed()


def test_a_version_that_asks_for_labels_makes_a_job_of_what_changed_and_is_in_stock() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        assert (await _labels(desk)).job is None
        _price(house, {CLEANSER: "65", NOT_HERE: "9"}, labels=True)
        model = await _labels(desk)
        assert model.job is not None
        assert (model.job.number, model.job.product_ids) == (2, (CLEANSER,))
        assert [one.kind for one in _notices(house)] == ["labels"]
        assert await _print(model)
        assert [(row.label.price_micro, row.label.version) for row in model.rows] == [
            (65 * MICRO, 2)
        ]
        # Another look, as after a restart: it is done, and says by whom.
        again = await _labels(desk)
        assert again.job is None
        assert again.done is not None
        assert [(one.device_id, one.labels) for one in again.done.made] == [(DEVICE, 1)]
        assert not again.done.was_doubled
        assert _notices(house) == ()

    at_desk(script)


def _notices(house: WindowHouse) -> tuple[Any, ...]:
    now_us = house.time.now_us()
    return house.read(lambda one: prices_here(one, house.identity, now_us)).notices


def test_a_job_another_device_has_printed_is_not_printed_again_unless_neither_knew() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        _price(house, {CLEANSER: "65"}, labels=True)
        first, second = await _labels(desk), await _labels(desk)
        stale = second.job
        assert stale is not None
        assert await _print(first)
        assert await second.take_job() is None
        assert second.rows == []
        assert second.done is not None
        assert second.done.made[0].device_id == DEVICE

        _at(house, "DL01.02")
        house.write(SOURCES.note_labels, stale, 1, 1)
        await second.look()
        assert second.done.was_doubled
        assert [one.device_id for one in second.done.made] == [DEVICE, "DL01.02"]
        assert second.doubled is not None
        house.time.tick(4 * DAY_US)
        assert second.doubled is None

    at_desk(script)


def test_labels_not_printed_yet_are_joined_by_those_of_the_next_version() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        _price(house, {CLEANSER: "65"}, labels=True)
        _price(house, {CREAM: "205"}, labels=True)
        model = await _labels(desk)
        assert model.job is not None
        assert (model.job.number, set(model.job.product_ids)) == (3, {CLEANSER, CREAM})
        model.take([CLEANSER])
        assert not await model.note_printed()
        assert (await _labels(desk)).job is not None
        assert await _print(model)
        assert (await _labels(desk)).job is None

    at_desk(script)


def test_what_was_recalled_before_it_was_labelled_needs_no_label_and_afterwards_a_new_one() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        for is_labelled in (False, True):
            newest = 4 if is_labelled else 2
            _price(house, {CLEANSER: "65"}, labels=True)
            if is_labelled:
                assert await _print(await _labels(desk))
            house.sit_at("HQ.01", device_type="hq")
            house.author_id = EDITOR
            house.write(recall_version, "FX", newest - 1, approver_id=APPROVER, reason="wrong")
            _at(house, DEVICE)
            job = (await _labels(desk)).job
            assert (job is not None) == is_labelled
            if job is not None:
                assert job.product_ids == (CLEANSER,)

    at_desk(script)


def test_goods_the_shop_prices_itself_need_no_new_label_and_nothing_does_before_its_time() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        opened(house)
        house.write(set_own_price, CREAM, 188 * MICRO)
        soon = datetime.fromtimestamp((house.time.now_us() + DAY_US) // 1_000_000, UTC).isoformat()
        _price(house, {CLEANSER: "65", CREAM: "205"}, labels=True, effective_at=soon)
        assert (await _labels(desk)).job is None
        house.time.tick(DAY_US)
        job = (await _labels(desk)).job
        assert job is not None
        assert job.product_ids == (CLEANSER,)

    at_desk(script)


def test_a_shop_without_books_labels_everything_that_changed() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        _price(house, {CLEANSER: "65", NOT_HERE: "9"}, labels=True)
        model = LabelsModel(desk, SOURCES, "SH02", "CNY")
        await model.look()
        assert model.job is not None
        assert set(model.job.product_ids) == {CLEANSER, NOT_HERE}

    at_desk(script)
