"""What stands around the screens: who has which, and nothing cut where text is large (P08)."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.shell.messages import Messages
from desktop.shell.statusbar import Standing
from desktop.stock.view.transfers import TransfersScreen
from desktop.ui.keyline import shown_key
from desktop.ui.screen import Screen
from desktop.ui.theme import TARGET
from shared.core.errors import QutongError
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
        assert screen.model.other == screen.model.sites[0].site_id

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


def test_a_click_on_the_open_tasks_shows_them_and_not_the_story_of_syncs(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        window.bar.show_standing(Standing(now_us=1, open_tasks=2))
        stage.program._clockwork.stop()
        await stage.settle()
        at = window.bar.tasks.geometry().center()
        press = partial(QTest.mouseClick, window.bar, Qt.MouseButton.LeftButton, pos=at)
        await stage._outside(press)
        await stage.settle()
        messages = window.overlay.top
        assert isinstance(messages, Messages)
        assert messages.tabs.currentIndex() == list(messages._tables).index("tasks")

    play(script, tmp_path)


def test_the_menu_is_drawn_anew_when_the_person_may_do_more(tmp_path: Path) -> None:
    """As after joining head office: what can be ordered now is there without a new start."""

    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        person = window.around.person
        assert {"orders", "receiving"} <= window.rail.buttons.keys()
        window.change(replace(window.around, person=replace(person, has_supplier=False)))
        assert not {"orders", "receiving"} & window.rail.buttons.keys()
        stage.program._is_person_old = True
        stage.program._second()
        assert {"orders", "receiving"} <= window.rail.buttons.keys()
        assert window.around.person == person

    play(script, tmp_path)


def test_a_screen_that_cannot_be_made_leaves_the_menu_on_the_one_in_front(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        window.open("tasks")

        def fails(_frame: object) -> Screen:
            raise QutongError("BROKEN_FOR_A_TEST")

        for name in ("stock", "movements"):
            window.specs[name] = replace(window.specs[name], make=fails)
            button = window.rail.buttons[name]
            button.setChecked(True)  # as a click does by itself
            with pytest.raises(QutongError):
                window.open(name)
        assert [name for name, one in window.rail.buttons.items() if one.isChecked()] == ["tasks"]

    play(script, tmp_path)
