"""What late tills would have made more by a version that prices by quantity (C03, C09)."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.reporting.queries.behind import late_sales
from tests.builders.one_house import House, a_house

CLEANSER = "010101"


@pytest.fixture
def house() -> Iterator[House]:
    made = a_house()
    yield made
    made.close()


def test_a_late_line_is_compared_with_the_tier_its_quantity_is_in(house: House) -> None:
    rows = [
        {"product": CLEANSER, "price": "99"},
        {"product": CLEANSER, "price": "90", "from_qty": "10"},
    ]
    house.do("HQ.01", "hq-editor", "price-publish", sales_org="FX", approver="hq-approver",
             reason="up", rows=rows)  # fmt: skip
    for pieces in (12, 2):
        house.do("SH01.01", "clerk-guanqian", "sell", lines=[f"{pieces}*2000101010005"],
                 tenders=["cash=200000"])  # fmt: skip
    _as_if_by_the_first(house)
    (late,) = house.read(lambda one: late_sales(one, "SH01", "FX", 2))
    assert (late.sales, late.unknown) == (2, 0)
    assert late.difference_minor == 12 * (9_000 - 5_900) + 2 * (9_900 - 5_900)


def _as_if_by_the_first(house: House) -> None:
    def work(connection: Any) -> None:
        for new in (99, 90):
            connection.exec_driver_sql(
                "UPDATE sale_line SET price_version = 1, unit_price_micro = 59000000,"
                f" price_trail = replace(replace(price_trail, '[{new}000000,2,', '[59000000,1,'),"
                f" ',{new}000000,', ',59000000,')"
            )

    house.local.transact(work)
