"""T50: what nobody is to read stands in no log, database, spool, answer, crash or process list."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.exc

import desktop.sync.credentials
from desktop.app.crashes import CrashBook
from desktop.app.system import SystemClock
from desktop.headless.__main__ import main
from desktop.store.engine import open_writer
from sync_server.enrolment.codes import make_code
from sync_server.enrolment.joining import make_join_code
from sync_server.operations.edges import SystemRandomness
from sync_server.operations.home import create, open_home
from sync_server.store.engine import open_database
from sync_server.sync.head_office import draft_of, publish
from tests.builders.founded_shop import CREAM, SHEET
from tests.integration.desktop.served_brand import brand

PINS = {"given": "739158264017", "changed": "480261937558", "guessed": "915507264380"}
PHONE = "13907316482"
"""Stands in the database, where the shop finds its member; in no log, error or crash."""


@dataclass
class Told:
    """All that a flow left, and the secrets that went through it."""

    secrets: dict[str, bytes] = field(default_factory=dict)
    printed: io.StringIO = field(default_factory=io.StringIO)
    folders: list[Path] = field(default_factory=list)
    processes: bytes = b""
    server_log: Path | None = None


def _run(told: Told, home: Path, *arguments: str, by: str = "") -> Any:
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(told.printed):
        main(["--home", str(home), "--language", "en", "--as", by, *arguments])
    told.printed.write(printed.getvalue())
    return json.loads(printed.getvalue().splitlines()[-1])


@contextmanager
def _served(home: Path, log: Path) -> Iterator[tuple[str, int]]:
    line = [sys.executable, "-m", "sync_server", "serve", "--home", str(home), "--port", "0"]
    with log.open("wb") as errors:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1], process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)
            process.stdout.close()


def _in_process_list(pid: int) -> bytes:
    folder = Path("/proc") / str(pid)
    if not folder.exists():
        return b""
    return (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A shop is founded with a PIN, works, joins a served head office, and is attacked a little."""
    folder, told = tmp_path_factory.mktemp("secrets"), Told()
    patch = pytest.MonkeyPatch()
    save = desktop.sync.credentials.FileKeyStore.save

    def noted(self: Any, name: str, seed: bytes) -> None:
        told.secrets[f"device key {name} {len(told.secrets)}"] = seed
        save(self, name, seed)

    patch.setattr(desktop.sync.credentials.FileKeyStore, "save", noted)
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    _play(told, folder)
    yield told
    patch.undo()


def _play(told: Told, folder: Path) -> None:
    shop, server, till = folder / "shop", folder / "server", folder / "till"
    told.folders, told.server_log = [shop, till, server], folder / "server.log"
    told.secrets |= {f"PIN {name}": pin.encode() for name, pin in PINS.items()}
    join, enrol = _codes(server)
    told.secrets |= {"join code": join.encode(), "enrol code": enrol.encode()}
    told.secrets["head office key"] = bytes.fromhex((server / "hq.key").read_text().strip())
    sheet = folder / "goods.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    founded = _run(told, shop, "found-shop", "--name", "x", "--owner", "y", "--pin", PINS["given"])
    owner = founded["user_id"]
    _run(told, shop, "take-in-goods", "--file", str(sheet), by=owner)
    _run(told, shop, "sign-in", "--user", owner, "--pin", PINS["guessed"], by=owner)
    _run(told, shop, "sign-in", "--user", owner, "--pin", PINS["given"], by=owner)
    _run(told, shop, "pin-change", "--old", PINS["given"], "--new", PINS["changed"], by=owner)
    _run(told, shop, "pin-change", "--old", PINS["guessed"], "--new", "1", by=owner)
    _run(told, shop, "member-new", "--name", "m", "--phone", PHONE, by=owner)
    _run(told, shop, "member-new", "--name", "m", "--phone", f"{PHONE}/x", by=owner)
    _run(told, shop, "sell", "--line", f"2*{CREAM}", "--tender", "cash=400", by=owner)
    with _served(server, told.server_log) as (url, pid):
        _run(told, shop, "join", "--server", url, "--code", join, by=owner)
        _run(told, shop, "join", "--server", url, "--code", join, by=owner)
        _run(told, till, "enrol", "--server", url, "--code", enrol)
        _run(told, till, "enrol", "--server", url, "--code", enrol)
        _run(told, folder / "other", "enrol", "--server", url, "--code", enrol)
        _run(told, till, "sync")
        _run(told, shop, "sync", by=owner)
        told.processes = _in_process_list(pid)
    for command in ("status", "people", "day", "kept", "tasks"):
        _run(told, shop, command, by=owner)


def _codes(server: Path) -> tuple[str, str]:
    clock, random = SystemClock(), SystemRandomness()
    create(server, "", clock, random).database.close()
    office = open_home(server, "", random)
    now_us = clock.now_us()
    with office.database.write() as connection:
        publish(
            connection, office.hq, [draft_of(office.hq, one, now_us) for one in brand()], now_us
        )
        codes = (
            make_join_code(connection, random, account_id="D1", now_us=now_us),
            make_code(
                connection, random, device_type="till", site_id="SH01", tag="01", now_us=now_us
            ),
        )
    office.database.close()
    return codes


def _forms(secret: bytes) -> list[bytes]:
    """A secret as it stands, as hex, and a code without its strokes."""
    return [secret, secret.hex().encode(), secret.replace(b"-", b"")]


def test_no_secret_lies_in_a_folder_but_the_key_in_its_own_file(told: Told) -> None:
    hits = [
        f"{path.name}: {name}"
        for folder in told.folders
        for path in folder.rglob("*")
        if path.is_file()
        for name, secret in told.secrets.items()
        for form in _forms(secret)
        if form in path.read_bytes() and (path.name, name) != ("hq.key", "head office key")
    ]
    assert hits == []
    assert len([name for name in told.secrets if name.startswith("device key")]) >= 2
    assert sum(1 for folder in told.folders for _ in folder.rglob("*")) > 8


def test_no_secret_and_no_phone_is_printed_or_logged(told: Told) -> None:
    assert told.server_log is not None
    said = told.printed.getvalue().encode() + told.server_log.read_bytes()
    hits = [
        name
        for name, secret in {**told.secrets, "phone": PHONE.encode()}.items()
        for form in _forms(secret)
        if form in said and name != "phone"
    ]
    assert hits == []
    assert PHONE.encode() not in told.server_log.read_bytes()
    assert b"PIN_WRONG" in said, "the flow really was refused"
    assert b"BAD_ENROLMENT" in said


def test_no_secret_stands_in_the_list_of_processes(told: Told) -> None:
    assert told.processes, "read while it ran"
    assert [
        n for n, s in told.secrets.items() for form in _forms(s) if form in told.processes
    ] == []


def test_a_crash_tells_no_word_of_what_was_typed(tmp_path: Path) -> None:
    book = CrashBook(tmp_path, SystemClock())
    for error in (
        ValueError(PINS["given"], PHONE),
        sqlalchemy.exc.IntegrityError("INSERT", {"phone": PHONE}, Exception(PHONE)),
        KeyError(PHONE),
    ):
        try:
            raise error
        except Exception as caught:
            _, text = book.write(caught, screen="till")
        assert PHONE not in text
        assert PINS["given"] not in text
    kept = b"".join(path.read_bytes() for path in (tmp_path / "logs").iterdir())
    assert PHONE.encode() not in kept


def test_an_error_of_either_database_quotes_no_row(tmp_path: Path) -> None:
    """A traceback that somebody prints after all holds statements, never what was in them."""
    office = open_database(f"sqlite:///{tmp_path / 'office.db'}")
    till = open_writer(tmp_path / "till.db")
    for begun in (office.write(), till.begin()):
        with pytest.raises(sqlalchemy.exc.DBAPIError) as raised, begun as connection:
            connection.execute(sqlalchemy.text("INSERT INTO nothing VALUES (:p)"), {"p": PHONE})
        assert PHONE not in str(raised.value)
    office.close()
    till.dispose()
