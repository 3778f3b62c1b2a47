"""The house rules over every file there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.checker import EXCEPTIONS, findings, unexcused
from tests.architecture.source import Finding

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared", "desktop", "sync_server", "resources")


def _files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@pytest.fixture(scope="module")
def all_findings() -> list[Finding]:
    return [
        finding
        for file in _files()
        for finding in findings(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    ]


def test_every_file_keeps_the_house_rules(all_findings: list[Finding]) -> None:
    breaches = unexcused(all_findings)
    assert not breaches, "\n" + "\n".join(map(str, breaches))


def test_the_walk_sees_the_files_it_is_meant_to_see() -> None:
    seen = {file.relative_to(ROOT).as_posix() for file in _files()}
    assert "shared/core/money.py" in seen
    assert len(seen) > 10


def test_no_exception_outlives_its_reason(all_findings: list[Finding]) -> None:
    needed = {(finding.path, finding.rule) for finding in all_findings}
    stale = [entry for entry in EXCEPTIONS if (ROOT / entry[0]).exists() and entry not in needed]
    assert not stale


def test_every_exception_says_why() -> None:
    assert all(len(reason.split()) >= 8 for reason in EXCEPTIONS.values())
