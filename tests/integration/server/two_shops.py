"""Two shops of a real head office: one is the attacker's, the other has a secret."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard
from sqlalchemy import func, select

from shared.access.documents import Grant, UserPublished
from shared.areas import REGISTRY
from shared.catalog.documents import CataloguePublished, Product
from shared.channel.documents import Account, ChannelPublished, DeviceEnrolled, SalesOrg, Site
from shared.core.ids import uuid7
from shared.journal.chain import GENESIS, SigningKey, Slot, seal
from shared.journal.document import Body, Document, Draft
from shared.journal.kind import encode, header_for
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.sync.limits import BODY_BYTES_MAX
from shared.sync.messages import (
    Cursor,
    Hello,
    Page,
    Pull,
    Push,
    PushAnswer,
    PushItem,
    Verdict,
    pack,
    unpack,
)
from sync_server.http.app import App
from sync_server.http.serve import service_of
from sync_server.operations.home import Office, create
from sync_server.sync.feed import heads_of
from sync_server.sync.head_office import draft_of, publish
from tests.integration.server.asgi import Device, InProcess
from tests.integration.server.world import NOON_US, CountingRandomness, SetClock

SECRET = "secret of the neighbour"
DAY = "2025-12-01"


def a_sale(product: str = "P1", qty: int = 1, *, note: str = "") -> Sale:
    line = SaleLine(
        product_id=product, qty_micro=qty * 1_000_000, unit_price_micro=5_000_000, amount_minor=500
    )
    cash = TenderLine(tender="cash", amount_minor=500)
    return Sale(
        mode="full", currency="CNY", lines=[line], tenders=[cash], total_minor=500, note=note
    )


@dataclass
class Till:
    """A device's journal and its end of the wire."""

    wire: Device
    site_id: str
    random: CountingRandomness
    slots: list[Slot] = field(default_factory=list)

    def add(self, body: Body, **said: Any) -> Slot:
        """A document in good form; ``said`` overrides fields of its header."""
        draft: dict[str, Any] = {
            "uid": uuid7(NOON_US, self.random),
            "site_id": self.site_id,
            "author_id": "owner",
            "happened_at_us": NOON_US,
            "business_day": DAY,
            "body": body,
        }
        own = {"device_id": self.wire.device_id, "number": ""} | {
            name: said.pop(name) for name in ("device_id", "number") if name in said
        }
        header = header_for(REGISTRY.of_body(body), Draft(**(draft | said)), **own)
        return self.add_bytes(encode(Document(header, body)))

    def add_bytes(self, stored: bytes) -> Slot:
        slot = seal(
            self.wire.key,
            device_id=self.wire.device_id,
            incarnation=1,
            n=len(self.slots) + 1,
            previous=self.slots[-1].link_hash if self.slots else GENESIS,
            stored=stored,
        )
        self.slots.append(slot)
        return slot

    def batch(self, first_n: int) -> Push:
        part = self.slots[first_n - 1 :]
        return Push(
            incarnation=1,
            first_n=first_n,
            previous_hash=self.slots[first_n - 2].link_hash if first_n > 1 else GENESIS,
            items=[PushItem(stored=slot.stored, signature=slot.signature) for slot in part],
            head_signature=part[-1].link_signature,
        )

    def push(self, first_n: int) -> list[Verdict]:
        """Send from this slot on; what was not simply stored."""
        answer = self.wire.ask("/push", pack(self.batch(first_n)))
        assert answer.status == 200, unpacked(answer.body)
        return unpack(answer.body, PushAnswer).verdicts

    def says(self, body: Body, **said: Any) -> str:
        """Add and push one document: '' when it is stored, else why it is kept."""
        n = self.add(body, **said).n
        return "".join(one.code for one in self.push(n))


@dataclass
class Place:
    """Head office with two shops; the first is the attacker's."""

    office: Office
    line: InProcess
    mine: Till
    theirs: Till

    def count(self, table: Any) -> int:
        with self.office.database.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def scalar(self, statement: Any) -> Any:
        with self.office.database.read() as connection:
            return connection.execute(statement).scalar()

    def neighbour(self) -> object:
        """All that head office holds of the neighbour, as one digest."""
        with self.office.database.read() as connection:
            return heads_of(connection, ["site:SH02", "account:D2"])


def unpacked(body: bytes) -> bytes:
    """A body as it reads, for a look at all of its bytes."""
    if body[:1] == b"\x01":
        return zstandard.ZstdDecompressor().decompress(body[1:], max_output_size=1 << 26)
    return body


def _found(office: Office, devices: dict[str, SigningKey]) -> None:
    bodies: list[Body] = [
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="FX"),),
            accounts=tuple(
                Account(account_id=one, partner_id=one, sales_org_id="FX", name=one)
                for one in ("D1", "D2")
            ),
            sites=tuple(
                Site(site_id=f"SH0{n}", name="shop", site_type="store", account_ids=(f"D{n}",))
                for n in (1, 2)
            ),
        ),
        CataloguePublished(products=(Product(code="P1", name="P1", sales_org_ids=("FX",)),)),
        UserPublished(
            user_id="owner",
            name="Owner",
            role="owner",
            grants=(Grant(site_id="SH01"), Grant(site_id="SH02")),
        ),
    ]
    for device_id, key in devices.items():
        site_id, _, tag = device_id.partition(".")
        bodies.append(
            DeviceEnrolled(
                device_id=device_id,
                device_type="till",
                site_id=site_id,
                tag=tag,
                public_key=key.public,
            )
        )
    with office.database.write() as connection:
        publish(connection, office.hq, [draft_of(office.hq, b, NOON_US) for b in bodies], NOON_US)


@contextmanager
def two_shops(address: str, folder: Path) -> Iterator[Place]:
    """Head office on the database of this address, with both shops enrolled."""
    clock, chance = SetClock(), CountingRandomness()
    chosen = "" if address.startswith("sqlite") else address
    office = create(folder / "home", chosen, clock, chance)
    keys = {f"SH0{n}.01": SigningKey.from_seed(bytes([n]) * 32) for n in (1, 2)}
    _found(office, keys)
    app = App(service_of(office, clock, chance))
    with asyncio.Runner() as runner:
        line = InProcess(app, runner)
        mine, theirs = (
            Till(Device(line, device_id, key), device_id[:4], chance)
            for device_id, key in keys.items()
        )
        theirs.add(a_sale(note=SECRET))
        theirs.push(1)
        yield Place(office, line, mine, theirs)
    office.database.close()


def hello() -> Hello:
    """A first word in good form."""
    cursors = [Cursor(scope="site:SH01", generation=1, seq=0)]
    return Hello(
        protocol=1, incarnation=1, epoch="", head_n=0, head_hash=bytes(32), cursors=cursors
    )


def pull_all(till: Till, scope: str) -> list[Page]:
    """Every page of a scope, each small enough to travel."""
    pages: list[Page] = []
    after = 0
    while not pages or pages[-1].until < pages[-1].head:
        pull = Pull(scope=scope, generation=1, after=after, limit=0)
        answer = till.wire.ask("/pull", pack(pull))
        assert answer.status == 200
        assert len(answer.body) < BODY_BYTES_MAX
        pages.append(unpack(answer.body, Page))
        assert pages[-1].until > after
        after = pages[-1].until
    return pages
