"""Head office at its screens."""

from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from desktop.catalog.usecases import state_costs
from resources.demo import read_rows
from shared.channel.rules import HOUR_US, with_contact
from shared.journal.document import Body, Value
from shared.tasks.documents import DocumentKept, TaskOpened, params_of
from tests.builders.office_day import (
    DAY_US,
    DEVICES,
    enrolled,
    in_the_new_year,
    put,
    server,
    summed,
)
from tests.builders.window_house import Stage, WindowHouse
from tests.gallery.paste import put_on_clipboard

OFFICE = "HQ.01"


async def _at_desk(stage: Stage, user: str, screen: str) -> None:
    await stage.sign_in(user, OFFICE, device_type="hq")
    stage.window.open(screen)
    await stage.settle()
    await stage.settle()


def some_orders(stage: Stage) -> None:
    """Three orders of two dealers, and some stock to deliver them from."""
    house = stage.house
    house.sit_at("HQ01.01", device_type="warehouse")
    for code, qty in (("010101", "60"), ("010102", "8"), ("010203", "24")):
        house.do(
            "HQ01.01",
            "hq-warehouse",
            "move",
            type="purchase_receipt",
            lines=[{"code": code, "qty": qty}],
            party="supplier",
        )
    for account, site, user, lines in _ORDERS:
        house.do(
            f"{site}.01",
            user,
            "order-submit",
            account=account,
            lines=[{"code": code, "qty": qty} for code, qty in lines],
            requested_date="2025-12-20",
        )


_ORDERS = (
    ("P1001-FX", "DL01", "dealer-east", (("010101", "1箱"), ("010102", "12"), ("010201", "5"))),
    ("P1001-FX", "DL01", "dealer-east", (("010203", "24"),)),
    ("P1002-FX", "DL02", "dealer-south", (("010101", "100"), ("010301", "6"))),
)


async def price_versions(stage: Stage) -> None:
    """The versions of a sales organisation."""
    await _at_desk(stage, "hq-editor", "prices")


async def price_draft(stage: Stage) -> None:
    """A draft with pasted prices, one line of which could not be taken."""
    await _at_desk(stage, "hq-editor", "prices")
    await stage.keys("C")
    put_on_clipboard("010101\t65.00\n010102\t85\nXX\t3\n")
    await stage.keys("Ctrl+V")


async def price_submit(stage: Stage) -> None:
    """What the author says before another person approves."""
    await price_draft(stage)
    await stage.keys("Escape", "F10")


async def order_desk(stage: Stage) -> None:
    """An order cut to what there is."""
    some_orders(stage)
    await _at_desk(stage, "hq-sales-east", "order-desk")
    await stage.keys("Down", "Down", "Return", "F6")


async def order_decision(stage: Stage) -> None:
    """What the decision comes to."""
    await order_desk(stage)
    await stage.keys("F10")


async def goods(stage: Stage) -> None:
    """The catalogue."""
    await _at_desk(stage, "hq-editor", "goods")


def a_week(stage: Stage) -> None:
    """Devices, a version most of them have, two weeks of sales, stock everywhere."""
    house = stage.house
    in_the_new_year(house)
    enrolled(house)
    goods = ("010101", "010102", "010203", "010201", "010301")
    for place, (site, user) in enumerate(_SELLERS):
        for day in range(4):
            house.do(
                f"{site}.01",
                user,
                "sell-invoice" if site.startswith("DL") else "sell",
                **_sold(site, goods, place + day),
            )
            house.time.tick(DAY_US)
    summed(house)
    _receipts(stage)
    _contacts(stage)


_SELLERS = (
    ("SH01", "clerk-guanqian"),
    ("SH03", "clerk-tianhe"),
    ("DL01", "dealer-east"),
    ("DL02", "dealer-south"),
)


def _sold(site: str, goods: tuple[str, ...], turn: int) -> dict[str, Any]:
    lines = [f"{1 + turn}*{goods[turn % len(goods)]}", goods[(turn + 2) % len(goods)]]
    if site.startswith("DL"):
        return {"customer": "K7", "lines": lines}
    barcodes: dict[str, str] = {}
    for row in read_rows("barcodes"):
        barcodes.setdefault(row["product_code"], row["barcode"])
    scans = [barcodes[one.rpartition("*")[2]] for one in lines]
    return {"lines": [f"{1 + turn}*{scans[0]}", scans[1]], "tenders": ["cash=9000"]}


def _receipts(stage: Stage) -> None:
    """Most tills told that the version holds there; two have not."""
    people = {"SH01.01": "clerk-guanqian", "SH02.01": "clerk-pingjiang", "MC01.01": "clerk-counter",
              "DL01.01": "dealer-east", "DL03.01": "dealer-suzhou"}  # fmt: skip
    for device, user in people.items():
        stage.house.do(device, user, "price-progress")


def _contacts(stage: Stage) -> None:
    house = stage.house
    hour_us = DAY_US // 24
    for site_id, tag, _kind, hours, unsent in DEVICES:
        seen = house.time.now_us() - hours * hour_us
        values: dict[str, Value] = {
            "site_id": site_id,
            "seen_at_us": seen,
            "unsent": unsent,
            "program": "1.0.0",
            "heard": _heard(seen),
        }
        put(house, "device_contact", f"{site_id}.{tag}", values)


def _heard(seen_us: int) -> str:
    """Five days from ten to nine o'clock, and that contact."""
    last = seen_us // HOUR_US
    days = range(last // 24 - 5, last // 24)
    hours = [24 * day + hour for day in days for hour in range(2, 13)]
    text = ""
    for hour in [*hours, last]:
        text = with_contact(text, hour * HOUR_US)
    return text


async def price_board(stage: Stage) -> None:
    """Which devices have the version."""
    a_week(stage)
    await _at_desk(stage, "hq-editor", "prices")
    stage.window.open("price-board", "FX")
    await stage.settle()
    await stage.settle()


async def price_board_missing(stage: Stage) -> None:
    """Only the devices that have not received it."""
    await price_board(stage)
    await stage.keys("U")


async def price_grace(stage: Stage) -> None:
    """What tills do without the prices that should hold."""
    await price_board(stage)
    await stage.keys("G")


async def price_late(stage: Stage) -> None:
    """The devices that were late, without a server to ask what they sold."""
    await price_board(stage)
    await stage.keys("L")
    await stage.settle()


async def price_rehearsal(stage: Stage) -> None:
    """The last orders priced by a draft."""
    some_orders(stage)
    stage.house.sit_at("HQ.01", device_type="hq")
    stage.house.author_id = "hq-editor"
    stage.house.write(state_costs, {"010101": 20_500_000, "010102": 31_000_000})
    await _at_desk(stage, "hq-editor", "prices")
    screen: Any = stage.window.current
    while screen.model.org_id != "FX":
        await stage.keys("Ctrl+O")
    await stage.keys("C")
    put_on_clipboard("010101\t65.00\n010102\t85\n010301\tlevel:L1\t140\n")
    await stage.keys("Ctrl+V", "Escape", "T")
    for _ in range(4):
        await stage.settle()


async def price_history(stage: Stage) -> None:
    """How a product's price became what it is."""
    a_week(stage)
    await _at_desk(stage, "hq-editor", "prices")
    await stage.settle()
    await stage.keys("H")
    await stage.settle()
    await stage.settle()


async def price_recall(stage: Stage) -> None:
    """Why an earlier version comes back."""
    stage.house.do(
        "HQ.01", "hq-editor", "price-publish", sales_org="DS", approver="hq-approver",
        reason="调价", rows=[{"product": "010101", "price": "66"}],
    )  # fmt: skip
    await _at_desk(stage, "hq-editor", "prices")
    await stage.keys("Down", "R")


async def channel(stage: Stage) -> None:
    """The tree with an account's sheet open."""
    a_week(stage)
    await _at_desk(stage, "hq-editor", "channel")
    screen: Any = stage.window.current
    screen.tree.go_to("account/P1001-FX")
    await stage.keys("Return")


async def channel_change(stage: Stage) -> None:
    """An account's terms in its panel."""
    in_the_new_year(stage.house)
    await _at_desk(stage, "hq-editor", "channel")
    screen: Any = stage.window.current
    screen.tree.go_to("account/P2001-FX")
    await stage.keys("E")


async def channel_import(stage: Stage) -> None:
    """A list of partners with doubts."""
    in_the_new_year(stage.house)
    await _at_desk(stage, "hq-editor", "channel")
    stage.window.open("channel-import", "FX")
    screen: Any = stage.window.current
    await screen.model.open(PARTNERS.encode(), "客户名单.csv")
    await stage.settle()


PARTNERS = """客户名称,客户编码,手机,渠道级别,区域,上级,信用额度,账期
南京金陵日化有限公司,P1101,13800138000,一级经销商,南京市,总部,200000,30天
无锡蠡湖百货商行,P2101,13900139000,二级经销商,无锡市,P1001-FX,50000,月结15天
苏州姑苏美妆店,P3101,13700137000,门店/终端,苏州市,P2001-FX,8000,现款
徐州云龙商贸,P2102,13600136000,特级,徐州市,P1001-FX,30000,30
常州天宁日化,P2103,13500135000,二级经销商,常州市,查无此人,30000,30
,P2104,13300133000,二级经销商,南通市,P1001-FX,1万,30
"""


async def people(stage: Stage) -> None:
    """Everybody with their grants."""
    await _at_desk(stage, "hq-editor", "people")
    await stage.keys("Down", "Return")


async def person(stage: Stage) -> None:
    """A person's role and grants."""
    await _at_desk(stage, "hq-editor", "people")
    await stage.keys("Down", "Down", "E")


async def devices(stage: Stage) -> None:
    """Devices with their state; one invited."""
    a_week(stage)
    stage.house.do("HQ.01", "hq-editor", "device-invite", type="till", site="SH02", tag="02")
    await _at_desk(stage, "hq-editor", "people")
    await stage.keys("F6")


async def device_code(stage: Stage) -> None:
    """A one-time code, shown once."""
    enrolled(stage.house)
    await _at_desk(stage, "hq-editor", "people")
    await stage.keys("F6", "N", "F10")


async def device_revoke(stage: Stage) -> None:
    """The second look before a device is revoked."""
    enrolled(stage.house)
    await _at_desk(stage, "hq-editor", "people")
    await stage.keys("F6", "Down")
    await stage.settle()
    await stage.keys("Delete")
    panel: Any = stage.window.overlay.top
    panel.reason.setText("店里电脑被盗")
    await stage.keys("F10")


async def sales_of_all(stage: Stage) -> None:
    """Consolidated sales by day, with what is missing."""
    a_week(stage)
    await _at_desk(stage, "hq-editor", "consolidated")


async def sales_by_site(stage: Stage) -> None:
    """The same by site."""
    await sales_of_all(stage)
    await stage.keys("F7", "F7", "F7")


async def stock_of_all(stage: Stage) -> None:
    """Products beside sites."""
    some_orders(stage)
    a_week(stage)
    await _at_desk(stage, "hq-editor", "consolidated")
    await stage.keys("F6")
    await stage.settle()


async def debts_of_all(stage: Stage) -> None:
    """What accounts owe and may owe."""
    some_orders(stage)
    in_the_new_year(stage.house)
    await _at_desk(stage, "hq-editor", "consolidated")
    await stage.keys("F6", "F6")


async def site_detail(stage: Stage) -> None:
    """A store's sales, asked from the server."""
    a_week(stage)
    await stage.sign_in("hq-editor", OFFICE, device_type="hq")
    stage.window.around = replace(stage.window.around, detail=server(stage.house))
    stage.window.open("consolidated")
    await stage.settle()
    await stage.keys("F7", "F7", "F7", "Return")
    panel: Any = stage.window.overlay.top
    panel.model.day = "2026-01-13"
    await stage.keys("F5")
    await stage.settle()


def told(house: WindowHouse, body: Body, site_id: str, at_us: int, connection: Connection) -> None:
    """What head office itself writes."""
    house._write_hq(connection, body, site_id, b"", at_us)


def kept_documents(stage: Stage) -> None:
    """Three documents head office could not post, as the server tells of them."""
    house = stage.house
    now_us = house.time.now_us()
    for n, (device, site, kind, code) in enumerate(_KEPT, 11):
        body = DocumentKept(
            device_id=device,
            incarnation=1,
            n=n,
            site_id=site,
            code=code,
            uid=f"{n:032x}",
            kind=kind,
            author_id="clerk-guanqian",
            happened_at_us=now_us - n * 3_600_000_000,
            content=_CONTENT,
        )
        house.local.transact(partial(told, house, body, site, now_us))


_KEPT = (
    ("SH01.01", "SH01", "sale", "PERMISSION_MISSING"),
    ("SH03.01", "SH03", "movement", "UNKNOWN_KIND"),
    ("DL02.01", "DL02", "sale", "APPROVER_MISSING"),
)
_CONTENT = (
    '{"header":{"kind":"sale","number":"XS-SH01-01-000012","site_id":"SH01",'
    '"author_id":"clerk-guanqian","happened_at_us":1767600000000000},'
    '"body":{"mode":"full","currency":"CNY","lines":[{"product_id":"010101","qty_micro":2000000,'
    '"unit_price_micro":59000000,"amount_minor":11800},{"product_id":"010203",'
    '"qty_micro":1000000,"unit_price_micro":88000000,"amount_minor":8800}],'
    '"tenders":[{"tender":"cash","amount_minor":20600}],"total_minor":20600}}'
)


async def kept(stage: Stage) -> None:
    """The repair list with a document in words."""
    in_the_new_year(stage.house)
    kept_documents(stage)
    await _at_desk(stage, "hq-editor", "kept")


async def tasks(stage: Stage) -> None:
    """Tasks of some kinds, in words."""
    a_week(stage)
    kept_documents(stage)
    some_tasks(stage)
    await _at_desk(stage, "hq-editor", "tasks")


def some_tasks(stage: Stage) -> None:
    """A task of each kind of thing."""
    house = stage.house
    some: tuple[tuple[str, str, str, dict[str, str | int]], ...] = (
        ("STOCK_BELOW_ZERO", "SH01:010101", "SH01", {}),
        ("PRODUCT_UNKNOWN", "SH03:6901234567892", "SH03", {}),
        ("OPENED_TWICE", "DL01", "DL01", {}),
        ("SHIFT_DIFFERENCE", "x", "SH01", {"difference_minor": -3500, "number": "JB-SH01-01-7"}),
        (
            "DOCUMENT_KEPT",
            "SH01.01/11",
            "SH01",
            {"reason": "PERMISSION_MISSING", "device": "SH01.01", "slot": 11, "kind": "sale"},
        ),
    )
    for code, subject, site, values in some:
        body = TaskOpened(code=code, subject=subject, site_id=site, params=params_of(values))
        house.time.tick(60_000_000)
        house.local.transact(partial(told, house, body, site, house.time.now_us()))


SCENES = (
    ("office-prices", price_versions),
    ("office-price-draft", price_draft),
    ("office-price-submit", price_submit),
    ("office-order-desk", order_desk),
    ("office-order-decision", order_decision),
    ("office-goods", goods),
    ("office-board", price_board),
    ("office-board-missing", price_board_missing),
    ("office-price-grace", price_grace),
    ("office-price-late", price_late),
    ("office-price-rehearsal", price_rehearsal),
    ("office-price-history", price_history),
    ("office-recall", price_recall),
    ("office-channel", channel),
    ("office-channel-change", channel_change),
    ("office-channel-import", channel_import),
    ("office-people", people),
    ("office-person", person),
    ("office-devices", devices),
    ("office-device-code", device_code),
    ("office-device-revoke", device_revoke),
    ("office-sales", sales_of_all),
    ("office-sales-site", sales_by_site),
    ("office-stock", stock_of_all),
    ("office-debts", debts_of_all),
    ("office-site-detail", site_detail),
    ("office-kept", kept),
    ("office-tasks", tasks),
)
