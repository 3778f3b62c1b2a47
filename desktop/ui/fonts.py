"""The embedded font: the same glyphs on every machine, Chinese included."""

from importlib.resources import as_file, files
from typing import Final

from PySide6.QtGui import QFontDatabase

FAMILY: Final = "WenQuanYi Micro Hei"


def load_fonts() -> list[str]:
    """Bring the embedded faces into Qt; the families found."""
    found: list[str] = []
    for face in files("resources.fonts").iterdir():
        if face.name.endswith((".ttf", ".ttc")):
            with as_file(face) as path:
                number = QFontDatabase.addApplicationFont(str(path))
            found += QFontDatabase.applicationFontFamilies(number)
    return found
