"""``python -m desktop``: the desktop on this device's folder.

Only Qt is loaded before the first window is painted; the store and the screens follow (P11).
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.app.home import SPOOL_HELP, Look, default_home, keep_spool_folder, look_of, words_of
from desktop.runtime import pace
from desktop.runtime.loop import run
from desktop.shell.opening import Opening
from desktop.shell.places import put_in_place
from desktop.ui.fonts import load_fonts
from desktop.ui.theme import Scheme, dress, scheme_of_system

AGAIN = 75
"""What a run ends with when the program is to go on in another folder, or anew."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the desktop until its window is closed."""
    chosen = _parser().parse_args(arguments)
    pace.begin()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Qutong")
    application.setQuitOnLastWindowClosed(False)
    load_fonts()
    home, user, code = chosen.home, chosen.user, AGAIN
    if chosen.spool is not None:
        keep_spool_folder(home, chosen.spool)
    while code == AGAIN:
        # The same process goes on in another folder: the demo shop, or anew after a crash.
        life = _Life(application, home, user, is_told=chosen.started)
        code = run(application, life.run)
        home, user = life.next_home or (home, user)
    return code


class _Life:
    """One run of the program in one folder."""

    def __init__(self, application: QApplication, home: Path, user: str, *, is_told: bool) -> None:
        self._application = application
        self._home = home
        self._user = user
        self._is_told = is_told
        self.next_home: tuple[Path, str] | None = None

    async def run(self) -> int:
        look = look_of(self._home)
        painted = asyncio.get_running_loop().create_future()
        opening = self._opening(look, painted)
        self._tell("painted" if await painted else "closed")
        # Everything else is loaded behind the picture.
        from desktop.app.living import Living

        living = Living(self._application, self._home, tell=self._tell)
        code = await living.run(self._user, opening)
        self.next_home = living.next_home
        return code

    def _opening(self, look: Look, painted: "asyncio.Future[bool]") -> Opening:
        scheme = Scheme(look.scheme) if look.scheme in set(Scheme) else scheme_of_system()
        dress(self._application, scheme, percent=look.percent)
        words = words_of(look)

        def show(is_seen: bool) -> None:
            if not painted.done():
                painted.set_result(is_seen)

        opening = Opening(
            words("app.name"), words("opening.hint"), lambda: show(True), lambda: show(False)
        )
        put_in_place(opening, look.place)
        opening.show()
        return opening

    def _tell(self, what: str) -> None:
        if self._is_told:
            print(f"{what} {time.time() - _begun_s():.3f} s", flush=True)


def _begun_s() -> float:
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
    parser.add_argument("--spool", type=Path, metavar="DIR", help=SPOOL_HELP)
    parser.add_argument("--as", dest="user", default="", metavar="ID", help="who signs in")
    parser.add_argument(
        "--started", action="store_true", help="print when the window was painted and ready"
    )
    return parser
