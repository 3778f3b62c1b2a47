"""What is kept of a crash: a file without personal data, under a code people can say aloud."""

import hashlib
import platform
import traceback
from datetime import UTC, datetime
from pathlib import Path

from shared.core.clock import Clock
from shared.core.errors import QutongError

CODE_CHARS = 6
KEPT = 20


class CrashBook:
    """Writes crashes into ``logs`` under a device's folder; the oldest of many go."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._folder = home / "logs"
        self._clock = clock

    def write(self, error: BaseException, *, screen: str = "") -> tuple[str, str]:
        """Keep a crash; its code, and the report as it may be sent to somebody."""
        report = report_of(error, screen=screen)
        code = code_of(error)
        at = datetime.fromtimestamp(self._clock.now_us() / 1_000_000, UTC)
        text = f"{code}  {at:%Y-%m-%d %H:%M:%S} UTC\n{report}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"crash-{at:%Y%m%d-%H%M%S}-{code}.txt"
            path.write_text(text, encoding="utf-8")
            for old in sorted(self._folder.glob("crash-*.txt"))[:-KEPT]:
                old.unlink()
        except OSError:
            # A disk that takes nothing any more is told elsewhere; the person sees the report.
            return code, text
        return code, text


def report_of(error: BaseException, *, screen: str = "") -> str:
    """Where it happened, without a word of what was typed: messages of errors may hold that."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {_shown(one.filename)}:{one.lineno} {one.name}" for one in frames]
    name = error.code if isinstance(error, QutongError) else type(error).__name__
    head = [name, f"screen {screen}", f"{platform.system()} Python {platform.python_version()}"]
    causes = [type(one).__name__ for one in (error.__cause__, error.__context__) if one]
    return "\n".join([*head, *places, *causes]) + "\n"


def code_of(error: BaseException) -> str:
    """The same for the same fault: made of its kind and where it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    places = "".join(f"{_shown(one.filename)}{one.name}" for one in frames)
    digest = hashlib.sha256((type(error).__name__ + places).encode())
    return digest.hexdigest()[:CODE_CHARS].upper()


def _shown(file_name: str) -> str:
    """The path inside the program: folders of the machine may hold a person's name."""
    parts = Path(file_name).parts
    for root in ("desktop", "shared", "resources"):
        if root in parts:
            return "/".join(parts[parts.index(root) :])
    return parts[-1] if parts else ""
