"""The one typeface of screen and paper: 文泉驿微米黑, with Latin letters and tabular digits."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

FAMILY: Final = "WenQuanYi Micro Hei"
"""The name by which a font database finds it after it was loaded from the file."""

_FILE: Final = "wqy-microhei.ttf"


def font_path() -> Path:
    """Where the TrueType file lies, for a library that opens it itself."""
    return Path(str(files(__name__).joinpath(_FILE)))


@lru_cache(maxsize=1)
def font_bytes() -> bytes:
    """The TrueType file's bytes, read once."""
    return files(__name__).joinpath(_FILE).read_bytes()
