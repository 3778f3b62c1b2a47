"""The desktop as a folder that runs without Python: all is in it, it starts, it ends."""

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyInstaller.archive.readers import CArchiveReader  # type: ignore[import-untyped]

from desktop.app.demo_shop import open_demo_shop
from desktop.app.layout import LAYOUT
from desktop.app.screens import SCREENS
from desktop.app.settings import StoreSettings
from desktop.app.system import SystemClock, SystemRandomness

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "resources" / "app" / "qutong.spec"
BUILT = ROOT / "build" / "app" / "qutong"
NAME = "qutong.exe" if os.name == "nt" else "qutong"
LEFT_OUT = ("desktop.headless", "desktop.__main__", "shared.journal.verify")
"""Command lines are no part of the desktop; its own main is the script that is started."""
LAZY = ("reportlab", "pypdfium2", "segno", "serial", "pypinyin", "keyring", "httpx", "PIL")
"""Libraries that are loaded on first use, where no start would miss them."""
BUILD_S, START_S, END_S = 600, 60, 30
MEGABYTES_MAX = 400


def sources() -> Iterator[Path]:
    yield SPEC
    for folder in ("desktop", "shared", "resources"):
        yield from (ROOT / folder).rglob("*.py")
    for kind in ("*.json", "*.md", "*.svg", "*.csv", "*.ttf"):
        yield from (ROOT / "resources").rglob(kind)


@pytest.fixture(scope="module")
def modules() -> frozenset[str]:
    """The desktop's own modules as they were before it was built."""
    return frozenset(own_modules())


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, modules: frozenset[str]) -> Path:
    """The built program; what ``make app`` made is taken when nothing changed since.

    It lasts a minute: what is written meanwhile is not in it, and is not asked of it.
    """
    made = BUILT / NAME
    if made.exists() and made.stat().st_mtime > max(one.stat().st_mtime for one in sources()):
        return made
    folder = tmp_path_factory.mktemp("app")
    line = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    line += ["--distpath", str(folder / "dist"), "--workpath", str(folder / "work"), str(SPEC)]
    subprocess.run(line, check=True, cwd=ROOT, timeout=BUILD_S)
    return folder / "dist" / "qutong" / NAME


class Running:
    """The built program at work, and what it told of its start."""

    def __init__(self, program: Path, home: Path, *arguments: str) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [str(program), "--started", "--home", str(home), *arguments],
            env={**_without_python(), "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def told(self, what: str) -> float:
        """Seconds from its start until it said so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, seconds, *_ = line.split()
            if name == what:
                return float(seconds)
        _, wrong = self.process.communicate(timeout=END_S)
        raise AssertionError(f"it never was {what}: {wrong[-2000:]}")

    def end(self) -> None:
        """The system asks it to end; it does, in order and without a crash behind."""
        assert self.process.poll() is None, "still at work"
        self.process.send_signal(signal.SIGTERM)
        _, wrong = self.process.communicate(timeout=END_S)
        assert self.process.returncode == 0, wrong[-2000:]
        assert "Traceback" not in wrong
        assert not list((self.home / "logs").glob("crash-*")), "a screen did not open"


def _without_python() -> dict[str, str]:
    """The surroundings of somebody who has no Python."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and name != "VIRTUAL_ENV"
    }


def modules_of(program: Path) -> set[str]:
    packed = CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz")
    return set(packed.toc)


def own_modules() -> set[str]:
    found = set()
    for package in ("desktop", "shared"):
        for file in (ROOT / package).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return {name for name in found if not name.startswith(LEFT_OUT)}


def test_every_module_and_every_lazy_library_is_in_the_folder(
    program: Path, modules: frozenset[str]
) -> None:
    held = modules_of(program)
    assert modules - held == set()
    assert {name for name in LAZY if name not in held} == set()
    assert not {name for name in held if name.partition(".")[0] in ("sync_server", "tests")}


def test_texts_icons_fonts_help_and_the_demo_shop_are_in_the_folder(program: Path) -> None:
    packed = program.parent / "_internal" / "resources"
    for folder in ("i18n", "icons", "fonts", "demo", "help"):
        wanted = {
            one.relative_to(ROOT / "resources")
            for one in (ROOT / "resources" / folder).rglob("*")
            if one.is_file() and one.suffix in (".json", ".svg", ".ttf", ".csv", ".md")
        }
        assert wanted, folder
        assert {one for one in wanted if not (packed / one).is_file()} == set()


def test_the_spec_names_the_key_stores_of_every_system() -> None:
    tree = ast.parse(SPEC.read_text(encoding="utf-8"))
    texts = {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)}
    assert {f"keyring.backends.{one}" for one in ("Windows", "SecretService", "macOS")} <= texts
    consoles = [
        one.value.value
        for one in ast.walk(tree)
        if isinstance(one, ast.keyword)
        and one.arg == "console"
        and isinstance(one.value, ast.Constant)
    ]
    assert consoles == [False], "no black window beside the program on Windows"


def test_it_starts_on_an_empty_device_paints_and_ends_when_asked(
    program: Path, tmp_path: Path
) -> None:
    size = sum(one.stat().st_size for one in program.parent.rglob("*") if not one.is_symlink())
    started = Running(program, tmp_path / "新 设备")
    painted_s = started.told("painted")
    deadline_s = time.monotonic() + START_S
    while not (started.home / "store.db").exists():
        assert time.monotonic() < deadline_s
        assert started.process.poll() is None
        # The first run says nothing of itself: its store is what shows that it came so far.
        os.sched_yield()
    started.end()
    print(f"\n{size / 1_000_000:.0f} MB, painted after {painted_s:.2f} s")
    assert size < MEGABYTES_MAX * 1_000_000
    assert painted_s < START_S


def test_it_opens_every_screen_of_a_shop_at_work(program: Path, tmp_path: Path) -> None:
    home = tmp_path / "shop-demo"
    client, founded = open_demo_shop(
        home, LAYOUT, clock=SystemClock(), randomness=SystemRandomness()
    )
    client.close()
    for screen in ("till", "goods", "stock"):
        assert screen in {one.id for one in SCREENS}
        client, _ = open_demo_shop(home, LAYOUT, clock=SystemClock(), randomness=SystemRandomness())
        StoreSettings(client.store).put(f"screen.{founded.user_id}", screen)
        client.close()
        shop = Running(program, home, "--as", founded.user_id)
        ready_s = shop.told("ready")
        shop.end()
        print(f"{screen} ready after {ready_s:.2f} s")
