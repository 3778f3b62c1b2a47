"""verify: whatever is changed behind the server's back is found and named."""

import pytest
from sqlalchemy import text

from sync_server.operations.verify import faults
from tests.integration.server.tiny import Asked, NoteWritten, Sold
from tests.integration.server.world import REGISTRY, SCHEMA, World


@pytest.fixture
def busy(world: World) -> World:
    """A head office with two tills, sales, notes, decisions and a kept document."""
    for tag in ("01", "02"):
        till = world.enrol(tag=tag)
        for number in range(4):
            till.add(Sold(product=f"P{number % 2}", qty_micro=1_000_000))
            till.add(NoteWritten(note_id=f"{tag}{number % 2}", title=f"title {number}"))
        till.add(Asked(wanted=3))
        till.add_bytes(b"\xc1 unreadable")
        till.push()
    return world


def _faults(world: World) -> list[str]:
    with world.database.read() as connection:
        key = world.hq.author.key.public
        return [str(fault) for fault in faults(connection, REGISTRY, SCHEMA, key)]


def test_an_untouched_head_office_has_no_fault(busy: World) -> None:
    assert _faults(busy) == []


def _where(n: int) -> str:
    return f"device_id = 'SH01.01' AND n = {n}"


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (
            f"UPDATE journal SET stored = signature WHERE {_where(3)}",
            "SH01.01/1 slot 3: the stored",
        ),
        (f"DELETE FROM journal WHERE {_where(3)}", "SH01.01/1 slot 4: follows slot 2"),
        (f"DELETE FROM journal WHERE {_where(10)}", "SH01.01/1 slot 9: the last slot"),
        (f"UPDATE journal SET link_hash = hash WHERE {_where(5)}", "SH01.01/1 slot 5: the link"),
        (f"UPDATE journal SET uid = 'x' WHERE {_where(1)}", "SH01.01/1 slot 1: stands under"),
        (
            f"UPDATE journal SET signature = link_signature WHERE {_where(1)}",
            "SH01.01/1 slot 1: the signature of the document",
        ),
        (
            f"UPDATE journal SET link_signature = signature WHERE {_where(10)}",
            "SH01.01/1 slot 10: the signature of the link",
        ),
        ("UPDATE tiny_move SET qty_micro = 1 WHERE product = 'P1'", "tiny_move"),
        ("UPDATE tiny_note SET title = 'other' WHERE id = '010'", "tiny_note 010: the row"),
        ("DELETE FROM tiny_note WHERE id = '010'", "scope hq: head says"),
        ("UPDATE scope_head SET count = count + 1 WHERE scope = 'hq'", "scope hq: head says"),
        ("UPDATE scope_head SET digest = 7 WHERE scope = 'hq'", "scope hq: head says"),
        ("DELETE FROM feed WHERE seq = 1", "its feed names"),
        (
            "UPDATE tiny_balance SET came_in = came_in + 1 WHERE \"end\" = 'customer'",
            "tiny_balance customer P0: came in",
        ),
        ("DELETE FROM tiny_balance WHERE \"end\" = 'customer'", "is missing"),
        ("DELETE FROM device WHERE id = 'SH01.02'", "SH01.02: a journal of a device nobody"),
    ],
)
def test_a_change_behind_the_servers_back_is_named(busy: World, edit: str, found: str) -> None:
    with busy.database.write() as connection:
        assert connection.execute(text(edit)).rowcount
    assert any(found in fault for fault in _faults(busy)), _faults(busy)
