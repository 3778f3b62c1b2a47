"""The supervisor's model: which step comes next, who signs, what the report says (H02, H07-H09)."""

import asyncio
from typing import Any

import pytest

from desktop.stocktake.model.supervising import Step, SupervisorModel
from desktop.stocktake.usecases.reading import work_of
from desktop.store.desk import Desk
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.stocktake.rules import REASONS, CountState
from tests.builders.desks import at_desk
from tests.builders.one_house import on_hand
from tests.builders.window_house import WindowHouse

SITE, DEVICE, BOSS, KEEPER = "DL01", "DL01.01", "dealer-east", "warehouse-east"
CLEANSER, CREAM = "010101", "010204"


def do(house: WindowHouse, user: str, command: str, /, **params: Any) -> Any:
    return house.do(DEVICE, user, command, **params)


def counted(house: WindowHouse, cleanser: str, cream: str, **asked: Any) -> str:
    """20 and 5 on the book; li counts this in a blind count; the number of it."""
    for user in ("li", "zhao"):
        house.do(
            "HQ.01", "hq-editor", "publish-user", user=user, name=user, role="clerk",
            grants=[{"site": SITE}],
        )  # fmt: skip
    opening = do(house, BOSS, "count-open", scope="opening", zones=["A"])["number"]
    lines = [{"code": CLEANSER, "qty": "20"}, {"code": CREAM, "qty": "5"}]
    do(house, "li", "count-zone", count=opening, lines=lines)
    for step in ("count-reveal", "count-approve", "count-post"):
        do(house, BOSS, step, count=opening)
    number = do(house, BOSS, "count-open", **({"zones": ["A"]} | asked))["number"]
    lines = [{"code": CLEANSER, "qty": cleanser}, {"code": CREAM, "qty": cream}]
    do(house, "li", "count-zone", count=number, lines=lines)
    return str(number)


async def looked_at(desk: Desk, house: WindowHouse, *, user: str = BOSS) -> SupervisorModel:
    house.sit_at(DEVICE, device_type="dealer")
    house.author_id = user
    model = SupervisorModel(desk, SITE, user, last_heard=lambda _c, _s: [("SH09.02", 7)])
    await model.load()
    await model.open(model.counts[0].head.id)
    return model


def next_step(model: SupervisorModel) -> Step:
    return model.step


def may_be_dropped(model: SupervisorModel) -> bool:
    return model.may_be_dropped


def code_of(error: pytest.ExceptionInfo[QutongError]) -> str:
    return error.value.code


def test_nothing_of_the_differences_is_read_before_they_are_revealed() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        counted(house, "18", "5")
        model = await looked_at(desk, house)
        assert (model.step, model.board and model.board.lines) == (Step.REVEAL, ())
        assert await model.others_heard() == [("SH09.02", 7)]
        await model.reveal()
        assert [one.variance.difference_micro // MICRO for one in model.differing] == [-2]

    at_desk(script)


def test_within_the_sites_limit_a_reason_and_another_persons_signature_make_it_stock() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        counted(house, "18", "5")
        model = await looked_at(desk, house)
        await model.reveal()
        assert next_step(model) is Step.REASONS
        with pytest.raises(QutongError) as why:
            await model.post()
        assert code_of(why) == "REASONS_MISSING"
        await model.give_reason(model.differing, 1)
        assert next_step(model) is Step.SIGN
        assert model.needs_another_person
        again = await looked_at(desk, house)
        assert again.reasons == {CLEANSER: "lost"}, "reasons survive a restart"
        await again.sign(KEEPER)
        assert next_step(again) is Step.POST
        await again.post()
        assert next_step(again) is Step.DONE
        assert on_hand(house, SITE, CLEANSER) == 18
        board = again.board
        assert board is not None
        assert board.accuracy is not None
        assert (board.accuracy.right, board.accuracy.lines) == (1, 2)
        assert board.accuracy.shrink_minor == 2 * 5_900

    at_desk(script)


def test_above_the_limit_it_waits_for_head_office_with_the_stock_unchanged() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        counted(house, "20", "1")
        model = await looked_at(desk, house)
        await model.reveal()
        await model.give_reason(model.differing, 3)
        await model.sign(KEEPER)
        assert model.step is Step.WAIT
        assert model.counts[0].is_waiting
        assert on_hand(house, SITE, CREAM) == 5
        house.sit_at("HQ.01", device_type="hq")
        house.author_id = "hq-approver"
        office = SupervisorModel(desk, "", "hq-approver", last_heard=lambda _c, _s: [])
        await office.load()
        await office.sign_above(office.counts[0])
        model = await looked_at(desk, house)
        assert model.step is Step.POST
        await model.post()
        assert on_hand(house, SITE, CREAM) == 1

    at_desk(script)


def test_who_goes_on_without_the_recount_still_needs_another_persons_signature() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        counted(house, "18", "5", tolerance_qty="0")
        model = await looked_at(desk, house)
        await model.reveal()
        await model.give_reason(model.differing, 3)
        assert (model.step, model.signing) == (Step.RECOUNT, Step.SIGN)
        await model.sign(KEEPER)
        assert (model.step, model.signing) == (Step.RECOUNT, Step.POST)

    at_desk(script)


def test_a_recount_goes_to_another_person_and_two_of_three_are_final() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        number = counted(house, "18", "5", tolerance_qty="0")
        model = await looked_at(desk, house)
        await model.reveal()
        assert (model.step, len(model.to_recount)) == (Step.RECOUNT, 1)
        with pytest.raises(QutongError) as why:
            await model.recount("li")
        assert code_of(why) == "SAME_COUNTER"
        assert await model.recount("zhao") == 1
        assert (model.step, model.to_recount) == (Step.RECOUNT, [])
        again = [{"code": CLEANSER, "qty": "20"}]
        do(house, "zhao", "count-zone", count=number, lines=again, recount=True)
        model = await looked_at(desk, house)
        assert not model.board or not model.board.lines[0].variance.is_settled
        assert await model.recount(KEEPER) == 1
        do(house, KEEPER, "count-zone", count=number, lines=again, recount=True)
        model = await looked_at(desk, house)
        assert model.differing == []
        assert model.step is Step.POST

    at_desk(script)


def test_a_product_two_people_met_in_two_zones_is_counted_again_in_both() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        number = counted(house, "10", "5", zones=["A", "B"], tolerance_qty="0")
        lines = [{"code": CLEANSER, "qty": "8"}]
        do(house, "zhao", "count-zone", count=number, zone="B", lines=lines)
        model = await looked_at(desk, house)
        await model.reveal()
        assert [one.goods.product_id for one in model.to_recount] == [CLEANSER]
        assert await model.recount("") == 2

    at_desk(script)


def test_who_counted_does_not_reveal() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        number = counted(house, "18", "5", zones=["A", "B"])
        do(house, KEEPER, "count-zone", count=number, zone="B", lines=[])
        model = await looked_at(desk, house, user=KEEPER)
        with pytest.raises(QutongError) as why:
            await model.reveal()
        assert code_of(why) == "REVEALER_COUNTED"

    at_desk(script)


def test_reasons_keyed_faster_than_they_are_written_all_stand() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        counted(house, "18", "4")
        model = await looked_at(desk, house)
        await model.reveal()
        lines = list(model.differing)
        assert len(lines) == 2
        await asyncio.gather(*(model.give_reason([one], at) for at, one in enumerate(lines, 1)))
        expected = {one.goods.product_id: REASONS[at] for at, one in enumerate(lines)}
        assert model.reasons == expected
        await model.load()
        assert model.reasons == expected
        other = SupervisorModel(desk, SITE, BOSS, last_heard=lambda _c, _s: [])
        await other.open(model.board.head.id if model.board else "")
        assert other.reasons == expected

    at_desk(script)


def test_a_count_begun_by_mistake_is_given_up_and_the_stock_stays() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        counted(house, "18", "4")
        model = await looked_at(desk, house)
        assert may_be_dropped(model)
        await model.drop()
        assert model.board is None
        head = model.counts[0].head
        assert (head.state, head.is_dropped) == (CountState.POSTED, True)
        assert (on_hand(house, SITE, CLEANSER), on_hand(house, SITE, CREAM)) == (20, 5)
        assert not desk.read(work_of, SITE, "li"), "nobody is to count it any more"
        assert not model.counts[1].head.is_dropped, "the opening was posted"
        await model.open(head.id)
        assert not may_be_dropped(model)
        with pytest.raises(QutongError, match="STEP_NOT_ALLOWED"):
            await model.drop()

    at_desk(script)


def test_a_count_whose_differences_were_seen_is_not_given_up_any_more() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        counted(house, "18", "4")
        model = await looked_at(desk, house)
        await model.reveal()
        assert not may_be_dropped(model)
        with pytest.raises(QutongError, match="STEP_NOT_ALLOWED"):
            await model.drop()

    at_desk(script)


def test_an_opening_is_counted_to_its_end() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        do(house, BOSS, "count-open", scope="opening", zones=["A"])
        model = await looked_at(desk, house)
        assert not may_be_dropped(model)
        with pytest.raises(QutongError, match="STEP_NOT_ALLOWED"):
            await model.drop()

    at_desk(script)
