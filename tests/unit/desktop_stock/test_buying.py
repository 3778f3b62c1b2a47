"""Goods bought elsewhere, as they are put together: suppliers, slips, costs, drafts (B11)."""

from typing import Any

import pytest

from desktop.app.warehouse import SOURCES
from desktop.catalog.usecases import state_costs, state_supplier
from desktop.stock.model.buying import (
    cost_of_amount,
    cost_typed,
    is_heading,
    pasted_line,
    typed_line,
)
from desktop.stock.model.move_rows import Buying, with_purchase
from desktop.stock.model.moving import MovingModel
from desktop.stock.model.purchases import ALL, NOBODY, PurchasesModel, SupplierSaid
from desktop.stock.usecases import take_up_supplier
from desktop.store.desk import Desk
from shared.core.errors import QutongError, RuleViolation
from shared.core.quantity import Pack
from shared.core.rounding import MICRO
from shared.stock.queries import costs_known
from shared.stock.rules import PURCHASE
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

SITE, DEVICE, BOSS = "DL01", "DL01.01", "dealer-east"
CLEANSER, CREAM = "010101", "010204"
PACKS = (Pack("支", MICRO), Pack("箱", 24 * MICRO))
ALL_OF_IT = Buying(may_buy=True, sees_costs=True)


def buying(desk: Desk, house: WindowHouse, may: Buying = ALL_OF_IT) -> MovingModel:
    house.sit_at(DEVICE, device_type="dealer")
    house.author_id = BOSS
    model = MovingModel(desk, SOURCES, SITE, BOSS, may)
    if model.type is None:
        model.choose(PURCHASE)
    return model


# What is typed


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("010101", ("010101", "1", "", "")),
        ("010101 24", ("010101", "24", "", "")),
        ("010101 24 3.5", ("010101", "24", "3.5", "")),
        ("010101 2箱3支 36.5 2027-05", ("010101", "2箱3支", "36.5", "2027-05")),
        ("010101 2 box 3 pc", ("010101", "2 box 3 pc", "", "")),
        ("010101 2 box 3 pc 7", ("010101", "2 box 3 pc", "7", "")),
        ("010101 @3.5", ("010101", "1", "3.5", "")),
        ("010101 2箱 96/箱 20270531", ("010101", "2箱 96/箱", "20270531", "")),
        ("010101 2箱 96/箱", ("010101", "2箱", "96/箱", "")),
    ],
)
def test_a_line_of_goods_bought_is_code_quantity_cost_and_expiry(
    text: str, read: tuple[str, str, str, str]
) -> None:
    line = typed_line(text, with_expiry=True, with_cost=True)
    assert (line.code, line.quantity, line.cost, line.expiry) == read


def test_where_no_cost_is_asked_for_a_number_more_is_part_of_the_quantity() -> None:
    line = typed_line("010101 24 3.5", with_expiry=True, with_cost=False)
    assert (line.quantity, line.cost) == ("24 3.5", "")


def test_a_cost_is_of_a_piece_or_of_a_pack_and_nothing_is_no_cost() -> None:
    assert cost_typed("3.5", PACKS) == 3_500_000
    assert cost_typed("９６/箱", PACKS) == 4_000_000
    assert cost_typed("100/箱", PACKS) == 4_166_667
    assert cost_typed(" ", PACKS) is None
    assert cost_typed("0", PACKS) is None
    with pytest.raises(RuleViolation, match="UNKNOWN_UNIT"):
        cost_typed("96/托", PACKS)
    with pytest.raises(RuleViolation, match="PRICE_NEGATIVE"):
        cost_typed("-1", PACKS)
    with pytest.raises(QutongError):
        cost_typed("abc", PACKS)


def test_a_lines_amount_says_what_a_piece_cost() -> None:
    assert cost_of_amount("100", 24 * MICRO, "CNY") == 4_166_667
    assert cost_of_amount("", 24 * MICRO, "CNY") is None
    with pytest.raises(RuleViolation, match="PRICE_NEGATIVE"):
        cost_of_amount("-1", MICRO, "CNY")
    with pytest.raises(RuleViolation, match="PRICE_TOO_LARGE"):
        cost_of_amount("99999999", 1, "CNY")


def test_pasted_cells_are_code_quantity_cost_and_expiry_in_any_later_order() -> None:
    line = pasted_line(["010101", "24", "2027-05", "3.5"], with_cost=True)
    assert line is not None
    assert (line.quantity, line.cost, line.expiry) == ("24", "3.5", "2027-05")
    assert pasted_line(["", " "], with_cost=True) is None
    assert is_heading(["编码", "数量", "进价"])
    assert not is_heading(["编码", "24"])


# Putting it together


def test_a_purchase_is_offered_beside_head_offices_types_to_who_may_buy() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        published = [one for one in buying(desk, house).types if one.rule.id != PURCHASE]
        assert list(with_purchase(published, False)) == published
        *same, added = with_purchase(published, True)
        assert (same, added.rule.id) == (published, PURCHASE)
        assert list(with_purchase([*same, added], True)) == [*same, added]
        without = MovingModel(desk, SOURCES, SITE, BOSS)
        without.choose(PURCHASE)
        assert not without.is_buying

    at_desk(script)


def test_goods_are_bought_from_a_new_supplier_and_teach_what_they_cost() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = buying(desk, house)
        await model.load()
        assert model.find_suppliers("") == []
        await model.new_supplier("百事通 配送")
        assert model.supplier_name == "百事通 配送"
        model.say(reference="XS-7")
        assert model.typed(f"{CLEANSER} 24 31.5").cost_micro == 31_500_000
        cream = model.typed(f"{CREAM} 2")
        assert (cream.cost_micro, model.costs.without_cost) == (None, 1)
        model.set_amount(cream, "100")
        assert (cream.cost_micro, model.costs.total_minor) == (50 * MICRO, 24 * 3_150 + 10_000)
        posted = await model.post()
        assert (posted.supplier, posted.reference) == ("百事通 配送", "XS-7")
        assert posted.amount_minor == 85_600
        assert posted.header.number.startswith("WC-")

        again = buying(desk, house)
        assert again.typed(f"{CLEANSER} 1").cost_micro == 31_500_000, "what it cost last"
        await again.load()
        assert [one.name for one in again.find_suppliers("bst")] == ["百事通 配送"]
        assert [one.name for one in again.find_suppliers("配送")] == ["百事通 配送"]
        assert again.find_suppliers("xyz") == []
        assert again.history[0].party_id in again.names

    at_desk(script)


def test_what_costs_more_than_it_is_sold_for_is_a_doubt() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = buying(desk, house)
        model.typed(f"{CLEANSER} 1 590")
        assert (model.lines[0].retail_micro, model.costs.dear) == (59 * MICRO, 1)
        assert buying(desk, house).costs.dear == 1, "after a restart, too"
        model.set_cost(model.lines[0], "59")
        assert model.costs.dear == 0
        model.set_cost(model.lines[0], "")
        assert buying(desk, house).lines[0].cost_micro is None, "taken back is not filled again"

    at_desk(script)


def test_the_newest_word_about_a_cost_counts_wherever_it_was_said() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = buying(desk, house)
        await model.new_supplier("王记")
        model.typed(f"{CLEANSER} 1 30")
        await model.post()
        house.write(state_costs, {CLEANSER: 33 * MICRO})
        assert buying(desk, house).typed(CLEANSER).cost_micro == 33 * MICRO
        model.drop()
        model.choose(PURCHASE)
        with pytest.raises(RuleViolation, match="NO_LINES"):
            model.check()
        model.typed(f"{CLEANSER} 1 29")
        with pytest.raises(RuleViolation, match="PARTY_MISSING"):
            await model.post()
        assert model.lacks_supplier
        model.say(party_id=model.find_suppliers("wj")[0].supplier_id)
        await model.post()
        assert buying(desk, house).typed(CLEANSER).cost_micro == 29 * MICRO
        house.write(state_costs, {CLEANSER: 0})
        model = buying(desk, house)
        model.drop()
        model.choose(PURCHASE)
        assert model.typed(CLEANSER).cost_micro is None, "it was taken back"

    at_desk(script)


def test_an_open_purchase_survives_with_supplier_slip_and_costs() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = buying(desk, house)
        await model.new_supplier("王记")
        model.say(reference="A-1", note="早上")
        model.typed(f"{CLEANSER} 3 31.5 2027-05")
        again = buying(desk, house)
        await again.load()
        assert again.is_buying
        assert (again.supplier_name, again.reference, again.note) == ("王记", "A-1", "早上")
        (line,) = again.lines
        assert (line.cost_micro, line.expires_on) == (31_500_000, "2027-05-31")
        again.drop()
        assert buying(desk, house).is_empty

    at_desk(script)


def test_rows_are_pasted_and_what_cannot_be_read_is_told_by_its_row() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = buying(desk, house)
        rows = [
            ["编码", "数量", "进价"],
            [CLEANSER, "24", "31.5"],
            ["nobody", "1", "2"],
            [CREAM, "2箱", "960/箱"],
            [CREAM, "two", "1"],
        ]
        problems = model.paste(rows)
        assert [(number, error.code) for number, error in problems] == [
            (3, "PRODUCT_UNKNOWN"),
            (5, "QUANTITY_UNREADABLE"),
        ]
        costs = {one.goods.code: one.cost_micro for one in model.lines}
        assert costs == {CLEANSER: 31_500_000, CREAM: 40 * MICRO}

    at_desk(script)


def test_who_may_not_know_costs_is_asked_for_none_shown_none_and_writes_none() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        house.sit_at(DEVICE, device_type="dealer")
        house.author_id = BOSS
        house.write(state_costs, {CLEANSER: 30 * MICRO})
        model = buying(desk, house, Buying(may_buy=True, sees_costs=False))
        assert (model.is_buying, model.asks_costs) == (True, False)
        line = model.add(CLEANSER, "3", cost="7")
        assert line.cost_micro is None
        await model.new_supplier("王记")
        posted = await model.post()
        assert posted.amount_minor is None
        known = desk.read(costs_known, SITE, "CNY")
        assert known.last(CLEANSER) == 30 * MICRO, "what nobody said teaches nothing"

    at_desk(script)


def test_goods_are_found_by_their_name_but_a_whole_code_is_taken_as_it_is() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = buying(desk, house)
        assert model.find(CLEANSER) == []
        assert CLEANSER in [one.code for one in model.find("0101")]
        assert model.find("010101 2") == []
        assert model.find("0") == []

    at_desk(script)


def test_a_supplier_of_the_same_name_is_the_one_meant_and_new_ones_are_numbered() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        model = buying(desk, house)
        first = house.write(take_up_supplier, "王记").value
        assert house.write(take_up_supplier, " 王记 ").value == first
        house.write(take_up_supplier, "李记")
        await model.load()
        assert {one.code for one in model.suppliers} == {"S01-001", "S01-002"}
        house.write(state_supplier, "S01-001", "王记", is_active=False)
        await model.load()
        assert [one.name for one in model.find_suppliers("")] == ["李记"]
        with pytest.raises(RuleViolation, match="SUPPLIER_INCOMPLETE"):
            house.write(take_up_supplier, "  ")

    at_desk(script)


# The list


def _bought(house: WindowHouse, **params: Any) -> None:
    house.do(DEVICE, BOSS, "purchase-receive", **params)


def test_purchases_are_listed_by_supplier_with_what_they_come_to() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        buying(desk, house)
        house.write(state_supplier, "W", "王记")
        house.write(state_supplier, "L", "李记")
        lines = [{"code": CLEANSER, "qty": "10", "cost": "3"}, {"code": CREAM, "qty": "2"}]
        _bought(house, lines=lines, supplier="W", reference="A-1", note="早上")
        _bought(house, lines=[{"code": CREAM, "qty": "1", "cost": "8.5"}], supplier="L")
        _bought(house, lines=[{"code": CREAM, "qty": "1", "cost": "9"}])
        listed = PurchasesModel(desk, SITE, "Asia/Shanghai", sees_costs=True)
        listed.between("2999-01-01", "2000-01-01")
        await listed.load()
        assert [one.amount_minor for one in listed.rows] == [900, 850, 3_000]
        assert (listed.total_minor, listed.without_cost) == (4_750, 1)
        named = dict(listed.suppliers())
        assert {*named.values()} == {"王记", "李记", ""}
        wang = next(key for key, name in named.items() if name == "王记")
        listed.choose(wang)
        (one,) = listed.rows
        assert (one.reference, one.note, one.lines) == ("A-1", "早上", 2)
        assert listed.name_of(one.supplier_id) == "王记"
        goods = await listed.lines(one.document)
        assert [(each.goods.code, each.unit_cost_micro) for each in goods] == [
            (CLEANSER, 3 * MICRO),
            (CREAM, None),
        ]
        listed.choose(NOBODY)
        held = listed.supplier_of(one)
        assert held is not None
        await listed.change_supplier(held, SupplierSaid(name="王记批发", phone="138"))
        assert listed.name_of(held.supplier_id) == "王记批发"
        assert [each.amount_minor for each in listed.rows] == [900]
        listed.choose(ALL)
        listed.month(1)
        await listed.load()
        assert listed.rows == []

    at_desk(script)
