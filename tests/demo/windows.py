"""``python -m tests.demo.windows``: the evening of the demo at real windows, and its pictures.

Goes on where ``tests.demo`` ended, on copies of its folders: the same server, served again, and
the real windows of a clerk, a dealer, head office and a warehouse, driven by keys and scans. It
leaves a picture of every screen in both languages and looks under ``build/demo/windows``, beside
the receipts, documents and workbooks that were made.

``--stay`` opens the desktop on the demo instead and asks who you are; ``--as PERSON`` goes
straight in.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.app.system import SystemRandomness
from desktop.runtime.loop import run
from desktop.sync.transport import HttpTransport, new_client
from desktop.ui.theme import Scheme
from desktop.words.texts import Language
from resources.demo import read_rows
from shared.ordering.tables import channel_order
from shared.sales.tables import sale
from shared.sync.limits import BUSY_S_MAX
from sync_server.operations.home import open_home
from tests.builders.hands import Hands
from tests.demo.machine import OFFSET
from tests.demo.scripts import SCRIPTS, Script
from tests.demo.stage import SEATS, StoryClock
from tests.gallery.faults import faults
from tests.replay.office import OfficeFolder

FOLDER: Final = Path("build/demo")
EVENING: Final = {
    *((f"XS-SH01-01A-{number:06}", "sold") for number in (10, 11, 12)),
    ("DH-DL01-01A-000002", "accepted"),
}
"""What the evening adds at head office, worked out by hand: three sales and an accepted order."""


@dataclass(slots=True, kw_only=True)
class MovedClient(Client):
    """A client whose head office is served somewhere else than when it was enrolled."""

    url: str = ""

    def new_transport(self, *, patience_s: float = BUSY_S_MAX) -> HttpTransport:
        identity = self.store.on_writer(lambda local: local.enrolled)
        http = new_client(self.url)
        folder = self.home / "snapshots"
        return HttpTransport(http, identity.device_id, self._key(), folder, patience_s=patience_s)


class RunningClock(StoryClock):
    """The story's clock where the day left it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        (self._offset_us,) = OFFSET.unpack(file.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the evening, or open the desktop for a person."""
    chosen = _parser().parse_args(arguments)
    # Keys of a story belong into its folders, not into a person's key store.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    if not (chosen.folder / "found.json").is_file():
        line = [sys.executable, "-m", "tests.demo", "--folder", str(chosen.folder)]
        if subprocess.run(line, check=False).returncode:
            return 1
    folder = chosen.folder / ("desk" if chosen.stay else "windows")
    if not (chosen.stay and folder.exists()):
        _copy(chosen.folder, folder)
    clock = RunningClock(folder / "clock")
    program = ("-m", "tests.demo.machine", str(clock.file), "sync_server")
    office = OfficeFolder(home=folder / "head_office", program=program)
    with office.served() as url:
        if chosen.stay:
            return _stay(folder, clock, url, chosen.person or _choose())
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QApplication(["qutong"])
        application.setQuitOnLastWindowClosed(False)
        before = _known_at_office(folder)
        found = [_play(application, folder, clock, url, script) for script in SCRIPTS]
        came = _known_at_office(folder) - before
    pictures = len(list((folder / "pictures").glob("*.png")))
    wrong = sum(found)
    print(f"窗口演示：{pictures} 张图在 {folder / 'pictures'}；画面问题 {wrong} 处。")
    print(f"At the windows: {pictures} pictures in {folder / 'pictures'}; {wrong} faults seen.")
    missing = EVENING - came
    for number, state in sorted(missing):
        print(f"✗ {number} {state}: 没有到总部 / did not reach head office")
    return 1 if wrong or missing else 0


def _known_at_office(folder: Path) -> set[tuple[str, str]]:
    """Sales and orders as head office holds them: printed number and state."""
    office = open_home(folder / "head_office", "", SystemRandomness())
    try:
        with office.database.read() as connection:
            sold = connection.execute(select(sale.c.number))
            asked = connection.execute(select(channel_order.c.number, channel_order.c.decided))
            return {(row.number, "sold") for row in sold} | {tuple(row) for row in asked}
    finally:
        office.database.close()


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in (*(seat.name for seat in SEATS), "head_office"):
        shutil.copytree(source / name, target / name)
    shutil.copy(source / "clock", target / "clock")


# the evening


def _play(
    application: QApplication, folder: Path, clock: StoryClock, url: str, script: Script
) -> int:
    wrong: list[str] = []

    async def evening() -> int:
        program = _program(application, folder / script.seat, clock, url)
        try:
            program.change_language(Language.CHINESE)
            program.change_scheme(Scheme.LIGHT)
            window = program.sign_in(script.user)
            program.start_sync()
            hands = Hands(program)
            await hands.take_seat(window)
            await synced(program)
            await script.play(hands, folder)
            await synced(program)
            wrong.extend(await _pictures(hands, folder, script))
        finally:
            if program.window is not None:
                program.window.close()
            await program.stop()
        return 0

    run(application, evening)
    for one in wrong:
        print(f"    {script.user}: {one}")
    return len(wrong)


async def _pictures(hands: Hands, folder: Path, script: Script) -> list[str]:
    """Every screen the person has, in both languages and looks."""
    wrong: list[str] = []
    for language in Language:
        hands.program.change_language(language)
        for scheme in Scheme:
            hands.program.change_scheme(scheme)
            for name in list(hands.window.specs):
                hands.window.open(name)
                await hands.settle()
                await hands.settle()
                kind = f"{script.seat}-{name}-{language.value}-{scheme.value}"
                hands.shot(folder / "pictures" / f"{kind}.png")
                wrong += [
                    f"{name} {language.value}: {one}" for one in faults(hands.window, language)
                ]
    return wrong


async def synced(program: Program) -> None:
    """Wait until a sync went through."""
    if program.worker is not None:
        await asyncio.wrap_future(program.worker.sync_now())


def _program(application: QApplication, home: Path, clock: StoryClock, url: str) -> Program:
    client = MovedClient.open(home, LAYOUT, clock=clock, randomness=SystemRandomness())
    assert isinstance(client, MovedClient)
    client.url = url
    return Program(application, client, SCREENS)


# staying


def _people() -> list[tuple[str, str, str]]:
    """Who may sign in where: id, name, and the folder of their device."""
    seats = {seat.site_id: seat.name for seat in reversed(SEATS)}
    found = []
    for row in read_rows("users"):
        site = row["sites"].split(";")[0]
        if site in seats:
            found.append((row["code"], f"{row['name_zh']} / {row['name_en']}", seats[site]))
    return found


def _choose() -> str:
    people = _people()
    for number, (_user, name, seat) in enumerate(people, 1):
        print(f"{number:>3}  {name}  ({seat})")
    while True:
        said = input("你是谁？ Who are you? ").strip()
        if said.isdigit() and 0 < int(said) <= len(people):
            return people[int(said) - 1][0]


def _stay(folder: Path, clock: StoryClock, url: str, person: str) -> int:
    seats = {user: seat for user, _name, seat in _people()}
    if person not in seats:
        raise SystemExit(f"{person}: {', '.join(sorted(seats))}")
    application = QApplication(["qutong"])
    application.setQuitOnLastWindowClosed(False)

    async def live() -> int:
        program = _program(application, folder / seats[person], clock, url)
        try:
            program.sign_in(person)
            program.start_sync()
            return await program.closed
        finally:
            await program.stop()

    return run(application, live)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.demo.windows", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--stay", action="store_true", help="open the desktop and stay")
    parser.add_argument("--as", dest="person", default="", metavar="PERSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
