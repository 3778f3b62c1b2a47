"""The table: rows as people chose them, texts as Excel understands, totals over what is shown."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStyleOptionViewItem
from python_calamine import CalamineWorkbook

from desktop.store.drafts import put_draft
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.export import workbook
from desktop.ui.table.rows import Rows
from desktop.ui.table.table import Table
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from tests.builders.window_house import Stage, play


@dataclass(frozen=True)
class Goods:
    """A row of the test."""

    code: str
    name: str
    price_minor: int | None
    qty_micro: int = MICRO


GOODS = (
    Goods("010101", "晨露洁面乳", 5900, 12 * MICRO),
    Goods("010102", "晨露卸妆水", 8900, 2_500_000),
    Goods("000007", "样品", None, -MICRO),
)
COLUMNS = (
    Column(key="code", title="编码", get=lambda one: one.code, kind=Kind.CODE),
    Column(key="name", title="名称", get=lambda one: one.name),
    Column(
        key="price",
        title="金额",
        get=lambda one: one.price_minor,
        kind=Kind.MONEY,
        has_total=True,
    ),
    Column(key="qty", title="数量", get=lambda one: one.qty_micro, kind=Kind.QTY),
)


def _rows(columns: tuple[Column, ...] = COLUMNS) -> Rows:
    made = Rows(columns)
    made.put(GOODS, made.arranged(GOODS))
    return made


def _shown(rows: Rows) -> list[str]:
    return [one.code for one in rows.arranged(rows.all)]


def test_money_and_quantities_are_shown_with_their_decimals_and_to_the_right() -> None:
    rows = _rows()

    assert rows.data(rows.index(0, 2)) == "59.00"
    assert rows.data(rows.index(1, 3)) == "2.5"
    right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    assert rows.data(rows.index(0, 2), Qt.ItemDataRole.TextAlignmentRole) == right


def test_rows_without_a_value_come_last_when_sorted() -> None:
    rows = _rows()
    rows.sort(2)

    assert _shown(rows) == ["010101", "010102", "000007"]


def test_every_word_of_the_filter_has_to_stand_somewhere() -> None:
    rows = _rows()
    rows.set_filter("晨露 010102")
    assert _shown(rows) == ["010102"]
    rows.set_filter("ｃ")
    assert _shown(rows) == []


def test_a_filter_finds_a_name_by_its_pinyin_initials() -> None:
    initials = {"晨露洁面乳": "cljmr", "晨露卸妆水": "clxzs", "样品": "yp"}
    named = replace(COLUMNS[1], also=lambda one: initials[one.name])
    rows = _rows((COLUMNS[0], named))
    rows.set_filter("XZS")
    assert _shown(rows) == ["010102"]
    assert rows.data(rows.index(1, 1)) == "晨露卸妆水", "it is looked for and not shown"


def test_a_filter_finds_figures_as_they_are_shown_and_forgets_what_was_edited() -> None:
    edited: list[str] = []
    columns = (replace(COLUMNS[0], edit=lambda _row, text: edited.append(text)), *COLUMNS[1:])
    named = replace(columns[1], get=lambda one: edited[-1] if edited else one.name)
    rows = _rows((columns[0], named, *columns[2:]))
    rows.set_filter("89.0 晨露")
    assert _shown(rows) == ["010102"]

    rows.set_filter("新")
    assert _shown(rows) == []
    assert rows.setData(rows.index(0, 0), "新的")
    assert _shown(rows) == ["010101", "010102", "000007"]


def test_a_total_counts_what_is_there() -> None:
    rows = _rows()

    assert rows.total(COLUMNS[2]) == 14800


def test_an_edit_that_breaks_a_rule_is_told_and_changes_nothing() -> None:
    told: list[str] = []

    def refuse(_row: Any, text: str) -> None:
        raise RuleViolation("QUANTITY_UNREADABLE", text=text)

    rows = _rows((*COLUMNS[:3], replace(COLUMNS[3], edit=refuse)))
    rows.refused.connect(lambda error: told.append(error.code))

    assert not rows.setData(rows.index(0, 3), "x")
    assert told == ["QUANTITY_UNREADABLE"]


def _heard(rows: Rows) -> list[tuple[str, int, int]]:
    """What the model tells its view from now on: what happened, first and last row."""
    heard: list[tuple[str, int, int]] = []
    rows.modelReset.connect(lambda: heard.append(("anew", 0, len(rows.shown) - 1)))
    rows.rowsInserted.connect(lambda _at, first, last: heard.append(("came", first, last)))
    rows.dataChanged.connect(
        lambda first, last, _roles: heard.append(("changed", first.row(), last.row()))
    )
    return heard


def _painted(rows: Rows) -> list[str]:
    return [rows.data(rows.index(place, 1)) for place in range(rows.rowCount())]


NEW = Goods("010103", "晨露面霜", 12900)


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        ((*GOODS, NEW), ("came", 3, 3)),
        ((GOODS[0], NEW, *GOODS[1:]), ("came", 1, 1)),
        ((GOODS[0], NEW, GOODS[2]), ("changed", 1, 2)),
        (GOODS[:2], ("anew", 0, 1)),
        ((NEW, *reversed(GOODS)), ("anew", 0, 3)),
    ],
)
def test_rows_that_stay_are_not_made_anew_when_others_come(
    now: tuple[Goods, ...], heard: tuple[str, int, int]
) -> None:
    rows = _rows()
    _painted(rows)
    told = _heard(rows)
    rows.put(now, list(now))

    assert told == [heard]
    assert _painted(rows) == [one.name for one in now]


def test_nothing_is_painted_again_while_all_rows_look_the_same() -> None:
    rows = _rows()
    _painted(rows)
    told = _heard(rows)
    rows.put(GOODS, list(GOODS))

    assert told == []


def test_the_same_row_is_painted_again_when_it_looks_different() -> None:
    names = {"010102": "晨露卸妆水"}
    named = replace(COLUMNS[1], get=lambda one: names.get(one.code, one.name))
    rows = _rows((COLUMNS[0], named, *COLUMNS[2:]))
    _painted(rows)
    told = _heard(rows)
    names["010102"] = "另一个名字"
    rows.put(GOODS, list(GOODS))

    assert told == [("changed", 1, 2)]
    assert _painted(rows) == ["晨露洁面乳", "另一个名字", "样品"]


def test_a_screen_behind_another_hears_of_changes_when_it_is_seen_again(tmp_path: Path) -> None:
    heard: list[str] = []

    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        window.open("tasks")
        assert window.current is not None
        window.current.watch(lambda: heard.append(window.current_id), "draft")
        await stage.program.desk.do(put_draft, "test/one", b"1")
        await asyncio.sleep(0.1)
        assert heard == ["tasks"]

        window.open("home")
        for content in (b"2", b"3"):
            await stage.program.desk.do(put_draft, "test/one", content)
        await asyncio.sleep(0.4)
        assert heard == ["tasks"]

        window.open("tasks")
        await stage.settle()
        assert len(heard) == 2

    play(script, tmp_path)


@pytest.fixture
def _clipboard() -> Iterator[None]:
    yield
    QGuiApplication.clipboard().clear()


@pytest.mark.usefixtures("_clipboard")
def test_a_person_filters_copies_pastes_and_exports_by_keyboard(tmp_path: Path) -> None:
    pasted: list[list[list[str]]] = []

    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        stage.window.open("tasks")
        table = _table_on(stage, pasted)
        await stage.settle()

        await stage.keys("Ctrl+C")
        clipboard = QGuiApplication.clipboard()
        assert clipboard.text() == "编码\t名称\t金额\t数量\n010101\t晨露洁面乳\t59.00\t12"

        clipboard.setText("010101\t3\n\n010102\t=2\n")
        await stage.keys("Ctrl+V")
        assert pasted == [[["010101", "3"], ["010102", "=2"]]]

        assert table._foot.text().startswith("2 行"), "the sample is a heading, no row"
        await stage.keys("0", "0", "0")
        assert [one.code for one in table.rows.shown] == ["000007"]
        await stage.keys("Return", "Ctrl+E")
        await stage.settle()
        await asyncio.sleep(0.2)

    play(script, tmp_path)
    book = CalamineWorkbook.from_path(str(next(tmp_path.rglob("goods.xlsx"))))
    lines = book.get_sheet_by_index(0).to_python()
    assert lines[0] == ["编码", "名称", "金额", "数量"]
    assert lines[1][:2] == ["000007", "样品"]


def _table_on(stage: Stage, pasted: list[list[list[str]]]) -> Table:
    screen = stage.window.current
    assert screen is not None
    table = Table(screen.frame, "goods", COLUMNS, is_counted=lambda one: one.name != "样品")
    table.pasted.connect(pasted.append)
    table.setParent(screen)
    table.resize(800, 400)
    table.show()
    table.set_rows(GOODS)
    table.view.setFocus()
    return table


def test_a_number_is_short_in_its_cell_and_whole_wherever_it_is_taken_along(tmp_path: Path) -> None:
    whole, shown = "XS-SSJMEZRMVTPEA-01A-000004", "XS-01A-000004"
    column = Column(key="number", title="单号", get=lambda one: one, kind=Kind.NUMBER)
    rows = Rows((column,))
    rows.put([whole], [whole])
    assert rows.data(rows.index(0, 0)) == shown
    assert rows.data(rows.index(0, 0), Qt.ItemDataRole.ToolTipRole) == whole
    for typed in (whole, shown, "ssjme", "01a-0000"):
        rows.set_filter(typed)
        assert rows.arranged([whole]) == [whole], typed
    content = tmp_path / "numbers.xlsx"
    content.write_bytes(workbook((column,), [whole]))
    assert CalamineWorkbook.from_path(content).get_sheet_by_index(0).to_python()[1] == [whole]

    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        table = Table(window._frame(), "numbers", [column])
        table.set_rows([whole])
        assert table.copied() == f"单号\n{whole}"
        table.deleteLater()

    play(script, tmp_path)


def test_a_long_number_gets_the_room_that_is_there_and_gives_it_back(tmp_path: Path) -> None:
    """What is lent is not remembered, and without room the number gives way in its middle."""
    long = "XS-SSJMEZRMVTPEA-01A-000004"

    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        stage.window.open("tasks")
        table = _table_on(stage, [])
        table.resize(600, 300)
        await stage.settle()
        table.set_rows([replace(GOODS[0], code=long)])
        await stage.settle()
        place = next(at for at, one in enumerate(COLUMNS) if one.key == "code")
        wide = table.view.fontMetrics().horizontalAdvance(long)
        assert table.view.columnWidth(place) > wide
        assert "code:120," in stage.program.settings.get("columns.goods")
        table.resize(330, 300)
        await stage.settle()
        assert table.view.columnWidth(place) < wide
        option = QStyleOptionViewItem()
        delegate = table.view.itemDelegateForColumn(place)
        delegate.initStyleOption(option, table.rows.index(0, place))  # type: ignore[attr-defined]
        assert option.textElideMode is Qt.TextElideMode.ElideMiddle

    play(script, tmp_path)
