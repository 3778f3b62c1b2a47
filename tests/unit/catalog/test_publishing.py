"""A sheet about goods that stand: what it leaves out stays, and nothing leaves its home."""

from hypothesis import given
from hypothesis import strategies as st

from shared.catalog.documents import Product
from shared.catalog.publishing import Change, changes_of, with_unsaid

STATED = Product(
    code="1", name="Cream", spec="50 g", brand="CHENLU", category="skin", base_unit="瓶",
    kind="tester", tax_rate_micro=90_000, initials="C", listed_from_us=5, listed_to_us=9,
    exclusive_assortment_id="VIP", is_lot_tracked=True, shelf_life_months=36, picture="abc",
)  # fmt: skip


def test_a_blank_cell_changes_nothing_of_a_product_that_stands() -> None:
    assert with_unsaid(STATED, Product(code="1", name="Cream")) == STATED


def test_what_the_sheet_says_is_taken_and_told() -> None:
    said = Product(code="1", name="Cream new", brand="Chen Lu", initials="CN")
    after = with_unsaid(STATED, said)
    assert (after.name, after.brand, after.initials) == ("Cream new", "Chen Lu", "CN")
    assert (after.kind, after.tax_rate_micro, after.is_lot_tracked) == ("tester", 90_000, True)
    assert changes_of(STATED, after) == [
        Change("name", "Cream", "Cream new"), Change("brand", "CHENLU", "Chen Lu"),
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["FX", "DS", "ODM"]), max_size=3))
def test_no_sheet_moves_an_exclusive_product_into_everybodys_catalogue(orgs: list[str]) -> None:
    said = Product(code="1", name="Cream", sales_org_ids=tuple(orgs))
    after = with_unsaid(STATED, said)
    assert (after.exclusive_assortment_id, after.sales_org_ids) == ("VIP", ())
