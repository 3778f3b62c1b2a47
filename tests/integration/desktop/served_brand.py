"""A served head office that a founded shop may join."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from shared.catalog.documents import CataloguePublished, Product, ProductBarcode
from shared.channel.documents import Account, ChannelPublished, Partner, SalesOrg, Site
from shared.journal.document import Body
from shared.stock.documents import MovementTypeLine, MovementTypesPublished
from sync_server.enrolment.codes import make_code
from sync_server.enrolment.joining import make_join_code
from sync_server.http.serve import service_of
from sync_server.operations import commands
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.home import Office, open_home
from sync_server.sync.head_office import draft_of, publish
from tests.builders.founded_shop import CREAM
from tests.integration.server.wire import running


@dataclass
class HeadOffice:
    """A served head office with one account, one planned site and one cream of its own."""

    office: Office
    url: str

    def publish(self, *bodies: Body) -> None:
        """Head office says something."""
        now_us = SystemClock().now_us()
        with self.office.database.write() as connection:
            drafts = [draft_of(self.office.hq, body, now_us) for body in bodies]
            publish(connection, self.office.hq, drafts, now_us)

    def invite(self, *, account_id: str = "", planned_site_id: str = "") -> str:
        """A code for a shop that joins."""
        if not planned_site_id:
            account_id = account_id or "D1"
        with self.office.database.write() as connection:
            return make_join_code(
                connection,
                SystemRandomness(),
                account_id=account_id,
                planned_site_id=planned_site_id,
                now_us=SystemClock().now_us(),
            )

    def enrol_code(self, device_type: str, site_id: str, tag: str) -> str:
        """A code for a device head office makes itself."""
        with self.office.database.write() as connection:
            return make_code(
                connection,
                SystemRandomness(),
                device_type=device_type,
                site_id=site_id,
                tag=tag,
                now_us=SystemClock().now_us(),
            )


def brand() -> Sequence[Body]:
    """Two accounts, a planned site, and a cream whose barcode a shop knows already."""
    return (
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="分销"),),
            partners=(Partner(partner_id="P1", name="经销商"),),
            accounts=tuple(
                Account(account_id=one, partner_id="P1", sales_org_id="FX", name=one)
                for one in ("D1", "D2")
            ),
            sites=(
                Site(site_id="SH05", name="计划店", site_type="store", account_ids=("D2",)),
                Site(site_id="SH01", name="直营店", site_type="store", account_ids=("D1",)),
            ),
        ),
        CataloguePublished(
            products=(
                Product(
                    code="010204",
                    name="晨露保湿面霜",
                    barcodes=(ProductBarcode(barcode=CREAM),),
                    sales_org_ids=("FX",),
                ),
                Product(code="010205", name="晨露乳液", sales_org_ids=("FX",)),
            )
        ),
        MovementTypesPublished(
            types=[
                MovementTypeLine(
                    id="scrap",
                    name_zh="报废",
                    name_en="Scrap",
                    direction="out",
                    counter_location="scrap",
                )
            ]
        ),
    )


@contextmanager
def served(folder: Path, address: str = "") -> Iterator[HeadOffice]:
    """A head office on a real socket; ``address`` '' = SQLite in its folder."""
    clock, randomness = SystemClock(), SystemRandomness()
    with redirect_stdout(StringIO()):
        commands.init(folder / "server", address, clock, randomness, ["hq-editor"])
    office = open_home(folder / "server", "", randomness)
    with running(service_of(office, clock, randomness)) as url:
        made = HeadOffice(office, url)
        made.publish(*brand())
        yield made
    office.database.close()
