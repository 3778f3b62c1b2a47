"""``sync_server import``: lists brought into a real head office, row by row, once."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from resources.demo import read_rows
from shared.access.documents import Grant, UserPublished
from shared.catalog.queries import by_barcode, product
from shared.catalog.tables import product as product_table
from shared.channel.documents import ChannelPublished, Level, Region, SalesOrg
from shared.channel.tables import channel_account
from shared.core.errors import QutongError, RuleViolation, Unavailable
from shared.journal.document import Body
from shared.journal.tables import journal
from shared.pricing.queries import active_version, versions
from shared.pricing.tables import price_row
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.home import Office, create, open_home
from sync_server.operations.importing import add_options, run_import, wanted
from sync_server.sync.head_office import draft_of, publish
from tests.builders.workbooks import workbook_of
from tests.real_data import real_data

CLOCK, RANDOMNESS = SystemClock(), SystemRandomness()
TWO = ("--author", "editor", "--approver", "boss")
GOODS = [
    ("商品编码", "商品名称", "单位", "箱规", "条码", "箱码", "零售价"),
    ("010101", "洁面乳", "支", 24, "6901028004954", "16901028004951", 59.0),
    ("010102", "卸妆水", "瓶", "", 6901028004947.0, "", 89.0),
]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A head office with a sales organisation, levels, a region and two editors."""
    home = tmp_path / "home"
    create(home, "", CLOCK, RANDOMNESS).database.close()
    office = open_home(home, "", RANDOMNESS)
    levels = tuple(Level(level_id=one["code"], name=one["name_zh"]) for one in read_rows("levels"))
    bodies: list[Body] = [
        ChannelPublished(
            sales_orgs=(
                SalesOrg(sales_org_id="FX", name="分销", price_logic="retail_ratio"),
                SalesOrg(sales_org_id="DS", name="电商", price_logic="category_lookup"),
            ),
            levels=levels,
            regions=(Region(region_id="HD", name="华东"),),
        ),
        UserPublished(user_id="editor", name="E", role="head_office", grants=(Grant(),)),
        UserPublished(user_id="boss", name="B", role="head_office", grants=(Grant(),)),
    ]
    now_us = CLOCK.now_us()
    with office.database.write() as connection:
        publish(connection, office.hq, [draft_of(office.hq, one, now_us) for one in bodies], now_us)
    yield office
    office.database.close()


def bring(office: Office, kind: str, path: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    add_options(parser)
    org = () if "--org" in more else ("--org", "FX")
    return run_import(office, wanted(parser.parse_args([kind, str(path), *org, *more])), CLOCK)


def saved(office: Office, *rows: Sequence[object]) -> Path:
    path = office.home.parent / "list.xlsx"
    path.write_bytes(workbook_of(*rows))
    return path


def documents(office: Office) -> int:
    with office.database.read() as connection:
        return connection.execute(select(func.count()).select_from(journal)).scalar_one()


def test_products_are_published_and_every_code_is_found(office: Office) -> None:
    assert bring(office, "products", saved(office, *GOODS)) == 0
    with office.database.read() as connection:
        found = product(connection, "010101")
        case = by_barcode(connection, "16901028004951")
        piece = by_barcode(connection, "6901028004947")
    assert found is not None
    assert (found.name, found.base_unit) == ("洁面乳", "支")
    assert case is not None
    assert (case.product_id, case.factor_micro) == ("010101", 24_000_000)
    assert piece is not None
    assert piece.product_id == "010102"


def test_a_second_list_changes_only_what_it_has_columns_for(office: Office) -> None:
    first = saved(
        office, ("编码", "名称", "规格", "品牌", "单位"), ("1", "甲", "50g", "晨露", "支")
    )
    assert bring(office, "products", first) == 0
    second = saved(office, ("编码", "名称", "品牌"), ("1", "甲乙", "山茶"))
    assert bring(office, "products", second, "--org", "DS") == 0
    with office.database.read() as connection:
        found = product(connection, "1")
        homes = connection.execute(select(product_table.c.scopes)).scalar_one()
    assert found is not None
    assert (found.name, found.spec, found.brand, found.base_unit) == ("甲乙", "50g", "山茶", "支")
    assert homes == "org:DS org:FX"


def test_bad_rows_are_printed_and_the_good_ones_published_when_asked(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    before = documents(office)
    path = saved(office, ("条码", "名称", "颜色"), ("6.90123E+12", "甲", "红"), ("09", "乙", "绿"))
    assert bring(office, "products", path) == 1
    printed = capsys.readouterr().out
    assert "row 2 条码: CODE_LOST_DIGITS 6.90123E+12: The spreadsheet threw digits" in printed
    assert documents(office) == before
    assert bring(office, "products", path, "--skip-bad-rows") == 0
    with office.database.read() as connection:
        assert product(connection, "09") is not None


def test_partners_are_created_once(office: Office) -> None:
    path = saved(
        office,
        ("客户编码", "客户名称", "税号", "级别", "区域", "上级"),
        *((f"C{n}", f"客户{n}", f"91310000{n:07d}", "一级经销商", "华东", "") for n in range(20)),
        ("C99", "又名", "913100000000003", "L1", "华东", ""),
        ("C98", "二级", "913100000000098", "L2", "华东", "C1"),
    )
    for _ in range(2):
        assert bring(office, "partners", path, "--skip-bad-rows") == 0
        with office.database.read() as connection:
            accounts = connection.execute(select(channel_account.c.id)).scalars().all()
        assert len(accounts) == 21
        assert "C99" not in accounts


def test_prices_become_a_version_that_a_second_person_approved(office: Office) -> None:
    bring(office, "products", saved(office, *GOODS))
    path = saved(office, ("编码", "零售价", "一级价"), ("010101", 59.0, 30.5), ("010102", 89.0, ""))
    with pytest.raises(RuleViolation) as error:
        bring(office, "prices", path, "--author", "editor", "--approver", "editor")
    assert error.value.code == "SECOND_PERSON_NEEDED"
    with office.database.read() as connection:
        assert versions(connection, "FX") == [], "a rejected version leaves nothing behind"
    assert bring(office, "prices", path, *TWO) == 0
    with office.database.read() as connection:
        active = active_version(connection, "FX", CLOCK.now_us(), parts=("", "level:L1"))
    assert active is not None
    assert active.number == 1


def test_only_rows_that_change_something_make_the_next_version(office: Office) -> None:
    bring(office, "products", saved(office, *GOODS))
    path = saved(office, ("编码", "零售价"), ("010101", 59.0), ("010102", 89.0))
    assert bring(office, "prices", path, *TWO) == 0
    assert bring(office, "prices", path, *TWO) == 0
    changed = saved(office, ("编码", "零售价"), ("010101", 61.0), ("010102", 89.0))
    assert bring(office, "prices", changed, *TWO) == 0
    with office.database.read() as connection:
        numbers = [one.number for one in versions(connection, "FX")]
        rows = connection.execute(select(func.count()).select_from(price_row)).scalar_one()
    assert (numbers, rows) == ([2, 1], 3)


def test_the_price_of_a_case_is_not_taken_for_a_piece(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(office, "products", saved(office, *GOODS))
    path = saved(office, ("条码", "零售价"), ("16901028004951", 1200.0))
    assert bring(office, "prices", path, *TWO) == 1
    assert "row 2 条码: CODE_UNKNOWN" in capsys.readouterr().out


@pytest.mark.parametrize("org", ["FX", "DS"])
def test_the_demo_price_list_gives_each_sales_organisation_its_version(
    office: Office, org: str
) -> None:
    goods = [("编码", "名称"), *((row["code"], row["name_zh"]) for row in read_rows("products"))]
    assert bring(office, "products", saved(office, *goods)) == 0
    table = read_rows("prices")
    path = saved(office, tuple(table[0]), *(tuple(row.values()) for row in table))
    assert bring(office, "prices", path, *TWO, "--org", org) == 0
    with office.database.read() as connection:
        assert [one.number for one in versions(connection, org)] == [1]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--author", "stranger"), "NOT_PERMITTED"),
        (("--org", "XX"), "SALES_ORG_UNKNOWN"),
        (("--map", "编码"), "COLUMN_CHOICE_UNKNOWN"),
        (("--map", "编码=colour"), "COLUMN_CHOICE_UNKNOWN"),
    ],
)
def test_what_may_not_be_imported_writes_nothing(
    office: Office, more: tuple[str, ...], code: str
) -> None:
    before = documents(office)
    with pytest.raises(QutongError) as error:
        bring(office, "products", saved(office, *GOODS), *more)
    assert error.value.code == code
    assert documents(office) == before


def test_a_dry_run_writes_nothing(office: Office) -> None:
    before = documents(office)
    assert bring(office, "products", saved(office, *GOODS), "--dry-run") == 0
    assert documents(office) == before


def test_a_real_shop_s_export_becomes_catalogue_and_retail_prices(office: Office) -> None:
    path = real_data("pos_exports_cn", "snack_shop_pos_export.xlsx")
    assert bring(office, "products", path) == 0
    assert bring(office, "prices", path, *TWO) == 0
    with office.database.read() as connection:
        assert product(connection, "8997788998624") is not None
        assert active_version(connection, "FX", CLOCK.now_us()) is not None


def test_a_file_that_cannot_be_read_writes_nothing_and_says_what_to_do(office: Office) -> None:
    before = documents(office)
    cut = saved(office, *GOODS)
    cut.write_bytes(cut.read_bytes()[:2_000])
    with pytest.raises(RuleViolation) as error:
        bring(office, "products", cut)
    assert error.value.code == "SHEET_UNREADABLE"
    assert "save it as .xlsx" in str(error.value.params["next"])
    wrong = saved(office, ("编码", "颜色"), ("1", "红"))
    with pytest.raises(RuleViolation) as error:
        bring(office, "products", wrong)
    assert error.value.code == "COLUMN_MISSING"
    with pytest.raises(Unavailable):
        bring(office, "products", wrong.with_name("missing.csv"))
    assert documents(office) == before
