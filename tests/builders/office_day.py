"""Head office's side of the one house: enrolled devices, their contacts, sums, its server."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from desktop.app.areas import LAYOUT
from desktop.reporting.usecases.asking import Report, ask_report
from desktop.sync.conversation import Ask
from shared.channel.documents import DeviceEnrolled
from shared.journal.chain import SigningKey
from shared.journal.document import Value, Write
from shared.reporting.posting import sum_day
from shared.reporting.queries.detail import Wish, place_in, report_page
from shared.sales.tables import sale
from shared.sync.messages import AskReport, Message, ReportPage
from shared.sync.replica import apply_writes, everything
from tests.builders.window_house import WindowHouse

DAY_US = 24 * 3600 * 1_000_000
HOUR_US = 3600 * 1_000_000
DEVICES = (
    ("SH01", "01", "till", 0, 0),
    ("SH01", "02", "till", 2, 0),
    ("SH02", "01", "till", 1, 0),
    ("SH03", "01", "till", 75, 6),
    ("MC01", "01", "till", 1, 0),
    ("DL01", "01", "dealer", 0, 0),
    ("DL02", "01", "dealer", 3, 2),
    ("DL03", "01", "dealer", 1, 0),
    ("HQ01", "01", "warehouse", 0, 0),
)
"""Site, tag, type, hours since the last contact, documents not sent at that contact."""


def in_the_new_year(house: WindowHouse) -> None:
    """The regions of the demo brand begin in January: go there."""
    house.time.tick(36 * DAY_US)


def enrolled(house: WindowHouse) -> None:
    """Nine devices of eight sites, most of them heard of today."""
    now_us = house.time.now_us()
    for site_id, tag, device_type, hours, unsent in DEVICES:
        device_id = f"{site_id}.{tag}"
        key = SigningKey.from_seed(device_id.encode().ljust(32, b"\0"))
        body = DeviceEnrolled(
            device_id=device_id,
            device_type=device_type,
            site_id=site_id,
            tag=tag,
            public_key=key.public,
        )
        house.local.transact(partial(_written, house, body, now_us))
        heard(house, device_id, site_id, hours_ago=hours, unsent=unsent)


def _written(house: WindowHouse, body: DeviceEnrolled, now_us: int, connection: Connection) -> None:
    house._write_hq(connection, body, body.site_id, b"", now_us)


def heard(
    house: WindowHouse, device_id: str, site_id: str, *, hours_ago: int, unsent: int = 0
) -> None:
    """The server wrote down when a device came last."""
    put(
        house,
        "device_contact",
        device_id,
        {
            "site_id": site_id,
            "seen_at_us": house.time.now_us() - hours_ago * HOUR_US,
            "unsent": unsent,
            "program": "1.0.0",
        },
    )


def put(house: WindowHouse, table: str, key: str, values: Mapping[str, Value]) -> None:
    """A row only the server writes."""
    write = Write(table, key, dict(values))
    house.local.transact(
        lambda one: apply_writes(one, LAYOUT.schema, [write], slot=0, owns=everything)
    )


def summed(house: WindowHouse) -> None:
    """The server sums every day on which anything was sold."""

    def work(connection: Connection) -> None:
        days = connection.execute(select(sale.c.site_id, sale.c.business_day).distinct()).all()
        for site_id, day in days:
            writes = list(sum_day(connection, site_id, day, house.time.now_us()))
            apply_writes(connection, LAYOUT.schema, writes, slot=0, owns=everything)

    house.local.transact(work)


def server(house: WindowHouse, *, page_rows: int = 500) -> Any:
    """What ``Client.ask`` is on a joined desktop: the server's own reports, page by page."""

    def send(asked: Ask) -> Message:
        assert isinstance(asked.message, AskReport)
        message = asked.message
        wish = Wish(
            params=message.params, site_ids=None, after=place_in(message.after), limit=page_rows
        )
        found = house.read(lambda one: report_page(one, message.report, wish))
        return ReportPage(
            columns=list(found.columns),
            rows=[list(row) for row in found.rows],
            next_after=found.next_after,
            as_of_us=house.time.now_us(),
            total=found.total,
        )

    def ask(name: str, params: Mapping[str, Value], *, progress: Any) -> Report:
        return ask_report(send, name, params, user_id="hq-editor", progress=progress)

    return ask
