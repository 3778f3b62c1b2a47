"""A member is made of the phone: two tills that never met register the same one."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from shared.areas import REGISTRY, SCHEMA
from shared.core.errors import RuleViolation
from shared.members.documents import MemberRegistered
from shared.members.queries import find_members, member_of
from shared.members.rules import (
    is_member,
    is_member_code,
    masked_phone,
    member_code,
    member_id,
    normal_phone,
)
from shared.members.tables import TABLES
from shared.sync.appending import Replica, append
from shared.sync.replica import everything
from tests.builders.database import memory_connection
from tests.builders.documents import NOON_US, a_draft, an_author

SALT = b"the house"
REPLICA = Replica(registry=REGISTRY, schema=SCHEMA, owns=everything)


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = memory_connection(SCHEMA)
    yield opened
    opened.close()


def register(
    connection: Connection,
    number: int,
    phone: str,
    name: str = "王芳",
    *,
    initials: str = "wf",
    device: str = "till-1",
    site_id: str = "SH01",
) -> str:
    body = MemberRegistered(
        member_id=member_id(phone, SALT), name=name, phone=phone, initials=initials
    )
    draft = a_draft(body, number, site_id=site_id)
    append(connection, REPLICA, an_author(device), [draft], now_us=NOON_US)
    return body.member_id


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "0086 13800138000",
        "１３８００１３８０００",
    ],
)
def test_a_phone_is_one_however_it_is_written(text: str) -> None:
    assert normal_phone(text) == "13800138000"
    assert member_id(text, SALT) == member_id("13800138000", SALT)


@pytest.mark.parametrize("text", ["", "1380", "phone", "1380013800013800", "138-abc-8000"])
def test_what_is_no_phone_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(RuleViolation) as why:
        normal_phone(text)
    assert why.value.code == "PHONE_UNREADABLE"
    assert not why.value.params


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_member_is_known_by_id_and_card_and_the_phone_is_in_neither(phone: str) -> None:
    member = member_id(phone, SALT)
    assert is_member(member)
    assert is_member_code(member_code(member))
    assert phone not in member + member_code(member)
    assert member != member_id(phone, b"another house")


def test_customers_on_account_and_goods_are_no_members() -> None:
    assert not any(map(is_member, ("K1", "M1024", "MB12", "")))
    assert not any(map(is_member_code, ("2000101010005", "M1024", "MB1")))


def test_the_same_phone_on_two_tills_ends_as_one_member(connection: Connection) -> None:
    first = register(connection, 1, "13800138000", "王芳", device="till-1")
    second = register(connection, 2, "13800138000", "王 芳", device="till-2")
    assert first == second
    (found,) = find_members(connection, "8000")
    assert (found.member_id, found.name) == (first, "王 芳")


def test_a_site_holds_its_own_members_and_head_office_all() -> None:
    (table,) = TABLES
    row = table.full({"site_id": "SH01", "member_id": "MB", "phone": "13800138000"})
    assert table.scopes(row) == ("hq", "site:SH01")


def test_the_same_person_in_two_shops_is_one_member_at_head_office(connection: Connection) -> None:
    member = register(connection, 1, "13800138000", site_id="SH01")
    register(connection, 2, "13800138000", "芳", site_id="SH02", device="till-2")
    assert [one.member_id for one in find_members(connection, "13800138000")] == [member]
    here = member_of(connection, member, "SH02")
    assert here is not None
    assert here.name == "芳"


def test_a_member_is_found_by_card_tail_phone_name_and_pinyin(connection: Connection) -> None:
    fang = register(connection, 1, "13800138000")
    register(connection, 2, "13911119000", "李雷", initials="ll")
    for text in ("8000", "13800138000", "王", "WF", member_code(fang), member_code(fang).lower()):
        assert [one.member_id for one in find_members(connection, text)] == [fang], text
    for text in ("", "80", "%", "0008000", "x"):
        assert find_members(connection, text) == [], text


def test_a_phone_is_shown_masked() -> None:
    assert masked_phone("13800138000") == "138****8000"
    assert masked_phone("1234567") == "****4567"
