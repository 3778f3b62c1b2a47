"""What head office publishes, and what a person finds and asks afterwards."""

from pathlib import Path
from typing import Any

import pytest

from shared.core.errors import QutongError
from tests.builders.one_house import House
from tests.unit.desktop_usecases.conftest import Do

CREAM, CLEANSER = "010204", "010101"


def hq(house: House, command: str, /, **params: Any) -> Any:
    return house.do("HQ.01", "hq-editor", command, **params)


def refused(call: Any, *args: object, **params: object) -> QutongError:
    with pytest.raises(QutongError) as why:
        call(*args, **params)
    return why.value


def a_version(house: House, *rows: dict[str, Any], **said: Any) -> Any:
    asked = {"sales_org": "FX", "approver": "hq-approver", "rows": list(rows)} | said
    return hq(house, "price-publish", **asked)


def newest(house: House) -> dict[str, Any]:
    found: list[dict[str, Any]] = hq(house, "price-versions", sales_org="FX")
    return found[0]


def test_goods_are_found_by_words_initials_code_and_barcode(clerk: Do) -> None:
    for text in ("面霜", "晨露保湿面霜", "clbsms", CREAM, "200010204"):
        assert CREAM in [one["product"] for one in clerk("find", text=text)], text
    case = clerk("barcode", code="2010101010004", qty="2")
    assert (case["product"], case["qty_micro"], case["spoken"]) == (CLEANSER, 48_000_000, "2箱")
    assert refused(clerk, "barcode", code="0000").code == "PRODUCT_UNKNOWN"


def test_products_come_from_a_file_with_their_doubts_named(house: House, tmp_path: Path) -> None:
    file = tmp_path / "新品.csv"
    file.write_text(
        "商品编码,商品名称,单位,条码\n990001,试售口红,支,6901234567890\n", encoding="gb18030"
    )
    done = hq(house, "publish-products", file=str(file), sales_orgs=["FX"])
    assert done["products"] == 1
    assert "BARCODE_CHECK_DIGIT" in done["doubts"][0]
    assert hq(house, "find", text="sskh")[0]["product"] == "990001"


def test_a_file_with_one_bad_row_publishes_nothing(house: House, tmp_path: Path) -> None:
    file = tmp_path / "坏.csv"
    file.write_text("商品编码,商品名称\n990001,甲\n6.90123E+12,乙\n", encoding="utf-8")
    why = refused(hq, house, "publish-products", file=str(file))
    assert (why.code, why.params["code"], why.params["row"]) == (
        "ROWS_REFUSED",
        "CODE_LOST_DIGITS",
        3,
    )
    assert hq(house, "find", text="990001") == []
    missing = refused(hq, house, "publish-products", file=str(tmp_path / "none.csv"))
    assert (missing.code, missing.params["file"]) == ("FILE_MISSING", "none.csv")


def test_fields_that_do_not_exist_or_are_missing_are_named(house: House) -> None:
    for fields, name in (
        ({"code": "1", "nmae": "x"}, "Product.nmae"),
        ({"code": "1"}, "Product.name"),
        ({"code": 1, "name": "x"}, "Product.code"),
        ({"code": "1", "name": "x", "packs": [{"unit": "箱"}]}, "ProductPack.factor_micro"),
    ):
        why = refused(hq, house, "publish-products", products=[fields])
        assert (why.code, why.params["field"]) == ("COMMAND_UNREADABLE", name)


def test_only_who_may_publishes(house: House, clerk: Do) -> None:
    cases: tuple[tuple[str, dict[str, Any]], ...] = (
        ("publish-products", {"products": [{"code": "1", "name": "x"}]}),
        ("publish-channel", {"partners": [{"partner_id": "P", "name": "x"}]}),
        ("publish-user", {"user": "u", "name": "u", "role": "clerk"}),
        ("publish-assortment", {"assortment": "X", "sales_org": "FX", "items": [CREAM]}),
        ("account-adjust", {"account": "P3001-FX", "amount": "1", "reason": "x"}),
    )
    for command, params in cases:
        assert refused(clerk, command, **params).code == "NOT_PERMITTED", command


def test_users_of_a_site_are_listed_and_roles_must_exist(house: House) -> None:
    found = hq(house, "users", site="SH01")
    assert [one["user"] for one in found] == ["clerk-guanqian"]
    why = refused(hq, house, "publish-user", user="u", name="u", role="king")
    assert why.code == "ROLE_UNKNOWN"


def test_an_exclusive_list_names_its_accounts(house: House) -> None:
    why = refused(
        hq, house, "publish-assortment",
        assortment="X", sales_org="FX", items=[CREAM], is_exclusive=True,
    )  # fmt: skip
    assert why.code == "ACCOUNTS_MISSING"


def test_a_version_is_compared_before_and_prices_from_its_instant(house: House) -> None:
    a_version(
        house,
        {"product": CREAM, "price": "219"},
        {"product": CLEANSER, "price": "55"},
        effective_at="2025-12-10T00:00",
        reason="冬季调价",
    )
    assert (newest(house)["number"], newest(house)["status"]) == (2, "sealed")
    difference = hq(house, "price-diff", sales_org="FX", older=1, newer=2)
    assert (difference["changed"], difference["up"], difference["down"]) == (2, 1, 1)
    level = hq(house, "price-diff", sales_org="FX", older=1, newer=2, level="L1")
    assert {"product": CREAM, "before": "90.55", "after": "99.65"} in level["products"]
    before = hq(house, "price-of", code=CREAM, sales_org="FX", at="2025-12-09T23:59:59")
    after = hq(house, "price-of", code=CREAM, sales_org="FX", at="2025-12-10T00:00:00")
    assert (before["price"], after["price"]) == ("199.00", "219.00")
    assert (before["version"], after["version"]) == (1, 2)


def test_a_till_sells_at_the_version_of_its_moment(house: House, clerk: Do) -> None:
    a_version(house, {"product": CREAM, "price": "219"})
    assert clerk("sell", lines=[CREAM])["total"] == "219.00"


def test_a_price_needs_a_second_person_who_may_approve(house: House) -> None:
    for approver, code in (
        ("", "APPROVAL_MISSING"),
        ("hq-editor", "SECOND_PERSON_NEEDED"),
        ("clerk-guanqian", "APPROVER_MAY_NOT"),
    ):
        row = {"product": CREAM, "price": "1"}
        assert refused(a_version, house, row, approver=approver).code == code
    assert newest(house)["number"] == 1


def test_a_version_on_a_parent_that_moved_is_rejected_by_head_office(house: House) -> None:
    a_version(house, {"product": CREAM, "price": "219"})
    a_version(house, {"product": CREAM, "price": "229"}, parent=1)
    found = {one["status"]: one for one in hq(house, "price-versions", sales_org="FX")}
    assert found["rejected"]["code"] == "PARENT_MOVED"
    assert hq(house, "price-of", code=CREAM, sales_org="FX")["price"] == "219.00"


def test_prices_come_from_a_file(house: House, tmp_path: Path) -> None:
    file = tmp_path / "调价.csv"
    file.write_text(f"商品编码,零售价\n{CREAM},209\n{CLEANSER},61\n", encoding="utf-8-sig")
    done = a_version(house, file=str(file))
    assert done["rows"] == 2
    assert hq(house, "price-of", code=CREAM, sales_org="FX")["price"] == "209.00"


def test_a_shop_sets_and_takes_back_its_own_price(clerk: Do) -> None:
    clerk("own-price", code=CREAM, price="188")
    assert clerk("price-of", code=CREAM)["price"] == "188.00"
    clerk("own-price", code=CREAM)
    assert clerk("price-of", code=CREAM)["price"] == "199.00"


def test_own_goods_have_a_code_of_their_own(clerk: Do) -> None:
    clerk("own-product", code="A1", name="牙刷")
    assert refused(clerk, "own-product", code="A1", name="牙膏").code == "CODE_TAKEN"
    assert refused(clerk, "own-product", code="A2", name=" ").code == "PRODUCT_INCOMPLETE"
    assert clerk("find", text="ys")[0]["name"] == "牙刷"


def test_the_channel_is_seen_by_name(house: House) -> None:
    assert hq(house, "site", site="SH01")["name"] == "观前街店"
    assert refused(hq, house, "site", site="XX").code == "SITE_UNKNOWN"
    found = hq(house, "customers", supplier="P2001-FX")
    assert {one["account"] for one in found} == {"P3001-FX", "P3002-FX", "P3003-FX"}
    assert hq(house, "whoami") == {"user": "hq-editor", "device": "HQ.01", "site": ""}
