"""Ledger accounts by the age of what is owed, as of any day, with what was paid by then (N01)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from shared.accounts import kinds, tables
from shared.accounts.documents import AccountAdjusted, AccountPayment, Allocation, Collection
from shared.accounts.queries import balance_minor
from shared.accounts.rules import Ageing, customer_receivable, receivable
from shared.journal.document import Body, Draft
from shared.reporting.queries.ageing import ageing
from shared.sync.appending import append
from shared.sync.tables import Schema
from tests.builders.database import memory_connection
from tests.builders.documents import NOON_US, a_replica, an_author, uid

REPLICA = a_replica(kinds.KINDS, tables.TABLES)


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = memory_connection(Schema(tables.TABLES))
    yield opened
    opened.close()


def write(connection: Connection, number: int, day: str, body: Body, device: str = "HQ") -> None:
    draft = Draft(
        body=body,
        uid=uid(number),
        site_id="SH01",
        author_id="wang",
        happened_at_us=NOON_US + number,
        business_day=day,
    )
    append(connection, REPLICA, an_author(device), [draft], now_us=NOON_US + number)


def owes(account_id: str, minor: int) -> AccountAdjusted:
    return AccountAdjusted(
        account_id=account_id, currency="CNY", amount_minor=minor, reason="opening"
    )


def test_accounts_age_as_of_any_day_with_what_was_paid_by_then(connection: Connection) -> None:
    write(connection, 1, "2026-01-10", owes("D1", 30_000))
    write(connection, 2, "2026-03-10", owes("D1", 20_000))
    write(connection, 3, "2026-03-20", owes("D2", 900))
    paid = AccountPayment(
        account_id="D1", currency="CNY", amount_minor=35_000, purpose="receivable"
    )
    write(connection, 4, "2026-04-20", paid)
    write(connection, 5, "2026-04-21", owes("D2", -100))

    def of(as_of: str) -> dict[str, Ageing]:
        terms = {receivable("D1"): 45}
        return ageing(connection, "partner/", "CNY", as_of, terms=terms, returns={})

    d1, d2 = receivable("D1"), receivable("D2")
    # By hand: on 15 April the first is 95 days old, the second 36 and within its 45 days.
    assert of("2026-04-15") == {d1: Ageing(20_000, 0, 0, 0, 30_000), d2: Ageing(0, 900)}
    # The payment names no invoice: the first is paid and 5,000 of the second; 52 days old.
    assert of("2026-05-01") == {d1: Ageing(0, 0, 15_000, 0, 0), d2: Ageing(0, 0, 800)}
    assert of("2026-01-09") == {}
    for name, ages in of("2026-12-31").items():
        assert ages.balance_minor == balance_minor(connection, name, "CNY")


def test_a_collection_with_no_invoice_here_is_paid_ahead(connection: Connection) -> None:
    paid = Collection(
        customer_id="K7",
        currency="CNY",
        tender="cash",
        amount_minor=700,
        allocations=[Allocation(invoice="a", amount_minor=500)],
    )
    write(connection, 1, "2026-01-10", paid, "till-1")
    found = ageing(
        connection, customer_receivable("SH01", ""), "CNY", "2026-01-10", terms={}, returns={}
    )
    assert found == {customer_receivable("SH01", "K7"): Ageing(ahead_minor=-700)}
