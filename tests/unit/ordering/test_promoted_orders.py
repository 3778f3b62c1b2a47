"""Promotions, limits and tenders of orders, as head office decides them (D02-D07, D13, E14)."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from shared.access import documents as access
from shared.access.documents import Grant, UserPublished
from shared.access.rules import REBATE_PERCENT
from shared.accounts.documents import AccountPayment, RebateGranted
from shared.accounts.queries import balance_minor, rebate_minor
from shared.accounts.rules import deposit, rebate, receivable
from shared.areas import REGISTRY, SCHEMA
from shared.journal.document import Body
from shared.ordering import queries
from shared.ordering.documents import (
    GrantLine,
    OrderDecided,
    OrderDecisionRequested,
    OrderLine,
    OrderRevisionAnswered,
    OrderRevisionRequested,
    OrderSubmitted,
    OrderTender,
    RequestRefused,
    RevisionChange,
)
from shared.ordering.rules import OrderState
from shared.promotions.documents import PolicyPublished, PromotionApplied
from shared.promotions.rules import GiftPrice, Goods, Holder, Period, Policy, PolicyKind, Tier, Use
from shared.promotions.tables import policy_use, promotion_policy
from tests.builders.documents import NOON_US, uid
from tests.builders.office import Office

PIECE = 1_000_000
DAY_US = 24 * 3_600_000_000


FIRST_TEN = Policy(
    policy_id="F10",
    name="前 10 支 3 元",
    kind=PolicyKind.FIRST,
    uses=(Use.ORDER,),
    goods=Goods(products=("P1",)),
    pay_ratio_micro=600_000,
    first_micro=10 * PIECE,
    period=Period.MONTH,
)
"""The first ten pieces of a month at 3 instead of 5."""


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of(REGISTRY, SCHEMA)
    opened.found_house()
    body = UserPublished(user_id="boss", name="boss", role="head_office", grants=(Grant(),))
    opened.write(9_000, body, site_id="", author_id="HQ")
    yield opened
    opened.close()


def publish(office: Office, number: int, policy: Policy, parent: int = 0, **how: Any) -> None:
    body = PolicyPublished(
        sales_org_id="FX", parent_number=parent, policy=policy, is_ended=how.pop("is_ended", False)
    )
    office.write(9_100 + number, body, site_id="", author_id="chen", approver_id="boss")
    row = office.connection.execute(
        select(promotion_policy).where(promotion_policy.c.id == uid(9_100 + number).hex())
    ).one()
    assert row.status == "sealed", (row.code, row.detail)


def a_limit(policy_id: str = "L20", most: int = 20, **more: Any) -> Policy:
    return Policy(
        policy_id=policy_id,
        name=more.pop("name", f"每月限 {most}"),
        kind=PolicyKind.LIMIT,
        uses=(Use.ORDER,),
        goods=more.pop("goods", Goods(products=("P1",))),
        period=more.pop("period", Period.MONTH),
        by_quantity=True,
        most=most * PIECE,
        **more,
    )


def ten_and_one(**more: Any) -> Policy:
    return Policy(
        policy_id="B10",
        name="10+1",
        kind=PolicyKind.GIFT,
        uses=(Use.ORDER,),
        goods=Goods(products=("P1",)),
        every_micro=10 * PIECE,
        gift_micro=PIECE,
        gifts=("P9",),
        **more,
    )


def a_line(line_no: int, qty: int, price: int = 5, product: str = "P1", **more: Any) -> OrderLine:
    off = more.get("promotion_minor", 0)
    return OrderLine(
        line_no=line_no,
        product_id=product,
        qty_micro=qty * PIECE,
        unit_price_micro=price * PIECE,
        amount_minor=qty * price * 100 - off,
        **more,
    )


def a_gift(line_no: int, qty: int, product: str = "P9", policy_id: str = "B10") -> OrderLine:
    return OrderLine(
        line_no=line_no,
        product_id=product,
        qty_micro=qty * PIECE,
        is_gift=True,
        policy_id=policy_id,
        policy_ids=(policy_id,),
    )


def applied(policy_id: str = "B10", number: int = 1, **more: Any) -> PromotionApplied:
    return PromotionApplied(policy_id=policy_id, number=number, **more)


def submit(office: Office, number: int, *lines: OrderLine, **more: Any) -> list[Body]:
    body = OrderSubmitted(
        account_id="D1",
        sales_org="FX",
        currency="CNY",
        lines=list(lines),
        price_version=27,
        promotions=more.pop("promotions", ()),
        tenders=more.pop("tenders", ()),
        supplier=more.pop("supplier", ""),
        order_type=more.pop("order_type", "normal"),
    )
    return office.write(number, body, site_id=more.pop("site_id", "DL01"), **more)


def decide(office: Office, number: int, order: int, *grants: tuple[int, int]) -> list[Body]:
    """Everything is granted where nothing is named."""
    asked = queries.asked_lines(office.connection, uid(order).hex())
    named = dict(grants)
    body = OrderDecisionRequested(
        order_uid=uid(order),
        account_id="D1",
        seen_revision=1,
        lines=[
            GrantLine(
                line_no=one.line_no,
                accepted_micro=named.get(one.line_no, one.qty_micro // PIECE) * PIECE,
                reason="OUT_OF_STOCK" if one.line_no in named else "",
            )
            for one in asked
        ],
    )
    return office.write(number, body, site_id="HQ01", author_id="sales")


def granted(office: Office, order: int) -> list[tuple[int, str, str]]:
    return [
        (one.accepted_micro // PIECE, one.reason, one.because)
        for one in queries.lines(office.connection, uid(order).hex())
    ]


def the_order(office: Office, order: int) -> queries.OrderView:
    found = queries.order(office.connection, uid(order).hex())
    assert found is not None
    return found


def decision(answers: Sequence[Body]) -> OrderDecided:
    (found,) = (one for one in answers if isinstance(one, OrderDecided))
    return found


# D02, D03, D04: limits against what was accepted before


def test_of_two_orders_of_15_with_20_a_month_the_second_is_accepted_for_5(office: Office) -> None:
    publish(office, 1, a_limit())
    submit(office, 1, a_line(1, 15))
    submit(office, 2, a_line(1, 15), device_id="device-two")
    decide(office, 3, 1)
    decide(office, 4, 2)
    assert granted(office, 1) == [(15, "", "")]
    assert granted(office, 2) == [(5, "LIMIT", "每月限 20")]
    assert the_order(office, 2).state is OrderState.PARTIAL
    assert the_order(office, 2).accepted_minor == 2_500


def test_a_limit_counts_what_was_accepted_and_not_what_was_asked(office: Office) -> None:
    publish(office, 1, a_limit())
    submit(office, 1, a_line(1, 15))
    submit(office, 2, a_line(1, 15))
    decide(office, 3, 1, (1, 4))
    decide(office, 4, 2)
    assert granted(office, 2) == [(15, "", "")]


def test_a_period_that_is_over_counts_no_more(office: Office) -> None:
    publish(office, 1, a_limit())
    submit(office, 1, a_line(1, 15), at_us=NOON_US - 40 * DAY_US)
    submit(office, 2, a_line(1, 15))
    decide(office, 3, 1)
    decide(office, 4, 2)
    assert granted(office, 2) == [(15, "", "")]


def test_a_group_limit_with_weights_cuts_the_later_line(office: Office) -> None:
    both = a_limit("G6", 6, goods=Goods(products=("P1", "P2")), period=Period.ORDER, name="任选 6")
    publish(office, 1, both)
    submit(office, 1, a_line(1, 4), a_line(2, 3, product="P2"))
    decide(office, 2, 1)
    assert granted(office, 1) == [(4, "", ""), (2, "LIMIT", "任选 6")]


def test_each_site_of_an_account_has_its_own_site_limit(office: Office) -> None:
    publish(office, 1, a_limit(most=10, holder=Holder.SITE))
    submit(office, 1, a_line(1, 10))
    submit(office, 2, a_line(1, 1))
    submit(office, 3, a_line(1, 10), site_id="HQ01")
    for number in (1, 2, 3):
        decide(office, 10 + number, number)
    assert granted(office, 2) == [(0, "LIMIT", "每月限 10")]
    assert the_order(office, 2).state is OrderState.REJECTED
    assert granted(office, 3) == [(10, "", "")]


def test_a_line_wanted_whole_or_not_at_all_gets_nothing_of_a_limit(office: Office) -> None:
    publish(office, 1, a_limit(most=5, period=Period.ORDER))
    submit(office, 1, a_line(1, 8, is_whole_only=True), a_line(2, 3, product="P2"))
    decide(office, 2, 1)
    assert [qty for qty, _, _ in granted(office, 1)] == [0, 3]


# Gifts and prices


def test_gifts_are_granted_with_the_goods_that_earn_them(office: Office) -> None:
    publish(office, 1, ten_and_one())
    submit(office, 1, a_line(1, 25), a_gift(2, 2), promotions=(applied(),))
    decided = decision(decide(office, 2, 1))
    assert granted(office, 1) == [(25, "", ""), (2, "", "")]
    assert [(one.policy_id, one.earned_micro, one.owed_micro) for one in decided.promotions] == [
        ("B10", 2 * PIECE, 0)
    ]
    assert the_order(office, 1).order_type == "promotional"
    used = office.connection.execute(select(policy_use)).one()
    assert (used.account_id, used.gift_micro, used.measure) == ("D1", 2 * PIECE, 25 * PIECE)


def test_gifts_fall_with_main_goods_that_were_cut(office: Office) -> None:
    publish(office, 1, ten_and_one())
    submit(office, 1, a_line(1, 25), a_gift(2, 2), promotions=(applied(),))
    decide(office, 2, 1, (1, 14))
    assert granted(office, 1) == [(14, "OUT_OF_STOCK", ""), (1, "PROMOTION", "10+1")]


@pytest.mark.parametrize(
    "gift",
    [
        a_gift(2, 3),
        a_gift(2, 2, product="P8"),
        a_gift(2, 2, policy_id="NONE"),
        a_gift(2, 2, policy_id=""),
    ],
    ids=["too many", "another product", "no such policy", "no policy"],
)
def test_forged_gifts_are_never_given(office: Office, gift: OrderLine) -> None:
    publish(office, 1, ten_and_one())
    submit(office, 1, a_line(1, 25), gift, promotions=(applied(), applied("NONE")))
    decide(office, 2, 1)
    qty, reason, _ = granted(office, 1)[1]
    assert (qty, reason) == ((2 if gift.qty_micro == 3 * PIECE else 0), "PROMOTION")


def test_a_gift_without_its_policy_named_on_the_order_is_not_given(office: Office) -> None:
    publish(office, 1, ten_and_one())
    submit(office, 1, a_line(1, 25), a_gift(2, 2))
    decide(office, 2, 1)
    assert granted(office, 1)[1][:2] == (0, "PROMOTION")
    assert the_order(office, 1).order_type == "normal"


def test_a_policy_for_other_accounts_gives_nothing(office: Office) -> None:
    publish(office, 1, ten_and_one(who=("account:D2",)))
    submit(office, 1, a_line(1, 25), a_gift(2, 2), promotions=(applied(),))
    decide(office, 2, 1)
    assert granted(office, 1) == [(25, "", ""), (0, "PROMOTION", "10+1")]


def test_goods_at_a_discount_nothing_earned_are_not_granted_at_it(office: Office) -> None:
    off = Policy(
        policy_id="100-10",
        name="满100减10",
        kind=PolicyKind.THRESHOLD,
        uses=(Use.ORDER,),
        tiers=(Tier(from_measure=10_000, off_minor=1_000),),
    )
    publish(office, 1, off)
    honest = a_line(1, 20, promotion_minor=1_000, policy_ids=("100-10",))
    submit(office, 1, honest, promotions=(applied("100-10"),))
    greedy = a_line(1, 20, promotion_minor=9_000, policy_ids=("100-10",))
    submit(office, 2, greedy, a_line(2, 1, product="P2"), promotions=(applied("100-10"),))
    decide(office, 3, 1)
    decide(office, 4, 2)
    assert granted(office, 1) == [(20, "", "")]
    assert the_order(office, 1).accepted_minor == 9_000
    assert granted(office, 2) == [(0, "PROMOTION", "满100减10"), (1, "", "")]


def test_a_first_n_price_is_given_once_over_two_devices(office: Office) -> None:
    publish(office, 1, FIRST_TEN)
    parts = (
        a_line(1, 10, price=3, list_price_micro=5 * PIECE, policy_ids=("F10",), part_of=1),
        a_line(2, 2, part_of=1),
    )
    for number in (1, 2):
        submit(office, number, *parts, promotions=(applied("F10"),))
        decide(office, 10 + number, number)
    assert granted(office, 1) == [(10, "", ""), (2, "", "")]
    assert granted(office, 2) == [(0, "PROMOTION", "前 10 支 3 元"), (2, "", "")]


def test_a_number_replaced_after_the_order_was_made_still_holds_for_it(office: Office) -> None:
    publish(office, 1, ten_and_one())
    submit(office, 1, a_line(1, 10), a_gift(2, 1), promotions=(applied(),), at_us=NOON_US - 10)
    publish(office, 2, ten_and_one(), parent=1, is_ended=True)
    submit(office, 2, a_line(1, 10), a_gift(2, 1), promotions=(applied(),), at_us=NOON_US + 10)
    decide(office, 3, 1)
    decide(office, 4, 2)
    assert granted(office, 1)[1][0] == 1
    assert granted(office, 2)[1][:2] == (0, "PROMOTION")


def test_a_symbolic_gift_price_is_not_paid_with_nothing(office: Office) -> None:
    publish(office, 1, ten_and_one(gift_price=GiftPrice.SYMBOLIC, symbolic_micro=PIECE))
    submit(office, 1, a_line(1, 10), a_gift(2, 1), promotions=(applied(),))
    paid = OrderLine(
        line_no=2, product_id="P9", qty_micro=PIECE, unit_price_micro=PIECE, amount_minor=100,
        is_gift=True, policy_id="B10",
    )  # fmt: skip
    submit(office, 2, a_line(1, 10), paid, promotions=(applied(),))
    decide(office, 3, 1)
    decide(office, 4, 2)
    assert granted(office, 1)[1][0] == 0
    assert granted(office, 2)[1][0] == 1


def test_the_type_a_device_states_is_found_anew_by_head_office(office: Office) -> None:
    submit(office, 1, a_line(1, 1), order_type="promotional")
    submit(office, 2, a_line(1, 1, product="X1"), order_type="normal")
    decide(office, 3, 1)
    decide(office, 4, 2)
    assert the_order(office, 1).order_type == "normal"
    assert the_order(office, 2).order_type == "exclusive"


# E14, M02, M03: tenders


def with_deposit(office: Office, yuan: int) -> None:
    body = AccountPayment(
        account_id="D1", currency="CNY", amount_minor=yuan * 100, purpose="deposit"
    )
    office.write(9_500, body, site_id="", author_id="finance")


def with_rebate(office: Office, yuan: int, *, number: int = 9_501, until: str = "") -> None:
    body = RebateGranted(
        account_id="D1", currency="CNY", amount_minor=yuan * 100, reason="Q3", valid_until=until
    )
    office.write(number, body, site_id="", author_id="finance")


def by(kind: str, yuan: int) -> OrderTender:
    return OrderTender(kind=kind, amount_minor=yuan * 100)


def held(office: Office, account: str) -> int:
    return -balance_minor(office.connection, account, "CNY")


def test_of_a_deposit_of_1000_two_orders_of_800_take_800_and_200(office: Office) -> None:
    with_deposit(office, 1_000)
    for number in (1, 2):
        submit(office, number, a_line(1, 160), tenders=(by("deposit", 800),))
    decide(office, 3, 1)
    second = decision(decide(office, 4, 2))
    assert the_order(office, 1).deposit_taken_minor == 80_000
    assert the_order(office, 2).deposit_taken_minor == 20_000
    assert [(one.kind, one.amount_minor) for one in second.tenders] == [
        ("deposit", 20_000),
        ("account", 60_000),
    ]
    assert second.deposit_held_minor == 20_000
    assert held(office, deposit("D1")) == 0
    assert held(office, receivable("D1")) == 100_000


def test_the_part_no_deposit_pays_is_held_against_credit(office: Office) -> None:
    with_deposit(office, 1_000)
    submit(office, 1, a_line(1, 160), tenders=(by("deposit", 800),))
    decide(office, 2, 1)
    # 100,000 of credit: 200 by deposit and 100,001 on account is one too much.
    submit(office, 3, a_line(1, 100_201, price=1), tenders=(by("deposit", 800),))
    answers = decide(office, 4, 3)
    (refused,) = (one for one in answers if isinstance(one, RequestRefused))
    assert refused.code == "CREDIT"
    assert held(office, deposit("D1")) == 20_000


def test_a_rebate_pays_no_more_than_its_share(office: Office) -> None:
    with_rebate(office, 500)
    submit(office, 1, a_line(1, 600), tenders=(by("rebate", 500),))
    decided = decision(decide(office, 2, 1))
    assert [(one.kind, one.amount_minor) for one in decided.tenders] == [
        ("rebate", 30_000),
        ("account", 270_000),
    ]
    assert rebate_minor(office.connection, "D1", "CNY", "2025-12-01") == 20_000


def test_a_rebate_that_ended_pays_nothing(office: Office) -> None:
    with_rebate(office, 500, until="2025-11-30")
    submit(office, 1, a_line(1, 600), tenders=(by("rebate", 300),))
    decided = decision(decide(office, 2, 1))
    assert decided.tenders == ()
    assert held(office, rebate("D1")) == 50_000


def test_a_rejected_order_takes_nothing_and_sets_it_free(office: Office) -> None:
    with_deposit(office, 1_000)
    submit(office, 1, a_line(1, 160), tenders=(by("deposit", 800),))
    decide(office, 2, 1, (1, 0))
    assert the_order(office, 1).state is OrderState.REJECTED
    assert the_order(office, 1).deposit_taken_minor == 0
    assert held(office, deposit("D1")) == 100_000


def test_of_an_order_granted_in_part_a_part_of_the_tender_is_taken(office: Office) -> None:
    with_deposit(office, 1_000)
    submit(office, 1, a_line(1, 160), tenders=(by("deposit", 800),))
    decide(office, 2, 1, (1, 60))
    assert the_order(office, 1).deposit_taken_minor == 30_000


@pytest.mark.parametrize(
    ("tenders", "code"),
    [
        ((by("deposit", -5),), "TENDER_BAD"),
        ((by("deposit", 1), by("deposit", 1)), "TENDER_BAD"),
        ((by("gold", 1),), "TENDER_BAD"),
        ((by("deposit", 51),), "TENDERS_TOO_MUCH"),
        ((by("deposit", 60), by("account", -10)), "TENDER_BAD"),
    ],
)
def test_tenders_that_do_not_add_up_reject_the_order(
    office: Office, tenders: tuple[OrderTender, ...], code: str
) -> None:
    with_deposit(office, 1_000)
    answers = submit(office, 1, a_line(1, 10), tenders=tenders)
    assert decision(answers).code == code
    assert held(office, deposit("D1")) == 100_000


def test_a_tender_above_the_balance_never_makes_it_negative(office: Office) -> None:
    with_deposit(office, 10)
    with_rebate(office, 10)
    both = (by("deposit", 90), by("rebate", 10))
    submit(office, 1, a_line(1, 20), tenders=both)
    submit(office, 2, a_line(1, 20), tenders=both)
    decide(office, 3, 1)
    decide(office, 4, 2)
    assert held(office, deposit("D1")) == 0
    assert held(office, rebate("D1")) == 0
    assert (the_order(office, 1).deposit_taken_minor, the_order(office, 2).deposit_taken_minor) == (
        1_000,
        0,
    )


def test_what_a_revision_takes_away_gives_its_tender_back(office: Office) -> None:
    with_deposit(office, 1_000)
    with_rebate(office, 500)
    submit(office, 1, a_line(1, 160), tenders=(by("rebate", 80), by("deposit", 700)))
    decide(office, 2, 1)
    assert (held(office, deposit("D1")), held(office, rebate("D1"))) == (30_000, 42_000)
    fewer = OrderRevisionRequested(
        order_uid=uid(1),
        account_id="D1",
        seen_revision=2,
        lines=[RevisionChange(line_no=1, accepted_micro=40 * PIECE, reason="OUT_OF_STOCK")],
    )
    office.write(3, fewer, site_id="HQ01", author_id="sales")
    waiting = the_order(office, 1)
    if waiting.state is OrderState.REVISED:
        yes = OrderRevisionAnswered(
            order_uid=uid(1), account_id="D1", seen_revision=3, is_confirmed=True
        )
        office.write(4, yes, site_id="DL01")
    found = the_order(office, 1)
    # 200 yuan are left: 20 of them by rebate, 180 by deposit.
    assert (found.rebate_taken_minor, found.deposit_taken_minor) == (2_000, 18_000)
    assert (held(office, deposit("D1")), held(office, rebate("D1"))) == (82_000, 48_000)
    assert rebate_minor(office.connection, "D1", "CNY", "2025-12-01") == 48_000
    assert held(office, receivable("D1")) == 20_000


def test_a_revision_takes_gifts_down_and_frees_limits(office: Office) -> None:
    publish(office, 1, ten_and_one())
    publish(office, 2, a_limit(most=30))
    submit(office, 1, a_line(1, 25), a_gift(2, 2), promotions=(applied(),))
    decide(office, 2, 1)
    fewer = OrderRevisionRequested(
        order_uid=uid(1),
        account_id="D1",
        seen_revision=2,
        lines=[RevisionChange(line_no=1, accepted_micro=12 * PIECE, reason="OUT_OF_STOCK")],
    )
    office.write(3, fewer, site_id="HQ01", author_id="sales")
    if the_order(office, 1).state is OrderState.REVISED:
        yes = OrderRevisionAnswered(
            order_uid=uid(1), account_id="D1", seen_revision=3, is_confirmed=True
        )
        office.write(4, yes, site_id="DL01")
    got = queries.lines(office.connection, uid(1).hex())
    assert [one.accepted_micro // PIECE for one in got] == [12, 1]
    submit(office, 5, a_line(1, 25))
    decide(office, 6, 5)
    assert granted(office, 5) == [(18, "LIMIT", "每月限 30")]


def revise(office: Office, order: int, number: int, *lines: tuple[int, int], seen: int = 2) -> None:
    """Less is granted, and the account says yes where it is asked."""
    fewer = OrderRevisionRequested(
        order_uid=uid(order),
        account_id="D1",
        seen_revision=seen,
        lines=[
            RevisionChange(line_no=line_no, accepted_micro=qty * PIECE, reason="OUT_OF_STOCK")
            for line_no, qty in lines
        ],
    )
    office.write(number, fewer, site_id="HQ01", author_id="sales")
    if the_order(office, order).state is OrderState.REVISED:
        yes = OrderRevisionAnswered(
            order_uid=uid(order), account_id="D1", seen_revision=seen + 1, is_confirmed=True
        )
        office.write(number + 1, yes, site_id="DL01")


def uses(office: Office) -> list[tuple[str, int]]:
    c = policy_use.c
    rows = office.connection.execute(select(c.policy_id, c.measure).order_by(c.policy_id, c.id))
    return [(row.policy_id, row.measure // PIECE) for row in rows]


def test_a_limit_an_order_names_as_its_promotion_cuts_and_counts_it_all_the_same(
    office: Office,
) -> None:
    publish(office, 1, a_limit())
    submit(office, 1, a_line(1, 25), promotions=(applied("L20"),))
    decide(office, 2, 1)
    assert granted(office, 1) == [(20, "LIMIT", "每月限 20")]
    assert uses(office) == [("L20", 20)]


def test_a_policy_an_order_names_twice_takes_its_amount_off_once(office: Office) -> None:
    off = Policy(
        policy_id="100-10",
        name="满100减10",
        kind=PolicyKind.THRESHOLD,
        uses=(Use.ORDER,),
        goods=Goods(products=("P1",)),
        tiers=(Tier(from_measure=10_000, off_minor=1_000),),
    )
    publish(office, 1, off)
    twice = a_line(1, 30, promotion_minor=2_000, policy_ids=("100-10",))
    submit(office, 1, twice, a_line(2, 1, product="P2"), promotions=(applied("100-10"),) * 2)
    decide(office, 2, 1)
    assert granted(office, 1) == [(0, "PROMOTION", "满100减10"), (1, "", "")]


def test_a_limit_for_others_counts_nothing_of_an_order(office: Office) -> None:
    publish(office, 1, a_limit(who=("account:D2",)))
    submit(office, 1, a_line(1, 25))
    decide(office, 2, 1)
    assert granted(office, 1) == [(25, "", "")]
    assert uses(office) == []


def test_a_revision_frees_nothing_of_a_limit_published_after_the_decision(
    office: Office,
) -> None:
    submit(office, 1, a_line(1, 25))
    decide(office, 2, 1)
    publish(office, 1, a_limit())
    revise(office, 1, 3, (1, 5))
    assert uses(office) == []


def test_what_an_order_itself_used_of_a_first_n_is_its_own_when_it_is_revised(
    office: Office,
) -> None:
    publish(office, 1, FIRST_TEN)
    publish(office, 2, ten_and_one(counts_special=False))
    parts = (
        a_line(1, 10, price=3, list_price_micro=5 * PIECE, policy_ids=("F10",), part_of=1),
        a_line(2, 10, part_of=1),
    )
    submit(office, 1, *parts, a_gift(3, 1), promotions=(applied("F10"), applied()))
    decide(office, 2, 1)
    assert [qty for qty, _, _ in granted(office, 1)] == [10, 10, 1]
    revise(office, 1, 3, (2, 5))
    # Ten at the special price and five others: no gift is earned by ten others any more.
    got = queries.lines(office.connection, uid(1).hex())
    assert [one.accepted_micro // PIECE for one in got] == [10, 5, 0]


def test_an_upstream_dealer_is_not_told_what_head_office_holds_of_its_customers_money(
    office: Office,
) -> None:
    paid = AccountPayment(account_id="D2", currency="CNY", amount_minor=5_000, purpose="deposit")
    office.write(9_500, paid, site_id="", author_id="finance")
    lines = [a_line(1, 2)]
    asked = OrderSubmitted(
        account_id="D2", sales_org="FX", currency="CNY", lines=lines, supplier="D1"
    )
    office.write(1, asked, site_id="SH01")
    yes = OrderDecisionRequested(
        order_uid=uid(1),
        account_id="D2",
        supplier="D1",
        seen_revision=1,
        lines=[GrantLine(line_no=1, accepted_micro=2 * PIECE)],
    )
    decided = decision(office.write(2, yes, site_id="DL01"))
    assert decided.outcome == OrderState.ACCEPTED.value
    assert (decided.deposit_held_minor, decided.rebate_held_minor) == (0, 0)


def test_a_revision_that_takes_nothing_away_leaves_the_rebate_whatever_share_is_allowed_now(
    office: Office,
) -> None:
    with_rebate(office, 500)
    submit(office, 1, a_line(1, 600), tenders=(by("rebate", 300),))
    decide(office, 2, 1)
    share = access.PoliciesPublished(policies=(access.Policy(name=REBATE_PERCENT, value="5"),))
    office.write(9_600, share, site_id="", author_id="boss")
    revise(office, 1, 3, (1, 600))
    assert the_order(office, 1).rebate_taken_minor == 30_000
    assert held(office, receivable("D1")) == 30_000


def test_a_revision_gives_the_places_of_a_first_n_back(office: Office) -> None:
    publish(office, 1, FIRST_TEN)

    def parts(special: int) -> tuple[OrderLine, OrderLine]:
        return (
            a_line(1, special, price=3, list_price_micro=5 * PIECE, policy_ids=("F10",), part_of=1),
            a_line(2, 10, part_of=1),
        )

    submit(office, 1, *parts(10), promotions=(applied("F10"),))
    decide(office, 2, 1)
    assert uses(office) == [("F10", 10)]
    # Fewer at the normal price: the places stay taken.
    revise(office, 1, 3, (2, 5))
    assert uses(office) == [("F10", 10)]
    # Four fewer at the special price: four places are free again, and somebody takes them.
    revise(office, 1, 5, (1, 6), seen=4)
    assert sum(measure for _, measure in uses(office)) == 6
    submit(office, 7, *parts(4), promotions=(applied("F10"),))
    submit(office, 8, *parts(4), promotions=(applied("F10"),))
    decide(office, 9, 7)
    decide(office, 10, 8)
    assert [qty for qty, _, _ in granted(office, 7)] == [4, 10]
    assert granted(office, 8)[0][0] == 0
