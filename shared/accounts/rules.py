"""Accounts by name, tenders, and how a collection is spread over invoices: pure rules."""

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from shared.core.errors import RuleViolation
from shared.core.text import normal

ROUNDING = "rounding"
SUSPENSE = "suspense"
HQ_REVENUE = "hq/revenue"
HQ_REBATES = "hq/rebates"
BANK = "bank"
OPENING = "opening"


class Tender(StrEnum):
    """How money is given at a till; a card is an amount and its slip number."""

    CASH = "cash"
    STATIC_CODE = "static_code"
    PAYMENT_CODE = "payment_code"
    CARD = "card"
    BANK_TRANSFER = "bank_transfer"
    MALL = "mall"
    DEPOSIT = "deposit"
    COUPON = "coupon"
    POINTS = "points"


PROMISED: Final = frozenset({Tender.COUPON, Tender.POINTS})
"""Tenders that are no money: what head office promised, taken back (I07)."""


SHIFT_DIFFERENCE_MINOR = 2_000
"""A drawer that is off by more opens a task; a house may ask for an approver earlier."""

DEPOSIT_PLACES = ("safe", "owner")
"""Where the cash of a closed shift may go."""


FLOAT: Final = "float"
"""Why a drawer changed: its float was said otherwise after the opening."""

_DENOMINATIONS = {
    "CNY": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
}


def denominations(currency: str) -> tuple[int, ...]:
    """The notes and coins of a currency in minor units, largest first; () = any value."""
    return _DENOMINATIONS.get(currency, ())


def tender_named(text: str) -> Tender:
    """A tender by its stored word. Raises: RuleViolation TENDER_UNKNOWN."""
    if text not in set(Tender):
        raise RuleViolation("TENDER_UNKNOWN", tender=text[:20])
    return Tender(text)


def tender_account(site_id: str, tender: str) -> str:
    """Where a site's takings of one tender are: ``site/SH01/tender/cash``."""
    return f"site/{site_id}/tender/{tender}"


def revenue(site_id: str) -> str:
    """What a site sold."""
    return f"site/{site_id}/revenue"


def customer_receivable(site_id: str, customer_id: str) -> str:
    """What a site's own customer owes it (批发开单 on credit)."""
    return f"site/{site_id}/receivable/{customer_id}"


CUSTOMER_NAME_CHARS_MAX: Final = 60
CUSTOMER_NOTE_CHARS_MAX: Final = 500
TERMS_DAYS_MAX: Final = 365


def own_customer_id(site_id: str, name: str, number: int = 1) -> str:
    """The id of a site's own customer, made of the name they were taken up by.

    Two devices of a site that take up the same customer offline make one customer of it; the
    name itself stays out of the ids that invoices and accounts carry. ``number`` tells it from
    whoever bore the name before and was renamed since.
    """
    told = f"{site_id}\n{normal(name).casefold()}"
    called = (told if number == 1 else f"{told}\n{number}").encode()
    digest = hashlib.sha256(b"qutong/customer/1\n" + called).digest()
    return f"K{int.from_bytes(digest[:8]) % 10**12:012d}"


def due_at_us(since_us: int, terms_days: int) -> int:
    """When an invoice of then is to be paid; at once without terms."""
    return since_us + terms_days * 86_400_000_000


def check_customer(name: str, phone: str, note: str, terms_days: int) -> None:
    """Hold what is said of a customer to its bounds.

    Raises: RuleViolation CUSTOMER_NAME_MISSING, TEXT_TOO_LONG, TERMS_BAD.
    """
    if not name:
        raise RuleViolation("CUSTOMER_NAME_MISSING")
    if len(name) > CUSTOMER_NAME_CHARS_MAX or len(phone) > CUSTOMER_NAME_CHARS_MAX:
        raise RuleViolation("TEXT_TOO_LONG", most=CUSTOMER_NAME_CHARS_MAX)
    if len(note) > CUSTOMER_NOTE_CHARS_MAX:
        raise RuleViolation("TEXT_TOO_LONG", most=CUSTOMER_NOTE_CHARS_MAX)
    if not 0 <= terms_days <= TERMS_DAYS_MAX:
        raise RuleViolation("TERMS_BAD", most=TERMS_DAYS_MAX)


def expense(site_id: str, category: str) -> str:
    """What a site spent on something."""
    return f"site/{site_id}/expense/{category}"


def put_by(site_id: str, place: str) -> str:
    """Where a site's cash goes out of the drawers: its ``safe``, or its ``owner``."""
    return f"site/{site_id}/{place}"


def is_personal(account: str) -> bool:
    """Whether somebody owes it or is owed: its single entries stay, paid invoices are known by
    them."""
    return account.startswith("partner/") or "/receivable/" in account


def cash_difference(site_id: str) -> str:
    """What counts of drawers found too much (negative) or too little."""
    return f"site/{site_id}/cash_difference"


def receivable(account_id: str) -> str:
    """What a channel account owes its supplier."""
    return f"partner/{account_id}/receivable"


def deposit(account_id: str) -> str:
    """What a channel account paid ahead; its balance is negative while money is held."""
    return f"partner/{account_id}/deposit"


def rebate(account_id: str) -> str:
    """What head office granted a channel account to buy goods with; negative while it is held."""
    return f"partner/{account_id}/rebate"


def guarantee(account_id: str) -> str:
    """What a channel account left as security (保证金): it pays nothing. Negative while held."""
    return f"partner/{account_id}/guarantee"


class Purpose(StrEnum):
    """What a channel account pays for."""

    RECEIVABLE = "receivable"
    DEPOSIT = "deposit"
    GUARANTEE = "guarantee"


PAID_TO: Final = {
    Purpose.RECEIVABLE: receivable,
    Purpose.DEPOSIT: deposit,
    Purpose.GUARANTEE: guarantee,
}
"""The book each purpose is entered in."""


class RebateForm(StrEnum):
    """How a rebate comes to the account (返利): never as money at a till (domain rule 6)."""

    NOTE = "note"
    """票折: off the invoices of later orders."""
    GOODS = "goods"
    """货补: goods instead of money; used on orders all the same."""


class Lot(NamedTuple):
    """A rebate as it was granted: the day, the last day it may be used ('' = no end), how much."""

    day: str
    valid_until: str
    amount_minor: int


def usable_rebate(lots: Sequence[Lot], used: Sequence[tuple[str, int]], day: str) -> int:
    """What of the rebates may be used on a day (M02), in minor units; lots that ended do not count.

    ``used`` as ``lots_left`` takes it.
    """
    left = lots_left(lots, used)
    return sum(left[at] for at, lot in enumerate(lots) if is_usable(lot, day))


def lots_left(lots: Sequence[Lot], used: Sequence[tuple[str, int]]) -> list[int]:
    """What is left of each lot (M02), in minor units.

    ``used`` are (day, amount), oldest first: each takes from the lot that ends first among those
    it could use; negative gives back what was taken last.
    """
    left = [one.amount_minor for one in lots]
    order = sorted(range(len(lots)), key=lambda at: (lots[at].valid_until or "9", lots[at].day))
    taken: list[tuple[int, int]] = []
    for when, amount in used:
        if amount < 0:
            _give_back(left, taken, -amount)
            continue
        usable = [at for at in order if is_usable(lots[at], when)]
        rest = amount
        for at in (*usable, *order):
            part = min(left[at], rest)
            if part > 0:
                left[at] -= part
                rest -= part
                taken.append((at, part))
    return left


def is_usable(lot: Lot, day: str) -> bool:
    """Whether a rebate may be used on a day: from its own on, and not after its last."""
    return lot.day <= day and (not lot.valid_until or day <= lot.valid_until)


def _give_back(left: list[int], taken: list[tuple[int, int]], amount: int) -> None:
    while amount and taken:
        at, part = taken.pop()
        back = min(part, amount)
        left[at] += back
        amount -= back
        if back < part:
            taken.append((at, part - back))


class Open(NamedTuple):
    """An invoice that is not fully paid, in minor units."""

    invoice: str
    open_minor: int


def allocate(amount_minor: int, invoices: Sequence[Open]) -> list[tuple[str, int]]:
    """Spread a collection over invoices, oldest first as they are given.

    Raises: RuleViolation AMOUNT_NOT_POSITIVE, or MORE_THAN_OWED with what is owed.
    """
    if amount_minor <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=amount_minor)
    owed = sum(invoice.open_minor for invoice in invoices)
    if amount_minor > owed:
        raise RuleViolation("MORE_THAN_OWED", amount=amount_minor, owed=owed)
    shares = []
    for invoice in invoices:
        part = min(amount_minor, invoice.open_minor)
        if part:
            shares.append((invoice.invoice, part))
        amount_minor -= part
    return shares


class Paid(NamedTuple):
    """The part of a payment that pays one charge, in minor units."""

    charge: str
    payment: str
    amount_minor: int


@dataclass(slots=True)
class _Rest:
    document: str
    minor: int


def oldest_first(entries: Iterable[tuple[str, int]]) -> tuple[list[Paid], dict[str, int]]:
    """What each payment of an account pays, the oldest charge first, and what stays open of each.

    ``entries`` are (document, minor units) in their order, charges positive. Money that came
    before its charge waits for it.
    """
    charges: deque[_Rest] = deque()
    money: deque[_Rest] = deque()
    shares: list[Paid] = []
    for document, minor in entries:
        (charges if minor > 0 else money).append(_Rest(document, abs(minor)))
        while charges and money:
            part = min(charges[0].minor, money[0].minor)
            shares.append(Paid(charges[0].document, money[0].document, part))
            for held in (charges, money):
                held[0].minor -= part
                if not held[0].minor:
                    held.popleft()
    return shares, {one.document: one.minor for one in charges}


class Charge(NamedTuple):
    """What a document added to what somebody owes, on a day, in minor units."""

    document: str
    day: str
    amount_minor: int


class Taken(NamedTuple):
    """What was taken off again, of the invoice it was for; '' = of the oldest."""

    amount_minor: int
    invoice: str = ""


class Ageing(NamedTuple):
    """What somebody owes, by the age of its invoices, in minor units (N01)."""

    not_due_minor: int = 0
    to_30_minor: int = 0
    to_60_minor: int = 0
    to_90_minor: int = 0
    over_90_minor: int = 0
    ahead_minor: int = 0
    """Zero or negative: paid with no invoice to pay."""

    @property
    def balance_minor(self) -> int:
        """What the account's balance says."""
        return sum(self)

    @property
    def overdue_minor(self) -> int:
        """What should be here already."""
        return self.to_30_minor + self.to_60_minor + self.to_90_minor + self.over_90_minor


AGES: Final = (30, 60, 90)


def age(
    charges: Sequence[Charge], taken: Sequence[Taken], as_of: str, *, terms_days: int = 0
) -> Ageing:
    """Sort what is open at the end of a day by the days since each invoice.

    What names its invoice goes off that one first; everything else goes off the oldest. An
    invoice within its terms is not due, whatever its age. Charges come oldest first.
    """
    open_minor = [one.amount_minor for one in charges]
    places: dict[str, list[int]] = {}
    for place, one in enumerate(charges):
        places.setdefault(one.document, []).append(place)
    rest = 0
    for off in taken:
        rest += _take(open_minor, places.get(off.invoice, ()), off.amount_minor)
    ahead = _take(open_minor, range(len(charges)), rest)
    sums = [0] * (len(AGES) + 2)
    today = date.fromisoformat(as_of)
    for one, minor in zip(charges, open_minor, strict=True):
        sums[_bucket((today - date.fromisoformat(one.day)).days, terms_days)] += minor
    return Ageing._make((*sums, -ahead))


def _take(open_minor: list[int], places: Iterable[int], amount_minor: int) -> int:
    """Take an amount off invoices in order; what is left of it."""
    for place in places:
        part = min(open_minor[place], amount_minor)
        open_minor[place] -= part
        amount_minor -= part
    return amount_minor


def _bucket(days: int, terms_days: int) -> int:
    """0 = not due, then one for each of AGES, the last for what is older."""
    if days <= terms_days:
        return 0
    return 1 + sum(days > one for one in AGES)
