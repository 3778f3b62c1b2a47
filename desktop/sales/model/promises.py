"""Paying with what head office promised: points and coupons of the open basket (I07, D11)."""

from collections.abc import Callable
from typing import Final

from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Part
from desktop.sales.usecases.prepaying import ask_for_deposit, deposit_held, deposit_request
from desktop.vouchers.usecases.taking import (
    CouponHere,
    PointsHere,
    ask_coupon,
    ask_points,
    coupon_held,
    coupon_here,
    points_held,
    points_here,
)
from shared.accounts.rules import Tender
from shared.core.errors import RuleViolation
from shared.leases.queries import refusal_of
from shared.vouchers.rules import is_coupon_code, points_for, worth_of_points

_NOTHING_THERE: Final = frozenset({"POOL_EMPTY", "POOL_UNKNOWN", "POOL_CLOSED"})


class Promises:
    """What a till takes at once, and what it asks head office for first.

    While a request is under way ``asked`` names it; what it is for is lent to this till alone.
    """

    def __init__(self, till: TillModel, tenders: tuple[Tender, ...]) -> None:
        self.till = till
        back = till.basket.came_back
        self.member_id = back.customer_id if back is not None else till.basket.member_id
        self.points: PointsHere | None = None
        self.asked = ""
        self.coupon: CouponHere | None = None
        """The coupon that is asked for."""
        self._is_held: Callable[[], bool] | None = None
        self.deposit_minor = 0
        """What of the member's deposit this till may spend without asking."""
        self._is_deposit = False
        """Whether what is asked for is a part of the deposit."""
        self._has_deposit = Tender.DEPOSIT in tenders
        self._has_points = Tender.POINTS in tenders
        self._has_coupons = Tender.COUPON in tenders
        self.look()

    def look(self) -> None:
        """See again what the member has here."""
        if self._has_points:
            desk = self.till.desk
            self.points = desk.do_now(points_here, self.member_id, self.till.currency)
        if self._has_deposit:
            held = self.till.desk.do_now(deposit_held, self.member_id)
            self.deposit_minor = held - self._taken_minor(Tender.DEPOSIT)

    @property
    def left_minor(self) -> int:
        """What the member's points still pay, beside those this basket holds already."""
        if self.points is None:
            return 0
        rest = self.points.points - self._points_taken()
        return worth_of_points(self.points.rule.rates, rest)

    def points_of(self, amount_minor: int) -> int:
        """How many points pay an amount here."""
        return 0 if self.points is None else points_for(self.points.rule.rates, amount_minor)

    def _points_taken(self) -> int:
        return self.points_of(self._taken_minor(Tender.POINTS))

    def _taken_minor(self, tender: Tender) -> int:
        parts = self.till.basket.parts
        return sum(part.amount_minor for part in parts if part.tender == tender)

    def must_ask_points(self, amount_minor: int) -> bool:
        """Whether this till has to ask head office before it takes an amount in points.

        Raises: RuleViolation POINTS_NOT_ENOUGH with what there is.
        """
        if self.points is None:
            raise RuleViolation("POINTS_RULE_MISSING")
        if amount_minor > self.left_minor:
            raise RuleViolation("POINTS_NOT_ENOUGH", points=self.points.points)
        return self._wanted(amount_minor) > self.points.held

    def _wanted(self, amount_minor: int) -> int:
        return self.points_of(self._taken_minor(Tender.POINTS) + amount_minor)

    async def ask_points(self, amount_minor: int) -> None:
        """Ask for the points of an amount. Raises: as ``ask_lease``."""
        wanted, desk = self._wanted(amount_minor), self.till.desk
        self._is_held = lambda: desk.do_now(points_held, self.member_id) >= wanted
        self.asked = await desk.do(ask_points, self.member_id, wanted)

    def must_ask_deposit(self, amount_minor: int) -> bool:
        """Whether this till has to ask head office before it takes an amount of the deposit."""
        return amount_minor > self.deposit_minor

    async def ask_deposit(self, amount_minor: int) -> None:
        """Ask for an amount of the member's deposit. Raises: as ``ask_lease``."""
        desk, wanted = self.till.desk, self._taken_minor(Tender.DEPOSIT) + amount_minor
        self._is_held = lambda: desk.do_now(deposit_held, self.member_id) >= wanted
        self._is_deposit = True
        self.asked = await desk.do(ask_for_deposit, self.member_id, wanted)

    def is_coupon(self, code: str) -> bool:
        """Whether a scan is a coupon's code."""
        return self._has_coupons and is_coupon_code(code)

    def find_coupon(self, code: str) -> CouponHere:
        """The coupon of a code, when it may pay here. Raises: as ``coupon_here``."""
        taken = [part.reference for part in self.till.basket.parts if part.tender == Tender.COUPON]
        return self.till.desk.do_now(
            coupon_here,
            code,
            member_id=self.member_id,
            total_minor=self.till.due.total_minor,
            taken=taken,
        )

    async def ask_coupon(self, found: CouponHere) -> None:
        """Ask for a strict coupon. Raises: as ``ask_lease``."""
        desk = self.till.desk
        self.coupon = found
        self._is_held = lambda: desk.do_now(coupon_held, found.coupon_id)
        self.asked = await desk.do(ask_coupon, found.coupon_id)

    def take_coupon(self, found: CouponHere) -> None:
        """Pay with it; it gives no change."""
        minor = min(found.value_minor, self.till.due.rest_minor)
        if minor > 0:
            part = Part(tender=Tender.COUPON.value, amount_minor=minor, reference=found.shown)
            self.till.give(part)

    def has_come(self) -> bool:
        """Whether what was asked for is lent to this till now.

        Raises: RuleViolation COUPON_USED, POINTS_NOT_ENOUGH, DEPOSIT_SHORT or the code of the
        refusal.
        """
        if self._is_held is None or self._is_held():
            return True
        code = self.till.desk.read(refusal_of, self.asked)
        is_answered = code in _NOTHING_THERE
        if self._is_deposit and not code:
            # Granted less than was asked for: that is all there is.
            is_answered = not self.till.desk.do_now(deposit_request, self.member_id)
        if self._is_deposit and is_answered:
            self.look()
            raise RuleViolation("DEPOSIT_SHORT", held_minor=max(self.deposit_minor, 0))
        if code in _NOTHING_THERE and self.coupon is not None:
            raise RuleViolation("COUPON_USED")
        if code in _NOTHING_THERE:
            raise RuleViolation(
                "POINTS_NOT_ENOUGH", points=self.points.points if self.points else 0
            )
        if code:
            raise RuleViolation(code)
        return False

    def needs_line(self) -> RuleViolation:
        """What to say when head office does not answer."""
        if self.coupon is not None:
            return RuleViolation("COUPON_NEEDS_LINE")
        if self._is_deposit:
            return RuleViolation("DEPOSIT_NEEDS_LINE", held_minor=max(self.deposit_minor, 0))
        held = self.points.held if self.points is not None else 0
        return RuleViolation("POINTS_NEED_LINE", held=held)

    def stop_asking(self) -> None:
        """Nobody waits any more; what comes later goes back at the end of the shift."""
        self.asked, self.coupon, self._is_held, self._is_deposit = "", None, None, False
        self.look()
