"""T64 at head office: each planted condition raises its alarm, which says what to do."""

import json
import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from shared.channel.documents import DeviceForked
from shared.journal.document import Body
from sync_server.__main__ import main
from sync_server.operations.doctor import Limits, diagnose
from sync_server.operations.doctor_words import sentence
from sync_server.store.migrations import tell
from sync_server.sync.contacts import Contact, write_contacts
from sync_server.sync.head_office import draft_of, publish
from tests.integration.server.safe_house import SafeHouse, opened, safe_house
from tests.integration.server.two_shops import Place, two_shops
from tests.integration.server.world import NOON_US

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SafeHouse]:
    """A head office about which there is nothing to say."""
    folder = tmp_path_factory.mktemp("well")
    with two_shops("sqlite", folder) as place:
        made = safe_house(place, folder)
        made.sell(2)
        made.backup()
        assert made.drill().problems == []
        yield made


@pytest.fixture
def house(well: SafeHouse, tmp_path: Path) -> Iterator[SafeHouse]:
    """A copy of it, to be spoiled."""
    shutil.copytree(well.office.home, tmp_path / "home")
    office = opened(tmp_path / "home")
    place = Place(office, well.place.line, well.place.mine, well.place.theirs)
    yield SafeHouse(place, tmp_path / "backups", well.safe, well.clock)
    office.database.close()


def told(house: SafeHouse, later_us: int = 0, limits: Limits | None = None) -> dict[str, str]:
    """The doctor's codes with their sentences."""
    now_us = house.clock.now_us() + later_us
    found = diagnose(house.office, now_us, limits or Limits(free_mib=0))
    for one in found:
        assert sentence(one, "zh") != sentence(one, "en")
    return {one.code: sentence(one, "en") for one in found}


def test_a_head_office_that_is_well_is_told_so(house: SafeHouse) -> None:
    assert told(house) == {}


def _fact(house: SafeHouse, name: str, value: object) -> None:
    with house.office.database.write() as connection:
        tell(connection, name, str(value))


def _contact(house: SafeHouse, at_us: int, unsent: int) -> None:
    contact = Contact(
        device_id="SH01.01", site_id="SH01", seen_at_us=at_us, unsent=unsent, program="1"
    )
    with house.office.database.write() as connection:
        write_contacts(connection, house.office.hq, [contact])


def _publish(house: SafeHouse, body: Body) -> None:
    draft = draft_of(house.office.hq, body, NOON_US)
    with house.office.database.write() as connection:
        publish(connection, house.office.hq, [draft], NOON_US)


def _fork(house: SafeHouse) -> None:
    _publish(
        house,
        DeviceForked(
            device_id="SH01.01",
            site_id="SH01",
            incarnation=2,
            from_incarnation=1,
            since_n=1,
            asked_head=b"x",
        ),
    )


def _kept(house: SafeHouse) -> None:
    house.edit(
        "INSERT INTO kept_document (id, device_id, state, _digest, _slot, _extra)"
        " VALUES ('x', 'SH01.01', 'open', 0, 0, x'')"
    )


def _nothing(_house: SafeHouse) -> None:
    """Time alone does it."""


PLANTED: dict[str, tuple[Callable[[SafeHouse], None], int]] = {
    "BACKUP_NEVER": (lambda house: _fact(house, "backup_made_at_us", 0), 0),
    "BACKUP_OLD": (_nothing, 27 * HOUR_US),
    "BACKUP_UNPROVED": (lambda house: _fact(house, "backup_verified_made_at_us", 0), 0),
    "BACKUP_PROVED_OLD": (_nothing, 9 * DAY_US),
    "RECOVERING": (lambda house: _fact(house, "recovering_since_us", 1), 0),
    "KEY_OTHER": (lambda house: _fact(house, "public_key", "00"), 0),
    "VERIFY_FAILED": (
        lambda house: house.edit("UPDATE journal SET stored = signature WHERE n = 2"),
        0,
    ),
    "CLOCK_BEHIND": (_nothing, -HOUR_US),
    "FORKED": (_fork, 0),
    "KEPT_OPEN": (_kept, 0),
    "UNSENT_LONG": (lambda house: _contact(house, NOON_US, 3), 2 * HOUR_US),
    "SILENT": (_nothing, 4 * DAY_US),
    "SNAPSHOTS_MISSING": (
        lambda house: house.edit(
            "INSERT INTO snapshot (scope, generation, seq, name, bytes)"
            " VALUES ('all', 1, 1, 'x', 1)"
        ),
        0,
    ),
    "RIGHTS_LOOSE": (lambda house: (house.office.home / "hq.key").chmod(0o644), 0),
}


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_condition_raises_its_alarm(house: SafeHouse, code: str) -> None:
    plant, later_us = PLANTED[code]
    assert code not in told(house)
    plant(house)
    assert code in told(house, later_us)


def test_an_unsent_document_is_no_alarm_before_an_hour(house: SafeHouse) -> None:
    _contact(house, NOON_US, 3)
    assert "UNSENT_LONG" not in told(house, HOUR_US // 2)


def test_who_sent_all_it_announced_and_was_switched_off_is_no_alarm(house: SafeHouse) -> None:
    _contact(house, NOON_US, 2)
    assert "UNSENT_LONG" not in told(house, 2 * HOUR_US), "both came in the same minute"
    house.edit("UPDATE journal SET stored_at_us = stored_at_us - 1 WHERE n = 1")
    assert "UNSENT_LONG" in told(house, 2 * HOUR_US), "the first was here before it spoke"


def test_a_tampered_row_or_sum_is_in_the_sample(house: SafeHouse) -> None:
    house.edit("UPDATE stock_move SET qty_micro = qty_micro + 1")
    assert "stock_move" in told(house)["VERIFY_FAILED"]
    house.edit("UPDATE stock_move SET qty_micro = qty_micro - 1")
    assert told(house) == {}
    house.edit("UPDATE stock_balance SET came_in = came_in + 1")
    assert "stock_balance" in told(house)["VERIFY_FAILED"]


def test_little_room_and_a_large_log_are_told(
    house: SafeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1, 1, 1024))
    assert "DISK_LOW" in told(house, limits=Limits(free_mib=1))
    monkeypatch.undo()
    house.edit("UPDATE about SET value = value")
    assert "WAL_LARGE" in told(house, limits=Limits(free_mib=0, wal_mib=0))


def _certificate(path: Path, days: float) -> Path:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hq")])
    made = datetime.fromtimestamp(NOON_US // 1_000_000, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(made - timedelta(days=90))
        .not_valid_after(made + timedelta(days=days))
        .sign(key, None)
    )
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize("days", [20, -1])
def test_a_certificate_near_its_end_is_told(house: SafeHouse, tmp_path: Path, days: float) -> None:
    file = _certificate(tmp_path / "tls.pem", days)
    assert "CERTIFICATE_ENDS" in told(house, limits=Limits(free_mib=0, certificate=file))
    assert told(house, limits=Limits(free_mib=0, certificate=_certificate(file, 60))) == {}
    file.write_bytes(b"nothing")
    assert "CERTIFICATE_UNREADABLE" in told(house, limits=Limits(free_mib=0, certificate=file))


def test_a_damaged_file_is_told(house: SafeHouse, capsys: pytest.CaptureFixture[str]) -> None:
    home = house.office.home
    house.office.database.close()
    file = home / "head_office.db"
    data = bytearray(file.read_bytes())
    for at in range(40_960, len(data), 40_960):
        data[at : at + 64] = bytes(64)
    file.write_bytes(data)
    assert main(["doctor", "--home", str(home), "--json"]) == 1
    codes = {one["code"] for one in json.loads(capsys.readouterr().out)["troubles"]}
    assert codes & {"DATABASE_DAMAGED", "OFFICE_CLOSED"}


def test_what_cannot_be_opened_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--home", str(tmp_path / "none")]) == 1
    assert "OFFICE_CLOSED: Head office cannot be opened (HOME_MISSING)" in capsys.readouterr().out


def test_by_command_in_both_languages(house: SafeHouse, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(house.office.home)
    assert main(["doctor", "--home", home]) == 1, "by the true clock the backup is old"
    assert "BACKUP_OLD: The last backup is" in capsys.readouterr().out
    assert main(["doctor", "--home", home, "--language", "zh"]) == 1
    assert "BACKUP_OLD: 最近一次备份" in capsys.readouterr().out
