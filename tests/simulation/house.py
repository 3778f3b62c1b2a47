"""The brand of the simulation: channel, people, goods and devices, published once per process."""

import random
from dataclasses import dataclass
from functools import lru_cache

from desktop.store.local import LocalStore
from desktop.sync.engine import Ask, drive, sync
from shared.access.documents import Grant, UserPublished
from shared.catalog.documents import (
    AssortmentItem,
    AssortmentPublished,
    CataloguePublished,
    Product,
    ProductBarcode,
)
from shared.channel.documents import Account, ChannelPublished, Level, Partner, SalesOrg, Site
from shared.channel.rules import founder_id
from shared.core.ids import uuid7
from shared.journal.document import Body
from shared.leases.documents import PoolStated
from shared.leases.rules import pool_named
from shared.ordering.documents import (
    GrantLine,
    OrderDecisionRequested,
    OrderLine,
    OrderSubmitted,
    ShipmentPosted,
    ShippedLine,
)
from shared.pricing.publishing import version_bodies
from shared.pricing.rules import PriceRow, retail_ratio
from shared.stock.documents import MovementTypeLine, MovementTypesPublished
from shared.sync.messages import Enrol, Message, pack, unpack
from shared.sync.requests import enrolment_message
from sync_server.enrolment.codes import consume, make_code
from sync_server.enrolment.joining import make_join_code
from sync_server.store.migrations import migrate
from sync_server.sync.head_office import draft_of, publish
from tests.simulation.device import (
    FOUNDED_ID,
    FOUNDED_SITE,
    LAYOUT,
    Place,
    SimDevice,
    Template,
    key_of,
)
from tests.simulation.edges import (
    SimClock,
    SimDisk,
    SimRandomness,
    SimSpool,
    World,
    engine_over,
    new_disk,
)
from tests.simulation.head_office import SimHeadOffice

START_US = 1_764_561_600_000_000
"""2025-12-01 12:00 in Shanghai."""
ORG = "FX"
PRODUCTS = tuple(f"P{n}" for n in range(1, 7))
EXCLUSIVE = "X1"
EXCLUSIVE_LIST = "ZG"

PLACES = (
    Place(device_id="SH01.01", device_type="till", site_id="SH01", people=("wang", "chen")),
    Place(device_id="hq.01", device_type="hq", site_id="", people=("editor", "boss")),
    Place(device_id="SH01.02", device_type="till", site_id="SH01", people=("wang", "chen")),
    Place(device_id="SH02.01", device_type="till", site_id="SH02", people=("li",)),
    Place(device_id="DL01.01", device_type="dealer", site_id="DL01", people=("zhao",)),
    Place(device_id="HQ01.01", device_type="warehouse", site_id="HQ01", people=("sun",)),
    Place(device_id="hq.02", device_type="hq", site_id="", people=("boss", "editor")),
)
"""The first two take part in every run."""
FOUNDED = Place(
    device_id=FOUNDED_ID,
    device_type="till",
    site_id=FOUNDED_SITE,
    people=(founder_id(FOUNDED_SITE),),
)
"""Takes part in some runs: it begins by itself, sells, and joins head office midway."""
ACCOUNT_OF = {"SH01": "D2", "SH02": "D3", "DL01": "D1"}
SITES = ("SH01", "SH02", "DL01", "HQ01")


def channel() -> ChannelPublished:
    """Head office supplies the dealer D1, and both supply the shops D2 and D3."""
    shops = tuple(
        Account(
            account_id=name,
            partner_id=f"PA{name}",
            sales_org_id=ORG,
            name=f"Shop {name}",
            level_id="L2",
            upstream_account_ids=("D1", ""),
            credit_limit_minor=1_000_00,
        )
        for name in ("D2", "D3")
    )
    dealer = Account(
        account_id="D1",
        partner_id="PAD1",
        sales_org_id=ORG,
        name="Dealer",
        level_id="L1",
        credit_limit_minor=20_000_00,
    )
    return ChannelPublished(
        sales_orgs=(SalesOrg(sales_org_id=ORG, name="Brand"),),
        levels=(
            Level(level_id="L1", name="Level 1", rank=1, sales_org_ids=(ORG,)),
            Level(
                level_id="L2", name="Level 2", rank=2, upstream_level_id="L1", sales_org_ids=(ORG,)
            ),
        ),
        partners=tuple(Partner(partner_id=f"PA{d}", name=d) for d in ("D1", "D2", "D3")),
        accounts=(dealer, *shops),
        sites=(
            Site(site_id="HQ01", name="HQ warehouse", site_type="warehouse", sales_org_ids=(ORG,)),
            Site(site_id="DL01", name="Dealer", site_type="warehouse", account_ids=("D1",)),
            Site(site_id="SH01", name="Shop 1", site_type="store", account_ids=("D2",)),
            Site(site_id="SH02", name="Shop 2", site_type="store", account_ids=("D3",)),
        ),
    )


def people() -> tuple[UserPublished, ...]:
    """Whoever works at a site or at head office; ``temp`` is granted by the workload."""
    named = (
        ("wang", "owner", "SH01"),
        ("chen", "clerk", "SH01"),
        ("li", "owner", "SH02"),
        ("zhao", "dealer", "DL01"),
        ("sun", "warehouse", "HQ01"),
        ("editor", "head_office", ""),
        ("boss", "head_office", ""),
    )
    return tuple(
        UserPublished(user_id=name, name=name, role=role, grants=(Grant(site_id=site),))
        for name, role, site in named
    )


def product(code: str, edition: int = 0, *, is_exclusive: bool | None = None) -> Product:
    """A product as head office states it; a later edition has another name and barcode.

    ``is_exclusive`` None = as it was at the beginning.
    """
    is_exclusive = code.startswith("X") if is_exclusive is None else is_exclusive
    return Product(
        code=code,
        name=f"Cream {code} {edition}",
        brand="YB",
        barcodes=(ProductBarcode(barcode=f"{code}-{edition}"),),
        sales_org_ids=() if is_exclusive else (ORG,),
        exclusive_assortment_id=EXCLUSIVE_LIST if is_exclusive else "",
    )


def goods() -> tuple[Body, ...]:
    """Catalogue, the general list and the exclusive one, which only D2 knows."""
    return (
        CataloguePublished(products=tuple(product(code) for code in (*PRODUCTS, EXCLUSIVE))),
        AssortmentPublished(
            assortment_id="GEN",
            sales_org_id=ORG,
            name="General",
            items=tuple(AssortmentItem(product_id=code) for code in PRODUCTS),
        ),
        exclusive_list(("D2",), ()),
    )


def pools() -> tuple[Body, ...]:
    """What tills may lease of: two deposits and a limit, in portions; there is never enough."""
    return tuple(
        PoolStated(
            pool=pool_named(key), unit="CNY", added=20_000, portion=portion, term_s=3 * 3_600
        )
        for key, portion in (("deposit:K1", 5_000), ("deposit:K2", 0), ("limit:gift", 800))
    )


def exclusive_list(accounts: tuple[str, ...], former: tuple[str, ...]) -> AssortmentPublished:
    """The exclusive list as it names these accounts."""
    return AssortmentPublished(
        assortment_id=EXCLUSIVE_LIST,
        sales_org_id=ORG,
        name="Exclusive",
        is_exclusive=True,
        account_ids=accounts,
        former_account_ids=former,
        items=(AssortmentItem(product_id=EXCLUSIVE),),
    )


def movement_types(edition: int = 0) -> MovementTypesPublished:
    """Scrap and supply."""
    return MovementTypesPublished(
        types=[
            MovementTypeLine(
                id="scrap",
                name_zh=f"报废{edition}",
                name_en="Scrap",
                direction="out",
                counter_location="scrap",
            ),
            MovementTypeLine(
                id="supply",
                name_zh="进货",
                name_en="Supply",
                direction="in",
                counter_location="supplier",
            ),
        ]
    )


def price_rows(retail_minor: int, codes: tuple[str, ...] = PRODUCTS) -> tuple[PriceRow, ...]:
    """A retail price for each product, and a ratio for each level."""
    retail = tuple(
        PriceRow(code, "", "retail", unit_price_micro=(retail_minor + n) * 10_000)
        for n, code in enumerate(codes)
    )
    ratios = tuple(
        PriceRow("", "YB", f"level:{name}", ratio_micro=ratio)
        for name, ratio in (("L1", 500_000), ("L2", 600_000))
    )
    return retail + ratios


@dataclass(frozen=True, slots=True)
class House:
    """What every run begins with: head office's disk, an empty device, and devices that synced."""

    office: SimDisk
    empty: Template
    synced: dict[str, Template]
    join_code: str
    """For the shop that founds itself."""


@lru_cache(maxsize=1)
def templates() -> House:
    """The house, made once per process and copied for each run."""
    world = World(START_US - 3_600_000_000)
    disk = new_disk()
    office = SimHeadOffice.start(disk, world, "template")
    with office.database.write() as connection:
        migrate(connection, LAYOUT.schema, LAYOUT.local)
    office.publish(channel(), *people(), *goods(), movement_types(), *pools())
    _first_prices(office, world)
    _first_orders(office, world)
    for place in PLACES:
        _enrol(office, place, world)
    empty = _empty_template()
    synced = {place.device_id: _synced(office, place, empty, world) for place in PLACES}
    with office.database.write() as connection:
        code = make_join_code(connection, office.randomness, account_id="D2", now_us=world.now_us)
    return House(disk, empty, synced, code)


def _empty_template() -> Template:
    """A device's disk with all tables and nothing in them."""
    disk = new_disk()
    store = LocalStore(
        engine_over(disk),
        LAYOUT,
        SimSpool(disk.fuse, random.Random(0)),
        clock=SimClock(World(0)),
        randomness=SimRandomness("template"),
    )
    store.close()
    return Template(disk)


def _synced(office: SimHeadOffice, place: Place, empty: Template, world: World) -> Template:
    device = SimDevice.make(place, empty, world, "template")

    def send(ask: Ask) -> Message:
        return unpack(office.handle(device.name, ask.path, pack(ask.message)), ask.answer)

    drive(sync(device.running, device.clock), send)
    try:
        return device.template()
    finally:
        device.release()


def _first_prices(office: SimHeadOffice, world: World) -> None:
    version_uid = uuid7(world.now_us, office.randomness)
    bodies = version_bodies(
        version_uid,
        sales_org_id=ORG,
        parent_number=0,
        effective_at_us=world.now_us,
        steps=retail_ratio(),
        rows=price_rows(100_00),
    )
    *rows, version = bodies
    office.publish(*rows, author_id="editor")
    office.publish_as(version_uid, version, author_id="editor", approver_id="boss")


def _first_orders(office: SimHeadOffice, world: World) -> None:
    """Each account has an order that waits for its decision, and each shop goods on the way."""
    for site_id, account_id in ACCOUNT_OF.items():
        for is_shipped in (False, True):
            order_uid = uuid7(world.now_us, office.randomness)
            office.publish_as(order_uid, _order(account_id), author_id="editor", site_id=site_id)
            if is_shipped:
                decision, gone = _granted(order_uid, account_id, site_id)
                office.publish_as(
                    uuid7(world.now_us, office.randomness), decision, author_id="boss"
                )
                shipped_uid = uuid7(world.now_us, office.randomness)
                office.publish_as(shipped_uid, gone, author_id="boss", site_id="HQ01")


def _order(account_id: str) -> OrderSubmitted:
    line = OrderLine(
        line_no=1,
        product_id="P1",
        qty_micro=10_000_000,
        unit_price_micro=20_000_000,
        amount_minor=20_000,
    )
    return OrderSubmitted(account_id=account_id, sales_org=ORG, currency="CNY", lines=[line])


def _granted(
    order_uid: bytes, account_id: str, site_id: str
) -> tuple[OrderDecisionRequested, ShipmentPosted]:
    decision = OrderDecisionRequested(
        order_uid=order_uid,
        account_id=account_id,
        seen_revision=1,
        lines=[GrantLine(line_no=1, accepted_micro=10_000_000)],
    )
    gone = ShippedLine(
        line_no=1, order_line_no=1, product_id="P1", qty_micro=10_000_000, amount_minor=20_000
    )
    shipment = ShipmentPosted(
        order_uid=order_uid,
        account_id=account_id,
        to_site=site_id,
        currency="CNY",
        lines=[gone],
    )
    return decision, shipment


def _enrol(office: SimHeadOffice, place: Place, world: World) -> None:
    """By one-time code and key, as a real device is."""
    key = key_of(place.device_id)
    with office.database.write() as connection:
        code = make_code(
            connection,
            office.randomness,
            device_type=place.device_type,
            site_id=place.site_id,
            tag=place.tag,
            now_us=world.now_us,
        )
    with office.database.write() as connection:
        request = Enrol(
            code=code,
            public_key=key.public,
            signature=key.sign_request(enrolment_message(code)),
        )

        def write_down(body: Body, site_id: str) -> None:
            draft = draft_of(office.hq, body, world.now_us, site_id=site_id)
            publish(connection, office.hq, [draft], world.now_us)

        consume(connection, request, world.now_us, write_down)
