"""Ctrl+K: any action, screen, product, document or person by a few letters."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.shell.finding import SHOWN, Finding, Offer
from desktop.ui.actions import Action
from desktop.ui.icons import pixmap
from desktop.ui.keyline import shown_key
from desktop.ui.panel import Panel
from desktop.ui.theme import SPACE_M, SPACE_S, scaled, tokens_now
from desktop.ui.widgets import Field, key_cap, label

if TYPE_CHECKING:
    from desktop.shell.window import Window

ICONS = {
    "action": "command",
    "screen": "layout-grid",
    "product": "package",
    "sale": "receipt",
    "order": "clipboard-list",
    "shipment": "truck",
    "count": "list-checks",
    "member": "user",
    "customer": "users",
}
ROW_HEIGHT = 34


class Palette(Panel):
    """Closed with what is to be done."""

    confirm_keys = ()

    def __init__(self, window: "Window") -> None:
        words = window.words
        super().__init__(words("palette.title"), width=620)
        self._words = words
        self._tasks = window.tasks.child()
        self.model = Finding(window.around.desk, _offers(window), partial(_opened, window))
        self.field = Field(words("palette.hint"))
        self.field.setProperty("size", "big")
        self.field.textChanged.connect(self._typed)
        self.field.entered.connect(lambda _text: self._choose())
        self.body.addWidget(self.field)
        self._rows = [_Row(partial(self._press, number)) for number in range(SHOWN)]
        rows = QWidget()
        down = QVBoxLayout(rows)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        for one in self._rows:
            down.addWidget(one)
        down.addStretch(1)
        rows.setFixedHeight(scaled(ROW_HEIGHT) * SHOWN)
        self.body.addWidget(rows)
        self._none = label("", "muted")
        self.body.addWidget(self._none)
        self.model.watch(self._draw)
        self._draw()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="palette.down", keys=("Down",), run=lambda: self.model.move(1)),
            Action(text="palette.up", keys=("Up",), run=lambda: self.model.move(-1)),
            Action(text="palette.choose", keys=("Return",), run=self._choose),
        )

    def scanned(self, code: str) -> bool:
        """A scan looks its product up."""
        self.field.setText(code)
        return True

    def first_focus(self) -> QWidget | None:
        return self.field

    def _typed(self, text: str) -> None:
        self._tasks.cancel()
        if self.model.type(text):
            self._tasks.start(self.model.look(text))

    def _choose(self) -> None:
        chosen = self.model.chosen
        if chosen is not None:
            self._tasks.cancel()
            self.close_with(chosen.run)

    def _press(self, number: int) -> None:
        self.model.move(number - self.model.at)
        self._choose()

    def _draw(self) -> None:
        offers = self.model.offers
        for number, line in enumerate(self._rows):
            offer = offers[number] if number < len(offers) else None
            line.show_offer(offer, is_chosen=number == self.model.at)
        nothing = "" if offers else self._words("palette.none", typed=self.model.typed)
        self._none.setText(nothing)
        self._none.setVisible(not offers)


class _Row(QFrame):
    """One line, drawn again for each keystroke instead of made anew."""

    def __init__(self, pressed: Callable[[], None]) -> None:
        super().__init__()
        self._pressed = pressed
        self.setObjectName("choice")
        self.setFixedHeight(scaled(ROW_HEIGHT))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon = QLabel()
        self._text = label()
        self._hint = label("", "muted")
        self._key = key_cap("")
        across = QHBoxLayout(self)
        across.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        across.setSpacing(SPACE_S)
        across.addWidget(self._icon)
        across.addWidget(self._text)
        across.addWidget(self._hint)
        across.addStretch(1)
        across.addWidget(self._key)

    def show_offer(self, offer: Offer | None, *, is_chosen: bool) -> None:
        """Draw an offer, or nothing."""
        self.setVisible(offer is not None)
        if offer is None:
            return
        self._icon.setPixmap(pixmap(ICONS[offer.kind], tokens_now().muted, 18))
        self._text.setText(offer.text)
        self._hint.setText(offer.hint)
        self._key.setText(shown_key(offer.key))
        self._key.setVisible(bool(offer.key))
        if bool(self.property("chosen")) != is_chosen:
            self.setProperty("chosen", is_chosen)
            self.style().unpolish(self)
            self.style().polish(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        self._pressed()


def _offers(window: "Window") -> list[Offer]:
    words = window.words
    here = [
        Offer(
            kind="action",
            text=words(one.text),
            hint=words(f"screen.{window.current_id}"),
            run=one.run,
            key=one.keys[0] if one.keys else "",
        )
        for one in window.keys.here()
        if one.is_enabled()
    ]
    screens = [
        Offer(
            kind="screen",
            text=words(f"screen.{one}"),
            hint=words("palette.open"),
            run=partial(window.open, one),
        )
        for one in window.specs
    ]
    common = [
        Offer(
            kind="action",
            text=words(one.text),
            hint=words("palette.everywhere"),
            run=one.run,
            key=one.keys[0],
        )
        for one in window.keys.everywhere()
        if one.text != "shell.palette"
    ]
    return [*here, *screens, *common]


def _opened(window: "Window", kind: str, subject: str) -> Callable[[], None] | None:
    for name, spec in window.specs.items():
        if kind in spec.takes:
            return partial(window.open, name, subject)
    return None
