"""A sale is found by what people read of it: the number on paper, and the one in lists."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from desktop.sales.usecases.returning import find_sale
from shared.core.errors import RuleViolation
from shared.sales.tables import sale
from tests.builders.one_house import House, a_house


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = a_house()
    made.do("SH01.01", "clerk-guanqian", "sell", lines=["2000101010005"])
    yield made
    made.close()


def test_by_the_number_on_paper_with_its_place_or_without(house: House) -> None:
    whole = house.read(lambda one: str(one.execute(select(sale.c.number)).scalar_one()))
    series, place, own, running = whole.split("-")
    assert place == "SH01"
    found = {
        house.read(lambda one, name=name: find_sale(one, "SH01", name))  # type: ignore[misc]
        for name in (whole, f"{series}-{own}-{running}")
    }
    assert len(found) == 1


def test_not_at_another_site(house: House) -> None:
    for name in ("XS-SH01-01A-000001", "XS-01A-000001", ""):
        with pytest.raises(RuleViolation, match="SALE_UNKNOWN"):
            house.read(lambda one, name=name: find_sale(one, "SH02", name))  # type: ignore[misc]
