"""The keyboard of the whole program: scans are taken out first, then keys find their action."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodQueryEvent, QKeyEvent, QKeySequence

from desktop.devices.scanner import KeyEvent, Outcome, Scan, ScanDecoder, ScannerSettings
from shared.core.text import half_width

_TEXT_CLASSES: Final = ("QLineEdit", "QTextEdit", "QPlainTextEdit", "QAbstractSpinBox")
_MODIFIERS: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_LONE_KEYS: Final = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_AltGr,
}
_NAMES: Final = {
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Shift: "Shift",
    Qt.Key.Key_CapsLock: "CapsLock",
    Qt.Key.Key_NumLock: "NumLock",
}
"""Keys as the decoder of scans names them."""


class Press(Protocol):
    """What a key press asks of the window."""

    def __call__(self, key: str, *, in_text: bool) -> bool:
        """Act on a key such as ``F9`` or ``Ctrl+Z``; True when it was meant for an action."""


@dataclass(slots=True)
class _Held:
    """A press that may be part of a scan, and its releases, as Qt sent them."""

    told: KeyEvent
    window: QObject
    press: QKeyEvent
    releases: list[QKeyEvent] = field(default_factory=list)


class KeyRouter(QObject):
    """Sees every key before the focused widget does.

    Keys that come as fast as a scanner's are held until it is plain what they are: a scan goes to
    ``scanned`` and leaves no trace, anything else is given to the widget it was meant for. Then
    ``pressed`` is asked with the name of each key; inside a text field, keys that make text are
    never asked about: there they are text. Input methods are off outside text fields.
    """

    def __init__(
        self,
        application: QGuiApplication,
        pressed: Press,
        scanned: Callable[[str], None] | None = None,
        settings: ScannerSettings | None = None,
    ) -> None:
        super().__init__(application)
        self._application = application
        self._pressed = pressed
        self._scanned = scanned
        self._decoder = ScanDecoder(settings)
        self._held: list[_Held] = []
        self._is_replaying = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        application.installEventFilter(self)
        application.focusObjectChanged.connect(_mind_input_method)

    def use(self, settings: ScannerSettings) -> None:
        """Another scanner is plugged in: its prefix, suffix and pace from now on."""
        self._release_all()
        self._decoder = ScanDecoder(settings)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        # By class first: every event of the program comes by, and to ask for its type is dear.
        if isinstance(event, QKeyEvent):
            kind = event.type()
            if kind is QEvent.Type.KeyPress:
                # Qt offers one press first to the window and then to the widget: look once.
                return watched.isWindowType() and self._press(watched, event)
            if kind is QEvent.Type.KeyRelease and self._held:
                return watched.isWindowType() and self._release(event)
        elif isinstance(event, QInputMethodQueryEvent):
            return _refuse_input_method(watched, event)
        return False

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._application.removeEventFilter(self)
        self._application.focusObjectChanged.disconnect(_mind_input_method)

    # scans

    def _press(self, window: QObject, event: QKeyEvent) -> bool:
        if self._is_replaying or self._scanned is None:
            return self._act(event)
        if event.isAutoRepeat():
            self._release_all()
            return self._act(event)
        told = _told(event)
        held = _Held(told, window, event.clone())
        self._held.append(held)
        outcomes = self._decoder.feed(told)
        is_still_held = self._hand_out(outcomes, last=held)
        self._wait()
        if is_still_held is not None:
            return is_still_held
        return self._act(event)

    def _hand_out(self, outcomes: tuple[Outcome, ...], last: _Held | None = None) -> bool | None:
        """Give on what was decided; True when the last press is taken, None when it is typing."""
        is_taken: bool | None = True
        for one in outcomes:
            if isinstance(one, Scan):
                # What is part of the scan came before whatever is still held.
                still = self._decoder.deadline_us is not None
                self._held = self._held[-1:] if still and last in self._held[-1:] else []
                assert self._scanned is not None
                self._scanned(one.text)
                continue
            place = next((i for i, held in enumerate(self._held) if held.told is one.event), -1)
            if place < 0:
                continue
            held = self._held.pop(place)
            if held is last:
                is_taken = None
            else:
                self._replay(held)
        return is_taken

    def _replay(self, held: _Held) -> None:
        focused: QObject | None = QGuiApplication.focusWindow()
        window = held.window if focused is None else focused
        self._is_replaying = True
        try:
            for event in (held.press, *held.releases):
                QCoreApplication.sendEvent(window, event)
        finally:
            self._is_replaying = False

    def _release(self, event: QKeyEvent) -> bool:
        for held in self._held:
            if held.press.key() == event.key():
                held.releases.append(event.clone())
                return True
        return False

    def _wait(self) -> None:
        deadline_us = self._decoder.deadline_us
        if deadline_us is None:
            self._timer.stop()
        elif self._held:
            gap_us = deadline_us - self._held[-1].told.at_us
            self._timer.start(max(1, gap_us // 1000))

    def _due(self) -> None:
        # Keys that were waiting in the queue while the program was busy come first.
        count = len(self._held)
        later(0, lambda: self._expire(count), self)

    def _expire(self, count: int) -> None:
        deadline_us = self._decoder.deadline_us
        if deadline_us is not None and len(self._held) == count and not self._timer.isActive():
            self._hand_out(self._decoder.expire(deadline_us))

    def _release_all(self) -> None:
        deadline_us = self._decoder.deadline_us
        if deadline_us is not None:
            self._hand_out(self._decoder.expire(deadline_us))

    # actions

    def _act(self, event: QKeyEvent) -> bool:
        if event.key() in _LONE_KEYS:
            return False
        focused = QGuiApplication.focusObject()
        in_text = is_text(focused)
        if in_text and makes_text(event) and not _is_beside_line(focused, event):
            return False
        return self._pressed(name_of(event), in_text=in_text)


def _told(event: QKeyEvent) -> KeyEvent:
    at_us = event.timestamp() * 1000 or time.monotonic_ns() // 1000
    key = Qt.Key(event.key())
    has_modifier = bool(event.modifiers() & _MODIFIERS)
    name = "" if has_modifier else _NAMES.get(key, "")
    types = bool(event.text()) and not has_modifier and name not in ("Enter", "Tab")
    return KeyEvent(text=event.text() if types else "", key=name, at_us=at_us)


def _mind_input_method(focused: QObject | None) -> None:
    """Off outside text fields, so that no input method eats a scan or a key."""
    switch = getattr(focused, "setAttribute", None)
    if focused is not None and switch is not None and not _wants_text(focused):
        switch(Qt.WidgetAttribute.WA_InputMethodEnabled, False)


def _refuse_input_method(watched: QObject, event: QInputMethodQueryEvent) -> bool:
    if not watched.isWidgetType() or _wants_text(watched):
        return False
    event.setValue(Qt.InputMethodQuery.ImEnabled, False)
    event.accept()
    return True


def _wants_text(widget: QObject) -> bool:
    return any(widget.inherits(name) for name in _TEXT_CLASSES)


def is_text(widget: QObject | None) -> bool:
    """Whether typing into this makes text."""
    return widget is not None and _wants_text(widget) and not widget.property("readOnly")


def _is_beside_line(focused: QObject | None, event: QKeyEvent) -> bool:
    """Up and down mean nothing inside a field of one line: there they are the screen's."""
    if focused is None or event.modifiers() & _MODIFIERS or not focused.inherits("QLineEdit"):
        return False
    parent = focused.parent()
    is_in_spin = parent is not None and parent.inherits("QAbstractSpinBox")
    keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
    return event.key() in keys and not is_in_spin


def makes_text(event: QKeyEvent) -> bool:
    """Whether the press would put something into a text field, or move in it."""
    if event.modifiers() & _MODIFIERS:
        return event.matches(QKeySequence.StandardKey.Paste) or _is_editing(event)
    key = event.key()
    return not (Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35 or key == Qt.Key.Key_Escape)


def _is_editing(event: QKeyEvent) -> bool:
    standard = QKeySequence.StandardKey
    return any(
        event.matches(one)
        for one in (
            standard.Copy,
            standard.Cut,
            standard.SelectAll,
            standard.Undo,
            standard.Redo,
            standard.MoveToNextWord,
            standard.MoveToPreviousWord,
            standard.DeleteStartOfWord,
        )
    )


def name_of(event: QKeyEvent) -> str:
    """The key as actions name it: ``F9``, ``Ctrl+Z``, ``W``, ``Return``; full-width as half."""
    key = event.key()
    if key == Qt.Key.Key_Enter:
        key = Qt.Key.Key_Return
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    text = half_width(event.text())
    if text and text.isprintable() and not modifiers & _MODIFIERS:
        if text == " ":
            return "Space"
        if not text.isalnum():
            # Signs are named by what they are, whatever keys make them on this keyboard.
            return text
        if text != event.text():
            return text.upper()
    name = QKeySequence(int(key) | modifiers.value).toString(
        QKeySequence.SequenceFormat.PortableText
    )
    return _LONG_NAMES.get(name, name)


_LONG_NAMES: Final = {"Esc": "Escape", "Del": "Delete"}
"""Qt reads both names and writes the short one; actions use the one on the keyboard's drawing."""


def later(milliseconds: int, act: Callable[[], None], parent: QObject) -> QTimer:
    """Call ``act`` once, unless ``parent`` goes before."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(act)
    timer.timeout.connect(timer.deleteLater)
    timer.start(milliseconds)
    return timer
