"""A program that is killed comes back where it stood; one that crashes tells it and goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from desktop.app.client import Client
from desktop.app.crashes import CrashBook
from desktop.app.founding import NewShop, found_shop
from desktop.app.layout import LAYOUT
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.app.system import SystemClock, SystemRandomness
from desktop.runtime.loop import run
from desktop.shell.crash import CrashPanel
from desktop.store.drafts import draft_of, put_draft
from desktop.sync.credentials import FileKeyStore
from desktop.words.texts import Language
from shared.core.errors import RuleViolation
from tests.builders.hands import Hands

ROOT = Path(__file__).resolve().parents[2]
WORK = b"three lines of a basket"


def open_client(home: Path) -> Client:
    randomness = SystemRandomness()
    return Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=randomness,
        keys=FileKeyStore(home / "keys", randomness),
        ballast_bytes=4096,
    )


def live(home: Path, script: Callable[[Program], Awaitable[None]]) -> None:
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)

    async def main() -> int:
        client = open_client(home)
        program = Program(application, client, SCREENS, crashes=CrashBook(home, client.clock))
        program.begin()
        try:
            while program.window is None:
                await asyncio.sleep(0.02)
            await script(program)
        finally:
            await program.stop()
        return 0

    run(application, main)


async def work_until_killed(program: Program) -> None:
    """What the doomed process does; it says when the work is on disk."""
    window = program.window
    assert window is not None
    program.change_language(Language.ENGLISH)
    await asyncio.sleep(0.1)
    window.setGeometry(40, 30, 1100, 700)
    window.open("settings")
    await program.desk.do(put_draft, "basket/open", WORK)
    await asyncio.sleep(0.6)
    program.desk.do_now(put_draft, "basket/other", WORK)
    print("working", flush=True)
    await asyncio.sleep(60)


def doomed(home: str) -> None:
    live(Path(home), work_until_killed)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A shop with one owner without a PIN."""
    client = open_client(tmp_path / "街角 小店")
    found_shop(client, NewShop(name="街角小店", owner_name="王老板"))
    client.close()
    return tmp_path / "街角 小店"


def test_after_a_kill_the_same_screen_place_and_drafts_are_there(home: Path) -> None:
    code = f"from tests.gui.test_shell_kill import doomed; doomed({str(home)!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        while process.stdout.readline().strip() != "working":
            assert process.poll() is None, "it ended by itself"
        process.send_signal(signal.SIGKILL)
        process.wait()
    seen: list[object] = []

    async def look(program: Program) -> None:
        window = program.window
        assert window is not None
        at = window.normalGeometry()
        seen.append((window.current_id, at.width(), at.height()))
        seen.append(program.words.language)
        seen.append(program.desk.read(draft_of, "basket/open"))

    live(home, look)
    assert seen == [("settings", 1100, 700), Language.ENGLISH, WORK]


def test_a_crash_is_told_with_a_code_and_the_work_goes_on(home: Path) -> None:
    async def script(program: Program) -> None:
        window = program.window
        assert window is not None

        async def break_down() -> None:
            raise ValueError("the phone of somebody: 13800138000")

        program.tasks.start(break_down())
        await asyncio.sleep(0.1)
        panel = window.overlay.top
        assert isinstance(panel, CrashPanel)
        files = list((home / "logs").glob("crash-*.txt"))
        assert len(files) == 1
        report = files[0].read_text(encoding="utf-8")
        assert "ValueError" in report
        assert "break_down" in report
        assert "13800138000" not in report, "messages of errors may hold what was typed"
        assert str(home) not in report
        await Hands(program).keys("Escape")
        assert window.overlay.top is None
        window.open("settings")
        assert window.current_id == "settings"

    live(home, script)


def test_what_a_slot_may_not_do_is_told_as_of_a_task(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    async def script(program: Program) -> None:
        window = program.window
        assert window is not None

        def refuse() -> None:
            raise RuleViolation("SHIFT_MISSING")

        program.guard()
        QTimer.singleShot(0, refuse)
        await asyncio.sleep(0.1)
        assert window.overlay.top is None
        said = [one.text() for one in window.bar.findChildren(QLabel)]
        assert window.words.error(RuleViolation("SHIFT_MISSING")) in said
        assert not list((home / "logs").glob("crash-*.txt"))

    live(home, script)
