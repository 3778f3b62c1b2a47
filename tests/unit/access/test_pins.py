"""PINs: what one is, how it is kept, how long wrong ones wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access.pins import checked_pin, hash_of_pin, pin_fits
from shared.access.rules import (
    PIN_TRIES,
    PIN_WAIT_MAX_US,
    PIN_WAIT_US,
    POLICIES,
    check_policy,
    pin_wait_us,
    surely_passed_us,
)
from shared.core.errors import RuleViolation

SALT = b"salt of 16 bytes"


def test_a_pin_fits_its_hash_and_no_other() -> None:
    kept = hash_of_pin("2580", SALT)
    assert kept.startswith("$argon2id$")
    assert "2580" not in kept
    assert pin_fits("2580", kept)
    assert not pin_fits("2581", kept)
    assert not pin_fits("2580", "")
    assert not pin_fits("2580", "nonsense")


def test_two_people_with_the_same_pin_have_different_hashes() -> None:
    assert hash_of_pin("2580", SALT) != hash_of_pin("2580", b"another 16 bytes")


@pytest.mark.parametrize("pin", ["", "123", "0000", "1234567890123", "12a4", "１２３４"])
def test_what_is_no_pin_is_refused(pin: str) -> None:
    with pytest.raises(RuleViolation) as why:
        checked_pin(pin)
    assert why.value.code == "PIN_BAD"


def test_five_wrong_pins_wait_five_minutes_and_the_next_five_longer() -> None:
    assert [pin_wait_us(n) for n in range(1, PIN_TRIES)] == [0, 0, 0, 0]
    assert pin_wait_us(5) == PIN_WAIT_US
    assert pin_wait_us(6) == 0
    assert pin_wait_us(10) == 2 * PIN_WAIT_US
    assert pin_wait_us(5_000_000) == PIN_WAIT_MAX_US


@given(
    since=st.integers(0, 10**12),
    passed=st.integers(0, 10**12),
    started=st.integers(0, 10**12),
)
def test_time_that_surely_passed_is_never_more_than_what_did(
    since: int, passed: int, started: int
) -> None:
    assert surely_passed_us(since, since + passed) == passed
    # The machine was started anew some time after, and has run for the rest.
    running = max(passed - started, 0)
    assert surely_passed_us(since, running) <= passed


def test_every_rule_of_the_house_can_have_its_usual_value() -> None:
    for name, value in POLICIES.items():
        check_policy(name, value)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("till.shells", "1", "POLICY_UNKNOWN"),
        ("till.static_code_cap_minor", "many", "POLICY_BAD"),
        ("till.static_code_cap_minor", "-1", "POLICY_BAD"),
        ("approval.pin", "sometimes", "POLICY_BAD"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(name: str, value: str, code: str) -> None:
    with pytest.raises(RuleViolation) as why:
        check_policy(name, value)
    assert why.value.code == code
