"""The settings of this device: looks, till, printer, scanner, the device itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.access.model.own_pin import OwnPin
from desktop.access.view.own_pin import OwnPinPanel
from desktop.printing import display
from desktop.shell.preferences import (
    DISPLAY,
    LAN,
    LOOKS,
    PAPER,
    PRINTER,
    RULES,
    SCANNER,
    Choice,
    Preferences,
)
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone, scaled
from desktop.ui.widgets import Banner, Card, Field, button, column, form_row, label, row
from shared.channel.queries import site_of
from shared.channel.rules import DEMO_SITE
from shared.core.errors import QutongError
from shared.sync.neighbours import ADDRESS, MEMBER

if TYPE_CHECKING:
    from desktop.shell.window import Window

NAME_WIDTH = 104
ONE_COLUMN_PERCENT = 150


class SettingsScreen(Screen):
    """Cards in two columns; each change holds at once."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.model = Preferences(frame.desk, frame.settings)
        self._combos: dict[str, tuple[Choice, QComboBox]] = {}
        self.functions: dict[str, QCheckBox] = {}
        """By screen: whether it is in sight."""
        self._scan = label("", "strong")
        self._stands = label("", "strong")
        self._clockwork = QTimer(self)
        self._host = Field()
        self._printers = QComboBox()
        self._printers.setEditable(True)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        grid.setSpacing(SPACE_L)
        grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        left = column(*self._left(), spacing=SPACE_M)
        right = column(*self._right(), None, spacing=SPACE_M)
        # Large text takes the whole width: one column below the other.
        columns = 2 if scaled(100) < ONE_COLUMN_PERCENT else 1
        for number, cards in enumerate((left, right)):
            grid.addWidget(cards, number // columns, number % columns, Qt.AlignmentFlag.AlignTop)
        for number in range(columns):
            grid.setColumnStretch(number, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.until_gone(self.model.watch(self._draw))
        self.watch(self._warn, "user_pin", "user_grant")
        self._draw()
        frame.tasks.start(self.model.load())

    def _left(self) -> list[QWidget]:
        if self.frame.person.is_at_till_only:
            return [self._looks(), self._device()]
        return [self._looks(), self._till(), self._device(), *self._functions()]

    def _right(self) -> list[QWidget]:
        """What stands around the till is not for who only sells to change."""
        if self.frame.person.is_at_till_only:
            return []
        return [self._paper(), self._scanner(), self._sharing()]

    def key_actions(self) -> tuple[Action, ...]:
        if self.frame.person.is_at_till_only:
            return (
                Action(text="settings.change_pin", keys=("P",), run=self._change_pin),
                Action(text="shell.lock", keys=("Ctrl+L",), run=self._lock),
            )
        return (
            Action(text="settings.test_print", keys=("F10",), run=self._test_print),
            Action(text="settings.test_display", keys=("F9",), run=self._test_display),
            Action(text="settings.change_pin", keys=("P",), run=self._change_pin),
            Action(text="keys.change_some", keys=("K",), run=self._keys),
            Action(text="shell.lock", keys=("Ctrl+L",), run=self._lock, in_line=False),
        )

    def scanned(self, code: str) -> bool:
        self.model.scanned(code)
        return True

    # cards

    def _card(self, title: str, *parts: QWidget) -> Card:
        card = Card(label(self.words(title), "strong"), *parts)
        card.inside.setSpacing(SPACE_S)
        return card

    def _looks(self) -> QWidget:
        return self._card("settings.looks", *(self._choice(one) for one in LOOKS))

    def _paper(self) -> QWidget:
        words = self.words
        line = self._printers.lineEdit()
        assert line is not None
        line.setPlaceholderText(words("settings.printer_example"))
        line.editingFinished.connect(self._printer_typed)
        self._printers.setAccessibleName(words("settings.printer"))
        self._printers.activated.connect(lambda _place: self._printer_typed())
        test = button(words("settings.test_print"), self._test_print, icon_name="printer")
        self._shown_at = self._typed(display.ADDRESS, words("settings.display_example"))
        shows = button(words("settings.test_display"), self._test_display)
        return self._card(
            "settings.paper",
            self._named("settings.printer", self._printers),
            *(self._choice(one) for one in PAPER),
            self._named("settings.display_address", self._shown_at),
            self._choice(DISPLAY),
            row(None, shows, test),
        )

    def _till(self) -> QWidget:
        hint = label(self.words("settings.till_hint"), "small")
        hint.setWordWrap(True)
        return self._card("settings.till", *(self._choice(one) for one in RULES), hint)

    def _scanner(self) -> QWidget:
        words = self.words
        prefix = self._typed("scanner.prefix", words("settings.prefix_example"))
        port = self._typed("scanner.port", words("settings.port_example"))
        hint = label(words("settings.scan_hint"), "small")
        hint.setWordWrap(True)
        return self._card(
            "settings.scanner",
            self._named("settings.prefix", prefix),
            *(self._choice(one) for one in SCANNER),
            self._named("settings.port", port),
            hint,
            self._scan,
        )

    def _sharing(self) -> QWidget:
        words = self.words
        self._host = self._typed(ADDRESS, words("settings.lan_example"))
        hint = label(words("settings.lan_hint"), "small")
        for one in (hint, self._stands):
            one.setWordWrap(True)
        # The host is reached or lost without anybody doing anything here.
        self._clockwork.timeout.connect(self._draw_sharing)
        self._clockwork.start(1000)
        return self._card(
            "settings.lan",
            self._choice(LAN),
            self._named("settings.lan_address", self._host),
            hint,
            self._stands,
        )

    def _draw_sharing(self) -> None:
        self._stands.setText(self.model.sharing_text(self.words))
        self._host.setEnabled(self.model.get(LAN) == MEMBER)

    def _device(self) -> QWidget:
        words = self.words
        parts: list[QWidget] = []
        identity = self.frame.desk.store.identity
        for name, value in (
            ("settings.person", self._person()),
            ("settings.site", self.frame.person.site_name),
            ("settings.device", identity.device_id if identity is not None else ""),
            ("settings.office", identity.server_url if identity is not None else ""),
        ):
            shown = label(value or words("settings.none"))
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            parts.append(self._named(name, shown))
        self._warning = Banner()
        parts.append(self._warning)
        pin = button(words("settings.change_pin"), self._change_pin)
        lock = button(words("shell.lock"), self._lock, icon_name="log-out")
        parts.append(row(pin, lock, None))
        if self.frame.person.is_at_till_only:
            return self._card("settings.this_device", *parts)
        keys = button(words("keys.change_some"), self._keys, icon_name="command")
        parts.append(row(keys, None))
        if identity is not None and not identity.server_url:
            join = button(words("news.join_office"), self._join, icon_name="network")
            leave = button(words("settings.leave_demo"), self._leave_demo)
            parts.append(row(join if not self._has_demo else leave, None))
        return self._card("settings.this_device", *parts)

    def _person(self) -> str:
        """By name and role. Ids are head office's; those of a shop's own people say nothing."""
        person = self.frame.person
        is_own = bool(person.site_id) and person.user_id.startswith(f"{person.site_id}.")
        known = self.words.of("role", person.role) if is_own else person.user_id
        return f"{person.name} ({known})"

    def _functions(self) -> list[QWidget]:
        """What a shop of its own may bring into sight; nothing where all of it is."""
        words, wanted = self.words, self.frame.on_demand
        if not wanted:
            return []
        hint = label(words("settings.functions_hint"), "small")
        hint.setWordWrap(True)
        boxes: list[QWidget] = []
        for name in wanted:
            box = QCheckBox(words(f"screen.{name}"))
            box.setChecked(name in self.frame.offered)
            box.toggled.connect(lambda on, one=name: self._window.offer(one, on))
            self.functions[name] = box
            boxes.append(box)
        return [self._card("settings.functions", hint, *boxes)]

    # parts

    def _named(self, name: str, widget: QWidget) -> QWidget:
        return form_row(self.words(name), widget, width=NAME_WIDTH)

    def _choice(self, choice: Choice) -> QWidget:
        combo = QComboBox()
        name = self.words(f"settings.{choice.key.replace('.', '_')}")
        combo.setAccessibleName(name)
        for value, text in zip(choice.values, choice.texts, strict=True):
            combo.addItem(self.words(text), value)
        combo.activated.connect(lambda _place: self._set(choice, combo))
        self._combos[choice.key] = (choice, combo)
        return form_row(name, combo, width=NAME_WIDTH)

    def _typed(self, key: str, example: str) -> Field:
        field = Field(example, text=self.model.text(key))
        field.editingFinished.connect(lambda: self._put(key, field))
        return field

    def _warn(self) -> None:
        """Whether others can sign in as this person; it stays until there is a PIN."""
        is_open = OwnPin(self.frame.desk).is_missed
        self._warning.say(self.words("settings.pin_missed") if is_open else "", Tone.WAITING)

    def _draw(self) -> None:
        self._warn()
        may = self.frame.person.may("shop.settings")
        for choice, combo in self._combos.values():
            combo.setCurrentIndex(choice.values.index(self.model.get(choice)))
            combo.setEnabled(may or choice not in (*RULES, LAN))
        self._draw_sharing()
        known = self.model.text(PRINTER)
        line = self._printers.lineEdit()
        if line is not None and not line.hasFocus():
            self._printers.clear()
            self._printers.addItems([*self.model.printers])
            self._printers.setCurrentText(known)
        code = self.model.last_scan
        self._scan.setText(self.words("settings.scanned", code=code) if code else "")

    # acts

    def _set(self, choice: Choice, combo: QComboBox) -> None:
        self.frame.tasks.start(self.model.set(choice, str(combo.currentData())))

    def _put(self, key: str, field: QLabel | Field) -> None:
        self._told(lambda: self.model.put_text(key, field.text()))

    def _printer_typed(self) -> None:
        self._told(lambda: self.model.put_text(PRINTER, self._printers.currentText()))

    def _told(self, act: Callable[[], None]) -> None:
        try:
            act()
        except QutongError as error:
            self.frame.tell(error)

    def _test_print(self) -> None:
        words = self.words
        self.frame.paper.receipt(self.model.test_slip(words), words("settings.test_title"))
        has_printer = bool(self.model.text(PRINTER))
        said = "settings.test_sent" if has_printer else "settings.test_kept"
        self.frame.say(words(said), Tone.GOOD if has_printer else Tone.WAITING)

    def _test_display(self) -> None:
        self.frame.tasks.start(self._show_test())

    async def _show_test(self) -> None:
        await self.model.test_display(self.words)
        self.frame.say(self.words("settings.display_sent"), Tone.GOOD)

    def _change_pin(self) -> None:
        self.frame.tasks.start(self._changing())

    async def _changing(self) -> None:
        pin = OwnPin(self.frame.desk)
        if await self.frame.ask(OwnPinPanel(self.words, pin, self.frame.tasks)):
            self.frame.say(self.words("settings.pin_changed"), Tone.GOOD)
            self._warn()

    @property
    def _window(self) -> "Window":
        from desktop.shell.window import Window

        found = self.window()
        assert isinstance(found, Window)
        return found

    @property
    def _has_demo(self) -> bool:
        place = self.frame.desk.read(site_of, self.frame.person.site_id)
        return place is not None and place.site_type == DEMO_SITE

    def _keys(self) -> None:
        self.frame.open("keys", "")

    def _lock(self) -> None:
        self._window.around.acts.lock()

    def _join(self) -> None:
        self._window.around.acts.join()

    def _leave_demo(self) -> None:
        leave = self._window.around.acts.leave_demo
        if leave is not None:
            leave()
