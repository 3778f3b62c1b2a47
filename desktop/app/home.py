"""Where a person's data belongs, and how the window looked last: known before the store opens."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from desktop.words.texts import Language, Words

_FILE = "look.json"
_STORAGE_FILE = "storage.json"
SPOOL_HELP = "the journal's second file lies here from now on, best on another disk (P07)"


def default_home() -> Path:
    """Where a person's data belongs on this system."""
    return Path(platformdirs.user_data_dir("Qutong", appauthor=False))


def spool_folder(home: Path) -> Path | None:
    """Where the journal's second file lies, when it was put on another disk (P07)."""
    try:
        read = json.loads((home / _STORAGE_FILE).read_text(encoding="utf-8"))
        return Path(read["spool"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_spool_folder(home: Path, folder: Path) -> None:
    """Put the journal's second file into this folder from the next start on; it is written whole
    there, and a device whose own folder was lost begins again from it (P07). Raises OSError."""
    home.mkdir(parents=True, exist_ok=True)
    part = home / f"{_STORAGE_FILE}.part"
    part.write_text(json.dumps({"spool": str(folder.resolve())}), encoding="utf-8")
    part.replace(home / _STORAGE_FILE)


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


def words_of(look: Look) -> Words:
    """The texts in the language of the last look, or the usual one."""
    return Words(Language(look.language)) if look.language in set(Language) else Words()


def keep_look(home: Path, look: Look) -> None:
    """Remember a look; a disk that takes nothing costs only the first picture."""
    try:
        part = home / f"{_FILE}.part"
        part.write_text(json.dumps(asdict(look)), encoding="utf-8")
        part.replace(home / _FILE)
    except OSError:
        return
