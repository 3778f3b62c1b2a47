"""The sound of each tone, unless sounds are switched off on this device."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.runtime.sound import DOUBLE, LONG, SHORT, Sounds
from desktop.ui.frame import Settings
from desktop.ui.theme import Tone

SOUNDS = {Tone.WAITING: DOUBLE, Tone.BAD: LONG}
"""All others are short."""


class Tones:
    """Keeps its sounds in a folder of its own under ``home``."""

    def __init__(self, application: QApplication, settings: Settings, home: Path) -> None:
        self._settings = settings
        self._sounds = Sounds(home / "sounds", application.beep, application)

    def play(self, tone: Tone) -> None:
        """What is said in this tone is heard, too; plain things are not."""
        if tone is not Tone.PLAIN and self._settings.get("sound", "1") != "0":
            self._sounds.play(SOUNDS.get(tone, SHORT))
