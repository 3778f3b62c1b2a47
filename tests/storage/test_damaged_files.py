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
from tests.storage.damage import SPOILS, Bench, a_bench, damage_once, flip_in_ids, mend_wholly, sell
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


@pytest.mark.parametrize(
    ("of", "bit", "every"),
    [
        ("product", 0x80, 2),
        ("sale", 0x80, 8),
        # Another id that can be read is met in fewer ways than one that is no text any more.
        *(
            pytest.param(of, bit, every, marks=pytest.mark.slow)
            for of in ("product", "sale")
            for bit, every in ((0x80, 1), (0x01, 3), (0x40, 5))
        ),
    ],
)
def test_a_bit_of_an_id_flipped_anywhere_costs_no_row(
    bench: Bench, of: str, bit: int, every: int
) -> None:
    tally = Tally("T13")
    ids = sorted(bench.before[of])
    row_id = ids[len(ids) // 2]
    home = bench.take(killed=False)
    for number, at in enumerate(flip_in_ids(home / "store.db", row_id, bit)):
        if number % every:
            continue
        flipped = (home / "store.db").read_bytes()
        home = bench.take(killed=False)
        (home / "store.db").write_bytes(flipped)
        mend_wholly(bench, tally, home, f"{of} {row_id} at {at} bit {bit}")
    assert tally.tried >= 2
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


def spoil(client: Client, *statements: str) -> None:
    """Change what stands in the file, as damage does."""
    for statement in statements:
        client.store.on_writer(
            lambda local, one=statement: local.transact(  # type: ignore[misc]
                lambda connection: connection.exec_driver_sql(one)
            )
        )


def test_an_id_that_is_no_text_any_more_goes_and_its_row_is_fetched_again(client: Client) -> None:
    spoil(client, "UPDATE product SET id = CAST(x'303030ff3039' AS TEXT) WHERE id = '000009'")
    assert scrubbed(client) == ["ROW_DAMAGED"]
    client.sync()
    name = select(product.c.name).where(product.c.id == "000009")
    assert client.store.read(lambda one: one.execute(name).scalar()) == "商品 9"
    assert scrubbed(client) == []


def test_rows_of_two_tables_that_cannot_be_read_are_both_mended(client: Client) -> None:
    sell(client, 2)
    before = client.store.read(lambda one: one.execute(select(sale).order_by(sale.c.id)).all())
    spoil(
        client,
        "UPDATE product SET name = CAST(x'ff' AS TEXT) WHERE id IN ('000003', '000050')",
        "UPDATE sale SET site_id = CAST(x'ff' AS TEXT) WHERE _slot > 0",
    )
    assert sorted(scrubbed(client)) == ["ROW_DAMAGED"] * 2 + ["ROW_REPOSTED"] * 2
    client.sync()
    assert client.store.read(lambda one: one.execute(select(product)).all()).__len__() == 60
    names = select(sale.c.id, sale.c.site_id, sale.c.total_minor).order_by(sale.c.id)
    after = client.store.read(lambda one: one.execute(names).all())
    assert after == [(row.id, row.site_id, row.total_minor) for row in before]
    assert scrubbed(client) == []


def test_the_id_of_an_own_row_is_written_again_before_it_is_sent(client: Client) -> None:
    sell(client, 1)
    own = select(sale).where(sale.c._slot > 0)
    row = client.store.read(lambda one: one.execute(own).one())
    spoil(client, "UPDATE sale SET id = 'X' || id WHERE _slot > 0")
    assert scrubbed(client) == ["ROW_REPOSTED"]
    assert client.store.read(lambda one: one.execute(own).one()) == row
    spoil(client, "UPDATE sale SET id = CAST(x'ff' || CAST(id AS BLOB) AS TEXT) WHERE _slot > 0")
    assert scrubbed(client) == ["ROW_REPOSTED"]
    assert client.store.read(lambda one: one.execute(own).one()) == row


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
