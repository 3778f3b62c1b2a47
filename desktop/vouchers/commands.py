"""The commands for points and coupons."""

from desktop.store.asking import Params, device, instant_us, now_us
from desktop.store.command import Command
from desktop.store.writer import Store
from desktop.vouchers.usecases import offering, taking
from shared.core.errors import RuleViolation
from shared.core.money import parse_money
from shared.vouchers.queries.coupons import BatchView, UseView, batches, uses_of_batch
from shared.vouchers.queries.points import (
    PointsBalance,
    PointsEntry,
    RuleView,
    points_balance,
    points_rules,
    points_statement,
)
from shared.vouchers.rules import OnReturn, Policy, Rates, coupon_id, is_coupon_code


class PointsRule(Params, kw_only=True):
    """So many points per amount, and what so many points pay: 1 per 1, 100 worth 1."""

    earn_points: int = 1
    earn_per: str = "1"
    worth_points: int = 100
    worth: str = "1"
    currency: str = "CNY"
    approver: str
    from_at: str = ""
    reason: str = ""
    is_ended: bool = False


def _publish(store: Store, asked: PointsRule) -> str:
    rates = Rates(
        earn_points=asked.earn_points,
        earn_per_minor=parse_money(asked.earn_per, asked.currency).minor,
        worth_points=asked.worth_points,
        worth_minor=parse_money(asked.worth, asked.currency).minor,
    )
    return store.write(
        offering.publish_points_rule,
        asked.currency,
        rates,
        approver_id=asked.approver,
        from_us=instant_us(asked.from_at) if asked.from_at else 0,
        reason=asked.reason,
        is_ended=asked.is_ended,
    ).value


class Nobody(Params, kw_only=True):
    """Nothing to say."""


def _rules(store: Store, _asked: Nobody) -> list[RuleView]:
    return store.read(points_rules)


class Issue(Params, kw_only=True):
    """A batch: ``count`` coupons for anybody, or one for each of ``members``."""

    name: str
    value: str
    until: str
    count: int = 0
    members: tuple[str, ...] = ()
    least: str = "0"
    from_at: str = ""
    policy: Policy = Policy.STRICT
    on_return: OnReturn = OnReturn.LOST
    currency: str = "CNY"
    approver: str
    reason: str = ""


class Issued(Params, kw_only=True):
    """The batch and its codes, which nobody is told again."""

    batch: str
    codes: tuple[str, ...]


def _issue(store: Store, asked: Issue) -> Issued:
    batch = offering.Batch(
        name=asked.name,
        currency=asked.currency,
        value_minor=parse_money(asked.value, asked.currency).minor,
        least_minor=parse_money(asked.least, asked.currency).minor,
        from_us=instant_us(asked.from_at) if asked.from_at else now_us(store),
        until_us=instant_us(asked.until),
        policy=asked.policy,
        on_return=asked.on_return,
        count=asked.count,
        members=asked.members,
        reason=asked.reason,
    )
    made = store.write(offering.issue_coupons, batch, approver_id=asked.approver).value
    codes = store.read(lambda connection: offering.codes_of(connection, made))
    store.write(offering.forget_codes, made)
    return Issued(batch=made, codes=tuple(one.code for one in codes))


def _batches(store: Store, _asked: Nobody) -> list[BatchView]:
    return store.read(batches)


class OfBatch(Params, kw_only=True):
    """A batch by its id."""

    batch: str


def _uses(store: Store, asked: OfBatch) -> list[UseView]:
    return store.read(lambda connection: uses_of_batch(connection, asked.batch))


class OfMember(Params, kw_only=True):
    """A member by id."""

    member: str


class Statement(Params, kw_only=True):
    """What a member has, as known here, and how it came about."""

    balance: PointsBalance
    moves: tuple[PointsEntry, ...]


def _points(store: Store, asked: OfMember) -> Statement:
    site_id = device(store).site_id
    return Statement(
        balance=store.read(lambda one: points_balance(one, asked.member, site_id)),
        moves=tuple(store.read(lambda one: points_statement(one, asked.member, site_id=site_id))),
    )


class AskPoints(Params, kw_only=True):
    """So many points of a member, to be spent here without a line."""

    member: str
    points: int


def _ask_points(store: Store, asked: AskPoints) -> str:
    return store.write(taking.ask_points, asked.member, asked.points).value


class AskCoupon(Params, kw_only=True):
    """A strict coupon by its code, to be taken here without a line."""

    code: str


def _ask_coupon(store: Store, asked: AskCoupon) -> str:
    if not is_coupon_code(asked.code):
        raise RuleViolation("COUPON_UNKNOWN")
    named = coupon_id(asked.code, device(store).hq_public_key)
    return store.write(taking.ask_coupon, named).value


COMMANDS = (
    Command(
        name="points-rule",
        summary="Publish how points are earned and what they are worth.",
        params=PointsRule,
        run=_publish,
    ),
    Command(name="points-rules", summary="Rules of points.", params=Nobody, run=_rules),
    Command(name="points", summary="A member's points.", params=OfMember, run=_points),
    Command(
        name="points-ask",
        summary="Ask for points of a member to be spent here offline.",
        params=AskPoints,
        run=_ask_points,
    ),
    Command(name="coupons-issue", summary="Issue coupons.", params=Issue, run=_issue),
    Command(name="coupon-batches", summary="Batches of coupons.", params=Nobody, run=_batches),
    Command(name="coupon-uses", summary="Uses of a batch.", params=OfBatch, run=_uses),
    Command(
        name="coupon-ask",
        summary="Ask for a strict coupon to be taken here offline.",
        params=AskCoupon,
        run=_ask_coupon,
    ),
)
