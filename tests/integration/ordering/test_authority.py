"""Nobody writes into another's books: orders and shipments are in one's own account's name."""

from collections.abc import Iterator

import pytest

from shared.access.documents import Grant, UserPublished
from shared.channel.documents import Account, ChannelPublished, DeviceEnrolled, SalesOrg, Site
from shared.core.ids import uuid7
from shared.journal.chain import GENESIS, SigningKey, seal
from shared.journal.document import Body, Document, Draft
from shared.journal.kind import encode, header_for
from shared.ordering.documents import OrderLine, OrderSubmitted, ShipmentPosted
from shared.stock.documents import MoveLine, Movement
from shared.sync.messages import Push, PushItem
from sync_server.operations.home import Office, create
from sync_server.store.devices import find_device
from sync_server.sync.head_office import draft_of, publish
from sync_server.sync.push import ingest
from tests.builders.documents import NOON_US
from tests.integration.server.world import CountingRandomness, SetClock

KEY = SigningKey.from_seed(b"dealer".ljust(32, b"\0"))


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Head office with two dealers; one of them has a device."""
    made = create(tmp_path_factory.mktemp("hq") / "hq", "", SetClock(), CountingRandomness())
    channel = ChannelPublished(
        sales_orgs=(SalesOrg(sales_org_id="FX", name="FX"),),
        accounts=tuple(
            Account(account_id=one, partner_id=one, sales_org_id="FX", name=one)
            for one in ("D1", "D2")
        ),
        sites=(Site(site_id="DL01", name="DL01", site_type="warehouse", account_ids=("D1",)),),
    )
    user = UserPublished(
        user_id="wang", name="Wang", role="dealer", grants=(Grant(site_id="DL01"),)
    )
    device = DeviceEnrolled(
        device_id="DL01.01",
        device_type="dealer",
        site_id="DL01",
        tag="01",
        public_key=KEY.public,
    )
    with made.database.write() as connection:
        drafts = [draft_of(made.hq, body, NOON_US) for body in (channel, user, device)]
        publish(connection, made.hq, drafts, NOON_US)
    yield made
    made.database.close()


def pushed(office: Office, body: Body) -> list[str]:
    """The codes head office keeps this document for; nothing when it is stored."""
    draft = Draft(
        body=body,
        uid=uuid7(NOON_US, CountingRandomness()),
        site_id="DL01",
        author_id="wang",
        happened_at_us=NOON_US,
    )
    kind = office.hq.replica.registry.of_body(body)
    document = Document(header_for(kind, draft, device_id="DL01.01", number=""), body)
    slot = seal(
        KEY,
        device_id="DL01.01",
        incarnation=1,
        n=1,
        previous=GENESIS,
        stored=encode(document),
    )
    message = Push(
        incarnation=1,
        first_n=1,
        previous_hash=GENESIS,
        items=[PushItem(stored=slot.stored, signature=slot.signature)],
        head_signature=slot.link_signature,
    )
    with office.database.write() as connection:
        device = find_device(connection, "DL01.01")
        assert device
        answer = ingest(connection, office.hq, device, message, NOON_US)
    return [verdict.code for verdict in answer.verdicts]


def an_order(account_id: str) -> OrderSubmitted:
    line = OrderLine(line_no=1, product_id="P1", qty_micro=1_000_000)
    return OrderSubmitted(account_id=account_id, sales_org="FX", currency="CNY", lines=[line])


def test_a_dealer_orders_in_its_own_name(office: Office) -> None:
    assert pushed(office, an_order("D1")) == []


def test_an_order_in_another_dealers_name_is_kept_and_reaches_nobody(office: Office) -> None:
    assert pushed(office, an_order("D2")) == ["FOREIGN_ACCOUNT"]
    with office.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM channel_order").scalar_one()
    assert rows == 0


def test_a_dealer_cannot_ship_in_head_offices_name(office: Office) -> None:
    forged = ShipmentPosted(
        order_uid=bytes(16), account_id="D2", to_site="SH09", currency="CNY", lines=[], supplier=""
    )
    assert pushed(office, forged) == ["FOREIGN_ACCOUNT"]


def dismissed(office: Office) -> None:
    """Wang leaves a second after noon; what was made until then arrives later."""
    left = UserPublished(
        user_id="wang",
        name="Wang",
        role="dealer",
        grants=(Grant(site_id="DL01"),),
        is_active=False,
    )
    later_us = NOON_US + 1_000_000
    with office.database.write() as connection:
        publish(connection, office.hq, [draft_of(office.hq, left, later_us)], later_us)


def test_goods_moved_by_somebody_who_left_since_are_a_fact_all_the_same(office: Office) -> None:
    dismissed(office)
    moved = Movement(
        movement_type="purchase",
        from_location="supplier",
        to_location="site/DL01/-/sellable",
        lines=[MoveLine(product_id="P1", qty_micro=1_000_000)],
    )
    assert pushed(office, moved) == []


def test_an_order_of_somebody_who_left_since_is_not_decided(office: Office) -> None:
    dismissed(office)
    assert pushed(office, an_order("D1")) == ["PERMISSION_MISSING"]
