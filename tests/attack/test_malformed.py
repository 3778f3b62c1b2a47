"""T40: no malformed request is a fault of ours, changes anything, or takes long."""

from pathlib import Path

import pytest

from tests.attack.house import house
from tests.attack.malformed import SECONDS_MAX, Attacker, digest_of_all, routes_of


def test_malformed_requests_fault_nothing_change_nothing_and_take_no_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_server.http.app.WAIT_S_MAX", 0)
    with house(tmp_path, shops=3) as made:
        attacker = Attacker(made, seed=40)
        tally = attacker.run(1_000)
        attacker.close()
        dearest = made.line.dearest

    assert tally.faults == []
    assert dearest[0] < SECONDS_MAX, dearest
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    assert len(tally.codes) > 12, "the deep layers are reached"
    assert tally.changed > 50, "documents in good form with bad fields are taken and kept"


@pytest.mark.parametrize("value", [2**63, 2**64 - 1, -(2**63), "\0", "9" * 40])
def test_no_place_of_any_message_takes_what_no_column_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: int | str
) -> None:
    monkeypatch.setattr("sync_server.http.app.WAIT_S_MAX", 0)
    with house(tmp_path, shops=1) as made:
        attacker = Attacker(made, seed=63)
        tally = attacker.exhaust(["S001.01"], [value])
        attacker.close()
    assert tally.faults == []
    assert tally.requests > 50


def test_every_route_that_takes_a_message_is_attacked(tmp_path: Path) -> None:
    with house(tmp_path, shops=1) as made:
        attacked = {path for path, _ in Attacker(made, seed=1)._packed}
        missing = routes_of(made) - attacked - {"/enrol", "/join"}
    assert missing == set()


def test_the_database_of_head_office_is_what_the_refusals_are_held_against(tmp_path: Path) -> None:
    """The watch of the attacker sees a change, and the refused requests made none."""
    with house(tmp_path, shops=1) as made:
        attacker = Attacker(made, seed=1)
        before, version = digest_of_all(made), attacker._version()
        made.till(1).wire.ask("/pull", b"\x00\xc1")
        assert (digest_of_all(made), attacker._version()) == (before, version)
        made.till(1).add_bytes(b"\xc1")
        made.till(1).push(len(made.till(1).slots))
        assert digest_of_all(made) != before
        assert attacker._version() != version
        attacker.close()
