"""The founder names staff at the own shop, by keys, before there is a head office (R07)."""

from pathlib import Path
from typing import Any

from desktop.app.program import Program
from shared.access.queries import users_of_site
from tests.builders.founded_shop import new_client, open_for_business, site_of
from tests.builders.hands import Hands
from tests.fakes.keys import MemoryKeyStore
from tests.gui.test_shell_first_run import live, until


def test_the_founder_adds_a_clerk_who_signs_in_and_is_taken_away_again(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    owner = open_for_business(client).user_id
    client.close()

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
        await hands.keys("Delete")
        await until(lambda: window.overlay.top)
        await hands.keys("Return")
        await until(lambda: names() == {"王老板"})

    live(tmp_path / "shop", script, keys)
