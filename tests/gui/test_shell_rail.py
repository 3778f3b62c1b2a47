"""What stands around the screens: who has which, and nothing cut where text is large (P08)."""

from pathlib import Path

from desktop.stock.view.transfers import TransfersScreen
from desktop.ui.keyline import shown_key
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


def test_all_screens_of_a_dealer_are_in_sight_and_large_where_there_is_room(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        window.open("stock_report")
        await stage.settle()
        buttons = window.rail.buttons.values()
        whole = [one.visibleRegion().boundingRect().height() == one.height() for one in buttons]
        assert all(whole), "nothing scrolls at 1280 x 720"
        window.resize(1440, 900)
        await stage.settle()
        assert all(one.height() >= TARGET for one in buttons)

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


def test_a_transfer_goes_to_a_site_picked_by_name_and_code(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        window.open("transfers")
        await stage.settle()
        screen = window.screens["transfers"]
        assert isinstance(screen, TransfersScreen)
        await stage.keys("S")
        assert not screen._site.isEditable()
        assert all(one.site_id in screen._site.itemText(at) for at, one in
                   enumerate(screen.model.sites))  # fmt: skip
        screen._site.setFocus()
        await stage.keys("Down")
        assert screen.model.other == screen.model.sites[1].site_id

    play(script, tmp_path)


def test_every_panel_says_on_the_key_line_how_to_leave_it(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        window.open("statement")
        await stage.settle()
        height = window.keyline.height()
        await stage.keys("F8")
        await stage.settle()
        assert window.overlay.top is not None
        shown = {action.keys[0]: made for action, made in window.keyline._shown}
        assert list(shown) == ["F10", "Escape"]
        assert window.keyline.height() == height, "nothing jumps when a panel opens"
        shown["Escape"].click()
        await stage.settle()
        assert window.overlay.top is None

    play(script, tmp_path)


def test_what_stands_in_the_key_line_has_a_key_a_person_can_find(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        without = []
        for name in list(window.specs):
            window.open(name)
            await stage.settle()
            screen = window.current
            assert screen is not None
            without += [one.text for one in screen.key_actions() if one.in_line and not one.keys]
        # It only says which keys there are: the digits of the types on the page.
        assert without == ["moving.choose"]
        assert shown_key("Space") == "Space", "a sign nobody knows is no key"

    play(script, tmp_path)
