"""Opening a data file as text, packed or plain."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def text_of(path: Path) -> Iterator[TextIO]:
    """The file as UTF-8 text with its line ends as they are; ``.gz`` is unpacked on the way."""
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            yield text
    else:
        with path.open(encoding="utf-8", newline="") as text:
            yield text
