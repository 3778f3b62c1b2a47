"""What a server does beside its requests goes on after any fault, and says it."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlcipher3 import dbapi2

import sync_server.http.service
from shared.channel.tables import device_contact
from sync_server.http import chores
from sync_server.http.service import Service
from sync_server.sync import daily
from sync_server.sync.contacts import Contact, Contacts
from sync_server.sync.snapshot import Snapshots
from tests.integration.server.tiny import Published
from tests.integration.server.wire import running, service_of
from tests.integration.server.world import NOON_US, World


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(chores, "SNAPSHOT_PAUSE_S", 0.01)
    monkeypatch.setattr(chores, "SUM_PAUSE_S", 0.01)
    monkeypatch.setattr(chores, "CONTACT_ROUNDS", 1)
    return service_of(world, tmp_path)


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def _has_file(service: Service) -> bool:
    with service.database.read() as connection:
        return service.snapshots.due(connection) == []


def test_a_disk_that_was_full_for_one_file_does_not_end_the_making_of_files(
    world: World,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made, make = list[str](), Snapshots.make

    def once_full(self: Snapshots, connection: object, scope: str) -> object:
        made.append(scope)
        if len(made) == 1:
            # As the driver says it: no error of SQLAlchemy's, and none of the system's.
            raise dbapi2.OperationalError("database or disk is full")
        return make(self, connection, scope)  # type: ignore[arg-type]

    monkeypatch.setattr(Snapshots, "make", once_full)
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    with caplog.at_level(logging.ERROR), running(service):
        _until(lambda: len(made) == 1)
        service.write(lambda _connection: None)
        _until(lambda: _has_file(service))
    assert made == ["org:O1", "org:O1"]
    assert "files of scopes could not be brought up to date" in caplog.text


def test_a_fault_of_one_chore_stops_neither_it_nor_the_others(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = 0

    def faulty(_connection: object) -> bool:
        nonlocal rounds
        rounds += 1
        raise KeyError("a fault of ours")

    monkeypatch.setattr(daily, "is_due", faulty)
    contact = Contact(
        device_id="SH01.01", site_id="SH01", seen_at_us=NOON_US, unsent=0, program="1"
    )

    def heard() -> list[str]:
        with service.database.read() as connection:
            return list(connection.execute(select(device_contact.c.id)).scalars())

    with caplog.at_level(logging.ERROR), running(service):
        _until(lambda: rounds > 1)
        service.contacts.note(contact)
        _until(lambda: heard() == ["SH01.01"])
    assert "daily sums could not be brought up to date" in caplog.text


def test_contacts_that_could_not_be_written_are_written_another_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def contact(device_id: str, seen_at_us: int) -> Contact:
        return Contact(
            device_id=device_id, site_id="SH01", seen_at_us=seen_at_us, unsent=0, program="1"
        )

    def away(*_given: object) -> None:
        # While the database is asked, one of them comes again.
        service.contacts.note(contact("SH01.02", 2))
        raise OSError

    service.contacts.note(contact("SH01.01", 1))
    service.contacts.note(contact("SH01.02", 1))
    with monkeypatch.context() as patch:
        patch.setattr(sync_server.http.service, "write_contacts", away)
        with pytest.raises(OSError):
            service.write_contacts()
    assert [(one.device_id, one.seen_at_us) for one in service.contacts.take()] == [
        ("SH01.01", 1),
        ("SH01.02", 2),
    ]
    assert Contacts().take() == []
