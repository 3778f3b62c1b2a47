"""T47, T48: how many PINs can be tried, whatever is restarted or set in between."""

from shared.access.rules import PIN_TRIES, PIN_WAIT_MAX_US, pin_wait_us, surely_passed_us

_YEAR_US = 365 * 24 * 3_600 * 1_000_000


def _tries_within(limit_us: int, *, restart_each_try: bool = False) -> int:
    """What a patient guesser gets: tries until the time is over, waiting no longer than must be.

    With a restart after each try the machine's clock begins at nought again.
    """
    passed_us, wrong, wait_us, since_us, clock_us = 0, 0, 0, 0, 0
    while passed_us <= limit_us:
        rest_us = max(wait_us - surely_passed_us(since_us, clock_us), 0)
        passed_us += rest_us
        clock_us += rest_us
        wrong += 1
        wait_us, since_us = pin_wait_us(wrong), clock_us
        if restart_each_try:
            clock_us = 0
        if not rest_us and not wait_us:
            # A try itself takes the time of Argon2 at least.
            passed_us += 20_000
            clock_us += 20_000
    return wrong


def test_a_year_of_guessing_comes_to_less_than_a_quarter_of_all_short_pins() -> None:
    patient = _tries_within(_YEAR_US)
    assert PIN_TRIES * 100 < patient < 12_000
    assert patient <= (_YEAR_US // PIN_WAIT_MAX_US + 12) * PIN_TRIES


def test_a_day_of_guessing_is_some_fifty_tries() -> None:
    assert _tries_within(_YEAR_US // 365) < 100


def test_restarting_the_machine_after_each_try_gains_nothing() -> None:
    day_us = _YEAR_US // 365
    patient = _tries_within(day_us)
    assert _tries_within(day_us, restart_each_try=True) <= patient
