"""How documents of promotions become rows, and how head office decides about a policy."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from shared.access.queries import permissions_of
from shared.channel.rules import joined, split
from shared.channel.tables import sales_org
from shared.core.errors import RuleViolation
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.promotions.documents import (
    PolicyPublished,
    PolicyRejected,
    PolicySealed,
    PromotionApplied,
)
from shared.promotions.rules import POLICIES_MAX, Policy, Use
from shared.promotions.rules.checking import check_policy, may_meet
from shared.promotions.tables import promotion_policy

_TABLE: Final = "promotion_policy"


def terms_text(policy: Policy) -> str:
    """A policy in one column."""
    return msgspec.json.encode(policy).decode()


def post_published(header: Header, body: PolicyPublished) -> Iterator[Write]:
    """The policy as its author states it; it has no number yet and holds for nobody."""
    policy = body.policy
    values: dict[str, Value] = {
        "policy_id": policy.policy_id,
        "sales_org_id": body.sales_org_id,
        "parent_number": body.parent_number,
        "name": policy.name,
        "kind": policy.kind.value,
        "uses": joined([one.value for one in policy.uses]),
        "who": joined(policy.who),
        "from_us": policy.from_us,
        "until_us": policy.until_us,
        "is_ended": int(body.is_ended),
        "terms": terms_text(policy),
        "author_id": header.author_id,
        "approver_id": header.approver_id,
        "reason": body.reason,
        "asked_at_us": header.happened_at_us,
    }
    yield Write(_TABLE, uid_text(header.uid), values)


def post_sealed(header: Header, body: PolicySealed) -> Iterator[Write]:
    """The number; whoever held the one before learns that it is replaced."""
    values: dict[str, Value] = {
        "number": body.number,
        "status": "sealed",
        "sealed_at_us": header.happened_at_us,
    }
    yield Write(_TABLE, body.publication, values)
    if body.replaces:
        yield Write(_TABLE, body.replaces, {"next_number": body.number})


def post_rejected(_header: Header, body: PolicyRejected) -> Iterator[Write]:
    """Why it is no policy; nobody but head office ever hears of it."""
    values: dict[str, Value] = {"status": "rejected", "code": body.code, "detail": body.detail}
    yield Write(_TABLE, body.publication, values)


def uses_of(
    header: Header,
    applied: Iterable[PromotionApplied],
    *,
    use: Use,
    currency: str,
    account_id: str = "",
    member_id: str = "",
    business_day: str = "",
    sign: int = 1,
) -> Iterator[Write]:
    """What a sale or order used of its policies, one row each; for their posting.

    The day is the buyer's local one, of the header where none is named; an order names the
    account. A return writes with ``sign`` -1 what it takes back.
    """
    for one in applied:
        values: dict[str, Value] = {
            "policy_id": one.policy_id,
            "number": one.number,
            "use": use.value,
            "document": uid_text(header.uid),
            "site_id": header.site_id,
            "account_id": account_id,
            "member_id": member_id,
            "business_day": business_day or header.business_day,
            "currency": currency,
            "measure": sign * one.measure,
            "gift_micro": sign * (one.earned_micro - one.owed_micro),
            "saving_minor": sign * one.saving_minor,
            "happened_at_us": header.happened_at_us,
        }
        yield Write("policy_use", derived_id(header.uid, "policy", one.policy_id), values)


def respond_published(
    connection: Connection, header: Header, body: PolicyPublished, _now_us: int
) -> Iterator[Answer]:
    """Seal the policy with its next number, or say why not; the first that arrives wins."""
    publication = uid_text(header.uid)
    try:
        newest = _decide(connection, header, body)
    except RuleViolation as why:
        detail = " ".join(f"{name}={value}" for name, value in why.params.items())
        yield _answer(
            PolicyRejected(
                publication=publication,
                sales_org_id=body.sales_org_id,
                policy_id=body.policy.policy_id,
                code=why.code,
                detail=detail,
            )
        )
        return
    yield _answer(
        PolicySealed(
            publication=publication,
            sales_org_id=body.sales_org_id,
            policy_id=body.policy.policy_id,
            number=body.parent_number + 1,
            replaces=newest.id if newest else "",
        )
    )


def _answer(body: PolicySealed | PolicyRejected) -> Answer:
    return Answer(body=body, site_id="")


def _decide(connection: Connection, header: Header, body: PolicyPublished) -> Any:
    """The row of the publication it follows, or None. Raises RuleViolation why it may not."""
    # All are locked, always in one order: a policy's id is unique in the house, and its number.
    known = connection.execute(
        select(sales_org.c.id).order_by(sales_org.c.id).with_for_update()
    ).scalars()
    if body.sales_org_id not in set(known):
        raise RuleViolation("SALES_ORG_UNKNOWN", sales_org_id=body.sales_org_id)
    _check_approver(connection, header)
    policy = body.policy
    p = promotion_policy.c
    newest = connection.execute(
        select(p.id, p.number, p.sales_org_id)
        .where(p.policy_id == policy.policy_id, p.number > 0)
        .order_by(p.number.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.sales_org_id != body.sales_org_id:
        raise RuleViolation("PROMOTION_ID_TAKEN", policy_id=policy.policy_id)
    if body.parent_number != (newest.number if newest else 0):
        raise RuleViolation("PARENT_MOVED", newest=newest.number if newest else 0)
    if body.is_ended:
        # What once stood can always be ended.
        if newest is None:
            raise RuleViolation("PROMOTION_BAD", field="is_ended")
        return newest
    check_policy(policy)
    _check_room(connection, body)
    return newest


def _check_approver(connection: Connection, header: Header) -> None:
    """A second person who may approve promotions (D01)."""
    approver_id = header.approver_id
    if approver_id == header.author_id:
        raise RuleViolation("SECOND_PERSON_NEEDED")
    if "promotion.approve" not in permissions_of(connection, approver_id, header.site_id):
        raise RuleViolation("APPROVER_MAY_NOT", approver_id=approver_id or "-")


def _check_room(connection: Connection, body: PolicyPublished) -> None:
    """No buyer has more policies at once than an engine is made for."""
    p = promotion_policy.c
    rows = connection.execute(
        select(p.policy_id, p.who, p.from_us, p.until_us).where(
            p.sales_org_id == body.sales_org_id,
            p.next_number == 0,
            p.status == "sealed",
            p.is_ended == 0,
        )
    )
    policy = body.policy
    beside = sum(
        1
        for row in rows
        if row.policy_id != policy.policy_id
        and _overlap(policy, row.from_us, row.until_us)
        and may_meet(policy.who, split(row.who))
    )
    if beside >= POLICIES_MAX:
        raise RuleViolation("POLICIES_TOO_MANY", most=POLICIES_MAX)


def _overlap(policy: Policy, from_us: int, until_us: int) -> bool:
    return (not until_us or policy.from_us < until_us) and (
        not policy.until_us or from_us < policy.until_us
    )
