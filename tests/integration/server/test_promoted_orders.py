"""Limits, gifts and tenders of orders at a real head office, on both databases (D02, D06, E14)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from shared.access.documents import Grant, UserPublished
from shared.accounts.documents import AccountPayment, RebateGranted
from shared.accounts.queries import balance_minor
from shared.accounts.rules import deposit, rebate
from shared.catalog.documents import AssortmentItem, AssortmentPublished
from shared.channel.documents import Account, ChannelPublished, DeviceEnrolled
from shared.core.ids import uid_text
from shared.journal.chain import SigningKey, Slot
from shared.journal.document import Body
from shared.ordering.documents import (
    GrantLine,
    OrderDecisionRequested,
    OrderLine,
    OrderSubmitted,
    OrderTender,
)
from shared.ordering.queries.orders import LineView, OrderView, lines, order
from shared.ordering.tables import channel_order
from shared.promotions.documents import PolicyPublished, PromotionApplied
from shared.promotions.rules import Goods, Period, Policy, PolicyKind, Use
from shared.promotions.tables import promotion_policy
from sync_server.store.devices import find_device
from sync_server.sync.head_office import draft_of, publish
from sync_server.sync.push import ingest
from tests.integration.server.asgi import Device
from tests.integration.server.two_shops import Place, Till, unpacked
from tests.integration.server.world import NOON_US

PIECE = 1_000_000


def enrolled(place: Place, device_id: str, device_type: str) -> Till:
    """One more device, of head office ('HQ') or of a shop."""
    key = SigningKey.from_seed(device_id.encode().ljust(32, b"\0"))
    site_id = "" if device_id.startswith("HQ") else device_id[:4]
    told(
        place,
        DeviceEnrolled(
            device_id=device_id,
            device_type=device_type,
            site_id=site_id,
            tag=device_id[-2:],
            public_key=key.public,
        ),
    )
    return Till(Device(place.line, device_id, key), site_id, place.mine.random)


def told(place: Place, *bodies: Body) -> None:
    hq = place.office.hq
    with place.office.database.write() as connection:
        publish(connection, hq, [draft_of(hq, body, NOON_US) for body in bodies], NOON_US)


@pytest.fixture
def desk(place: Place) -> Till:
    """Head office's order desk; D1 has credit, P1 and the gift P9 are for sale."""
    account = Account(
        account_id="D1",
        partner_id="D1",
        sales_org_id="FX",
        name="D1",
        credit_limit_minor=100_000_000,
    )
    told(
        place,
        ChannelPublished(accounts=(account,)),
        AssortmentPublished(
            assortment_id="A",
            sales_org_id="FX",
            name="A",
            items=(AssortmentItem(product_id="P1"),),
        ),
        *(
            UserPublished(user_id=one, name=one, role="head_office", grants=(Grant(),))
            for one in ("desk", "boss")
        ),
    )
    return enrolled(place, "HQ.01", "hq")


def wrote(till: Till, body: Body, author_id: str, **said: Any) -> Slot:
    """Write a document and send it; it must be stored."""
    slot = till.add(body, author_id=author_id, **said)
    assert till.push(slot.n) == [], unpacked(slot.stored)[:200]
    return slot


def sealed(place: Place, desk: Till, policy: Policy) -> None:
    body = PolicyPublished(sales_org_id="FX", parent_number=0, policy=policy)
    wrote(desk, body, "desk", approver_id="boss")
    status = select(promotion_policy.c.status).where(
        promotion_policy.c.policy_id == policy.policy_id
    )
    assert place.scalar(status) == "sealed"


def a_line(pieces: int, number: int = 1) -> OrderLine:
    """At 5 yuan."""
    return OrderLine(
        line_no=number,
        product_id="P1",
        qty_micro=pieces * PIECE,
        unit_price_micro=5 * PIECE,
        amount_minor=pieces * 500,
    )


def gifts(pieces: int, number: int = 2) -> OrderLine:
    return OrderLine(
        line_no=number, product_id="P9", qty_micro=pieces * PIECE, is_gift=True, policy_id="B10"
    )


def asked(till: Till, *of: OrderLine, **more: Any) -> bytes:
    """An order; its uid."""
    body = OrderSubmitted(account_id="D1", sales_org="FX", currency="CNY", lines=list(of), **more)
    wrote(till, body, "owner")
    return newest(till)


def newest(till: Till) -> bytes:
    from shared.areas import REGISTRY

    return REGISTRY.decode(till.slots[-1].stored).header.uid


def a_grant(uid: bytes, *of: OrderLine) -> OrderDecisionRequested:
    return OrderDecisionRequested(
        order_uid=uid,
        account_id="D1",
        seen_revision=1,
        lines=[GrantLine(line_no=one.line_no, accepted_micro=one.qty_micro) for one in of],
    )


def order_at(place: Place, uid: bytes) -> OrderView:
    with place.office.database.read() as connection:
        found = order(connection, uid_text(uid))
    assert found is not None
    return found


def lines_at(place: Place, uid: bytes) -> list[LineView]:
    with place.office.database.read() as connection:
        return lines(connection, uid_text(uid))


def held(place: Place, end: str) -> int:
    with place.office.database.read() as connection:
        return -balance_minor(connection, end, "CNY")


def a_limit(most: int) -> Policy:
    return Policy(
        policy_id="L20",
        name="每月限 20",
        kind=PolicyKind.LIMIT,
        uses=(Use.ORDER,),
        goods=Goods(products=("P1",)),
        by_quantity=True,
        period=Period.MONTH,
        most=most * PIECE,
    )


TEN_AND_ONE = Policy(
    policy_id="B10",
    name="10+1",
    kind=PolicyKind.GIFT,
    uses=(Use.ORDER,),
    goods=Goods(products=("P1",)),
    every_micro=10 * PIECE,
    gift_micro=PIECE,
    gifts=("P9",),
)
BY_800 = (OrderTender(kind="deposit", amount_minor=80_000),)
HELD = (PromotionApplied(policy_id="B10", number=1),)


def test_two_devices_order_15_of_20_a_month_and_the_second_gets_5(place: Place, desk: Till) -> None:
    sealed(place, desk, a_limit(20))
    other = enrolled(place, "SH01.02", "till")
    first, second = asked(place.mine, a_line(15)), asked(other, a_line(15))
    for uid in (first, second):
        wrote(desk, a_grant(uid, a_line(15)), "desk")
    assert [one.accepted_micro // PIECE for one in lines_at(place, first)] == [15]
    (cut,) = lines_at(place, second)
    assert (cut.accepted_micro // PIECE, cut.reason, cut.because) == (5, "LIMIT", "每月限 20")


def test_a_deposit_of_1000_pays_800_and_200_and_gifts_are_those_earned(
    place: Place, desk: Till
) -> None:
    sealed(place, desk, TEN_AND_ONE)
    paid = AccountPayment(account_id="D1", currency="CNY", amount_minor=100_000, purpose="deposit")
    wrote(desk, paid, "desk")
    honest, forged = (a_line(160), gifts(16)), (a_line(160), gifts(40))
    first = asked(place.mine, *honest, tenders=BY_800, promotions=HELD)
    second = asked(place.mine, *forged, tenders=BY_800, promotions=HELD)
    wrote(desk, a_grant(first, *honest), "desk")
    wrote(desk, a_grant(second, *forged), "desk")
    assert order_at(place, first).deposit_taken_minor == 80_000
    assert order_at(place, second).deposit_taken_minor == 20_000
    assert order_at(place, second).deposit_held_minor == 20_000
    assert held(place, deposit("D1")) == 0
    assert [one.accepted_micro // PIECE for one in lines_at(place, first)] == [160, 16]
    assert [one.accepted_micro // PIECE for one in lines_at(place, second)] == [160, 16]
    assert order_at(place, first).order_type == "promotional"


def test_forged_tenders_and_rebates_from_a_shop_are_rejected_or_kept(
    place: Place, desk: Till
) -> None:
    negative = (OrderTender(kind="deposit", amount_minor=-80_000),)
    uid = asked(place.mine, a_line(160), tenders=negative)
    assert order_at(place, uid).code == "TENDER_BAD"
    own_gift = RebateGranted(
        account_id="D1", currency="CNY", amount_minor=1_000_000, reason="to myself"
    )
    assert place.mine.says(own_gift) != ""
    # A rebate nobody granted, on an order that is otherwise fine, takes nothing.
    rebated = (OrderTender(kind="rebate", amount_minor=8_000),)
    fine = asked(place.mine, a_line(160), tenders=rebated)
    wrote(desk, a_grant(fine, a_line(160)), "desk")
    assert order_at(place, fine).rebate_taken_minor == 0
    assert (held(place, deposit("D1")), held(place, rebate("D1"))) == (0, 0)


def test_decisions_at_one_time_never_take_a_deposit_or_a_limit_twice(
    place: Place, desk: Till, tmp_path: Path
) -> None:
    sealed(place, desk, a_limit(200))
    paid = AccountPayment(account_id="D1", currency="CNY", amount_minor=100_000, purpose="deposit")
    wrote(desk, paid, "desk")
    orders = [asked(place.mine, a_line(160), tenders=BY_800) for _ in range(2)]
    desks = [enrolled(place, f"HQ.0{n}", "hq") for n in (2, 3)]

    def decide(till: Till, uid: bytes) -> None:
        slot = till.add(a_grant(uid, a_line(160)), author_id="desk")
        with place.office.database.write() as connection:
            device = find_device(connection, till.wire.device_id)
            assert device is not None
            ingest(connection, place.office.hq, device, till.batch(slot.n), NOON_US)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(decide, desks, orders))
    taken = sorted(order_at(place, uid).deposit_taken_minor for uid in orders)
    pieces = sorted(order_at(place, uid).accepted_micro // PIECE for uid in orders)
    assert pieces == [40, 160]
    assert taken == [20_000, 80_000]
    assert held(place, deposit("D1")) == 0
    assert place.count(channel_order) == 2
