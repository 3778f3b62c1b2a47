"""Goods move between two ends, and balances are always the sum of the moves."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from shared.closing import tables as closing_tables
from shared.core.errors import RuleViolation
from shared.stock import kinds, tables
from shared.stock.documents import (
    MoveLine,
    Movement,
    MovementTypeLine,
    MovementTypesPublished,
    ReceivedLine,
    TransferDispatched,
    TransferReceived,
)
from shared.stock.queries import holdings, on_hand_micro, stock_report, type_named
from shared.stock.rules import Direction, MovementType, Status, check_movement, ends, location
from shared.sync.appending import append
from shared.sync.tables import Schema
from tests.builders.database import memory_connection
from tests.builders.documents import NOON_US, a_draft, a_replica, an_author

PIECE = 1_000_000
HERE = location("SH01")
REPLICA = a_replica(kinds.KINDS, tables.TABLES)
SCHEMA = Schema((*closing_tables.TABLES, *tables.TABLES))


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = memory_connection(SCHEMA)
    yield opened
    opened.close()


def came_in(qty: int, product: str = "P1") -> Movement:
    return Movement(
        movement_type="purchase",
        from_location="supplier",
        to_location=HERE,
        lines=[MoveLine(product_id=product, qty_micro=qty * PIECE)],
    )


def write(connection: Connection, body: object, number: int, **how: int | str) -> None:
    append(connection, REPLICA, an_author(), [a_draft(body, number, **how)], now_us=NOON_US)  # type: ignore[arg-type]


def test_goods_that_come_in_are_on_hand_and_owed_to_the_supplier_end(
    connection: Connection,
) -> None:
    write(connection, came_in(24), 1)
    assert on_hand_micro(connection, HERE, "P1") == 24 * PIECE
    assert on_hand_micro(connection, "supplier", "P1") == -24 * PIECE


@pytest.mark.parametrize("dispatch_first", [True, False])
def test_a_transfer_ends_the_same_whichever_document_arrives_first(
    connection: Connection, dispatch_first: bool
) -> None:
    dispatched = TransferDispatched(to_site="SH02", lines=[MoveLine(product_id="P1", qty_micro=10)])
    received = TransferReceived(
        from_site="SH01", lines=[ReceivedLine(product_id="P1", received_micro=8, damaged_micro=1)]
    )
    order = [(dispatched, "SH01", 1), (received, "SH02", 2)]
    for body, site, number in order if dispatch_first else reversed(order):
        write(connection, body, number, site_id=site)
    assert on_hand_micro(connection, HERE, "P1") == -10
    assert on_hand_micro(connection, "transit/SH01/SH02", "P1") == 1
    assert [(h.location, h.qty_micro) for h in holdings(connection, "SH02")] == [
        (location("SH02", Status.DEFECTIVE), 1),
        (location("SH02"), 8),
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), max_size=12))
def test_opening_plus_in_less_out_is_closing_in_every_period(
    moved: list[tuple[int, int]],
) -> None:
    connection = memory_connection(SCHEMA)
    for number, (qty, day) in enumerate(moved, start=1):
        draft = a_draft(came_in(qty), number)
        dated = type(draft)(
            body=draft.body,
            uid=draft.uid,
            site_id="SH01",
            author_id="wang",
            happened_at_us=NOON_US,
            business_day=f"2025-12-0{day}",
        )
        append(connection, REPLICA, an_author(), [dated], now_us=NOON_US)
    lines = stock_report(connection, HERE, "2025-12-04", "2025-12-06")
    before = sum(q for q, d in moved if d < 4) * PIECE
    within = sum(q for q, d in moved if 4 <= d <= 6) * PIECE
    ins = sum(q for q, d in moved if 4 <= d <= 6 and q > 0) * PIECE
    outs = -sum(q for q, d in moved if 4 <= d <= 6 and q < 0) * PIECE
    expected = (before, ins, outs, before + within)
    found = [(one.opening_micro, one.in_micro, one.out_micro, one.closing_micro) for one in lines]
    is_listed = any(q for q, d in moved if d <= 6)
    assert found == ([expected] if is_listed else [])
    connection.close()


def test_a_new_movement_type_is_data_and_is_refused_without_what_it_needs(
    connection: Connection,
) -> None:
    tester_out = MovementTypeLine(
        id="tester_out",
        name_zh="试用装出库",
        name_en="Testers out",
        direction="out",
        counter_location="consumption",
        needs_reason=True,
        needs_approval=True,
    )
    write(connection, MovementTypesPublished(types=[tester_out]), 1)
    kind = type_named(connection, "tester_out")
    assert ends(kind, "SH01") == (HERE, "consumption")
    with pytest.raises(RuleViolation, match="REASON_MISSING"):
        check_movement(kind, reason="", party_id="", approver_id="li", lines=1)
    with pytest.raises(RuleViolation, match="APPROVAL_MISSING"):
        check_movement(kind, reason="demo", party_id="", approver_id="", lines=1)
    check_movement(kind, reason="demo", party_id="", approver_id="li", lines=1)


def test_goods_coming_in_arrive_at_the_site_whatever_the_status() -> None:
    back = MovementType(id="back", direction=Direction.IN, counter_location="customer")
    assert ends(back, "SH01", Status.QUARANTINE) == ("customer", "site/SH01/-/quarantine")


def test_the_ledger_holds_positive_quantities_and_turns_a_negative_one_around(
    connection: Connection,
) -> None:
    write(connection, came_in(-3), 1)
    row = connection.execute(select(tables.stock_move)).one()
    assert (row.from_location, row.to_location, row.qty_micro) == (HERE, "supplier", 3 * PIECE)
