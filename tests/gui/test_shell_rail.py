"""What stands around the screens: who has which, and nothing cut where text is large (P08)."""

from pathlib import Path

from desktop.ui.theme import TARGET
from tests.builders.window_house import Stage, play


def test_a_shop_in_simple_mode_has_the_register_and_no_till(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-pingjiang", "SH02.01")
        assert "register" in window.rail.buttons
        assert not {"till", "shift", "sales"} & window.specs.keys()
        home = window.screens["home"]
        assert all(one.screen in window.specs for one in home.model.tiles if one.screen)  # type: ignore[attr-defined]

    play(script, tmp_path)


def test_many_screens_scroll_and_the_one_in_front_is_in_sight(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        window.open("stock_report")
        await stage.settle()
        shown = window.rail.buttons["stock_report"]
        assert not shown.visibleRegion().isEmpty()
        assert all(one.height() >= TARGET for one in window.rail.buttons.values())
        assert not window.rail.buttons["settings"].visibleRegion().isEmpty()

    play(script, tmp_path)


def test_the_key_line_shows_whole_buttons_where_text_is_large(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        stage.program.settings.put("text_percent", "200")
        await stage.settle()
        window.open("till")
        await stage.settle()
        shown = [made for _action, made in window.keyline._shown if made.isVisible()]
        assert 2 < len(shown) < len(window.keyline._shown)
        assert all(one.width() >= one.minimumSizeHint().width() for one in shown)
        assert window.width() == stage.size[0], "what gives way does not widen the window"

    play(script, tmp_path)


def test_a_transfer_goes_to_a_site_this_shop_does_not_know_by_name(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        window.open("transfers")
        await stage.settle()
        screen = window.screens["transfers"]
        await stage.keys("S")
        screen._site.setFocus()  # type: ignore[attr-defined]
        screen._site.lineEdit().selectAll()  # type: ignore[attr-defined]
        await stage.keys("zz99")
        assert screen.model.other == "ZZ99"  # type: ignore[attr-defined]
        screen._site.lineEdit().selectAll()  # type: ignore[attr-defined]
        await stage.keys("SH01")
        assert screen.model.other == "SH01"  # type: ignore[attr-defined]

    play(script, tmp_path)
