"""``python -m sync_server``: a head office set up, served, looked into and checked by commands."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text

from shared.access.pins import pin_fits
from shared.access.queries import people_at
from shared.channel.documents import ChannelPublished, SalesOrg
from shared.channel.tables import sales_org
from shared.core.errors import RuleViolation
from shared.journal.chain import SigningKey
from shared.sync.messages import Enrol, EnrolAnswer, Hello, HelloAnswer, pack, unpack
from shared.sync.requests import enrolment_message
from sync_server.__main__ import main
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.home import create, open_home
from tests.integration.server.wire import Wire


@pytest.fixture
def home(tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]) -> Path:
    """A head office set up by command, once on each database."""
    folder = tmp_path / "home"
    chosen = [] if address.startswith("sqlite") else ["--database", address]
    assert main(["init", "--home", str(folder), *chosen]) == 0
    capsys.readouterr()
    return folder


def test_a_new_head_office_is_empty_and_verified(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--home", str(home), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["documents"], found["kept"], found["tasks"], found["devices"]) == (0, 0, 0, [])
    assert found["sales"]["invoices"] == 0
    assert main(["verify", "--home", str(home)]) == 0


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_only_its_owner_reads_the_key(home: Path) -> None:
    assert (home / "hq.key").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700


def test_an_existing_head_office_is_never_overwritten(
    home: Path, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = (home / "hq.key").read_text()
    assert main(["init", "--home", str(home)]) == 1
    assert "HOME_EXISTS" in capsys.readouterr().err
    assert (home / "hq.key").read_text() == key
    if address.startswith("postgresql"):
        other = str(tmp_path / "other")
        assert main(["init", "--home", other, "--database", address]) == 1
        assert "DATABASE_TAKEN" in capsys.readouterr().err


def test_a_folder_without_a_head_office_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--home", str(tmp_path / "none")]) == 1
    assert "HOME_MISSING" in capsys.readouterr().err


@pytest.mark.parametrize("database", ["mysql://x", "sqlite:relative", "postgresql://no-driver"])
def test_an_address_of_another_kind_is_refused(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--home", str(tmp_path / "h"), "--database", database]) == 1
    assert "DATABASE_ADDRESS" in capsys.readouterr().err


def test_an_unreachable_database_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = "postgresql+psycopg://x@127.0.0.1:1/x"
    assert main(["init", "--home", str(tmp_path / "h"), "--database", database]) == 1
    assert "DATABASE_UNREACHABLE" in capsys.readouterr().err
    assert not (tmp_path / "h" / "hq.key").exists(), "the next try must not find half a home"


@pytest.mark.parametrize("option", ["--port", "--metrics-port"])
@pytest.mark.parametrize("number", ["-1", "65536"])
def test_a_port_that_is_none_is_refused_before_anything_is_opened(
    tmp_path: Path, option: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--home", str(tmp_path / "none"), f"{option}={number}"])
    assert f"argument {option}: " in capsys.readouterr().err


def test_a_database_of_a_later_program_is_refused_untouched(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = open_home(home, "", SystemRandomness())
    with office.database.write() as connection:
        connection.execute(text("UPDATE about SET value = '99' WHERE name = 'schema_version'"))
    office.database.close()

    for command in (["status"], ["serve", "--port", "0"], ["verify"]):
        assert main([*command, "--home", str(home)]) == 1
        told = capsys.readouterr().err
        assert "DATABASE_NEWER" in told
        assert "run the program that wrote it" in told


def test_a_damaged_database_is_refused_with_a_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "h"
    main(["init", "--home", str(home)])
    file = home / "head_office.db"
    file.write_bytes(b"not a database at all" * 1000)
    assert main(["status", "--home", str(home)]) == 1
    told = capsys.readouterr().err
    assert "DATABASE_DAMAGED" in told
    assert "restore the newest proved backup" in told
    assert file.read_bytes() == b"not a database at all" * 1000


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["--type", "till", "--site", "", "--tag", "01"], "SITE_ID_UNUSABLE"),
        (["--type", "till", "--site", "../x", "--tag", "01"], "SITE_ID_UNUSABLE"),
        (["--type", "hq", "--site", "SH01", "--tag", "01"], "SITE_ID_UNUSABLE"),
        (["--type", "till", "--site", "SH01", "--tag", "0 1"], "TAG_UNUSABLE"),
    ],
)
def test_a_device_that_cannot_be_is_not_enrolled(
    home: Path, said: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["enrol", "--home", str(home), *said]) == 1
    assert code in capsys.readouterr().err


def test_people_are_stated_and_devices_revoked_by_command(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--home", str(home)]
    assert main(["user", "wang", "--role", "clerk", "--site", "SH01", *where]) == 0
    assert main(["user", "boss", "--role", "head_office", *where]) == 0
    assert main(["user", "li", "--role", "clerk", *where]) == 1
    assert "SITE_ID_UNUSABLE" in capsys.readouterr().err
    assert main(["revoke", "SH01.09", *where]) == 1
    assert "DEVICE_UNKNOWN" in capsys.readouterr().err

    office = open_home(home, "", SystemRandomness())
    with office.database.read() as connection:
        may = office.hq.directory.permissions_of
        assert "sale.make" in may(connection, "wang", "SH01")
        assert "sale.make" not in may(connection, "wang", "SH02")
        assert "price.publish" in may(connection, "boss", "")
    office.database.close()


def test_the_command_line_gives_a_pin_and_leaves_it_alone_afterwards(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--role", "clerk", "--site", "SH01", "--home", str(home)]
    assert main(["user", "wang", "--pin", "2468", *where]) == 0
    assert main(["user", "wang", "--name", "王芳", *where]) == 0
    assert main(["user", "wang", "--pin", "11", *where]) == 1
    assert "PIN_BAD" in capsys.readouterr().err
    office = open_home(home, "", SystemRandomness())
    with office.database.read() as connection:
        (wang,) = people_at(connection, "SH01")
    office.database.close()
    assert wang.name == "王芳"
    assert pin_fits("2468", wang.pin_hash)


def test_a_head_office_can_begin_with_its_first_people(tmp_path: Path) -> None:
    home = tmp_path / "h"
    assert main(["init", "--home", str(home), "--admin", "boss", "--admin", "vice"]) == 0
    office = open_home(home, "", SystemRandomness())
    with office.database.read() as connection:
        for person in ("boss", "vice"):
            assert "access.grant" in office.hq.directory.permissions_of(connection, person, "")
    office.database.close()


def test_a_head_office_stands_with_its_first_documents_or_not_at_all(
    tmp_path: Path, address: str
) -> None:
    home, chance = tmp_path / "h", SystemRandomness()
    chosen = "" if address.startswith("sqlite") else address
    orgs = [SalesOrg(sales_org_id=one, name="x") for one in ("FX", "F X")]
    with pytest.raises(RuleViolation, match="NAME_UNUSABLE"):
        create(home, chosen, SystemClock(), chance, [ChannelPublished(sales_orgs=tuple(orgs))])
    assert list(home.iterdir()) == []
    create(home, chosen, SystemClock(), chance).database.close()


def test_a_first_person_without_an_id_is_refused_before_anything_is_set_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--home", str(tmp_path / "h"), "--admin", "boss", "--admin", ""]) == 1
    assert "USER_INCOMPLETE" in capsys.readouterr().err
    assert not (tmp_path / "h").exists()


def test_others_are_not_served_without_tls(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--home", str(home), "--host", "0.0.0.0", "--port", "0"]) == 1
    assert "TLS_MISSING" in capsys.readouterr().err


@pytest.mark.slow
def test_a_served_head_office_enrols_a_device_and_stops_in_order(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["enrol", "--home", str(home), "--type", "till", "--site", "SH01", "--tag", "02"])
    code = capsys.readouterr().out.strip()
    process = subprocess.Popen(
        [sys.executable, "-m", "sync_server", "serve", "--home", str(home), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        key = SigningKey.from_seed(b"k" * 32)
        proof = key.sign_request(enrolment_message(code))
        enrol = Enrol(code=code, public_key=key.public, signature=proof)
        answer = unpack(httpx.post(f"{url}/enrol", content=pack(enrol)).content, EnrolAnswer)
        wire = Wire(url, answer.device_id, key, nonce=answer.nonce)
        hello = Hello(
            protocol=1, incarnation=1, epoch=answer.epoch, head_n=0, head_hash=b"", cursors=[]
        )
        assert wire.ask("/hello", hello, HelloAnswer).epoch == answer.epoch
    finally:
        process.send_signal(signal.SIGTERM)
        stopped = process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
    assert stopped == 0
    main(["status", "--home", str(home), "--json"])
    devices = [one["device_id"] for one in json.loads(capsys.readouterr().out)["devices"]]
    assert devices == ["HQ", "SH01.02"]
    assert main(["verify", "--home", str(home)]) == 0


def test_a_new_head_office_gets_its_first_sales_organisation_and_none_is_changed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["org", "--home", str(home)]
    assert main([*command, "FX", "--name", "分销", "--currency", "CNY"]) == 0
    assert main([*command, "FX", "--name", "分销"]) == 0
    assert capsys.readouterr().out.endswith("FX 分销 CNY stands already\n")
    for said, code in (
        (["FX", "--name", "别的"], "SALES_ORG_EXISTS"),
        (["A B", "--name", "x"], "NAME_UNUSABLE"),
        (["ODM", "--name", " "], "NAME_MISSING"),
        (["ODM", "--name", "x", "--currency", "XXX"], "CURRENCY_UNKNOWN"),
    ):
        assert main([*command, *said]) == 1
        assert code in capsys.readouterr().err
    assert main(["status", "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents"] == 1
    office = open_home(home, "", SystemRandomness())
    with office.database.read() as connection:
        found = connection.execute(select(sales_org)).one()
    office.database.close()
    assert (found.id, found.name, found.currency) == ("FX", "分销", "CNY")
    assert main(["verify", "--home", str(home)]) == 0
