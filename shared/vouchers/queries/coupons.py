"""Coupons as the till judges them and as head office counts them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from shared.vouchers.rules import Coupon, OfferState, Policy
from shared.vouchers.tables import coupon, coupon_batch, coupon_use

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCoupon:
    """A coupon of a batch in force, with its batch."""

    coupon_id: str
    batch_id: str
    name: str
    value_minor: int
    is_strict: bool
    on_return: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch with what became of its coupons."""

    batch_id: str
    name: str
    currency: str
    value_minor: int
    least_minor: int
    from_us: int
    until_us: int
    policy: str
    on_return: str
    coupons: int
    directed: int
    used: int
    twice: int
    """Coupons that were used more than once, each counted once."""
    paid_minor: int
    author_id: str
    approver_id: str
    reason: str
    state: str
    code: str
    issued_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """One use of a coupon, or what came back of it."""

    coupon_id: str
    document: str
    number: str
    site_id: str
    device_id: str
    member_id: str
    amount_minor: int
    count: int
    happened_at_us: int
    uses: int
    """Of this coupon in all: 2 and more were one too many."""


def coupon_of(connection: Connection, coupon_id: str) -> Coupon | None:
    """A coupon as this device knows it; None when there is none."""
    row = connection.execute(
        select(
            coupon.c.id, coupon.c.batch_id, coupon.c.member_id, coupon.c.holder, coupon.c.uses,
            coupon_batch.c.value_minor, coupon_batch.c.least_minor, coupon_batch.c.from_us,
            coupon_batch.c.until_us, coupon_batch.c.policy, coupon_batch.c.state,
            coupon_batch.c.currency,
        )
        .join(coupon_batch, coupon_batch.c.id == coupon.c.batch_id)
        .where(coupon.c.id == coupon_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    here = sum(uses_of(connection, [coupon_id])[coupon_id].values())
    return Coupon(
        coupon_id=row.id,
        batch_id=row.batch_id,
        member_id=row.member_id,
        holder=row.holder,
        value_minor=row.value_minor,
        least_minor=row.least_minor,
        from_us=row.from_us,
        until_us=row.until_us,
        is_strict=row.policy == Policy.STRICT,
        is_in_force=row.state == OfferState.IN_FORCE,
        is_used=row.uses > 0 or here > 0,
        currency=row.currency,
    )


def has_coupons(connection: Connection, at_us: int) -> bool:
    """Whether any coupon may be taken at an instant."""
    b = coupon_batch.c
    query = select(b.id).where(b.state == OfferState.IN_FORCE.value, b.until_us > at_us)
    return connection.execute(query.limit(1)).first() is not None


def hold_coupons(connection: Connection, ids: Collection[str]) -> None:
    """Keep these coupons from other transactions of head office until this one ends."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        held = coupon.c.id.in_(wanted[start : start + _CHUNK])
        query = select(coupon.c.id).where(held).order_by(coupon.c.id)
        connection.execute(query.with_for_update()).all()


def issued_coupons(connection: Connection, ids: Collection[str]) -> dict[str, IssuedCoupon]:
    """Coupons of batches in force by id, of those that are."""
    found: dict[str, IssuedCoupon] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            select(
                coupon.c.id, coupon.c.batch_id, coupon_batch.c.name, coupon_batch.c.value_minor,
                coupon_batch.c.policy, coupon_batch.c.on_return,
            )
            .join(coupon_batch, coupon_batch.c.id == coupon.c.batch_id)
            .where(
                coupon.c.id.in_(wanted[start : start + _CHUNK]),
                coupon_batch.c.state == OfferState.IN_FORCE.value,
            )
        )  # fmt: skip
        for row in rows:
            found[row.id] = IssuedCoupon(
                coupon_id=row.id,
                batch_id=row.batch_id,
                name=row.name,
                value_minor=row.value_minor,
                is_strict=row.policy == Policy.STRICT,
                on_return=row.on_return,
            )
    return found


def uses_of(connection: Connection, ids: Collection[str]) -> dict[str, dict[str, int]]:
    """How often each coupon was used at each site, given again taken off."""
    found: dict[str, dict[str, int]] = {one: {} for one in ids}
    wanted = sorted(found)
    u = coupon_use.c
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            select(u.coupon_id, u.site_id, func.sum(u["count"]))
            .where(u.coupon_id.in_(wanted[start : start + _CHUNK]))
            .group_by(u.coupon_id, u.site_id)
        )
        for coupon_id, site_id, count in rows:
            found[coupon_id][site_id] = int(count)
    return found


def coupons_of_sale(connection: Connection, documents: Collection[str]) -> dict[str, int]:
    """What coupons still pay of a sale and its returns, in minor units, by coupon."""
    u = coupon_use.c
    rows = connection.execute(
        select(u.coupon_id, func.sum(u.amount_minor))
        .where(u.document.in_(sorted(documents)))
        .group_by(u.coupon_id)
        .order_by(u.coupon_id)
    )
    return {coupon_id: int(minor) for coupon_id, minor in rows}


def batches(connection: Connection) -> list[BatchView]:
    """All batches, the latest first, with what was used of them."""
    u, b = coupon_use.c, coupon_batch.c
    each = (
        select(
            u.batch_id,
            u.coupon_id,
            func.sum(u["count"]).label("uses"),
            func.sum(u.amount_minor).label("minor"),
        )
        .group_by(u.batch_id, u.coupon_id)
        .subquery()
    )
    sums = {
        row.batch_id: row
        for row in connection.execute(
            select(
                each.c.batch_id,
                func.sum(case((each.c.uses > 0, 1), else_=0)).label("used"),
                func.sum(case((each.c.uses > 1, 1), else_=0)).label("twice"),
                func.sum(each.c.minor).label("minor"),
            ).group_by(each.c.batch_id)
        )
    }
    found = []
    for row in connection.execute(select(coupon_batch).order_by(b.issued_at_us.desc(), b.id)):
        done = sums.get(row.id)
        found.append(
            BatchView(
                batch_id=row.id,
                name=row.name,
                currency=row.currency,
                value_minor=row.value_minor,
                least_minor=row.least_minor,
                from_us=row.from_us,
                until_us=row.until_us,
                policy=row.policy,
                on_return=row.on_return,
                coupons=row.coupons,
                directed=row.directed,
                used=int(done.used) if done else 0,
                twice=int(done.twice) if done else 0,
                paid_minor=int(done.minor) if done else 0,
                author_id=row.author_id,
                approver_id=row.approver_id,
                reason=row.reason,
                state=row.state,
                code=row.code,
                issued_at_us=row.issued_at_us,
            )
        )
    return found


def uses_of_batch(connection: Connection, batch_id: str, *, limit: int = 500) -> list[UseView]:
    """Uses of a batch's coupons: those used more than once first, then the latest."""
    u = coupon_use.c
    total = func.sum(u["count"]).over(partition_by=u.coupon_id).label("uses")
    rows = connection.execute(
        select(coupon_use, total).where(u.batch_id == batch_id).order_by(u.happened_at_us.desc())
    ).all()
    found = [
        UseView(
            coupon_id=row.coupon_id,
            document=row.document,
            number=row.number,
            site_id=row.site_id,
            device_id=row.device_id,
            member_id=row.member_id,
            amount_minor=row.amount_minor,
            count=row._mapping[u["count"]],
            happened_at_us=row.happened_at_us,
            uses=int(row.uses),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.uses < 2)[:limit]
