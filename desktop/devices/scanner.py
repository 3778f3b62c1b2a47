"""Tells scans from typing: key events in, scans and keys to be replayed out (I04).

The caller takes every key event away from the fields and gives it to the decoder. What comes back
is either a scan, or the very events that were plain typing, to be replayed in their order. Each
event comes back exactly once or is part of exactly one scan: nothing is lost, nothing of a scan
is typed into a field.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from shared.core.text import half_width

_MODIFIERS: Final = frozenset({"Shift", "CapsLock", "NumLock"})
# An AIM identifier tells the symbology before the code: ]E0 EAN-13, ]C1 GS1-128, ]Q3 GS1 QR.
_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GROUP_SEPARATOR: Final = "\x1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEvent:
    """One key pressed: what it types, how it is called, and when, in microseconds of any start.

    `text` may hold several characters when an input method gives them at once. `key` names keys
    that type nothing ("Enter", "Tab", "F9", "Shift"); for a letter it may stay empty.
    """

    text: str
    key: str = ""
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a scanner read: half-width, without prefix, suffix and symbology mark."""

    text: str
    at_us: int
    """When its last key came."""
    symbology: str = ""
    """The AIM identifier such as `E0`; '' when the scanner sends none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """An event that was plain typing, to be given to the field it was meant for."""

    event: KeyEvent


Outcome = Scan | Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerSettings:
    """How the scanner of this till is set up."""

    prefix: str = ""
    """Characters it sends before each code; '' tells scans by their pace alone."""
    suffixes: frozenset[str] = frozenset({"Enter", "Tab"})
    """Names of the keys it sends after each code."""
    gap_us: int = 35_000
    """The longest pause between two keys of one scan; a person needs more."""
    least_characters: int = 4
    """Shorter bursts are typing, unless a prefix said otherwise."""
    prefixed_gap_us: int = 200_000
    """The longest pause after a prefix, which leaves no doubt."""


class ScanDecoder:
    """Decides for a stream of key events; has no clock of its own.

    After each `feed` the caller looks at `deadline_us`: at that instant, unless another event
    came before, it calls `expire`.
    """

    def __init__(self, settings: ScannerSettings | None = None) -> None:
        self._settings = settings or ScannerSettings()
        self._held: list[KeyEvent] = []
        self._text = ""

    @property
    def deadline_us(self) -> int | None:
        """Until when held events may still become a scan; None when nothing is held."""
        if not self._held:
            return None
        return self._held[-1].at_us + self._gap_us()

    def feed(self, event: KeyEvent) -> tuple[Outcome, ...]:
        """Takes one event and gives what is decided by it, in the order things happened."""
        decided: list[Outcome] = []
        if self._held and event.at_us - self._held[-1].at_us > self._gap_us():
            decided += self._let_go()
        if event.key in self._settings.suffixes:
            decided += self._ended_by(event)
        elif event.key in _MODIFIERS:
            decided += self._keep_modifier(event)
        elif _types(event.text):
            decided += self._keep(event)
        else:
            decided += [*self._let_go(), Replay(event=event)]
        return tuple(decided)

    def expire(self, now_us: int) -> tuple[Outcome, ...]:
        """Gives held events back as typing when their time is over."""
        deadline = self.deadline_us
        if deadline is None or now_us < deadline:
            return ()
        return tuple(self._let_go())

    def _gap_us(self) -> int:
        is_sure = self._is_prefixed()
        return self._settings.prefixed_gap_us if is_sure else self._settings.gap_us

    def _is_prefixed(self) -> bool:
        prefix = self._settings.prefix
        return bool(prefix) and self._text.startswith(prefix)

    def _keep(self, event: KeyEvent) -> Iterator[Outcome]:
        self._held.append(event)
        self._text += event.text
        prefix = self._settings.prefix
        if prefix and not (self._text.startswith(prefix) or prefix.startswith(self._text)):
            # With a prefix set, what begins otherwise is typing and need not wait.
            yield from self._let_go()

    def _keep_modifier(self, event: KeyEvent) -> Iterator[Outcome]:
        # Scanners press Shift before a capital: it belongs to the burst and does not end it.
        if self._held:
            self._held.append(event)
        else:
            yield Replay(event=event)

    def _ended_by(self, suffix: KeyEvent) -> Iterator[Outcome]:
        text = self._text
        if self._is_prefixed():
            is_scan = len(text) > len(self._settings.prefix)
        else:
            is_scan = not self._settings.prefix and len(text) >= self._settings.least_characters
        if is_scan:
            self._forget()
            yield scan_of(text.removeprefix(self._settings.prefix), suffix.at_us)
            return
        yield from self._let_go()
        yield Replay(event=suffix)

    def _let_go(self) -> list[Outcome]:
        events = [Replay(event=event) for event in self._held]
        self._forget()
        return [*events]

    def _forget(self) -> None:
        self._held = []
        self._text = ""


def scan_of(text: str, at_us: int) -> Scan:
    """The scan of raw text: half-width, its symbology mark taken off, no control characters.

    The separator of GS1 fields stays, since lots and dates stand behind it.
    """
    plain = half_width(text)
    mark = _AIM.match(plain)
    symbology = mark[0][1:] if mark else ""
    code = plain[len(mark[0]) :] if mark else plain
    kept = "".join(sign for sign in code if sign == _GROUP_SEPARATOR or sign.isprintable())
    return Scan(text=kept.strip(), at_us=at_us, symbology=symbology)


def scans_of(outcomes: Sequence[Outcome]) -> list[Scan]:
    """Only the scans, in order."""
    return [one for one in outcomes if isinstance(one, Scan)]


def _types(text: str) -> bool:
    return bool(text) and all(
        sign.isprintable() or sign in (_GROUP_SEPARATOR, "\x02", "\x03") for sign in text
    )
