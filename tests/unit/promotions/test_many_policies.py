"""Many policies at once: what is looked at is only what a document has, and nothing is lost."""

from dataclasses import replace
from random import Random

import pytest

from shared.core.rounding import MICRO
from shared.promotions.rules import Choices, Item, Outcome, Setting, Shelf, Standing, Use, evaluate
from shared.promotions.rules.working import Reach
from tests.benchmarks.baskets import live_policies
from tests.benchmarks.house import code

BRANDS = ("晨露", "海蓝", "")
SETTING = Setting(use=Use.TILL, currency="CNY", at_us=1, weekday=1, minute=600)
EVERYWHERE = Reach(frozenset(), frozenset(), is_all=True)


def lines(chance: Random, goods: int, count: int) -> list[Item]:
    """Goods in any order, some of them twice."""
    return [
        Item(
            line_no=number,
            product_id=code(one := chance.randint(1, goods)),
            brand=BRANDS[one % len(BRANDS)],
            qty_micro=chance.randint(1, 30) * MICRO,
            unit_price_micro=chance.randint(1, 9_000) * MICRO // 100,
        )
        for number in range(1, count + 1)
    ]


def outcome(items: list[Item], policies: list[Standing]) -> Outcome:
    return evaluate(items, policies, SETTING, Choices())


def looked_at_anyway(one: Standing) -> Standing:
    """The same policy, which is never left out of a document it does not touch."""
    made = replace(one)
    object.__setattr__(made, "reach", EVERYWHERE)
    return made


@pytest.mark.parametrize("seed", range(12))
def test_policies_left_out_because_their_goods_are_not_there_make_no_difference(seed: int) -> None:
    chance = Random(seed)
    policies = live_policies(300, BRANDS[:2], uses=(Use.TILL,))
    picked = chance.sample(policies, 120)
    items = lines(chance, 300, 12)
    whole = outcome(items, [looked_at_anyway(one) for one in picked])
    assert outcome(items, picked) == whole
    touched = Shelf(picked).touching((one.product_id, one.brand) for one in items)
    assert 0 < len(touched) < len(picked)
    assert outcome(items, touched) == whole


def test_a_document_of_many_lines_and_policies_still_adds_up() -> None:
    items = lines(Random(7), 60, 90)
    found = outcome(items, live_policies(60, BRANDS[:2], uses=(Use.TILL,)))
    whole = sum(item.qty_micro for item in items)
    assert sum(part.qty_micro for part in found.lines) == whole, "parts of lines lose no piece"
    assert {one.group for one in found.offers} <= {f"满减{number}" for number in range(5)}
    assert len(found.applied) > 100
    before = sum(one.qty_micro * one.unit_price_micro for one in items) // (MICRO * MICRO // 100)
    paid = sum(
        part.qty_micro * part.unit_price_micro // (MICRO * MICRO // 100) - part.off_minor
        for part in found.lines
    )
    saved = sum(one.saving_minor for one in found.applied)
    assert 0 <= paid < before
    # Each line rounds once; gifts are worth something and are paid by nobody.
    assert saved >= before - paid - 2 * len(found.lines)
