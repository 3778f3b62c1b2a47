"""Keys people chose themselves act, are shown, are swapped and given back (I05)."""

from pathlib import Path

from PySide6.QtWidgets import QLabel

from desktop.shell.help import HelpPanel
from desktop.shell.keys_page import KeysScreen
from desktop.shell.palette import Palette
from desktop.ui.keyline import KeyLine
from tests.builders.window_house import Stage, play

LABEL = "2000101010005"


def caps(widget: object) -> list[str]:
    assert isinstance(widget, KeyLine | HelpPanel | Palette)
    return [one.text() for one in widget.findChildren(QLabel) if one.objectName() == "key"]


def go_to(page: KeysScreen, action: str) -> None:
    place = page.table.rows.place_of(lambda one: one.action == action)
    page.table.go_to(place)


def test_a_key_somebody_chose_pays_and_the_old_one_does_what_it_was_swapped_for(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        window = stage.window
        window.open("till")
        await stage.settle()
        await stage.keys("F1", "F4")
        page = window.current
        assert isinstance(page, KeysScreen)
        assert page.model.screen_id == "till"
        names = {one.action for one in page.model.rows}
        assert names == {one.text for one in window.own_actions_of("till")}, "every action is there"

        go_to(page, "till.pay")
        await stage.keys("Return", "F11")
        other = next(one for one in page.model.rows if one.key == "F11")
        await stage.keys("Return")
        now = {one.action: one.key for one in page.model.rows}
        assert now["till.pay"] == "F11"
        assert now[other.action] == "F9", "whoever had the key got the one that became free"

        window.open("till")
        await stage.settle()
        await stage.scan(LABEL)
        assert "F11" in caps(window.keyline)
        await stage.keys("F1")
        top = window.overlay.top
        assert isinstance(top, HelpPanel)
        assert "F11" in caps(top)
        await stage.keys("Escape", "Ctrl+K")
        assert isinstance(window.overlay.top, Palette)
        offers = window.overlay.top.model.offers
        paying = next(one for one in offers if one.text == window.words("till.pay"))
        assert paying.key == "F11"
        await stage.keys("Escape", "F11", "Return")
        sold = stage.house.do("SH01.01", "clerk-guanqian", "sales")
        assert [one["total_minor"] for one in sold] == [5900], "the new key paid"

        window.open("keys", "till")
        await stage.settle()
        go_to(page, "till.pay")
        await stage.keys("Delete")
        assert not any(one.is_changed for one in page.model.rows), "both have their own key again"

    play(script, tmp_path)


def test_keys_of_scans_and_steps_cannot_be_chosen_and_everywhere_takes_no_letter(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        window = stage.window
        window.open("settings")
        await stage.keys("K")
        page = window.current
        assert isinstance(page, KeysScreen)
        go_to(page, "shell.palette")
        for key in ("Q", "7", "Space", "F1"):
            await stage.keys("Return", key, "Return")
            assert not page.model.has_changes or key == "F1"
            await stage.keys("Escape")
        changed = {one.action: one.key for one in page.model.rows if one.is_changed}
        assert changed == {"shell.palette": "F1", "shell.help": "Ctrl+K"}
        await stage.keys("Ctrl+K")
        assert isinstance(window.overlay.top, HelpPanel)
        await stage.keys("Escape", "F8")
        assert not page.model.has_changes

    play(script, tmp_path)
