"""What is another's stays another's, however it is named."""

import pytest
from sqlalchemy import select

from shared.access.documents import Grant, UserPublished
from shared.areas import REGISTRY
from shared.channel.documents import DeviceEnrolled
from shared.journal.chain import SigningKey
from shared.pricing.documents import PriceVersionPublished
from shared.stock.documents import MoveLine, Movement
from shared.stocktake.documents import CountOpened, CountRevealed, CountZone
from shared.stocktake.tables import stock_count
from shared.tasks.documents import TaskClosed
from shared.tasks.tables import task
from sync_server.sync.head_office import draft_of, publish
from tests.integration.server.asgi import Device
from tests.integration.server.two_shops import (
    Place,
    Till,
    a_sale,
)
from tests.integration.server.world import NOON_US


@pytest.mark.parametrize(
    "end",
    [
        "site/SH02/-/sellable", "site/SH010/-/sellable", "site/SH01", "site/SH0", "site//-/x",
        "site/SH01x/-/sellable", "customers", "customer/x", "supplier ", "partner/D2/receivable",
        "partner/D1x/deposit", "transit/SH02/SH01", "hq/revenue", "", "SITE/SH01/-/sellable",
    ],
)  # fmt: skip
def test_goods_go_to_no_end_that_only_begins_like_an_own_one(place: Place, end: str) -> None:
    lines = [MoveLine(product_id="P1", qty_micro=1_000_000)]
    for start, to in ((end, "customer"), ("site/SH01/-/sellable", end)):
        moved = Movement(movement_type="x", from_location=start, to_location=to, lines=lines)
        # A way between sites is no end of a movement at all.
        refusal = "POSTING_FAILED" if end.startswith("transit/") else "FOREIGN_END"
        assert place.mine.says(moved) == refusal


@pytest.mark.parametrize("approver", ["", "editor", "system", "nobody"])
def test_nobody_approves_for_himself(place: Place, approver: str) -> None:
    """Prices need two people of head office, whatever a header says of the second."""
    people = [
        UserPublished(user_id=one, name=one, role="head_office", grants=(Grant(),))
        for one in ("editor", "second")
    ]
    key = SigningKey.from_seed(b"\3" * 32)
    desk = DeviceEnrolled(
        device_id="hq.01", device_type="hq", site_id="", tag="01", public_key=key.public
    )
    office = place.office
    with office.database.write() as connection:
        drafts = [draft_of(office.hq, one, NOON_US) for one in (*people, desk)]
        publish(connection, office.hq, drafts, NOON_US)
    till = Till(Device(place.line, "hq.01", key), "", place.mine.random)
    version = PriceVersionPublished(
        sales_org_id="FX", parent_number=0, effective_at_us=NOON_US, steps=(), parts=()
    )
    said = {"site_id": "", "author_id": "editor"}

    assert till.says(version, approver_id=approver, **said) == "APPROVER_MISSING"
    assert till.says(version, approver_id="second", **said) != "APPROVER_MISSING"


def test_a_count_of_another_site_is_not_taken_by_naming_it(place: Place) -> None:
    zone = CountZone(zone_id="Z")
    slot = place.theirs.add(CountOpened(scope="spot", mode="blind", zones=[zone]))
    assert place.theirs.push(slot.n) == []
    uid = REGISTRY.decode(slot.stored).header.uid
    before = place.neighbour()

    assert place.mine.says(CountRevealed(count_uid=uid)) == "FOREIGN_ROW"

    assert place.neighbour() == before
    assert place.scalar(select(stock_count.c.site_id)) == "SH02"
    assert place.theirs.says(CountRevealed(count_uid=uid)) == ""


def test_a_task_of_another_site_is_not_closed(place: Place) -> None:
    assert place.theirs.says(a_sale("UNKNOWN")) == ""
    row = "SH02:UNKNOWN"
    closing = TaskClosed(code="PRODUCT_UNKNOWN", subject=row, site_id="SH02", reason="mine now")

    assert place.mine.says(closing) == "POSTING_FAILED"

    assert place.scalar(select(task.c.state).where(task.c.code == "PRODUCT_UNKNOWN")) == "open"


def test_a_uid_of_another_device_is_not_overwritten(place: Place) -> None:
    taken = REGISTRY.decode(place.theirs.slots[0].stored).header.uid
    before = place.neighbour()
    assert place.mine.says(a_sale(), uid=taken) == "DUPLICATE_UID"
    assert place.neighbour() == before
