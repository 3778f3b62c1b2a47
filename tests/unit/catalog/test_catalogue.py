"""Products, packs, barcodes, assortments and a shop's own goods."""

from collections.abc import Iterator

import pytest

from shared.catalog.documents import (
    AssortmentItem,
    AssortmentPublished,
    CataloguePublished,
    OwnProductCreated,
    Product,
    ProductBarcode,
    ProductPack,
)
from shared.catalog.queries import (
    Hit,
    by_barcode,
    listing,
    packs_of,
    product,
    unknown_products,
    visible,
    visible_products,
)
from shared.channel.documents import Account, ChannelPublished, SalesOrg
from shared.core.quantity import Pack
from shared.core.rounding import MICRO
from tests.builders.masters import SCHEMA, Office, an_office

SIX_PM_US = 64_800_000_000


def a_product(code: str = "010101", **more: object) -> Product:
    stated: dict[str, object] = {
        "code": code,
        "name": "晨露保湿面霜",
        "base_unit": "支",
        "sales_org_ids": ("FX",),
        **more,
    }
    return Product(**stated)  # type: ignore[arg-type]


def a_list(
    list_id: str, *items: AssortmentItem, accounts: tuple[str, ...] = ()
) -> AssortmentPublished:
    return AssortmentPublished(
        assortment_id=list_id,
        sales_org_id="FX",
        name=list_id,
        is_exclusive=bool(accounts),
        account_ids=accounts,
        items=items,
    )


@pytest.fixture
def office() -> Iterator[Office]:
    made = an_office()
    made.post(
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="分销"),),
            accounts=tuple(
                Account(account_id=one, partner_id="P", sales_org_id="FX", name=one)
                for one in ("A1", "A2")
            ),
        )
    )
    yield made
    made.connection.close()


def publish(office: Office, *products: Product) -> None:
    office.post(CataloguePublished(products=products))


def test_scanning_the_case_code_stands_for_twelve_pieces(office: Office) -> None:
    publish(
        office,
        a_product(
            packs=(ProductPack(unit="盒", factor_micro=12 * MICRO),),
            barcodes=(
                ProductBarcode(barcode="6901234567892"),
                ProductBarcode(barcode="6902", unit="盒"),
            ),
        ),
    )

    assert by_barcode(office.connection, "6901234567892") == Hit(
        product_id="010101", unit="支", factor_micro=MICRO
    )
    assert by_barcode(office.connection, " 6902 ") == Hit(
        product_id="010101", unit="盒", factor_micro=12 * MICRO
    )
    assert packs_of(office.connection, "010101") == (Pack("支", MICRO), Pack("盒", 12 * MICRO))


def test_a_scanner_that_adds_a_leading_zero_finds_the_same_goods(office: Office) -> None:
    publish(office, a_product(barcodes=(ProductBarcode(barcode="036000291452"),)))

    found = by_barcode(office.connection, "0036000291452")
    assert found is not None
    assert found.product_id == "010101"


def test_a_product_code_finds_the_product_and_nonsense_finds_nothing(office: Office) -> None:
    publish(office, a_product())

    assert by_barcode(office.connection, "010101") is not None
    assert by_barcode(office.connection, "999") is None
    assert by_barcode(office.connection, "  ") is None


def test_a_withdrawn_barcode_and_a_case_of_unknown_size_are_not_guessed(office: Office) -> None:
    publish(
        office,
        a_product(
            barcodes=(
                ProductBarcode(barcode="111", is_active=False),
                ProductBarcode(barcode="222", unit="箱"),
            )
        ),
    )

    assert by_barcode(office.connection, "111") is None
    assert by_barcode(office.connection, "222") is None


def test_head_offices_goods_come_before_own_goods_of_the_same_barcode(office: Office) -> None:
    office.post(
        OwnProductCreated(code="1", name="本店", barcodes=(ProductBarcode(barcode="333"),)),
        site_id="SH01",
    )
    assert by_barcode(office.connection, "333") == Hit(
        product_id="own:SH01:1", unit="件", factor_micro=MICRO
    )

    publish(office, a_product(barcodes=(ProductBarcode(barcode="333"),)))
    found = by_barcode(office.connection, "333")
    assert found is not None
    assert found.product_id == "010101"


def test_own_goods_belong_to_the_shop_alone(office: Office) -> None:
    office.post(OwnProductCreated(code="88", name="外采面膜"), site_id="SH01")

    found = product(office.connection, "own:SH01:88")
    assert found is not None
    assert (found.code, found.site_id) == ("88", "SH01")
    assert by_barcode(office.connection, "88", site_id="SH01") is not None
    assert by_barcode(office.connection, "88", site_id="SH02") is None
    row = dict(SCHEMA["product"].defaults) | {"scopes": "site:SH01"}
    assert SCHEMA["product"].scopes(row) == ("site:SH01",)


def test_an_exclusive_products_rows_are_in_its_list_alone(office: Office) -> None:
    body = CataloguePublished(
        products=(
            a_product(
                exclusive_assortment_id="X",
                barcodes=(ProductBarcode(barcode="444"),),
                packs=(ProductPack(unit="箱", factor_micro=MICRO),),
            ),
        )
    )

    header = office.post(body)

    found = {
        (write.table, SCHEMA[write.table].scopes(SCHEMA[write.table].full(write.values)))
        for write in office.registry.named(header.kind).post(header, body)
    }
    assert found == {
        (table, ("list:X",)) for table in ("product", "product_barcode", "product_pack")
    }


def test_a_product_of_two_organisations_is_in_both(office: Office) -> None:
    header = office.post(CataloguePublished(products=(a_product(sales_org_ids=("FX", "DS")),)))

    (write,) = office.registry.post(office.written[-1])
    assert header.kind == "catalogue"
    assert SCHEMA["product"].scopes(write.values) == ("org:DS", "org:FX")


def test_only_the_accounts_an_exclusive_list_names_see_its_products(office: Office) -> None:
    publish(office, a_product("1"), a_product("2"), a_product("3"))
    office.post(a_list("GENERAL", AssortmentItem(product_id="1")))
    office.post(a_list("X", AssortmentItem(product_id="2"), accounts=("A1",)))

    assert visible_products(office.connection, "A1", ["1", "2", "3"], at_us=1) == {"1", "2"}
    assert visible_products(office.connection, "A2", ["1", "2", "3"], at_us=1) == {"1"}
    assert visible_products(office.connection, "A9", ["1"], at_us=1) == frozenset()


def test_a_product_is_unlisted_at_six_sharp(office: Office) -> None:
    publish(office, a_product("1"), a_product("2", listed_to_us=SIX_PM_US))
    office.post(
        a_list(
            "GENERAL",
            AssortmentItem(product_id="1", from_at_us=10, to_at_us=SIX_PM_US),
            AssortmentItem(product_id="2"),
        )
    )

    assert visible(office.connection, "A1", "1", SIX_PM_US - 1)
    assert not visible(office.connection, "A1", "1", SIX_PM_US)
    assert not visible(office.connection, "A1", "1", 9)
    assert visible(office.connection, "A1", "2", SIX_PM_US - 1)
    assert not visible(office.connection, "A1", "2", SIX_PM_US)


def test_placed_products_come_first_by_their_rank(office: Office) -> None:
    publish(office, *(a_product(code) for code in "1234"))
    office.post(
        a_list(
            "GENERAL",
            AssortmentItem(product_id="1"),
            AssortmentItem(product_id="2", rank=2),
            AssortmentItem(product_id="3", rank=1),
        )
    )
    office.post(a_list("X", AssortmentItem(product_id="4", rank=1), accounts=("A2",)))

    assert listing(office.connection, "A1", 1) == ["3", "2", "1"]
    assert listing(office.connection, "A2", 1) == ["3", "4", "2", "1"]
    assert listing(office.connection, "A9", 1) == []


def test_unknown_products_are_named(office: Office) -> None:
    publish(office, a_product("1"))

    assert unknown_products(office.connection, ["1", "9", "5"]) == ["5", "9"]


def test_publishing_again_changes_what_it_names_and_leaves_the_rest(office: Office) -> None:
    publish(office, a_product("1", barcodes=(ProductBarcode(barcode="555"),)), a_product("2"))
    publish(office, a_product("1", name="晨露保湿面霜 第二代"))

    changed, kept = product(office.connection, "1"), product(office.connection, "2")
    assert changed is not None
    assert kept is not None
    assert (changed.name, kept.name) == ("晨露保湿面霜 第二代", "晨露保湿面霜")
    assert by_barcode(office.connection, "555") is not None
