"""A program that cannot open its folder says so in its window, and opens once that is mended."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from desktop.app.home import Look, keep_look
from desktop.app.living import Living
from desktop.app.main import AGAIN
from desktop.runtime.loop import run
from desktop.shell.opening import Opening
from tests.builders.founded_shop import new_client
from tests.fakes.keys import MemoryKeyStore


def application() -> QApplication:
    made = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(made, QApplication)
    made.setQuitOnLastWindowClosed(False)
    return made


def opened(home: Path, key: Qt.Key) -> tuple[int, str]:
    """Open a folder that refuses, and press a key then: the end code, and what was read."""
    program = application()
    opening = Opening("Qutong", "…", lambda: None, lambda: None)
    opening.resize(1280, 720)
    opening.show()
    read: list[str] = []

    def told(what: str) -> None:
        assert what == "refused"
        read.extend(one.text() for one in opening.findChildren(QLabel))
        asyncio.get_running_loop().call_soon(QTest.keyClick, opening, key)

    living = Living(program, home, tell=told)
    code = run(program, lambda: living.run("", opening))
    assert not opening.isVisible()
    return code, " ".join(read)


@pytest.mark.parametrize(("key", "code"), [(Qt.Key.Key_Return, AGAIN), (Qt.Key.Key_Escape, 1)])
def test_a_folder_that_is_in_use_is_told_in_the_window_and_tried_again(
    tmp_path: Path, key: Qt.Key, code: int
) -> None:
    home = tmp_path / "shop"
    client = new_client(home, MemoryKeyStore())
    keep_look(home, Look(language="en"))
    try:
        assert opened(home, key)[0] == code
        assert "Another Qutong uses this folder" in opened(home, key)[1]
    finally:
        client.close()


def test_a_folder_that_cannot_be_made_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"not a folder")
    code, read = opened(tmp_path / "file" / "shop", Qt.Key.Key_Escape)
    assert code == 1
    assert str(tmp_path / "file" / "shop") in read
