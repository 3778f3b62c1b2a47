"""Search as you type over real titles: characters, initials, codes, barcode prefixes."""

import csv
import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.catalog.documents import CataloguePublished, Product, ProductBarcode
from shared.catalog.pinyin import initials_of, initials_typed
from shared.catalog.rules import plain, words
from shared.catalog.search import search
from shared.catalog.search_index import derive_products
from shared.catalog.tables import product as product_table
from tests.builders.masters import Office, an_office
from tests.real_data import real_data


def a_product(code: str, name: str, *barcodes: str, brand: str = "", spec: str = "") -> Product:
    return Product(
        code=code,
        name=name,
        brand=brand,
        spec=spec,
        initials=initials_of(name),
        sales_org_ids=("FX",),
        barcodes=tuple(ProductBarcode(barcode=one) for one in barcodes),
    )


@pytest.fixture
def office() -> Iterator[Office]:
    made = an_office(derives=True)
    yield made
    made.connection.close()


def publish(office: Office, *products: Product) -> None:
    office.post(CataloguePublished(products=products))


@pytest.fixture
def shelf(office: Office) -> Office:
    publish(
        office,
        a_product("010101", "海蓝美修护精华", "6901234567892", brand="LaMer"),
        a_product("010102", "抗皱紧致除皱霜", "6901230000009", spec="50g"),
        a_product("020201", "SK-II 神仙水 Facial Treatment Essence", "4979006070651"),
        a_product("AB-12", "重庆小面", "036000291452"),
    )
    return office


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("hlm", "010101"),
        ("czs", "010102"),
        ("除皱霜", "010102"),
        ("霜", "010102"),
        ("紧致", "010102"),
        ("除皱 50g", "010102"),
        ("lamer", "010101"),
        ("海蓝 lam", "010101"),
        ("skii", "020201"),
        ("sk-ii", "020201"),
        ("ＦＡＣＩＡＬ", "020201"),
        ("essence sxs", "020201"),
        ("cqxm", "AB-12"),
        ("ab-12", "AB-12"),
        ("ab12", "AB-12"),
        ("0360", "AB-12"),
        ("010102", "010102"),
        ("hailanmei", "010101"),
        ("xiuhujinghu", "010101"),
        ("zhoushuang", "010102"),
        ("shenxianshui", "020201"),
        ("chong qing xiao mian", "AB-12"),
    ],
)
def test_what_is_typed_finds_its_product(shelf: Office, typed: str, code: str) -> None:
    assert search(shelf.connection, typed) == [code]


def test_the_beginning_of_a_barcode_finds_all_that_begin_so(shelf: Office) -> None:
    assert set(search(shelf.connection, "690123")) == {"010101", "010102"}
    assert search(shelf.connection, "69012345") == ["010101"]


@pytest.mark.parametrize(
    "typed",
    [
        "霜皱",
        "除霜",
        "czx",
        "hailanmo",
        "shuangzhou",
        "xianhua",
        "ssence",
        "除皱 lamer",
        "％",
        "",
        '"',
        "*",
    ],
)
def test_what_no_product_holds_finds_nothing(shelf: Office, typed: str) -> None:
    assert search(shelf.connection, typed) == []


@pytest.mark.parametrize("typed", ['" OR "', "a AND", "NEAR(", "tokens:霜", "-霜-", "霜*"])
def test_signs_of_the_query_language_are_only_text(shelf: Office, typed: str) -> None:
    assert search(shelf.connection, typed) in ([], ["010102"])


def test_pairs_that_stand_apart_are_not_taken_for_the_word(office: Office) -> None:
    publish(office, a_product("1", "美白白美容"), a_product("2", "美白美容"))

    assert search(office.connection, "美白美") == ["2"]


def test_who_begins_with_what_was_typed_comes_first(office: Office) -> None:
    publish(office, a_product("1", "保湿面霜"), a_product("2", "面霜"), a_product("3", "面霜大瓶"))

    assert search(office.connection, "面霜") == ["2", "3", "1"]


def test_a_changed_name_is_found_and_the_old_one_is_not(shelf: Office) -> None:
    publish(shelf, a_product("010102", "眼霜", "6901230000009"))

    assert search(shelf.connection, "除皱") == []
    assert search(shelf.connection, "眼霜") == ["010102"]
    assert search(shelf.connection, "6901230000009") == ["010102"]


def test_a_product_that_left_the_device_is_not_found_any_more(shelf: Office) -> None:
    shelf.connection.execute(product_table.delete().where(product_table.c.id == "010102"))
    derive_products(shelf.connection, ["010102"])

    assert search(shelf.connection, "除皱") == []
    publish(shelf, a_product("010102", "除皱霜"))
    assert search(shelf.connection, "除皱") == ["010102"]


def test_before_the_first_product_arrives_nothing_is_found() -> None:
    empty = an_office()
    assert search(empty.connection, "霜") == []
    empty.connection.close()


def test_at_most_the_number_asked_for_is_given(office: Office) -> None:
    publish(office, *(a_product(f"{n:03}", f"面霜{n}号") for n in range(40)))

    assert len(search(office.connection, "面霜", limit=10)) == 10


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("除皱霜", "czs"),
        ("海蓝美", "hlm"),
        ("重庆银行", "cqyh"),
        ("SK-II 神仙水 230ml", "sxs"),
        ("Cream", ""),
        ("", ""),
    ],
)
def test_initials_follow_the_words_and_leave_out_what_is_not_chinese(
    name: str, initials: str
) -> None:
    assert initials_of(name) == initials


@pytest.mark.parametrize(
    ("typed", "initials"),
    [
        ("yulanyou", ["yly"]),
        ("yulany", ["yly"]),
        ("xianhua", ["xh", "xah", "xha", "xaha"]),
        ("lvcha", ["lc"]),
        ("sk", []),
        ("essence", []),
        ("shuang", ["sa", "sg", "sag"]),
        ("a" * 400, []),
    ],
)
def test_whole_syllables_stand_for_initials_each_way_they_can_be_parted(
    typed: str, initials: list[str]
) -> None:
    assert initials_typed(typed) == initials


@pytest.fixture(scope="module")
def titles() -> list[str]:
    with gzip.open(real_data("tmall_cosmetics", "tmall_cosmetics_dev.csv.gz"), "rt") as lines:
        found = sorted({row["title"] for row in csv.DictReader(lines)})[:600]
    assert len(found) == 600, "the sample is shorter than these tests rely on"
    return found


def test_real_titles_are_found_by_each_of_their_words_and_their_initials(
    office: Office, titles: list[str]
) -> None:
    publish(office, *(a_product(str(n), title) for n, title in enumerate(titles)))

    for number, title in enumerate(titles[::20]):
        code = str(number * 20)
        for word in words(title.casefold()):
            found = search(office.connection, word, limit=1_000)
            assert code in found, (title, word)
        initials = initials_of(title)
        if len(initials) >= 3:
            assert code in search(office.connection, initials[-3:], limit=1_000), title


def test_real_titles_that_are_found_hold_what_was_typed(office: Office, titles: list[str]) -> None:
    publish(office, *(a_product(str(n), title) for n, title in enumerate(titles)))

    found = search(office.connection, "保湿面霜", limit=1_000)

    assert found
    assert sorted(found, key=int) == [
        str(n) for n, title in enumerate(titles) if "保湿面霜" in title
    ]


@pytest.fixture(scope="module")
def one_shelf() -> Iterator[Office]:
    made = an_office(derives=True)
    publish(made, a_product("1", "面霜"))
    yield made
    made.connection.close()


@given(st.text(max_size=40))
def test_whatever_is_typed_is_answered_and_never_an_error(one_shelf: Office, text: str) -> None:
    assert search(one_shelf.connection, text) in ([], ["1"])


@given(st.text(max_size=40))
def test_a_name_is_found_by_all_of_itself(one_shelf: Office, text: str) -> None:
    publish(one_shelf, a_product("2", text))

    found = search(one_shelf.connection, text)

    assert ("2" in found) == bool(words(plain(text)))
