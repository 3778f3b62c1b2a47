"""Opening channel accounts from a list (A07)."""

from collections.abc import Iterable, Sequence

import pytest

from shared.channel.importing import KnownAccount, PartnerRow, publications, read_partners
from shared.core.importing import Imported
from tests.builders.workbooks import sheet_of

LEVELS = {"L1": "一级经销商", "L2": "二级经销商"}
REGIONS = {"XQ": "西区", "DQ": "东区"}
HEADER = ("客户编码", "客户名称", "税号", "手机", "级别", "区域", "上级", "信用额度", "账期")
TAX = "91310000MA1FL5YB2"


def imported(
    *rows: Sequence[str], known: Iterable[KnownAccount] = (), org: str = "FX"
) -> Imported[PartnerRow]:
    return read_partners(
        sheet_of(*rows), sales_org_id=org, levels=LEVELS, regions=REGIONS, known=known
    )


def known_after(result: Imported[PartnerRow]) -> list[KnownAccount]:
    return [
        KnownAccount(
            account_id=row.account.account_id,
            partner_id=row.partner.partner_id,
            sales_org_id=row.account.sales_org_id,
        )
        for row in result.items
    ]


def five_hundred_rows() -> list[tuple[str, ...]]:
    """490 good rows, 7 that repeat one of them in one way or another, 3 invalid."""
    rows: list[tuple[str, ...]] = [
        (
            "",
            f"客户{n}",
            f"91310000{n:07d}" if n % 2 else "",
            f"138{n:08d}",
            "L1",
            "西 区",
            "",
            "",
            "",
        )
        for n in range(490)
    ]
    good = list(rows)
    rows.insert(100, good[11])
    rows.insert(200, ("", "另一名称", good[13][2], "", "L1", "", "", "", ""))
    rows.insert(300, ("", "另一名称", good[15][2].lower(), "", "", "", "", "", ""))
    rows += [
        ("", "客户二十", "", "138 0000-0020", "", "", "", "", ""),
        ("", "客户二十一", "", "+86" + good[21][3], "", "", "", "", ""),
        ("", "客户二十二", "", "（138）00000022", "", "", "", "", ""),
        ("", "客户二十四", "91310000X0000024", good[24][3], "", "", "", "", ""),
        ("", "", "91310000X000900", "", "L1", "", "", "", ""),
        ("", "税号不对", "12345", "", "L1", "", "", "", ""),
        ("", "级别不对", "", "13900000000", "L9", "", "", "", ""),
    ]
    return rows


def test_500_rows_with_7_duplicates_and_3_invalid_create_490_once() -> None:
    rows = five_hundred_rows()
    assert len(rows) == 500
    first = imported(HEADER, *rows)
    assert len(first.items) == 490
    assert first.rows_refused == len(first.problems) == 10
    assert [one.code for one in first.problems].count("ROW_TWICE") == 7
    assert all(one.row_number and one.advice for one in first.problems)

    second = imported(HEADER, *rows, known=known_after(first))
    assert len(second.items) == 0
    assert len(second.skipped) == 490
    assert [(one.row_number, one.code) for one in second.problems] == [
        (one.row_number, one.code) for one in first.problems
    ]


def test_a_row_becomes_a_partner_and_its_account() -> None:
    (row,) = imported(
        HEADER, ("C1", "华东商贸", TAX, "", "一级经销商", "东区", "总部", "500,000.00", "月结30天")
    ).items
    assert (row.partner.partner_id, row.partner.name) == (f"T{TAX}", "华东商贸")
    account = row.account
    assert (account.account_id, account.partner_id, account.sales_org_id) == ("C1", f"T{TAX}", "FX")
    assert (account.level_id, account.region_id) == ("L1", "DQ")
    assert (account.credit_limit_minor, account.terms_days) == (50_000_000, 30)
    assert account.upstream_account_ids == ("",)


def test_a_phone_is_never_kept_in_clear() -> None:
    result = imported(("客户名称", "手机"), ("甲", "13812345678"), ("乙", "1381234"), ("丙", "13x"))
    assert "1381234" not in repr(result.items)
    assert "13x" not in repr(result.problems) or result.problems[0].text != "13x"
    assert [one.code for one in result.problems] == ["PARTNER_ID_UNREADABLE"]


def test_one_partner_may_have_an_account_in_each_sales_organisation() -> None:
    result = imported(
        ("客户名称", "税号", "销售组织"), ("甲", TAX, "FX"), ("甲", TAX, "DS"), ("甲", TAX, "FX")
    )
    assert [row.account.sales_org_id for row in result.items] == ["FX", "DS"]
    assert [row.is_new_partner for row in result.items] == [True, False]
    assert [one.row_number for one in result.problems] == [4]
    (document,) = publications(result.items)
    assert (len(document.partners), len(document.accounts)) == (1, 2)


def test_one_phone_with_two_tax_ids_is_two_partners() -> None:
    result = imported(
        ("客户名称", "税号", "手机"),
        ("甲", "91310000MA1FL5Y", "13812345678"),
        ("乙", "91310000MA1FL5Z", "13812345678"),
    )
    assert len(result.items) == 2


def test_a_partner_s_supplier_may_stand_further_down() -> None:
    result = imported(
        HEADER,
        ("C2", "二级", "", "13800000002", "L2", "", "C1", "", ""),
        ("C1", "一级", "", "13800000001", "L1", "", "", "", "款到发货"),
        ("C3", "三级", "", "13800000003", "L2", "", "一级；总部", "", ""),
        ("C4", "四级", "", "13800000004", "L2", "", "C9", "", ""),
    )
    assert [row.account.upstream_account_ids for row in result.items] == [("C1",), (), ("C1", "")]
    assert [(one.row_number, one.code) for one in result.problems] == [(5, "UPSTREAM_UNKNOWN")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("C1", "乙", "", "", "", "", "", "", ""), "CODE_TWICE"),
        (("C1/2", "乙", "", "13800000002", "", "", "", "", ""), "NAME_UNUSABLE"),
        (("", "乙", "", "", "", "", "", "", ""), "PARTNER_UNIDENTIFIED"),
        (("C2", "乙", "9.13E+17", "", "", "", "", "", ""), "CODE_LOST_DIGITS"),
        (("C2", "乙", "", "", "", "北极", "", "", ""), "REGION_UNKNOWN"),
        (("C2", "乙", "", "", "", "", "", "很多", ""), "MONEY_UNREADABLE"),
        (("C2", "乙", "", "", "", "", "", "", "下次"), "TERMS_UNREADABLE"),
    ],
)
def test_each_doubt_is_listed_by_row(row: tuple[str, ...], code: str) -> None:
    result = imported(HEADER, ("C1", "甲", "", "13800000001", "", "", "", "", ""), row)
    assert [(one.row_number, one.code) for one in result.problems] == [(3, code)]
    assert len(result.items) == 1


def test_a_row_without_sales_organisation_is_listed() -> None:
    result = imported(("客户名称", "税号"), ("甲", TAX), org="")
    assert [(one.row_number, one.column) for one in result.problems] == [(2, "sales_org")]


@pytest.mark.parametrize(
    ("tax_id", "is_doubtful"),
    [("91350100M000100Y43", False), ("91350100M000100Y44", True), ("91350100M000100", False)],
)
def test_the_check_character_of_a_credit_code_is_proved(tax_id: str, is_doubtful: bool) -> None:
    result = imported(("客户名称", "统一社会信用代码"), ("甲", tax_id))
    assert len(result.items) == 1
    assert bool(result.warnings) == is_doubtful


def test_a_long_list_is_published_in_documents_within_the_limit() -> None:
    rows = [(f"C{n}", f"客户{n}") for n in range(2_501)]
    documents = publications(imported(("客户编码", "客户名称"), *rows).items)
    assert [len(one.partners) + len(one.accounts) for one in documents] == [5_000, 2]
