"""What released versions wrote is opened, migrated and synced by this one; nothing is lost."""

import hashlib
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.app.areas import LAYOUT
from desktop.store.migrations import SCHEMA_VERSION, version_of
from desktop.store.writer import Store, StorePaths
from shared.areas import SCHEMA
from shared.journal.tables import journal
from shared.journal.verify import verify_spool
from shared.sync.comparing import table_sums
from shared.sync.holding import cursors
from sync_server.operations.home import open_home
from sync_server.sync import digests
from tests.benchmarks.house import CLERK, CLOCK, RANDOM, House
from tests.golden.__main__ import FOLDER, TILL_KEY, told, unpacked

VERSIONS = sorted(path.name for path in FOLDER.iterdir() if (path / "about.json").exists())


def a_till(folder: Path) -> Store:
    store = Store(
        StorePaths.under(folder / "till"),
        LAYOUT,
        clock=CLOCK,
        randomness=RANDOM,
        key=TILL_KEY,
        ballast_bytes=4096,
    )
    store.author_id = CLERK
    return store


def test_there_are_files_of_a_released_version() -> None:
    assert VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_till_of_an_earlier_version_opens_and_delivers_all_it_holds(
    version: str, tmp_path: Path
) -> None:
    about = unpacked(version, tmp_path)
    house = House(open_home(tmp_path / "office", "", RANDOM))
    store = a_till(tmp_path)
    here = store.read(told)
    assert here["documents"] == about["documents"]
    assert {name: here["rows"].get(name) for name in about["rows"]} == about["rows"]
    assert store.read(version_of) == SCHEMA_VERSION

    summary = house.sync(store)

    assert (summary.pushed, summary.kept, summary.findings) == (about["queued"], {}, [])
    with house.office.database.read() as connection:
        there = connection.execute(
            select(journal.c.stored).where(journal.c.device_id != "HQ").order_by(journal.c.n)
        ).scalars()
        assert [hashlib.sha256(one).hexdigest() for one in there] == about["documents"]
        for row in store.read(cursors):
            found = digests.tables_of(connection, SCHEMA, row.scope)
            held = store.read(partial(table_sums, schema=SCHEMA, scope=row.scope))
            assert {part.name: (part.count, part.digest) for part in found} == held
    assert house.sync(store).findings == []
    store.close()
    house.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_till_that_lost_its_database_is_rebuilt_from_an_earlier_versions_spool(
    version: str, tmp_path: Path
) -> None:
    about = unpacked(version, tmp_path)
    StorePaths.under(tmp_path / "till").database.unlink()
    store = a_till(tmp_path)
    assert store.read(told)["documents"] == about["documents"]
    house = House(open_home(tmp_path / "office", "", RANDOM))
    summary = house.sync(store)
    assert (summary.kept, summary.findings) == ({}, [])
    assert store.read(told)["documents"] == about["documents"]
    store.close()
    house.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_verifier_reads_an_earlier_versions_spool(version: str, tmp_path: Path) -> None:
    about = unpacked(version, tmp_path)
    spool = StorePaths.under(tmp_path / "till").spool.read_bytes()
    chains, fault = verify_spool(spool, key=TILL_KEY.public)
    assert fault is None
    assert [chain.last for chain in chains] == [len(about["documents"])]
