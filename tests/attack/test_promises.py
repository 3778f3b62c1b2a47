"""A shop's device that writes itself points, pools and coupons is refused: kept, no row of it."""

from pathlib import Path

from sqlalchemy import func, select

from shared.leases.documents import PoolStated
from shared.leases.rules import coupon_pool, points_pool
from shared.leases.tables import lease_move, lease_pool
from shared.vouchers.documents import (
    CouponMade,
    CouponsIssued,
    OfferAnswered,
    PointsCorrected,
    PointsOf,
    PointsRulePublished,
    VouchersSettled,
)
from shared.vouchers.tables import coupon, point_move, points_rule
from tests.integration.server.two_shops import two_shops
from tests.integration.server.world import NOON_US

MEMBER = "MB" + "1" * 32


def test_no_device_of_a_shop_grants_points_or_issues_coupons(tmp_path: Path) -> None:
    rule = PointsRulePublished(
        currency="CNY", earn_points=1_000, earn_per_minor=1, worth_points=1, worth_minor=100,
        from_us=NOON_US,
    )  # fmt: skip
    batch = CouponsIssued(
        name="mine", currency="CNY", value_minor=10_000, least_minor=0, from_us=0,
        until_us=NOON_US * 2, policy="strict", on_return="again",
        coupons=(CouponMade(coupon_id="CP" + "1" * 32),),
    )  # fmt: skip
    settled = VouchersSettled(
        earned=(PointsOf(member_id=MEMBER, points=1_000_000),),
        corrected=(
            PointsCorrected(
                member_id=MEMBER, site_id="SH01", sale="a" * 32, reason="earned", points=10**6
            ),
        ),
    )
    with two_shops("sqlite", tmp_path) as place:
        for body in (rule, batch, settled, OfferAnswered(offer="a" * 32, what="points_rule")):
            assert place.mine.says(body, approver_id="boss") == "DEVICE_TYPE_NOT_ALLOWED"
        for pool in (points_pool(MEMBER), coupon_pool("CP" + "1" * 32)):
            assert (
                place.mine.says(PoolStated(pool=pool, unit="points", added=9)) == "POSTING_FAILED"
            )
        for table in (points_rule, coupon, point_move, lease_pool, lease_move):
            assert place.scalar(select(func.count()).select_from(table)) == 0
