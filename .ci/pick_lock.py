"""Prints the part of the hashed lock that some of the project's extras need.

The lock says below each package which packages asked for it ("# via"); read backwards,
that is the graph of what needs what, so nothing has to be resolved again.
"""

import re
import sys
import tomllib
from pathlib import Path

_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _entries(lock_text: str) -> dict[str, list[str]]:
    """The lock's lines by package name, in the lock's order."""
    entries: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lock_text.splitlines():
        if match := _NAME.match(line):
            # One package may be locked twice, for different markers.
            current = entries.setdefault(_normal(match[1]), [])
        current.append(line)
    return entries


def _asked_for_by(lines: list[str]) -> set[str]:
    """The packages named in an entry's "via" comment."""
    comments = (line.strip() for line in lines if line.lstrip().startswith("#"))
    names = (re.sub(r"^#\s*(via\s*)?", "", comment) for comment in comments)
    return {_normal(match[1]) for name in names if (match := _NAME.match(name))}


def pick(lock_text: str, pyproject_text: str, extras: list[str]) -> str:
    """The lock reduced to the base dependencies, these extras, and all they need.

    Raises:
        KeyError: an extra is not in pyproject, or a dependency is not in the lock.
    """
    project = tomllib.loads(pyproject_text)["project"]
    asked = list(project["dependencies"])
    for extra in extras:
        asked += project["optional-dependencies"][extra]
    entries = _entries(lock_text)
    parents = {name: _asked_for_by(lines) for name, lines in entries.items()}
    wanted = {_normal(match[1]) for item in asked if (match := _NAME.match(item))}
    if missing := wanted - entries.keys():
        raise KeyError(f"not in the lock: {sorted(missing)}")
    grown: set[str] = set()
    while grown != wanted:
        grown = set(wanted)
        wanted |= {name for name, asking in parents.items() if asking & grown}
    return "".join(f"{line}\n" for name in entries if name in wanted for line in entries[name])


if __name__ == "__main__":
    lock_path, pyproject_path, extras_text = sys.argv[1:]
    sys.stdout.write(
        pick(
            Path(lock_path).read_text(encoding="utf-8"),
            Path(pyproject_path).read_text(encoding="utf-8"),
            [extra for extra in extras_text.split(",") if extra],
        )
    )
