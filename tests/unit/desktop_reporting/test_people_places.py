"""Where people and devices may be named: a shop published a moment ago is offered at once."""

import asyncio

import pytest

from desktop.reporting.model.people import Devices, People
from tests.builders.one_house import House, a_house
from tests.builders.plain_desk import sit


@pytest.mark.parametrize("kind", [People, Devices])
def test_a_shop_named_while_the_screen_stands_is_offered_when_it_is_read_again(
    kind: type[People] | type[Devices],
) -> None:
    house = a_house(House)
    model = kind(sit(house, "hq-editor", "HQ.01", device_type="hq"))
    asyncio.run(model.load())
    assert "DL09" not in dict(model.sites)
    site = {"site_id": "DL09", "name": "示例杭州仓", "site_type": "warehouse"}
    house.do("HQ.01", "hq-editor", "publish-channel", sites=[site])
    asyncio.run(model.load())
    assert dict(model.sites)["DL09"] == "示例杭州仓"
