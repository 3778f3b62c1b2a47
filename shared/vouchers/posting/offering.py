"""Points rules and batches of coupons: asked for by two people, put in force by head office."""

from collections.abc import Iterator

from sqlalchemy import Connection

from shared.access.queries import permissions_of
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.leases.posting import added_to_pool
from shared.leases.rules import coupon_pool
from shared.vouchers.documents import CouponsIssued, OfferAnswered, PointsRulePublished
from shared.vouchers.rules import (
    COUPON_UNIT,
    LENT_S,
    OfferState,
    OnReturn,
    Policy,
    Rates,
    check_batch,
    check_rates,
)

RULE, BATCH = "points_rule", "coupon_batch"
_APPROVES = "price.approve"
"""Who may approve prices may approve what takes from them."""


def post_rule(header: Header, body: PointsRulePublished) -> Iterator[Write]:
    """The rule as it is asked for; it holds when head office says so."""
    values: dict[str, Value] = {
        "currency": body.currency,
        "earn_points": body.earn_points,
        "earn_per_minor": body.earn_per_minor,
        "worth_points": body.worth_points,
        "worth_minor": body.worth_minor,
        "from_us": body.from_us,
        "is_ended": int(body.is_ended),
        "author_id": header.author_id,
        "approver_id": header.approver_id,
        "reason": body.reason,
        "state": OfferState.ASKED.value,
        "published_at_us": header.happened_at_us,
    }
    yield Write(RULE, uid_text(header.uid), values)


def respond_rule(
    connection: Connection, header: Header, body: PointsRulePublished, _now_us: int
) -> Iterator[Answer]:
    """In force, or why not: SECOND_PERSON_NEEDED, APPROVER_MAY_NOT, POINTS_RULE_BAD."""
    try:
        _check_approver(connection, header)
        if not body.is_ended:
            check_rates(rates_of(body))
    except RuleViolation as error:
        yield _answer(header, RULE, error.code)
    else:
        yield _answer(header, RULE)


def rates_of(body: PointsRulePublished) -> Rates:
    """The figures of a rule."""
    return Rates(
        earn_points=body.earn_points,
        earn_per_minor=body.earn_per_minor,
        worth_points=body.worth_points,
        worth_minor=body.worth_minor,
    )


def post_batch(header: Header, body: CouponsIssued) -> Iterator[Write]:
    """The batch, its coupons, and of strict ones a pool of one piece each."""
    batch_id = uid_text(header.uid)
    values: dict[str, Value] = {
        "name": body.name,
        "currency": body.currency,
        "value_minor": body.value_minor,
        "least_minor": body.least_minor,
        "from_us": body.from_us,
        "until_us": body.until_us,
        "policy": body.policy,
        "on_return": body.on_return,
        "coupons": len(body.coupons),
        "directed": sum(bool(one.holder or one.member_id) for one in body.coupons),
        "author_id": header.author_id,
        "approver_id": header.approver_id,
        "reason": body.reason,
        "state": OfferState.ASKED.value,
        "issued_at_us": header.happened_at_us,
    }
    yield Write(BATCH, batch_id, values)
    for number, one in enumerate(body.coupons, start=1):
        said: dict[str, Value] = {
            "batch_id": batch_id,
            "member_id": one.member_id,
            "holder": one.holder,
        }
        yield Write("coupon", one.coupon_id, said)
        if body.policy == Policy.STRICT:
            pool = coupon_pool(one.coupon_id)
            yield from added_to_pool(header, number, pool, COUPON_UNIT, 1, term_s=LENT_S)


def respond_batch(
    connection: Connection, header: Header, body: CouponsIssued, _now_us: int
) -> Iterator[Answer]:
    """In force, or why not: as ``respond_rule``, and COUPON_BATCH_BAD."""
    try:
        _check_approver(connection, header)
        check_batch(
            name=body.name,
            value_minor=body.value_minor,
            least_minor=body.least_minor,
            from_us=body.from_us,
            until_us=body.until_us,
            count=len(body.coupons),
        )
        if body.policy not in set(Policy) or body.on_return not in set(OnReturn):
            raise RuleViolation("COUPON_BATCH_BAD", field="policy")
        if len({one.coupon_id for one in body.coupons}) < len(body.coupons):
            raise RuleViolation("COUPON_BATCH_BAD", field="coupons")
    except RuleViolation as error:
        yield _answer(header, BATCH, error.code)
    else:
        yield _answer(header, BATCH)


def _check_approver(connection: Connection, header: Header) -> None:
    if header.approver_id in ("", header.author_id):
        raise RuleViolation("SECOND_PERSON_NEEDED")
    if _APPROVES not in permissions_of(connection, header.approver_id, header.site_id):
        raise RuleViolation("APPROVER_MAY_NOT", permission=_APPROVES)


def _answer(header: Header, what: str, code: str = "") -> Answer:
    return Answer(body=OfferAnswered(offer=uid_text(header.uid), what=what, code=code), site_id="")


def post_answered(_header: Header, body: OfferAnswered) -> Iterator[Write]:
    """The state of the rule or batch. Raises: RuleViolation OFFER_UNKNOWN."""
    if body.what not in (RULE, BATCH):
        raise RuleViolation("OFFER_UNKNOWN")
    state = OfferState.REFUSED if body.code else OfferState.IN_FORCE
    yield Write(body.what, body.offer, {"state": state.value, "code": body.code})
