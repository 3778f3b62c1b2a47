"""The check list before an order goes: which lines are no whole packs, and the day wanted."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from desktop.ordering.view.check_panel import CheckPanel
from shared.ordering.queries.orders import OrderView, lines, orders
from tests.builders.dealer_days import CLEANSER, CREAM
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.test_ordering_dealer import at


def test_broken_packs_are_named_and_rounded_by_a_key_and_a_day_is_read_as_it_is_said(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        await at(stage, "reorder")
        screen: Any = stage.window.current
        await stage.keys("F2", CLEANSER, "Return", "25", "Return")
        await stage.keys("F2", CREAM, "Return", "12", "Return", "F9")
        await until(lambda: stage.window.overlay.top is not None)
        panel = stage.window.overlay.top
        assert isinstance(panel, CheckPanel)
        told = [one.text() for one in panel.findChildren(QLabel) if one.isVisible()]
        (named,) = [one for one in told if one.startswith(CLEANSER)]
        assert "1箱" in named
        assert "2箱" in named
        assert not [one for one in told if one.startswith(CREAM)]

        await stage.keys("tomorrow")
        assert panel.day.said.text
        await stage.keys("Ctrl+Up")
        held = {row.product_id: row.line.qty_micro for row in screen.model.rows}
        assert held == {CLEANSER: 48_000_000, CREAM: 12_000_000}
        # What was typed stays, and the sum is that of the rounded order.
        assert panel.day.text() == "tomorrow"
        total = screen.model.total_minor
        assert panel._total.text().endswith(f"{total // 100:,}.{total % 100:02}")
        await stage.keys("Ctrl+A", "soon", "F10")
        assert stage.window.overlay.top is panel
        await stage.keys("Ctrl+A", "+", "2", "F10")

        def submitted() -> list[OrderView]:
            return stage.house.read(lambda one: orders(one, account_id="P1001-FX"))

        await until(submitted)
        (made,) = submitted()
        asked = stage.house.read(lambda one: lines(one, made.id))
        assert sorted(one.qty_micro for one in asked) == [12_000_000, 48_000_000]
        assert made.requested_date > "2025-12-01"

    play(script, tmp_path)
