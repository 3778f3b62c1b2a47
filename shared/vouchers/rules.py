"""Points and coupons as arithmetic: what is earned, what pays, what goes back, what is refused."""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.text import half_width, normal

POINTS_UNIT: Final = "points"
COUPON_UNIT: Final = "pcs"
LENT_S: Final = 86_400
"""How long a till keeps points or a coupon that were lent to it and not taken: nobody waits for
what lies at a till where the customer is no more."""
AMOUNT_MINOR_MAX: Final = 100_000_000
POINTS_MAX: Final = 1_000_000
COUPONS_MAX: Final = 5_000
"""Of one batch: each is a row on every device."""
NAME_CHARS_MAX: Final = 60
REASON_CHARS_MAX: Final = 200
CODE_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs nobody mistakes for another: 5 bits each."""
CODE_CHARS: Final = 16
_PREFIX: Final = "Q"


class Policy(StrEnum):
    """What a till without a line does with a coupon."""

    STRICT = "strict"
    LENIENT = "lenient"


class OnReturn(StrEnum):
    """What becomes of a coupon when what it paid for comes back."""

    AGAIN = "again"
    LOST = "lost"


class OfferState(StrEnum):
    """Where a points rule or a batch stands."""

    ASKED = "asked"
    IN_FORCE = "in_force"
    REFUSED = "refused"


class PointsReason(StrEnum):
    """Why a member has more or fewer points."""

    EARNED = "earned"
    TAKEN_BACK = "taken_back"
    """Their share of what was earned, with the goods that came back."""
    SPENT = "spent"
    GIVEN_BACK = "given_back"
    REFUSED_EARNED = "refused_earned"
    """More than the rule gives."""
    REFUSED_SPENT = "refused_spent"
    """Of no lease: the member keeps them."""
    FLOOR_EARNED = "floor_earned"
    """More was taken back than that sale had given."""
    FLOOR_SPENT = "floor_spent"
    """More was given back than that sale had taken."""


# Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The published figures of a points rule."""

    earn_points: int
    earn_per_minor: int
    worth_points: int
    worth_minor: int


def earned_points(rates: Rates, money_minor: int, goods_minor: int) -> int:
    """Points for a sale: on its goods, as far as they were paid by money, full steps only."""
    eligible = max(min(money_minor, goods_minor), 0)
    return eligible // rates.earn_per_minor * rates.earn_points


def points_for(rates: Rates, amount_minor: int) -> int:
    """Points that pay an amount; what is less than a point costs a point."""
    return -(-amount_minor * rates.worth_points // rates.worth_minor)


def worth_of_points(rates: Rates, points: int) -> int:
    """The most an amount of points pays, in minor units."""
    return max(points, 0) * rates.worth_minor // rates.worth_points


def share_back(held: int, before: int, back: int) -> int:
    """The share of ``held`` that goes when ``back`` of ``before`` comes back, rounded up.

    Asked again and again it comes to all of it when all came back, and never to more.
    """
    if before <= 0 or back >= before:
        return held
    return held - held * (before - back) // before if back > 0 else 0


def check_rates(rates: Rates) -> None:
    """Nothing when these can be published. Raises: RuleViolation POINTS_RULE_BAD."""
    figures = (rates.earn_per_minor, rates.worth_points, rates.worth_minor)
    are_good = all(0 < one <= AMOUNT_MINOR_MAX for one in figures)
    if not are_good or not 0 <= rates.earn_points <= POINTS_MAX:
        raise RuleViolation("POINTS_RULE_BAD")


# Coupons


def normal_code(text: str) -> str:
    """A code as it is compared: capitals, no blanks or dashes."""
    return half_width(normal(text)).upper().replace("-", "").replace(" ", "")


def is_coupon_code(text: str) -> bool:
    """Whether a scan has the form of a coupon's code."""
    code = normal_code(text)
    return (
        len(code) == CODE_CHARS + 1
        and code.startswith(_PREFIX)
        and all(sign in CODE_SIGNS for sign in code[1:])
    )


def code_of(chance: bytes) -> str:
    """A code of ten random bytes, 80 bits: ``Q`` and sixteen signs."""
    number = int.from_bytes(chance[:10], "big")
    signs = [CODE_SIGNS[number >> 5 * place & 31] for place in range(CODE_CHARS)]
    return _PREFIX + "".join(signs)


def spoken_code(code: str) -> str:
    """A code in groups, as it is printed: ``Q 7XKM-2PD9-RTBH-44CA``."""
    signs = code[1:]
    groups = "-".join(signs[at : at + 4] for at in range(0, CODE_CHARS, 4))
    return f"{_PREFIX}-{groups}"


def coupon_id(code: str, salt: bytes) -> str:
    """What stands for a code on devices: a keyed hash, by which nobody finds the code (D11)."""
    said = normal_code(code).encode()
    return "CP" + hmac.digest(b"qutong/coupon/1\n" + salt, said, hashlib.sha256)[:16].hex()


def shown_coupon(code: str, salt: bytes) -> str:
    """A coupon in the hands of who knows its code: its id and what opens whose it is.

    It stays in the basket; a sale says the id alone (``coupon_shown``).
    """
    said = normal_code(code).encode()
    key = hmac.digest(b"qutong/coupon-holder/1\n" + salt, said, hashlib.sha256)[:16]
    return f"{coupon_id(code, salt)}:{key.hex()}"


def coupon_shown(shown: str) -> str:
    """The id of a coupon that was shown."""
    return shown.partition(":")[0]


def holder_of(shown: str, member_id: str) -> str:
    """Whose a coupon is, for those alone who know its code: without it nobody finds the member,
    who is as easily guessed as a phone (D11, I10)."""
    key = shown.partition(":")[2].encode()
    return hmac.digest(key, member_id.encode(), hashlib.sha256)[:16].hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A coupon as the till judges it."""

    coupon_id: str
    batch_id: str
    member_id: str
    """Of early batches, which named the member openly."""
    value_minor: int
    least_minor: int
    from_us: int
    until_us: int
    is_strict: bool
    is_in_force: bool
    is_used: bool
    currency: str = "CNY"
    holder: str = ""
    """``holder_of`` the member it is for alone; '' = whoever brings it."""


def check_coupon(
    coupon: Coupon,
    *,
    member_id: str,
    total_minor: int,
    now_us: int,
    currency: str = "CNY",
    shown: str = "",
) -> None:
    """Nothing when it may pay for a sale of this total now; ``shown`` is what its code tells.

    Raises: RuleViolation COUPON_UNKNOWN (of another currency, too), COUPON_USED, COUPON_NOT_YET,
    COUPON_EXPIRED, COUPON_NOT_THEIRS, COUPON_NOT_ENOUGH with the least amount.
    """
    if not coupon.is_in_force or coupon.currency != currency:
        raise RuleViolation("COUPON_UNKNOWN")
    if coupon.is_used:
        raise RuleViolation("COUPON_USED")
    if now_us < coupon.from_us:
        raise RuleViolation("COUPON_NOT_YET")
    if now_us >= coupon.until_us:
        raise RuleViolation("COUPON_EXPIRED")
    if coupon.member_id and coupon.member_id != member_id:
        raise RuleViolation("COUPON_NOT_THEIRS")
    if coupon.holder and coupon.holder != holder_of(shown, member_id):
        raise RuleViolation("COUPON_NOT_THEIRS")
    if total_minor < coupon.least_minor:
        raise RuleViolation("COUPON_NOT_ENOUGH", least_minor=coupon.least_minor)


def check_batch(
    *, name: str, value_minor: int, least_minor: int, from_us: int, until_us: int, count: int
) -> None:
    """Nothing when a batch can be issued so. Raises: RuleViolation COUPON_BATCH_BAD with the
    field that cannot be."""
    wrong = (
        ("name", not 0 < len(name) <= NAME_CHARS_MAX),
        ("value", not 0 < value_minor <= AMOUNT_MINOR_MAX),
        ("least", not 0 <= least_minor <= AMOUNT_MINOR_MAX),
        ("until", not 0 <= from_us < until_us),
        ("count", not 0 < count <= COUPONS_MAX),
    )
    for field, is_wrong in wrong:
        if is_wrong:
            raise RuleViolation("COUPON_BATCH_BAD", field=field, most=COUPONS_MAX)
