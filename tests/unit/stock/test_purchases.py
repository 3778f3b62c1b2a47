"""What goods cost over time, and the lists of what was bought, on rows as they are posted (B11)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.app.client import Client
from desktop.catalog.usecases import create_own_product, scanned, state_costs
from desktop.stock.usecases import Bought, receive_purchase
from desktop.stock.usecases.undoing import undo_movement
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.stock.queries import (
    Costs,
    costs_known,
    purchased_lines,
    purchases,
    sellable_micro,
)
from shared.stock.queries.purchases import _Said
from tests.builders.founded_shop import CREAM, new_client, open_for_business, site_of

PIECE = 1_000_000
WASH = "6901234567809"
ALWAYS = ("2000-01-01", "2999-12-31")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Client]:
    """A founded shop with four goods on its shelf; three of them with a cost."""
    client = new_client(tmp_path / "shop")
    open_for_business(client)
    yield client
    client.close()


def own(client: Client, code: str) -> str:
    return client.store.read(lambda one: scanned(one, site_of(client), code)).product_id


def known(client: Client, *product_ids: str) -> Costs:
    named = list(product_ids) or None
    return client.store.read(lambda one: costs_known(one, site_of(client), "CNY", named))


def test_the_cost_on_a_day_is_the_last_one_said_until_its_end() -> None:
    costs = Costs(
        {
            "P": [
                _Said("2026-03-02", 20, 3_000_000),
                _Said("2026-03-05", 50, 4_000_000),
                _Said("2026-03-05", 51, 4_500_000),
                _Said("2026-03-09", 90, 0),
            ]
        }
    )
    days = ["01", "02", "04", "05", "08", "09", "30"]
    assert [costs.on("P", f"2026-03-{day}") for day in days] == [
        3_000_000, 3_000_000, 3_000_000, 4_500_000, 4_500_000, None, None,
    ]  # fmt: skip
    assert (costs.last("P"), costs.all_last()) == (None, {})
    assert (costs.last("Q"), costs.on("Q", "2026-03-05")) == (None, None)


def test_a_receipt_teaches_the_cost_and_a_line_without_one_teaches_nothing(shop: Client) -> None:
    cream, wash = own(shop, CREAM), own(shop, WASH)
    assert known(shop, cream).last(cream) == 90 * PIECE
    bought = [
        Bought(product_id=cream, qty_micro=PIECE, unit_cost_micro=88 * PIECE),
        Bought(product_id=wash, qty_micro=PIECE),
    ]
    shop.store.write(receive_purchase, bought)
    assert known(shop, cream, wash).all_last() == {cream: 88 * PIECE, wash: 20 * PIECE}
    assert known(shop).last(cream) == 88 * PIECE
    shop.store.write(state_costs, {cream: 0})
    assert known(shop).last(cream) is None
    assert known(shop).last(wash) == 20 * PIECE


def test_costs_of_more_products_than_one_statement_names_are_all_found(shop: Client) -> None:
    cream = own(shop, CREAM)
    many = [f"nobody-{n}" for n in range(1_200)]
    assert known(shop, *many, cream).all_last() == {cream: 90 * PIECE}


def test_purchases_add_up_by_receipt_and_keep_the_order_of_their_lines(shop: Client) -> None:
    goods = [
        shop.store.write(create_own_product, f"G{n}", f"货{n}", barcodes=[f"77{n:04d}"]).value
        for n in range(12)
    ]
    bought = [
        Bought(
            product_id=one, qty_micro=(n + 1) * PIECE, unit_cost_micro=n * PIECE, lot="(2027-05-31)"
        )
        for n, one in enumerate(goods)
    ]
    header = shop.store.write(receive_purchase, bought, reference="A-1", note="早上").value
    site_id = site_of(shop)
    (found,) = shop.store.read(lambda one: purchases(one, site_id, *ALWAYS))
    assert (found.document, found.number) == (uid_text(header.uid), header.number)
    assert (found.lines, found.units_micro, found.without_cost) == (12, 78 * PIECE, 1)
    assert found.amount_minor == sum((n + 1) * n * 100 for n in range(12))
    assert (found.reference, found.note, found.supplier_id) == ("A-1", "早上", "")
    lines = shop.store.read(lambda one: purchased_lines(one, found.document))
    assert [one.product_id for one in lines] == goods
    assert {one.lot for one in lines} == {"(2027-05-31)"}
    assert shop.store.read(lambda one: purchases(one, site_id, "2000-01-01", "2000-12-31")) == []
    assert shop.store.read(lambda one: purchases(one, site_id, *ALWAYS, supplier_id="S")) == []
    assert shop.store.read(lambda one: purchases(one, "SH01", *ALWAYS)) == []


def test_a_receipt_taken_back_teaches_no_cost_and_is_no_part_of_what_was_bought(
    shop: Client,
) -> None:
    cream, site_id = own(shop, CREAM), site_of(shop)
    typed = Bought(
        product_id=cream, qty_micro=100 * PIECE, unit_cost_micro=995_005, lot="(2027-05-31)"
    )
    wrong = shop.store.write(receive_purchase, [typed], reference="A-1").value
    meant = replace(typed, qty_micro=10 * PIECE, unit_cost_micro=99 * PIECE)
    shop.store.write(receive_purchase, [meant], reference="A-1")
    shop.store.write(undo_movement, uid_text(wrong.uid), reason="typed in haste")
    found = shop.store.read(lambda one: purchases(one, site_id, *ALWAYS))
    assert [(one.units_micro // PIECE, one.amount_minor) for one in found] == [
        (-100, -9_950), (10, 99_000), (100, 9_950),
    ]  # fmt: skip
    assert (found[0].reference, found[0].note) == ("A-1", f"↩ {wrong.number} typed in haste")
    assert known(shop, cream).last(cream) == 99 * PIECE
    assert shop.store.read(lambda one: sellable_micro(one, site_id))[cream] == 20 * PIECE
    with pytest.raises(RuleViolation, match="ALREADY_UNDONE"):
        shop.store.write(undo_movement, uid_text(wrong.uid))
    with pytest.raises(RuleViolation, match="NOT_UNDOABLE"):
        shop.store.write(undo_movement, found[0].document)
    shop.store.write(undo_movement, found[1].document)
    assert known(shop, cream).last(cream) == 90 * PIECE, "as keyed before any of it"


def test_of_two_equal_receipts_the_one_taken_back_is_the_one_that_says_nothing(
    shop: Client,
) -> None:
    cream = own(shop, CREAM)
    week = [Bought(product_id=cream, qty_micro=PIECE, unit_cost_micro=n * PIECE) for n in (5, 6, 5)]
    headers = [shop.store.write(receive_purchase, [one]).value for one in week]
    shop.store.write(undo_movement, uid_text(headers[2].uid))
    assert known(shop, cream).last(cream) == 6 * PIECE
    shop.store.write(undo_movement, uid_text(headers[1].uid))
    assert known(shop, cream).last(cream) == 5 * PIECE


def test_what_there_is_to_sell_is_told_by_product_below_zero_too(shop: Client) -> None:
    held = shop.store.read(lambda one: sellable_micro(one, site_of(shop)))
    assert held[own(shop, CREAM)] == 10 * PIECE
    assert held[own(shop, "6901234567816")] == 2_500_000
    assert own(shop, "6901234567823") not in held
