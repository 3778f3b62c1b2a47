"""Head office's books of points and coupons: what sales earned goes into the members' pools.

A sale is never refused. What it says of points is held against the rule it names and against the
sale whose goods came back; what does not stand is corrected, and somebody is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from shared.core.ids import derived_id
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.leases.posting import added_to_pool
from shared.leases.queries import leases
from shared.leases.rules import coupon_pool, points_pool
from shared.tasks.posting import open_task
from shared.vouchers.documents import (
    CouponUses,
    PointsCorrected,
    PointsElsewhere,
    PointsOf,
    VouchersSettled,
)
from shared.vouchers.posting.using import Used
from shared.vouchers.queries.coupons import (
    IssuedCoupon,
    hold_coupons,
    issued_coupons,
    uses_of,
)
from shared.vouchers.queries.points import Family, families, points_by_site, rates_by_rule, stated
from shared.vouchers.rules import (
    COUPON_UNIT,
    LENT_S,
    POINTS_UNIT,
    PointsReason,
    Rates,
    earned_points,
    worth_of_points,
)

Sites = Mapping[str, Iterable[str]]
"""By member, the sites that know them."""


def review_used(connection: Connection, batch: Sequence[Used], known_at: Sites) -> Iterator[Answer]:
    """What head office writes of points and coupons after some sales, and the tasks.

    The caller holds the members, so that two workers do not count past each other.
    """
    points = [one for one in batch if one.has_points]
    coupons = [one for one in batch if one.coupons or one.coupon_minor]
    if not points and not coupons:
        return
    pools = _pools(connection, batch)
    books = _Books(connection, points, pools)
    yield from books.tasks
    answers, spent = _coupons(connection, coupons, pools)
    yield from answers
    settled = VouchersSettled(
        earned=books.earned,
        corrected=tuple(books.corrected),
        elsewhere=_elsewhere(connection, books, known_at),
        coupons=spent,
    )
    if settled != VouchersSettled():
        yield Answer(body=settled, site_id="", about=batch[-1].header.uid)


def told_elsewhere(
    connection: Connection, header: Header, member_id: str, sites: Iterable[str]
) -> Iterator[Answer]:
    """Sites that come to know a member hear what the others moved, if they did not yet."""
    there = points_by_site(connection, [member_id])
    found = _told(member_id, there.get(member_id, {}), sites, stated(connection, [member_id]))
    if found:
        body = VouchersSettled(elsewhere=tuple(found))
        yield Answer(body=body, site_id="", about=header.uid)


def _pools(connection: Connection, batch: Sequence[Used]) -> dict[str, str]:
    named = {spend.lease_id for one in batch for spend in one.leases}
    return {one.lease_id: one.pool for one in leases(connection, named)} if named else {}


class _Books:
    """Points of a batch: what goes into pools, what is corrected, who is told."""

    def __init__(
        self, connection: Connection, batch: Sequence[Used], pools: Mapping[str, str]
    ) -> None:
        self.tasks: list[Answer] = []
        self.corrected: list[PointsCorrected] = []
        self._pooled: dict[str, int] = defaultdict(int)
        rates = rates_by_rule(connection, {one.rule_id for one in batch if one.rule_id})
        refused: dict[Family, list[int]] = defaultdict(lambda: [0, 0])
        for one in batch:
            known = rates.get(one.rule_id)
            is_early = known is not None and one.header.happened_at_us < known.from_us
            self._of_sale(one, None if is_early or known is None else known.rates, pools, refused)
        sums = families(connection, {_family(one) for one in batch})
        for family, (earned, spent, floors) in sums.items():
            over = refused[family]
            self._floor(family, "earned", max(-(earned + over[0]), 0) - floors[0])
            self._floor(family, "spent", -max(spent + over[1], 0) - floors[1])

    @property
    def earned(self) -> tuple[PointsOf, ...]:
        """Into the pools, by member."""
        return tuple(
            PointsOf(member_id=member, points=points)
            for member, points in sorted(self._pooled.items())
            if points
        )

    def _of_sale(
        self,
        used: Used,
        rates: Rates | None,
        pools: Mapping[str, str],
        refused: dict[Family, list[int]],
    ) -> None:
        most = earned_points(rates, used.money_minor, used.goods_minor) if rates else 0
        least = used.earned if used.is_return else 0
        over = used.earned - (min(used.earned, most) if used.earned > 0 else least)
        pool = points_pool(used.member_id)
        leased = sum(one.amount for one in used.leases if pools.get(one.lease_id) == pool)
        unleased = max(used.spent, 0) - leased if used.spent > leased else 0
        self._pooled[used.member_id] += used.earned - over + max(-used.spent, 0)
        if over:
            self._refuse(used, PointsReason.REFUSED_EARNED, -over)
            refused[_family(used)][0] -= over
            self._task(used, "POINTS_NOT_EARNED", over)
        if unleased:
            self._refuse(used, PointsReason.REFUSED_SPENT, unleased)
            refused[_family(used)][1] += unleased
        paid = worth_of_points(rates, used.spent - unleased) if rates else 0
        if used.points_minor > paid:
            self._task(used, "POINTS_NOT_LEASED", used.points_minor - paid)

    def _task(self, used: Used, code: str, amount: int) -> None:
        name = "amount_minor" if code == "POINTS_NOT_LEASED" else "points"
        values: dict[str, str | int] = {"number": used.header.number, name: amount}
        self.tasks.append(open_task(used.header, code, used.sale, values))

    def _refuse(self, used: Used, reason: PointsReason, points: int) -> None:
        self._correct(_family(used), reason, points)

    def _floor(self, family: Family, which: str, points: int) -> None:
        """More came back than there was: until the sale it belongs to is here, or for good."""
        if points:
            reason = PointsReason.FLOOR_EARNED if which == "earned" else PointsReason.FLOOR_SPENT
            self._correct(family, reason, points)
            self._pooled[family.member_id] += points

    def _correct(self, family: Family, reason: PointsReason, points: int) -> None:
        self.corrected.append(
            PointsCorrected(
                member_id=family.member_id,
                site_id=family.site_id,
                sale=family.sale,
                reason=reason.value,
                points=points,
            )
        )

    def members(self) -> set[str]:
        """Whose points moved."""
        return set(self._pooled) | {one.member_id for one in self.corrected}


def _family(used: Used) -> Family:
    return Family(used.sale, used.member_id, used.header.site_id)


def _elsewhere(
    connection: Connection, books: _Books, known_at: Sites
) -> tuple[PointsElsewhere, ...]:
    members = sorted(books.members())
    by_site = points_by_site(connection, members)
    for one in books.corrected:
        there = by_site.setdefault(one.member_id, {})
        there[one.site_id] = there.get(one.site_id, 0) + one.points
    said = stated(connection, members)
    return tuple(
        row
        for member in members
        for row in _told(member, by_site.get(member, {}), known_at.get(member, ()), said)
    )


def _told(
    member_id: str,
    there: Mapping[str, int],
    known_at: Iterable[str],
    said: Mapping[tuple[str, str], int],
) -> list[PointsElsewhere]:
    total = sum(there.values())
    found = []
    for site_id in sorted({*there, *known_at}):
        points = total - there.get(site_id, 0)
        if points != said.get((member_id, site_id), 0):
            found.append(PointsElsewhere(member_id=member_id, site_id=site_id, points=points))
    return found


def _coupons(
    connection: Connection, batch: Sequence[Used], pools: Mapping[str, str]
) -> tuple[list[Answer], tuple[CouponUses, ...]]:
    named = {use.coupon_id for one in batch for use in one.coupons}
    # Two workers that take the same coupon look at its uses one after the other.
    hold_coupons(connection, named)
    known = issued_coupons(connection, named)
    counts = uses_of(connection, named)
    tasks: list[Answer] = []
    touched: dict[str, Header] = {}
    lying: set[str] = set()
    for one in batch:
        if sum(use.amount_minor for use in one.coupons) != one.coupon_minor:
            tasks.append(_coupon_task(one.header, "COUPON_UNBALANCED", one.sale))
        held = {pools.get(spend.lease_id, "") for spend in one.leases}
        for use in one.coupons:
            coupon = known.get(use.coupon_id)
            at_site = counts[use.coupon_id].get(one.header.site_id, 0)
            if coupon is None or at_site < 0:
                tasks.append(_coupon_task(one.header, "COUPON_FORGED", use.coupon_id))
                continue
            touched[use.coupon_id] = one.header
            if use.amount_minor > coupon.value_minor:
                tasks.append(_coupon_task(one.header, "COUPON_UNBALANCED", one.sale))
            if use.count > 0 and coupon.is_strict and coupon_pool(use.coupon_id) not in held:
                tasks.append(_coupon_task(one.header, "COUPON_NOT_LEASED", use.coupon_id))
            if use.count < 0 and coupon.is_strict and not sum(counts[use.coupon_id].values()):
                lying.add(use.coupon_id)
    settled = []
    for coupon_id, header in sorted(touched.items()):
        uses = sum(counts[coupon_id].values())
        if uses > 1:
            tasks.append(_twice(header, known[coupon_id], uses))
        settled.append(
            CouponUses(
                coupon_id=coupon_id,
                uses=uses,
                used_at_us=header.happened_at_us,
                used_site_id=header.site_id,
                lies_again=coupon_id in lying,
            )
        )
    return tasks, tuple(settled)


def _coupon_task(header: Header, code: str, subject: str) -> Answer:
    return open_task(header, code, subject, {"number": header.number})


def _twice(header: Header, coupon: IssuedCoupon, uses: int) -> Answer:
    """One task for head office, wherever the uses were."""
    values: dict[str, str | int] = {"name": coupon.name, "count": uses, "number": header.number}
    return open_task(header, "COUPON_USED_TWICE", coupon.coupon_id, values, site_id="")


def post_settled(header: Header, body: VouchersSettled) -> Iterator[Write]:
    """Into the pools, corrections at their sites, and what sites hear of each other."""
    number = 0
    for number, one in enumerate(body.earned, start=1):
        pool = points_pool(one.member_id)
        yield from added_to_pool(header, number, pool, POINTS_UNIT, one.points, term_s=LENT_S)
    for place, correction in enumerate(body.corrected, start=1):
        yield _correction(header, place, correction)
    for told in body.elsewhere:
        values: dict[str, Value] = {
            "member_id": told.member_id,
            "site_id": told.site_id,
            "points": told.points,
            "as_of_us": header.happened_at_us,
        }
        yield Write("points_elsewhere", derived_id(told.member_id, told.site_id), values)
    for used in body.coupons:
        said: dict[str, Value] = {
            "uses": used.uses,
            "used_at_us": used.used_at_us,
            "used_site_id": used.used_site_id,
        }
        yield Write("coupon", used.coupon_id, said)
        if used.lies_again:
            number += 1
            pool = coupon_pool(used.coupon_id)
            yield from added_to_pool(header, number, pool, COUPON_UNIT, 1, term_s=LENT_S)


def _correction(header: Header, number: int, one: PointsCorrected) -> Write:
    values: dict[str, Value] = {
        "document": header.uid.hex(),
        "sale": one.sale,
        "member_id": one.member_id,
        "site_id": one.site_id,
        "reason": one.reason,
        "points": one.points,
        "happened_at_us": header.happened_at_us,
    }
    return Write("point_move", derived_id(header.uid, "pc", number), values)
