"""Goods that arrive in another lot than the notice says come in under the lot that was found."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.ordering.model.receiving import Receiving
from shared.core.errors import RuleViolation
from shared.ordering.rules import arrival
from shared.ordering.tables import receipt_line
from shared.stock.rules import (
    SUSPENSE,
    Status,
    location,
    lot_expiry,
    lot_named,
    lots_found,
    transit,
)
from shared.stock.tables import stock_balance, stock_move
from tests.builders.dealer_days import CREAM, east, office
from tests.builders.one_house import House, on_hand
from tests.builders.plain_desk import sit

PIECE = 1_000_000


def ten_of_lot_a(house: House) -> tuple[str, str]:
    """Ten of lot A left head office; the numbers of order and shipment."""
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "10"}])
    office(house, "order-decide", order=order["number"])
    gone = office(
        house, "order-ship", order=order["number"], site="HQ01",
        lines=[{"line": 1, "qty": "10", "lot": "A"}],
    )  # fmt: skip
    return str(order["number"]), str(gone["number"])


def at(house: House, place: str) -> dict[str, int]:
    """Pieces at a place by lot; lots with nothing left are left out."""
    b = stock_balance.c
    rows = house.read(
        lambda one: one.execute(
            select(b.lot, b.came_in - b.went_out).where(b.end == place, b.product_id == CREAM)
        ).all()
    )
    return {lot: int(qty) // PIECE for lot, qty in rows if qty}


def in_suspense(house: House) -> dict[str, int]:
    """Pieces in suspense by lot, of the moves themselves: no device keeps that balance."""
    m = stock_move.c
    rows = house.read(
        lambda one: one.execute(
            select(m.lot, m.from_location, m.to_location, m.qty_micro).where(m.product_id == CREAM)
        ).all()
    )
    found: dict[str, int] = {}
    for lot, start, end, qty in rows:
        sign = (end == SUSPENSE) - (start == SUSPENSE)
        found[lot] = found.get(lot, 0) + sign * qty // PIECE
    return {lot: qty for lot, qty in found.items() if qty}


def receiving(house: House, number: str) -> Receiving:
    model = Receiving(sit(house, "dealer-east", "DL01.01", device_type="dealer"), "DL01")
    model.refresh()
    model.scan(number)
    return model


def test_ship_ten_of_a_receive_six_of_a_and_four_of_b(house: House) -> None:
    order, shipment = ten_of_lot_a(house)
    assert at(house, transit("HQ01", "DL01")) == {"A": 10}
    east(
        house, "order-receive", shipment=shipment,
        lines=[{"line": 1, "good": "10", "lots": [{"lot": "B", "good": "4"}]}],
    )  # fmt: skip
    assert at(house, location("DL01")) == {"A": 6, "B": 4}
    assert at(house, transit("HQ01", "DL01")) == {}
    # Lots were taken for each other: nothing is short or over, and nobody is claimed against.
    assert in_suspense(house) == {"A": 4, "B": -4}
    assert on_hand(house, "DL01", CREAM) == 10
    assert east(house, "order-show", order=order)["order"]["state"] == "received"


def test_short_damaged_and_over_goods_keep_their_lots_and_the_road_is_empty(house: House) -> None:
    _, shipment = ten_of_lot_a(house)
    east(
        house, "order-receive", shipment=shipment,
        lines=[{"line": 1, "good": "7", "damaged": "1", "lots": [{"lot": "B", "good": "4"}]}],
    )  # fmt: skip
    assert at(house, location("DL01")) == {"A": 3, "B": 4}
    assert at(house, location("DL01", Status.DEFECTIVE)) == {"A": 1}
    assert at(house, transit("HQ01", "DL01")) == {}
    assert in_suspense(house) == {"A": 6, "B": -4}
    _, more = ten_of_lot_a(house)
    east(
        house, "order-receive", shipment=more,
        lines=[{"line": 1, "good": "13", "lots": [{"lot": "C", "good": "13"}]}],
    )  # fmt: skip
    assert at(house, location("DL01")) == {"A": 3, "B": 4, "C": 13}
    assert at(house, transit("HQ01", "DL01")) == {}
    over = house.read(lambda one: one.execute(select(receipt_line.c.over_micro)).scalars().all())
    assert sum(over) == 3 * PIECE


def test_at_the_screen_a_lot_and_its_expiry_are_said_and_are_there_after_a_kill(
    house: House,
) -> None:
    _, number = ten_of_lot_a(house)
    model = receiving(house, number)
    line_no = model.rows[0].notice.line.line_no
    model.set_lot(line_no, "4", "B", "20270531")
    again = receiving(house, number)
    (row,) = again.rows
    assert row.lot_text == "A × 6 + B (2027-05-31) × 4"
    assert row.is_fine
    for wrong in (("7", "C", ""), ("1", "A", ""), ("1", "", ""), ("1", "C", "soon")):
        with pytest.raises(RuleViolation) as why:
            again.set_lot(line_no, *wrong)
        assert why.value.code in ("LOTS_TOO_MUCH", "LOT_TWICE", "LOT_BAD")
    asyncio.run(again.confirm())
    assert at(house, location("DL01")) == {"A": 6, "B (2027-05-31)": 4}


def test_a_lot_said_with_nothing_is_taken_away_again(house: House) -> None:
    _, number = ten_of_lot_a(house)
    model = receiving(house, number)
    line_no = model.rows[0].notice.line.line_no
    model.set_lot(line_no, "4", "B")
    model.set_lot(line_no, "", "B")
    assert model.rows[0].seen.lots == ()
    model.set_lot(line_no, "4", "B")
    model.set_good(line_no, "3")
    assert model.rows[0].seen.lots == (), "fewer are whole than were said to be of that lot"


@pytest.mark.parametrize(
    ("lot", "expiry", "named"),
    [
        ("A7", "", "A7"),
        (" Ａ7 ", "2027/5/1", "A7 (2027-05-01)"),
        ("A7", "20270531", "A7 (2027-05-31)"),
    ],
)
def test_a_lot_holds_its_expiry(lot: str, expiry: str, named: str) -> None:
    assert lot_named(lot, expiry) == named
    assert lot_expiry(named) == (named[4:14] if expiry else "")


@given(
    announced=st.integers(0, 50),
    damaged=st.integers(0, 5),
    others=st.dictionaries(st.sampled_from("BCD"), st.integers(1, 9)),
    rest=st.integers(0, 20),
)
def test_lots_add_up_to_what_is_whole(
    announced: int, damaged: int, others: dict[str, int], rest: int
) -> None:
    good = rest + sum(others.values())
    parts = lots_found("A", good, list(others.items()))
    assert parts[0] == ("A", rest)
    assert sum(qty for _, qty in parts) == arrival(announced, good, damaged).good_micro
