"""Promotions of the wholesale invoice: the same engine as the till's, checked at head office."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import select

from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.usecases.selling import Sold
from desktop.store.desk import Desk
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.journal.document import Header
from shared.journal.tables import journal
from shared.promotions.rules import (
    Goods,
    Holder,
    Period,
    Policy,
    PolicyKind,
    Special,
    Tier,
    Use,
)
from shared.promotions.rules.checking import check_policy
from shared.promotions.tables import policy_use
from shared.sales.documents import Sale
from shared.sales.posting import review_sales
from shared.sales.queries import sale_with_lines
from shared.sales.queries.promoting import promotions_agree
from shared.tasks.documents import TaskOpened
from tests.builders.dealer_days import CLEANSER, CREAM, CUSTOMER, east
from tests.builders.one_house import House, a_house, balance
from tests.builders.plain_desk import sit
from tests.builders.policies import publish
from tests.builders.tiers import publish_tiers

OWED: Final = f"site/DL01/receivable/{CUSTOMER}"
"""CREAM costs a second-level dealer 103.48, CLEANSER 30.68."""


@pytest.fixture
def house() -> Iterator[House]:
    opened: House = a_house()
    yield opened
    opened.close()


@pytest.fixture
def desk(house: House) -> Desk:
    return sit(house, "dealer-east", "DL01.01", device_type="dealer")


def wholesale(policy_id: str, kind: PolicyKind, **said: Any) -> Policy:
    """A policy of wholesale invoices."""
    said.setdefault("name", policy_id)
    return Policy(policy_id=policy_id, kind=kind, uses=(Use.INVOICE,), **said)


def opened(house: House, desk: Desk, *policies: Policy) -> InvoiceModel:
    publish(house, *policies, site_id="DL01")
    model = InvoiceModel(desk, "DL01", "CNY")
    model.start()
    model.set_customer(CUSTOMER)
    return model


def lines_of(house: House, sold: Sold) -> list[Any]:
    found = house.read(lambda one: sale_with_lines(one, sold.uid))
    assert found is not None
    return list(found[1])


def document_of(house: House, sold: Sold) -> tuple[Header, Sale]:
    """What head office gets of an invoice."""
    stored = house.read(
        lambda one: one.execute(
            select(journal.c.stored).where(journal.c.uid == sold.uid)
        ).scalar_one()
    )
    document = house.local.replica.registry.decode(stored)
    assert isinstance(document.body, Sale)
    return document.header, document.body


def is_replayed(house: House, sold: Sold, **changed: Any) -> bool:
    """Whether head office comes to the same from the document alone."""
    header, body = document_of(house, sold)
    other = msgspec.structs.replace(body, **changed)
    return house.read(lambda one: promotions_agree(one, header, other))


def test_an_invoice_takes_the_policies_of_wholesale_and_leaves_the_tills(
    house: House, desk: Desk
) -> None:
    special = wholesale("W-SPECIAL", PolicyKind.SPECIAL, specials=(Special(CREAM, 90_000_000),))
    tills = Policy(
        policy_id="T-SPECIAL",
        name="收银特价",
        kind=PolicyKind.SPECIAL,
        uses=(Use.TILL,),
        specials=(Special(CLEANSER, 1_000_000),),
    )
    model = opened(house, desk, special, tills)
    model.add_code(CREAM, "2")
    model.add_code(CLEANSER, "1")
    assert [row.pays_micro for row in model.rows] == [90_000_000, 30_680_000]
    assert model.total_minor == 2 * 9_000 + 3_068
    sold = asyncio.run(model.post())
    assert balance(house, OWED) == sold.total_minor == 21_068
    cream = lines_of(house, sold)[0]
    # Base, policy and final price stand on the line (C09).
    assert cream["list_price_micro"] == 103_480_000
    assert cream["policy_ids"] == "W-SPECIAL"
    assert cream["unit_price_micro"] == 90_000_000
    assert is_replayed(house, sold)
    assert house.read(lambda one: one.execute(select(policy_use.c.use)).scalars().all()) == [
        "invoice"
    ]


def test_head_office_finds_an_invoice_whose_promotions_do_not_come_out(
    house: House, desk: Desk
) -> None:
    special = wholesale("W-SPECIAL", PolicyKind.SPECIAL, specials=(Special(CREAM, 90_000_000),))
    model = opened(house, desk, special)
    model.add_code(CREAM, "2")
    sold = asyncio.run(model.post())
    _, body = document_of(house, sold)
    cheaper = msgspec.structs.replace(
        body.lines[0], unit_price_micro=80_000_000, amount_minor=16_000
    )
    assert not is_replayed(house, sold, lines=[cheaper])
    header, _ = document_of(house, sold)
    other = msgspec.structs.replace(body, lines=[cheaper], total_minor=16_000)
    told = house.read(lambda one: list(review_sales(one, [(header, other)], 0)))
    codes = [one.body.code for one in told if isinstance(one.body, TaskOpened)]
    assert "PROMOTION_DIFFERS" in codes
    same = house.read(lambda one: list(review_sales(one, [(header, body)], 0)))
    codes = [one.body.code for one in same if isinstance(one.body, TaskOpened)]
    assert "PROMOTION_DIFFERS" not in codes
    # The same lines at a till would have no such policy.
    assert not is_replayed(house, sold, mode="till")


def test_only_the_level_and_site_a_policy_names_have_it(house: House, desk: Desk) -> None:
    price = (Special(CREAM, 90_000_000),)
    lower = wholesale("W-L2", PolicyKind.SPECIAL, specials=price, who=("level:L2",))
    model = opened(house, desk, lower)
    model.add_code(CREAM, "1")
    assert model.rows[0].pays_micro == 90_000_000
    own = wholesale("W-L2", PolicyKind.SPECIAL, specials=price, who=("level:L1",))
    publish(house, own, site_id="DL01")
    model.refresh()
    # The seller's own level is not who buys.
    assert model.rows[0].pays_micro == 103_480_000
    there = wholesale("W-L2", PolicyKind.SPECIAL, specials=price, who=("site:DL01",))
    publish(house, there, site_id="DL01")
    model.refresh()
    assert model.rows[0].pays_micro == 90_000_000


def test_gifts_and_money_off_are_given_and_come_back_with_their_goods(
    house: House, desk: Desk
) -> None:
    buy_ten = wholesale(
        "W-BUY10",
        PolicyKind.GIFT,
        name="10+1",
        goods=Goods(products=(CLEANSER,)),
        every_micro=10 * MICRO,
        gift_micro=MICRO,
    )
    off = wholesale(
        "W-OFF", PolicyKind.THRESHOLD, name="满300减40", tiers=(Tier(30_000, off_minor=4_000),)
    )
    model = opened(house, desk, buy_ten, off)
    model.add_code(CLEANSER, "25")
    assert [(one.policy, one.qty_micro) for one in model.gifts] == [("10+1", 2 * MICRO)]
    assert model.total_minor == 25 * 3_068 - 4_000
    sold = asyncio.run(model.post())
    assert [(one["kind"], one["qty_micro"] // MICRO) for one in lines_of(house, sold)] == [
        ("goods", 25),
        ("gift", 2),
    ]
    assert is_replayed(house, sold)
    back = east(
        house,
        "return-goods",
        sale=sold.number,
        lines=[{"code": CLEANSER, "qty": "25"}],
        reason="其他",
    )
    # Everything comes to nothing again: 40 less were paid, and the gifts are charged.
    assert back["sale"]["total_minor"] == -(25 * 3_068 - 4_000) + 2 * 3_068


def test_a_limit_cuts_what_is_typed_and_says_by_which_rule(house: House, desk: Desk) -> None:
    limit = wholesale(
        "W-LIMIT",
        PolicyKind.LIMIT,
        name="每店每月20",
        goods=Goods(products=(CREAM,)),
        by_quantity=True,
        most=20 * MICRO,
        period=Period.MONTH,
        holder=Holder.SITE,
    )
    model = opened(house, desk, limit)
    model.add_code(CREAM, "21")
    assert model.rows[0].line.qty_micro == 20 * MICRO
    assert model.cut is not None
    assert (model.cut.name, model.cut.allowed_micro) == ("每店每月20", 20 * MICRO)
    asyncio.run(model.post())
    with pytest.raises(QutongError) as why:
        east(house, "sell-invoice", customer=CUSTOMER, lines=[CREAM])
    assert why.value.code == "LIMIT_ITEM"


def test_one_of_a_group_is_chosen_kept_over_a_kill_and_stored(house: House, desk: Desk) -> None:
    few = wholesale(
        "W-FEW", PolicyKind.SPECIAL, specials=(Special(CREAM, 99_000_000),), group="六月"
    )
    many = wholesale(
        "W-MANY", PolicyKind.SPECIAL, specials=(Special(CREAM, 90_000_000),), group="六月"
    )
    model = opened(house, desk, few, many)
    model.add_code(CREAM)
    assert model.total_minor == 9_000
    model.choose_policy("六月", "W-FEW")
    again = InvoiceModel(desk, "DL01", "CNY")
    again.start()
    assert again.total_minor == 9_900
    sold = asyncio.run(again.post())
    assert [one.policy_id for one in document_of(house, sold)[1].promotions] == ["W-FEW"]
    assert is_replayed(house, sold)


def test_a_price_a_person_said_takes_no_special_price(house: House, desk: Desk) -> None:
    special = wholesale("W-SPECIAL", PolicyKind.SPECIAL, specials=(Special(CREAM, 90_000_000),))
    model = opened(house, desk, special)
    model.add_code(CREAM)
    model.set_price(CREAM, "100")
    assert model.total_minor == 10_000
    sold = asyncio.run(model.post())
    assert sold.total_minor == 10_000
    assert is_replayed(house, sold)


def test_what_was_shown_is_what_is_posted_or_nothing(house: House, desk: Desk) -> None:
    special = wholesale("W-SPECIAL", PolicyKind.SPECIAL, specials=(Special(CREAM, 90_000_000),))
    model = opened(house, desk, special)
    model.add_code(CREAM)
    publish(house, special, site_id="DL01", is_ended=True)
    with pytest.raises(QutongError) as why:
        asyncio.run(model.post())
    assert why.value.code == "TOTAL_MOVED"
    assert asyncio.run(model.post()).total_minor == 10_348


@pytest.mark.parametrize("holder", [Holder.ACCOUNT, Holder.MEMBER])
def test_a_period_of_wholesale_is_counted_for_the_site(holder: Holder) -> None:
    limit = wholesale(
        "W-LIMIT", PolicyKind.LIMIT, by_quantity=True, most=MICRO, period=Period.DAY, holder=holder
    )
    with pytest.raises(QutongError) as why:
        check_policy(limit)
    assert why.value.params["field"] == "holder"


def test_the_check_of_c09_twelve_cost_8_80_with_the_trail_from_base_9_00(
    house: House, desk: Desk
) -> None:
    publish_tiers(house, CREAM, "level:L2")
    house.sit_at("DL01.01", device_type="dealer")
    house.author_id = "dealer-east"
    promotional = wholesale("W-880", PolicyKind.SPECIAL, specials=(Special(CREAM, 8_800_000),))
    model = opened(house, desk, promotional)
    model.decline("W-880")
    for pieces, price in (("9", 10_000_000), ("10", 9_000_000), ("12", 9_000_000)):
        model.set_qty(CREAM, pieces) if model.rows else model.add_code(CREAM, pieces)
        assert model.rows[0].pays_micro == price
    model.decline("W-880")
    (row,) = model.rows
    assert (row.list_micro, row.pays_micro, row.amount_minor) == (9_000_000, 8_800_000, 12 * 880)
    sold = asyncio.run(model.post())
    (line,) = lines_of(house, sold)
    assert line["list_price_micro"] == 9_000_000
    assert line["policy_ids"] == "W-880"
    assert line["unit_price_micro"] == 8_800_000
    assert line["amount_minor"] == sold.total_minor == 12 * 880
    assert line["price_version"] == 2
    price, version, *_ = msgspec.json.decode(line["price_trail"])
    assert (price, version) == (9_000_000, 2)
    assert is_replayed(house, sold)
