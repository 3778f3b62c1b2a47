"""Many stores of one head office, each with a device and a journal that is already written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.access.documents import Grant, UserPublished
from shared.channel.documents import ChannelPublished, DeviceEnrolled, SalesOrg, Site
from shared.core.ids import uuid7
from shared.core.rounding import MICRO
from shared.journal.chain import GENESIS, SigningKey, Slot, seal
from shared.journal.document import Body, Document, Draft
from shared.journal.kind import Kind, encode, header_for
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.sync.limits import PUSH_BYTES_MAX, PUSH_DOCUMENTS_MAX
from shared.sync.messages import Push, PushItem
from sync_server.operations.home import Office, create, open_home
from sync_server.sync.head_office import draft_of, publish
from tests.benchmarks.house import CLOCK, ORG, RANDOM, catalogue, code

PRODUCTS = 500
_SECOND_US = 1_000_000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Founded:
    """A head office that is set up; its servers open it themselves."""

    home: Path
    epoch: str
    stores: "list[Store]"


@dataclass(slots=True)
class Store:
    """One shop's only device: what it wrote, and how much of that it has sent."""

    site_id: str
    device_id: str
    key: SigningKey
    slots: list[Slot]
    sent: int = 0

    def batch(self, count: int) -> Push | None:
        """The next unsent slots, at most so many; None when all are sent."""
        part: list[Slot] = []
        size = 0
        for slot in self.slots[self.sent : self.sent + min(count, PUSH_DOCUMENTS_MAX)]:
            size += len(slot.stored)
            if part and size > PUSH_BYTES_MAX:
                break
            part.append(slot)
        if not part:
            return None
        return Push(
            incarnation=1,
            first_n=part[0].n,
            previous_hash=self.slots[self.sent - 1].link_hash if self.sent else GENESIS,
            items=[PushItem(stored=slot.stored, signature=slot.signature) for slot in part],
            head_signature=part[-1].link_signature,
        )

    @property
    def head_hash(self) -> bytes:
        """The link of the last slot that was written."""
        return self.slots[-1].link_hash if self.slots else GENESIS


def founded(home: Path, address: str, stores: int, documents: int) -> Founded:
    """A new head office with so many shops, and so many sales waiting on each one's device."""
    create(home, address, CLOCK, RANDOM).database.close()
    office = open_home(home, "", RANDOM)
    try:
        names = [f"SH{number:04d}" for number in range(1, stores + 1)]
        _publish(office, catalogue(PRODUCTS))
        for start in range(0, stores, _AT_ONCE):
            _publish(office, list(_channel(names[start : start + _AT_ONCE])))
        keys = {name: SigningKey.from_seed(RANDOM.bytes(32)) for name in names}
        _publish(office, [_enrolled(name, key) for name, key in keys.items()])
        kind = office.hq.replica.registry.of_body(_sale(0))
        made = [
            Store(name, f"{name}.01", key, journal(kind, name, key, documents))
            for name, key in keys.items()
        ]
        return Founded(home, office.hq.epoch, made)
    finally:
        office.database.close()


def _publish(office: Office, bodies: Sequence[Body]) -> None:
    now_us = CLOCK.now_us()
    with office.database.write() as connection:
        drafts = [draft_of(office.hq, body, now_us) for body in bodies]
        publish(connection, office.hq, drafts, now_us)


def _channel(names: Sequence[str]) -> Iterator[Body]:
    sites = tuple(
        Site(site_id=name, name=name, site_type="store", sales_org_ids=(ORG,)) for name in names
    )
    yield ChannelPublished(sales_orgs=(SalesOrg(sales_org_id=ORG, name="示例品牌"),), sites=sites)
    for name in names:
        yield UserPublished(
            user_id=f"u-{name}", name=name, role="owner", grants=(Grant(site_id=name),)
        )


def _enrolled(site_id: str, key: SigningKey) -> DeviceEnrolled:
    return DeviceEnrolled(
        device_id=f"{site_id}.01",
        device_type="till",
        site_id=site_id,
        tag="01",
        public_key=key.public,
    )


def journal(kind: Kind, site_id: str, key: SigningKey, count: int) -> list[Slot]:
    """A till's journal of sales with one to four lines each."""
    device_id, previous, slots = f"{site_id}.01", GENESIS, []
    at_us = CLOCK.now_us() - count * 60 * _SECOND_US
    for n in range(1, count + 1):
        at_us += 60 * _SECOND_US
        body = _sale(n)
        draft = Draft(
            body=body,
            uid=uuid7(at_us, RANDOM),
            site_id=site_id,
            author_id=f"u-{site_id}",
            happened_at_us=at_us,
            business_day="2026-01-05",
        )
        number = f"XS-{site_id}-01A-{n:06d}"
        document = Document(header_for(kind, draft, device_id=device_id, number=number), body)
        slot = seal(
            key,
            device_id=device_id,
            incarnation=1,
            n=n,
            previous=previous,
            stored=encode(document),
        )
        previous = slot.link_hash
        slots.append(slot)
    return slots


def _sale(number: int) -> Sale:
    lines = []
    for place in range(1 + number % 4):
        minor = 990 + (number + place) * 7 % 90 * 10
        lines.append(
            SaleLine(
                product_id=code((number * 31 + place * 7) % PRODUCTS + 1),
                qty_micro=MICRO,
                unit_price_micro=minor * MICRO // 100,
                amount_minor=minor,
                price_version=1,
            )
        )
    total = sum(line.amount_minor for line in lines)
    cash = [TenderLine(tender="cash", amount_minor=total)]
    return Sale(mode="till", currency="CNY", lines=lines, tenders=cash, total_minor=total)
