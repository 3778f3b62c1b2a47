"""``python -m desktop``: the desktop on this device's folder."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.app.areas import LAYOUT
from desktop.app.client import Client, default_home
from desktop.app.crashes import CrashBook
from desktop.app.demo_shop import demo_home
from desktop.app.program import AGAIN, Program
from desktop.app.screens import SCREENS
from desktop.app.system import SystemClock, SystemRandomness
from desktop.runtime.loop import run
from desktop.sync.credentials import FileKeyStore
from desktop.words.texts import Language, Words
from shared.core.errors import QutongError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the desktop until its window is closed."""
    chosen = _parser().parse_args(arguments)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Qutong")
    application.setQuitOnLastWindowClosed(False)
    home, user, code = chosen.home, chosen.user, AGAIN
    while code == AGAIN:
        # The same process goes on in another folder: the demo shop, or anew after a crash.
        live = _Life(application, home, user, chosen.started)
        code = run(application, live.run)
        home, user = live.next_home or (home, user)
    return code


class _Life:
    """One run of the program in one folder."""

    def __init__(self, application: QApplication, home: Path, user: str, told: bool) -> None:
        self._application = application
        self._home = home
        self._user = user
        self._is_told = told
        self.next_home: tuple[Path, str] | None = None

    async def run(self) -> int:
        clock, randomness = SystemClock(), SystemRandomness()
        # A demo shop's key lies in its folder: it is never the key of a real shop.
        is_demo = self._home == demo_home(self._home.with_name(self._home.name[:-5]))
        keys = FileKeyStore(self._home / "keys", randomness) if is_demo else None
        try:
            client = Client.open(self._home, LAYOUT, clock=clock, randomness=randomness, keys=keys)
        except QutongError as error:
            print(_refused(error), file=sys.stderr)
            return 1
        crashes = CrashBook(self._home, clock)
        program = Program(self._application, client, SCREENS, crashes=crashes)
        program.guard()
        try:
            program.begin(self._user)
            if self._is_told:
                _tell_start(program)
            code = await program.closed
            self.next_home = program.next_home
            return code
        finally:
            await program.stop()


def _refused(error: QutongError) -> str:
    return "\n".join(Words(language).error(error) for language in Language)


def _tell_start(program: Program) -> None:
    """Print when the first window was painted and when the person can work (P11)."""
    begun = _process_begun_s()

    def tell(what: str) -> None:
        print(f"{what} {time.time() - begun:.3f} s", flush=True)

    window = program.window or program.gate
    if window is not None:
        window.repaint()
    tell("painted")

    def ready() -> None:
        if program.window is not None and program.client.store.author_id:
            tell("ready")
        else:
            QTimer.singleShot(5, ready)

    QTimer.singleShot(0, ready)


def _process_begun_s() -> float:
    """When this process began, by the wall clock; when Python did where that is not told."""
    stat = Path("/proc/self/stat")
    if not stat.exists():
        return time.time() - time.process_time()
    import os

    ticks = int(stat.read_text().rpartition(")")[2].split()[19])
    up_s = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - (up_s - ticks / os.sysconf("SC_CLK_TCK"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop", description=__doc__)
    parser.add_argument("--home", type=Path, default=default_home(), metavar="DIR")
    parser.add_argument("--as", dest="user", default="", metavar="ID", help="who signs in")
    parser.add_argument(
        "--started", action="store_true", help="print when the window was painted and ready"
    )
    return parser
