"""A sale moves goods and money exactly once, adds up, and is never refused."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from shared.accounts.documents import Allocation, Collection
from shared.accounts.queries import balance_minor, balances
from shared.accounts.rules import allocate, customer_receivable, revenue, tender_account
from shared.areas import REGISTRY, SCHEMA
from shared.core.errors import RuleViolation
from shared.journal.document import Body, Write
from shared.reporting.queries.day import count_below_zero
from shared.sales import posting, tables
from shared.sales.documents import (
    RegisterLine,
    Sale,
    SaleLine,
    StockOutRegistered,
    TenderLine,
)
from shared.sales.queries import open_invoices, sale_with_lines, sums_by_device, unrounded_micro
from shared.sales.rules import check_paid, line_minor, totals
from shared.stock.posting import opened
from shared.stock.queries import on_hand_micro
from shared.stock.queries.overview import stock_overview
from shared.stock.rules import CUSTOMER, location
from shared.sync.appending import Replica, append
from shared.sync.replica import apply_writes, everything
from shared.tasks.documents import TaskClosed, TaskOpened
from shared.tasks.posting import post_opened
from tests.builders.database import memory_connection
from tests.builders.documents import NOON_US, a_draft, a_header, an_author

PIECE = 1_000_000
HERE = location("SH01")
REPLICA = Replica(registry=REGISTRY, schema=SCHEMA, owns=everything)


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened_connection = memory_connection(SCHEMA)
    yield opened_connection
    opened_connection.close()


def write(connection: Connection, body: Body, number: int = 1) -> None:
    append(connection, REPLICA, an_author(), [a_draft(body, number)], now_us=NOON_US)


def a_line(product: str = "P1", pieces: int = 1, price_minor: int = 1990) -> SaleLine:
    price_micro = price_minor * 10_000
    return SaleLine(
        product_id=product,
        qty_micro=pieces * PIECE,
        unit_price_micro=price_micro,
        amount_minor=line_minor(pieces * PIECE, price_micro, "CNY"),
    )


def a_sale(
    lines: Sequence[SaleLine], *, paid: Sequence[tuple[str, int]] | None = None, customer: str = ""
) -> Sale:
    total = sum(line.amount_minor for line in lines)
    given_money = [("cash", total)] if paid is None else paid
    return Sale(
        mode="till",
        currency="CNY",
        lines=list(lines),
        tenders=[TenderLine(tender=name, amount_minor=minor) for name, minor in given_money],
        total_minor=total,
        customer_id=customer,
    )


def test_a_cash_sale_takes_goods_out_and_puts_money_in(connection: Connection) -> None:
    write(connection, a_sale([a_line(pieces=2), a_line("P2", 1, 500)]))
    assert on_hand_micro(connection, HERE, "P1") == -2 * PIECE
    assert on_hand_micro(connection, CUSTOMER, "P2") == PIECE
    assert balance_minor(connection, tender_account("SH01", "cash"), "CNY") == 4480
    assert balance_minor(connection, revenue("SH01"), "CNY") == -4480


def test_a_return_brings_goods_and_money_back(connection: Connection) -> None:
    write(connection, a_sale([a_line(pieces=3)]), 1)
    write(connection, a_sale([a_line(pieces=-1)]), 2)
    assert on_hand_micro(connection, HERE, "P1") == -2 * PIECE
    assert balance_minor(connection, tender_account("SH01", "cash"), "CNY") == 2 * 1990


def test_a_service_line_moves_money_but_no_goods(connection: Connection) -> None:
    postage = SaleLine(
        product_id="POST", qty_micro=PIECE, unit_price_micro=PIECE, amount_minor=100, kind="service"
    )
    write(connection, a_sale([postage]))
    assert on_hand_micro(connection, HERE, "POST") == 0
    assert balance_minor(connection, revenue("SH01"), "CNY") == -100


def test_an_invoice_on_credit_is_owed_until_it_is_collected(connection: Connection) -> None:
    write(connection, a_sale([a_line(pieces=10)], paid=[("cash", 900)], customer="K1"), 1)
    write(connection, a_sale([a_line(pieces=1)], paid=[], customer="K1"), 2)
    owed = open_invoices(connection, "SH01", "K1")
    assert [invoice.open_minor for invoice in owed] == [19_000, 1_990]
    parts = [Allocation(invoice=i, amount_minor=m) for i, m in allocate(20_000, owed)]
    collected = Collection(
        customer_id="K1", currency="CNY", tender="cash", amount_minor=20_000, allocations=parts
    )
    write(connection, collected, 3)
    assert [i.open_minor for i in open_invoices(connection, "SH01", "K1")] == [990]
    assert balance_minor(connection, customer_receivable("SH01", "K1"), "CNY") == 990


def test_a_sale_that_does_not_add_up_stands_and_its_cent_is_in_suspense(
    connection: Connection,
) -> None:
    broken = Sale(
        mode="till",
        currency="CNY",
        lines=[a_line()],
        tenders=[TenderLine(tender="cash", amount_minor=1989)],
        total_minor=1989,
    )
    write(connection, broken)
    assert balance_minor(connection, "suspense", "CNY") == 1
    (answer,) = [
        a
        for a in posting.review_sales(connection, [(a_header(), broken)], NOON_US)
        if isinstance(a.body, TaskOpened) and a.body.code == "SALE_UNBALANCED"
    ]
    assert answer.about == a_header().uid


def test_below_zero_is_a_task_only_where_an_opening_was_counted(connection: Connection) -> None:
    known = Write("product", "P1", {"code": "P1", "name": "洗面奶"})
    apply_writes(connection, SCHEMA, [known], slot=0, owns=everything)
    sold = a_sale([a_line(), a_line("6900000000014")])
    write(connection, sold)

    def tasks() -> set[tuple[str, str]]:
        answers = posting.review_sales(connection, [(a_header(), sold)], NOON_US)
        return {(a.body.code, a.body.subject) for a in answers if isinstance(a.body, TaskOpened)}

    unknown = ("PRODUCT_UNKNOWN", "SH01:6900000000014")
    assert tasks() == {unknown}
    assert count_below_zero(connection, "SH01") == 1, "what nobody knows is no goods below zero"
    apply_writes(connection, SCHEMA, [opened(a_header(9))], slot=0, owns=everything)
    assert tasks() == {unknown, ("STOCK_BELOW_ZERO", "SH01:P1")}
    below = [row.product_id for row in stock_overview(connection, "SH01") if row.is_below_zero]
    assert below == ["P1"]


def test_a_task_of_unknown_goods_tells_what_was_scanned_and_ends_when_all_came_back(
    connection: Connection,
) -> None:
    def review(body: Sale, number: int) -> list[TaskOpened | TaskClosed]:
        write(connection, body, number)
        answers = posting.review_sales(connection, [(a_header(number), body)], NOON_US)
        return [a.body for a in answers if isinstance(a.body, TaskOpened | TaskClosed)]

    (task,) = review(a_sale([a_line("6900000000014", 2, 880)]), 1)
    assert isinstance(task, TaskOpened)
    told = {one.name: one.text for one in task.params}
    assert (told["code"], told["unit_price_micro"]) == ("6900000000014", "8800000")
    assert told["number"] == a_header(1).number
    apply_writes(connection, SCHEMA, list(post_opened(a_header(7), task)), slot=0, owns=everything)
    back = a_sale([a_line("6900000000014", -1, 880)])
    assert review(back, 2) == [], "one of two is still out: the task waits as it was"
    (done,) = review(back, 3)
    assert isinstance(done, TaskClosed)
    assert (done.code, done.subject, done.site_id) == (task.code, task.subject, "SH01")


def test_the_simple_register_moves_goods_without_money(connection: Connection) -> None:
    week = StockOutRegistered(
        from_day="2025-11-24",
        to_day="2025-11-30",
        lines=[
            RegisterLine(product_id="P1", qty_micro=30 * PIECE),
            RegisterLine(product_id="P2", qty_micro=-PIECE),
        ],
    )
    write(connection, week)
    assert on_hand_micro(connection, HERE, "P1") == -30 * PIECE
    assert on_hand_micro(connection, HERE, "P2") == PIECE
    assert balances(connection, "") == []


def test_sums_and_lines_are_read_back_as_they_were_sold(connection: Connection) -> None:
    write(connection, a_sale([a_line(pieces=2), a_line("P2", 3, 1)]))
    (total,) = sums_by_device(connection)
    assert total == ("till-1", 1, 2, 5 * PIECE, 3983)
    assert unrounded_micro(connection) == 39_830_000
    uid = connection.execute(select(tables.sale.c.id)).scalar_one()
    found = sale_with_lines(connection, uid)
    assert found is not None
    assert [line["product_id"] for line in found[1]] == ["P1", "P2"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.integers(0, 50_000), st.integers(-500, 500)), max_size=6
    )
)
def test_every_sale_however_odd_leaves_all_accounts_at_zero_together(
    drawn: list[tuple[int, int, int]],
) -> None:
    connection = memory_connection(SCHEMA)
    for number, (pieces, price, slip) in enumerate(drawn, start=1):
        line = a_line(pieces=pieces, price_minor=price)
        sold = Sale(
            mode="till",
            currency="CNY",
            lines=[line],
            tenders=[TenderLine(tender="cash", amount_minor=line.amount_minor + slip)],
            total_minor=line.amount_minor + slip // 2,
            rounding_minor=slip // 3,
            customer_id="K1" if slip % 2 else "",
        )
        write(connection, sold, number)
    assert sum(minor for _, _, minor in balances(connection, "")) == 0
    assert -balance_minor(connection, revenue("SH01"), "CNY") == sum(
        line_minor(p * PIECE, price * 10_000, "CNY") for p, price, _ in drawn
    )
    connection.close()


def test_rounding_off_cuts_down_and_never_a_refund() -> None:
    assert totals([1234], round_off_to_minor=10).total_minor == 1230
    assert totals([-1234], round_off_to_minor=10).total_minor == -1234


@pytest.mark.parametrize(
    ("total", "paid", "code"), [(100, 99, "NOT_PAID"), (100, 101, "PAID_TOO_MUCH")]
)
def test_a_till_sale_is_paid_to_the_cent(total: int, paid: int, code: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_paid(total, [paid], on_credit=False)
    assert refused.value.code == code
    check_paid(total, [paid], on_credit=True)
