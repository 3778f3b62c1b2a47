"""Who hears of points rules and coupon batches, and when."""

import pytest

from shared.vouchers.tables import TABLES

OFFERS = {one.name: one for one in TABLES if one.name in ("points_rule", "coupon_batch")}


@pytest.mark.parametrize("name", sorted(OFFERS))
def test_an_offer_is_head_offices_own_until_it_is_in_force(name: str) -> None:
    told = {state: OFFERS[name].scopes({"state": state}) for state in ("asked", "refused")}
    assert set(told.values()) == {("hq",)}
    assert OFFERS[name].scopes({"state": "in_force"}) == ("hq", "all")
