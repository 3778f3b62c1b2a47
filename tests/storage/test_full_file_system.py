"""A file system that is truly full: no fault is injected, the room is gone.

Mounting one takes rights; where they are missing these tests are skipped.
"""

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

import httpx
import pytest
import zstandard

from desktop.app.client import Client
from desktop.app.founding import found_shop
from desktop.app.home import keep_spool_folder
from desktop.app.layout import LAYOUT
from desktop.app.standing import standing_now
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.desk import Desk
from desktop.store.spool import FileSpool
from desktop.sync.conversation import Ask, Fetch, Fetched
from desktop.sync.transport import HttpTransport
from shared.core.errors import QutongError
from shared.sales.documents import Sale, SaleLine, TenderLine
from sync_server.__main__ import main as head_office
from sync_server.store import engine
from tests.builders.founded_shop import NO_PIN
from tests.fakes.keys import MemoryKeyStore
from tests.storage.shop import KEY

BALLAST = 2 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MiB."""
    made = tmp_path / "disk"
    made.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(made)]
    try:
        subprocess.run(line, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    try:
        yield made
    finally:
        subprocess.run(["umount", "-l", str(made)], check=True)


def fill(disk: Path, left: int) -> None:
    """Take all the room but so many bytes."""
    about = os.statvfs(disk)
    with (disk / "filler").open("ab") as filler:
        filler.write(bytes(max(0, about.f_bavail * about.f_frsize - left)))


def make_room(disk: Path) -> None:
    (disk / "filler").unlink()


def open_shop(home: Path, keys: MemoryKeyStore, *, ballast_bytes: int = BALLAST) -> Client:
    return Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        keys=keys,
        ballast_bytes=ballast_bytes,
    )


def outcome(act: Callable[[], object]) -> str:
    """The code of what a person is told; anything else is raised."""
    try:
        act()
    except QutongError as error:
        return error.code
    return "done"


def sell(client: Client) -> None:
    line = SaleLine(
        product_id="P1", qty_micro=1_000_000, unit_price_micro=1_000_000, amount_minor=100
    )
    sale = Sale(
        mode="sale",
        currency="CNY",
        lines=[line],
        tenders=[TenderLine(tender="cash", amount_minor=100)],
        total_minor=100,
    )
    client.store.write(lambda session: session.append(sale))


def sales(client: Client) -> int:
    counting = "SELECT count(*) FROM sale"
    return int(client.store.read(lambda one: one.exec_driver_sql(counting).scalar_one()))


def test_a_till_starts_on_a_full_disk_and_sells_on_its_ballast(disk: Path) -> None:
    home, keys = disk / "shop", MemoryKeyStore()
    with_room = open_shop(home, keys)
    owner = found_shop(with_room, NO_PIN).user_id
    with_room.close()
    fill(disk, 0)
    client = open_shop(home, keys)
    client.store.author_id = owner
    assert [outcome(lambda: sell(client)) for _ in range(3)] == ["done"] * 3
    client.close()
    make_room(disk)
    again = open_shop(home, keys)
    assert sales(again) == 3
    again.close()


def test_a_second_disk_for_the_spool_that_fills_up_is_told_before_it_is_full(
    disk: Path, tmp_path: Path
) -> None:
    home = tmp_path / "shop"
    home.mkdir()
    keep_spool_folder(home, disk / "spool")
    client = open_shop(home, MemoryKeyStore())
    found_shop(client, NO_PIN)

    async def alarm() -> str:
        desk = Desk(client.store)
        try:
            return standing_now(client, desk, None).alarm
        finally:
            desk.close()

    # So small a disk is nearly full from the first day.
    assert asyncio.run(alarm()) == "DISK_LOW"
    rmtree(disk / "spool")
    assert asyncio.run(alarm()) == ""
    client.close()


def test_what_is_half_fetched_goes_before_a_sale_is_refused(disk: Path) -> None:
    """Nobody goes on fetching it: the line has been down since."""
    home, keys = disk / "shop", MemoryKeyStore()
    client = open_shop(home, keys)
    owner = found_shop(client, NO_PIN).user_id
    client.store.author_id = owner
    part = home / "snapshots" / "half.part"
    part.parent.mkdir()
    part.write_bytes(bytes(3 << 20))
    fill(disk, 0)
    for _ in range(5):
        assert outcome(lambda: sell(client)) == "done"
    assert not part.exists()
    assert (home / "ballast").exists()
    client.close()


def test_without_ballast_it_is_told_as_full_and_nothing_told_is_lost(disk: Path) -> None:
    home, keys, told = disk / "shop", MemoryKeyStore(), 0
    seen: Counter[str] = Counter()
    client = open_shop(home, keys, ballast_bytes=4096)
    owner = found_shop(client, NO_PIN).user_id
    client.close()
    for left in (0, 4_096, 16_384, 32_768, 49_152, 65_536, 131_072):
        fill(disk, left)
        opened: list[Client] = []
        seen[outcome(lambda: opened.append(open_shop(home, keys, ballast_bytes=4096)))] += 1  # noqa: B023
        for client in opened:
            client.store.author_id = owner
            codes = [outcome(lambda: sell(client)) for _ in range(4)]  # noqa: B023
            seen.update(codes)
            told += codes.count("done")
            client.close()
        make_room(disk)
        client = open_shop(home, keys, ballast_bytes=4096)
        assert sales(client) == told, left
        client.close()
    assert set(seen) == {"done", "DISK_FULL"}


def test_a_shop_is_begun_on_a_disk_that_has_too_little(disk: Path) -> None:
    home = disk / "shop"
    for left in (0, 4_096, 65_536, 300_000, 1_000_000):
        fill(disk, left)
        assert outcome(lambda: open_shop(home, MemoryKeyStore())) == "DISK_FULL", left
        make_room(disk)
        open_shop(home, MemoryKeyStore()).close()
        rmtree(home)


def free(disk: Path) -> int:
    about = os.statvfs(disk)
    return about.f_bavail * about.f_frsize


def test_a_file_of_rows_that_finds_no_room_leaves_the_shop_its_own(disk: Path) -> None:
    plain = os.urandom(3 << 20)
    packed = zstandard.ZstdCompressor().compress(plain)

    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.headers["range"].removeprefix("bytes=").rstrip("-"))
        return httpx.Response(206, stream=httpx.ByteStream(packed[start:]))

    wire: Any = httpx.MockTransport(answer)
    client = httpx.Client(transport=wire, base_url="http://office")
    transport = HttpTransport(client, "SH01.01", KEY, disk / "snapshots")
    wanted = Fetch(name=sha256(packed).hexdigest(), size=len(packed))
    got: list[object] = []

    def fetch() -> None:
        got.append(transport.send(Ask(f"/snapshot/{wanted.name}", wanted, Fetched)))

    for left in (0, 1 << 20, 4 << 20, 8 << 20):
        fill(disk, left)
        assert outcome(fetch) == "DISK_FULL"
        assert list((disk / "snapshots").iterdir()) == []
        assert free(disk) >= left - 4096
        make_room(disk)
    assert outcome(fetch) == "done"
    (fetched,) = got
    assert isinstance(fetched, Fetched)
    assert Path(fetched.path).read_bytes() == plain


def test_a_spool_is_kept_aside_where_there_is_no_room_for_a_copy(disk: Path) -> None:
    whole = os.urandom(4 << 20)
    spool = FileSpool(disk / "journal.spool")
    spool.append(whole)
    fill(disk, 5 << 20)
    spool.set_aside("spool.aside", whole[: 3 << 20])
    assert (disk / "spool.aside").read_bytes() == whole
    spool.append(b"next")
    assert spool.load() == whole[: 3 << 20] + b"next"
    assert (disk / "spool.aside").read_bytes() == whole
    spool.close()


def told(capsys: pytest.CaptureFixture[str], *line: str | Path) -> tuple[int, str]:
    """How a command of head office ended, and what it said."""
    code = head_office([str(one) for one in line])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_head_office_on_a_full_disk_says_so_and_advises_no_restore(
    disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, backups = disk / "office", disk / "backups"
    for left in (0, 4_096, 300_000):
        fill(disk, left)
        code, said = told(capsys, "init", "--home", home, "--admin", "boss")
        assert code == 1
        assert "full" in said.lower(), said
        make_room(disk)
    assert told(capsys, "init", "--home", home, "--admin", "boss")[0] == 0, "begun anew"
    fill(disk, 0)
    assert "ERROR DISK_FULL" in told(capsys, "status", "--home", home)[1]
    assert "restore no backup" in told(capsys, "doctor", "--home", home)[1]
    make_room(disk)
    assert told(capsys, "status", "--home", home)[0] == 0
    fill(disk, 300_000)
    assert "ERROR BACKUP_UNWRITABLE" in told(capsys, "backup", "--home", home, backups)[1]
    make_room(disk)
    assert told(capsys, "backup", "--home", home, backups)[0] == 0
    assert len(list(backups.iterdir())) == 1, "nothing half is left"


def test_head_office_that_serves_on_a_full_disk_is_looked_into_and_copied_away(
    disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, backups = disk / "office", tmp_path / "backups"
    assert told(capsys, "init", "--home", home, "--admin", "boss")[0] == 0
    serving = engine.open_database(f"sqlite:///{home / 'head_office.db'}")
    with serving.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM about").scalar_one()
    fill(disk, 0)
    assert told(capsys, "status", "--home", home)[0] == 0
    assert told(capsys, "verify", "--home", home)[0] == 0
    assert "DISK_LOW" in told(capsys, "doctor", "--home", home)[1]
    code, said = told(capsys, "backup", "--home", home, backups)
    assert code == 0
    assert "WARNING DISK_FULL: the backup stands" in said
    assert "ERROR DISK_FULL" in told(capsys, "restore-drill", "--home", home, backups)[1]
    make_room(disk)
    assert told(capsys, "restore-drill", "--home", home, backups)[0] == 0
    serving.close()


def test_what_head_office_wrote_stands_though_its_log_finds_no_room_in_the_file(
    disk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The commit is over: who is told that it failed would be told a lie."""
    monkeypatch.setattr(engine, "WAL_BYTES_KEPT", 400_000)
    database = engine.open_database(f"sqlite:///{disk / 'hq.db'}")
    log = disk / "hq.db-wal"

    def write(n: int) -> None:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (?, ?)", (n, "x" * 50_000))

    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT) STRICT")
    n = 0
    while log.stat().st_size < 345_000:
        write(n := n + 1)
    fill(disk, 160_000)
    write(n := n + 1)
    assert "could not be copied back" in caplog.text
    make_room(disk)
    for _ in range(3):
        write(n := n + 1)
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT n FROM t ORDER BY n").scalars().all()
    assert found == list(range(1, n + 1))
    assert log.stat().st_size < 400_000
    database.close()
