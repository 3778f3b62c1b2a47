"""What head office's desks live on: daily sums, contacts, invitations, repairs, detail."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from shared.access.documents import Grant, UserPublished
from shared.catalog.documents import AssortmentItem, AssortmentPublished
from shared.channel.documents import Account, ChannelPublished, DeviceEnrolled, DeviceInvited
from shared.channel.rules import HOUR_US, heard_hours
from shared.channel.tables import device, device_contact, device_invitation
from shared.journal.chain import SigningKey
from shared.journal.document import Body
from shared.ordering.documents import (
    GrantLine,
    OrderDecisionRequested,
    OrderLine,
    OrderRevisionAnswered,
    OrderRevisionRequested,
    OrderSubmitted,
    RevisionChange,
)
from shared.ordering.tables import channel_order, order_revision
from shared.reporting.tables import site_day, site_day_product, site_day_tender
from shared.sales.tables import sale
from shared.sync.messages import (
    AskReport,
    Enrol,
    EnrolAnswer,
    ErrorAnswer,
    Hello,
    ReportPage,
    pack,
    unpack,
)
from shared.sync.requests import code_hash, enrolment_message, spoken_code
from shared.tasks.documents import KeptClosed, KeptRepairRequested
from shared.tasks.tables import kept_document, task
from sync_server.http.app import App
from sync_server.http.service import Service
from sync_server.operations.verify import faults
from sync_server.sync.feed import heads_of
from sync_server.sync.head_office import draft_of, publish
from tests.integration.server.asgi import Device
from tests.integration.server.two_shops import DAY, Place, Till, a_sale, hello
from tests.integration.server.world import NOON_US

HQ = "hq.01"


class Desk:
    """Head office with a desktop of its own beside the two shops."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.service: Service = _service(place.line.app)
        key = SigningKey.from_seed(b"h" * 32)
        self.publish(
            DeviceEnrolled(
                device_id=HQ, device_type="hq", site_id="", tag="01", public_key=key.public
            ),
            UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),)),
        )
        wire = Device(place.line, HQ, key)
        self.till = Till(wire, "", place.mine.random)

    def publish(self, *bodies: Body) -> None:
        office = self.place.office
        with office.database.write() as connection:
            drafts = [draft_of(office.hq, body, NOON_US) for body in bodies]
            publish(connection, office.hq, drafts, NOON_US)

    def says(self, body: Body, **said: Any) -> str:
        return self.till.says(body, author_id="boss", business_day="", **said)

    def rows(self, statement: Any) -> list[dict[str, Any]]:
        with self.place.office.database.read() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def ask(self, report: str, device: Device | None = None, **how: Any) -> ReportPage | str:
        params = {name: value for name, value in how.items() if name not in ("limit", "after")}
        user_id = str(params.pop("user_id", "boss"))
        asked = AskReport(
            report=report,
            params=params,
            user_id=user_id,
            after=how.get("after", ""),
            limit=how.get("limit", 0),
        )
        answer = (device or self.till.wire).ask("/ask", pack(asked))
        if answer.status != 200:
            return unpack(answer.body, ErrorAnswer).code
        return unpack(answer.body, ReportPage)

    def page(self, report: str, **how: Any) -> ReportPage:
        found = self.ask(report, **how)
        assert isinstance(found, ReportPage), found
        return found

    def faults(self) -> list[str]:
        office = self.place.office
        registry, schema = office.hq.replica.registry, office.hq.replica.schema
        with office.database.read() as connection:
            return [
                str(one)
                for one in faults(connection, registry, schema, office.hq.author.key.public)
            ]


def _service(app: App) -> Service:
    return app._service


@pytest.fixture
def desk(place: Place) -> Desk:
    return Desk(place)


def test_a_days_sales_and_returns_are_summed_once_they_are_pushed(desk: Desk) -> None:
    mine = desk.place.mine
    back = replace_total(a_sale(qty=-1), -500)
    for n, body in enumerate((a_sale(), a_sale("P2", 2), back), start=1):
        assert mine.says(body) == "", n
    desk.service.sum_days()

    (mine_day,) = desk.rows(select(site_day).where(site_day.c.site_id == "SH01"))
    assert (mine_day["business_day"], mine_day["mode"]) == (DAY, "full")
    assert (mine_day["sales"], mine_day["sales_minor"], mine_day["sales_micro"]) == (
        2, 1_000, 3_000_000,
    )  # fmt: skip
    assert (mine_day["returns"], mine_day["returns_minor"], mine_day["returns_micro"]) == (
        1, 500, 1_000_000,
    )  # fmt: skip
    goods = desk.rows(select(site_day_product).where(site_day_product.c.site_id == "SH01"))
    assert {one["product_id"]: one["qty_micro"] for one in goods} == {"P1": 0, "P2": 2_000_000}
    (cash,) = desk.rows(select(site_day_tender).where(site_day_tender.c.site_id == "SH01"))
    assert (cash["tender"], cash["amount_minor"]) == ("cash", 500)
    assert desk.faults() == []


def replace_total(body: Any, total_minor: int) -> Body:
    """The same goods for another amount."""
    replaced = msgspec.structs.replace
    line = replaced(body.lines[0], amount_minor=total_minor)
    cash = replaced(body.tenders[0], amount_minor=total_minor)
    changed: Body = replaced(body, lines=[line], tenders=[cash], total_minor=total_minor)
    return changed


def test_a_late_sale_changes_its_own_day_and_moves_no_other_row(desk: Desk) -> None:
    mine = desk.place.mine
    mine.says(a_sale())
    mine.says(a_sale("P2"))
    desk.service.sum_days()
    here = select(site_day_product).where(site_day_product.c.site_id == "SH01")
    before = {one["product_id"]: one for one in desk.rows(here)}
    heads = _head(desk, "hq")

    mine.says(a_sale("P1"))
    desk.service.sum_days()
    desk.service.sum_days()

    after = {one["product_id"]: one for one in desk.rows(here)}
    assert after["P2"] == before["P2"]
    assert after["P1"]["qty_micro"] == 2_000_000
    # The day, the product and the tender; what did not change stays where it is in the feed.
    assert _head(desk, "hq") == heads + 3


def _head(desk: Desk, scope: str) -> int:
    with desk.place.office.database.read() as connection:
        return heads_of(connection, [scope])[0].head


def test_contacts_are_written_when_the_house_has_time(desk: Desk) -> None:
    said = hello()
    unsent = Hello(**{name: getattr(said, name) for name in said.__struct_fields__} | {
        "head_n": 7, "program": "0.1.0",
    })  # fmt: skip
    assert desk.place.mine.wire.ask("/hello", pack(unsent)).status == 200
    assert desk.rows(select(device_contact)) == []
    desk.service.write_contacts()

    (row,) = desk.rows(select(device_contact))
    assert (row["id"], row["site_id"], row["seen_at_us"]) == ("SH01.01", "SH01", NOON_US)
    assert (row["unsent"], row["program"]) == (7, "0.1.0")
    assert heard_hours(row["heard"]) == [NOON_US // HOUR_US]
    assert desk.faults() == []


def test_an_order_is_revised_and_confirmed_between_a_desk_and_a_shop(desk: Desk) -> None:
    items = (AssortmentItem(product_id="P1"),)
    rich = Account(
        account_id="D1",
        partner_id="D1",
        sales_org_id="FX",
        name="D1",
        credit_limit_minor=1_000_000,
    )
    desk.publish(
        AssortmentPublished(assortment_id="G", sales_org_id="FX", name="G", items=items),
        ChannelPublished(accounts=(rich,)),
    )
    mine = desk.place.mine
    line = OrderLine(
        line_no=1,
        product_id="P1",
        qty_micro=10_000_000,
        unit_price_micro=5_000_000,
        amount_minor=5_000,
    )
    order = OrderSubmitted(account_id="D1", sales_org="FX", currency="CNY", lines=[line])
    assert mine.says(order) == ""
    (row,) = desk.rows(select(channel_order))
    uid = bytes.fromhex(row["id"])
    grants = [GrantLine(line_no=1, accepted_micro=10_000_000)]
    decision = OrderDecisionRequested(order_uid=uid, account_id="D1", seen_revision=1, lines=grants)
    assert desk.says(decision) == ""
    change = RevisionChange(line_no=1, accepted_micro=6_000_000, reason="STOCK")
    revision = OrderRevisionRequested(
        order_uid=uid, account_id="D1", seen_revision=2, lines=[change]
    )
    assert desk.says(revision) == ""
    (row,) = desk.rows(select(channel_order))
    assert (row["decided"], row["accepted_minor"]) == ("revised", 5_000)
    word = OrderRevisionAnswered(order_uid=uid, account_id="D1", seen_revision=3, is_confirmed=True)
    assert desk.place.theirs.says(word) == "FOREIGN_ACCOUNT"
    assert mine.says(word) == ""

    (row,) = desk.rows(select(channel_order))
    assert (row["decided"], row["in_force"], row["accepted_minor"]) == ("partial", 3, 3_000)
    (revised,) = desk.rows(select(order_revision))
    assert (revised["state"], revised["settled_by"]) == ("in_force", "owner")
    assert desk.faults() == []


def a_code(desk: Desk, tag: str = "07", site_id: str = "SH01", **more: int) -> tuple[str, Body]:
    code = spoken_code(desk.place.mine.random.bytes(16).rjust(16, b"x"))
    body = DeviceInvited(
        device_type="till",
        site_id=site_id,
        tag=tag,
        code_hash=code_hash(code).hex(),
        expires_at_us=more.get("expires_at_us", NOON_US + 1_000_000),
    )
    return code, body


def enrol(desk: Desk, code: str, seed: bytes = b"n" * 32) -> str:
    key = SigningKey.from_seed(seed)
    message = Enrol(
        code=code,
        public_key=key.public,
        signature=key.sign_request(enrolment_message(code)),
    )
    answer = desk.place.line.ask("POST", "/enrol", pack(message))
    if answer.status != 200:
        return unpack(answer.body, ErrorAnswer).code
    return unpack(answer.body, EnrolAnswer).device_id


def test_a_code_made_at_head_offices_desk_lets_one_device_in(desk: Desk) -> None:
    code, body = a_code(desk)
    assert enrol(desk, code) == "BAD_ENROLMENT"
    assert desk.says(body) == ""

    assert enrol(desk, code) == "SH01.07"
    # The first answer was lost: the same key gets it again, another key does not.
    assert enrol(desk, code) == "SH01.07"
    assert enrol(desk, code, b"o" * 32) == "BAD_ENROLMENT"
    (row,) = desk.rows(select(device).where(device.c.id == "SH01.07"))
    assert row["tag"] == "07"


def test_an_invitation_is_worth_nothing_when_it_is_old_taken_back_or_for_a_device_that_exists(
    desk: Desk,
) -> None:
    old, body = a_code(desk, expires_at_us=NOON_US)
    desk.says(body)
    assert enrol(desk, old) == "BAD_ENROLMENT"

    first, body = a_code(desk, "08")
    desk.says(body)
    second, body = a_code(desk, "08")
    desk.says(body)
    assert (enrol(desk, first), enrol(desk, second)) == ("BAD_ENROLMENT", "SH01.08")

    there, body = a_code(desk, "01")
    desk.says(body)
    assert enrol(desk, there) == "BAD_ENROLMENT"
    (row,) = desk.rows(select(device_invitation).where(device_invitation.c.id == "SH01.01"))
    assert (row["code"], row["code_hash"]) == ("DEVICE_EXISTS", "")


def test_a_shop_invites_nobody(desk: Desk) -> None:
    code, body = a_code(desk)

    assert desk.place.mine.says(body) == "DEVICE_TYPE_NOT_ALLOWED"
    assert enrol(desk, code) == "BAD_ENROLMENT"


def keep_one(desk: Desk) -> dict[str, Any]:
    """A sale by somebody nobody knows."""
    assert desk.place.mine.says(a_sale(), author_id="new") == "PERMISSION_MISSING"
    (kept,) = desk.rows(select(kept_document))
    return kept


def repair(desk: Desk, kept: dict[str, Any]) -> None:
    body = KeptRepairRequested(
        device_id=kept["device_id"],
        incarnation=kept["incarnation"],
        n=kept["n"],
        site_id=kept["site_id"],
    )
    assert desk.says(body) == ""


def test_a_kept_document_can_be_read_and_is_posted_once_its_cause_is_mended(desk: Desk) -> None:
    kept = keep_one(desk)
    assert (kept["code"], kept["state"], kept["kind"]) == ("PERMISSION_MISSING", "open", "sale")
    assert '"product_id":"P1"' in kept["content"]
    before = desk.place.count(sale)

    repair(desk, kept)
    (still,) = desk.rows(select(kept_document))
    assert (still["state"], still["code"]) == ("open", "PERMISSION_MISSING")
    assert still["tried_at_us"]

    desk.publish(
        UserPublished(user_id="new", name="New", role="owner", grants=(Grant(site_id="SH01"),))
    )
    repair(desk, still)

    (done,) = desk.rows(select(kept_document))
    assert (done["state"], done["settled_by"], done["code"]) == ("stored", "boss", "")
    assert desk.place.count(sale) == before + 1
    (about,) = desk.rows(select(task).where(task.c.code == "DOCUMENT_KEPT"))
    assert about["state"] == "closed"
    repair(desk, done)
    assert desk.place.count(sale) == before + 1
    assert desk.faults() == []


def test_a_kept_document_is_laid_down_with_a_reason(desk: Desk) -> None:
    kept = keep_one(desk)
    body = KeptClosed(
        device_id=kept["device_id"],
        incarnation=kept["incarnation"],
        n=kept["n"],
        site_id=kept["site_id"],
        reason="typed for practice",
    )
    assert desk.says(body) == ""

    (done,) = desk.rows(select(kept_document))
    assert (done["state"], done["reason"]) == ("closed", "typed for practice")


def test_a_stores_detail_comes_in_pages_that_together_are_all_of_it(desk: Desk) -> None:
    for _ in range(5):
        desk.place.mine.says(a_sale())
    pages = [desk.page("sales_of_day", site_id="SH01", business_day=DAY, limit=2)]
    while pages[-1].next_after:
        pages.append(
            desk.page(
                "sales_of_day",
                site_id="SH01",
                business_day=DAY,
                limit=2,
                after=pages[-1].next_after,
            )
        )
    assert [len(one.rows) for one in pages] == [2, 2, 1]
    assert pages[0].total == 5
    found = [row[0] for one in pages for row in one.rows]
    assert len(set(found)) == 5
    lines = desk.page("lines_of_sale", site_id="SH01", document=found[0])
    assert [row[lines.columns.index("product_id")] for row in lines.rows] == ["P1"]


def test_stock_and_moves_are_told_with_the_devices_that_may_lack(desk: Desk) -> None:
    desk.place.mine.says(a_sale(qty=3))
    held = desk.page("stock_of_site", site_id="SH01")
    assert [row[1:] for row in held.rows] == [["P1", "", -3_000_000]]
    moved = desk.page("moves_of_product", site_id="SH01", product_id="P1", from_day=DAY)
    assert [row[3] for row in moved.rows] == [3_000_000]
    everywhere = desk.page("stock_of_product", product_id="P1")
    assert [row[1] for row in everywhere.rows] == [-3_000_000, -1_000_000]
    assert held.silent == []

    desk.service.clock.at_us += 26 * 3600 * 1_000_000  # type: ignore[attr-defined]
    desk.till.wire.nonce = ""
    silent = desk.page("stock_of_site", site_id="SH01").silent
    assert [row[:2] for row in silent] == [["SH01.01", 0]]


def test_nobody_reads_beyond_what_they_are_granted(desk: Desk) -> None:
    mine = desk.place.mine.wire
    day = {"business_day": DAY}
    own = desk.ask("sales_of_day", mine, user_id="owner", site_id="SH01", **day)
    assert isinstance(own, ReportPage)
    # Another shop, and one that is not there, look the same.
    foreign = desk.ask("sales_of_day", mine, user_id="owner", site_id="SH02", **day)
    missing = desk.ask("sales_of_day", mine, user_id="owner", site_id="SH99", **day)
    assert (foreign, missing) == ("SITE_UNKNOWN", "SITE_UNKNOWN")
    whole = desk.ask("stock_of_product", mine, user_id="owner", product_id="P1")
    assert isinstance(whole, ReportPage)
    # The neighbour sold one; it is none of the owner's business on this shop's device.
    assert whole.rows == []
    for user_id in ("nobody", "system"):
        asked = desk.ask("stock_of_product", mine, user_id=user_id, product_id="P1")
        assert asked == "NOT_PERMITTED"
    assert desk.ask("stock_of_product", user_id="system", product_id="P1") == "NOT_PERMITTED"
    assert desk.ask("secrets", product_id="P1") == "REPORT_UNKNOWN"
    assert desk.ask("stock_of_product") == "REPORT_PARAMETER"
    assert (
        desk.ask("sales_of_day", site_id="SH01", after="x\x1fy", business_day=DAY)
        == "REPORT_PARAMETER"
    )


def test_head_offices_people_of_one_organisation_read_its_sites_alone(desk: Desk) -> None:
    desk.publish(
        UserPublished(
            user_id="other",
            name="Other",
            role="head_office",
            grants=(Grant(sales_org_id="S9"),),
        )
    )

    asked = desk.ask("stock_of_site", user_id="other", site_id="SH01")

    assert asked == "SITE_UNKNOWN"
