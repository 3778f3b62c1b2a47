"""Where a list is empty, the keys that need a row are grey and say so before they are pressed."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QTableView

from tests.builders.window_house import Stage, play
from tests.gallery.scenes_office import order_desk

KEYS = {"transfers": "Return", "stocktake": "Return", "labels": "F10"}


def test_an_empty_list_offers_nothing_that_needs_a_row(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        for name, key in KEYS.items():
            stage.window.open(name)
            await stage.settle()
            screen = stage.window.current
            assert screen is not None
            (action,) = (one for one in screen.key_actions() if key in one.keys)
            assert not action.is_enabled(), name

    play(script, tmp_path)


@pytest.mark.parametrize("percent", ["100", "150"])
def test_the_order_desk_fits_its_window_whatever_the_size_of_text(
    tmp_path: Path, percent: str
) -> None:
    async def script(stage: Stage) -> None:
        stage.program.settings.put("text_percent", percent)
        await order_desk(stage)
        await stage.settle()
        for view in stage.window.findChildren(QTableView):
            if view.isVisible():
                assert view.horizontalHeader().length() <= view.viewport().width()

    play(script, tmp_path)
