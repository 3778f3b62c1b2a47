"""The twelve scripted sales of workflows.md by keyboard and scanner; keys and scans counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop.members.usecases import register_member
from desktop.sales.view.till import TillScreen
from shared.catalog.rules import own_product_id
from tests.builders.one_house import balance, on_hand
from tests.builders.window_house import Stage, WindowHouse, play

CLEANSER, TONER = "2000101010005", "2000102010004"
"""59.00 and 119.00."""
CLEANSER_CASE = "2010101010004"
"""24 pieces of the cleanser."""
STRANGE = "6900000000014"


@dataclass
class Hands:
    """What a person does, counted as workflows.md counts: keys and scans."""

    stage: Stage
    keys: int = 0
    scans: int = 0

    async def press(self, *names: str) -> None:
        """One key each."""
        self.keys += len(names)
        await self.stage.keys(*names)

    async def type(self, text: str) -> None:
        """A key per letter."""
        self.keys += len(text)
        await self.stage.keys(text)

    async def scan(self, code: str) -> None:
        """One scan."""
        self.scans += 1
        await self.stage.scan(code)


@dataclass(frozen=True)
class Expected:
    """What stands afterwards."""

    scans: int
    keys: int
    total_minor: int
    tenders: Sequence[tuple[str, int]]
    pieces: dict[str, int] = field(default_factory=dict)
    """Sellable pieces less than before, by product."""
    sales: int = 1


Script = Callable[[Hands], Any]


async def exact_cash(hands: Hands) -> None:
    await hands.scan(CLEANSER)
    await hands.scan(TONER)
    await hands.press("F9", "Return")


async def pays_100(hands: Hands) -> None:
    await hands.scan(CLEANSER)
    await hands.press("F9", "1", "0", "0", "Return")


async def three_of_one(hands: Hands) -> None:
    await hands.press("3", "*")
    await hands.scan(CLEANSER)
    await hands.press("F9", "Return")


async def case_and_piece(hands: Hands) -> None:
    await hands.scan(CLEANSER_CASE)
    await hands.scan(CLEANSER)
    await hands.press("F9", "Return")


async def wrong_good(hands: Hands) -> None:
    await hands.scan(CLEANSER)
    await hands.scan(TONER)
    await hands.press("Ctrl+Z", "F9", "Return")


async def member(hands: Hands) -> None:
    hands.stage.house.write(register_member, "林小满", "13800138000")
    await hands.scan(CLEANSER)
    await hands.press("F3", "8", "0", "0", "0", "Return", "F9", "Return")


async def shop_code(hands: Hands) -> None:
    await hands.scan(CLEANSER)
    await hands.press("F9", "W", "Return")


async def part_cash(hands: Hands) -> None:
    await hands.scan(CLEANSER)
    await hands.press("F9", "5", "0", "Return", "W", "Return")


async def discount(hands: Hands) -> None:
    await hands.scan(CLEANSER)
    await hands.press("F6", "9", "5", "Return", "F9", "Return")


async def hold_and_resume(hands: Hands) -> None:
    await hands.scan(CLEANSER)
    await hands.press("F11")
    await hands.scan(TONER)
    await hands.press("F9", "Return", "F11", "Return", "F9", "Return")


async def return_by_receipt(hands: Hands) -> None:
    sold = hands.stage.house.do("SH01.01", "clerk-guanqian", "sell", lines=[CLEANSER])
    await hands.press("F8")
    await hands.scan(sold["number"])
    await hands.press("Space", "1", "F9", "Return")


async def own_good(hands: Hands) -> None:
    await hands.scan(STRANGE)
    await hands.press("N")
    await hands.type("tea")
    await hands.press("Return")
    await hands.type("12")
    await hands.press("Return", "F9", "Return")


CASES = {
    1: (exact_cash, Expected(2, 2, 17_800, [("cash", 17_800)], {"010101": 1, "010201": 1})),
    2: (pays_100, Expected(1, 5, 5_900, [("cash", 10_000), ("cash", -4_100)], {"010101": 1})),
    3: (three_of_one, Expected(1, 4, 17_700, [("cash", 17_700)], {"010101": 3})),
    4: (case_and_piece, Expected(2, 2, 147_500, [("cash", 147_500)], {"010101": 25})),
    5: (wrong_good, Expected(2, 3, 5_900, [("cash", 5_900)], {"010101": 1, "010201": 0})),
    6: (member, Expected(1, 8, 5_900, [("cash", 5_900)], {"010101": 1})),
    7: (shop_code, Expected(1, 3, 5_900, [("static_code", 5_900)], {"010101": 1})),
    8: (part_cash, Expected(1, 6, 5_900, [("cash", 5_000), ("static_code", 900)], {"010101": 1})),
    9: (discount, Expected(1, 6, 5_605, [("cash", 5_605)], {"010101": 1})),
    10: (
        hold_and_resume,
        Expected(2, 7, 5_900, [("cash", 5_900)], {"010101": 1, "010201": 1}, sales=2),
    ),
    11: (return_by_receipt, Expected(1, 5, -5_900, [("cash", -5_900)], {"010101": 0}, sales=2)),
    12: (own_good, Expected(1, 10, 1_200, [("cash", 1_200)], {own_product_id("SH01", STRANGE): 1})),
}


@pytest.mark.parametrize("number", CASES)
def test_a_scripted_sale_takes_exactly_the_keys_of_the_table(number: int, tmp_path: Path) -> None:
    acts, expected = CASES[number]

    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        stage.window.open("till")
        await stage.settle()
        before = {one: on_hand(stage.house, "SH01", one) for one in expected.pieces}
        drawer = balance(stage.house, "site/SH01/tender/cash")
        hands = Hands(stage)
        await acts(hands)
        await stage.settle()

        assert (hands.scans, hands.keys) == (expected.scans, expected.keys)
        sales = _sales(stage.house)
        assert len(sales) == expected.sales
        assert sales[0]["total_minor"] == expected.total_minor
        assert _tenders(stage.house, sales[0]["id"]) == list(expected.tenders)
        gone = {one: before[one] - on_hand(stage.house, "SH01", one) for one in before}
        assert gone == expected.pieces
        cash = sum(minor for one in sales for name, minor in _tenders(stage.house, one["id"])
                   if name == "cash")  # fmt: skip
        assert balance(stage.house, "site/SH01/tender/cash") - drawer == cash
        till = stage.window.current
        assert isinstance(till, TillScreen)
        assert not till.model.basket.lines
        assert till.entry.hasFocus()

    play(script, tmp_path)


def _sales(house: WindowHouse) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.do("SH01.01", "clerk-guanqian", "sales")
    return found


def _tenders(house: WindowHouse, uid: str) -> list[tuple[str, int]]:
    from shared.sales.queries.showing import sale_story

    story = house.read(lambda connection: sale_story(connection, uid))
    assert story is not None
    return [(tender, minor) for tender, minor, _reference in story.tenders]
