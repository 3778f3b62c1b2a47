"""Small widgets used everywhere: labels, pills, cards, buttons, banners, empty states, fields."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.icons import icon, pixmap
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, TARGET, Tone, scaled, tokens_now


def label(text: str = "", style: str = "", *, tone: Tone | None = None) -> QLabel:
    """A text; ``style`` is ``muted small strong title big total`` or nothing."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if style:
        made.setObjectName(style)
    if tone is not None:
        made.setProperty("tone", tone.value)
    return made


def set_tone(widget: QWidget, tone: Tone, *, name: str = "tone") -> None:
    """Change what the colour of a widget says."""
    if widget.property(name) == tone.value:
        return
    widget.setProperty(name, tone.value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def pill(text: str, tone: Tone = Tone.PLAIN) -> QLabel:
    """A state as a word on a soft ground."""
    made = label(text)
    made.setProperty("pill", tone.value)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


ICON_GAP = 6
"""Between a button's icon and its text, in the icon's own pixels."""


def button(
    text: str, clicked: Callable[[], None], *, kind: str = "", icon_name: str = ""
) -> QPushButton:
    """A button; ``kind`` is ``primary danger flat`` or nothing."""
    made = QPushButton(text)
    made.setMinimumHeight(TARGET)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if kind:
        made.setProperty("kind", kind)
    if icon_name:
        colour = tokens_now().on_accent if kind == "primary" else ""
        made.setIcon(icon(icon_name, colour, gap=ICON_GAP if text else 0))
        made.setIconSize(QSize(21 if text else 16, 16))
    made.clicked.connect(lambda _checked=False: clicked())
    return made


def row(*parts: QWidget | int | None, spacing: int = SPACE_S) -> QWidget:
    """Widgets side by side; None is a stretch, a number a gap."""
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        else:
            layout.addWidget(part)
    return made


def column(*parts: QWidget | int | None, spacing: int = SPACE_S, margin: int = 0) -> QWidget:
    """Widgets below each other; None is a stretch, a number a gap."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        else:
            layout.addWidget(part)
    return made


def line() -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setFixedHeight(1)
    made.setStyleSheet(f"background: {tokens_now().line};")
    return made


class Card(QFrame):
    """A surface with a border; pressed by mouse, Enter or Space when ``pressed`` is given."""

    def __init__(self, *parts: QWidget, pressed: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.setObjectName("card")
        self._pressed = pressed
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        self.inside.setSpacing(4)
        for part in parts:
            self.inside.addWidget(part)
        if pressed is not None:
            self.setProperty("pressable", "true")
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        if self._pressed is not None and self.rect().contains(event.position().toPoint()):
            self._pressed()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if self._pressed is not None and event.key() in keys:
            self._pressed()
            return
        super().keyPressEvent(event)


class Banner(QLabel):
    """A sentence across a screen that stays until what it says is over."""

    def __init__(self, text: str = "", tone: Tone = Tone.ACCENT) -> None:
        super().__init__(text)
        self.setObjectName("banner")
        self.setWordWrap(True)
        self.setProperty("tone", tone.value)
        if not text:
            # Never shown before it has a parent: it would be a window for a moment.
            self.hide()

    def say(self, text: str, tone: Tone = Tone.ACCENT) -> None:
        """Show a sentence; '' hides the banner."""
        self.setText(text)
        set_tone(self, tone)
        self.setVisible(bool(text))


class Empty(QWidget):
    """What a list says while it has nothing: what it would hold and what to do next."""

    def __init__(
        self,
        icon_name: str,
        text: str,
        hint: str = "",
        *,
        action: str = "",
        pressed: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_S)
        # Texts have the whole width: a line breaks only where it has to.
        layout.addStretch(1)
        picture = QLabel()
        picture.setPixmap(pixmap(icon_name, tokens_now().muted, 40, self.devicePixelRatioF()))
        for part in (picture, label(text, "strong"), label(hint, "muted")):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            part.setWordWrap(True)
            layout.addWidget(part)
        if action and pressed is not None:
            layout.addSpacing(SPACE_S)
            centre = row(None, button(action, pressed, kind="primary"), None)
            layout.addWidget(centre)
        layout.addStretch(1)


class Field(QLineEdit):
    """A text field that says what is wrong with it, and calls ``entered`` on Enter."""

    entered = Signal(str)

    def __init__(self, placeholder: str = "", *, text: str = "", name: str = "") -> None:
        super().__init__(text)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.returnPressed.connect(lambda: self.entered.emit(self.text()))
        self.textEdited.connect(lambda _text: self.set_bad(False))

    def set_bad(self, is_bad: bool) -> None:
        """Mark the field, or take the mark away."""
        if bool(self.property("bad") == "true") != is_bad:
            self.setProperty("bad", "true" if is_bad else "false")
            self.style().unpolish(self)
            self.style().polish(self)


def form_row(name: str, field: QWidget, *, width: int = 120) -> QWidget:
    """A field with its name before it."""
    named = label(name, "muted")
    named.setFixedWidth(scaled(width))
    if isinstance(field, QLineEdit):
        named.setBuddy(field)
    made = row(named, field, spacing=SPACE_M)
    layout = made.layout()
    assert isinstance(layout, QHBoxLayout)
    layout.setStretch(1, 1)
    if field.minimumWidth() == field.maximumWidth():
        # One that does not grow stands where the others begin.
        layout.setAlignment(field, Qt.AlignmentFlag.AlignLeft)
    return made


def figure(name: str, value: str, *, tone: Tone | None = None, hint: str = "") -> QWidget:
    """A figure that stands alone: its name small above it."""
    parts: list[QWidget | int | None] = [label(name, "small"), label(value, "big", tone=tone)]
    if hint:
        parts.append(label(hint, "small"))
    made = column(*parts, spacing=2)
    # Beside something taller, name and value stay together.
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    return made


def set_figure(widget: QWidget, value: str, tone: Tone | None = None) -> None:
    """Change the value of a ``figure``, and what its colour says."""
    for child in widget.findChildren(QLabel):
        if child.objectName() in ("big", "total"):
            child.setText(value)
            if tone is not None:
                set_tone(child, tone)
            return


def key_cap(text: str) -> QLabel:
    """A key as it is drawn in the key line."""
    made = label(text, "key")
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made
