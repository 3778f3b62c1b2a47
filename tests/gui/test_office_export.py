"""Consolidated figures go to Excel as they stand: codes as text, figures exact (O05)."""

from pathlib import Path
from typing import Any

from python_calamine import load_workbook

from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import EDITOR, sit


def test_stock_of_all_sites_is_exported_with_codes_as_text(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        stage.house.do(
            "SH01.01", "clerk-guanqian", "sell", lines=["2000101010005"], tenders=["cash=100"]
        )
        screen: Any = await sit(stage, EDITOR, "consolidated", "stock")
        await until(lambda: screen.stock.lines)
        saved: list[bytes] = []
        paper = screen.stock_tab.table.frame.paper
        keep = paper.save

        def save(content: bytes, name: str) -> str:
            saved.append(content)
            return str(keep(content, name))

        paper.save = save
        await stage.keys("Ctrl+E")
        await until(lambda: saved)
        path = tmp_path / "stock.xlsx"
        path.write_bytes(saved[0])
        rows = load_workbook(str(path)).get_sheet_by_index(0).to_python()
        assert rows[0][0] == stage.window.words("price.code")
        assert rows[1][0] == "010101"
        assert -1 in rows[1][2:]

    play(script, tmp_path)
