"""The first run of a shop owner, on real files and against a real head office (R07)."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from desktop.app.demo_shop import demo_home
from desktop.app.main import AGAIN
from desktop.app.program import Program
from desktop.shell.statusbar import Standing, light_text, saved_text
from desktop.ui.theme import Tone
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import live
from tests.integration.desktop.served_brand import served


def shot(program: Program, path: Path) -> None:
    Hands(program).shot(path)


def page_of(program: Program) -> object:
    assert program.gate is not None
    return program.gate.page


def failed(page: Any) -> str:
    """The code of what went wrong on the page; '' while nothing did."""
    return page.model.error.code if page.model.error else ""


def standing(program: Program) -> Standing:
    """What the bar at the foot says now."""
    program.show_standing()
    shown = program.gate or program.window
    assert shown is not None
    assert shown.bar.standing is not None
    return shown.bar.standing


def type_into(program: Program, **texts: str) -> None:
    fields = program.gate.page.fields  # type: ignore[union-attr]
    for name, text in texts.items():
        fields[name].setText(text)


def test_an_owner_founds_a_shop_and_joins_head_office_later(tmp_path: Path) -> None:
    keys = MemoryKeyStore()

    async def found(program: Program) -> None:
        gate = program.gate
        assert gate is not None
        assert program.client.store.identity is None
        gate.press("2")
        type_into(program, name="街角小店", owner="王老板", pin="2580", again="2581")
        page = gate.page
        page._found()  # type: ignore[union-attr]
        await until(lambda: page.model.error)  # type: ignore[union-attr]
        assert page.model.error.code == "PINS_DIFFER"  # type: ignore[union-attr]
        assert program.client.store.identity is None, "nothing is founded by half"
        type_into(program, again="2580")
        page._found()  # type: ignore[union-attr]
        await until(lambda: program.window)
        window = program.window
        assert window is not None
        home = window.screens["home"]
        await until(lambda: home.model.today)  # type: ignore[attr-defined]
        steps = [name for name, _done in home.model.first_steps]  # type: ignore[attr-defined]
        assert steps == ["goods", "opening", "devices", "sale"]
        assert window.standing is not None
        assert not window.standing.has_office

    live(tmp_path / "shop", found, keys)
    with served(tmp_path) as office:
        code = office.invite()

        async def join(program: Program) -> None:
            await until(lambda: program.gate and program.gate.page.model.chosen)  # type: ignore[union-attr]
            before = program.client.store.identity
            program.show_joining()
            type_into(program, address=office.url, code=code)
            page = page_of(program)
            page._hand_in()  # type: ignore[attr-defined]
            await until(lambda: page.model.step == "joined")  # type: ignore[attr-defined]
            told = [one.text() for one in page.findChildren(QLabel)]  # type: ignore[attr-defined]
            assert any("分销 · 127.0.0.1" in one for one in told), told
            assert any("店和人员 1" in one for one in told), "the founding went up"
            await until(lambda: program.worker)
            assert program.gate is not None
            assert program.gate.press("Return")
            after = program.client.store.identity
            assert before is not None
            assert after is not None
            assert after.device_id == before.device_id, "the device stays what it is"
            assert after.server_url == office.url
            await until(lambda: standing(program).has_office)
            # The founding and what came since has gone up: the bar turns green by itself.
            await until(lambda: standing(program).tone is Tone.GOOD)
            assert standing(program).unsent == 0
            assert standing(program).synced_at_us > 0

        live(tmp_path / "shop", join, keys)

    async def offline(program: Program) -> None:
        await until(lambda: program.worker is not None and program.worker.last is not None)
        await until(lambda: program.gate or program.window)
        await until(lambda: standing(program).trouble == "NETWORK")
        told = saved_text(program.words, standing(program))
        assert program.words("bar.offline") in told, "head office is gone, and the bar says so"
        assert light_text(program.words, standing(program)) == program.words("bar.all_sent")

    live(tmp_path / "shop", offline, keys)


def test_a_wrong_code_is_told_and_nothing_is_begun(tmp_path: Path) -> None:
    with served(tmp_path) as office:

        async def script(program: Program) -> None:
            assert program.gate is not None
            program.gate.press("3")
            type_into(program, address=office.url, code="AAAA-BBBB-CCCC")
            page = page_of(program)
            page._hand_in()  # type: ignore[attr-defined]
            await until(lambda: page.model.error)  # type: ignore[attr-defined]
            assert page.model.error.code == "BAD_ENROLMENT"  # type: ignore[attr-defined]
            assert program.client.store.identity is None
            assert page.fields["code"].text() == "AAAA-BBBB-CCCC"  # type: ignore[attr-defined]
            type_into(program, address="http://127.0.0.1:9")
            page._hand_in()  # type: ignore[attr-defined]
            await until(lambda: failed(page) == "OFFICE_NOT_FOUND")
            assert page.fields["address"].text() == "http://127.0.0.1:9"  # type: ignore[attr-defined]
            assert program.gate.press("Escape")
            assert page.model.step == "choice"  # type: ignore[attr-defined]

        live(tmp_path / "device", script)


def test_the_demo_shop_is_made_beside_the_real_folder(tmp_path: Path) -> None:
    home = tmp_path / "shop"

    async def script(program: Program) -> None:
        assert program.gate is not None
        program.gate.press("1")
        assert await asyncio.wait_for(program.closed, 60) == AGAIN
        assert program.next_home is not None
        assert program.next_home[0] == demo_home(home)
        assert program.client.store.identity is None, "the real folder stays empty"

    live(home, script)
    shutil.rmtree(demo_home(home))
