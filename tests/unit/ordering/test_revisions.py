"""A granted order is changed by its supplier and confirmed by its account (E09, E03)."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.areas import REGISTRY, SCHEMA
from shared.channel.documents import Account, ChannelPublished
from shared.core.errors import RuleViolation
from shared.journal.document import Body
from shared.ordering import queries
from shared.ordering.documents import (
    GrantLine,
    OrderDecisionRequested,
    OrderLine,
    OrderRevisionAnswered,
    OrderRevisionRequested,
    OrderSubmitted,
    RequestRefused,
    RevisionChange,
    ShipmentPosted,
    ShippedLine,
)
from shared.ordering.queries import OrderView, acceptance, credit, planned_shipments
from shared.ordering.queries.revising import revision_difference, revisions
from shared.ordering.rules import (
    LineChange,
    OrderState,
    RevisionState,
    StandingLine,
    revised_lines,
)
from shared.tasks.documents import TaskOpened
from tests.builders.documents import uid
from tests.builders.office import Office

PIECE = 1_000_000
ORDER = 1


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of(REGISTRY, SCHEMA)
    opened.found_house()
    lines = [
        OrderLine(
            line_no=no,
            product_id=f"P{no}",
            qty_micro=10 * PIECE,
            unit_price_micro=5 * PIECE,
            amount_minor=5_000,
            requested_date=f"2025-12-0{no}",
        )
        for no in (1, 2)
    ]
    order = OrderSubmitted(account_id="D1", sales_org="FX", currency="CNY", lines=lines)
    opened.write(ORDER, order, site_id="DL01")
    decision = OrderDecisionRequested(
        order_uid=uid(ORDER),
        account_id="D1",
        seen_revision=1,
        lines=[
            GrantLine(line_no=1, accepted_micro=10 * PIECE),
            GrantLine(line_no=2, accepted_micro=8 * PIECE, reason="STOCK"),
        ],
    )
    opened.write(2, decision, site_id="HQ01", author_id="sales")
    yield opened
    opened.close()


def order(office: Office) -> OrderView:
    found = queries.order(office.connection, uid(ORDER).hex())
    assert found is not None
    return found


def revise(office: Office, number: int, *changes: RevisionChange, seen: int = 2) -> list[Body]:
    body = OrderRevisionRequested(
        order_uid=uid(ORDER), account_id="D1", seen_revision=seen, lines=list(changes)
    )
    return office.write(number, body, site_id="HQ01", author_id="sales")


def answer(office: Office, number: int, *, yes: bool, seen: int = 3) -> list[Body]:
    body = OrderRevisionAnswered(
        order_uid=uid(ORDER), account_id="D1", seen_revision=seen, is_confirmed=yes
    )
    return office.write(number, body, site_id="DL01")


def ship(office: Office, number: int, qty: int, amount: int, product: str = "P1") -> list[Body]:
    line = ShippedLine(
        line_no=1, order_line_no=1, product_id=product, qty_micro=qty * PIECE, amount_minor=amount
    )
    body = ShipmentPosted(
        order_uid=uid(ORDER), account_id="D1", to_site="DL01", currency="CNY", lines=[line]
    )
    return office.write(number, body, site_id="HQ01", author_id="keeper")


def codes(answers: list[Body]) -> list[str]:
    return [one.code for one in answers if isinstance(one, RequestRefused | TaskOpened)]


LATER = RevisionChange(line_no=2, delivery_date="2025-12-20")
SUBSTITUTE = RevisionChange(
    line_no=1, product_id="P3", unit_price_micro=6 * PIECE, reason="DISCONTINUED"
)


def test_a_date_and_a_substitute_wait_for_the_account_and_nothing_ships_until_then(
    office: Office,
) -> None:
    revise(office, 10, LATER, SUBSTITUTE)

    assert order(office).state is OrderState.REVISED
    assert codes(ship(office, 11, 1, 500)) == ["SHIPPED_NOT_CONFIRMED"]
    (waiting,) = revisions(office.connection, order(office).id)
    assert (waiting.state, waiting.revision, waiting.base) == (RevisionState.WAITING, 3, 0)
    first, second = revision_difference(office.connection, order(office).id, 0, 3)
    assert (first.before.product_id, first.after.product_id) == ("P1", "P3")
    assert (first.before.accepted_minor, first.after.accepted_minor) == (5_000, 6_000)
    assert second.changed == ("delivery_date",)
    # Until it is confirmed the order is what it was.
    assert order(office).accepted_minor == 9_000


def test_a_confirmed_revision_is_what_ships_and_what_is_owed(office: Office) -> None:
    revise(office, 10, LATER, SUBSTITUTE)
    answer(office, 11, yes=True)

    found = order(office)
    assert (found.state, found.in_force, found.accepted_minor) == (OrderState.PARTIAL, 3, 10_000)
    assert codes(ship(office, 12, 10, 6_000, "P3")) == []
    held = credit(office.connection, "D1", "CNY", 0)
    assert (held.receivable_minor, held.unbilled_minor) == (6_000, 4_000)


def test_a_refused_revision_leaves_the_order_as_it_stood(office: Office) -> None:
    revise(office, 10, LATER, SUBSTITUTE)
    answer(office, 11, yes=False)

    found = order(office)
    assert (found.state, found.in_force, found.accepted_minor) == (OrderState.PARTIAL, 0, 9_000)
    assert codes(ship(office, 12, 10, 5_000)) == []
    assert [one.state for one in revisions(office.connection, found.id)] == [RevisionState.REFUSED]


def test_an_account_that_is_only_told_has_the_revision_in_force_at_once(office: Office) -> None:
    told = Account(
        account_id="D1",
        partner_id="PA1",
        sales_org_id="FX",
        name="Dealer 1",
        credit_limit_minor=10_000_000,
        revision_policy="inform",
    )
    office.write(9, ChannelPublished(accounts=(told,)), site_id="")
    revise(office, 10, SUBSTITUTE)

    assert (order(office).state, order(office).in_force) == (OrderState.PARTIAL, 3)
    assert codes(answer(office, 11, yes=True)) == ["ALREADY_DECIDED"]


def test_a_revision_is_answered_as_it_was_seen_and_only_once(office: Office) -> None:
    revise(office, 10, LATER)
    revise(office, 11, SUBSTITUTE, seen=3)

    assert codes(answer(office, 12, yes=True, seen=3)) == ["PARENT_MOVED"]
    answer(office, 13, yes=True, seen=4)
    assert codes(answer(office, 14, yes=False, seen=4)) == ["ALREADY_DECIDED"]
    found = revisions(office.connection, order(office).id)
    assert [one.state for one in found] == [RevisionState.IN_FORCE, RevisionState.REPLACED]
    # The second revision was made of what stood, not of the first one that nobody confirmed.
    assert queries.lines(office.connection, order(office).id)[1].delivery_date == ""


def test_a_substitute_stands_on_the_accounts_list(office: Office) -> None:
    strange = RevisionChange(line_no=1, product_id="ZZ", unit_price_micro=PIECE, reason="X")

    assert codes(revise(office, 10, strange)) == ["NOT_IN_LIST"]
    assert order(office).state is OrderState.PARTIAL


def test_a_revision_beyond_the_credit_is_refused(office: Office) -> None:
    poor = Account(
        account_id="D1",
        partner_id="PA1",
        sales_org_id="FX",
        name="Dealer 1",
        credit_limit_minor=9_500,
    )
    office.write(9, ChannelPublished(accounts=(poor,)), site_id="")

    assert codes(revise(office, 10, SUBSTITUTE)) == ["CREDIT"]


def test_nobody_but_the_supplier_revises(office: Office) -> None:
    body = OrderRevisionRequested(
        order_uid=uid(ORDER), account_id="D1", seen_revision=2, lines=[LATER]
    )

    assert codes(office.write(10, body, site_id="DL01")) == ["NOT_YOUR_ORDER"]


def test_the_acceptance_rate_stays_as_it_was_decided(office: Office) -> None:
    before = acceptance(office.connection, account_id="D1")
    revise(office, 10, RevisionChange(line_no=1, accepted_micro=PIECE, reason="STOCK"))
    answer(office, 11, yes=True)

    assert acceptance(office.connection, account_id="D1") == before


def test_lines_with_different_dates_are_planned_as_different_shipments(office: Office) -> None:
    planned = planned_shipments(office.connection, order(office))
    assert [(one.date, one.qty_micro // PIECE) for one in planned] == [
        ("2025-12-01", 10),
        ("2025-12-02", 8),
    ]

    revise(office, 10, RevisionChange(line_no=1, delivery_date="2025-12-02"))
    answer(office, 11, yes=True)

    (one,) = planned_shipments(office.connection, order(office))
    assert (one.date, one.qty_micro // PIECE) == ("2025-12-02", 18)


def test_after_a_part_left_the_rest_is_cut_and_all_parts_add_up(office: Office) -> None:
    ship(office, 9, 3, 1_500)
    revise(office, 10, RevisionChange(line_no=1, accepted_micro=4 * PIECE, reason="STOCK"))
    answer(office, 11, yes=True)

    line = queries.lines(office.connection, order(office).id)[0]
    assert (line.to_ship_micro, line.accepted_minor - line.shipped_minor) == (PIECE, 500)
    assert codes(ship(office, 12, 1, 500)) == []


STANDING = StandingLine(
    line_no=1,
    asked_product_id="P1",
    asked_micro=10 * PIECE,
    asked_minor=5_000,
    is_gift=False,
    is_whole_only=False,
    product_id="P1",
    unit_price_micro=5 * PIECE,
    accepted_micro=8 * PIECE,
    accepted_minor=4_000,
    shipped_micro=3 * PIECE,
    delivery_date="",
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"accepted_micro": 11 * PIECE}, "ACCEPTED_TOO_MUCH"),
        ({"accepted_micro": 2 * PIECE, "reason": "X"}, "LINE_SHIPPED"),
        ({"product_id": "P2", "reason": "X"}, "LINE_SHIPPED"),
        ({"accepted_micro": 5 * PIECE}, "REASON_MISSING"),
        ({"delivery_date": ""}, "NOTHING_CHANGED"),
        ({"line_no": 9}, "LINE_UNKNOWN"),
    ],
)
def test_a_change_that_cannot_stand_is_refused_where_it_is_made(
    change: dict[str, Any], code: str
) -> None:
    with pytest.raises(RuleViolation, match=code):
        revised_lines([STANDING], [LineChange(**({"line_no": 1} | change))], "CNY")


def test_a_quantity_goes_up_again_within_what_was_asked() -> None:
    (line,) = revised_lines([STANDING], [LineChange(line_no=1, accepted_micro=10 * PIECE)], "CNY")

    assert (line.accepted_micro, line.accepted_minor) == (10 * PIECE, 5_000)
