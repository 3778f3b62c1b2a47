"""Pure decisions about orders: who may do what next, what is granted, what it may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from shared.core.errors import Conflict, RuleViolation
from shared.core.money import line_amount_minor
from shared.core.quantity import checked_quantity
from shared.core.rounding import MICRO, divide_half_away


class OrderState(StrEnum):
    """Where a channel order stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REVISED = "revised"
    """Granted, then changed by the supplier: nothing leaves until the account says yes (E09)."""
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    RECEIVED = "received"


GRANTED: Final = frozenset({OrderState.ACCEPTED, OrderState.PARTIAL, OrderState.REVISED})
"""Outcomes that oblige the supplier and count against credit."""
OUTCOMES: Final = GRANTED | {OrderState.REJECTED, OrderState.CANCELLED}
"""What head office may make of an order; stored with it. Later states follow from the goods."""


class Side(StrEnum):
    """Who looks at the order: the account that asked, or its supplier."""

    SUBMITTER = "submitter"
    SUPPLIER = "supplier"


class Action(StrEnum):
    """What a person may do with an order."""

    DECIDE = "decide"
    CANCEL = "cancel"
    REWORK = "rework"
    SHIP = "ship"
    RECEIVE = "receive"
    REVISE = "revise"
    CONFIRM = "confirm"
    REFUSE = "refuse"


class Step(NamedTuple):
    """One line of the order's life: in ``state`` this ``side`` may act, leading to ``to``."""

    state: OrderState
    side: Side
    action: Action
    to: tuple[OrderState, ...]


_S = OrderState
_UNDER_WAY = (_S.ACCEPTED, _S.PARTIAL, _S.PART_SHIPPED, _S.SHIPPED, _S.RECEIVED)
_ANSWERS = (Action.CONFIRM, Action.REFUSE)
STEPS: Final = (
    Step(_S.SUBMITTED, Side.SUPPLIER, Action.DECIDE, (_S.ACCEPTED, _S.PARTIAL, _S.REJECTED)),
    Step(_S.SUBMITTED, Side.SUBMITTER, Action.CANCEL, (_S.CANCELLED,)),
    Step(_S.REJECTED, Side.SUBMITTER, Action.REWORK, (_S.REJECTED,)),
    Step(_S.CANCELLED, Side.SUBMITTER, Action.REWORK, (_S.CANCELLED,)),
    Step(_S.ACCEPTED, Side.SUPPLIER, Action.SHIP, (_S.PART_SHIPPED, _S.SHIPPED)),
    Step(_S.PARTIAL, Side.SUPPLIER, Action.SHIP, (_S.PART_SHIPPED, _S.SHIPPED)),
    Step(_S.PART_SHIPPED, Side.SUPPLIER, Action.SHIP, (_S.PART_SHIPPED, _S.SHIPPED)),
    Step(_S.PART_SHIPPED, Side.SUBMITTER, Action.RECEIVE, (_S.PART_SHIPPED,)),
    Step(_S.SHIPPED, Side.SUBMITTER, Action.RECEIVE, (_S.SHIPPED, _S.RECEIVED)),
    *(
        Step(state, Side.SUPPLIER, Action.REVISE, (_S.REVISED, *_UNDER_WAY))
        for state in (_S.ACCEPTED, _S.PARTIAL, _S.PART_SHIPPED, _S.REVISED)
    ),
    *(Step(_S.REVISED, Side.SUBMITTER, answer, _UNDER_WAY) for answer in _ANSWERS),
    Step(_S.REVISED, Side.SUBMITTER, Action.RECEIVE, (_S.REVISED,)),
)
"""The order's whole life (E05, E06, E08, E09, E12). Screens offer what stands here and no more."""


def actions(state: OrderState, side: Side) -> tuple[Action, ...]:
    """What this side may do now, in the order a screen offers it."""
    return tuple(step.action for step in STEPS if step.state is state and step.side is side)


class StepNotAllowed(RuleViolation):
    """The order is not where this act would find it."""


def check_step(state: OrderState, side: Side, action: Action) -> None:
    """Whether this side may act so now. Raises StepNotAllowed STEP_NOT_ALLOWED."""
    if action not in actions(state, side):
        raise StepNotAllowed("STEP_NOT_ALLOWED", state=state.value, action=action.value)


def may_become(state: OrderState) -> frozenset[OrderState]:
    """Every state one step away."""
    return frozenset(to for step in STEPS if step.state is state for to in step.to)


def order_state(
    decided: OrderState, *, accepted_micro: int, shipped_micro: int, arrived_micro: int
) -> OrderState:
    """The state as its decision and the goods tell it, whatever order the papers came in.

    ``arrived`` counts what the receiver accounted for: good, damaged and short.
    """
    if decided not in GRANTED or decided is OrderState.REVISED or shipped_micro <= 0:
        return decided
    if shipped_micro < accepted_micro:
        return OrderState.PART_SHIPPED
    return OrderState.RECEIVED if arrived_micro >= shipped_micro else OrderState.SHIPPED


# Deciding


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A line as the order asks for it."""

    line_no: int
    qty_micro: int
    amount_minor: int
    is_gift: bool = False
    is_whole_only: bool = False
    """All of it or nothing (E03)."""
    off_minor: int = 0
    """What promotions take off quantity × price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGrant:
    """What the supplier grants of a line, in millionths of the base unit, and why not all of it."""

    line_no: int
    accepted_micro: int
    reason: str = ""
    delivery_date: str = ""
    """When this line is to come, where it differs from the order's (E03)."""
    because: str = ""
    """The name of the limit or promotion that cut it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLine:
    """A line with what was asked and what was granted; frozen at the decision (E10)."""

    line_no: int
    asked_micro: int
    asked_minor: int
    accepted_micro: int
    accepted_minor: int
    is_gift: bool
    reason: str
    delivery_date: str = ""
    because: str = ""


LINES_MAX: Final = 5_000


def check_lines(priced: Sequence[tuple[AskedLine, int]], currency: str) -> None:
    """Whether an order's lines add up; each comes with its unit price in millionths.

    Raises: RuleViolation NO_LINES, TOO_MANY_LINES, LINE_TWICE, QUANTITY_NOT_POSITIVE,
    QUANTITY_TOO_LARGE, AMOUNT_TOO_LARGE, CURRENCY_UNKNOWN, LINE_AMOUNT_WRONG.
    """
    if not priced:
        raise RuleViolation("NO_LINES")
    if len(priced) > LINES_MAX:
        raise RuleViolation("TOO_MANY_LINES", most=LINES_MAX)
    if len({line.line_no for line, _price in priced}) != len(priced):
        raise RuleViolation("LINE_TWICE")
    for line, price_micro in priced:
        if line.qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", line_no=line.line_no)
        amount_minor = line_amount_minor(checked_quantity(line.qty_micro), price_micro, currency)
        is_off = not 0 <= line.off_minor <= max(amount_minor, 0)
        if price_micro < 0 or is_off or line.amount_minor != amount_minor - line.off_minor:
            raise RuleViolation("LINE_AMOUNT_WRONG", line_no=line.line_no)


def granted_lines(asked: Sequence[AskedLine], grants: Sequence[LineGrant]) -> list[DecidedLine]:
    """Put a supplier's grants beside what was asked, line by line in the order's own order.

    Raises: RuleViolation LINE_MISSING, LINE_UNKNOWN, LINE_TWICE, ACCEPTED_TOO_MUCH,
    PARTIAL_NOT_ALLOWED (E03), REASON_MISSING (each line cut needs its reason, E06).
    """
    by_line = {grant.line_no: grant for grant in grants}
    if len(by_line) != len(grants):
        raise RuleViolation("LINE_TWICE")
    unknown = by_line.keys() - {line.line_no for line in asked}
    if unknown:
        raise RuleViolation("LINE_UNKNOWN", line_no=min(unknown))
    return [_granted(line, by_line.get(line.line_no)) for line in asked]


def _granted(line: AskedLine, grant: LineGrant | None) -> DecidedLine:
    if grant is None:
        raise RuleViolation("LINE_MISSING", line_no=line.line_no)
    if not 0 <= grant.accepted_micro <= line.qty_micro:
        raise RuleViolation("ACCEPTED_TOO_MUCH", line_no=line.line_no)
    if line.is_whole_only and 0 < grant.accepted_micro < line.qty_micro:
        raise RuleViolation("PARTIAL_NOT_ALLOWED", line_no=line.line_no)
    if grant.accepted_micro < line.qty_micro and not grant.reason:
        raise RuleViolation("REASON_MISSING", line_no=line.line_no)
    return DecidedLine(
        line_no=line.line_no,
        asked_micro=line.qty_micro,
        asked_minor=line.amount_minor,
        accepted_micro=grant.accepted_micro,
        accepted_minor=part_minor(line.amount_minor, line.qty_micro, 0, grant.accepted_micro),
        is_gift=line.is_gift,
        reason=grant.reason,
        delivery_date=grant.delivery_date,
        because=grant.because,
    )


def nothing_granted(asked: Sequence[AskedLine], reasons: Mapping[int, str]) -> list[DecidedLine]:
    """Every line at zero, with the reasons of those that have one."""
    return [
        DecidedLine(
            line_no=line.line_no,
            asked_micro=line.qty_micro,
            asked_minor=line.amount_minor,
            accepted_micro=0,
            accepted_minor=0,
            is_gift=line.is_gift,
            reason=reasons.get(line.line_no, ""),
        )
        for line in asked
    ]


def outcome_of(lines: Sequence[DecidedLine]) -> OrderState:
    """Accepted when all of every line is, rejected when nothing is, else accepted in part."""
    if all(line.accepted_micro == line.asked_micro for line in lines):
        return OrderState.ACCEPTED
    if any(line.accepted_micro for line in lines):
        return OrderState.PARTIAL
    return OrderState.REJECTED


class RequestLate(Conflict):
    """Somebody decided first, or the order is not what the author saw."""


def check_first(state: OrderState, revision: int, seen_revision: int) -> None:
    """Requests are decided once, in order of arrival (domain rule 2).

    Raises: RequestLate ALREADY_DECIDED, or PARENT_MOVED when the author saw another revision.
    """
    if state is not OrderState.SUBMITTED:
        raise RequestLate("ALREADY_DECIDED", state=state.value)
    if revision != seen_revision:
        raise RequestLate("PARENT_MOVED", revision=revision, seen=seen_revision)


def part_minor(amount_minor: int, of_micro: int, before_micro: int, part_micro: int) -> int:
    """The amount of a part of a line, after ``before`` of it went already.

    The parts of a line always add up to its amount, in whatever pieces it goes.
    """
    if of_micro == 0:
        return 0
    until = divide_half_away(amount_minor * (before_micro + part_micro), of_micro)
    return until - divide_half_away(amount_minor * before_micro, of_micro)


# Credit (E07)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What an account owes and may owe, in minor units of one currency, at an instant."""

    limit_minor: int
    receivable_minor: int
    unbilled_minor: int
    """Accepted and not yet shipped."""
    deposit_minor: int

    @property
    def exposure_minor(self) -> int:
        """Receivable + accepted unbilled - deposits."""
        return self.receivable_minor + self.unbilled_minor - self.deposit_minor

    @property
    def free_minor(self) -> int:
        """What may still be accepted; negative when the limit is passed already."""
        return self.limit_minor - self.exposure_minor


def check_credit(credit: Credit, this_minor: int) -> None:
    """Credit is checked at acceptance, with the numbers shown (domain rule 8, E07).

    An acceptance that adds nothing to the debt is never held up. Raises: RuleViolation CREDIT.
    """
    if this_minor > 0 and this_minor > credit.free_minor:
        raise RuleViolation(
            "CREDIT",
            limit_minor=credit.limit_minor,
            receivable_minor=credit.receivable_minor,
            unbilled_minor=credit.unbilled_minor,
            deposit_minor=credit.deposit_minor,
            this_minor=this_minor,
            over_minor=this_minor - credit.free_minor,
        )


# Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRate:
    """The acceptance rate (受理率) three ways, each in millionths (800,000 = 80 %)."""

    by_qty_micro: int
    by_amount_micro: int
    by_orders_micro: int
    """Orders accepted in full among all decided."""


def acceptance_rate(
    asked: tuple[int, int], accepted: tuple[int, int], orders: int, orders_in_full: int
) -> AcceptanceRate:
    """Accepted ÷ requested (E10) of sums (qty_micro, amount_minor) over decided orders.

    Nothing asked is a rate of 0, never an error.
    """
    return AcceptanceRate(
        by_qty_micro=_share(accepted[0], asked[0]),
        by_amount_micro=_share(accepted[1], asked[1]),
        by_orders_micro=_share(orders_in_full, orders),
    )


def _share(part: int, whole: int) -> int:
    return divide_half_away(part * MICRO, whole) if whole else 0


class Arrival(NamedTuple):
    """What a receiver found of a line, against what was announced; all ≥ 0."""

    good_micro: int
    damaged_micro: int
    short_micro: int
    over_micro: int


def arrival(announced_micro: int, good_micro: int, damaged_micro: int = 0) -> Arrival:
    """Compare what arrived with the shipment notice (E12).

    Raises: RuleViolation QUANTITY_NEGATIVE.
    """
    if min(announced_micro, good_micro, damaged_micro) < 0:
        raise RuleViolation("QUANTITY_NEGATIVE")
    missing = announced_micro - good_micro - damaged_micro
    return Arrival(good_micro, damaged_micro, max(missing, 0), max(-missing, 0))
