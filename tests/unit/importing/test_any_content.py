"""Whatever stands in a file, an import answers with items and problems, or with a code."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.catalog.import_columns import PRODUCT_FIELDS
from shared.catalog.importing import read_products
from shared.catalog.sheets import read_pasted, read_sheets
from shared.channel.import_columns import PARTNER_FIELDS
from shared.channel.importing import read_partners
from shared.core.errors import RuleViolation
from shared.core.importing import Field, Sheet
from shared.pricing.importing import PRICE_FIELDS, read_prices

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "0", "-", "1*24", "6.9E+12", "6901028004954", "合计", "13%", "2027.1", "支"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.dates().map(str),
)


def tables(fields: tuple[Field, ...]) -> st.SearchStrategy[list[Sheet]]:
    """Sheets whose first row names every column, and some that nobody knows."""
    header = (*(field.aliases[0] for field in fields), "颜色", "一级价")
    rows = st.lists(st.lists(CELLS, max_size=len(header) + 1).map(tuple), max_size=6)
    return rows.map(lambda found: [Sheet(name="S", rows=(header, *found))])


@given(tables(PRODUCT_FIELDS))
def test_a_row_of_a_product_list_is_taken_or_listed_never_both(sheets: list[Sheet]) -> None:
    result = read_products(sheets, initials=lambda _name: "")
    taken = {row.row_number for row in result.items}
    assert taken.isdisjoint(one.row_number for one in result.problems)
    assert taken.isdisjoint(one.row_number for one in result.skipped)
    assert len({row.product.code for row in result.items}) == len(result.items)
    assert all(row.product.code and row.product.name for row in result.items)


@given(tables(PRICE_FIELDS))
def test_any_price_list_is_read(sheets: list[Sheet]) -> None:
    result = read_prices(sheets, product_of=lambda code: code, levels={"L1": "一级经销商"})
    refused = {one.row_number for one in result.problems}
    assert refused.isdisjoint(line.row_number for line in result.items)


@given(tables(PARTNER_FIELDS))
def test_any_list_of_partners_is_read(sheets: list[Sheet]) -> None:
    result = read_partners(sheets, sales_org_id="FX")
    ids = [row.account.account_id for row in result.items]
    assert len(ids) == len(set(ids))


@given(
    st.one_of(
        st.binary(max_size=400), st.binary(max_size=400).map(lambda tail: b"PK\x03\x04" + tail)
    )
)
def test_any_bytes_are_sheets_or_a_code(content: bytes) -> None:
    with suppress(RuleViolation):
        read_sheets(content, "any.xls")


@settings(max_examples=50)
@given(st.binary(max_size=2_000))
def test_any_compound_file_is_sheets_or_a_code(tail: bytes) -> None:
    with suppress(RuleViolation):
        read_sheets(bytes.fromhex("d0cf11e0a1b11ae1") + tail, "any.xls")


@given(st.text(max_size=200))
def test_any_clipboard_is_a_sheet_or_a_code(text: str) -> None:
    with suppress(RuleViolation):
        read_pasted(text)
