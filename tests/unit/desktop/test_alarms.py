"""T64 on a device: each planted condition raises its alarm, and a device that is well has none."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from desktop.shell.statusbar import Standing, light_text
from desktop.store.identity import Identity
from desktop.store.local import LocalStore
from desktop.sync.alarms import FINDINGS, FREE_BYTES, HOUR_US, alarms
from desktop.ui.theme import Tone
from desktop.words.texts import Language, Words
from shared.sync.confirm import Finding
from tests.builders.devices import a_store, an_identity
from tests.builders.small_shop import a_sale
from tests.fakes.edges import FakeClock

MINUTE_US = 60_000_000


@pytest.fixture
def store() -> Iterator[LocalStore]:
    made = a_store(clock=FakeClock())
    yield made
    made.close()


def told(store: LocalStore, later_us: int = 0, free_bytes: int = 1 << 40) -> list[str]:
    identity: Identity = replace(an_identity(), server_url="https://hq.example")
    now_us = FakeClock().now_us() + later_us
    found = store.read(lambda c: alarms(c, identity, now_us, free_bytes=free_bytes))
    return [one.code for one in found]


def _sell(store: LocalStore) -> None:
    store.run("wang", lambda session: session.append(a_sale("A1")))


def _clock_off(store: LocalStore) -> None:
    store.set_state(clock_offset_us=-6 * MINUTE_US, clock_doubt_us=1_000)


def _find(code: str) -> Callable[[LocalStore], None]:
    def plant(store: LocalStore) -> None:
        finding = Finding(code=code, scope="", slot=1)
        store.transact(lambda c: store.store_findings(c, [finding]))

    return plant


PLANTED: dict[str, tuple[Callable[[LocalStore], None], int]] = {
    "UNSENT_LONG": (_sell, HOUR_US + 1),
    "CLOCK_SUSPECT": (_clock_off, 0),
    **{code: (_find(code), 0) for code in FINDINGS},
}


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_condition_raises_its_alarm(store: LocalStore, code: str) -> None:
    plant, later_us = PLANTED[code]
    assert told(store) == []
    plant(store)
    assert told(store, later_us) == [code]


def test_a_disk_nearly_full_comes_first(store: LocalStore) -> None:
    _sell(store)
    assert told(store, 2 * HOUR_US, FREE_BYTES - 1) == ["DISK_LOW", "UNSENT_LONG"]


def test_what_is_right_raises_none(store: LocalStore) -> None:
    store.set_state(clock_offset_us=4 * MINUTE_US)
    _sell(store)
    assert told(store, HOUR_US - 1, FREE_BYTES) == []
    store.acknowledge(1, b"x", b"y", {})
    assert told(store, 9 * HOUR_US) == []


@pytest.mark.parametrize("off_us", [-8 * HOUR_US, 8 * HOUR_US])
def test_unsent_is_told_in_time_though_the_clock_is_hours_off(
    store: LocalStore, off_us: int
) -> None:
    store.set_state(clock_offset_us=off_us, clock_doubt_us=1_000)
    _sell(store)
    assert told(store, HOUR_US - 1) == ["CLOCK_SUSPECT"]
    assert told(store, HOUR_US + 1) == ["CLOCK_SUSPECT", "UNSENT_LONG"]


def test_an_old_finding_is_told_no_more(store: LocalStore) -> None:
    _find("DEVICE_FORKED")(store)
    assert told(store, 23 * HOUR_US) == ["DEVICE_FORKED"]
    assert told(store, 25 * HOUR_US) == []


@pytest.mark.parametrize("code", [*PLANTED, "DISK_LOW"])
def test_the_status_bar_shows_it_in_both_languages(code: str) -> None:
    standing = Standing(now_us=1, synced_at_us=1, alarm=code)
    assert standing.tone in {Tone.WAITING, Tone.BAD}
    shown = {light_text(Words(one), standing) for one in Language}
    assert len(shown) == 2
    assert not any("bar." in text for text in shown)


def test_the_light_says_that_head_office_is_recovering() -> None:
    standing = Standing(now_us=1, synced_at_us=1, is_recovering=True)
    assert light_text(Words(Language.ENGLISH), standing) == (
        "Head office is recovering: figures not whole"
    )
    assert standing.tone is Tone.WAITING
