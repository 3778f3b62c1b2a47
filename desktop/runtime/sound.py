"""Sounds a person knows without looking: short = ok, double = warning, long = refused."""

import io
import math
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QObject

from desktop.runtime.keys import later

RATE: Final = 22_050
_PEAK: Final = 12_000


class Beep(NamedTuple):
    """A tone and the silence after it."""

    hertz: int
    tone_ms: int
    rest_ms: int = 0


SHORT: Final = (Beep(1_320, 70),)
DOUBLE: Final = (Beep(880, 90, 70), Beep(880, 90))
LONG: Final = (Beep(330, 550),)


def wave_of(beeps: tuple[Beep, ...]) -> bytes:
    """A WAV file of these tones, one after the other."""
    samples = bytearray()
    for beep in beeps:
        count = RATE * beep.tone_ms // 1000
        for at in range(count):
            # The ends fade, or each beep would click.
            fade = min(1.0, at / 120, (count - at) / 120)
            level = math.sin(math.tau * beep.hertz * at / RATE) * fade
            samples += int(_PEAK * level).to_bytes(2, "little", signed=True)
        samples += bytes(2 * (RATE * beep.rest_ms // 1000))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(samples))
    return file.getvalue()


class Sounds:
    """Plays the three sounds: as tones where the system plays files by itself, else as beeps."""

    def __init__(self, folder: Path, beep: Callable[[], None], parent: QObject) -> None:
        self._folder = folder
        self._beep = beep
        self._parent = parent

    def play(self, beeps: tuple[Beep, ...]) -> None:
        """Start a sound; nothing waits for it."""
        if sys.platform == "win32":
            self._play_file(beeps)
            return
        # A system beep has one length: a refusal is three of them close together.
        times = 3 if beeps is LONG else len(beeps)
        for number in range(times):
            later(number * 110, self._beep, self._parent) if number else self._beep()

    def _play_file(self, beeps: tuple[Beep, ...]) -> None:
        if sys.platform == "win32":
            import winsound

            path = self._folder / f"{'-'.join(str(one.hertz) for one in beeps)}.wav"
            try:
                if not path.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(wave_of(beeps))
            except OSError:
                # A disk that takes nothing costs the tone.
                path.unlink(missing_ok=True)
                self._beep()
                return
            winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_ASYNC)
