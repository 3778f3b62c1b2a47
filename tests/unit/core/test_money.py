"""Amounts, unit prices and ratios are read, computed and written without losing a cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.core.money import (
    AMOUNT_MINOR_MAX,
    MINOR_DIGITS,
    Money,
    chinese_uppercase,
    format_money,
    format_ratio,
    format_unit_price,
    line_amount_minor,
    parse_money,
    parse_ratio_micro,
    parse_unit_price_micro,
)

minors = st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX)
currencies = st.sampled_from(sorted(MINOR_DIGITS))
micros = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1,234.50", 123450),
        ("￥12", 1200),
        ("¥ 12.3", 1230),
        ("１２．５０", 1250),
        ("－￥1，234.00", -123400),
        ("￥-5", -500),
        ("(12.00)", -1200),
        ("12元", 1200),
        ("￥12元", 1200),
        ("CNY 12", 1200),
        ("rmb12", 1200),
        ("12.5000", 1250),
        (".5", 50),
        ("12.", 1200),
        ("\u22121", -100),
        (" 0 ", 0),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, minor: int) -> None:
    assert parse_money(text, "CNY") == Money(minor, "CNY")


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("", "CNY", "MONEY_UNREADABLE"),
        ("abc", "CNY", "MONEY_UNREADABLE"),
        ("1,5", "CNY", "MONEY_UNREADABLE"),
        ("1,23,456", "CNY", "MONEY_UNREADABLE"),
        ("1.2.3", "CNY", "MONEY_UNREADABLE"),
        ("--5", "CNY", "MONEY_UNREADABLE"),
        ("(-5)", "CNY", "MONEY_UNREADABLE"),
        ("()", "CNY", "MONEY_UNREADABLE"),
        ("￥", "CNY", "MONEY_UNREADABLE"),
        ("1.2E+3", "CNY", "MONEY_UNREADABLE"),
        ("١٢", "CNY", "MONEY_UNREADABLE"),
        ("9" * 5000, "CNY", "MONEY_UNREADABLE"),
        ("$12", "CNY", "MONEY_UNREADABLE"),
        ("￥12", "GBP", "MONEY_UNREADABLE"),
        ("1.005", "CNY", "MONEY_TOO_FINE"),
        ("1.5", "JPY", "MONEY_TOO_FINE"),
        ("10000000000000.01", "CNY", "MONEY_TOO_LARGE"),
        ("1", "XXX", "CURRENCY_UNKNOWN"),
    ],
)
def test_a_doubtful_amount_is_refused_and_never_guessed(
    text: str, currency: str, code: str
) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_money(text, currency)
    assert caught.value.code == code


@given(minors, currencies, st.booleans(), st.booleans())
def test_a_written_amount_is_read_back(
    minor: int, currency: str, grouped: bool, with_sign: bool
) -> None:
    written = format_money(Money(minor, currency), grouped=grouped, with_sign=with_sign)
    assert parse_money(written, currency) == Money(minor, currency)


def test_amounts_are_written_with_all_places_of_their_currency() -> None:
    assert format_money(Money(123450, "CNY")) == "1,234.50"
    assert format_money(Money(-123450, "CNY"), with_sign=True) == "-￥1,234.50"
    assert format_money(Money(1234, "JPY")) == "1,234"
    assert format_money(Money(1234, "KWD"), with_sign=True) == "KWD 1.234"
    assert format_money(Money(-5, "GBP"), with_sign=True) == "-£0.05"


@given(minors, minors)
def test_money_adds_subtracts_and_orders_as_its_minor_units(left: int, right: int) -> None:
    a, b = Money(left, "CNY"), Money(right, "CNY")
    assert a + b - b == a
    assert -a == Money(-left, "CNY")
    assert (a < b, a <= b, a > b, a >= b) == (
        left < right,
        left <= right,
        left > right,
        left >= right,
    )


def test_two_currencies_never_meet_in_one_sum_or_comparison() -> None:
    yuan, pounds = Money(1, "CNY"), Money(1, "GBP")
    assert yuan != pounds
    for attempt in (yuan.__add__, yuan.__sub__, yuan.__lt__, yuan.__ge__):
        with pytest.raises(RuleViolation, match="CURRENCY_MIXED left=CNY right=GBP"):
            attempt(pounds)


def test_money_of_an_unknown_currency_cannot_be_built() -> None:
    with pytest.raises(RuleViolation, match="CURRENCY_UNKNOWN"):
        Money(1, "cny")


@given(micros, micros, currencies)
def test_a_line_is_rounded_once_half_away_and_its_return_mirrors_it(
    qty: int, price: int, currency: str
) -> None:
    exact = Fraction(qty * price * 10 ** MINOR_DIGITS[currency], 10**12)
    if abs(exact) > AMOUNT_MINOR_MAX:
        return
    amount = line_amount_minor(qty, price, currency)
    assert abs(amount - exact) <= Fraction(1, 2)
    assert line_amount_minor(-qty, price, currency) == -amount


def test_an_amount_no_database_could_add_up_is_refused() -> None:
    with pytest.raises(RuleViolation, match="AMOUNT_TOO_LARGE"):
        line_amount_minor(10**15, 10**15, "CNY")


@given(micros)
def test_a_written_unit_price_is_read_back(price: int) -> None:
    assert parse_unit_price_micro(format_unit_price(price)) == price


@pytest.mark.parametrize(
    ("text", "micro"),
    [("199", 199_000_000), ("￥0.001", 1000), ("-11062.06", -11_062_060_000), ("£2.55", 2_550_000)],
)
def test_unit_prices_are_read_with_any_currency_sign(text: str, micro: int) -> None:
    assert parse_unit_price_micro(text) == micro


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("86?", "UNIT_PRICE_UNREADABLE"),
        ("", "UNIT_PRICE_UNREADABLE"),
        ("0.0000001", "UNIT_PRICE_TOO_FINE"),
        ("1000000001", "UNIT_PRICE_TOO_LARGE"),
    ],
)
def test_a_doubtful_unit_price_is_refused(text: str, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_unit_price_micro(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["0.455", "45.5%", "45.5％", "４５.５ %", "4.55折"])
def test_a_ratio_is_the_same_as_number_percent_or_zhe(text: str) -> None:
    assert parse_ratio_micro(text) == 455_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("45%%", "RATIO_UNREADABLE"),
        ("%", "RATIO_UNREADABLE"),
        ("0.00001%", "RATIO_TOO_FINE"),
        ("10000001", "RATIO_TOO_LARGE"),
    ],
)
def test_a_doubtful_ratio_is_refused(text: str, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_ratio_micro(text)
    assert caught.value.code == code


@given(micros)
def test_a_written_ratio_is_read_back(ratio: int) -> None:
    assert parse_ratio_micro(format_ratio(ratio)) == ratio


def test_a_ratio_is_written_without_idle_zeros() -> None:
    assert format_ratio(455_000) == "0.455"
    assert format_ratio(1_000_000) == "1"


# The first six are the examples of the rules for filling in bills (支付结算办法 附一).
@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (10700053, "壹拾万柒仟元零伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (1000, "壹拾元整"),
        (1001, "壹拾元零壹分"),
        (-500, "负伍元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_010_000_00, "壹亿零壹万元整"),
        (10_000_0000_00, "壹亿元整"),
        (1001_0000_00, "壹仟零壹万元整"),
        (1_0000_0000_0000_00, "壹万亿元整"),
        (10**15, "壹拾万亿元整"),
    ],
)
def test_amounts_in_capitals_read_as_on_a_bill(minor: int, words: str) -> None:
    assert chinese_uppercase(minor) == words


_DIGIT = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_SIZE = {"拾": 10, "佰": 100, "仟": 1000}


def _value_of(words: str) -> int:
    """An independent reading of capitals, from left to right."""
    total = section = digit = 0
    sign = -1 if words.startswith("负") else 1
    minor = 0
    for char in words.removeprefix("负").removesuffix("整"):
        if char in _DIGIT:
            digit = _DIGIT[char]
        elif char in _SIZE:
            section, digit = section + digit * _SIZE[char], 0
        elif char == "万":
            section, digit = (section + digit) * 10_000, 0
        elif char == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif char == "元":
            total, section, digit = (total + section + digit) * 100, 0, 0
        else:
            minor, digit = minor + digit * {"角": 10, "分": 1}[char], 0
    return sign * (total + minor)


@given(minors)
def test_capitals_say_the_amount_itself_and_never_two_zeros_in_a_row(minor: int) -> None:
    words = chinese_uppercase(minor)
    assert _value_of(words) == minor
    assert "零零" not in words


def test_capitals_exist_for_yuan_only() -> None:
    with pytest.raises(RuleViolation, match="CURRENCY_NOT_IN_UPPERCASE"):
        chinese_uppercase(100, "GBP")
    with pytest.raises(RuleViolation, match="AMOUNT_TOO_LARGE"):
        chinese_uppercase(AMOUNT_MINOR_MAX + 1)
