"""The wholesaler's replay: offline devices, one killed, one cut off, all of it at head office."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from desktop.store.engine import open_readers
from shared.access.documents import Grant, UserPublished
from shared.areas import SCHEMA
from shared.catalog.documents import CataloguePublished, Product
from shared.channel.documents import ChannelPublished, SalesOrg, Site
from shared.journal.document import Body
from shared.sync import scopes
from shared.sync.digest import MODULUS, row_digest
from shared.sync.replica import load_rows
from sync_server.operations.edges import SystemRandomness
from sync_server.operations.home import open_home
from tests.replay.cable import Cable
from tests.replay.device import Device
from tests.replay.figures import as_json, sales_figures
from tests.replay.office import OfficeFolder
from tests.replay.online_retail import CURRENCY, NOT_GOODS, ZONE, Invoice, read_invoices

SALES_ORG = "UK"
PRODUCTS_IN_ONE = 2_000
KILLED, CUT_OFF = 0, 1


def publications(invoices: Sequence[Invoice], sites: Sequence[str]) -> list[Body]:
    """The wholesaler as head office states it: its sites, its clerk, every stock code."""
    names: dict[str, str] = {}
    for invoice in invoices:
        for line in invoice.lines:
            if not names.get(line.code):
                names[line.code] = line.description
    products = [
        Product(
            code=code,
            name=name or code,
            kind="service" if NOT_GOODS.match(code) else "goods",
            sales_org_ids=(SALES_ORG,),
        )
        for code, name in names.items()
    ]
    channel = ChannelPublished(
        sales_orgs=(SalesOrg(sales_org_id=SALES_ORG, name="Gifts", currency=CURRENCY),),
        sites=tuple(
            Site(
                site_id=site_id,
                name=f"Warehouse {site_id}",
                site_type="warehouse",
                sales_org_ids=(SALES_ORG,),
                zone=ZONE,
                currency=CURRENCY,
            )
            for site_id in sites
        ),
    )
    clerk = UserPublished(
        user_id="clerk",
        name="Clerk",
        role="owner",
        grants=tuple(Grant(site_id=site_id) for site_id in sites),
    )
    parts = range(0, len(products), PRODUCTS_IN_ONE)
    catalogue = [
        CataloguePublished(products=tuple(products[at : at + PRODUCTS_IN_ONE])) for at in parts
    ]
    return [channel, clerk, *catalogue]


def run(chosen: argparse.Namespace) -> int:
    """Replay the file; prints the story and, last, the figures as one JSON object."""
    with ExitStack() as stack:
        folder = folder_of(chosen.keep, stack)
        database = database_of(chosen, stack)
        office = OfficeFolder(home=folder / "office", database=database)
        invoices = list(read_invoices(chosen.file, limit=chosen.limit))
        sites = [f"UK{place + 1}" for place in range(chosen.devices)]
        office.set_up(publications(invoices, sites))
        started = time.monotonic()
        with office.served() as url, cable_to(url) as cable:
            devices = [
                _device(
                    chosen,
                    office,
                    folder,
                    place,
                    url=cable.url if place == CUT_OFF else url,
                    share=len(invoices[place :: chosen.devices]),
                )
                for place in range(chosen.devices)
            ]
            story = live(devices, cable)
        seconds = time.monotonic() - started
        for line in story:
            print(line)
        figures = _figures(office)
        figures["seconds"] = round(seconds, 1)
        figures["documents_per_second"] = round(figures["invoices"] / seconds, 1)
        faults = _faults(devices, figures, office, _expected(invoices))
        print(as_json(figures))
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


def folder_of(keep: Path | None, stack: ExitStack) -> Path:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        return keep
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qutong-replay-")))


def database_of(chosen: argparse.Namespace, stack: ExitStack) -> str:
    if chosen.database != "postgresql":
        return str(chosen.database)
    from tests.integration.postgres import new_database, running_postgres

    server = stack.enter_context(running_postgres())
    return stack.enter_context(new_database(server, "replay"))


@contextmanager
def cable_to(url: str) -> Iterator[Cable]:
    cable = Cable(url)
    try:
        yield cable
    finally:
        cable.close()


def _device(
    chosen: argparse.Namespace,
    office: OfficeFolder,
    folder: Path,
    place: int,
    *,
    url: str,
    share: int,
) -> Device:
    home = folder / f"device-{place + 1}"
    code = office.enrolment_code("till", f"UK{place + 1}", f"{place + 1:02d}")
    arguments = ["--home", str(home), "--server", url, "--code", code, "--file", str(chosen.file)]
    arguments += ["--limit", str(chosen.limit), "--place", str(place)]
    arguments += ["--devices", str(chosen.devices)]
    return Device(
        module="tests.replay.till",
        site_id=f"UK{place + 1}",
        home=home,
        arguments=arguments,
        share=share,
    )


def live(devices: Sequence[Device], cable: Cable) -> list[str]:
    """Everybody works; one is killed and started again, one loses its line and gets it back."""
    story = []
    for device in devices:
        device.start()
    if len(devices) > CUT_OFF:
        cut_off = devices[CUT_OFF]
        cut_off.wait_for(cut_off.share // 4)
        cable.cut()
        story.append(f"{cut_off.site_id}: line cut after {cut_off.written} documents")
    killed = devices[KILLED]
    killed.wait_for(killed.share // 2)
    story.append(f"{killed.site_id}: killed after {killed.kill()} documents, started again")
    killed.start()
    if len(devices) > CUT_OFF:
        cut_off.wait_for(cut_off.share)
        story.append(
            f"{cut_off.site_id}: line back after {cut_off.written} documents, "
            f"{cable.breaks} connections were refused or broken"
        )
        cable.mend()
    for device in devices:
        code = device.finish()
        story.append(f"{device.site_id}: {device.written} documents, exit {code}")
    return story


def _figures(office: OfficeFolder) -> dict[str, Any]:
    opened = open_home(office.home, office.database, SystemRandomness())
    try:
        with opened.database.read() as connection:
            return sales_figures(connection)
    finally:
        opened.database.close()


def _expected(invoices: Sequence[Invoice]) -> dict[str, int]:
    lines = [line for invoice in invoices for line in invoice.lines]
    return {
        "invoices": len(invoices),
        "lines": len(lines),
        "units": sum(line.quantity for line in lines),
    }


def _faults(
    devices: Sequence[Device],
    figures: dict[str, Any],
    office: OfficeFolder,
    expected: dict[str, int],
) -> list[str]:
    """What is not as it must be: the file's own totals, the replicas, status and verify."""
    found = []
    for name, value in expected.items():
        if figures[name] != value:
            found.append(f"{name}: head office {figures[name]}, the file {value}")
    by_id = {one["id"]: one["digest"] for one in figures["devices"]}
    for device in devices:
        device_id, digest = device_digest(device.home, device.site_id)
        if by_id.get(device_id) != digest:
            found.append(f"{device_id}: its rows hash to {digest}, head office {by_id}")
        found += [f"{device.site_id}: {text}" for text in device.said if "finding" in text]
    totals = office.status()["totals"]
    for name in ("invoices", "lines", "amount_minor", "kept", "tasks"):
        if totals[name] != figures[name]:
            found.append(f"status says {name} {totals[name]}, the replay {figures[name]}")
    print(office.verify())
    return found


def device_digest(home: Path, site_id: str) -> tuple[str, int]:
    """A device's id, and the hash of its site's rows made anew from what is on its disk."""
    readers = open_readers(home / "store.db")
    scope = scopes.site(site_id)
    try:
        with readers.connect() as connection:
            device_id = connection.exec_driver_sql("SELECT device_id FROM this_device").scalar_one()
            total = 0
            for table in SCHEMA.tables.values():
                ids = connection.execute(select(table.table.c.id)).scalars().all()
                for at in range(0, len(ids), 5_000):
                    rows = load_rows(connection, table, set(ids[at : at + 5_000]))
                    for row_id, row in rows.items():
                        if scope in table.scopes(row):
                            total += row_digest(table, row_id, row, row["_extra"])
        return device_id, total % MODULUS
    finally:
        readers.dispose()
