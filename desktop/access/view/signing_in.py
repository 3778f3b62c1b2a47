"""Signing in: the people of this device as tiles, then a PIN by keyboard or by finger."""

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.access.model.signing_in import NUMBERED, SignIn
from desktop.runtime.tasks import TaskScope
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_XL, TARGET_TILL, Tone
from desktop.ui.widgets import (
    Banner,
    Card,
    Empty,
    Field,
    button,
    column,
    key_cap,
    label,
    pill,
    row,
)
from desktop.words.texts import Words
from shared.access.queries import Person

COLUMNS = 3
TILE_WIDTH = 240


class SignInPage(QWidget):
    """A page of the gate."""

    def __init__(self, words: Words, model: SignIn, tasks: TaskScope, place: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self._words = words
        self._tasks = tasks
        self.model = model
        self._place = place
        self._layout = QVBoxLayout(self)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._content: QWidget | None = None
        self._drawn: object = None
        self.pin: Field | None = None
        self._banner = Banner()
        self._stop = model.watch(self._draw)
        self._second = QTimer(self)
        self._second.timeout.connect(model.second_passed)
        self._second.start(1_000)
        self._draw()

    def leave(self) -> None:
        """The page goes."""
        self._stop()
        self._second.stop()

    def press(self, key: str) -> bool:
        """Digits and letters choose a person; Esc goes back to all of them."""
        if key == "Escape":
            return self.model.unchoose()
        if self.model.chosen is not None:
            return False
        if key.isdigit() and (person := self.model.numbered(int(key))) is not None:
            self._choose(person)
            return True
        if key == "Return" and self.model.typed and self.model.shown:
            self._choose(self.model.shown[0])
            return True
        if key == "Backspace":
            self.model.untype()
            return True
        if len(key) == 1 and key.isalpha():
            self.model.type(key.lower())
            return True
        return False

    def _choose(self, person: Person) -> None:
        self._tasks.start(self.model.choose(person))

    def _submit(self) -> None:
        if self.pin is not None:
            self._tasks.start(self.model.submit(self.pin.text()))

    def _draw(self) -> None:
        model = self.model
        shape = (
            model.chosen, model.typed, tuple(one.user_id for one in model.people), model.is_loaded
        )  # fmt: skip
        if shape != self._drawn:
            self._drawn = shape
            self._put(self._pin_page() if model.chosen is not None else self._tiles())
        text = self._words.error(model.error) if model.error else ""
        if model.wait_s:
            minutes, seconds = divmod(model.wait_s, 60)
            text = self._words("sign_in.wait", time=f"{minutes}:{seconds:02}")
        self._banner.say(text, Tone.BAD)
        if self.pin is not None:
            self.pin.setEnabled(not model.is_busy and not model.wait_s)
            if model.error is not None and not model.is_busy:
                self.pin.clear()
            if self.pin.isEnabled():
                self.pin.setFocus()

    def _put(self, content: QWidget) -> None:
        self._banner.setParent(self)
        if self._content is not None:
            self._layout.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        self._layout.addWidget(content, 0, Qt.AlignmentFlag.AlignCenter)
        content.layout().insertWidget(1, self._banner)  # type: ignore[union-attr]
        if self.pin is not None:
            self.pin.setFocus()

    def _tiles(self) -> QWidget:
        self.pin = None
        words, model = self._words, self.model
        if model.is_loaded and not model.people:
            return column(
                Empty("users", words("sign_in.nobody"), words("sign_in.nobody_hint")), spacing=0
            )
        grid = QWidget()
        places = QGridLayout(grid)
        places.setContentsMargins(0, 0, 0, 0)
        places.setSpacing(SPACE_M)
        for number, person in enumerate(model.shown):
            tile = self._tile(number + 1, person)
            places.addWidget(tile, number // COLUMNS, number % COLUMNS)
        hint = model.typed or words("sign_in.hint")
        head = column(label(self._place, "muted"), label(words("sign_in.title"), "big"), spacing=2)
        return column(head, grid, label(hint, "small"), spacing=SPACE_L)

    def _tile(self, number: int, person: Person) -> Card:
        role = pill(self._words.of("role", person.role))
        top = row(label(person.name, "title"), None, spacing=SPACE_M)
        if number <= NUMBERED:
            layout = top.layout()
            assert layout is not None
            layout.addWidget(key_cap(str(number)))
        tile = Card(top, row(role, None), pressed=lambda: self._choose(person))
        tile.setFixedWidth(TILE_WIDTH)
        tile.setAccessibleName(person.name)
        return tile

    def _pin_page(self) -> QWidget:
        words, person = self._words, self.model.chosen
        assert person is not None
        self.pin = Field(words("sign_in.pin"))
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setProperty("size", "big")
        self.pin.setMaxLength(12)
        self.pin.entered.connect(lambda _text: self._submit())
        head = column(label(self._place, "muted"), label(person.name, "big"), spacing=2)
        made = column(head, self.pin, self._pad(), spacing=SPACE_L)
        others = button(words("sign_in.others"), self._back, kind="flat")
        enter = button(words("sign_in.enter"), self._submit, kind="primary")
        made.layout().addWidget(row(others, None, enter))  # type: ignore[union-attr]
        made.setFixedWidth(320)
        return made

    def _back(self) -> None:
        self.model.unchoose()

    def _pad(self) -> QWidget:
        made = QWidget()
        places = QGridLayout(made)
        places.setContentsMargins(0, 0, 0, SPACE_XL)
        places.setSpacing(6)
        for place, sign in enumerate("123456789⌫0"):
            key = button(sign, partial(self._tap, sign))
            key.setMinimumHeight(TARGET_TILL)
            key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            places.addWidget(key, place // 3, place % 3)
        return made

    def _tap(self, sign: str) -> None:
        if self.pin is None or not self.pin.isEnabled():
            return
        if sign == "⌫":
            self.pin.backspace()
        else:
            self.pin.insert(sign)
        self.pin.setFocus()
