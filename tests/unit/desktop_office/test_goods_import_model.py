"""Goods on their way in: columns chosen, doubts by row, sums, and a mapping that is remembered."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from desktop.catalog.model.goods_import import REMEMBERED, GoodsImport, Taken
from desktop.store.desk import Desk
from shared.catalog.importing import ProductRow

SHEET = """名称,条码,数量,进价,价格
洗面奶,2000101010005,10,20.5,59
卸妆水,2000102010004,-3,30,89
,2000101030003,1,1,1
"""


class Here:
    """A desk that works at once and remembers in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.taken: list[Sequence[ProductRow]] = []

    async def work(self, act: Callable[..., Any], *parts: Any, **more: Any) -> Any:
        return act(*parts, **more)

    def get(self, key: str, default: str = "") -> str:
        return self.kept.get(key, default)

    def put(self, key: str, value: str) -> None:
        self.kept[key] = value

    async def take(self, _desk: Desk, rows: Sequence[ProductRow], _with_stock: bool) -> Taken:
        self.taken.append(rows)
        return Taken(products=len(rows))


def opened(here: Here, text: str = SHEET, name: str = "goods.csv") -> GoodsImport:
    model = GoodsImport(here, here, here.take)  # type: ignore[arg-type]
    asyncio.run(model.open(text.encode(), name))
    return model


def test_the_sums_are_those_of_the_rows_that_would_be_taken() -> None:
    model = opened(Here())
    assert model.sums.goods == 2
    assert model.sums.stock_micro == 7_000_000
    assert model.sums.stock_minor == 10 * 2050 - 3 * 3000
    assert model.sums.retail_micro == 148_000_000


def test_a_row_without_a_name_is_kept_out_and_named() -> None:
    model = opened(Here())
    kept_out = [one.row_number for one, is_out in model.problems if is_out]
    assert kept_out == [4]


def test_another_meaning_of_a_column_reads_all_rows_again() -> None:
    model = opened(Here())
    before = dict(model.columns)
    assert before["进价"] == "cost"
    asyncio.run(model.choose("进价", ""))
    assert dict(model.columns)["进价"] == ""
    assert model.sums.stock_minor == 0
    asyncio.run(model.choose("进价", "cost"))
    assert dict(model.columns) == before


def test_what_was_said_of_the_columns_is_remembered_for_the_next_file() -> None:
    here = Here()
    model = opened(here, SHEET.replace("价格", "标签"))
    asyncio.run(model.choose("标签", "retail"))
    asyncio.run(model.take())
    assert len(here.taken[0]) == 2
    assert "标签" in here.kept[REMEMBERED]
    again = opened(here, SHEET.replace("价格", "标签"))
    assert again.sums.retail_micro == 148_000_000


def test_a_file_that_is_no_sheet_says_so_and_takes_nothing() -> None:
    model = opened(Here(), "", "goods.csv")
    assert model.error is not None
    assert model.found is None
    assert model.sums.goods == 0
