"""What tests of a shop on files of its own share: the shop, and the program on it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.app.founding import found_shop
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.runtime.loop import run
from desktop.words.texts import Language
from tests.builders.founded_shop import NO_PIN, new_client, open_for_business
from tests.fakes.keys import MemoryKeyStore


def open_shop(home: Path, keys: MemoryKeyStore) -> str:
    """A founded shop with four goods, closed again; who owns it."""
    client = new_client(home, keys)
    owner = open_for_business(client).user_id
    client.close()
    return owner


def empty_shop(home: Path, keys: MemoryKeyStore) -> str:
    """A founded shop without goods whose owner has no PIN, closed again; who owns it."""
    client = new_client(home, keys)
    owner = found_shop(client, NO_PIN).user_id
    client.close()
    return owner


def live(
    home: Path,
    script: Callable[[Program], Awaitable[None]],
    keys: MemoryKeyStore | None = None,
) -> None:
    """A program on a folder of its own, from its first window to its end."""
    application = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)

    async def main() -> int:
        program = Program(application, new_client(home, keys), SCREENS)
        program.change_language(Language.CHINESE)
        program.begin()
        try:
            await script(program)
        finally:
            await program.stop()
        return 0

    run(application, main)
