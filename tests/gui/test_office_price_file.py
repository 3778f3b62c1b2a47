"""A file of prices comes into the draft: its columns asked for, its doubts kept, its count told."""

from pathlib import Path
from typing import Any

from desktop.pricing.view.price_file import PriceFilePanel
from shared.pricing.rules import RETAIL, level
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import EDITOR, closed, opened, sit

LIST = (
    "货品,品名,建议零售价,A档\n"
    "010101,示例洗面奶,66.00,50\n"
    "010102,示例卸妆水,八十,60\n"
    "999,不知道的,9,8\n"
    "010203,示例面膜,88.8,70\n"
)
"""The wording of its codes and of one level's column is nobody's but the author's."""


def test_a_file_whose_columns_are_not_understood_is_asked_about_and_taken_with_a_result(
    tmp_path: Path,
) -> None:
    path = tmp_path / "调价.csv"
    path.write_text(LIST, encoding="utf-8")

    async def script(stage: Stage) -> None:
        screen: Any = await sit(stage, EDITOR, "prices")
        await stage.keys("C")
        screen.frame.tasks.start(screen.take_file(path))
        panel: Any = await opened(stage)
        assert isinstance(panel, PriceFilePanel)
        assert panel.banner.isVisible()
        assert not panel.take.isEnabled()
        assert dict(panel.model.columns) == {
            "货品": "", "品名": "name", "建议零售价": "retail", "A档": "",
        }  # fmt: skip
        panel._choose("货品", "code")
        await until(lambda: panel.model.found)
        panel._choose("A档", level("L1"))
        await until(lambda: dict(panel.model.columns)["A档"] == level("L1"))
        assert (len(panel.model.lines), panel.model.refused) == (4, 2)
        assert panel.take.text() == "导入 4 个价格"
        panel.take.click()
        taken = panel.model.taken
        assert taken is not None
        assert (taken.prices, taken.refused, taken.elsewhere) == (4, 2, 0)
        draft = screen.model.draft
        assert taken.changed == len(draft.changes) > 0
        kept_out = [one.row_number for one, is_out in panel.model.problems if is_out]
        assert sorted(set(kept_out)) == [3, 4]
        assert [panel.model.name_of(row) for row in (3, 4)] == ["示例卸妆水", "不知道的"]
        assert panel.problems.isVisible()
        assert panel.go_on.isVisible()
        await stage.keys("F10")
        await closed(stage)
        changed = {(one.product_id, one.dimension) for one in draft.changes.values()}
        assert all(dimension in (RETAIL, level("L1")) for _product, dimension in changed)

        screen.frame.tasks.start(screen.take_file(path))
        again: Any = await opened(stage)
        await until(lambda: again.model.found)
        assert len(again.model.lines) == 4, "what was said of its columns is remembered"

    play(script, tmp_path / "home")
