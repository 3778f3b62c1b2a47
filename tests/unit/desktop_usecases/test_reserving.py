"""Pieces held for somebody: three buckets, a warning at the till, an end by time or by hand."""

import pytest

from desktop.sales.usecases.keeping import begin, scan_into
from shared.core.errors import QutongError
from shared.stock.documents import ReservationReleased
from shared.stock.queries import StockRow, stock_overview
from tests.builders.one_house import House
from tests.unit.desktop_usecases.conftest import Do

CLEANSER = "010101"
DAY_US = 24 * 60 * 60 * 1_000_000
ONE = 1_000_000


def row(house: House, site_id: str = "SH01") -> StockRow:
    at_us = house.time.now_us()
    rows = house.read(lambda one: stock_overview(one, site_id, at_us))
    return next(one for one in rows if one.product_id == CLEANSER)


def five_of_them(call: Do) -> None:
    call("move", type="purchase_receipt", lines=[{"code": CLEANSER, "qty": "5"}], party="S1")


def test_the_third_piece_of_a_sale_warns_when_three_of_five_are_held(
    house: House, clerk: Do
) -> None:
    five_of_them(clerk)
    clerk("reserve", lines=[{"code": CLEANSER, "qty": "3"}], for_whom="王女士")
    now = row(house)
    assert (now.available_micro, now.reserved_micro) == (2 * ONE, 3 * ONE)
    basket = house.write(begin).value
    warned = []
    for _ in range(3):
        basket = house.write(scan_into, basket, CLEANSER).value
        assert basket.line is not None
        warned.append(basket.line.takes_reserved)
    assert warned == [False, False, True]
    assert basket.line is not None
    assert not basket.line.is_short, "all three are there"
    lines, tenders = [{"code": CLEANSER, "qty": "3"}], [{"tender": "cash", "amount": "177"}]
    clerk("sell", lines=lines, tenders=tenders)
    assert row(house).available_micro == -ONE, "a sale is never refused"


def test_a_hold_ends_at_its_instant_or_when_it_is_let_go(house: House, clerk: Do) -> None:
    five_of_them(clerk)
    clerk("reserve", lines=[{"code": CLEANSER, "qty": "3"}], days=1)
    clerk("reserve", lines=[{"code": CLEANSER, "qty": "1"}], days=9)
    last = clerk("reservations")[1]
    assert last["qty_micro"] == ONE
    house.time.at_us += 2 * DAY_US
    assert (row(house).reserved_micro, row(house).available_micro) == (ONE, 4 * ONE)
    clerk("release", reservation=last["document"], reason="取走")
    assert (row(house).reserved_micro, row(house).on_hand_micro) == (0, 5 * ONE)
    with pytest.raises(QutongError, match="RESERVATION_GONE"):
        clerk("release", reservation=last["document"])


def test_another_site_lets_nothing_go_here(house: House, clerk: Do) -> None:
    five_of_them(clerk)
    clerk("reserve", lines=[{"code": CLEANSER, "qty": "3"}])
    document = clerk("reservations")[0]["document"]
    house.sit_at("DL01.01", device_type="dealer")
    house.author_id = "dealer-east"
    house.write(lambda session: session.append(ReservationReleased(reservation=document)))
    assert row(house).reserved_micro == 3 * ONE


def test_what_is_sent_away_is_on_the_way_and_not_lost(house: House) -> None:
    def dealer(command: str, **said: object) -> object:
        return house.do("DL01.01", "dealer-east", command, **said)

    five_of_them(dealer)
    dealer("reserve", lines=[{"code": CLEANSER, "qty": "3"}])
    dealer("transfer-send", to="DL03", lines=[{"code": CLEANSER, "qty": "4"}])
    assert row(house, "DL01").available_micro == -2 * ONE
    assert row(house, "DL03").transit_micro == 4 * ONE


def test_a_hold_has_goods_and_an_end(clerk: Do) -> None:
    for said, code in (
        ({"lines": []}, "NO_LINES"),
        ({"lines": [{"code": CLEANSER, "qty": "0"}]}, "QUANTITY_NOT_POSITIVE"),
        ({"lines": [{"code": CLEANSER}], "days": 0}, "RESERVATION_DAYS"),
        ({"lines": [{"code": CLEANSER}], "days": 91}, "RESERVATION_DAYS"),
    ):
        with pytest.raises(QutongError, match=code):
            clerk("reserve", **said)
