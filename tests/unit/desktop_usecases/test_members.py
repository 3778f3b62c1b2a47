"""Members at the till: taken up offline, priced as members, never confused with debtors."""

import pytest
from sqlalchemy import Connection

from desktop.words.texts import entries
from shared.core.errors import QutongError
from shared.members.rules import member_code
from shared.pricing.queries import PriceStory, stored_story
from shared.sales.queries import sale_with_lines
from tests.builders.one_house import House, balance
from tests.unit.desktop_usecases.conftest import Do

WATER, CREAM, LIPSTICK = "010102", "010204", "010601"
PHONE = "138 0013 8000"


def code_of(call: object, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)  # type: ignore[operator]
    return why.value.code


@pytest.fixture
def fang(clerk: Do) -> str:
    member: str = clerk("member-new", name="王芳", phone=PHONE, birthday="05-21")["member_id"]
    return member


@pytest.fixture
def member_prices(house: House) -> None:
    """Members pay 95 % of retail for everything, and 150.00 for the cream."""
    house.do(
        "HQ.01", "hq-editor", "price-publish", sales_org="FX", approver="hq-approver",
        rows=[
            {"dimension": "list:member", "ratio": "0.95"},
            {"product": CREAM, "dimension": "list:member", "price": "150"},
        ],
    )  # fmt: skip


def test_a_member_is_taken_up_once(clerk: Do, fang: str) -> None:
    assert [one["member_id"] for one in clerk("members", text="8000")] == [fang]
    assert [one["member_id"] for one in clerk("members", text="wf")] == [fang]
    assert code_of(clerk, "member-new", name="王", phone="+8613800138000") == "MEMBER_EXISTS"
    assert code_of(clerk, "member-new", name=" ", phone="13900000000") == "MEMBER_NAME_MISSING"
    assert (
        code_of(clerk, "member-new", name="王", phone="13900000000", birthday="31-12")
        == "BIRTHDAY_UNREADABLE"
    )


def test_what_is_known_of_a_member_is_said_anew(clerk: Do, fang: str) -> None:
    clerk("member-change", member=fang, name="王芳芳", note="喜欢口红")
    (found,) = clerk("members", text=member_code(fang))
    assert (found["name"], found["birthday"], found["note"]) == ("王芳芳", "05-21", "喜欢口红")
    assert code_of(clerk, "member-change", member="MB" + "0" * 32, name="x") == "MEMBER_UNKNOWN"


def test_a_members_receipts_are_theirs_and_returns_are_taken_off(clerk: Do, fang: str) -> None:
    first = clerk("sell", lines=[WATER], customer=fang)
    clerk("sell", lines=[CREAM], customer=fang)
    clerk("sell", lines=[CREAM])
    clerk("return-goods", sale=first["number"], reason="x")
    bought = clerk("member-purchases", member=fang)
    assert (bought["receipts"], bought["amount_minor"]) == (2, 19_900)
    assert [one["total_minor"] for one in bought["sales"]] == [-8_900, 19_900, 8_900]


def test_a_member_owes_nothing_and_buys_nothing_on_account(
    house: House, clerk: Do, fang: str
) -> None:
    clerk("sell", lines=[CREAM], customer=fang, tenders=["cash=100", "static_code=99"])
    assert clerk("open-invoices", customer=fang)["owed_minor"] == 0
    assert balance(house, f"site/SH01/receivable/{fang}") == 0
    assert code_of(clerk, "sell-invoice", customer=fang, lines=[CREAM]) == "CUSTOMER_IS_MEMBER"
    assert code_of(clerk, "sell", customer="MB" + "1" * 32, lines=[CREAM]) == "MEMBER_UNKNOWN"


@pytest.mark.usefixtures("member_prices")
def test_a_member_pays_the_members_price_and_the_reason_says_so(clerk: Do, fang: str) -> None:
    sold = clerk("sell", lines=[WATER, CREAM], customer=fang)
    # 89.00 × 0.95 = 84.55; the cream has a price of its own for members.
    assert sold["sale"]["total_minor"] == 8_455 + 15_000
    assert clerk("sell", lines=[WATER, CREAM])["sale"]["total_minor"] == 8_900 + 19_900
    (water, cream) = clerk("why-price", sale=sold["number"])
    assert "零售 89.00 × 0.95（会员" in water["why"]
    assert "会员 150.00" in cream["why"]
    assert water["is_recomputed"]
    assert cream["is_recomputed"]


@pytest.mark.usefixtures("member_prices")
def test_a_members_exchange_is_at_the_members_price_too(clerk: Do, fang: str) -> None:
    sold = clerk("sell", lines=[WATER], customer=fang)
    back = clerk("return-goods", sale=sold["number"], instead=[WATER], reason="x")
    assert back["sale"]["total_minor"] == 0


@pytest.mark.usefixtures("member_prices")
def test_why_a_price_is_told_in_parts_with_version_and_instant(
    house: House, clerk: Do, fang: str
) -> None:
    sold = clerk("sell", lines=[WATER], customer=fang)

    def read(connection: Connection) -> PriceStory | None:
        found = sale_with_lines(connection, sold["uid"])
        assert found is not None
        head, (line,) = found
        at_us = head["happened_at_us"]
        return stored_story(connection, "SH01", line["price_trail"], at_us=at_us)

    story = house.read(read)
    assert story is not None
    assert [(one.dimension, one.value) for one in story.parts] == [
        ("retail", "89.00"),
        ("list:member", "0.95"),
    ]
    assert (story.price, story.version, story.is_recomputed) == ("84.55", 2, True)
    assert story.effective_at_us > 0
    assert [one.key for one in story.said] == [
        "why.price", "why.ratio", "why.result", "why.rounded", "why.version", "why.from",
    ]  # fmt: skip
    assert not {one.key for one in story.said} - entries().keys()


def test_a_persons_own_price_has_no_story(house: House) -> None:
    assert house.read(lambda connection: stored_story(connection, "SH01", "")) is None
