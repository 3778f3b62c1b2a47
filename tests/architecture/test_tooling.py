"""The lock, the set-up script and the test settings keep what README promises."""

import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import conftest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / ".requirements.lock").read_text(encoding="utf-8")
PROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PROJECT_TEXT)["project"]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[^A-Za-z0-9._-]", item)[0]) for item in requirements}


def _locked() -> dict[str, str]:
    """Each locked requirement's whole entry by package name."""
    entries = re.split(r"^(?=[a-zA-Z0-9])", LOCK, flags=re.MULTILINE)
    return {_normal(entry.split("==")[0]): entry for entry in entries if "==" in entry}


def test_the_lock_names_no_address() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*-[-a-z]*(index|find-links|trusted)", LOCK, flags=re.MULTILINE)


def test_every_locked_package_has_one_version_and_a_hash() -> None:
    locked = _locked()
    assert len(locked) > 30
    assert all("--hash=sha256:" in entry for entry in locked.values())


def test_every_dependency_is_locked_within_its_bounds() -> None:
    asked = list(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        asked += extra
    for requirement in map(Requirement, asked):
        entry = _locked()[_normal(requirement.name)]
        version = re.split(r"[\s;]", entry.split("==")[1])[0]
        assert requirement.specifier.contains(version), requirement


def test_every_dependency_line_gives_its_reason() -> None:
    without_reason = [
        line
        for line in PROJECT_TEXT.splitlines()
        if re.match(r'^  "[a-z].*[<>=].*",', line) and "#" not in line
    ]
    # Tools that need no more explanation than their name.
    assert {line.strip().split(">")[0].strip('"') for line in without_reason} <= {
        "pytest", "ruff", "mypy", "import-linter",
    }  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the set-up script reads, without any .venv."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for name in (".requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path.resolve()


def _set_up(checkout: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Runs the script with nothing in PATH but the given folder."""
    bash = shutil.which("bash")
    assert bash is not None
    return subprocess.run(
        [bash, ".ci/setup"],
        cwd=checkout,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def _tools(folder: Path, **scripts: str) -> Path:
    """A PATH of the few tools the script calls, and of stand-ins for the rest."""
    folder.mkdir()
    for name in ("bash", "cat", "dirname", "grep", "rm", "sha256sum"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    for name, body in scripts.items():
        script = folder / name.replace("_", "-").replace("--", ".")
        script.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        script.chmod(0o755)
    return folder


posix_only = pytest.mark.skipif(os.name != "posix", reason="the set-up script is for POSIX")


@posix_only
def test_without_python_a_plain_user_is_told_the_exact_command(
    checkout: Path, tmp_path: Path
) -> None:
    tools = _tools(tmp_path / "bin", apt_get="exit 1", id="echo 1000")
    done = _set_up(checkout, tools)
    assert done.returncode == 2
    assert (
        "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends"
        " python3 python3-venv'" in done.stderr
    )


@posix_only
def test_without_python_root_installs_it(checkout: Path, tmp_path: Path) -> None:
    tools = _tools(tmp_path / "bin", apt_get=f'echo "$@" >>{tmp_path}/apt', id="echo 0")
    done = _set_up(checkout, tools)
    # The stand-in installs nothing, so the script must notice that Python is still missing.
    assert done.returncode == 2
    asked = (tmp_path / "apt").read_text(encoding="utf-8")
    assert "install -q -y --no-install-recommends python3 python3-venv" in asked


@posix_only
def test_a_python_without_venv_asks_for_its_own_package(checkout: Path, tmp_path: Path) -> None:
    # Debian's Python lacks ensurepip until its package for this minor version is there.
    python = f'case "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"'
    tools = _tools(tmp_path / "bin", apt_get="exit 1", id="echo 1000", python3=python)
    done = _set_up(checkout, tools)
    assert done.returncode == 2
    assert f"python3.{sys.version_info[1]}-venv" in done.stderr


@posix_only
def test_an_old_python_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    tools = _tools(tmp_path / "bin", apt_get="exit 1", id="echo 1000", python3="exit 1")
    done = _set_up(checkout, tools)
    assert done.returncode == 2
    assert "python3 python3-venv" in done.stderr


@posix_only
def test_nothing_is_done_when_the_stamp_fits(checkout: Path, tmp_path: Path) -> None:
    bin_folder = checkout / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "python").symlink_to(sys.executable)
    tools = _tools(tmp_path / "tools", apt_get="exit 1", id="echo 1000")
    fingerprint = subprocess.run(
        ["sha256sum"], input=LOCK, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout.strip()
    stamp = checkout / ".venv" / ".installed-from"
    stamp.write_text(f"{fingerprint} all {checkout}\n", encoding="utf-8")
    assert _set_up(checkout, tools).returncode == 0
    # A changed lock no longer fits, and then a Python is looked for.
    with (checkout / ".requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("\n")
    assert _set_up(checkout, tools).returncode == 2


@posix_only
def test_one_extra_alone_leaves_the_others_out() -> None:
    done = subprocess.run(
        [sys.executable, ".ci/pick_lock.py", ".requirements.lock", "pyproject.toml", "server"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    picked = set(re.findall(r"^([a-z0-9-]+)==", done.stdout, flags=re.MULTILINE))
    assert _names(PROJECT["dependencies"]) <= picked
    assert _names(PROJECT["optional-dependencies"]["server"]) <= picked
    assert {"anyio", "h11", "cffi"} <= picked  # asked for by what was asked for
    assert not {"pytest", "keyring", "httpx"} & picked


def test_a_thread_that_outlives_its_test_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "THREAD_GRACE_S", 0.05)
    known = set(threading.enumerate())
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="left behind")
    thread.start()
    try:
        assert conftest.threads_still_alive(known) == [thread]
    finally:
        release.set()
        thread.join()
    assert conftest.threads_still_alive(known) == []


def test_a_thread_that_is_just_ending_is_given_its_grace() -> None:
    known = set(threading.enumerate())
    thread = threading.Thread(target=threading.Event().wait, args=(0.05,))
    thread.start()
    assert conftest.threads_still_alive(known) == []


@pytest.mark.parametrize("name", ["setup", "run", "step"])
@posix_only
def test_the_scripts_are_valid_and_executable(name: str) -> None:
    script = ROOT / ".ci" / name
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
