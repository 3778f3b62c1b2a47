"""The version a device tells is the project's own."""

import tomllib
from pathlib import Path

from shared.core.version import VERSION


def test_the_version_told_is_that_of_the_project() -> None:
    project = Path(__file__).parents[3] / "pyproject.toml"

    assert tomllib.loads(project.read_text())["project"]["version"] == VERSION
