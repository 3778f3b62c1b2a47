"""A kept document is shown to a person, whatever its bytes are."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from shared.areas import REGISTRY
from shared.journal.document import Document
from shared.journal.kind import encode
from shared.journal.readable import readable
from shared.sales.documents import Sale, SaleLine, TenderLine
from tests.builders.documents import a_header

MOST = 2_000


def a_sale(lines: int = 1) -> Sale:
    line = SaleLine(
        product_id="P1", qty_micro=1_000_000, unit_price_micro=5_000_000, amount_minor=500
    )
    return Sale(
        mode="full",
        currency="CNY",
        lines=[line] * lines,
        tenders=[TenderLine(tender="cash", amount_minor=500)],
        total_minor=500,
    )


def test_a_document_of_a_known_kind_is_shown_with_the_names_of_its_fields() -> None:
    stored = encode(Document(a_header(1, kind="sale"), a_sale()))

    shown = json.loads(readable(REGISTRY, stored, most=MOST))

    assert shown["header"]["kind"] == "sale"
    assert shown["body"]["lines"][0]["product_id"] == "P1"
    assert shown["body"]["tenders"][0] == {
        "tender": "cash", "amount_minor": 500, "reference": "",
    }  # fmt: skip


def test_a_document_of_an_unknown_kind_is_shown_as_plain_lists() -> None:
    stored = encode(Document(a_header(1, kind="later"), a_sale()))

    assert "P1" in readable(REGISTRY, stored, most=MOST)


def test_a_long_document_is_shown_by_its_beginning() -> None:
    stored = encode(Document(a_header(1, kind="sale"), a_sale(900)))

    shown = readable(REGISTRY, stored, most=MOST)

    assert len(shown) <= MOST
    assert json.loads(shown)["letters"] > MOST


@given(st.one_of(st.binary(max_size=300), st.recursive(
    st.one_of(st.none(), st.integers(0, 9), st.text(), st.binary(), st.floats()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
).map(msgspec.msgpack.encode)))  # fmt: skip
def test_no_bytes_are_beyond_showing(stored: bytes) -> None:
    assert 0 < len(readable(REGISTRY, stored, most=MOST)) <= MOST
