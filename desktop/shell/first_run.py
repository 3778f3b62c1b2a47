"""The first window of a new device: try it, found a shop, or join head office (R07)."""

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from desktop.runtime.tasks import TaskScope
from desktop.shell.beginning import Beginning, Step
from desktop.shell.sent import told_kinds
from desktop.ui.icons import pixmap
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_XL, Tone, scaled, tokens_now
from desktop.ui.widgets import (
    Banner,
    Card,
    Field,
    button,
    column,
    form_row,
    key_cap,
    label,
    row,
)
from desktop.words.texts import Words

CARD_WIDTH, FORM_WIDTH = 260, 460
PINS = ("pin", "again")
Done = Callable[[str], None]
Began = Callable[[], None]


class FirstRunPage(QWidget):
    """A page of the gate. ``done`` is called with who may sign in now, '' = ask; ``began`` once
    there is a head office, which is told of before anybody signs in."""

    def __init__(
        self, words: Words, model: Beginning, tasks: TaskScope, done: Done, began: Began
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._words = words
        self._tasks = tasks
        self._done = done
        self._began = began
        self.model = model
        self.fields: dict[str, Field] = {}
        self._typed: dict[str, str] = {}
        self._banner = Banner()
        self._layout = QVBoxLayout(self)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._content: QWidget | None = None
        self._count = label("", "muted")
        self._count.setParent(self)
        self._drawn = ""
        self._stop = model.watch(self._draw)
        self._draw()

    def leave(self) -> None:
        """The page goes."""
        self._stop()

    def press(self, key: str) -> bool:
        """1, 2, 3 choose a way; Esc goes back."""
        if key == "Escape":
            return self.model.back()
        if self.model.step is Step.JOINED and key in ("Return", "Enter"):
            self._later()
            return True
        if self.model.step is Step.CHOICE and key in ("1", "2", "3"):
            (self._demo, self._shop, self._join)[int(key) - 1]()
            return True
        return False

    # ways

    def _demo(self) -> None:
        self._tasks.start(self.model.try_demo())

    def _shop(self) -> None:
        self.model.go(Step.SHOP)

    def _join(self) -> None:
        self.model.go(Step.JOIN)

    def _found(self) -> None:
        self._tasks.start(self._founding())

    async def _founding(self) -> None:
        said = [self.fields[name].text() for name in ("name", "owner", "pin", "again")]
        if await self.model.found(said[0], said[1], said[2], said[3]):
            self._done(self.model.founded)

    def _hand_in(self) -> None:
        self._tasks.start(self._joining())

    async def _joining(self) -> None:
        if await self.model.join(self.fields["address"].text(), self.fields["code"].text()):
            self._began()

    def _go_on(self) -> None:
        self._tasks.start(self._fetching())

    async def _fetching(self) -> None:
        if await self.model.fetch():
            self._began()

    def _later(self) -> None:
        self._done("")

    # drawing

    def _draw(self) -> None:
        model = self.model
        self._count.setText(self._words("first.received", n=f"{model.received:,}"))
        self._count.setVisible(model.received > 0 and model.step is Step.WORKING)
        text = self._words.error(model.error) if model.error else ""
        self._banner.say(text, Tone.BAD)
        again = self.fields.get("again")
        if model.error is not None and model.error.code == "PINS_DIFFER" and again is not None:
            again.setFocus()
            again.selectAll()
        if (shape := f"{model.step} {model.doing}") == self._drawn:
            return
        self._drawn = shape
        pages = {
            Step.CHOICE: self._choice,
            Step.SHOP: self._shop_form,
            Step.JOIN: self._join_form,
            Step.WORKING: self._working,
            Step.JOINED: self._joined,
            Step.BROKEN: self._broken,
        }
        self._put(pages[model.step]())

    def _put(self, content: QWidget) -> None:
        # What was typed outlives the waiting in between; a PIN is typed anew.
        typed = {name: one.text() for name, one in self.fields.items() if name not in PINS}
        self._typed |= typed
        if self._content is not None:
            self._banner.setParent(self)
            self._count.setParent(self)
            self._layout.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        layout = content.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self._banner)
        self._layout.addWidget(content, 0, Qt.AlignmentFlag.AlignCenter)
        if self.model.step is Step.WORKING:
            layout.addWidget(self._count)
        for name, one in self._new_fields(content).items():
            one.setText(self._typed.get(name, one.text()))

    def _new_fields(self, content: QWidget) -> dict[str, Field]:
        found = {one.objectName(): one for one in content.findChildren(Field)}
        self.fields = found
        if found:
            next(iter(found.values())).setFocus()
        else:
            content.setFocus()
        return found

    def _head(self, title: str, hint: str) -> QWidget:
        words = self._words
        told = label(words(hint), "muted")
        told.setWordWrap(True)
        return column(label(words(title), "big"), told, spacing=4)

    def _choice(self) -> QWidget:
        ways = (
            ("1", "store", "first.demo", self._demo),
            ("2", "shopping-cart", "first.shop", self._shop),
            ("3", "network", "first.join", self._join),
        )
        cards = [self._way(*one) for one in ways]
        return column(
            self._head("first.title", "first.hint"), row(*cards, spacing=SPACE_L), spacing=SPACE_XL
        )

    def _way(self, key: str, icon_name: str, text: str, pressed: Callable[[], None]) -> Card:
        picture = QLabel()
        picture.setPixmap(pixmap(icon_name, tokens_now().accent, 32, self.devicePixelRatioF()))
        told = label(self._words(f"{text}_hint"), "muted")
        told.setWordWrap(True)
        told.setAlignment(Qt.AlignmentFlag.AlignTop)
        told.setMinimumHeight(66)
        top = row(picture, None, key_cap(key))
        card = Card(top, label(self._words(text), "title"), told, pressed=pressed)
        card.inside.setSpacing(SPACE_M)
        card.setFixedWidth(scaled(CARD_WIDTH))
        card.setAccessibleName(self._words(text))
        return card

    def _form(
        self, title: str, fields: tuple[str, ...], go: str, act: Callable[[], None]
    ) -> QWidget:
        words = self._words
        made = column(self._head(f"first.{title}", f"first.{title}_form"), spacing=SPACE_M)
        layout = made.layout()
        assert layout is not None
        boxes: list[Field] = []
        for name in fields:
            box = Field(words(f"first.{name}_example"), name=words(f"first.{name}"))
            box.setObjectName(name)
            if name in PINS:
                box.setEchoMode(QLineEdit.EchoMode.Password)
                box.setMaxLength(12)
            layout.addWidget(form_row(words(f"first.{name}"), box))
            boxes.append(box)
        for box, following in pairwise(boxes):
            box.entered.connect(lambda _text, to=following: to.setFocus())
        boxes[-1].entered.connect(lambda _text: act())
        is_first = self.model.step is Step.JOIN and not self._has_choice
        back = button(words("first.later" if is_first else "first.back"), self._back)
        layout.addWidget(row(None, back, button(words(go), act, kind="primary")))
        made.setFixedWidth(scaled(FORM_WIDTH))
        return made

    @property
    def _has_choice(self) -> bool:
        return not self.model.founded

    def _back(self) -> None:
        if not self.model.back():
            self._done("")

    def _shop_form(self) -> QWidget:
        return self._form("shop", ("name", "owner", "pin", "again"), "first.found", self._found)

    def _join_form(self) -> QWidget:
        return self._form("join", ("address", "code"), "first.hand_in", self._hand_in)

    def _working(self) -> QWidget:
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        made = column(label(self._words(self.model.doing), "title"), bar, spacing=SPACE_M)
        if self.model.doing == "first.fetching":
            layout = made.layout()
            assert layout is not None
            layout.addWidget(row(None, button(self._words("panel.cancel"), self.model.stop)))
        made.setFixedWidth(scaled(FORM_WIDTH))
        return made

    def _joined(self) -> QWidget:
        words, joined = self._words, self.model.joined
        made = column(label(words("first.joined"), "big"), spacing=SPACE_M)
        layout = made.layout()
        assert layout is not None
        told = [words("first.office", office=joined.office)]
        if joined.kinds:
            told.append(words("first.sent", what=told_kinds(words, joined.kinds)))
        if self.model.received:
            told.append(words("first.came", n=f"{self.model.received:,}"))
        told.append(words("first.joined_hint"))
        for text in told:
            line = label(text)
            line.setWordWrap(True)
            layout.addWidget(line)
        start = button(words("first.start"), self._later, kind="primary")
        layout.addWidget(row(None, start, key_cap("Enter")))
        made.setFixedWidth(scaled(FORM_WIDTH))
        return made

    def _broken(self) -> QWidget:
        words = self._words
        made = column(self._head("first.broken", "first.broken_hint"), spacing=SPACE_M)
        layout = made.layout()
        assert layout is not None
        go_on = button(words("first.go_on"), self._go_on, kind="primary")
        layout.addWidget(row(None, button(words("first.later"), self._later), go_on))
        made.setFixedWidth(scaled(FORM_WIDTH))
        return made
