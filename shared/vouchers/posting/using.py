"""What a sale says of points and coupons becomes rows of its site."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.leases.documents import LeaseSpend
from shared.vouchers.documents import CouponUse
from shared.vouchers.rules import PointsReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a sale or return says of points and coupons, with what it was paid for and by."""

    header: Header
    member_id: str
    sale: str
    """uid text: its own, or of the sale whose goods come back."""
    rule_id: str
    earned: int
    """Below zero: taken back."""
    spent: int
    """Below zero: given back."""
    money_minor: int
    """By tenders that are money."""
    goods_minor: int
    points_minor: int
    coupon_minor: int
    coupons: tuple[CouponUse, ...]
    leases: tuple[LeaseSpend, ...]

    @property
    def has_points(self) -> bool:
        """Whether it says anything of points."""
        return bool(self.earned or self.spent or self.points_minor)

    @property
    def is_return(self) -> bool:
        """Whether goods of an earlier sale come back."""
        return self.sale != uid_text(self.header.uid)


def used_rows(used: Used) -> Iterator[Write]:
    """Points earned and spent, coupons used, by their document; nothing where nothing is said."""
    earned = PointsReason.EARNED if used.earned > 0 else PointsReason.TAKEN_BACK
    spent = PointsReason.SPENT if used.spent > 0 else PointsReason.GIVEN_BACK
    for number, (reason, points) in enumerate(((earned, used.earned), (spent, -used.spent)), 1):
        if points:
            yield _move(used, number, reason, points)
    for number, one in enumerate(used.coupons, start=1):
        values: dict[str, Value] = {
            "document": uid_text(used.header.uid),
            "coupon_id": one.coupon_id,
            "batch_id": one.batch_id,
            "site_id": used.header.site_id,
            "device_id": used.header.device_id,
            "number": used.header.number,
            "member_id": used.member_id,
            "amount_minor": one.amount_minor,
            "count": one.count,
            "happened_at_us": used.header.happened_at_us,
        }
        yield Write("coupon_use", derived_id(used.header.uid, "cp", number), values)


def _move(used: Used, number: int, reason: PointsReason, points: int) -> Write:
    values: dict[str, Value] = {
        "document": uid_text(used.header.uid),
        "sale": used.sale,
        "member_id": used.member_id,
        "site_id": used.header.site_id,
        "number": used.header.number,
        "reason": reason.value,
        "rule_id": used.rule_id,
        "points": points,
        "happened_at_us": used.header.happened_at_us,
    }
    return Write("point_move", derived_id(used.header.uid, "pt", number), values)
