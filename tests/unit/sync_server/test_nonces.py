"""Nonces: good once, for one device, for ten minutes, in one process."""

import base64
import threading

import pytest

from sync_server.http.nonces import Nonces
from tests.integration.server.world import CountingRandomness, SetClock


def _nonces(secret: bytes = b"s", clock: SetClock | None = None) -> Nonces:
    return Nonces(secret, clock or SetClock(), CountingRandomness())


def test_a_fresh_nonce_is_good_until_it_is_spent() -> None:
    nonces = _nonces()
    one = nonces.fresh("till")
    assert nonces.good(one, "till")
    assert nonces.spend(one)
    assert not nonces.good(one, "till")
    assert not nonces.spend(one)


def test_it_is_good_for_its_device_and_its_process_only() -> None:
    nonces = _nonces()
    one = nonces.fresh("till")
    assert not nonces.good(one, "other till")
    assert not _nonces(b"another process").good(one, "till")


@pytest.mark.parametrize(("later_s", "good"), [(600, True), (601, False), (-1, False)])
def test_it_is_good_for_ten_minutes(later_s: int, good: bool) -> None:
    clock = SetClock()
    nonces = _nonces(clock=clock)
    one = nonces.fresh("till")
    clock.at_us += later_s * 1_000_000
    assert nonces.good(one, "till") is good


def test_what_was_spent_is_forgotten_only_when_it_has_expired() -> None:
    clock = SetClock()
    nonces = _nonces(clock=clock)
    old = nonces.fresh("till")
    nonces.spend(old)
    clock.at_us += 600_000_000
    nonces.spend(nonces.fresh("till"))
    assert not nonces.good(old, "till")


def test_another_spelling_of_a_spent_nonce_is_not_good() -> None:
    nonces = _nonces()
    one = nonces.fresh("till")
    token = base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))
    spellings = [one + "=" * (-len(one) % 4), base64.b64encode(token).decode(), one + "\n"]
    nonces.spend(one)
    assert not any(nonces.good(spelling, "till") for spelling in spellings)


@pytest.mark.parametrize("text", ["", "A", "ä", "A" * 1000, "=" * 8, "\x00" * 35])
def test_what_is_no_nonce_is_not_good(text: str) -> None:
    assert not _nonces().good(text, "till")


def test_of_many_threads_one_spends_it() -> None:
    nonces = _nonces()
    one = nonces.fresh("till")
    spent: list[bool] = []
    threads = [threading.Thread(target=lambda: spent.append(nonces.spend(one))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(spent) == [False] * 7 + [True]
