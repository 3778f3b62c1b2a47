"""The dealers' replay: 1,073 accounts order from four regions, head office decides and ships."""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from desktop.app.client import Client
from desktop.store.session import Session
from shared.access.documents import Grant, UserPublished
from shared.catalog.documents import (
    AssortmentItem,
    AssortmentPublished,
    CataloguePublished,
    Product,
)
from shared.channel.documents import Account, ChannelPublished, Partner, Region, SalesOrg, Site
from shared.core.ids import uid_bytes
from shared.journal.document import Body, Header
from shared.journal.tables import journal
from shared.ordering.documents import (
    GrantLine,
    OrderDecisionRequested,
    ShipmentPosted,
    ShippedLine,
)
from shared.ordering.queries import OrderView, lines, orders
from shared.ordering.rules import OrderState
from shared.ordering.tables import channel_order, order_line, receipt, shipment
from shared.sync import scopes
from shared.sync.digest import MODULUS
from shared.tasks.tables import task
from sync_server.operations.edges import SystemRandomness
from sync_server.operations.home import open_home
from sync_server.sync.feed import heads_of
from tests.replay.cosmetics_orders import DealerOrder, Read, read_orders
from tests.replay.device import Device
from tests.replay.figures import as_json, whole
from tests.replay.office import OfficeFolder
from tests.replay.office_desk import is_delivered, open_client, try_sync
from tests.replay.region import SALES_ORG
from tests.replay.wholesaler import (
    CUT_OFF,
    cable_to,
    database_of,
    device_digest,
    folder_of,
    live,
)

WAREHOUSE = "HQ01"
SITES = {"东区": "EAST", "南区": "SOUTH", "西区": "WEST", "北区": "NORTH"}
UNLIMITED_MINOR = 10**13
EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class _Region:
    name: str
    site_id: str
    dealers: tuple[str, ...]
    orders: int


def publications(read: Read, regions: Sequence[_Region]) -> list[Body]:
    """The firm as head office states it: regions, dealers as accounts, products, people."""
    home = {dealer: region for region in regions for dealer in region.dealers}
    channel = ChannelPublished(
        sales_orgs=(SalesOrg(sales_org_id=SALES_ORG, name="分销"),),
        regions=tuple(
            Region(region_id=one.site_id, name=one.name, sales_org_ids=(SALES_ORG,))
            for one in regions
        ),
        partners=tuple(Partner(partner_id=one.code, name=one.code) for one in read.dealers),
        accounts=tuple(
            Account(
                account_id=one.code,
                partner_id=one.code,
                sales_org_id=SALES_ORG,
                name=f"{one.code} {one.city}",
                region_id=home[one.code].site_id,
                credit_limit_minor=UNLIMITED_MINOR,
                terms_days=30,
            )
            for one in read.dealers
        ),
        sites=(
            Site(
                site_id=WAREHOUSE,
                name="总部仓库",
                site_type="warehouse",
                sales_org_ids=(SALES_ORG,),
            ),
            *(
                Site(
                    site_id=one.site_id,
                    name=one.name,
                    site_type="warehouse",
                    account_ids=one.dealers,
                    region_id=one.site_id,
                )
                for one in regions
            ),
        ),
    )
    desk = UserPublished(
        user_id="desk",
        name="Desk",
        role="dealer",
        grants=tuple(Grant(site_id=one.site_id) for one in regions),
    )
    office = UserPublished(user_id="hq", name="HQ", role="head_office", grants=(Grant(),))
    products = tuple(
        Product(code=code, name=code, sales_org_ids=(SALES_ORG,)) for code in read.products
    )
    listed = AssortmentPublished(
        assortment_id="ALL",
        name="全部",
        sales_org_id=SALES_ORG,
        items=tuple(AssortmentItem(product_id=code) for code in read.products),
    )
    return [channel, desk, office, CataloguePublished(products=products), listed]


def decide(session: Session, order: OrderView) -> Header:
    """Use case of the replay: everything that was asked is granted."""
    grants = [
        GrantLine(line_no=line.line_no, accepted_micro=line.qty_micro)
        for line in lines(session.connection, order.id)
    ]
    body = OrderDecisionRequested(
        order_uid=uid_bytes(order.id),
        account_id=order.account_id,
        seen_revision=order.revision,
        supplier=order.supplier,
        lines=grants,
    )
    return session.append(body, site_id=WAREHOUSE, predecessor=uid_bytes(order.id))


def ship(session: Session, order: OrderView) -> Header:
    """Use case of the replay: everything that was granted leaves the warehouse."""
    shipped = [
        ShippedLine(
            line_no=number,
            order_line_no=line.line_no,
            product_id=line.product_id,
            qty_micro=line.accepted_micro,
            amount_minor=line.accepted_minor,
        )
        for number, line in enumerate(lines(session.connection, order.id), start=1)
        if line.accepted_micro
    ]
    body = ShipmentPosted(
        order_uid=uid_bytes(order.id),
        account_id=order.account_id,
        to_site=order.deliver_to or order.site_id,
        currency=order.currency,
        supplier=order.supplier,
        lines=shipped,
    )
    return session.append(body, site_id=WAREHOUSE, predecessor=uid_bytes(order.decision))


def run(chosen: argparse.Namespace) -> int:
    """Replay the file; lists each dirty cell, and last prints the figures as one JSON object."""
    read = read_orders(chosen.file)
    wanted = read.orders[: chosen.limit or None]
    regions = _regions(read, wanted)
    for finding in read.findings:
        print(
            f"row {finding.row} {finding.order} {finding.column} {finding.found!r}: "
            f"{finding.code}, {finding.outcome}"
        )
    with ExitStack() as stack:
        folder = folder_of(chosen.keep, stack)
        office = OfficeFolder(home=folder / "office", database=database_of(chosen, stack))
        office.set_up(publications(read, regions))
        started = time.monotonic()
        with office.served() as url, cable_to(url) as cable:
            devices = [
                _device(
                    chosen,
                    office,
                    folder,
                    one,
                    url=cable.url if place == CUT_OFF else url,
                )
                for place, one in enumerate(regions)
            ]
            story = live(devices, cable)
            story += _head_office(folder / "hq", office, url)
            for device in devices:
                device.arguments.append("--receive")
                device.start()
            for device in devices:
                code = device.finish()
                story.append(f"{device.site_id}: received {device.written}, exit {code}")
        seconds = time.monotonic() - started
        for line in story:
            print(line)
        figures = _figures(office, regions)
        documents = figures.pop("documents")
        figures["seconds"] = round(seconds, 1)
        figures["documents_per_second"] = round(documents / seconds, 1)
        faults = _faults(office, devices, figures, wanted)
        print(as_json(figures))
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


def _regions(read: Read, wanted: Sequence[DealerOrder]) -> list[_Region]:
    found = []
    for name, site_id in SITES.items():
        dealers = tuple(one.code for one in read.dealers if one.region == name)
        count = sum(1 for order in wanted if order.dealer in set(dealers))
        found.append(_Region(name, site_id, dealers, count))
    assert sum(len(one.dealers) for one in found) == len(read.dealers), "a dealer without region"
    return found


def _device(
    chosen: argparse.Namespace, office: OfficeFolder, folder: Path, region: _Region, *, url: str
) -> Device:
    home = folder / region.site_id.lower()
    home.mkdir(parents=True)
    names = home / "dealers.txt"
    names.write_text("\n".join(region.dealers), encoding="utf-8")
    code = office.enrolment_code("dealer", region.site_id, "01")
    arguments = ["--home", str(home), "--server", url, "--code", code, "--file", str(chosen.file)]
    arguments += ["--limit", str(chosen.limit), "--dealers", str(names)]
    return Device(
        module="tests.replay.region",
        site_id=region.site_id,
        home=home,
        arguments=arguments,
        share=region.orders,
    )


def _head_office(home: Path, office: OfficeFolder, url: str) -> list[str]:
    """A desktop of head office decides every order, then ships what was granted."""
    client = open_client(home, "hq")
    try:
        client.enrol(url, office.enrolment_code("hq", "", "H1"))
        _deliver(client)
        asked = _orders_in(client, OrderState.SUBMITTED)
        for order in asked:
            client.store.write(decide, order)
        _deliver(client)
        granted = _orders_in(client, OrderState.ACCEPTED)
        for order in granted:
            client.store.write(ship, order)
        _deliver(client)
        return [f"head office: decided {len(asked)} orders, shipped {len(granted)}"]
    finally:
        client.close()


def _deliver(client: Client) -> None:
    if not try_sync(client) or not is_delivered(client):
        raise RuntimeError("head office's desktop could not deliver")


def _orders_in(client: Client, state: OrderState) -> list[OrderView]:
    return client.store.read(lambda c: orders(c, states=[state], limit=EVERYTHING))


def _figures(office: OfficeFolder, regions: Sequence[_Region]) -> dict[str, Any]:
    opened = open_home(office.home, office.database, SystemRandomness())
    try:
        with opened.database.read() as connection:
            return _queried(connection, regions)
    finally:
        opened.database.close()


def _queried(connection: Connection, regions: Sequence[_Region]) -> dict[str, Any]:
    heads = heads_of(connection, [scopes.site(one.site_id) for one in regions])
    sites = [
        {
            "site": one.site_id,
            "orders": _one(
                connection,
                select(func.count()).where(channel_order.c.site_id == one.site_id),
            ),
            "digest": head.digest,
        }
        for one, head in zip(regions, heads, strict=True)
    ]
    units, amount = connection.execute(
        select(func.sum(order_line.c.qty_micro), func.sum(order_line.c.amount_minor))
    ).one()
    by_outcome = select(channel_order.c.decided, func.count()).group_by(channel_order.c.decided)
    decided: dict[str, int] = {}
    for outcome, count in connection.execute(by_outcome):
        decided[outcome] = count
    return {
        "accounts": _one(connection, select(func.count(channel_order.c.account_id.distinct()))),
        "orders": _one(connection, select(func.count()).select_from(channel_order)),
        "lines": _one(connection, select(func.count()).select_from(order_line)),
        "units": whole(int(units)),
        "amount_minor": int(amount),
        "decided": decided,
        "shipped": _one(connection, select(func.count()).select_from(shipment)),
        "received": _one(connection, select(func.count()).select_from(receipt)),
        "kept": _one(connection, select(func.count()).where(journal.c.verdict == "kept")),
        "tasks": _one(connection, select(func.count()).select_from(task)),
        "documents": _one(connection, select(func.count()).select_from(journal)),
        "devices": sites,
        "hq_digest": sum(head.digest for head in heads) % MODULUS,
    }


def _one(connection: Connection, statement: Any) -> int:
    return int(connection.execute(statement).scalar_one())


def _faults(
    office: OfficeFolder,
    devices: Sequence[Device],
    figures: dict[str, Any],
    wanted: Sequence[DealerOrder],
) -> list[str]:
    file_lines = [line for order in wanted for line in order.lines]
    expected = {
        "orders": len(wanted),
        "lines": len(file_lines),
        "units": sum(line.quantity for line in file_lines),
        "amount_minor": sum(line.quantity * line.price_yuan * 100 for line in file_lines),
        "decided": {"accepted": len(wanted)},
        "shipped": len(wanted),
        "received": len(wanted),
        "kept": 0,
    }
    found = [
        f"{name}: head office {figures[name]}, the file {value}"
        for name, value in expected.items()
        if figures[name] != value
    ]
    there = {one["site"]: one["digest"] for one in figures["devices"]}
    for device in devices:
        _, digest = device_digest(device.home, device.site_id)
        if digest != there[device.site_id]:
            found.append(f"{device.site_id}: its rows hash to {digest}, not {there}")
        found += [f"{device.site_id}: {text}" for text in device.said if "finding" in text]
    print(office.verify())
    return found
