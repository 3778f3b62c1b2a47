"""Publishing a policy, changing it, ending it: a request another person approves (D01)."""

from desktop.access.usecases import require, require_approver
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.promotions.documents import PolicyPublished
from shared.promotions.queries import newest_number, policy_of
from shared.promotions.rules import Policy
from shared.promotions.rules.checking import check_policy


def publish_policy(
    session: Session,
    sales_org_id: str,
    policy: Policy,
    *,
    approver_id: str,
    parent_number: int | None = None,
    reason: str = "",
) -> str:
    """Ask head office to make this the policy's next number; the publication's id.

    Without a parent it follows the newest number known here. Head office answers with the number,
    or with the reason why not; until then it holds for nobody.

    Raises: RuleViolation PROMOTION_BAD, PROMOTION_GOODS_TOO_MANY, APPROVAL_MISSING,
    SECOND_PERSON_NEEDED; AccessDenied NOT_PERMITTED, APPROVER_MAY_NOT.
    """
    require(session, "promotion.publish")
    check_policy(policy)
    require_approver(session, approver_id, "promotion.approve")
    if parent_number is None:
        parent_number = newest_number(session.connection, policy.policy_id)
    return _ask(
        session,
        PolicyPublished(
            sales_org_id=sales_org_id, parent_number=parent_number, policy=policy, reason=reason
        ),
        approver_id,
    )


def end_policy(
    session: Session, sales_org_id: str, policy_id: str, *, approver_id: str, reason: str = ""
) -> str:
    """Ask head office to end a policy now; the publication's id. What it gave stands.

    Raises: RuleViolation PROMOTION_UNKNOWN and as ``publish_policy``.
    """
    require(session, "promotion.publish")
    number = newest_number(session.connection, policy_id)
    policy = policy_of(session.connection, policy_id, number)
    if policy is None:
        raise RuleViolation("PROMOTION_UNKNOWN", policy_id=policy_id[:40])
    require_approver(session, approver_id, "promotion.approve")
    asked = PolicyPublished(
        sales_org_id=sales_org_id,
        parent_number=number,
        policy=policy,
        is_ended=True,
        reason=reason,
    )
    return _ask(session, asked, approver_id)


def _ask(session: Session, asked: PolicyPublished, approver_id: str) -> str:
    return uid_text(session.append(asked, approver_id=approver_id).uid)
