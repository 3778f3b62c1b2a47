"""Help: who sees which page, in which order, and that what people type finds the page they want."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import desktop
from desktop.app.screens import SCREENS
from desktop.shell.manual import HelpPage, find_pages, pages, pages_for, topics
from desktop.ui.frame import Person
from desktop.words.texts import Language
from shared.access.rules import PERMISSIONS_OF, Role

CHINESE, ENGLISH = Language.CHINESE, Language.ENGLISH
HEAD_OFFICE_ONLY: Final = {"prices", "promotions", "order-desk", "channel", "accounts", "offers"}


def reader(role: Role, device_type: str, *, has_supplier: bool) -> frozenset[str]:
    """The screens of somebody of this role at such a device."""
    person = Person(
        user_id="u",
        name="u",
        role=role,
        permissions=PERMISSIONS_OF[role],
        device_type=device_type,
        has_supplier=has_supplier,
    )
    return frozenset(one.id for one in SCREENS if one.is_for(person))


READERS: Final = {
    "owner": reader(Role.OWNER, "till", has_supplier=False),
    "clerk": reader(Role.CLERK, "till", has_supplier=True),
    "dealer": reader(Role.DEALER, "dealer", has_supplier=True),
    "warehouse": reader(Role.WAREHOUSE, "warehouse", has_supplier=False),
    "hq": reader(Role.HEAD_OFFICE, "hq", has_supplier=False),
}


def mine(who: str, language: Language) -> list[HelpPage]:
    return pages_for(language, READERS[who])


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("who", list(READERS))
def test_no_topic_stands_twice_and_getting_started_is_first(who: str, language: Language) -> None:
    titles = [one.title for one in mine(who, language)]
    assert len(set(titles)) == len(titles)
    assert mine(who, language)[0].name == "start"


def test_a_shop_meets_its_own_pages_in_the_order_of_use_and_none_of_head_offices() -> None:
    names = [one.name for one in mine("owner", CHINESE)]
    assert names[:4] == ["start", "till", "shift", "goods"]
    assert not HEAD_OFFICE_ONLY & set(names)
    assert "orders" not in names, "nobody supplies a shop on its own"
    assert {one.name for one in mine("hq", CHINESE)} >= HEAD_OFFICE_ONLY
    assert not {"till", "shift"} & {one.name for one in mine("hq", CHINESE)}


@pytest.mark.parametrize("language", list(Language))
def test_every_page_has_its_place_and_its_words(language: Language) -> None:
    assert list(topics(language)) == [one.name for one in pages(language)]


FIRST: Final = (
    ("owner", CHINESE, "折扣", "till"),
    ("owner", CHINESE, "打折", "till"),
    ("owner", CHINESE, "优惠", "till"),
    ("clerk", CHINESE, "退货", "till"),
    ("owner", CHINESE, "退款", "till"),
    ("owner", CHINESE, "改价", "till"),
    ("hq", CHINESE, "改价", "prices"),
    ("hq", CHINESE, "价格", "prices"),
    ("owner", CHINESE, "人员", "people"),
    ("owner", CHINESE, "店员", "people"),
    ("owner", CHINESE, "收银员", "people"),
    ("owner", CHINESE, "密码", "people"),
    ("hq", CHINESE, "员工", "people"),
    ("owner", CHINESE, "交班", "shift"),
    ("owner", CHINESE, "没开班卖的算哪", "shift"),
    ("clerk", CHINESE, "怎么退货", "till"),
    ("owner", CHINESE, "进价", "goods"),
    ("owner", CHINESE, "导入商品", "goods"),
    ("owner", CHINESE, "盘点", "counting"),
    ("warehouse", CHINESE, "盘库", "counting"),
    ("owner", CHINESE, "打印机", "settings"),
    ("owner", CHINESE, "加入总部", "settings"),
    ("owner", CHINESE, "断网", "start"),
    ("dealer", CHINESE, "补货", "orders"),
    ("dealer", CHINESE, "驳回", "orders"),
    ("hq", CHINESE, "驳回", "order-desk"),
    ("hq", CHINESE, "优惠券", "offers"),
    ("dealer", CHINESE, "欠款", "invoice"),
    ("hq", CHINESE, "渠道树", "channel"),
    ("hq", CHINESE, "月结", "months"),
    ("owner", ENGLISH, "discount", "till"),
    ("clerk", ENGLISH, "return", "till"),
    ("owner", ENGLISH, "refund", "till"),
    ("owner", ENGLISH, "staff", "people"),
    ("owner", ENGLISH, "cashier", "people"),
    ("owner", ENGLISH, "password", "people"),
    ("owner", ENGLISH, "price change", "till"),
    ("hq", ENGLISH, "price", "prices"),
    ("owner", ENGLISH, "stocktake", "counting"),
    ("owner", ENGLISH, "how do I take a return", "till"),
    ("owner", ENGLISH, "Bluetooth", "settings"),
    ("dealer", ENGLISH, "reorder", "orders"),
    ("hq", ENGLISH, "coupon", "offers"),
    ("owner", CHINESE, "供应商", "stock"),
    ("owner", CHINESE, "临期", "stock"),
    ("clerk", CHINESE, "换人", "start"),
    ("owner", CHINESE, "锁定", "start"),
    ("owner", CHINESE, "库存", "stock"),
    ("owner", CHINESE, "关机", "start"),
    ("owner", CHINESE, "备份", "promises"),
    ("owner", ENGLISH, "supplier", "stock"),
    ("owner", ENGLISH, "near expiry", "stock"),
    ("clerk", ENGLISH, "switch person", "start"),
    ("owner", ENGLISH, "cost", "goods"),
    ("owner", ENGLISH, "stock", "stock"),
    ("owner", ENGLISH, "shut down", "start"),
    ("owner", ENGLISH, "backup", "promises"),
)


@pytest.mark.parametrize(("who", "language", "typed", "page"), FIRST)
def test_the_first_hit_is_the_page_that_is_meant(
    who: str, language: Language, typed: str, page: str
) -> None:
    found = find_pages(language, typed, mine(who, language))
    assert found, "something is found"
    assert found[0].name == page


def test_what_a_key_does_is_found_as_the_tab_of_keys_says_it() -> None:
    every = mine("owner", CHINESE)
    assert find_pages(CHINESE, "抽屉弹开", every) == []
    acts = {"shift": ["抽屉弹开一次"], "till": ["收款"]}
    assert [one.name for one in find_pages(CHINESE, "抽屉弹开", every, acts)] == ["shift"]


@pytest.mark.parametrize("language", list(Language))
def test_what_no_page_tells_of_is_not_found(language: Language) -> None:
    assert find_pages(language, "xyzzy", mine("owner", language)) == []
    assert find_pages(language, "返利上限", mine("clerk", ENGLISH)) == []


ROOMS: Final = {
    "till": ("sales", "members", "vouchers"),
    "shift": ("sales",),
    "goods": ("pricing", "catalog"),
    "stock": ("stock",),
    "counting": ("stocktake", "ui"),
    "promotions-here": ("promotions",),
    "promotions": ("promotions",),
    "invoice": ("sales", "accounts"),
    "orders": ("ordering",),
    "order-desk": ("ordering",),
    "home": ("reporting",),
    "people": ("reporting",),
    "months": ("reporting",),
    "prices": ("pricing", "reporting"),
    "accounts": ("accounts",),
    "offers": ("vouchers",),
}
"""Where the keys of a page are; the shell's act everywhere."""
BOLD: Final = re.compile(r"\*\*([^*]+)\*\*")
KEY: Final = re.compile(r"(?:(?:Ctrl|Alt|Shift)\+)*(?:F[0-9]{1,2}|[A-Z]|Delete|Left|Right)")
QUOTED: Final = re.compile('"([A-Za-z0-9+]{1,12})"')


@cache
def keys_in(folder: str) -> frozenset[str]:
    """Every key an action of the folder has, by its source."""
    files = (Path(desktop.__file__).parent / folder).rglob("*.py")
    texts = [one.read_text(encoding="utf-8") for one in files if "model" not in one.parts]
    return frozenset(key for text in texts for key in QUOTED.findall(text) if KEY.fullmatch(key))


@pytest.mark.parametrize("language", list(Language))
def test_every_key_a_page_names_is_one_of_an_action_there(language: Language) -> None:
    shell = keys_in("shell") | keys_in("ui")
    lacking = [
        (page.name, key)
        for page in pages(language)
        for key in BOLD.findall(page.text)
        if KEY.fullmatch(key)
        and key not in shell.union(*(keys_in(one) for one in ROOMS.get(page.name, ())))
    ]
    assert lacking == []
