"""The keyboard of the whole program: scans are taken out first, then keys find their action."""

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

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
    Qt.Key.Key_AltGr,
}


class Press(Protocol):
    """What a key press asks of the window."""

    def __call__(self, key: str, *, in_text: bool) -> bool:
        """Act on a key such as ``F9`` or ``Ctrl+Z``; True when it was meant for an action."""


class KeyRouter(QObject):
    """Sees every key before the focused widget does.

    ``pressed`` is asked with the name of each key; inside a text field, keys that make text are
    never asked about: there they are text.
    """

    def __init__(self, application: QCoreApplication, pressed: Press) -> None:
        super().__init__(application)
        self._pressed = pressed
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        # Qt offers one press first to the window and then to the widget: look once.
        if not watched.isWindowType() or event.key() in _LONE_KEYS:
            return False
        in_text = is_text(QGuiApplication.focusObject())
        if in_text and makes_text(event):
            return False
        return self._pressed(name_of(event), in_text=in_text)

    def stop(self) -> None:
        """Look no more."""
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)


def is_text(widget: QObject | None) -> bool:
    """Whether typing into this makes text."""
    if widget is None or not any(widget.inherits(name) for name in _TEXT_CLASSES):
        return False
    return not widget.property("readOnly")


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
    """The key as actions name it: ``F9``, ``Ctrl+Z``, ``W``, ``Return``."""
    key = event.key()
    if key == Qt.Key.Key_Enter:
        key = Qt.Key.Key_Return
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    text = event.text()
    if text and text.isprintable() and not text.isalnum() and not modifiers & _MODIFIERS:
        # Signs are named by what they are, whatever keys make them on this keyboard.
        return "Space" if text == " " else text
    return QKeySequence(int(key) | modifiers.value).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def later(milliseconds: int, act: Callable[[], None], parent: QObject) -> QTimer:
    """Call ``act`` once, unless ``parent`` goes before."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(act)
    timer.start(milliseconds)
    return timer
