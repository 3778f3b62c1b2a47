"""``python -m desktop``: the desktop on this device's folder."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.app.areas import LAYOUT
from desktop.app.client import Client, default_home
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.app.system import SystemClock, SystemRandomness
from desktop.runtime.loop import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the desktop until its window is closed."""
    chosen = _parser().parse_args(arguments)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    return run(application, lambda: _live(application, chosen.home, chosen.user))


async def _live(application: QApplication, home: Path, user: str) -> int:
    client = Client.open(home, LAYOUT, clock=SystemClock(), randomness=SystemRandomness())
    program = Program(application, client, SCREENS)
    try:
        program.sign_in(user)
        program.start_sync()
        return await program.closed
    finally:
        await program.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop", description=__doc__)
    parser.add_argument("--home", type=Path, default=default_home(), metavar="DIR")
    parser.add_argument("--as", dest="user", default="", metavar="ID", help="who signs in")
    return parser
