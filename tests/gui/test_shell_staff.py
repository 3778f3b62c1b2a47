"""The founder names staff at the own shop, by keys, before there is a head office (R07)."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton

from desktop.access.usecases import new_pin_hash, sign_in
from desktop.access.view.own_pin import OwnPinPanel
from desktop.app.program import Program
from desktop.channel.usecases import add_staff
from desktop.reporting.view.people_panels import StaffPanel
from shared.access.queries import users_of_site
from shared.core.errors import AccessDenied
from tests.builders.founded_shop import new_client, open_for_business, site_of
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import empty_shop, live, open_shop


def test_the_founder_adds_a_clerk_who_signs_in_and_is_taken_away_again(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands = Hands(program)
        site_id = site_of(program.client)

        def names() -> set[str]:
            found = program.client.store.read(lambda one: users_of_site(one, site_id))
            return {one.name for one in found}

        await until(lambda: program.gate)
        program.sign_in(owner)
        window = program.window
        assert window is not None
        await hands.take_seat(window)
        window.open("people")
        await hands.settle()
        screen: Any = window.current
        await until(lambda: screen.model.people)
        await hands.keys("N")
        await until(lambda: window.overlay.top)
        panel: Any = window.overlay.top
        await hands.keys("Xiao Mei")
        panel.pin.setText("1111")
        await hands.keys("F10")
        await until(panel.pin.hasFocus)
        assert names() == {"王老板"}, "a PIN of one digit four times is none"
        panel.pin.setText("1357")
        await hands.keys("F10")
        await until(lambda: "Xiao Mei" in names())
        await until(lambda: len(screen.model.people) == 2)
        place = screen.people_table.rows.place_of(lambda one: one.name == "Xiao Mei")
        screen.people_table.go_to(place)
        screen.people_table.view.setFocus()
        await hands.keys("P")
        await until(lambda: window.overlay.top)
        await hands.keys("8642", "Return")
        await until(lambda: not window.overlay.top)
        screen.people_table.go_to(screen.people_table.rows.place_of(screen.model.is_own))
        await hands.keys("P")
        await until(lambda: isinstance(window.overlay.top, OwnPinPanel))
        await hands.keys("Escape")
        await until(lambda: not window.overlay.top)
        screen.people_table.go_to(place)
        await hands.keys("Delete")
        await until(lambda: window.overlay.top)
        await hands.keys("Return")
        await until(lambda: names() == {"王老板"})

    live(tmp_path / "shop", script, keys)


def test_an_owner_without_a_pin_is_asked_for_one_with_the_first_person_and_warned_until_set(
    tmp_path: Path,
) -> None:
    keys = MemoryKeyStore()
    owner = empty_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands = Hands(program)
        await until(lambda: program.window)
        window = hands.window
        await hands.take_seat(window)
        window.open("people")
        screen: Any = window.current
        await until(lambda: screen.model.people)
        assert not screen.model.is_open, "alone, nobody can take the owner's place"
        await hands.keys("N")
        await until(lambda: isinstance(window.overlay.top, OwnPinPanel))
        await hands.keys("F8")
        await until(lambda: isinstance(window.overlay.top, StaffPanel))
        panel: Any = window.overlay.top
        await hands.keys("Xiao Mei")
        panel.role.set_value("cashier")
        panel.pin.setText("1357")
        await hands.keys("F10")
        await until(lambda: len(screen.model.people) == 2)
        await until(lambda: screen.banner.text() == window.words("people.pin_open"))
        window.open("settings")
        settings: Any = window.current
        await hands.settle()
        assert settings._warning.isVisible()
        window.open("people")
        await hands.settle()
        screen.people_table.go_to(screen.people_table.rows.place_of(screen.model.is_own))
        screen.people_table.view.setFocus()
        await hands.keys("P")
        await until(lambda: isinstance(window.overlay.top, OwnPinPanel))
        assert list(window.overlay.top.fields) == ["new", "again"]  # type: ignore[union-attr]
        await hands.keys("2580", "Return", "2580", "Return")
        await until(lambda: not window.overlay.top)
        await until(lambda: screen.banner.text() != window.words("people.pin_open"))
        window.open("settings")
        await hands.settle()
        assert not settings._warning.isVisible()
        with pytest.raises(AccessDenied, match="PIN_WRONG"):
            sign_in(program.client.store, owner, "1111")

    live(tmp_path / "shop", script, keys)


def test_a_cashier_lands_on_the_till_and_sees_nothing_else_of_the_shop(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    open_for_business(client)
    given = new_pin_hash(client.store, "1357")
    mei = client.store.write(add_staff, "小梅", "cashier", pin_hash=given).value
    client.close()

    async def script(program: Program) -> None:
        hands = Hands(program)
        await until(lambda: program.gate)
        program.settings.put(f"screen.{mei}", "settings")
        window = program.sign_in(mei)
        await hands.take_seat(window)
        assert window.current_id == "till"
        assert set(window.specs) == {"till", "shift", "promotions-here", "settings"}
        await hands.keys("F12")
        await until(lambda: window.overlay.top)
        more: Any = window.overlay.top
        offered = {one.keys[0] for one in more.key_actions()}
        assert "Z" in offered
        assert "U" in offered, "another person may take over"
        assert not {"L", "R", "H", "X", "C"} & offered
        await hands.keys("Escape")
        await until(lambda: not window.overlay.top)
        await hands.keys("Escape")
        assert window.current_id == "shift", "there is no home: beside the till stands the shift"
        assert list(window.rail.buttons) == ["till", "shift", "settings"]
        window.show_messages()
        await until(lambda: window.overlay.top)
        messages: Any = window.overlay.top
        pressed = {one.text() for one in messages.findChildren(QPushButton)}
        assert window.words("news.join_office") not in pressed, "joining is for who runs the shop"
        await hands.keys("Escape")
        await until(lambda: not window.overlay.top)
        window.open("settings")
        settings: Any = window.current
        await hands.settle()
        shown = {name for name, (_choice, combo) in settings._combos.items() if combo.isVisible()}
        assert shown == {"language", "scheme", "text_percent", "sound"}
        assert [one.text for one in settings.key_actions()] == ["settings.change_pin", "shell.lock"]

    live(tmp_path / "shop", script, keys)


def test_a_shop_of_its_own_shows_what_it_uses_first_and_the_rest_once_it_is_wanted(
    tmp_path: Path,
) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)
    hidden = {"register", "invoice", "statement", "transfers", "counting"}

    async def script(program: Program) -> None:
        hands = Hands(program)
        await until(lambda: program.gate)
        window = program.sign_in(owner)
        await hands.take_seat(window)
        assert not hidden & window.rail.buttons.keys()
        assert hidden <= window.specs.keys(), "the palette finds them all the same"
        home: Any = window.current
        await until(lambda: home.model.tiles)
        assert "transfers" not in {one.name for one in home.model.tiles}
        await hands.keys("Ctrl+K")
        palette: Any = window.overlay.top
        palette.field.setText(window.words("screen.invoice"))
        await hands.settle()
        await hands.keys("Return")
        assert window.current_id == "invoice"
        assert window.rail.buttons["invoice"].isChecked()
        window.open("settings")
        settings: Any = window.current
        assert settings.functions["invoice"].isChecked()
        assert not settings.functions["transfers"].isChecked()
        settings.functions["transfers"].click()
        settings.functions["invoice"].click()
        assert "transfers" in window.rail.buttons
        assert "invoice" not in window.rail.buttons
        window.open("home")
        home = window.current
        await until(lambda: home.model.tiles)
        assert "transfers" in {one.name for one in home.model.tiles}
        again = program.sign_in(owner)
        assert "transfers" in again.rail.buttons, "remembered at this site"

    live(tmp_path / "shop", script, keys)
