"""Which prices would apply to a customer whose level or region nobody said yet (A03, C01)."""

from collections.abc import Iterator

import pytest

from shared.core.rounding import MICRO
from shared.reporting.queries.applying import Applying, prices_applying
from tests.builders.one_house import House, a_house


@pytest.fixture
def house() -> Iterator[House]:
    made: House = a_house()
    yield made
    made.close()


def asked(house: House, org_id: str, level_id: str, region_id: str = "") -> Applying:
    now_us = house.time.now_us()
    return house.read(lambda one: prices_applying(one, org_id, level_id, region_id, "", now_us))


def test_without_a_level_no_goods_of_a_distributor_have_a_price(house: House) -> None:
    with_level = asked(house, "FX", "L1")
    assert with_level.goods == with_level.priced > 30
    assert 0 < with_level.least_micro <= with_level.most_micro < MICRO
    without = asked(house, "FX", "")
    assert (without.goods, without.priced) == (with_level.goods, 0)
    assert without.number == with_level.number


def test_an_organisation_without_a_version_prices_nothing(house: House) -> None:
    assert asked(house, "NONE", "L1") == Applying(goods=0, priced=0, number=0)
