"""A house of many shops with a real head office in this process; every shop has its secrets."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from shared.access.documents import Grant, PoliciesPublished, Policy, UserPublished
from shared.accounts.documents import AccountAdjusted
from shared.catalog.documents import (
    AssortmentItem,
    AssortmentPublished,
    CataloguePublished,
    Product,
    ProductPicturePublished,
)
from shared.channel.documents import (
    Account,
    ChannelPublished,
    DeviceEnrolled,
    DeviceRevoked,
    Level,
    SalesOrg,
    Site,
)
from shared.core.ids import uuid7
from shared.journal.chain import SigningKey
from shared.journal.document import Body
from shared.pricing.publishing import version_bodies
from shared.pricing.rules import PriceRow, by_list
from shared.tasks.documents import TaskOpened
from sync_server.http.app import App
from sync_server.http.nonces import Nonces
from sync_server.http.service import Service
from sync_server.operations.home import Office, create
from sync_server.sync.head_office import draft_of, publish
from sync_server.sync.snapshot import Snapshots
from tests.attack.line import Line
from tests.attack.secrets import GOODS, Secrets, secret_documents
from tests.integration.server.asgi import Device
from tests.integration.server.two_shops import Till
from tests.integration.server.world import NOON_US, CountingRandomness, SetClock

DEALER, DEALER_SITE = "DL", "DL01"
"""The dealer who supplies shops 1 and 2; head office supplies everybody else."""


def site_id(number: int) -> str:
    """The site of a shop."""
    return f"S{number:03d}"


def account_id(number: int) -> str:
    """The channel account of a shop."""
    return f"D{number:03d}"


@dataclass
class House:
    """Head office, its line, and an end for every device."""

    office: Office
    service: Service
    line: Line
    clock: SetClock
    random: CountingRandomness
    shops: int
    ends: dict[str, Till] = field(default_factory=dict)
    secrets: dict[int, Secrets] = field(default_factory=dict)

    def publish(self, *bodies: Body, site: str = "", approver_id: str = "") -> None:
        """Head office writes documents."""
        for body in bodies:
            self.publish_as(body, site=site, approver_id=approver_id)

    def publish_as(
        self, body: Body, *, uid: bytes = b"", site: str = "", approver_id: str = ""
    ) -> None:
        """One document of head office's, with the uid and the second person it needs."""
        draft = draft_of(self.office.hq, body, NOON_US, site_id=site)
        whole = replace(draft, uid=uid or draft.uid, approver_id=approver_id)
        with self.office.database.write() as connection:
            publish(connection, self.office.hq, [whole], NOON_US)

    def enrol(self, device_type: str, site: str, tag: str) -> Till:
        """A device that head office knows from here on."""
        device_id = f"{site or 'hq'}.{tag}"
        key = SigningKey.from_seed(device_id.encode().ljust(32, b"\7"))
        self.publish(
            DeviceEnrolled(
                device_id=device_id,
                device_type=device_type,
                site_id=site,
                tag=tag,
                public_key=key.public,
            ),
            site=site,
        )
        end = Till(Device(self.line, device_id, key), site, self.random)
        self.ends[device_id] = end
        return end

    def revoke(self, device_id: str) -> None:
        """The device is trusted no longer."""
        end = self.ends[device_id]
        self.publish(DeviceRevoked(device_id=device_id, site_id=end.site_id), site=end.site_id)

    def another_worker(self) -> Line:
        """A line to another process of the same head office: it has a nonce secret of its own."""
        return Line(App(_service(self.office, self.clock, self.random)), self.line.runner)

    def till(self, number: int) -> Till:
        """The till of a shop."""
        return self.ends[f"{site_id(number)}.01"]


def _service(office: Office, clock: SetClock, random: CountingRandomness) -> Service:
    return Service(
        database=office.database,
        hq=office.hq,
        nonces=Nonces(random.bytes(32), clock, random),
        clock=clock,
        snapshots=Snapshots(
            folder=office.snapshot_folder, schema=office.hq.replica.schema, rows_min=1
        ),
    )


@contextmanager
def house(folder: Path, *, shops: int = 5, address: str = "", salted: int = 0) -> Iterator[House]:
    """A house with so many shops, each with goods, orders, members, tasks and files of its own.

    The shop ``salted`` has other secrets than usual, and nothing else is different.
    """
    clock, random = SetClock(), CountingRandomness()
    office = create(folder / "home", address, clock, random)
    service = _service(office, clock, random)
    with asyncio.Runner() as runner:
        made = House(office, service, Line(App(service), runner), clock, random, shops)
        for number in range(1, shops + 1):
            made.secrets[number] = Secrets(number, 3 if number == salted else 0)
        _publish_channel(made)
        _enrol_all(made)
        for number in range(1, shops + 1):
            _fill(made, number)
        service.sum_days()
        service.make_snapshots()
        yield made
    office.database.close()


def _publish_channel(made: House) -> None:
    numbers = range(1, made.shops + 1)
    made.publish(
        ChannelPublished(
            sales_orgs=(
                SalesOrg(sales_org_id="FX", name="FX"),
                SalesOrg(sales_org_id="ZX", name="ZX"),
            ),
            levels=tuple(
                Level(level_id=f"L{n}", name=f"L{n}", rank=n, sales_org_ids=("FX",)) for n in (1, 2)
            ),
            accounts=(_dealer(), *(_account(made.secrets[n]) for n in numbers)),
            sites=(
                Site(site_id="HQ01", name="HQ01", site_type="hq", sales_org_ids=("FX",)),
                Site(
                    site_id=DEALER_SITE,
                    name="dealer",
                    site_type="warehouse",
                    account_ids=(DEALER,),
                ),
                *(_site(made.secrets[n]) for n in numbers),
            ),
        ),
        CataloguePublished(
            products=(
                Product(code="P1", name="P1", sales_org_ids=("FX", "ZX")),
                Product(code="P2", name="P2", sales_org_ids=("FX", "ZX")),
                *(_exclusive(made.secrets[n]) for n in numbers),
            )
        ),
        PoliciesPublished(policies=tuple(_policy(made.secrets[n]) for n in numbers)),
    )
    for n in numbers:
        made.publish(_own_list(made.secrets[n]), _own_picture(made.secrets[n]))
    people = (
        UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),)),
        UserPublished(user_id="second", name="Second", role="head_office", grants=(Grant(),)),
        UserPublished(
            user_id="keeper", name="K", role="warehouse", grants=(Grant(site_id="HQ01"),)
        ),
        UserPublished(
            user_id="dealer", name="Dealer", role="owner", grants=(Grant(site_id=DEALER_SITE),)
        ),
        *(_owner(made.secrets[n]) for n in numbers),
    )
    made.publish(*people)
    _publish_prices(made)


def _publish_prices(made: House) -> None:
    uid = uuid7(NOON_US, made.random)
    rows = [PriceRow("P1", "", "retail", unit_price_micro=5_000_000)]
    rows += [
        PriceRow("P1", "", f"account:{account_id(n)}", unit_price_micro=secret.price_micro)
        for n, secret in made.secrets.items()
    ]
    *chunks, last = version_bodies(
        uid,
        sales_org_id="FX",
        parent_number=0,
        effective_at_us=NOON_US,
        steps=by_list("retail"),
        rows=rows,
    )
    made.publish(*chunks)
    made.publish_as(last, uid=uid, approver_id="second")


def _dealer() -> Account:
    return Account(
        account_id=DEALER, partner_id=DEALER, sales_org_id="FX", name="Dealer", level_id="L1"
    )


def _account(secret: Secrets) -> Account:
    return Account(
        account_id=account_id(secret.number),
        partner_id=secret.text("partner"),
        sales_org_id="FX" if secret.number % 5 else "ZX",
        name=secret.called("account"),
        level_id="L2",
        upstream_account_ids=(DEALER,) if secret.number <= 2 else (),
        credit_limit_minor=secret.credit_minor,
        terms_days=30,
    )


def _site(secret: Secrets) -> Site:
    return Site(
        site_id=site_id(secret.number),
        name=secret.text("site"),
        site_type="store",
        account_ids=(account_id(secret.number),),
    )


def _exclusive(secret: Secrets) -> Product:
    return Product(
        code=secret.text("goods", mark=GOODS),
        name=secret.text("goods-name", mark=GOODS),
        description=secret.text("goods-description", mark=GOODS),
        exclusive_assortment_id=f"EX{secret.number}",
    )


def _own_picture(secret: Secrets) -> ProductPicturePublished:
    return ProductPicturePublished(
        product_id=secret.text("goods", mark=GOODS),
        size_class="small",
        data=secret.picture,
        exclusive_assortment_id=f"EX{secret.number}",
    )


def _own_list(secret: Secrets) -> AssortmentPublished:
    return AssortmentPublished(
        assortment_id=f"EX{secret.number}",
        sales_org_id="FX" if secret.number % 5 else "ZX",
        name=secret.text("list", mark=GOODS),
        is_exclusive=True,
        account_ids=(account_id(secret.number),),
        items=(AssortmentItem(product_id=secret.text("goods", mark=GOODS)),),
    )


def _policy(secret: Secrets) -> Policy:
    return Policy(
        name="till.shift_difference_minor",
        value=str(secret.policy_minor),
        site_id=site_id(secret.number),
    )


def _owner(secret: Secrets) -> UserPublished:
    return UserPublished(
        user_id=f"owner{secret.number}",
        name=secret.text("owner"),
        role="owner",
        grants=(Grant(site_id=site_id(secret.number)),),
        pin_hash=secret.text("pin-hash"),
    )


def _enrol_all(made: House) -> None:
    for number in range(1, made.shops + 1):
        made.enrol("till", site_id(number), "01")
    made.enrol("dealer", site_id(3), "02")
    made.enrol("warehouse", site_id(3), "03")
    made.enrol("dealer", DEALER_SITE, "01")
    made.enrol("warehouse", DEALER_SITE, "02")
    made.enrol("warehouse", "HQ01", "01")
    made.enrol("hq", "", "01")
    made.enrol("till", site_id(3), "09")
    made.revoke(f"{site_id(3)}.09")


def _fill(made: House, number: int) -> None:
    """What a shop does, and what head office does with it."""
    secret, till = made.secrets[number], made.till(number)
    owner = f"owner{number}"
    first = len(till.slots) + 1
    for body in secret_documents(secret, site_id(number), account_id(number)):
        till.add(body, author_id=owner)
    till.add_bytes(secret.text("kept").encode())
    # One that can be read and is kept: what it says is shown to the site and to head office.
    foreign = secret_documents(secret, site_id(number), account_id(number))[0]
    till.add(foreign, author_id="nobody")
    till.push(first)
    made.publish(
        AccountAdjusted(
            account_id=account_id(number),
            currency="CNY",
            amount_minor=secret.debt_minor,
            reason=secret.text("adjustment"),
        )
    )
    made.publish(
        TaskOpened(code="PRODUCT_UNKNOWN", subject=secret.text("task"), site_id=site_id(number)),
        site=site_id(number),
    )


def device_ids(made: House, kinds: Sequence[str] = ()) -> list[str]:
    """The devices of a house, in order."""
    return [one for one in made.ends if not kinds or one in kinds]
