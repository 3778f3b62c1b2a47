"""Price versions: published, sealed or refused, activated at their instant, kept from others."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import update

from shared.catalog.documents import CataloguePublished, Product
from shared.channel.documents import Account, Category, ChannelPublished, Level, SalesOrg, Site
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.pricing.documents import OwnPriceSet, PriceRows, PriceVersionPublished
from shared.pricing.publishing import version_bodies
from shared.pricing.queries import (
    active_version,
    context_of,
    difference,
    price,
    price_book,
    retail_price,
    spoken_names,
    version_by_number,
    versions,
)
from shared.pricing.rules import PriceContext, PriceRow, part_sums, read_aloud, retail_ratio
from shared.pricing.tables import price_row, price_version
from tests.builders.documents import NOON_US
from tests.builders.masters import SCHEMA, Office, an_approver, an_office

YUAN = MICRO
DAY_US = 86_400_000_000
ROWS = (
    PriceRow("010204", "", "retail", 199 * YUAN),
    PriceRow("010205", "", "retail", 100 * YUAN),
    PriceRow("", "CHENLU", "level:L1", ratio_micro=455_000),
    PriceRow("", "CHENLU", "level:L2", ratio_micro=520_000),
)
LOGIC = retail_ratio()
BUYER = PriceContext(sales_org_id="FX", level_id="L1")


def the_masters(office: Office) -> Office:
    office.post(
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="分销"),),
            levels=(Level(level_id="L1", name="一级"),),
            categories=(Category(category_id="VIP", sales_org_id="FX", name="贵宾"),),
            accounts=(
                Account(
                    account_id="A1", partner_id="P1", sales_org_id="FX", name="A", level_id="L1"
                ),
            ),
            sites=(Site(site_id="SH01", name="店", site_type="store", account_ids=("A1",)),),
        )
    )
    products = tuple(
        Product(code=code, name="面霜", brand=brand, sales_org_ids=("FX",))
        for code, brand in (("010204", "CHENLU"), ("010205", "CHENLU"), ("020101", "SHANCHA"))
    )
    office.post(CataloguePublished(products=products))
    office.post(an_approver())
    return office


@pytest.fixture
def office() -> Iterator[Office]:
    made = the_masters(an_office())
    yield made
    made.connection.close()


@pytest.fixture
def device() -> Iterator[Office]:
    made = the_masters(an_office(answers=False, derives=True))
    yield made
    made.connection.close()


def at(office: Office, product_id: str, at_us: int, known_at_us: int | None = None) -> int | None:
    known = {} if known_at_us is None else {"known_at_us": known_at_us}
    found = price(office.connection, BUYER, product_id, at_us, **known)
    return found.unit_price_micro if found else None


def test_a_published_version_gets_its_number_from_head_office(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC)

    (version,) = versions(office.connection, "FX")
    assert (version.number, version.status, version.approver_id) == (1, "sealed", "approver")
    assert at(office, "010204", NOON_US) == 90_550_000


def test_a_version_prices_from_its_instant_on_and_not_a_moment_earlier(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC)
    dearer = [PriceRow("010204", "", "retail", 299 * YUAN)]
    midnight = NOON_US + DAY_US // 2
    office.publish_prices(
        dearer, LOGIC, parent_number=1, effective_at_us=midnight, at_us=NOON_US + 1
    )

    assert at(office, "010204", midnight - 1) == 90_550_000
    assert at(office, "010204", midnight) == 136_050_000
    assert at(office, "010205", midnight) == 45_500_000
    book = price_book(office.connection, BUYER, midnight)
    assert book is not None
    assert book.version.number == 2


def test_before_the_first_version_there_is_no_price(office: Office) -> None:
    assert at(office, "010204", NOON_US) is None
    office.publish_prices(ROWS, LOGIC)
    assert at(office, "010204", NOON_US - 1) is None
    assert at(office, "999", NOON_US) is None


def test_who_saw_an_older_version_is_told_that_the_parent_moved(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC)
    office.publish_prices(ROWS, LOGIC, parent_number=0)

    late = next(one for one in versions(office.connection, "FX") if one.number == 0)
    assert (late.status, late.code) == ("rejected", "PARENT_MOVED")
    assert at(office, "010204", NOON_US) == 90_550_000


def test_a_version_may_not_take_effect_before_its_parent(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC, effective_at_us=NOON_US + DAY_US)
    office.publish_prices(ROWS, LOGIC, parent_number=1)

    codes = {one.code for one in versions(office.connection, "FX")}
    assert codes == {"", "EFFECTIVE_BEFORE_PARENT"}


@pytest.mark.parametrize(
    ("approver_id", "code"),
    [("editor", "SECOND_PERSON_NEEDED"), ("", "APPROVER_MAY_NOT"), ("clerk", "APPROVER_MAY_NOT")],
)
def test_a_second_person_who_may_approve_is_needed(
    office: Office, approver_id: str, code: str
) -> None:
    office.publish_prices(ROWS, LOGIC, approver_id=approver_id)

    (version,) = versions(office.connection, "FX")
    assert (version.status, version.code) == ("rejected", code)


def publish_forged(office: Office, rows: Sequence[PriceRow], stated: Sequence[PriceRow]) -> str:
    """What a crafted payload does: rows and stated sums that nobody checked before."""
    uid = (77).to_bytes(16, "big")
    office.post(PriceRows(version_id=uid.hex(), sales_org_id="FX", rows=tuple(rows)))
    office.post(
        PriceVersionPublished(
            sales_org_id="FX",
            parent_number=0,
            effective_at_us=NOON_US,
            steps=LOGIC,
            parts=part_sums(stated),
        ),
        approver_id="approver",
        number=77,
    )
    (version,) = versions(office.connection, "FX")
    return version.code


def test_missing_or_edited_rows_are_no_version(office: Office) -> None:
    assert publish_forged(office, ROWS[:-1], ROWS) == "PRICE_ROWS_INCOMPLETE"
    assert at(office, "010204", NOON_US) is None


def test_a_combination_stated_twice_is_no_version_even_in_a_forged_payload(
    office: Office,
) -> None:
    twice = (*ROWS, ROWS[0])

    assert publish_forged(office, twice, twice) == "PRICE_ROW_TWICE"
    (version,) = versions(office.connection, "FX")
    assert "product_id=010204" in version.detail


def test_an_unknown_sales_organisation_publishes_nothing(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC, sales_org_id="XX")

    (version,) = versions(office.connection, "XX")
    assert version.code == "SALES_ORG_UNKNOWN"


def test_the_author_is_told_before_publishing_what_stands_twice() -> None:
    with pytest.raises(RuleViolation) as refused:
        list(
            version_bodies(
                bytes(16),
                sales_org_id="FX",
                parent_number=0,
                effective_at_us=0,
                steps=LOGIC,
                rows=[ROWS[0], ROWS[0]],
            )
        )
    assert refused.value.code == "PRICE_ROW_TWICE"


def test_twelve_thousand_rows_travel_in_three_documents() -> None:
    rows = [PriceRow(str(n), "", "retail", n) for n in range(12_000)]

    *chunks, last = version_bodies(
        bytes(16), sales_org_id="FX", parent_number=0, effective_at_us=0, steps=LOGIC, rows=rows
    )

    assert [len(one.rows) for one in chunks if isinstance(one, PriceRows)] == [5_000, 5_000, 2_000]
    assert isinstance(last, PriceVersionPublished)
    assert [one.row_count for one in last.parts] == [12_000]


def test_what_was_removed_has_no_price_and_what_was_not_named_keeps_its_own(
    office: Office,
) -> None:
    office.publish_prices(ROWS, LOGIC)
    gone = [PriceRow("010204", "", "retail", is_removed=True)]
    office.publish_prices(gone, LOGIC, parent_number=1)

    assert at(office, "010204", NOON_US) is None
    assert at(office, "010205", NOON_US) == 45_500_000


def test_a_later_back_dated_correction_does_not_change_what_was_known_then(
    office: Office,
) -> None:
    office.publish_prices(ROWS, LOGIC)
    third, tenth = NOON_US + 2 * DAY_US, NOON_US + 9 * DAY_US
    corrected = [PriceRow("010204", "", "retail", 299 * YUAN)]
    office.publish_prices(
        corrected, LOGIC, parent_number=1, effective_at_us=NOON_US + DAY_US, at_us=tenth
    )

    assert at(office, "010204", third) == 136_050_000
    assert at(office, "010204", third, known_at_us=third + DAY_US) == 90_550_000


def test_a_brands_new_ratio_reprices_its_goods_and_no_others(office: Office) -> None:
    office.publish_prices(
        [
            *ROWS,
            PriceRow("020101", "", "retail", 100 * YUAN),
            PriceRow("", "SHANCHA", "level:L1", ratio_micro=420_000),
        ],
        LOGIC,
    )
    office.publish_prices(
        [PriceRow("", "CHENLU", "level:L1", ratio_micro=400_000)], LOGIC, parent_number=1
    )
    older = version_by_number(office.connection, "FX", 1)
    newer = version_by_number(office.connection, "FX", 2)
    assert older is not None
    assert newer is not None

    changes = difference(office.connection, BUYER, older, newer)

    assert [one.product_id for one in changes] == ["010204", "010205"]
    assert changes[0].after is not None
    assert changes[0].after.unit_price_micro == 79_600_000
    assert version_by_number(office.connection, "FX", 3) is None


def test_a_price_names_the_levels_as_people_call_them(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC)

    found = price(office.connection, BUYER, "010204", NOON_US)

    assert found is not None
    spoken = read_aloud(found, spoken_names(office.connection))
    assert spoken == "零售 199.00 × 0.455（一级，第1版）→ 90.55"


def test_the_consumer_pays_retail_or_the_shops_own_price(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC)
    suggested = retail_price(office.connection, "SH01", "010204", NOON_US)

    office.post(OwnPriceSet(product_id="010204", unit_price_micro=188 * YUAN), site_id="SH01")
    own = retail_price(office.connection, "SH01", "010204", NOON_US)
    office.post(
        OwnPriceSet(product_id="010204", unit_price_micro=0, is_removed=True), site_id="SH01"
    )
    again = retail_price(office.connection, "SH01", "010204", NOON_US)

    assert [one.unit_price_micro for one in (suggested, own, again) if one] == [
        199 * YUAN,
        188 * YUAN,
        199 * YUAN,
    ]
    assert retail_price(office.connection, "SH99", "010204", NOON_US) is None


def test_an_account_buys_at_its_level_and_asks_what_the_next_one_pays(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC)
    own = context_of(office.connection, "A1", NOON_US)
    below = context_of(office.connection, "A1", NOON_US, level_id="L2")

    prices = [price(office.connection, one, "010204", NOON_US) for one in (own, below)]

    assert [one.unit_price_micro for one in prices if one] == [90_550_000, 103_480_000]
    with pytest.raises(RuleViolation):
        context_of(office.connection, "A9", NOON_US)


def test_rows_of_a_level_travel_to_that_level_alone() -> None:
    def scopes(part: str) -> tuple[str, ...]:
        row = dict(SCHEMA["price_row"].defaults) | {"sales_org_id": "FX", "part": part}
        return SCHEMA["price_row"].scopes(row)

    assert scopes("") == ("org:FX",)
    assert scopes("level:L1") == ("org:FX/level:L1",)
    assert scopes("category:VIP") == ("org:FX/category:VIP",)
    assert scopes("account:A1") == ("hq", "account:A1")


def deliver(device: Office, office: Office, *, parts: tuple[str, ...] | None = None) -> None:
    """What pull does: rows of the parts a device holds, then the version."""
    for table in (price_row, price_version):
        names = [one.name for one in table.columns]
        for row in office.connection.execute(table.select()).mappings():
            if table is price_row and parts is not None and row["part"] not in parts:
                continue
            device.connection.execute(table.insert(), [{one: row[one] for one in names}])
        ids = list(device.connection.execute(table.select()).scalars())
        derive = SCHEMA[table.name].derive
        assert derive is not None
        derive(device.connection, ids)


def test_a_device_of_level_one_prices_without_the_rows_of_level_two(
    office: Office, device: Office
) -> None:
    office.publish_prices(ROWS, LOGIC)
    deliver(device, office, parts=("", "level:L1"))

    assert at(device, "010204", NOON_US) == 90_550_000
    assert active_version(device.connection, "FX", NOON_US, parts=("level:L2",)) is None


def test_a_version_stays_inert_until_its_last_row_has_arrived(
    office: Office, device: Office
) -> None:
    office.publish_prices(ROWS, LOGIC)
    deliver(device, office)
    office.publish_prices([PriceRow("010204", "", "retail", 1 * YUAN)], LOGIC, parent_number=1)
    office.publish_prices([PriceRow("010205", "", "retail", 2 * YUAN)], LOGIC, parent_number=2)
    device.connection.execute(price_row.delete())
    device.connection.execute(price_version.delete())

    rows = office.connection.execute(price_row.select()).mappings().all()
    second = version_by_number(office.connection, "FX", 2)
    assert second is not None
    late = [row for row in rows if row["version_id"] == second.version_id]
    device.connection.execute(price_row.insert(), [dict(r) for r in rows if r not in late])
    device.connection.execute(
        price_version.insert(),
        [dict(r) for r in office.connection.execute(price_version.select()).mappings()],
    )
    derive = SCHEMA["price_version"].derive
    assert derive is not None
    derive(device.connection, [one.version_id for one in versions(device.connection, "FX")])

    assert at(device, "010204", NOON_US) == 90_550_000
    assert at(device, "010205", NOON_US) == 45_500_000

    device.connection.execute(price_row.insert(), [dict(row) for row in late])
    derive_rows = SCHEMA["price_row"].derive
    assert derive_rows is not None
    derive_rows(device.connection, [row["id"] for row in late])
    assert at(device, "010204", NOON_US) == 460_000
    assert at(device, "010205", NOON_US) == 910_000


def test_a_version_edited_on_the_way_prices_nothing(office: Office, device: Office) -> None:
    office.publish_prices(ROWS, LOGIC)
    office.connection.execute(
        update(price_row)
        .where(price_row.c.product_id == "010204")
        .values(unit_price_micro=1 * YUAN)
    )

    deliver(device, office)

    assert at(device, "010204", NOON_US) is None
    assert at(device, "010205", NOON_US) is None


def test_rows_slipped_into_a_sealed_version_put_it_out_of_use(
    office: Office, device: Office
) -> None:
    version_id = office.publish_prices(ROWS, LOGIC)
    deliver(device, office)
    slipped = PriceRows(
        version_id=version_id,
        sales_org_id="FX",
        rows=(PriceRow("020101", "", "retail", 1 * YUAN),),
    )

    for replica in (office, device):
        replica.count = 5_000
        replica.post(slipped)
        assert at(replica, "010204", NOON_US) is None


def test_a_book_prices_many_lines_and_leaves_out_what_has_no_price(office: Office) -> None:
    office.publish_prices(ROWS, LOGIC)
    book = price_book(office.connection, BUYER, NOON_US)
    assert book is not None

    prices = book.prices(["010204", "020101", "010205"])

    assert {one: found.unit_price_micro for one, found in prices.items()} == {
        "010204": 90_550_000,
        "010205": 45_500_000,
    }


def test_what_waits_to_be_sealed_has_no_number_to_be_found_by(office: Office) -> None:
    for _ in range(3):
        office.publish_prices(ROWS, LOGIC, parent_number=0)

    assert [one.number for one in versions(office.connection, "FX")].count(0) == 2
    assert version_by_number(office.connection, "FX", 0) is None
