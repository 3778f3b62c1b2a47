"""T13 and T14: files are damaged while the program is off; in the end all is equal."""

import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import select

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.errors import DatabaseDamaged
from desktop.store.recovery import journal_slots
from desktop.store.tables import sync_finding
from shared.areas import SCHEMA
from shared.catalog.documents import CataloguePublished, Product
from shared.core.errors import QutongError
from shared.journal.chain import Slot
from shared.sales.documents import Sale
from sync_server.enrolment.codes import make_code
from sync_server.operations.home import open_home
from tests.fakes.keys import MemoryKeyStore
from tests.replay.office import OfficeFolder
from tests.storage.kills import a_plain_sale, set_up
from tests.storage.tally import Tally

_CLOCK, _RANDOM = SystemClock(), SystemRandomness()
_UNSENT: Final = 25
_PRODUCTS: Final = 60
_ROUND_SLICES: Final = 40
Rows = dict[str, dict[str, tuple[object, ...]]]
Spoil = Callable[[Path, random.Random], None]


# How files are damaged


def _cut(path: Path, chance: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(chance.randrange(path.stat().st_size or 1))


def _zero(path: Path, chance: random.Random, size: int = 4096) -> None:
    """A block of zeros, as a disk gives back for what it lost."""
    pages = max(1, path.stat().st_size // size)
    with path.open("r+b") as file:
        file.seek(chance.randrange(pages) * size)
        file.write(bytes(min(size, path.stat().st_size)))


def _flip(path: Path, chance: random.Random, bits: int = 1) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(bits if data else 0):
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(data))


def _lose(path: Path, chance: random.Random) -> None:
    path.unlink(missing_ok=True)


def _garble(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(chance.randrange(1, 40_000)))


def _add(path: Path, chance: random.Random) -> None:
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.randrange(1, 5_000)))


def _old_wal(path: Path, chance: random.Random) -> None:
    """The log of another life of this database."""
    path.write_bytes(path.with_name("older-wal").read_bytes())


SPOILS: Final[dict[str, dict[str, Spoil]]] = {
    "store.db": {
        "bit flipped": _flip,
        "another bit flipped": _flip,
        "bits flipped": partial(_flip, bits=20),
        "page zeroed": _zero,
        "truncated": _cut,
        "missing": _lose,
        "garbled": _garble,
    },
    "store.db-wal": {
        "bit flipped": _flip,
        "truncated": _cut,
        "missing": _lose,
        "swapped": _old_wal,
        "garbled": _garble,
    },
    "journal.spool": {
        "bit flipped": _flip,
        "bits flipped": partial(_flip, bits=20),
        "zeroed": partial(_zero, size=512),
        "truncated": _cut,
        "missing": _lose,
        "garbled": _garble,
        "something added": _add,
    },
}


# The device and its head office


@dataclass
class Bench:
    """A till that was synced, sold on without a network, and was killed or closed."""

    folder: Path
    office: OfficeFolder
    url: str
    keys: MemoryKeyStore
    slots: list[Slot]
    before: Rows
    """Its rows before the sync that delivers them."""
    rows: Rows

    def take(self, *, killed: bool) -> Path:
        """A copy of its files."""
        home = self.folder / "trial"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.folder / ("killed" if killed else "closed"), home)
        return home

    def code(self, tag: str) -> str:
        """A code for another till."""
        office = open_home(self.office.home, "", _RANDOM)
        try:
            with office.database.write() as connection:
                return make_code(
                    connection,
                    _RANDOM,
                    device_type="till",
                    site_id="SH01",
                    tag=tag,
                    now_us=_CLOCK.now_us(),
                )
        finally:
            office.database.close()

    def a_sale(self) -> Sale:
        """One more sale."""
        return a_plain_sale()

    def open(self, home: Path) -> Client:
        """Start the program there."""
        return open_client(home, self.keys)


def open_client(home: Path, keys: MemoryKeyStore) -> Client:
    """A client in a folder."""
    return Client.open(
        home, LAYOUT, clock=_CLOCK, randomness=_RANDOM, keys=keys, ballast_bytes=4096
    )


def sell(client: Client, count: int) -> None:
    """So many plain sales."""
    for _ in range(count):
        client.store.write(lambda session: session.append(a_plain_sale()))


@contextmanager
def a_bench(folder: Path) -> Iterator[Bench]:
    """Head office in a process of its own, and a till with unsent sales."""
    code = set_up(folder / "office")
    office = OfficeFolder(home=folder / "office")
    office.publish(
        [
            CataloguePublished(
                products=tuple(
                    Product(code=f"{n:06d}", name=f"商品 {n}", sales_org_ids=("FX",))
                    for n in range(_PRODUCTS)
                )
            )
        ]
    )
    with office.served() as url:
        yield _filled(folder, office, url, code)


def _filled(folder: Path, office: OfficeFolder, url: str, code: str) -> Bench:
    keys, home = MemoryKeyStore(), folder / "first"
    client = open_client(home, keys)
    client.enrol(url, code)
    client.store.author_id = "clerk"
    client.sync()
    sell(client, 10)
    client.sync()
    sell(client, 2)
    older = (home / "store.db-wal").read_bytes()
    client.store.rest()
    sell(client, _UNSENT)
    _copy(home, folder / "killed")
    client.close()
    _copy(home, folder / "closed")
    for name in ("killed", "closed"):
        (folder / name / "older-wal").write_bytes(older)
    bench = Bench(folder, office, url, keys, [], {}, {})
    whole = bench.open(bench.take(killed=False))
    bench.slots = _slots(whole)
    bench.before = _rows(whole)
    whole.sync()
    bench.rows = _rows(whole)
    whole.close()
    return bench


def _copy(home: Path, to: Path) -> None:
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("*.lock", "*-shm"))


def _slots(client: Client) -> list[Slot]:
    identity = client.store.identity
    assert identity is not None
    return list(client.store.read(lambda one: journal_slots(one, identity.device_id)))


def _rows(client: Client) -> Rows:
    """What a person sees: every replicated row, without how it is held."""
    found: Rows = {}
    for name, table in SCHEMA.tables.items():
        columns = [table.table.c[one] for one in ("id", *table.columns)]
        rows = client.store.read(lambda one, c=columns: one.execute(select(*c)).all())  # type: ignore[misc]
        if rows:
            found[name] = {row[0]: tuple(row[1:]) for row in rows}
    return found


# Trials


def damages(folder: Path, *, seed: int, rounds: int) -> Iterator[Tally]:
    """Every kind of damage to every file, ``rounds`` times."""
    tally = Tally("T13")
    with a_bench(folder) as bench:
        for number in range(rounds):
            for file, spoils in SPOILS.items():
                for kind, spoil in spoils.items():
                    chance = random.Random(f"{seed}/{number}/{file}/{kind}")
                    damage_once(
                        bench, tally, file, spoil, chance, f"seed {seed}/{number} {file} {kind}"
                    )
                    yield tally
    yield tally


def damage_once(
    bench: Bench, tally: Tally, file: str, spoil: Spoil, chance: random.Random, where: str
) -> None:
    """Damage a copy of the till's files, start over them, and compare in the end."""
    home = bench.take(killed=file.endswith("-wal") or chance.random() < 0.5)
    spoil(home / file, chance)
    tally.tried += 1
    try:
        _start_and_mend(bench, tally, home, where)
    except QutongError as error:
        tally.fail(where, [f"ended with {error.code} {error.params}"])


def flip_in_ids(path: Path, row_id: str, bit: int) -> Iterator[int]:
    """A bit of an id's last sign but one flipped, at each place in turn where the file has it."""
    whole = path.read_bytes()
    for found in re.finditer(re.escape(row_id.encode()), whole):
        data = bytearray(whole)
        data[found.end() - 2] ^= bit
        path.write_bytes(bytes(data))
        yield found.start()


def mend_wholly(bench: Bench, tally: Tally, home: Path, where: str) -> None:
    """Start over damage until nothing is found any more, sync, and compare."""
    tally.tried += 1
    try:
        if not _settled(bench, tally, home, where):
            # Somebody came upon it: this start reads the whole file.
            tally.see("started twice")
            if not _settled(bench, tally, home, where):
                tally.fail(where, ["damaged after two starts"])
    except QutongError as error:
        tally.fail(where, [f"ended with {error.code} {error.params}"])


def _settled(bench: Bench, tally: Tally, home: Path, where: str) -> bool:
    client = bench.open(home)
    try:
        for code in _work_through(client):
            tally.see(code)
        client.sync()
        client.sync()
        if _slots(client) != bench.slots:
            tally.fail(where, ["documents are not what they were"])
        if differing := _differing(_rows(client), bench.rows):
            tally.fail(where, [f"rows differ after all: {differing}"])
        for code in client.store.read(_codes):
            tally.see(code)
    except DatabaseDamaged:
        return False
    finally:
        client.close()
    return True


def _start_and_mend(bench: Bench, tally: Tally, home: Path, where: str) -> None:
    client = bench.open(home)
    client.store.author_id = "clerk"
    try:
        is_hurt = _slots(client) != bench.slots or _rows(client) != bench.before
        noticed = _work_through(client)
        if _slots(client) != bench.slots:
            tally.fail(where, ["documents are not what they were"])
        client.sync()
        client.sync()
        differing = _differing(_rows(client), bench.rows)
        if differing:
            tally.fail(where, [f"rows differ after all: {differing}"])
        found = noticed | set(client.store.read(_codes))
        for code in found:
            tally.see(code)
        if is_hurt and not found:
            tally.fail(where, ["damage that nobody noticed"])
        if not found:
            tally.see("nothing of worth was hurt")
    finally:
        client.close()


def _work_through(client: Client) -> set[str]:
    noticed: set[str] = set()
    if client.store.moved_aside is not None:
        noticed.add("moved aside")
    opened = client.store.local.opened
    if opened.reposted or opened.respooled:
        noticed.add("made equal at the start")
    start = client.store.scrub(1).rounds
    while client.store.scrub(_ROUND_SLICES).rounds <= start:
        pass
    return noticed


def _codes(connection: object) -> list[str]:
    rows = connection.execute(select(sync_finding.c.code)).scalars()  # type: ignore[attr-defined]
    return list(rows)


def _differing(here: Rows, there: Rows) -> list[str]:
    found: list[str] = []
    for table in sorted(here.keys() | there.keys()):
        ours, theirs = here.get(table, {}), there.get(table, {})
        ids = [one for one in ours.keys() | theirs.keys() if ours.get(one) != theirs.get(one)]
        found += [f"{table} {one}" for one in sorted(ids)[:3]]
    return found[:10]
