"""What a sale adds up to: pure rules of the till and the wholesale invoice."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor


class SaleMode(StrEnum):
    """Which screen a sale was made on; one document serves both (I02)."""

    TILL = "till"
    INVOICE = "invoice"


class LineKind(StrEnum):
    """What a line stands for: only goods and gifts move stock."""

    GOODS = "goods"
    GIFT = "gift"
    SERVICE = "service"


MOVES_STOCK = frozenset({LineKind.GOODS, LineKind.GIFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What is to be paid: the lines' sum, what was rounded off (抹零), the rest."""

    lines_minor: int
    rounding_minor: int
    total_minor: int


def line_minor(
    qty_micro: int, unit_price_micro: int, currency: str, discount_minor: int = 0
) -> int:
    """A line's amount: quantity times the rounded unit price, rounded once, less its discount."""
    return line_amount_minor(qty_micro, unit_price_micro, currency) - discount_minor


def totals(lines_minor: Sequence[int], *, round_off_to_minor: int = 0) -> Totals:
    """The sum of the lines, cut down to a multiple of ``round_off_to_minor`` (10 = to the jiao)."""
    lines = sum(lines_minor)
    rounding = lines % round_off_to_minor if round_off_to_minor and lines > 0 else 0
    return Totals(lines_minor=lines, rounding_minor=-rounding, total_minor=lines - rounding)


def check_paid(total_minor: int, tenders_minor: Sequence[int], *, on_credit: bool) -> None:
    """A till sale is paid to the cent; an invoice on credit may be paid later.

    Raises: RuleViolation NOT_PAID with the amount missing, or PAID_TOO_MUCH.
    """
    missing = total_minor - sum(tenders_minor)
    if missing and not on_credit:
        code = "NOT_PAID" if missing * (1 if total_minor >= 0 else -1) > 0 else "PAID_TOO_MUCH"
        raise RuleViolation(code, amount=abs(missing))


class Tendered(Protocol):
    """A tender line as rules look at it."""

    @property
    def tender(self) -> str:
        """The stored word."""

    @property
    def amount_minor(self) -> int:
        """Negative went back."""


def refunded_otherwise(
    refunds: Iterable[Tendered], paid_minor: Mapping[str, int]
) -> list[tuple[str, int]]:
    """What goes back by a tender beyond what came by it, in minor units, by tender (I07)."""
    back: dict[str, int] = {}
    for one in refunds:
        back[one.tender] = back.get(one.tender, 0) - one.amount_minor
    over = {tender: minor - max(paid_minor.get(tender, 0), 0) for tender, minor in back.items()}
    return [(tender, minor) for tender, minor in sorted(over.items()) if minor > 0]


_WALLETS = (
    ("wechat", re.compile("1[0-5][0-9]{16}")),
    ("alipay", re.compile("(2[5-9]|30)[0-9]{14,22}")),
)


def wallet_of(code: str) -> str:
    """Whose payment code a scan is: ``wechat``, ``alipay``, or '' when it is none (I08)."""
    clean = code.strip()
    return next((name for name, form in _WALLETS if form.fullmatch(clean)), "")
