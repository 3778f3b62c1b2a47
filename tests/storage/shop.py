"""A real shop on a disk of ours: founded, joined, and what its people do in a day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from sqlalchemy import select

from desktop.app.areas import LAYOUT
from desktop.app.founding import read_goods
from desktop.channel.usecases import found_shop
from desktop.sales.usecases.returning import return_goods
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.sales.usecases.shifts import begin_shift, close_shift, declare_shift
from desktop.stocktake.usecases.taking_in import take_in_goods
from desktop.store.drafts import put_draft
from desktop.store.engine import open_writer
from desktop.store.local import LocalStore
from desktop.store.recovery import link_at
from desktop.store.session import Session
from desktop.store.spool import FileSpool
from desktop.sync.founding import begin_alone
from shared.catalog.rules import own_product_id
from shared.channel.rules import founder_id
from shared.core.ids import uid_text
from shared.core.rounding import MICRO
from shared.journal.chain import SigningKey
from shared.journal.tables import journal
from shared.sync.appending import head_of
from tests.builders.devices import HQ_KEY
from tests.builders.founded_shop import SHEET
from tests.fakes.edges import FakeClock, SeededRandomness
from tests.fakes.keys import MemoryKeyStore
from tests.storage.disk import Disk
from tests.storage.files import DiskBallast, DiskFiles
from tests.storage.vfs import ROOT, mounted

DATABASE: Final = ROOT / "store.db"
SPOOL: Final = ROOT / "journal.spool"
MINUTE_US: Final = 60_000_000
BALLAST_BYTES: Final = 512 * 1024
CREAM: Final = "6901234567892"
Act = Callable[[Session], object]
KEY: Final = SigningKey.from_seed(b"the shop on trial".ljust(32, b"\0"))


@dataclass
class Shop:
    """A till over a disk; ``told`` are the uids a person saw done, with their printed numbers."""

    disk: Disk
    store: LocalStore
    clock: FakeClock
    told: dict[str, str] = field(default_factory=dict)

    @property
    def site_id(self) -> str:
        """The site it is."""
        return self.store.enrolled.site_id

    def goods(self, barcode: str = CREAM, pieces: int = 1) -> BasketLine:
        """A line of a basket."""
        return BasketLine(
            product_id=own_product_id(self.site_id, barcode), qty_micro=pieces * MICRO
        )

    def run(self, act: Act) -> None:
        """A person does something and sees it done. Raises what the store raises."""
        self.clock.tick(MINUTE_US)
        seen: list[Session] = []

        def remembered(session: Session) -> None:
            seen[:] = [session]
            act(session)

        self.store.run(founder_id(self.site_id), remembered)
        for one in seen[0].appended:
            self.told[uid_text(one.header.uid)] = one.header.number
            self.disk.remark(f"{uid_text(one.header.uid)} {one.header.number}")

    def selling(self, uid: bytes, pieces: int = 1) -> Act:
        """A sale of this identity."""
        return lambda session: sell(session, [self.goods(pieces=pieces)], uid=uid)

    def acknowledge(self) -> None:
        """Head office received everything so far."""
        own = self.store.enrolled
        n, link = self.store.read(lambda one: head_of(one, own.device_id, own.incarnation))
        assert self.store.read(lambda one: link_at(one, own, n)) == link
        self.store.acknowledge(n, link, HQ_KEY.sign_head(link), {})


def open_shop(disk: Disk, *, at_us: int | None = None, ballast: int = BALLAST_BYTES) -> Shop:
    """Start the program over what a disk holds; the disk is mounted. Raises what a start raises."""
    clock = FakeClock() if at_us is None else FakeClock(at_us)
    store = LocalStore(
        open_writer(DATABASE),
        LAYOUT,
        FileSpool(SPOOL, DiskFiles(disk)),
        clock=clock,
        randomness=SeededRandomness(disk.operations + clock.at_us),
        key=KEY,
        ballast=DiskBallast(disk, ballast),
    )
    return Shop(disk, store, clock)


@contextmanager
def opened(disk: Disk, *, at_us: int | None = None) -> Iterator[Shop]:
    """A running shop over a disk that is mounted while it runs."""
    with mounted(disk):
        shop = open_shop(disk, at_us=at_us)
        try:
            yield shop
        finally:
            shop.store.close()


@cache
def founded() -> dict[str, bytes]:
    """The files of a shop that has its goods and a head office."""
    disk = Disk()
    with opened(disk) as shop:
        keys = MemoryKeyStore()
        keys.save("device", b"the shop on trial".ljust(32, b"\0"))
        begin_alone(shop.store, keys, SeededRandomness(1))
        shop.run(lambda session: found_shop(session, "街角小店", "王老板"))
        rows = read_goods(SHEET.encode(), "goods.csv").found.items
        shop.run(lambda session: take_in_goods(session, rows))
        shop.store.change_identity(
            epoch="epoch-1", hq_public_key=HQ_KEY.public, server_url="http://head-office"
        )
        shop.store.checkpoint()
    return {name: bytes(data) for name, data in disk.files.items()}


def a_uid(number: int) -> bytes:
    """The identity of the ``number``-th form that was opened."""
    return number.to_bytes(16, "big")


def a_day(shop: Shop) -> Iterator[None]:
    """A small day at the till, a step at a time: shift, sales, a return, sync, count, close."""
    uid = iter(range(1, 1_000))

    def act(one: Act) -> None:
        shop.run(one)

    act(lambda session: begin_shift(session, 20_000))
    yield
    for pieces in (1, 2):
        act(shop.selling(a_uid(next(uid)), pieces))
        yield
    act(lambda session: put_draft(session, "basket/open", b"half typed" * 40))
    yield
    shop.acknowledge()
    yield
    act(lambda s: sell(s, [shop.goods(), shop.goods("6901234567809", 3)], uid=a_uid(next(uid))))
    yield
    first = uid_text(a_uid(1))
    act(lambda session: return_goods(session, first, reason="broken", uid=a_uid(next(uid))))
    yield
    shop.store.checkpoint()
    yield
    act(shop.selling(a_uid(next(uid)), 2))
    yield
    shop.acknowledge()
    yield
    act(lambda session: declare_shift(session, {10_000: 3}))
    yield
    act(lambda session: close_shift(session, 0))
    yield


@cache
def known_before() -> frozenset[str]:
    """The documents of a founded shop."""
    with opened(Disk(founded())) as shop:
        query = select(journal.c.uid)
        return frozenset(shop.store.read(lambda one: one.execute(query).scalars().all()))
