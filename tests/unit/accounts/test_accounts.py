"""Money moves from a credit to a debit account, and a collection pays the oldest invoice first."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from shared.accounts import kinds, tables
from shared.accounts.documents import (
    AccountAdjusted,
    AccountPayment,
    Allocation,
    Collection,
    ExpensePaid,
)
from shared.accounts.queries import balance_minor, balances, paid_minor
from shared.accounts.rules import Open, allocate, customer_receivable, deposit, receivable
from shared.core.errors import RuleViolation
from shared.sync.appending import append
from shared.sync.tables import Schema
from tests.builders.database import memory_connection
from tests.builders.documents import NOON_US, a_draft, a_replica, an_author

REPLICA = a_replica(kinds.KINDS, tables.TABLES)


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = memory_connection(Schema(tables.TABLES))
    yield opened
    opened.close()


def test_a_deposit_is_held_apart_from_what_is_owed(connection: Connection) -> None:
    ahead = AccountPayment(account_id="D1", currency="CNY", amount_minor=100_000, purpose="deposit")
    owes = AccountAdjusted(account_id="D1", currency="CNY", amount_minor=30_000, reason="opening")
    drafts = [a_draft(ahead, 1), a_draft(owes, 2)]
    append(connection, REPLICA, an_author("HQ"), drafts, now_us=NOON_US)
    assert balance_minor(connection, deposit("D1"), "CNY") == -100_000
    assert balance_minor(connection, receivable("D1"), "CNY", lock=True) == 30_000
    assert sum(minor for _, _, minor in balances(connection, "")) == 0


def test_a_collection_pays_the_invoices_it_names(connection: Connection) -> None:
    paid = Collection(
        customer_id="K7",
        currency="CNY",
        tender="cash",
        amount_minor=700,
        allocations=[
            Allocation(invoice="a", amount_minor=500),
            Allocation(invoice="b", amount_minor=200),
        ],
    )
    append(connection, REPLICA, an_author(), [a_draft(paid)], now_us=NOON_US)
    assert paid_minor(connection, "a") == 500
    assert balance_minor(connection, customer_receivable("SH01", "K7"), "CNY") == -700


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.data())
def test_what_is_collected_is_spread_to_the_cent_oldest_first(
    owed: list[int], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(1, sum(owed)))
    shares = allocate(amount, [Open(str(n), minor) for n, minor in enumerate(owed)])
    assert sum(minor for _, minor in shares) == amount
    for place, (invoice, minor) in enumerate(shares):
        assert invoice == str(place)
        assert minor == owed[place] or place == len(shares) - 1


def test_more_than_is_owed_is_refused_with_what_is_owed() -> None:
    with pytest.raises(RuleViolation) as refused:
        allocate(501, [Open("a", 500)])
    assert (refused.value.code, refused.value.params["owed"]) == ("MORE_THAN_OWED", 500)


def test_petty_cash_leaves_the_drawer_for_its_category_under_its_own_number(
    connection: Connection,
) -> None:
    paid = ExpensePaid(category="postage", currency="CNY", amount_minor=1_250, payee="SF")
    done, _ = append(connection, REPLICA, an_author(), [a_draft(paid)], now_us=NOON_US)
    assert done[0].header.number == "FY-SH01-01A-000001"
    assert balances(connection, "") == [
        ("site/SH01/expense/postage", "CNY", 1_250),
        ("site/SH01/tender/cash", "CNY", -1_250),
    ]
