"""Pure decisions about revised orders: what a supplier may change of what it granted (E09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor
from shared.core.quantity import checked_quantity
from shared.ordering.rules.deciding import (
    GRANTED,
    OrderState,
    RequestLate,
    StepNotAllowed,
    part_minor,
)


class RevisionState(StrEnum):
    """Where a revision stands."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    REPLACED = "replaced"
    """The supplier changed the order again before the account answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLine:
    """A line as it was asked, as it is granted now, and what of it has left."""

    line_no: int
    asked_product_id: str
    asked_micro: int
    asked_minor: int
    is_gift: bool
    is_whole_only: bool
    product_id: str
    unit_price_micro: int
    accepted_micro: int
    accepted_minor: int
    shipped_micro: int
    delivery_date: str
    reason: str = ""
    price_trail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """What a supplier changes of a line; None leaves it as it stands."""

    line_no: int
    accepted_micro: int | None = None
    product_id: str = ""
    """A substitute; '' = the product that stands."""
    unit_price_micro: int = 0
    """Of the substitute."""
    price_trail: str = ""
    delivery_date: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedLine:
    """A line as the revision grants it."""

    line_no: int
    product_id: str
    unit_price_micro: int
    accepted_micro: int
    accepted_minor: int
    delivery_date: str
    reason: str
    price_trail: str


def check_revisable(decided: OrderState, revision: int, seen_revision: int) -> None:
    """Only what is granted is revised, and only as its author saw it.

    Raises: StepNotAllowed STEP_NOT_ALLOWED; RequestLate PARENT_MOVED.
    """
    if decided not in GRANTED:
        raise StepNotAllowed("STEP_NOT_ALLOWED", state=decided.value, action="revise")
    if revision != seen_revision:
        raise RequestLate("PARENT_MOVED", revision=revision, seen=seen_revision)


def check_answerable(decided: OrderState, revision: int, seen_revision: int) -> None:
    """A revision is answered once, as the account saw it.

    Raises: RequestLate ALREADY_DECIDED, PARENT_MOVED.
    """
    if decided is not OrderState.REVISED:
        raise RequestLate("ALREADY_DECIDED", state=decided.value)
    if revision != seen_revision:
        raise RequestLate("PARENT_MOVED", revision=revision, seen=seen_revision)


def revised_lines(
    standing: Sequence[StandingLine], changes: Sequence[LineChange], currency: str
) -> list[RevisedLine]:
    """The whole order as a revision grants it, in its own order (E09).

    Quantities go down or up within what was asked and never below what left; a substitute takes
    its own price and only stands where nothing left yet.

    Raises: RuleViolation NOTHING_CHANGED, REVISION_EMPTY, LINE_UNKNOWN, LINE_TWICE,
    ACCEPTED_TOO_MUCH, PARTIAL_NOT_ALLOWED, LINE_SHIPPED, REASON_MISSING, PRICE_NEGATIVE.
    """
    by_line = {change.line_no: change for change in changes}
    if len(by_line) != len(changes):
        raise RuleViolation("LINE_TWICE")
    for line_no in sorted(by_line.keys() - {line.line_no for line in standing}):
        raise RuleViolation("LINE_UNKNOWN", line_no=line_no)
    revised = [_revised(line, by_line.get(line.line_no), currency) for line in standing]
    if revised == [_unchanged(line) for line in standing]:
        raise RuleViolation("NOTHING_CHANGED")
    if not any(line.accepted_micro for line in revised):
        raise RuleViolation("REVISION_EMPTY")
    return revised


def _unchanged(line: StandingLine) -> RevisedLine:
    return RevisedLine(
        line_no=line.line_no,
        product_id=line.product_id,
        unit_price_micro=line.unit_price_micro,
        accepted_micro=line.accepted_micro,
        accepted_minor=line.accepted_minor,
        delivery_date=line.delivery_date,
        reason=line.reason,
        price_trail=line.price_trail,
    )


def _revised(line: StandingLine, change: LineChange | None, currency: str) -> RevisedLine:
    if change is None:
        return _unchanged(line)
    qty = line.accepted_micro if change.accepted_micro is None else change.accepted_micro
    product_id = change.product_id or line.product_id
    is_other = product_id != line.product_id
    _check_change(line, change, qty, is_other=is_other)
    price = change.unit_price_micro if is_other else line.unit_price_micro
    return RevisedLine(
        line_no=line.line_no,
        product_id=product_id,
        unit_price_micro=price,
        accepted_micro=checked_quantity(qty),
        accepted_minor=_amount(line, product_id, qty, price, currency),
        delivery_date=line.delivery_date if change.delivery_date is None else change.delivery_date,
        reason=change.reason or line.reason,
        price_trail=change.price_trail if is_other else line.price_trail,
    )


def _check_change(line: StandingLine, change: LineChange, qty: int, *, is_other: bool) -> None:
    if not 0 <= qty <= line.asked_micro:
        raise RuleViolation("ACCEPTED_TOO_MUCH", line_no=line.line_no)
    if line.is_whole_only and 0 < qty < line.asked_micro:
        raise RuleViolation("PARTIAL_NOT_ALLOWED", line_no=line.line_no)
    if qty < line.shipped_micro or (is_other and line.shipped_micro):
        raise RuleViolation("LINE_SHIPPED", line_no=line.line_no)
    if change.unit_price_micro < 0:
        raise RuleViolation("PRICE_NEGATIVE", line_no=line.line_no)
    if (is_other or qty < line.accepted_micro) and not change.reason:
        raise RuleViolation("REASON_MISSING", line_no=line.line_no)


def _amount(line: StandingLine, product_id: str, qty: int, price: int, currency: str) -> int:
    """Goods that were asked for keep the asked amount's share; a substitute has its own price."""
    if product_id == line.asked_product_id:
        return part_minor(line.asked_minor, line.asked_micro, 0, qty)
    return line_amount_minor(qty, price, currency)


def granted_outcome(standing: Sequence[StandingLine], revised: Sequence[RevisedLine]) -> OrderState:
    """Accepted when every line is granted as it was asked, else in part."""
    asked = {line.line_no: (line.asked_product_id, line.asked_micro) for line in standing}
    is_whole = all(asked[one.line_no] == (one.product_id, one.accepted_micro) for one in revised)
    return OrderState.ACCEPTED if is_whole else OrderState.PARTIAL
