"""Pure rules of what pays an order: deposit and rebate it names, the rest on account (E14)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO


class TenderKind(StrEnum):
    """What an order may be paid with."""

    DEPOSIT = "deposit"
    REBATE = "rebate"
    ACCOUNT = "account"


class Tenders(NamedTuple):
    """How an order is paid, in minor units; what is neither is on account terms."""

    deposit_minor: int = 0
    rebate_minor: int = 0

    @property
    def named_minor(self) -> int:
        """What does not go on account."""
        return self.deposit_minor + self.rebate_minor

    def account_minor(self, total_minor: int) -> int:
        """What is left of an order for its account terms."""
        return total_minor - self.named_minor


def tenders_named(said: Iterable[tuple[str, int]], total_minor: int) -> Tenders:
    """Deposit and rebate of an order as its document names them.

    Raises: RuleViolation TENDER_BAD for an unknown kind, one named twice or a negative amount,
    TENDERS_TOO_MUCH for more than the order comes to.
    """
    found: dict[str, int] = {}
    for kind, amount_minor in said:
        if kind not in set(TenderKind) or kind in found or amount_minor < 0:
            raise RuleViolation("TENDER_BAD", kind=kind[:20])
        found[kind] = amount_minor
    if sum(found.values()) > total_minor:
        raise RuleViolation(
            "TENDERS_TOO_MUCH", named_minor=sum(found.values()), total_minor=total_minor
        )
    return Tenders(found.get(TenderKind.DEPOSIT, 0), found.get(TenderKind.REBATE, 0))


def rebate_most(total_minor: int, percent: int) -> int:
    """The most of an order that may be paid by rebate (M02), rounded down to the minor unit."""
    return max(total_minor, 0) * percent * (MICRO // 100) // MICRO


def tenders_taken(named: Tenders, held: Tenders, total_minor: int, percent: int) -> Tenders:
    """What is taken of what was named: no more than is held, than its share, than the order is.

    What is missing asks another tender (domain rule 8). Rebate first: it pays nothing else.
    """
    most = min(rebate_most(total_minor, percent), total_minor)
    rebate = max(min(named.rebate_minor, held.rebate_minor, most), 0)
    deposit = max(min(named.deposit_minor, held.deposit_minor, total_minor - rebate), 0)
    return Tenders(deposit_minor=deposit, rebate_minor=rebate)


def tenders_proposed(held: Tenders, total_minor: int, percent: int) -> Tenders:
    """Rebate as far as it may be used, then the deposit; the rest on account terms."""
    return tenders_taken(Tenders(total_minor, total_minor), held, total_minor, percent)
