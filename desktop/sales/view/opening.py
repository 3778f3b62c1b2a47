"""Saying beside what was done that a shift opened by itself, where there is no till to say it."""

from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.words import formats
from shared.accounts.queries import ShiftView


def say_done(frame: Frame, said: str, opened: ShiftView | None) -> None:
    """What was done; in amber, with what to do about the float, where a shift opened for it."""
    if opened is None:
        frame.say(said, Tone.GOOD)
        return
    float_text = formats.money(opened.float_minor, opened.currency)
    frame.say(f"{said}　{frame.words('till.shift_opened', float=float_text)}", Tone.WAITING)
