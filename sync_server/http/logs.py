"""Log lines as JSON, one object per line; an error is its kind and place, never its text."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_FRAMES = 8


class JsonLines(logging.Formatter):
    """Formats records for machines.

    Texts of exceptions are left out: a database's may quote the row it could not take.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "log": record.name,
            "text": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line |= _of_error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _of_error(error: BaseException) -> dict[str, Any]:
    causes: list[str] = []
    one: BaseException | None = error
    while one is not None and len(causes) < _FRAMES:
        causes.append(type(one).__name__)
        one = one.__cause__ or one.__context__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": causes, "where": places}


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def log_as_json(level: int = logging.INFO) -> None:
    """Write everything this program logs to the error output, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("qutong").setLevel(level)
