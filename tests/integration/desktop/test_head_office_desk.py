"""Head office's desktop and a shop's till with a real server between them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.pricing.usecases.here import prices_here
from desktop.reporting.usecases.asking import Report
from desktop.reporting.usecases.deliveries import nudge_devices
from desktop.stock.usecases import Goods, move, send_transfer
from desktop.stock.usecases.undoing import undo_movement
from desktop.store.asking import device, now_us
from desktop.store.command import find_command
from desktop.sync.enrolment import load_key
from desktop.sync.story import status
from shared.access.documents import Grant, UserPublished
from shared.catalog.tables import product
from shared.channel.tables import channel_account
from shared.core.errors import AccessDenied, QutongError, RuleViolation
from shared.core.ids import uid_text
from shared.core.rounding import MICRO
from shared.pricing.tables import price_row
from shared.sales.tables import sale
from shared.stock.queries import on_hand_micro
from shared.stock.rules import location
from shared.tasks.queries import kept_about, open_tasks
from sync_server.enrolment.codes import make_code
from sync_server.http.serve import service_of
from sync_server.http.service import Service
from sync_server.operations.home import Office, create
from sync_server.sync.head_office import draft_of, publish
from tests.fakes.keys import MemoryKeyStore
from tests.integration.server.wire import running

Open = Callable[[str, str], Client]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = SystemClock()
    made = create(tmp_path / "office", "", clock, SystemRandomness())
    people = [
        UserPublished(user_id=name, name=name, role="head_office", grants=(Grant(),))
        for name in ("boss", "second")
    ]
    with made.database.write() as connection:
        now_us = clock.now_us()
        publish(connection, made.hq, [draft_of(made.hq, one, now_us) for one in people], now_us)
    yield made
    made.database.close()


@pytest.fixture
def service(office: Office) -> Service:
    return service_of(office, SystemClock(), SystemRandomness())


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    with running(service) as address:
        yield address


@pytest.fixture
def open_client(tmp_path: Path, url: str) -> Iterator[Open]:
    opened: list[Client] = []

    def start(name: str, code: str) -> Client:
        client = Client.open(
            tmp_path / name,
            LAYOUT,
            clock=SystemClock(),
            randomness=SystemRandomness(),
            keys=MemoryKeyStore(),
            ballast_bytes=4096,
        )
        opened.append(client)
        client.enrol(url, code)
        client.sync()
        return client

    yield start
    for client in opened:
        client.close()


@pytest.fixture
def desk(office: Office, open_client: Open) -> Client:
    """Head office's first desktop, with a channel of two sales organisations."""
    with office.database.write() as connection:
        code = make_code(
            connection,
            SystemRandomness(),
            device_type="hq",
            site_id="",
            tag="01",
            now_us=SystemClock().now_us(),
        )
    client = open_client("desk", code)
    client.store.author_id = "boss"
    for command, params in _channel():
        do(client, command, **params)
    client.sync()
    return client


def _channel() -> list[tuple[str, dict[str, Any]]]:
    orgs = ("S1", "S2")
    return [
        (
            "publish-channel",
            {
                "sales_orgs": [{"sales_org_id": one, "name": one} for one in orgs],
                "accounts": [
                    {
                        "account_id": f"D-{one}",
                        "partner_id": "D",
                        "sales_org_id": one,
                        "name": f"Dealer {one}",
                    }
                    for one in orgs
                ],
                "sites": [
                    {
                        "site_id": "SH01",
                        "name": "Shop",
                        "site_type": "store",
                        "account_ids": [f"D-{one}" for one in orgs],
                    }
                ],
            },
        ),
        (
            "publish-products",
            {
                "products": [
                    {"code": f"P-{one}", "name": f"Goods {one}", "sales_org_ids": [one]}
                    for one in orgs
                ]
            },
        ),
        *(
            (
                "price-publish",
                {
                    "sales_org": one,
                    "approver": "second",
                    "logic": {"name": "retail_ratio"},
                    "rows": [{"product": f"P-{one}", "price": "10"}],
                },
            )
            for one in orgs
        ),
        (
            "publish-user",
            {
                "user": "wang",
                "name": "Wang",
                "role": "owner",
                "grants": [{"site": "SH01", "sales_org": "S1"}],
            },
        ),
    ]


def do(client: Client, command: str, /, **params: Any) -> Any:
    answer = find_command(COMMANDS, command).call(client.store, msgspec.json.encode(params))
    return msgspec.json.decode(msgspec.json.encode(answer))


@pytest.fixture
def till(desk: Client, open_client: Open) -> Client:
    code = do(desk, "device-invite", type="till", site="SH01", tag="01")["code"]
    desk.sync()
    client = open_client("till", code)
    client.store.author_id = "wang"
    return client


def count(client: Client, table: Any, *where: Any) -> int:
    statement = select(func.count()).select_from(table).where(*where)
    return client.store.read(lambda connection: connection.execute(statement).scalar_one())


def test_a_till_of_people_granted_one_organisation_holds_nothing_of_the_other(
    till: Client,
) -> None:
    assert count(till, price_row, price_row.c.sales_org_id == "S1") == 1
    assert count(till, price_row, price_row.c.sales_org_id == "S2") == 0
    assert count(till, product, product.c.id == "P-S1") == 1
    assert count(till, product, product.c.id == "P-S2") == 0
    assert count(till, channel_account, channel_account.c.sales_org_id == "S2") == 0


def test_a_grant_of_the_other_organisation_brings_its_rows_and_taking_it_away_removes_them(
    desk: Client, till: Client
) -> None:
    both = [{"site": "SH01", "sales_org": one} for one in ("S1", "S2")]
    do(desk, "publish-user", user="wang", name="Wang", role="owner", grants=both)
    desk.sync()
    till.sync()
    assert count(till, price_row, price_row.c.sales_org_id == "S2") == 1

    do(desk, "publish-user", user="wang", name="Wang", role="owner", grants=both[:1])
    desk.sync()
    till.sync()
    assert count(till, price_row, price_row.c.sales_org_id == "S2") == 0
    assert count(till, product, product.c.id == "P-S2") == 0


def sell(till: Client, code: str = "P-S1") -> None:
    do(till, "sell", lines=[{"code": code}], tenders=[{"tender": "cash", "amount": "10"}])


def test_head_office_sees_which_till_prices_by_its_version(
    desk: Client, till: Client, service: Service
) -> None:
    do(till, "price-progress")
    till.sync()
    service.write_contacts()
    desk.sync()

    (line,) = do(desk, "price-board", org="S1", number=1)["lines"]
    assert (line["device_id"], line["state"], line["priced_by"]) == ("SH01.01", "active", 1)
    assert line["seen_at_us"] > 0
    shown = {one["device_id"]: one for one in do(desk, "devices")}
    assert shown["SH01.01"]["program"]


def test_a_days_sales_are_at_head_offices_desk_and_the_detail_is_asked_for(
    desk: Client, till: Client, service: Service
) -> None:
    sell(till)
    sell(till)
    till.sync()
    service.sum_days()
    desk.sync()

    day = business_day(till)
    report = do(desk, "sales-by", from_day=day, to_day=day, by="site")
    (line,) = report["lines"]
    assert (line["key"], line["sales"], line["net_minor"]) == ("SH01", 2, 2_000)
    assert report["as_of_us"] > 0

    seen: list[int] = []

    def progress(so_far: Report) -> bool:
        seen.append(len(so_far.rows))
        return True

    where = {"site_id": "SH01", "business_day": day}
    found = desk.ask("sales_of_day", where, progress=progress)
    assert (found.is_whole, found.total, seen) == (True, 2, [2])
    assert found.column("total_minor") == [1_000, 1_000]


def business_day(client: Client) -> str:
    return client.store.read(lambda one: str(one.execute(select(sale.c.business_day)).scalar()))


def test_a_till_asks_for_nothing_beyond_its_own_shops(till: Client) -> None:
    with pytest.raises(QutongError, match="SITE_UNKNOWN"):
        till.ask("stock_of_site", {"site_id": "SH02"})
    till.store.author_id = "boss-of-nothing"
    with pytest.raises(AccessDenied, match="NOT_PERMITTED"):
        till.ask("stock_of_site", {"site_id": "SH01"})


def test_a_kept_sale_is_shown_at_both_ends_and_gone_once_it_was_repaired(
    desk: Client, till: Client
) -> None:
    sell(till)
    grants = [{"site": "SH01", "sales_org": "S1", "level": "view"}]
    # What the till does not know yet: from before the second sale on she may only look.
    pass_clock(till, desk)
    do(desk, "publish-user", user="wang", name="Wang", role="owner", grants=grants)
    desk.sync()
    pass_clock(desk, till)
    sell(till)
    till.sync()
    own = do(till, "kept", own=True)
    assert [one["code"] for one in own] == ["PERMISSION_MISSING"]
    assert till.store.read(lambda one: status(one, device(till.store))).kept == 1

    grants = [{"site": "SH01", "sales_org": "S1"}]
    do(desk, "publish-user", user="wang", name="Wang", role="owner", grants=grants)
    desk.sync()
    (kept,) = do(desk, "kept")
    assert '"kind":"sale"' in kept["content"]
    about = desk.store.read(
        lambda one: [
            found.id for task in open_tasks(one) if (found := kept_about(one, task)) is not None
        ]
    )
    assert about == [kept["id"]]
    do(desk, "kept-retry", kept=kept["id"])
    desk.sync()
    till.sync()

    assert do(desk, "kept") == []
    assert [one["state"] for one in do(till, "kept", own=True)] == ["stored"]
    assert till.store.read(lambda one: status(one, device(till.store))).kept == 0
    assert till.sync().findings == []


def test_a_document_laid_down_for_good_takes_its_rows_from_the_till(
    desk: Client, till: Client
) -> None:
    do(desk, "publish-user", user="wang", name="Wang", role="owner", grants=[])
    desk.sync()
    pass_clock(desk, till)
    sell(till)
    till.sync()
    assert count(till, sale) == 1
    (kept,) = synced(desk, "kept")

    do(desk, "kept-close", kept=kept["id"], reason="typed for practice")
    desk.sync()
    findings = till.sync().findings

    assert count(till, sale) == 0
    assert {one.code for one in findings} == {"ROW_REVERSED"}
    (own,) = do(till, "kept", own=True)
    assert (own["state"], own["reason"]) == ("closed", "typed for practice")


def test_what_is_taken_back_is_stored_at_head_office_as_well(
    desk: Client, till: Client, service: Service
) -> None:
    """A gift by mistake, and goods sent to another shop by mistake: head office keeps nothing."""
    goods = [Goods(product_id="P-S1", qty_micro=2 * MICRO)]
    gift = till.store.write(move, "gift_out", goods).value
    sent = till.store.write(send_transfer, "SH02", goods).value
    till.sync()
    assert on_hand(service) == -4 * MICRO
    till.store.write(undo_movement, uid_text(gift.uid))
    till.store.write(undo_movement, uid_text(sent.uid))
    with pytest.raises(RuleViolation, match="ALREADY_UNDONE"):
        till.store.write(undo_movement, uid_text(gift.uid))

    assert till.sync().kept == {}
    assert on_hand(service) == 0
    assert do(desk, "kept") == []


def on_hand(service: Service) -> int:
    """What head office's books say is in the shop, in millionths."""
    with service.database.read() as connection:
        return on_hand_micro(connection, location("SH01"), "P-S1")


def pass_clock(earlier: Client, later: Client) -> None:
    """Until the later's clock is past the earlier's: each knows the server's only about."""
    passed_us = now_us(earlier.store)
    while now_us(later.store) <= passed_us:
        time.sleep(0.001)


def synced(client: Client, command: str) -> Any:
    client.sync()
    return do(client, command)


def test_a_revoked_till_is_refused_at_its_next_word(desk: Client, till: Client) -> None:
    desk.sync()
    do(desk, "device-revoke", device="SH01.01", reason="stolen")
    desk.sync()

    sell(till)
    before = till.store.spool_file.read_bytes()
    with pytest.raises(AccessDenied, match="DEVICE_REVOKED"):
        till.sync()
    # Its key is gone, whatever was not sent is not (P10).
    assert load_key(till.keys) is None
    with pytest.raises(AccessDenied, match="DEVICE_REVOKED"):
        sell(till)
    assert till.store.spool_file.read_bytes() == before
    assert count(till, sale) == 1


def test_a_till_cut_off_prices_by_a_stick_is_reminded_and_its_late_sales_are_told(
    desk: Client, till: Client, tmp_path: Path
) -> None:
    do(till, "price-progress")
    till.sync()
    row = {"product": "P-S1", "price": "12.50"}
    do(desk, "price-publish", sales_org="S1", approver="second", reason="up", rows=[row])
    asked = ("S1", 2, {device(till.store).device_id: "SH01"})
    desk.sync()
    pass_clock(desk, till)
    # The till has no line: it goes on by what it has, and nothing stops it.
    do(till, "sell", lines=["3*P-S1"], tenders=["cash=3000"])
    desk.store.write(nudge_devices, *asked, text="call us")
    desk.sync()

    path = tmp_path / "prices.qtpacket"
    made = desk.cut_packet("SH01.01", "S1", path)
    assert (made.newest, made.rows) == (2, 2)
    with pytest.raises(AccessDenied) as why:
        till.cut_packet("SH01.01", "S1", tmp_path / "mine.qtpacket")
    assert why.value.code == "NOT_PERMITTED"
    assert till.import_packet(path).carried == 2
    assert do(till, "price-of", code="P-S1")["price"] == "12.50"

    till.sync()
    here = till.store.read(
        lambda one: prices_here(one, till.store.identity, SystemClock().now_us())
    )
    assert [one.text for one in here.notices] == ["call us"]
    report = desk.ask("sales_behind", {"site_id": "SH01", "sales_org_id": "S1", "number": 2})
    (found,) = (dict(zip(report.columns, one, strict=True)) for one in report.rows)
    assert (found["sales"], found["difference_minor"], found["unknown"]) == (1, 750, 0)
    do(till, "sell", lines=["P-S1"], tenders=["cash=1250"])
    till.sync()
    wish: dict[str, str | int] = {
        "site_id": "SH01",
        "sales_org_id": "S1",
        "number": 2,
        "product_id": "P-S1",
    }
    (first,) = desk.ask("first_sale_of", wish).rows
    assert first[3:] == (12_500_000, 2)
