"""Money as integers: amounts in minor units, unit prices and ratios at 10⁻⁶, and their words."""

from dataclasses import dataclass
from typing import Final

from shared.core.decimals import read_scaled, typed, write_scaled
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO, divide_half_away

MINOR_DIGITS: Final = {
    "CNY": 2, "HKD": 2, "MOP": 2, "TWD": 2, "USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "AUD": 2,
    "CAD": 2, "NZD": 2, "SGD": 2, "MYR": 2, "THB": 2, "PHP": 2, "IDR": 2, "INR": 2, "RUB": 2,
    "AED": 2, "SAR": 2, "JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3,
}  # fmt: skip
"""Decimal places of each currency's minor unit, by ISO 4217."""

AMOUNT_MINOR_MAX: Final = 10**15
"""The largest amount: a sum of thousands of such lines still fits a database's 64 bits."""

UNIT_PRICE_MICRO_MAX: Final = 10**15
RATIO_MICRO_MAX: Final = 10**12
UNIT_PRICE_PLACES: Final = 6

# The first sign is the one written; in Chinese shops the yuan sign is full-width.
_SIGNS: Final = {
    "CNY": ("￥", "¥", "RMB", "元"),
    "JPY": ("￥", "¥", "円"),
    "GBP": ("£",),
    "EUR": ("€",),
    "USD": ("$", "US$"),
    "HKD": ("HK$", "$"),
    "MOP": ("MOP$",),
    "TWD": ("NT$", "$"),
}


# Built by position too: two fields of different types cannot be confused.
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (fen, pence, yen) of one currency; ordered within its currency.

    Raises: RuleViolation CURRENCY_UNKNOWN when built; CURRENCY_MIXED when two amounts of
    different currencies are added, subtracted or compared by size.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        minor_digits(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise RuleViolation("CURRENCY_MIXED", left=self.currency, right=other.currency)
        return other.minor


def minor_digits(currency: str) -> int:
    """How many decimal places the currency's minor unit has (CNY 2, JPY 0, KWD 3).

    Raises: RuleViolation CURRENCY_UNKNOWN.
    """
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        raise RuleViolation("CURRENCY_UNKNOWN", currency=currency)
    return digits


def parse_money(text: str, currency: str) -> Money:
    """The amount a person typed: `1,234.50`, `￥12`, `-3.5元`, `(12.00)`, full-width digits too.

    Nothing is rounded; the sign of another currency is not read as this one.

    Raises: RuleViolation MONEY_UNREADABLE, MONEY_TOO_FINE (more places than the currency has),
    MONEY_TOO_LARGE, CURRENCY_UNKNOWN.
    """
    places = minor_digits(currency)
    number = _without_sign(typed(text), _signs_of(currency))
    return Money(read_scaled(number, places, of="MONEY", limit=AMOUNT_MINOR_MAX), currency)


def format_money(money: Money, *, grouped: bool = True, with_sign: bool = False) -> str:
    """The amount with all its places: `1,234.50`; with its sign `-￥1,234.50`."""
    places = minor_digits(money.currency)
    number = write_scaled(abs(money.minor), places, least_places=places, grouped=grouped)
    sign = _SIGNS.get(money.currency, (money.currency + " ",))[0] if with_sign else ""
    return ("-" if money.minor < 0 else "") + sign + number


def parse_unit_price_micro(text: str) -> int:
    """The price of one unit in millionths of the major unit: `199.00`, `￥0.001`, six places.

    Raises: RuleViolation UNIT_PRICE_UNREADABLE, UNIT_PRICE_TOO_FINE, UNIT_PRICE_TOO_LARGE.
    """
    number = _without_sign(typed(text), _ANY_SIGN)
    return read_scaled(number, UNIT_PRICE_PLACES, of="UNIT_PRICE", limit=UNIT_PRICE_MICRO_MAX)


def format_unit_price(price_micro: int, *, least_places: int = 2) -> str:
    """The price of one unit with at least two places and no idle zeros: `90.55`, `0.001`."""
    return write_scaled(price_micro, UNIT_PRICE_PLACES, least_places=least_places)


def line_amount_minor(qty_micro: int, unit_price_micro: int, currency: str) -> int:
    """Quantity × unit price in minor units, rounded once, half away from zero (domain rule 3).

    Raises: RuleViolation AMOUNT_TOO_LARGE, CURRENCY_UNKNOWN.
    """
    scale: int = 10 ** minor_digits(currency)
    minor = divide_half_away(qty_micro * unit_price_micro * scale, MICRO * MICRO)
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise RuleViolation("AMOUNT_TOO_LARGE", currency=currency)
    return minor


def parse_ratio_micro(text: str) -> int:
    """A ratio in millionths: `0.455`, `45.5%` and `4.55折` are all 455,000.

    Raises: RuleViolation RATIO_UNREADABLE, RATIO_TOO_FINE, RATIO_TOO_LARGE.
    """
    number, places = typed(text), 6
    for sign, fewer in (("%", 2), ("折", 1)):
        if number.endswith(sign):
            number, places = number.removesuffix(sign).rstrip(), 6 - fewer
            break
    return read_scaled(number, places, of="RATIO", limit=RATIO_MICRO_MAX)


def format_ratio(ratio_micro: int) -> str:
    """The ratio as a plain number without idle zeros: `0.455`, `1`."""
    return write_scaled(ratio_micro, 6)


def apply_ratio(value: int, ratio_micro: int) -> int:
    """The value × ratio, rounded once, half away from zero, in the unit the value came in."""
    return divide_half_away(value * ratio_micro, MICRO)


def chinese_uppercase(minor: int, currency: str = "CNY") -> str:
    """金额大写 of an amount in fen, as bills carry it: 壹仟陆佰捌拾元零叁角贰分, 伍元整.

    Follows the first form of each example in the rules for filling in bills (支付结算办法 附一);
    整 is also written after 角, a negative amount begins with 负.

    Raises: RuleViolation CURRENCY_NOT_IN_UPPERCASE for another currency, AMOUNT_TOO_LARGE.
    """
    if currency != "CNY":
        raise RuleViolation("CURRENCY_NOT_IN_UPPERCASE", currency=currency)
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise RuleViolation("AMOUNT_TOO_LARGE", currency=currency)
    yuan, cents = divmod(abs(minor), 100)
    jiao, fen = divmod(cents, 10)
    words = _whole_words(yuan) + "元" if yuan else ""
    if words and cents and (yuan % 10 == 0 or jiao == 0):
        words += "零"
    words += _UPPERCASE[jiao] + "角" if jiao else ""
    words += _UPPERCASE[fen] + "分" if fen else ("整" if words else "零元整")
    return ("负" if minor < 0 else "") + words


_UPPERCASE: Final = "零壹贰叁肆伍陆柒捌玖"


def _whole_words(number: int) -> str:
    """A whole number above 0 in capital numerals; one 零 stands for any run of zeros inside."""
    for size, name in ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return _whole_words(high) + name + gap + (_whole_words(low) if low else "")
    return _UPPERCASE[number]


def _signs_of(*currencies: str) -> tuple[str, ...]:
    """What may stand beside an amount, longest first so that `US$` is not cut to `US`."""
    signs = {sign for currency in currencies for sign in (currency, *_SIGNS.get(currency, ()))}
    # `typed` has already made the full-width yuan sign a half-width one.
    return tuple(sorted(signs - {"￥"}, key=lambda sign: (-len(sign), sign)))


_ANY_SIGN: Final = _signs_of(*MINOR_DIGITS)


def _without_sign(text: str, signs: tuple[str, ...]) -> str:
    """The bare number with its minus in front: without sign, code or accountant's brackets."""
    if text.startswith("(") and text.endswith(")"):
        # `(-12)` becomes two minuses: a doubt, not a plus, which reading then refuses.
        return "-" + _without_sign(text[1:-1].strip(), signs)
    minus, rest = ("-", text[1:].lstrip()) if text.startswith("-") else ("", text)
    for sign in signs:
        if rest.upper().startswith(sign):
            rest = rest[len(sign) :].lstrip()
            break
    for sign in signs:
        if rest.upper().endswith(sign):
            rest = rest[: -len(sign)].rstrip()
            break
    return minus + rest
