"""Where a person's data belongs, and how the window looked last: known before the store opens."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

_FILE = "look.json"


def default_home() -> Path:
    """Where a person's data belongs on this system."""
    return Path(platformdirs.user_data_dir("Qutong", appauthor=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the window stood, for the picture that is there before everything is loaded."""

    place: str = ""
    scheme: str = ""
    language: str = ""
    percent: int = 100


def look_of(home: Path) -> Look:
    """The last look of a folder; the usual one when none is kept or it cannot be read."""
    try:
        read = json.loads((home / _FILE).read_text(encoding="utf-8"))
        return Look(**{name: read[name] for name in Look.__slots__})
    except (OSError, ValueError, KeyError, TypeError):
        return Look()


def keep_look(home: Path, look: Look) -> None:
    """Remember a look; a disk that takes nothing costs only the first picture."""
    try:
        part = home / f"{_FILE}.part"
        part.write_text(json.dumps(asdict(look)), encoding="utf-8")
        part.replace(home / _FILE)
    except OSError:
        return
