"""Publishing the rule of points and issuing coupons, at head office's desk (D11, I07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from desktop.access.usecases import require, require_approver
from desktop.store.drafts import draft_of, drafts_under, put_draft, remove_draft
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.core.text import normal
from shared.members.queries import find_members
from shared.vouchers.documents import CouponMade, CouponsIssued, PointsRulePublished
from shared.vouchers.rules import (
    REASON_CHARS_MAX,
    OnReturn,
    Policy,
    Rates,
    check_batch,
    check_rates,
    code_of,
    coupon_id,
    holder_of,
    shown_coupon,
)

CODES: Final = "vouchers/codes/"
"""Drafts of this desk: codes that were not taken out yet. Nobody else ever has them."""
APPROVES: Final = "price.approve"


class Code(msgspec.Struct, frozen=True):
    """A code as it is handed out, and whose it is."""

    code: str
    member_code: str = ""
    member_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as it is asked for; amounts in minor units, instants in microseconds UTC."""

    name: str
    currency: str
    value_minor: int
    least_minor: int
    from_us: int
    until_us: int
    policy: Policy = Policy.STRICT
    on_return: OnReturn = OnReturn.LOST
    count: int = 0
    """Of coupons for anybody; 0 where members are named."""
    members: tuple[str, ...] = ()
    """Cards, phones or names, one coupon each."""
    reason: str = ""


def publish_points_rule(
    session: Session,
    currency: str,
    rates: Rates,
    *,
    approver_id: str,
    from_us: int = 0,
    reason: str = "",
    is_ended: bool = False,
) -> str:
    """Ask head office to put a rule of points in force, at once or from an instant on; its id.

    Raises: RuleViolation POINTS_RULE_BAD, APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied
    NOT_PERMITTED, APPROVER_MAY_NOT.
    """
    require(session, "voucher.publish")
    require_approver(session, approver_id, APPROVES)
    if not is_ended:
        check_rates(rates)
    body = PointsRulePublished(
        currency=currency,
        earn_points=rates.earn_points,
        earn_per_minor=rates.earn_per_minor,
        worth_points=rates.worth_points,
        worth_minor=rates.worth_minor,
        from_us=from_us or session.now_us,
        reason=reason.strip()[:REASON_CHARS_MAX],
        is_ended=is_ended,
    )
    return uid_text(session.append(body, approver_id=approver_id).uid)


def issue_coupons(session: Session, batch: Batch, *, approver_id: str) -> str:
    """Ask head office to put a batch of coupons in force; its id.

    The codes stay on this desk until they are taken out (``take_out_codes``).

    Raises: RuleViolation COUPON_BATCH_BAD, MEMBER_UNKNOWN with the text that names nobody or
    several, APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied NOT_PERMITTED, APPROVER_MAY_NOT.
    """
    require(session, "voucher.publish")
    require_approver(session, approver_id, APPROVES)
    name = normal(batch.name)
    members = [_member(session.connection, text) for text in batch.members]
    count = len(members) or batch.count
    check_batch(
        name=name,
        value_minor=batch.value_minor,
        least_minor=batch.least_minor,
        from_us=batch.from_us or session.now_us,
        until_us=batch.until_us,
        count=count,
    )
    whose = members or [("", "", "")] * count
    codes = [(code_of(session.randomness.bytes(10)), *one) for one in whose]
    body = CouponsIssued(
        name=name,
        currency=batch.currency,
        value_minor=batch.value_minor,
        least_minor=batch.least_minor,
        from_us=batch.from_us or session.now_us,
        until_us=batch.until_us,
        policy=batch.policy.value,
        on_return=batch.on_return.value,
        coupons=tuple(
            _made(code, session.identity.hq_public_key, member_id)
            for code, member_id, _card, _name in codes
        ),
        reason=batch.reason.strip()[:REASON_CHARS_MAX],
    )
    batch_id = uid_text(session.append(body, approver_id=approver_id).uid)
    kept = [Code(code, card, called) for code, _member_id, card, called in codes]
    put_draft(session, CODES + batch_id, msgspec.json.encode(kept))
    return batch_id


def _made(code: str, salt: bytes, member_id: str) -> CouponMade:
    return CouponMade(
        coupon_id=coupon_id(code, salt),
        holder=holder_of(shown_coupon(code, salt), member_id) if member_id else "",
    )


def _member(connection: Connection, text: str) -> tuple[str, str, str]:
    found = find_members(connection, text, limit=2)
    if len(found) != 1:
        raise RuleViolation("MEMBER_NOT_ONE", text=text[:40])
    return found[0].member_id, found[0].code, found[0].name


def codes_of(connection: Connection, batch_id: str) -> Sequence[Code]:
    """The codes of a batch that lie on this desk; () when they are not here (any more)."""
    content = draft_of(connection, CODES + batch_id)
    return () if content is None else msgspec.json.decode(content, type=tuple[Code, ...])


def batches_with_codes(connection: Connection) -> frozenset[str]:
    """Batches whose codes lie on this desk."""
    return frozenset(one.key.removeprefix(CODES) for one in drafts_under(connection, CODES))


def forget_codes(session: Session, batch_id: str) -> None:
    """The codes were taken out: from now on only who holds one knows it.

    Raises: AccessDenied NOT_PERMITTED.
    """
    require(session, "voucher.publish")
    remove_draft(session, CODES + batch_id)
