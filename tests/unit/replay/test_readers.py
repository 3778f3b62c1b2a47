"""The replays read every line of the real files, and say aloud what they repair or hold back."""

from collections import Counter

import pytest

from shared.sales.documents import Sale
from tests.real_data import real_data
from tests.replay.cosmetics_orders import Read, read_orders
from tests.replay.online_retail import body_of, read_invoices


def orders() -> Read:
    return read_orders(real_data("cosmetics_orders", "orders_2019-01_to_2019-06.csv.gz"))


@pytest.mark.slow
def test_every_line_of_the_wholesaler_is_read() -> None:
    path = real_data("online_retail", "online_retail_2010-12_to_2011-08.csv.gz")
    invoices = list(read_invoices(path))
    lines = [line for invoice in invoices for line in invoice.lines]
    assert (len(invoices), len(lines)) == (16_459, 320_705)
    assert sum(line.quantity for line in lines) == 3_089_482
    assert sum(line.quantity * line.price_micro for line in lines) == 5_761_931_382_000
    assert sum(invoice.is_write_off for invoice in invoices) == 925


def test_an_invoice_becomes_lines_that_add_up_to_its_total() -> None:
    path = real_data("online_retail", "online_retail_2010-12_to_2011-08.csv.gz")
    invoice = next(read_invoices(path))
    sale = body_of(invoice, "UK1")
    assert isinstance(sale, Sale)
    assert sale.lines[0].product_id == "85123A"
    assert sum(line.amount_minor for line in sale.lines) == sale.total_minor == 13_912


def test_dealer_orders_are_read_the_same_from_the_workbook_and_the_csv() -> None:
    book = read_orders(real_data("cosmetics_orders", "cosmetics_orders_2019-01_to_2019-06.xlsx"))
    assert book.orders == orders().orders


def test_no_amount_of_the_dealer_orders_is_lost() -> None:
    read = orders()
    assert (read.rows, len(read.dealers), len(read.orders)) == (19_181, 1_073, 5_535)
    lines = [line for order in read.orders for line in order.lines]
    assert sum(line.quantity * line.price_yuan for line in lines) == 2_725_661_146


def test_each_dirty_cell_is_listed_with_its_repair_or_its_reason() -> None:
    found = Counter((finding.code, finding.outcome.split(":")[0]) for finding in orders().findings)
    assert found == {
        ("DATE_WITH_HASHES", "repaired"): 2_894,
        ("REGION_WITH_SPACE", "repaired"): 702,
        ("LINE_TWICE", "kept"): 4,
        ("PLACE_MISSING", "repaired"): 3,
        ("PRICE_MISSING", "held"): 2,
        ("QUANTITY_MISSING", "held"): 1,
        ("PRICE_WITH_UNIT", "repaired"): 1,
        ("QUANTITY_WITH_UNIT", "repaired"): 1,
        ("CODE_WITH_WORD", "repaired"): 1,
        ("DATE_IMPLAUSIBLE", "repaired"): 1,
        ("ORDER_CODE_TWICE", "kept"): 1,
    }
