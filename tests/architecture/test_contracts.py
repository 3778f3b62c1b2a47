"""The import linter's contracts hold, and each breaks when something is planted against it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A small house with one honest import per border; each planted line is added to one file.
HOUSE = {
    "shared/core/money.py": "import decimal",
    "shared/journal/document.py": "from shared.core import money",
    "shared/sync/messages.py": "from shared.journal import document",
    "shared/access/tables.py": "from shared.sync import messages",
    "shared/stock/posting.py": "from shared.access import tables",
    "shared/accounts/posting.py": "from shared.access import tables",
    "shared/ordering/posting.py": "from shared.stock import posting",
    "shared/sales/posting.py": "from shared.stock import posting",
    "shared/reporting/queries.py": "from shared.sales import posting",
    "shared/areas.py": "from shared.sales import posting",
    "desktop/store/writer.py": "from shared.journal import document\nimport sqlalchemy",
    "desktop/sync/engine.py": "from desktop.store import writer",
    "desktop/devices/scanner.py": "from desktop.store import writer",
    "desktop/stock/usecases.py": "from desktop.store import writer",
    "desktop/sales/usecases.py": "from desktop.stock import usecases\nimport sqlalchemy",
    "desktop/sales/model.py": "from desktop.sales import usecases",
    "desktop/stock/model.py": "from desktop.stock import usecases",
    "desktop/runtime/loop.py": "from desktop.sync import engine\nimport qasync",
    "desktop/ui/table.py": "from desktop.runtime import loop\nfrom PySide6 import QtWidgets",
    "desktop/sales/view.py": "from desktop.ui import table\nfrom desktop.sales import model",
    "desktop/stock/view.py": "from desktop.ui import table",
    "desktop/shell/window.py": "from desktop.sales import view",
    "desktop/app/main.py": "from desktop.shell import window",
    "desktop/headless/__main__.py": "from desktop.sales import usecases",
    "sync_server/__main__.py": "from sync_server.operations import serve",
    "sync_server/store/engine.py": "from shared.journal import document\nimport sqlalchemy",
    "sync_server/sync/push.py": "from sync_server.store import engine",
    "sync_server/enrolment/devices.py": "from sync_server.store import engine",
    "sync_server/operations/serve.py": "from sync_server.sync import push",
    "sync_server/http/app.py": "from sync_server.sync import push\nimport starlette",
}

# (contract, file, the line that breaks it)
PLANTED = [
    ("ends", "desktop/store/writer.py", "import sync_server.store.engine"),
    ("ends", "sync_server/store/engine.py", "from desktop.store import writer"),
    ("ends", "shared/sync/messages.py", "from sync_server.sync import push"),
    ("ends", "shared/core/money.py", "import desktop.store.writer"),
    ("shared-layers", "shared/core/money.py", "from shared.journal import document"),
    ("shared-layers", "shared/journal/document.py", "from shared.sync import messages"),
    ("shared-layers", "shared/sync/messages.py", "from shared.access import tables"),
    ("shared-layers", "shared/stock/posting.py", "from shared.sales import posting as p"),
    ("shared-layers", "shared/stock/posting.py", "from shared.accounts import posting as p"),
    ("shared-layers", "shared/sales/posting.py", "from shared.ordering import posting as p"),
    ("shared-layers", "shared/sales/posting.py", "from shared import areas"),
    ("shared-layers", "shared/loyalty/rules.py", "x = 1"),
    ("desktop-layers", "desktop/store/writer.py", "from desktop.sync import engine"),
    ("desktop-layers", "desktop/sync/engine.py", "from desktop.devices import scanner"),
    ("desktop-layers", "desktop/sync/engine.py", "from desktop.sales import usecases"),
    ("desktop-layers", "desktop/sales/usecases.py", "from desktop.sales import model"),
    ("desktop-layers", "desktop/sales/model.py", "from desktop.runtime import loop"),
    ("desktop-areas", "desktop/stock/model.py", "from desktop.sales import model"),
    ("desktop-layers", "desktop/runtime/loop.py", "from desktop.ui import table"),
    ("desktop-layers", "desktop/ui/table.py", "from desktop.sales import view"),
    ("desktop-areas", "desktop/stock/view.py", "from desktop.sales import view"),
    ("desktop-layers", "desktop/sales/view.py", "from desktop.shell import window"),
    ("desktop-layers", "desktop/shell/window.py", "from desktop.app import main"),
    ("desktop-layers", "desktop/app/main.py", "import desktop.headless.__main__"),
    ("desktop-areas", "desktop/stock/usecases.py", "from desktop.sales import usecases"),
    ("server-layers", "sync_server/store/engine.py", "from sync_server.sync import push"),
    ("server-layers", "sync_server/sync/push.py", "from sync_server.enrolment import devices"),
    ("server-layers", "sync_server/sync/push.py", "from sync_server.http import app"),
    ("server-layers", "sync_server/operations/serve.py", "from sync_server.http import app"),
    ("server-layers", "sync_server/misc/things.py", "x = 1"),
    ("shared-edges", "shared/sync/messages.py", "import httpx"),
    ("shared-edges", "shared/access/tables.py", "import sqlcipher3"),
    ("shared-edges", "shared/core/money.py", "import resources"),
    ("desktop-parts", "desktop/sync/engine.py", "import starlette.applications"),
    ("desktop-parts", "desktop/store/writer.py", "import tests.builders"),
    ("server-parts", "sync_server/http/app.py", "import fastapi"),
    ("server-parts", "sync_server/store/engine.py", "import keyring"),
    ("qt-rooms", "desktop/sales/model.py", "from PySide6.QtCore import QObject"),
    ("qt-rooms", "desktop/sales/usecases.py", "import qasync"),
    ("screens-are-handed-data", "desktop/sales/view.py", "import sqlalchemy as sa"),
    ("screens-are-handed-data", "desktop/sales/model.py", "from httpx import Client"),
    ("screens-are-handed-data", "desktop/sales/view/till.py", "import keyring"),
]


def _lint(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # `python -c` puts the folder it runs in before everything else: the planted house is seen.
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-logo",
            "--no-cache",
            *arguments,
        ],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _add(root: Path, path: str, line: str) -> None:
    file = root / path
    for folder in reversed(file.relative_to(root).parents):
        if folder.parts:
            (root / folder).mkdir(exist_ok=True)
            (root / folder / "__init__.py").touch()
    with file.open("a", encoding="utf-8") as handle:
        handle.write(f"{line}\n")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, lines in HOUSE.items():
        _add(tmp_path, path, lines)
    return tmp_path


def test_the_small_house_keeps_every_contract(house: Path) -> None:
    done = _lint(house)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_real_house_keeps_every_contract() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_house_with_its_first_rooms_only_can_be_checked(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in ("shared/core/money.py", "desktop/__init__.py", "sync_server/__init__.py"):
        _add(tmp_path, path, "")
    done = _lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("contract", "path", "line"), PLANTED)
def test_a_planted_import_breaks_its_contract(
    house: Path, contract: str, path: str, line: str
) -> None:
    _add(house, path, line)
    done = _lint(house, "--contract", contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 kept, 1 broken" in done.stdout, done.stdout + done.stderr


def test_every_contract_has_something_planted_against_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"] for contract in project["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for contract, _, _ in PLANTED}
