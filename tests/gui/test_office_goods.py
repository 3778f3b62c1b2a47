"""Goods of two real shops taken in through the screen; their totals are the files' own."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from desktop.catalog.model.goods_import import Sums
from shared.catalog.queries import costs_of
from shared.catalog.tables import product
from shared.channel.rules import HEAD_OFFICE
from shared.core.rounding import MICRO
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import EDITOR, sit

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "pos_exports_cn"


def _products(stage: Stage) -> int:
    statement = select(func.count()).select_from(product)
    return int(stage.house.read(lambda one: one.execute(statement).scalar_one()))


pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real exports are not here")


@pytest.mark.parametrize(
    ("name", "goods", "stock_tenths", "value_fen", "at_price_fen", "retail_fen", "costs"),
    [
        ("snack_shop_pos_export.xlsx", 302, 29_299, 1_365_980, 1_953_710, 300_010, 297),
        ("convenience_store_pos_export.xls", 729, 21_910, 237_350, 731_650, 1_360_900, 723),
    ],
)
def test_a_real_export_comes_in_with_its_own_totals(
    name: str,
    goods: int,
    stock_tenths: int,
    value_fen: int,
    at_price_fen: int,
    retail_fen: int,
    costs: int,
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        screen: Any = await sit(stage, EDITOR, "goods-import")
        await screen.open_file(DATA / name)
        await until(lambda: screen.model.found is not None)
        model = screen.model
        assert not model.found.problems
        assert model.sums == Sums(
            goods=goods,
            stock_micro=stock_tenths * MICRO // 10,
            stock_minor=value_fen,
            stock_retail_minor=at_price_fen,
            retail_micro=retail_fen * MICRO // 100,
        )
        assert screen.problems.rows.shown
        before = _products(stage)
        await stage.keys("F10")
        await until(lambda: not model.file_name)
        assert _products(stage) == before + goods
        kept = stage.house.read(lambda one: costs_of(one, HEAD_OFFICE, "CNY"))
        assert len(kept) == costs

    play(script, tmp_path)
