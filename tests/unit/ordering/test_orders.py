"""Orders from submission to receipt, as head office decides them in order of arrival."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import select

from shared.accounts.documents import AccountAdjusted, AccountPayment
from shared.accounts.queries import balance_minor
from shared.areas import REGISTRY, SCHEMA
from shared.journal.document import Body, Draft
from shared.ordering import queries
from shared.ordering.documents import (
    ArrivedLine,
    GrantLine,
    OrderCancelRequested,
    OrderDecided,
    OrderDecisionRequested,
    OrderLine,
    OrderSubmitted,
    ReceiptPosted,
    RequestRefused,
    ShipmentPosted,
    ShippedLine,
)
from shared.ordering.rules import Action, OrderState, Side
from shared.ordering.tables import channel_order, order_decision
from shared.stock.queries import on_hand_micro
from shared.stock.rules import Status, location, transit
from shared.tasks.documents import TaskOpened
from tests.builders.documents import NOON_US, uid
from tests.builders.office import MINUTE_US, Office

PIECE = 1_000_000


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of(REGISTRY, SCHEMA)
    opened.found_house()
    yield opened
    opened.close()


def a_line(line_no: int, qty: int, price: int = 5, product: str = "P1") -> OrderLine:
    """Quantity in pieces, price in whole yuan."""
    return OrderLine(
        line_no=line_no,
        product_id=product,
        qty_micro=qty * PIECE,
        unit_price_micro=price * PIECE,
        amount_minor=qty * price * 100,
    )


def an_order(
    *lines: OrderLine, account_id: str = "D1", supplier: str = "", **more: str
) -> OrderSubmitted:
    return OrderSubmitted(
        account_id=account_id,
        supplier=supplier,
        sales_org=more.get("sales_org", "FX"),
        currency=more.get("currency", "CNY"),
        lines=list(lines) or [a_line(1, 10)],
        price_version=27,
    )


def a_decision(
    order: int,
    *grants: tuple[int, int] | tuple[int, int, str],
    account_id: str = "D1",
    supplier: str = "",
    seen: int = 1,
) -> OrderDecisionRequested:
    return OrderDecisionRequested(
        order_uid=uid(order),
        account_id=account_id,
        supplier=supplier,
        seen_revision=seen,
        lines=[
            GrantLine(
                line_no=grant[0],
                accepted_micro=grant[1] * PIECE,
                reason=grant[2] if len(grant) == 3 else "",
            )
            for grant in grants
        ],
    )


def submit(office: Office, number: int, order: OrderSubmitted, **how: int | str) -> list[Body]:
    return office.write(number, order, site_id=str(how.pop("site_id", "DL01")), **how)  # type: ignore[arg-type]


def decide(office: Office, number: int, body: Body, site_id: str = "HQ01") -> list[Body]:
    return office.write(number, body, site_id=site_id, author_id="sales")


def state(office: Office, number: int) -> OrderState:
    found = queries.order(office.connection, uid(number).hex())
    assert found is not None
    return found.state


def codes(answers: Sequence[Body]) -> list[str]:
    return [
        answer.code
        for answer in answers
        if isinstance(answer, OrderDecided | RequestRefused | TaskOpened) and answer.code
    ]


# A02, B02: what no person may accept


def test_a_level_two_dealer_who_orders_at_head_office_is_rejected(office: Office) -> None:
    answers = submit(office, 1, an_order(account_id="D2", supplier=""), site_id="SH01")
    assert codes(answers) == ["UPSTREAM_NOT_ALLOWED"]
    assert state(office, 1) is OrderState.REJECTED


def test_the_allowed_upstream_dealer_gets_the_order_and_head_office_does_not(
    office: Office,
) -> None:
    assert submit(office, 1, an_order(account_id="D2", supplier="D1"), site_id="SH01") == []
    assert state(office, 1) is OrderState.SUBMITTED
    asked = queries.orders(office.connection, supplier="D1")
    assert [one.account_id for one in asked] == ["D2"]
    assert queries.orders(office.connection, supplier="") == []


def test_exclusive_goods_of_others_are_rejected_line_by_line(office: Office) -> None:
    order = an_order(a_line(1, 1), a_line(2, 1, product="X1"), account_id="D2", supplier="D1")
    assert codes(submit(office, 1, order, site_id="SH01")) == ["NOT_IN_LIST"]
    reasons = [line.reason for line in queries.lines(office.connection, uid(1).hex())]
    assert reasons == ["", "NOT_IN_LIST"]


def test_exclusive_goods_are_ordered_by_whom_they_are_for(office: Office) -> None:
    assert submit(office, 1, an_order(a_line(1, 1, product="X1"))) == []


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (an_order(account_id="D3", supplier="D1"), "NOT_YOUR_ACCOUNT"),
        (an_order(account_id="NOBODY"), "NOT_YOUR_ACCOUNT"),
        (an_order(sales_org="DS"), "SALES_ORG_DIFFERS"),
        (an_order(currency="USD"), "CURRENCY_DIFFERS"),
        (an_order(a_line(1, 0)), "QUANTITY_NOT_POSITIVE"),
    ],
)
def test_an_order_in_a_strange_name_or_with_strange_terms_is_rejected(
    office: Office, order: OrderSubmitted, code: str
) -> None:
    assert codes(submit(office, 1, order)) == [code]


# E05, E06: decided once


def test_eight_of_ten_lines_are_accepted_and_the_dealer_sees_why(office: Office) -> None:
    submit(office, 1, an_order(*(a_line(n, 2, product=f"P{n}") for n in range(1, 11))))
    grants = [(n, 2) for n in range(1, 9)]
    decide(office, 2, a_decision(1, *grants, (9, 0, "NO_STOCK"), (10, 0, "ENDED")))
    assert state(office, 1) is OrderState.PARTIAL
    lines = queries.lines(office.connection, uid(1).hex())
    assert sum(1 for line in lines if line.accepted_micro) == 8
    assert [line.reason for line in lines[8:]] == ["NO_STOCK", "ENDED"]
    found = queries.order(office.connection, uid(1).hex())
    assert found is not None
    assert found.decided_by == "sales"
    assert found.accepted_minor == 8 * 1_000


def test_the_second_decision_is_told_that_the_first_won(office: Office) -> None:
    submit(office, 1, an_order())
    decide(office, 2, a_decision(1, (1, 10)))
    answers = decide(office, 3, a_decision(1, (1, 0, "NO_STOCK")))
    assert codes(answers) == ["ALREADY_DECIDED"]
    assert state(office, 1) is OrderState.ACCEPTED
    (refusal,) = queries.refusals(office.connection, uid(1).hex())
    assert (refusal.request, refusal.params) == (uid(3).hex(), (("state", "accepted"),))


def test_a_decision_about_another_revision_is_refused(office: Office) -> None:
    submit(office, 1, an_order())
    assert codes(decide(office, 2, a_decision(1, (1, 10), seen=7))) == ["PARENT_MOVED"]
    assert state(office, 1) is OrderState.SUBMITTED


def test_a_cancellation_that_comes_first_wins(office: Office) -> None:
    submit(office, 1, an_order())
    cancel = OrderCancelRequested(order_uid=uid(1), account_id="D1", seen_revision=1)
    office.write(2, cancel, site_id="DL01")
    assert codes(decide(office, 3, a_decision(1, (1, 10)))) == ["ALREADY_DECIDED"]
    assert state(office, 1) is OrderState.CANCELLED


def test_a_cancellation_that_comes_second_is_refused(office: Office) -> None:
    submit(office, 1, an_order())
    decide(office, 2, a_decision(1, (1, 10)))
    cancel = OrderCancelRequested(order_uid=uid(1), account_id="D1", seen_revision=1)
    assert codes(office.write(3, cancel, site_id="DL01")) == ["ALREADY_DECIDED"]
    assert state(office, 1) is OrderState.ACCEPTED


def test_only_the_supplier_decides(office: Office) -> None:
    submit(office, 1, an_order(account_id="D2", supplier="D1"), site_id="SH01")
    decision = a_decision(1, (1, 10), account_id="D2", supplier="D1")
    assert codes(decide(office, 2, decision, site_id="HQ01")) == ["NOT_YOUR_ORDER"]
    assert codes(decide(office, 3, decision, site_id="SH01")) == ["NOT_YOUR_ORDER"]
    decide(office, 4, decision, site_id="DL01")
    assert state(office, 1) is OrderState.ACCEPTED


def test_a_stranger_cannot_cancel_and_leaves_nothing_in_the_accounts_books(
    office: Office,
) -> None:
    submit(office, 1, an_order())
    cancel = OrderCancelRequested(order_uid=uid(1), account_id="D1", seen_revision=1)
    (refused,) = office.write(2, cancel, site_id="SH02")
    assert isinstance(refused, RequestRefused)
    assert (refused.code, refused.account_id) == ("NOT_YOUR_ORDER", "")
    assert state(office, 1) is OrderState.SUBMITTED


def test_a_request_about_an_unknown_order_and_a_misnamed_one_look_the_same(
    office: Office,
) -> None:
    submit(office, 1, an_order())
    assert codes(decide(office, 2, a_decision(77, (1, 10)))) == ["ORDER_UNKNOWN"]
    misnamed = a_decision(1, (1, 10), account_id="D3", supplier="D1")
    assert codes(decide(office, 3, misnamed)) == ["ORDER_UNKNOWN"]


# E07: credit


def owing(office: Office, amount_minor: int) -> None:
    owed = AccountAdjusted(
        account_id="D1", currency="CNY", amount_minor=amount_minor, reason="opening"
    )
    office.write(800, owed, site_id="")


def test_limit_100k_exposure_95k_of_4k_and_3k_exactly_one_is_accepted(office: Office) -> None:
    owing(office, 9_500_000)
    submit(office, 1, an_order(a_line(1, 40, price=100)))
    submit(office, 2, an_order(a_line(1, 30, price=100)))
    decide(office, 3, a_decision(1, (1, 40)))
    (refused,) = decide(office, 4, a_decision(2, (1, 30)))
    assert state(office, 1) is OrderState.ACCEPTED
    assert state(office, 2) is OrderState.SUBMITTED
    assert isinstance(refused, RequestRefused)
    assert refused.code == "CREDIT"
    numbers = {param.name: int(param.text) for param in refused.params}
    assert numbers == {
        "limit_minor": 10_000_000,
        "receivable_minor": 9_500_000,
        "unbilled_minor": 400_000,
        "deposit_minor": 0,
        "this_minor": 300_000,
        "over_minor": 200_000,
    }


def test_a_deposit_makes_room_and_a_smaller_grant_fits(office: Office) -> None:
    owing(office, 10_000_000)
    submit(office, 1, an_order(a_line(1, 40, price=100)))
    assert codes(decide(office, 2, a_decision(1, (1, 40)))) == ["CREDIT"]
    paid = AccountPayment(account_id="D1", currency="CNY", amount_minor=300_000, purpose="deposit")
    office.write(3, paid, site_id="")
    assert codes(decide(office, 4, a_decision(1, (1, 40)))) == ["CREDIT"]
    decide(office, 5, a_decision(1, (1, 30, "CREDIT")))
    found = queries.order(office.connection, uid(1).hex())
    assert found is not None
    assert (found.state, found.accepted_minor) == (OrderState.PARTIAL, 300_000)


def test_a_rejection_needs_no_credit(office: Office) -> None:
    owing(office, 20_000_000)
    submit(office, 1, an_order())
    decide(office, 2, a_decision(1, (1, 0, "CREDIT")))
    assert state(office, 1) is OrderState.REJECTED


# E08: rework


def test_a_rejected_order_is_reworked_once_and_both_stand_in_one_flow(office: Office) -> None:
    submit(office, 1, an_order())
    decide(office, 2, a_decision(1, (1, 0, "PRICE")))
    assert submit(office, 3, an_order(a_line(1, 8)), follows=1) == []
    again = submit(office, 4, an_order(a_line(1, 6)), follows=1)
    assert codes(again) == ["PARENT_MOVED"]
    steps = queries.flow(office.connection, uid(3).hex())
    assert [(s.kind, s.order_id == uid(1).hex(), s.code) for s in steps[:4]] == [
        ("order_submitted", True, ""),
        ("order_decision_requested", True, ""),
        ("order_decided", True, "rejected"),
        ("order_submitted", False, ""),
    ]


def test_of_two_reworks_in_one_batch_the_first_stands(office: Office) -> None:
    submit(office, 1, an_order())
    decide(office, 2, a_decision(1, (1, 0, "PRICE")))
    drafts = [
        Draft(
            body=an_order(a_line(1, qty)),
            uid=uid(number),
            site_id="DL01",
            author_id="wang",
            happened_at_us=NOON_US,
            predecessor=uid(1),
        )
        for number, qty in ((3, 8), (4, 6))
    ]
    office.write_batch("device-DL01", drafts)
    assert state(office, 3) is OrderState.SUBMITTED
    assert state(office, 4) is OrderState.REJECTED


def test_an_accepted_order_cannot_be_reworked(office: Office) -> None:
    submit(office, 1, an_order())
    decide(office, 2, a_decision(1, (1, 10)))
    assert codes(submit(office, 3, an_order(), follows=1)) == ["PARENT_MOVED"]


# E10: the acceptance rate


def test_the_acceptance_rate_of_three_orders_is_the_one_of_the_feature_list(
    office: Office,
) -> None:
    for number, (qty, price, granted) in enumerate([(10, 5, 8), (20, 2, 20), (5, 30, 0)], 1):
        submit(office, number, an_order(a_line(1, qty, price=price)))
        decide(office, 10 + number, a_decision(number, (1, granted, "NO_STOCK")))
    for rate in (
        queries.acceptance(office.connection, account_id="D1"),
        queries.acceptance(office.connection, supplier=""),
        queries.acceptance(office.connection),
    ):
        assert (rate.by_qty_micro, rate.by_amount_micro, rate.by_orders_micro) == (
            800_000,
            333_333,
            333_333,
        )


def test_a_cancelled_order_was_never_refused(office: Office) -> None:
    submit(office, 1, an_order())
    cancel = OrderCancelRequested(order_uid=uid(1), account_id="D1", seen_revision=1)
    office.write(2, cancel, site_id="DL01")
    submit(office, 3, an_order())
    decide(office, 4, a_decision(3, (1, 10)))
    assert queries.acceptance(office.connection).by_qty_micro == 1_000_000


# E11, E12: goods


def shipped(order: int, qty: int, minor: int) -> ShipmentPosted:
    return ShipmentPosted(
        order_uid=uid(order),
        account_id="D1",
        to_site="DL01",
        currency="CNY",
        lines=[
            ShippedLine(
                line_no=1,
                order_line_no=1,
                product_id="P1",
                qty_micro=qty * PIECE,
                amount_minor=minor,
                lot="A7",
            )
        ],
    )


def received(shipment: int, good: int, damaged: int = 0, short: int = 0) -> ReceiptPosted:
    return ReceiptPosted(
        shipment_uid=uid(shipment),
        order_uid=uid(1),
        account_id="D1",
        from_site="HQ01",
        lines=[
            ArrivedLine(
                line_no=1,
                order_line_no=1,
                product_id="P1",
                good_micro=good * PIECE,
                damaged_micro=damaged * PIECE,
                short_micro=short * PIECE,
                lot="A7",
            )
        ],
    )


def stock(office: Office, place: str) -> int:
    return on_hand_micro(office.connection, place, "P1") // PIECE


def accepted_order(office: Office) -> None:
    submit(office, 1, an_order(a_line(1, 10)))
    decide(office, 2, a_decision(1, (1, 10)))


def test_ship_10_scan_9_and_1_damaged(office: Office) -> None:
    accepted_order(office)
    assert office.write(3, shipped(1, 10, 5_000), site_id="HQ01") == []
    assert stock(office, transit("HQ01", "DL01")) == 10
    assert state(office, 1) is OrderState.SHIPPED
    assert [one.id for one in queries.awaited(office.connection, "DL01")] == [uid(3).hex()]
    (claim,) = office.write(4, received(3, 9, damaged=1), site_id="DL01", follows=3)
    assert isinstance(claim, TaskOpened)
    assert (claim.code, claim.site_id, claim.subject) == ("CLAIM", "HQ01", uid(3).hex())
    assert stock(office, location("DL01")) == 9
    assert stock(office, location("DL01", Status.DEFECTIVE)) == 1
    assert stock(office, transit("HQ01", "DL01")) == 0
    assert state(office, 1) is OrderState.RECEIVED
    assert queries.awaited(office.connection, "DL01") == []


def test_what_is_short_waits_for_its_claim_and_the_road_is_empty(office: Office) -> None:
    accepted_order(office)
    office.write(3, shipped(1, 10, 5_000), site_id="HQ01")
    assert codes(office.write(4, received(3, 7, short=3), site_id="DL01")) == ["CLAIM"]
    assert stock(office, transit("HQ01", "DL01")) == 0
    assert stock(office, "suspense") == 3


def test_a_receipt_before_its_shipment_ends_the_same(office: Office) -> None:
    accepted_order(office)
    office.write(4, received(3, 10), site_id="DL01")
    office.write(3, shipped(1, 10, 5_000), site_id="HQ01")
    assert stock(office, transit("HQ01", "DL01")) == 0
    assert stock(office, location("DL01")) == 10
    assert state(office, 1) is OrderState.RECEIVED


def test_the_account_owes_from_the_shipment_on_and_its_exposure_does_not_jump(
    office: Office,
) -> None:
    accepted_order(office)
    before = queries.credit(office.connection, "D1", "CNY", 10_000_000)
    assert (before.receivable_minor, before.unbilled_minor) == (0, 5_000)
    office.write(3, shipped(1, 4, 2_000), site_id="HQ01")
    after = queries.credit(office.connection, "D1", "CNY", 10_000_000)
    assert (after.receivable_minor, after.unbilled_minor) == (2_000, 3_000)
    assert after.exposure_minor == before.exposure_minor
    assert balance_minor(office.connection, "hq/revenue", "CNY") == -2_000
    assert state(office, 1) is OrderState.PART_SHIPPED
    found = queries.order(office.connection, uid(1).hex())
    assert found is not None
    assert found.actions(Side.SUPPLIER) == (Action.SHIP, Action.REVISE)


@pytest.mark.parametrize(
    ("body", "site_id", "code"),
    [
        (shipped(1, 11, 5_500), "HQ01", "SHIPPED_TOO_MUCH"),
        (shipped(1, 10, 4_000), "HQ01", "SHIPPED_AMOUNT_DIFFERS"),
        (shipped(1, 10, 5_000), "SH02", "SHIPPED_BY_STRANGER"),
        (shipped(77, 10, 5_000), "HQ01", "SHIPPED_WITHOUT_ORDER"),
    ],
)
def test_a_shipment_that_does_not_fit_is_a_fact_and_somebodys_task(
    office: Office, body: ShipmentPosted, site_id: str, code: str
) -> None:
    accepted_order(office)
    assert codes(office.write(3, body, site_id=site_id)) == [code]
    assert stock(office, transit(site_id, "DL01")) > 0


def test_goods_shipped_before_a_decision_are_a_task(office: Office) -> None:
    submit(office, 1, an_order(a_line(1, 10)))
    answers = office.write(3, shipped(1, 10, 5_000), site_id="HQ01")
    assert codes(answers) == ["SHIPPED_NOT_ACCEPTED"]


def test_a_shipment_confirmed_twice_is_a_task(office: Office) -> None:
    accepted_order(office)
    office.write(3, shipped(1, 10, 5_000), site_id="HQ01")
    office.write(4, received(3, 10), site_id="DL01")
    assert codes(office.write(5, received(3, 10), site_id="DL01")) == ["RECEIVED_TWICE"]


def test_a_claim_of_goods_that_were_sent_to_somebody_else_opens_nothing_at_the_sender(
    office: Office,
) -> None:
    accepted_order(office)
    office.write(3, shipped(1, 10, 5_000), site_id="HQ01")
    for shipment in (3, 99):
        (claim,) = office.write(shipment + 1, received(shipment, 7, short=3), site_id="SH02")
        assert isinstance(claim, TaskOpened)
        assert (claim.code, claim.site_id) == ("CLAIM", "SH02")


def test_the_flow_is_one_chain_from_order_to_receipt_whichever_node_is_opened(
    office: Office,
) -> None:
    accepted_order(office)
    office.write(3, shipped(1, 10, 5_000), site_id="HQ01", at_us=NOON_US + MINUTE_US)
    office.write(4, received(3, 10), site_id="DL01", at_us=NOON_US, follows=3)
    for node in (1, 2, 3, 4):
        steps = queries.flow(office.connection, uid(node).hex())
        assert sorted(step.kind for step in steps) == [
            "order_decided",
            "order_decision_requested",
            "order_submitted",
            "receipt_posted",
            "shipment_posted",
        ]
    places = {step.kind: place for place, step in enumerate(steps)}
    # The receiver's clock is behind the sender's: it still stands behind what it confirms.
    assert places["shipment_posted"] < places["receipt_posted"]


def test_a_document_whose_predecessor_is_not_here_yet_says_so(office: Office) -> None:
    accepted_order(office)
    office.write(4, received(3, 10), site_id="DL01", follows=3)
    steps = {step.kind: step for step in queries.flow(office.connection, uid(4).hex())}
    assert steps["receipt_posted"].is_predecessor_missing
    assert steps["receipt_posted"].predecessor == uid(3).hex()
    assert not steps["order_submitted"].is_predecessor_missing


# Lists and rows


def test_orders_are_listed_by_the_state_their_goods_give_them(office: Office) -> None:
    accepted_order(office)
    submit(office, 5, an_order(), at_us=NOON_US + MINUTE_US)
    office.write(3, shipped(1, 10, 5_000), site_id="HQ01")
    by_state = {
        wanted: [one.id for one in queries.orders(office.connection, states={wanted})]
        for wanted in (OrderState.SUBMITTED, OrderState.ACCEPTED, OrderState.SHIPPED)
    }
    assert by_state == {
        OrderState.SUBMITTED: [uid(5).hex()],
        OrderState.ACCEPTED: [],
        OrderState.SHIPPED: [uid(1).hex()],
    }
    assert [one.id for one in queries.orders(office.connection, account_id="D1")] == [
        uid(5).hex(),
        uid(1).hex(),
    ]


def test_the_decision_travels_to_both_parties_and_head_office_and_to_nobody_else(
    office: Office,
) -> None:
    submit(office, 1, an_order(account_id="D2", supplier="D1"), site_id="SH01")
    decide(office, 2, a_decision(1, (1, 10), account_id="D2", supplier="D1"), site_id="DL01")
    for table in (channel_order, order_decision):
        row = office.connection.execute(select(table)).mappings().one()
        assert SCHEMA[table.name].scopes(dict(row)) == ("hq", "account:D2", "account:D1")


def test_only_orders_of_head_offices_own_supply_travel_to_its_warehouses() -> None:
    order = dict(SCHEMA["channel_order"].defaults) | {"account_id": "D2"}
    assert SCHEMA["channel_order"].scopes(order) == ("hq", "account:D2", "supply")
    assert "supply" not in SCHEMA["channel_order"].scopes(order | {"supplier": "D1"})


# The account's credit is between it and head office


def test_a_dealer_who_supplies_an_account_hears_nothing_of_its_credit(office: Office) -> None:
    submit(office, 1, an_order(account_id="D2", supplier="D1"), site_id="SH01")
    decide(office, 2, a_decision(1, (1, 10), account_id="D2", supplier="D1"), site_id="DL01")
    found = queries.order(office.connection, uid(1).hex())
    assert found is not None
    assert found.state is OrderState.ACCEPTED
    # What follows is in the supplier's scope as well.
    row = (
        office.connection.execute(select(channel_order).where(channel_order.c.id == uid(1).hex()))
        .mappings()
        .one()
    )
    assert (row["credit_limit_minor"], row["credit_exposure_minor"]) == (0, 0)
    owed = AccountAdjusted(
        account_id="D2", currency="CNY", amount_minor=999_000_000, reason="opening"
    )
    office.write(800, owed, site_id="")
    submit(office, 3, an_order(account_id="D2", supplier="D1"), site_id="SH01")
    (refused,) = decide(
        office, 4, a_decision(3, (1, 10), account_id="D2", supplier="D1"), site_id="DL01"
    )
    assert isinstance(refused, RequestRefused)
    assert (refused.code, list(refused.params)) == ("CREDIT", [])


def test_head_office_s_own_decisions_keep_the_numbers_they_were_made_by(office: Office) -> None:
    submit(office, 1, an_order())
    decide(office, 2, a_decision(1, (1, 10)))
    c = channel_order.c
    row = office.connection.execute(
        select(c.credit_limit_minor, c.credit_exposure_minor).where(c.id == uid(1).hex())
    ).one()
    assert (row.credit_limit_minor, row.credit_exposure_minor) == (10_000_000, 0)
