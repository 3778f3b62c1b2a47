"""A real head office and real devices for measuring: in files, with the areas' own tables."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from desktop.app.areas import LAYOUT
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.identity import Identity
from desktop.store.layout import Layout
from desktop.store.writer import Store, StorePaths
from desktop.sync.engine import Ask, Summary, drive, sync
from shared.access.documents import Grant, UserPublished
from shared.catalog.documents import CataloguePublished, Product, ProductBarcode
from shared.channel.documents import ChannelPublished, DeviceEnrolled, SalesOrg, Site
from shared.core.ids import uuid7
from shared.core.rounding import MICRO
from shared.journal.chain import SigningKey
from shared.journal.document import Body
from shared.pricing.publishing import version_bodies
from shared.pricing.rules import RETAIL, PriceRow, Step
from shared.promotions.documents import PolicyPublished
from shared.promotions.rules import Policy
from shared.sync.messages import (
    AskDigests,
    AskRows,
    Envelopes,
    Hello,
    Message,
    Pull,
    PullMany,
    Push,
    pack,
    unpack,
)
from sync_server.operations.home import Office, create, open_home
from sync_server.store.devices import Device, find_device
from sync_server.sync import digests, envelopes, hello, pull, push
from sync_server.sync.head_office import draft_of, publish
from tests.benchmarks.names import names

ORG = "FX"
SITE = "SH01"
CLERK, OWNER, KEEPER = "clerk", "owner", "keeper"
EDITOR, APPROVER = "editor", "approver"
STEPS = (Step(RETAIL, (RETAIL,)),)
PRODUCTS_IN_ONE = 5_000
CLOCK, RANDOM = SystemClock(), SystemRandomness()


def code(number: int) -> str:
    """The code of the n-th product."""
    return f"{number:06d}"


def channel() -> list[Body]:
    """One sales organisation with one shop, and its people."""
    shop = Site(site_id=SITE, name="观前街店", site_type="store", sales_org_ids=(ORG,))
    people = [
        UserPublished(user_id=one, name=one, role="owner", grants=(Grant(site_id=SITE),))
        for one in (CLERK, OWNER, KEEPER)
    ]
    above = [
        UserPublished(user_id=one, name=one, role="head_office", grants=(Grant(),))
        for one in (EDITOR, APPROVER)
    ]
    org = SalesOrg(sales_org_id=ORG, name="示例品牌")
    return [ChannelPublished(sales_orgs=(org,), sites=(shop,)), *people, *above]


def catalogue(count: int, *, barcodes: bool = False) -> list[Body]:
    """So many products, real names first, in documents of 5,000."""
    products = [
        Product(
            code=code(number),
            name=name,
            brand=brand,
            initials=initials,
            barcodes=(ProductBarcode(barcode=barcode),) if barcodes and barcode else (),
            sales_org_ids=(ORG,),
        )
        for number, (name, brand, initials, barcode) in enumerate(names(count), 1)
    ]
    parts = range(0, count, PRODUCTS_IN_ONE)
    return [CataloguePublished(products=tuple(products[at : at + PRODUCTS_IN_ONE])) for at in parts]


def price_rows(count: int, *, raised_minor: int = 0) -> list[PriceRow]:
    """A suggested retail price for each of so many products."""
    return [
        PriceRow(
            product_id=code(number),
            brand="",
            dimension=RETAIL,
            unit_price_micro=(990 + number % 900 * 10 + raised_minor) * MICRO // 100,
        )
        for number in range(1, count + 1)
    ]


@dataclass
class House:
    """Head office, opened in this process."""

    office: Office
    versions: int = 0

    @classmethod
    def founded(cls, home: Path, products: int, *, barcodes: bool = False) -> "House":
        """A new head office with a shop, so many products and their prices."""
        create(home, "", CLOCK, RANDOM).database.close()
        house = cls(open_home(home, "", RANDOM))
        house.publish(channel())
        for body in catalogue(products, barcodes=barcodes):
            house.publish([body])
        house.publish_prices(price_rows(products))
        return house

    def close(self) -> None:
        """Let go of the database."""
        self.office.database.close()

    def publish(self, bodies: Sequence[Body]) -> None:
        """Head office writes of its own accord."""
        now_us, hq = CLOCK.now_us(), self.office.hq
        with self.office.database.write() as connection:
            publish(connection, hq, [draft_of(hq, body, now_us) for body in bodies], now_us)

    def publish_prices(self, rows: Sequence[PriceRow]) -> None:
        """A next price version in one transaction, written and approved by two people."""
        now_us, hq = CLOCK.now_us(), self.office.hq
        version_uid = uuid7(now_us, RANDOM)
        bodies = version_bodies(
            version_uid,
            sales_org_id=ORG,
            parent_number=self.versions,
            effective_at_us=now_us,
            steps=STEPS,
            rows=rows,
        )
        drafts = [draft_of(hq, body, now_us, author_id=EDITOR) for body in bodies]
        drafts[-1] = replace(drafts[-1], uid=version_uid, approver_id=APPROVER)
        with self.office.database.write() as connection:
            publish(connection, hq, drafts, now_us)
        self.versions += 1

    def publish_policies(self, policies: Sequence[Policy]) -> None:
        """Promotion policies in force from now on, each approved by a second person."""
        now_us, hq = CLOCK.now_us(), self.office.hq
        bodies = [
            PolicyPublished(sales_org_id=ORG, parent_number=0, policy=one) for one in policies
        ]
        drafts = [
            replace(draft_of(hq, one, now_us, author_id=EDITOR), approver_id=APPROVER)
            for one in bodies
        ]
        with self.office.database.write() as connection:
            publish(connection, hq, drafts, now_us)

    def enrolled(
        self, tag: str, *, device_type: str = "till", key: SigningKey | None = None
    ) -> tuple[Identity, SigningKey]:
        """A new device, known to head office."""
        site_id = "" if device_type == "hq" else SITE
        key = key or SigningKey.from_seed(RANDOM.bytes(32))
        body = DeviceEnrolled(
            device_id=f"{SITE}.{tag}",
            device_type=device_type,
            site_id=site_id,
            tag=tag,
            public_key=key.public,
        )
        self.publish([body])
        identity = Identity(
            device_id=body.device_id,
            device_type=device_type,
            site_id=site_id,
            tag=tag,
            incarnation=1,
            epoch=self.office.hq.epoch,
            public_key=key.public,
            hq_public_key=self.office.hq.author.key.public,
        )
        return identity, key

    def device(
        self,
        folder: Path,
        tag: str,
        *,
        layout: Layout = LAYOUT,
        key: SigningKey | None = None,
    ) -> Store:
        """A device with its files in a folder, enrolled, with nothing pulled yet."""
        identity, key = self.enrolled(tag, key=key)
        store = a_store(folder, layout, key)
        store.on_writer(lambda local: local.enrol(identity, key))
        return store

    def answer(self, device_id: str, ask: Ask) -> Message:
        """Head office's word to a request, without the socket between."""
        with self.office.database.read() as connection:
            device = self._device(connection, device_id)
        return _HANDLERS[type(ask.message)](self, device, ask.message)

    @staticmethod
    def _device(connection: object, device_id: str) -> Device:
        found = find_device(connection, device_id)  # type: ignore[arg-type]
        assert found is not None
        return found

    def sync(self, store: Store) -> Summary:
        """One whole sync of a device, messages packed and unpacked as on the wire."""
        identity = store.identity
        assert identity is not None

        def send(ask: Ask) -> Message:
            sent = Ask(ask.path, unpack(pack(ask.message), type(ask.message)), ask.answer)
            return unpack(pack(self.answer(identity.device_id, sent)), ask.answer)

        return drive(sync(store, CLOCK), send)


def a_store(folder: Path, layout: Layout = LAYOUT, key: SigningKey | None = None) -> Store:
    """A device's store in real files."""
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(
        StorePaths.under(folder),
        layout,
        clock=CLOCK,
        randomness=RANDOM,
        key=key,
        ballast_bytes=4096,
    )
    store.author_id = CLERK
    return store


def _hello(house: House, device: Device, message: Hello) -> Message:
    hq = house.office.hq
    with house.office.database.read() as connection:
        scopes = hq.directory.scopes_of_device(connection, device.device_id)
        return hello.answer(connection, hq, device, scopes, message, CLOCK.now_us())


def _push(house: House, device: Device, message: Push) -> Message:
    with house.office.database.write() as connection:
        return push.ingest(connection, house.office.hq, device, message, CLOCK.now_us())


def _pull(house: House, device: Device, message: Pull) -> Message:
    hq = house.office.hq
    with house.office.database.read() as connection:
        scopes = hq.directory.scopes_of_device(connection, device.device_id)
        return pull.page(connection, hq.replica.schema, scopes, device, message)


def _pull_many(house: House, device: Device, message: PullMany) -> Message:
    hq = house.office.hq
    with house.office.database.read() as connection:
        scopes = hq.directory.scopes_of_device(connection, device.device_id)
        return pull.pages(connection, hq.replica.schema, scopes, device, message)


def _envelopes(house: House, device: Device, message: Envelopes) -> Message:
    hq = house.office.hq
    with house.office.database.read() as connection:
        scopes = hq.directory.scopes_of_device(connection, device.device_id)
        return envelopes.answer(connection, device, scopes, message, CLOCK.now_us())


def _digests(house: House, device: Device, message: AskDigests) -> Message:
    hq = house.office.hq
    with house.office.database.read() as connection:
        scopes = hq.directory.scopes_of_device(connection, device.device_id)
        return digests.parts(connection, hq.replica.schema, scopes, message)


def _rows(house: House, device: Device, message: AskRows) -> Message:
    hq = house.office.hq
    with house.office.database.read() as connection:
        scopes = hq.directory.scopes_of_device(connection, device.device_id)
        return digests.rows(connection, hq.replica.schema, scopes, device, message)


_HANDLERS: dict[type[Message], Callable[..., Message]] = {
    Hello: _hello,
    Push: _push,
    Pull: _pull,
    PullMany: _pull_many,
    Envelopes: _envelopes,
    AskDigests: _digests,
    AskRows: _rows,
}


@dataclass
class Meter:
    """A TCP forwarder before a server that counts what passes, and can break off a download."""

    server_url: str
    up: int = 0
    down: int = 0
    requests: int = 0
    cut_after: list[int] = field(default_factory=list)
    """Totals of ``down`` at which the connection is broken, in ascending order."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.server_url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *ends: socket.socket) -> None:
        thread = threading.Thread(target=work, args=ends)
        with self._lock:
            self._ends += ends
            self._threads.append(thread)
        thread.start()

    def reset(self) -> None:
        """Count from here on."""
        self.up = self.down = self.requests = 0

    def close(self) -> None:
        """Break what is open, and take no more connections."""
        with self._lock:
            ends, threads = list(self._ends), list(self._threads)
        _end(*ends)
        for thread in threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._carry_up, near, far)
            self._start(self._carry_down, far, near)

    def _carry_up(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65_536):
                self.up += len(data)
                self.requests += data.count(b" HTTP/1.1\r\n")
                far.sendall(data)
        _end(near, far)

    def _carry_down(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65_536):
                if self.cut_after and self.down + len(data) >= self.cut_after[0]:
                    part = data[: self.cut_after.pop(0) - self.down]
                    self.down += len(part)
                    near.sendall(part)
                    break
                self.down += len(data)
                near.sendall(data)
        _end(near, far)


def _end(*ends: socket.socket) -> None:
    for one in ends:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
