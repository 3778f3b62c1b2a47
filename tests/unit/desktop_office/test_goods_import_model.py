"""Goods on their way in: columns chosen, doubts by row, sums, and a mapping that is remembered."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from desktop.catalog.model.goods_import import REMEMBERED, GoodsImport, Taken
from desktop.store.desk import Desk
from shared.catalog.importing import ProductRow
from shared.core.errors import RuleViolation

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
        self.with_stock: list[bool] = []
        self.refuses = False

    async def work(self, act: Callable[..., Any], *parts: Any, **more: Any) -> Any:
        return act(*parts, **more)

    def get(self, key: str, default: str = "") -> str:
        return self.kept.get(key, default)

    def put(self, key: str, value: str) -> None:
        self.kept[key] = value

    async def take(self, _desk: Desk, rows: Sequence[ProductRow], with_stock: bool) -> Taken:
        if self.refuses:
            raise RuleViolation("ALREADY_OPENED")
        self.taken.append(rows)
        self.with_stock.append(with_stock)
        costs = sum(1 for one in rows if one.cost_micro)
        return Taken(products=len(rows), costs=costs)


def opened(
    here: Here, text: str = SHEET, name: str = "goods.csv", *, is_opened: bool = False
) -> GoodsImport:
    desk: Any = here
    model = GoodsImport(desk, here, here.take, lambda _desk: not is_opened)
    asyncio.run(model.open(text.encode(), name))
    return model


def test_the_sums_are_those_of_the_rows_that_would_be_taken() -> None:
    model = opened(Here())
    assert model.sums.goods == 2
    assert model.sums.stock_micro == 7_000_000
    assert model.sums.stock_minor == 10 * 2050 - 3 * 3000
    assert model.sums.stock_retail_minor == 10 * 5900 - 3 * 8900
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


def test_a_file_whose_codes_are_not_understood_asks_which_column_they_are() -> None:
    model = opened(Here(), SHEET.replace("条码", "flbh"))
    assert (model.error.code if model.error else "") == "COLUMN_MISSING"
    assert (model.found, model.sums.goods) == (None, 0)
    assert model.columns == [
        ("名称", "name"), ("flbh", ""), ("数量", "stock"), ("进价", "cost"), ("价格", "retail"),
    ]  # fmt: skip
    asyncio.run(model.choose("flbh", "barcode"))
    assert (model.error, model.sums.goods) == (None, 2)
    asyncio.run(model.choose("flbh", ""))
    assert (model.found, model.doubts) == (None, ()), "rows of another reading are not taken"
    assert ("flbh", "") in model.columns


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


LEFT = """我的商品
名称,条码,数量,进价,价格
洗面奶,2000101010005,10,20.5,59
卸妆水,2000102010004,-3,,89
赠品,2000101030003,0,1,1
护手霜,1*24,5,1,1
合计,,12,,150
"""


def test_what_became_of_a_file_is_kept_until_another_one_is_opened() -> None:
    model = opened(Here(), LEFT)
    asyncio.run(model.take())
    result = model.result
    assert result is not None
    assert (result.file_name, result.taken.products, result.taken.costs) == ("goods.csv", 3, 2)
    assert (result.has_stock, result.stocked, result.at_price_minor) == (True, 1, 10 * 5900)
    assert [one.product.name for one in result.without_cost] == ["卸妆水"]
    assert (result.refused, result.passed_over) == (1, 2)
    out = [(one.code, result.names[one.row_number]) for one, is_out in result.doubts if is_out]
    assert out == [("BARCODE_IS_PACK_SIZE", "护手霜")]
    assert not model.file_name
    asyncio.run(model.open(SHEET.encode(), "again.csv"))
    assert model.result is None


def test_stock_of_a_sheet_stays_out_once_the_opening_was_counted() -> None:
    here = Here()
    model = opened(here, is_opened=True)
    assert model.with_stock
    assert not model.may_open
    asyncio.run(model.take())
    assert here.with_stock == [False]
    assert model.result is not None
    assert not model.result.has_stock


def test_a_file_that_is_refused_can_be_taken_again_and_tells_of_no_result() -> None:
    here = Here()
    model = opened(here)
    here.refuses = True
    with contextlib.suppress(RuleViolation):
        asyncio.run(model.take())
    assert (model.result, model.can_take) == (None, True)
    here.refuses = False
    asyncio.run(model.take())
    assert model.result is not None


def test_a_file_is_not_taken_twice_while_it_is_being_taken() -> None:
    here = Here()
    model = opened(here)
    seen: list[bool] = []
    model.watch(lambda: seen.append(model.can_take))
    asyncio.run(model.take())
    assert not any(seen)
