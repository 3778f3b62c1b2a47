"""A discount of the whole basket: shared over its lines, and whether somebody may give it (D09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.access.usecases import may, require, require_approver
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.core.money import apply_ratio
from shared.core.rounding import MICRO, share_by_largest_remainder
from shared.sales.documents import SaleLine
from shared.sales.rules import line_minor

OWN_DISCOUNT_MICRO: Final = 100_000
"""How much of the list amount a person may give away without another one: a tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount of the whole basket: an amount, or the ratio that is left to pay (95折)."""

    minor: int = 0
    pay_ratio_micro: int = MICRO


NO_DISCOUNT: Final = Discount()


def discounted(
    session: Session,
    currency: str,
    lines: list[SaleLine],
    discount: Discount,
    approver_id: str,
) -> list[SaleLine]:
    """Share the basket's discount over its lines, and see that somebody may give it (D09)."""
    sold = [line for line in lines if line.qty_micro > 0]
    before = [line.amount_minor for line in sold]
    if any(amount < 0 for amount in before):
        raise RuleViolation("DISCOUNT_TOO_LARGE", most=list_minor_of(sold, currency))
    due = sum(before)
    off = discount.minor + due - apply_ratio(due, discount.pay_ratio_micro)
    if discount.minor < 0 or not 0 <= discount.pay_ratio_micro <= MICRO or off > due:
        raise RuleViolation("DISCOUNT_TOO_LARGE", most=due)
    parts = iter(share_by_largest_remainder(off, before)) if off else iter(())
    shared = [_less(line, next(parts)) if off and line.qty_micro > 0 else line for line in lines]
    check_rights(session, currency, shared, approver_id)
    return shared


def _less(line: SaleLine, part_minor: int) -> SaleLine:
    values = {name: getattr(line, name) for name in line.__struct_fields__}
    return SaleLine(
        **values
        | {
            "discount_minor": line.discount_minor + part_minor,
            "amount_minor": line.amount_minor - part_minor,
        }
    )


def check_rights(
    session: Session, currency: str, lines: Sequence[SaleLine], approver_id: str
) -> None:
    """Whether the person, or who stands for it, may take off what these lines are less (D09).

    Raises: RuleViolation APPROVAL_MISSING and as ``require_approver``; AccessDenied NOT_PERMITTED.
    """
    # What policies give is nobody's own doing.
    by_policies = sum(abs(line.promotion_minor) for line in lines)
    given = sum(abs(line.discount_minor) for line in lines) - by_policies
    if approver_id:
        require_approver(session, approver_id, "sale.approve")
    if not given:
        return
    require(session, "sale.discount")
    sold = [line for line in lines if line.qty_micro > 0]
    before = list_minor_of(sold, currency) - by_policies
    is_beyond = given > apply_ratio(before, OWN_DISCOUNT_MICRO)
    # Who may approve it for others is bound by no limit: an owner alone in the shop sells, too.
    if is_beyond and not approver_id and not may(session, "sale.approve"):
        raise RuleViolation(
            "APPROVAL_MISSING",
            permission="sale.approve",
            discount_minor=given,
            own_micro=OWN_DISCOUNT_MICRO,
        )


def list_minor_of(lines: Sequence[SaleLine], currency: str) -> int:
    """What lines come to at their unit prices."""
    return sum(line_minor(line.qty_micro, line.unit_price_micro, currency) for line in lines)
