"""T13, T14 and P07 in their short form, on real files and with a real head office over HTTP."""

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.home import keep_spool_folder
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.local import LocalStore
from desktop.store.scrub import Scrubbed
from desktop.sync.story import status
from shared.catalog.tables import product
from shared.journal.tables import journal
from shared.sales.tables import sale
from shared.stock.tables import stock_balance
from tests.storage.damage import SPOILS, Bench, a_bench, damage_once, sell
from tests.storage.tally import Tally


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with a_bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("store.db", "page zeroed"),
        ("store.db-wal", "truncated"),
        ("journal.spool", "zeroed"),
    ],
)
def test_a_damaged_file_costs_no_document_and_is_told(bench: Bench, file: str, kind: str) -> None:
    tally = Tally("T13")
    damage_once(bench, tally, file, SPOILS[file][kind], random.Random(f"{file} {kind}"), kind)
    assert tally.faults == []


@pytest.fixture
def client(bench: Bench) -> Iterator[Client]:
    client = bench.open(bench.take(killed=False))
    client.store.author_id = "clerk"
    client.sync()
    yield client
    client.close()


def behind_its_back(client: Client, change: object) -> None:
    client.store.on_writer(
        lambda local: local.transact(lambda connection: connection.execute(change))  # type: ignore[call-overload]
    )


def scrubbed(client: Client) -> list[str]:
    codes: list[str] = []
    before = client.store.scrub(1)
    codes += [one.code for one in before.findings]
    while True:
        done = client.store.scrub(20)
        codes += [one.code for one in done.findings]
        if done.rounds > before.rounds:
            return codes


def test_a_value_changed_behind_the_program_is_found_and_fetched_again(client: Client) -> None:
    behind_its_back(client, update(product).where(product.c.id == "000007").values(name="坏的"))
    assert scrubbed(client) == ["ROW_DAMAGED"]
    client.sync()
    name = select(product.c.name).where(product.c.id == "000007")
    assert client.store.read(lambda one: one.execute(name).scalar()) == "商品 7"
    assert scrubbed(client) == []


def test_text_that_is_none_any_more_is_found_and_fetched_again(client: Client) -> None:
    def spoil(local: LocalStore) -> None:
        statement = "UPDATE product SET name = CAST(x'e59586c3' AS TEXT) WHERE id = '000008'"
        local.transact(lambda connection: connection.exec_driver_sql(statement))

    client.store.on_writer(spoil)
    assert scrubbed(client) == ["ROW_DAMAGED"]
    client.sync()
    name = select(product.c.name).where(product.c.id == "000008")
    assert client.store.read(lambda one: one.execute(name).scalar()) == "商品 8"


def test_an_own_row_is_written_again_from_its_document(client: Client) -> None:
    sell(client, 1)
    total = client.store.read(
        lambda one: one.execute(select(sale.c.id, sale.c.total_minor).where(sale.c._slot > 0)).one()
    )
    behind_its_back(client, update(sale).where(sale.c.id == total.id).values(total_minor=1))
    assert scrubbed(client) == ["ROW_REPOSTED"]
    again = select(sale.c.total_minor).where(sale.c.id == total.id)
    assert client.store.read(lambda one: one.execute(again).scalar()) == total.total_minor
    assert client.store.read(lambda one: one.execute(select(stock_balance)).first()) is not None


def test_a_flipped_bit_in_an_unsent_document_is_mended_before_it_is_sent(client: Client) -> None:
    sell(client, 2)
    last = select(journal.c.n, journal.c.stored).order_by(journal.c.n.desc()).limit(1)
    row = client.store.read(lambda one: one.execute(last).one())
    spoilt = bytes([row.stored[0] ^ 4]) + row.stored[1:]
    behind_its_back(client, update(journal).where(journal.c.n == row.n).values(stored=spoilt))
    summary = client.sync()
    assert (summary.pushed, summary.kept) == (2, {})
    assert client.store.read(lambda one: one.execute(last).one()) == row


def test_the_sync_worker_reads_the_disk_again_when_nothing_is_to_be_done(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_read = threading.Event()

    def scrub(slices: int, go_on: Callable[[], bool]) -> Scrubbed:
        is_read.set()
        return Scrubbed(wants_sync=False)

    monkeypatch.setattr(client.store, "scrub", scrub)
    worker = client.worker(listen=False)
    worker.start()
    try:
        assert is_read.wait(20)
        assert worker.last is not None
    finally:
        worker.stop()


def test_the_second_disk_gives_back_what_the_first_took(tmp_path: Path, bench: Bench) -> None:
    home, disk = tmp_path / "home", tmp_path / "second disk"
    keep_spool_folder(home, disk)
    clock, randomness = SystemClock(), SystemRandomness()

    def start() -> Client:
        return Client.open(home, LAYOUT, clock=clock, randomness=randomness, ballast_bytes=4096)

    client = start()
    client.enrol(bench.url, bench.code("02"))
    client.store.author_id = "clerk"
    client.sync()
    sell(client, 25)
    client.close()
    assert not (home / "journal.spool").exists()
    shutil.rmtree(home)
    keep_spool_folder(home, disk)
    client = start()
    identity = client.store.identity
    assert identity is not None
    try:
        assert client.store.read(lambda one: status(one, identity)).unsent == 25
        assert client.sync().pushed == 25
        client.store.author_id = "clerk"
        assert client.store.write(lambda s: s.append(bench.a_sale())).value.number.endswith(
            "-000026"
        )
    finally:
        client.close()
