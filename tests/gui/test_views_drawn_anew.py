"""What outlives a view: an import in another language, and the page after joining head office."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from desktop.ui.widgets import Banner
from desktop.words.texts import Language
from tests.builders.founded_shop import SHEET
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gallery import scenes_seldom, scenes_shop


def test_what_became_of_a_sheet_stands_there_in_the_other_language_too(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("goods-import")
        taking: Any = stage.window.current
        await taking.model.open(SHEET.encode(), "商品.csv")
        stage.program.change_language(Language.ENGLISH)
        await until(lambda: stage.window.current is not taking)
        taking = stage.window.current
        assert taking.file.text() == "商品.csv", "an open file outlives it"
        await stage.keys("F10")
        await until(lambda: taking.model.result)
        stage.program.change_language(Language.CHINESE)
        await until(lambda: stage.window.current is not taking)
        taking = stage.window.current
        assert taking.result.isVisible()
        assert taking.result.title.text() == stage.program.words("goods.taken", n=4)
        await stage.keys("T")
        assert stage.window.current_id == "till"

    play(script, tmp_path)


def test_a_shift_of_another_day_says_so_in_no_window_of_its_own(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        # The stage fails on whatever is shown before it has a parent.
        await scenes_seldom.shift_x(stage)
        told = [one.text() for one in stage.window.findChildren(Banner) if one.isVisible()]
        assert any("2025-12-01" in one for one in told), told

    play(script, tmp_path)


def test_the_page_after_joining_shows_itself_and_no_window_beside_it(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        # The stage fails on whatever is shown before it has a parent.
        await scenes_shop.joined(stage)
        gate = stage.program.gate
        assert gate is not None
        assert gate.page is not None
        told = [one.text() for one in gate.page.findChildren(QLabel) if one.isVisible()]
        assert any("1,248" in one for one in told)
        assert stage.program.words("first.received", n="1,248") not in told, "that is past"

    play(script, tmp_path)


def test_what_a_kept_document_lacks_is_told_whole_below_the_list(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await scenes_seldom.messages_kept(stage)
        messages: Any = stage.window.overlay.top
        table = messages._tables["kept"]
        for place in range(2):
            table.go_to(place)
            one = table.current
            told = messages._whole.text()
            assert one.number in told
            assert stage.program.words.sentence(one.code) in told
            assert messages._whole.isVisible()

    play(script, tmp_path)
