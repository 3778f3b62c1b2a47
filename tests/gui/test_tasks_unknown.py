"""A code nobody knew was sold: the task makes it an item of the shop, by keys."""

from pathlib import Path

from desktop.pricing.view.goods import OwnGoodsPanel
from desktop.tasks.view import TasksScreen
from shared.catalog.queries import by_barcode
from shared.tasks.queries import open_tasks
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import closed, opened

CODE = "6900000000014"


def test_a_task_of_unknown_goods_takes_them_up_with_code_and_price_and_is_done(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        sold = {"code": CODE, "price": "8.80", "name": CODE}
        stage.house.do("SH01.01", "clerk-guanqian", "sell", lines=[sold])
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        window.open("tasks")
        screen = window.current
        assert isinstance(screen, TasksScreen)
        await until(lambda: screen.model.rows)
        (row,) = screen.model.rows
        assert CODE in row.text
        await stage.keys("O")
        panel = await opened(stage)
        assert isinstance(panel, OwnGoodsPanel)
        assert panel._code.text() == CODE
        assert panel._price.value == 8_800_000
        await stage.keys("杯子", "F10")
        await closed(stage)
        await until(lambda: not stage.house.read(open_tasks))
        hit = stage.house.read(lambda connection: by_barcode(connection, CODE, site_id="SH01"))
        assert hit is not None

    play(script, tmp_path)
