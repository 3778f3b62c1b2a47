"""Signing in, locking, approving, finding, messages, help, and changing language at run time."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLabel

from desktop.access.usecases import change_pin
from desktop.app.program import Program
from desktop.shell.help import HelpPanel
from desktop.shell.messages import Messages
from desktop.shell.palette import Palette
from desktop.shell.statusbar import Standing
from desktop.ui.widgets import Field
from desktop.words.texts import Language
from shared.sync.packets import MAGIC
from tests.builders.hands import until
from tests.builders.window_house import Stage, play

DEALER, KEEPER, PIN = "dealer-east", "warehouse-east", "2580"


async def give_pin(stage: Stage, user: str) -> None:
    stage.house.sit_at("DL01.01", device_type="dealer")
    stage.house.author_id = user
    change_pin(stage.house, "", PIN)


def signed_in(program: Program) -> str:
    return program.window.around.person.user_id if program.window is not None else ""


async def press(stage: Stage, key: str) -> None:
    assert stage.program.gate is not None
    stage.program.gate.press(key)
    await stage.settle()
    await stage.settle()


def test_a_person_signs_in_by_pin_locks_and_finds_the_work_again(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await give_pin(stage, DEALER)
        program = stage.program
        program.show_sign_in()
        await stage.settle()
        page = program.gate.page  # type: ignore[union-attr]
        names = [one.user_id for one in page.model.people]  # type: ignore[union-attr]
        assert set(names) == {DEALER, KEEPER}
        await press(stage, str(names.index(DEALER) + 1))
        field: Field = page.pin  # type: ignore[union-attr]
        field.setText("1111")
        field.entered.emit("1111")
        await until(lambda: page.model.error)  # type: ignore[union-attr]
        assert not signed_in(program), "a wrong PIN lets nobody in"
        assert page.model.error.code == "PIN_WRONG"  # type: ignore[union-attr]
        field.setText(PIN)
        field.entered.emit(PIN)
        await until(lambda: program.window)
        window = program.window
        assert window is not None
        assert window.around.person.user_id == DEALER
        window.open("tasks")
        kept = window.screens["tasks"]
        await stage.keys("Ctrl+L")
        assert program.gate is not None
        assert not window.isVisible()
        assert not window.press("W"), "nothing acts behind the lock"
        page = program.gate.page
        await press(stage, str(names.index(KEEPER) + 1))
        assert program.window is not window, "who has no PIN is in at once, at an own window"
        program.lock()
        await stage.settle()
        assert kept is not None

    play(script, tmp_path)


def test_five_wrong_pins_wait_and_say_how_long(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await give_pin(stage, DEALER)
        stage.program.show_sign_in(DEALER)
        await stage.settle()
        model = stage.program.gate.page.model  # type: ignore[union-attr]
        for _ in range(6):
            await model.submit("0000")
        assert model.error.code == "PIN_WAIT"
        assert 60 < model.wait_s <= 300
        before = model.wait_s
        model.second_passed()
        assert model.wait_s == before - 1
        await model.submit(PIN)
        assert stage.program.window is None, "not even the right one while it waits"

    play(script, tmp_path)


def test_another_person_approves_by_id_and_pin(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await give_pin(stage, DEALER)
        await stage.sign_in(KEEPER, "DL01.01", device_type="dealer")
        answers: list[str | None] = []

        async def ask() -> None:
            answers.append(await stage.program._approve("shop.settings"))

        stage.program.tasks.start(ask())
        await stage.settle()
        await stage.keys(DEALER, "Return", "9999", "Return")
        panel = stage.window.overlay.top
        await until(lambda: panel.model.error)  # type: ignore[union-attr]
        assert answers == []
        await stage.keys(PIN, "Return")
        await until(lambda: answers)
        assert answers == [DEALER]

    play(script, tmp_path)


def test_the_palette_opens_what_a_few_letters_find(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in(DEALER, "DL01.01", device_type="dealer")
        await stage.keys("Ctrl+K")
        palette = window.overlay.top
        assert isinstance(palette, Palette)
        await stage.keys("claj")
        await until(lambda: palette.model.offers)
        found = {one.kind: one for one in palette.model.offers}
        assert "product" in found, "initials of a name find goods"
        palette.field.clear()
        palette.field.setText(window.words("screen.settings"))
        await stage.settle()
        await stage.keys("Return")
        assert window.overlay.top is None
        assert window.current_id == "settings"

    play(script, tmp_path)


def test_messages_and_help_say_what_is_here_in_both_languages(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in(DEALER, "DL01.01", device_type="dealer")
        await stage.keys("F12")
        assert isinstance(window.overlay.top, Messages)
        await stage.keys("3", "Escape", "F1")
        assert isinstance(window.overlay.top, HelpPanel)
        await stage.keys("2", "Escape")
        assert not window.overlay.panels
        window.open("settings")
        stage.program.change_language(Language.ENGLISH)
        await stage.settle()
        assert stage.window.current_id == "settings"
        assert stage.window._title.text() == "Settings"
        await stage.keys("F1", "2")
        help_panel = stage.window.overlay.top
        assert isinstance(help_panel, HelpPanel)
        assert "Language, theme" in help_panel.page.toPlainText()

    play(script, tmp_path)


def test_f12_shows_how_much_has_come_and_x_holds_it(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in(DEALER, "DL01.01", device_type="dealer")
        held: list[bool] = []
        window.around = replace(
            window.around, acts=replace(window.around.acts, hold=lambda: held.append(True))
        )
        stage.program._clockwork.stop()
        under_way = Standing(now_us=1, rows_here=25_000, rows_all=100_000)
        await stage.keys("F12")
        messages = window.overlay.top
        assert isinstance(messages, Messages)
        assert not messages.bar.isVisible()
        window.show_standing(under_way)
        assert messages.bar.isVisible()
        assert "25,000 / 100,000" in messages.fetched.text()
        assert "25%" in window.bar.saved.text()
        await stage.keys("X")
        assert held == [True]
        window.show_standing(replace(under_way, is_held=True))
        assert not messages._can_hold()
        await stage.keys("Escape")
        window.show_standing(under_way)

    play(script, tmp_path)


def test_what_the_light_warns_of_is_told_at_once_where_messages_are_open(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in(DEALER, "DL01.01", device_type="dealer")
        stage.program._clockwork.stop()
        window.show_standing(Standing(now_us=1, unsent=3))
        await stage.keys("F12")
        messages = window.overlay.top
        assert isinstance(messages, Messages)
        warning = window.words("news.disk_low")
        assert warning not in messages._banner.text()
        window.show_standing(Standing(now_us=1, unsent=3, alarm="DISK_LOW"))
        assert messages._banner.text().startswith(warning)
        assert window.words("bar.unsent", n=3) in window.bar.saved.text()

    play(script, tmp_path)


def test_without_a_line_f12_writes_a_packet_and_reads_its_answer(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in(DEALER, "DL01.01", device_type="dealer")
        await stage.keys("F12", "E")
        messages = window.overlay.top
        assert isinstance(messages, Messages)
        assert not messages.findChildren(QFileDialog), "this shop has no head office"
        messages._choose_packet_out()
        (dialog,) = messages.findChildren(QFileDialog)
        # Its own window is the system's: the name is chosen for it.
        packet = tmp_path / "stick.qtpacket"
        dialog.fileSelected.emit(str(packet))
        dialog.close()
        await until(packet.exists)
        data = packet.read_bytes()
        assert data.startswith(MAGIC)
        assert b"DL01" not in data
        messages._choose_packet_in()
        for one in messages.findChildren(QFileDialog):
            if one is not dialog:
                one.fileSelected.emit(str(packet))
                one.close()
        told = window.words.sentence("PACKET_FOREIGN")
        await until(lambda: told in [label.text() for label in window.findChildren(QLabel)])

    play(script, tmp_path)
