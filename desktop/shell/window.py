"""The main window around the screens: one at a time, with panels, messages and the status bar."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from desktop.runtime.keys import later
from desktop.runtime.tasks import TaskScope
from desktop.shell.deck import Deck
from desktop.shell.header import Header
from desktop.shell.keys import Keys
from desktop.shell.places import PLACE, place_of
from desktop.shell.rail import Rail
from desktop.shell.sheet import Sheet
from desktop.shell.sight import Sight
from desktop.shell.statusbar import Standing, StatusBar
from desktop.shell.surroundings import Surroundings
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.keyline import KeyLine
from desktop.ui.keymap import EVERYWHERE, KeyMap
from desktop.ui.panel import Overlay, Panel
from desktop.ui.screen import Screen, ScreenSpec
from desktop.ui.theme import Tone
from shared.core.errors import QutongError

REMEMBERS_MS = 400


class Window(QMainWindow):
    """The window of one signed-in person."""

    standing_shown = Signal()
    """Where the device stands was looked at again."""

    def __init__(self, around: Surroundings, tasks: TaskScope) -> None:
        super().__init__()
        self.tasks = tasks
        self.keymap = KeyMap(around.settings)
        self._queued: list[str] = []
        self._is_remembering = False
        self._kept: dict[str, Any] = {}
        self.is_going = False
        """The program takes the window away itself: nobody closed it."""
        self._build(around)

    def _build(self, around: Surroundings) -> None:
        words, person, lock = around.words, around.person, around.acts.lock
        self.around = around
        self.words = words
        self.sight = Sight(around.screens, person, around.settings)
        self.setWindowTitle(words("app.name"))
        self.rail = self._new_rail()
        self.header = Header(words, person, lock=lock, find=self.show_palette)
        self._title = self.header.title
        self.stack = Deck(lambda screen_id: self.specs[screen_id].make(self._frame()))
        self.sheet = Sheet(lambda: self.show_sheet(None, ""))
        self.keyline = KeyLine(words)
        self.keyline.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bar = StatusBar(words)
        self._side = QHBoxLayout()
        middle = _filled(QHBoxLayout(), self.stack, self.sheet, grows=self.stack)
        right = _filled(QVBoxLayout(), self.header, middle, self.keyline, grows=middle)
        top = _filled(self._side, self.rail, right, grows=right)
        whole = _filled(QVBoxLayout(), top, self.bar, grows=top)
        whole.setObjectName("page")
        self.setCentralWidget(whole)
        self.overlay = Overlay(whole)
        self.overlay.leave_open(self.keyline)
        self.keys = Keys(
            words,
            person,
            self.keymap,
            line=self.keyline,
            overlay=self.overlay,
            deck=self.stack,
            common=self._common(),
        )
        self.keyline.acted.connect(self.show_keys)
        self.bar.pressed.connect(self.show_messages)
        self.bar.tasks_pressed.connect(lambda: self.show_messages("tasks"))

    # screens

    @property
    def specs(self) -> dict[str, ScreenSpec]:
        """The screens this person has here, by id."""
        return self.sight.specs

    @property
    def screens(self) -> dict[str, Screen]:
        """The screens made so far, by id."""
        return self.stack.screens

    @property
    def current(self) -> Screen | None:
        """The screen in front."""
        return self.stack.current

    @property
    def current_id(self) -> str:
        """The id of the screen in front."""
        return self.stack.current_id

    def offer(self, screen_id: str, is_offered: bool) -> None:
        """Bring a screen into sight at this site, or out of it; remembered on this device."""
        self.sight.offer(screen_id, is_offered)
        old, self.rail = self.rail, self._new_rail()
        self._side.replaceWidget(old, self.rail)
        old.hide()
        old.deleteLater()
        self.rail.mark(self.current_id)
        # What stands at home, and the ticks in the settings, follow.
        for name in ("home", "settings"):
            self.stack.forget(name)

    def _new_rail(self) -> Rail:
        return Rail(self.words, self.sight.listed, self.open)

    def open(self, screen_id: str, subject: str = "") -> None:
        """Bring a screen to the front, made when it is first asked for."""
        screen_id = self.sight.home_id if screen_id == "home" else screen_id
        if screen_id not in self.specs:
            return
        self.show_sheet(None, "")
        if screen_id not in self.sight.offered:
            self.offer(screen_id, True)
        # A pressed entry of the rail is lit by itself: when its screen cannot be made, the one in
        # front stays marked.
        self.rail.mark(self.current_id)
        screen = self.stack.made(screen_id)
        self.stack.setCurrentWidget(screen)
        self.rail.setVisible(not screen.takes_window)
        self.header.setVisible(not screen.takes_window)
        self.rail.mark(screen_id)
        self._title.setText(self.words(f"screen.{screen_id}"))
        self.around.settings.put(f"screen.{self.around.person.user_id}", screen_id)
        # A screen that puts the focus nowhere has it itself: keys act, nothing in the rail is lit.
        screen.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        screen.setFocus()
        screen.shown(subject)
        self.show_keys()

    def _frame(self) -> Frame:
        around = self.around
        return Frame(
            words=around.words,
            desk=around.desk,
            person=around.person,
            tasks=self.tasks.child(),
            settings=around.settings,
            paper=around.paper,
            say=self.say,
            tell=self.tell,
            open=self.open,
            show_sheet=self.show_sheet,
            ask=self.ask,
            approve=around.approve,
            sync=around.sync,
            lock=around.acts.lock,
            screens=frozenset(self.specs),
            offered=self.sight.offered,
            on_demand=self.sight.on_demand,
            detail=around.detail,
            cut_packet=around.cut_packet,
            kept=self._kept,
            album=around.album,
        )

    # keys

    def show_keys(self) -> None:
        """Draw the key line anew."""
        self.keys.show()

    def own_actions_of(self, screen_id: str) -> Sequence[Action]:
        """The actions of a screen this person has, or of every screen (``*``), with the keys the
        program gives them: what a page of keys lists."""
        if screen_id == EVERYWHERE:
            return self.keys.common
        if screen_id not in self.specs:
            return ()
        return self.keys.allowed(self.stack.made(screen_id).key_actions())

    def _common(self) -> tuple[Action, ...]:
        return (
            Action(text="shell.help", keys=("F1",), run=self.show_help),
            Action(text="shell.palette", keys=("Ctrl+K",), run=self.show_palette),
            Action(text="shell.messages", keys=("F12",), run=self.show_messages),
            Action(text="shell.lock", keys=("Ctrl+L",), run=self.around.acts.lock),
            Action(text="shell.home", keys=("Alt+Home",), run=lambda: self.open("home")),
        )

    def press(self, key: str) -> bool:
        """Do what this key does here; False when it does nothing."""
        self.bar.say("", Tone.PLAIN)
        return self.keys.press(key) or (key in ("Escape", "Esc") and self._step_back())

    def _step_back(self) -> bool:
        if self.overlay.top is not None:
            self.overlay.top.back()
            return True
        if self.sheet.isVisible():
            self.show_sheet(None, "")
            return True
        if self.current is not None and self.current.takes_window:
            if self.current.may_leave():
                self.open("home")
            return True
        return False

    # scans

    def scanned(self, code: str) -> None:
        """A scan arrived: the panel or the screen takes it, or it waits with a low beep."""
        top = self.overlay.top
        if top is not None:
            if not self._takes(top, code):
                self._queued.append(code)
                self.around.sound(Tone.WAITING)
            return
        if self.current is None or not self._takes(self.current, code):
            self.around.sound(Tone.BAD)
            self.bar.say(self.words("shell.scan_unused", code=code), Tone.WAITING)
        self.show_keys()

    def _takes(self, place: Panel | Screen, code: str) -> bool:
        """Whether a scan was taken; what is wrong with it is told like that of a key."""
        try:
            return place.scanned(code)
        except QutongError as error:
            self.around.sound(Tone.BAD)
            self.tell(error)
            return True

    def _take_queued(self) -> None:
        queued, self._queued = self._queued, []
        for code in queued:
            self.scanned(code)

    # panels, the sheet, sentences

    def show_palette(self) -> None:
        """Ctrl+K."""
        from desktop.shell.palette import Palette

        self._lay(Palette(self))

    def show_help(self) -> None:
        """F1."""
        from desktop.shell.help import HelpPanel

        self._lay(HelpPanel(self))

    def show_messages(self, tab: str = "") -> None:
        """F12, or a click on the bar; on a tab of it, such as ``tasks``."""
        from desktop.shell.messages import Messages

        self._lay(Messages(self, self._frame(), tab=tab))

    def _lay(self, panel: Panel) -> None:
        if self.overlay.top is None:
            self.tasks.start(self._shown(panel))

    async def _shown(self, panel: Panel) -> None:
        act = await self.ask(panel)
        if callable(act):
            act()

    async def ask(self, panel: Panel) -> Any:
        """Lay a panel over the window and wait for its answer."""
        # Before it is seen: a button that came later would move the panel.
        self.keys.show_confirm(panel)
        asked = self.overlay.ask(panel)
        later(0, self.show_keys, self)
        try:
            return await asked
        finally:
            self.show_keys()
            if self.overlay.top is None:
                self._take_queued()

    def show_sheet(self, content: QWidget | None, title: str) -> None:
        """Show something at the right, or close what is there."""
        self.sheet.put(content, title)

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """A sentence at the foot of the window, with its sound; a bad one stays until a key."""
        say = self.bar.say if tone is Tone.BAD else self.bar.say_a_while
        say(text, tone)
        self.around.sound(tone)

    def tell(self, error: QutongError) -> None:
        """What is wrong and what to do next; stays until a key is pressed."""
        self.say(self.words.error(error), Tone.BAD)

    @property
    def standing(self) -> Standing | None:
        """Where the device stood when the bar was drawn last."""
        return self.bar.standing

    def show_standing(self, standing: Standing) -> None:
        """Where the device stands, for the bar."""
        self.bar.show_standing(standing)
        self.standing_shown.emit()

    # the window itself

    def change(self, around: Surroundings) -> None:
        """Another language or look: everything is drawn anew, the work stays where it was."""
        at = self.current_id or "home"
        for panel in list(self.overlay.panels):
            panel.close_with(None)
        self._drop_screens()
        self._build(around)
        self.open(at if at in self.specs else "home")

    def _drop_screens(self) -> None:
        # The line asks its actions now and then; a screen that went cannot answer.
        self.keyline.show_actions(())
        self.stack.drop()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.overlay.fit()
        self._remember_place()

    def moveEvent(self, event: QMoveEvent) -> None:  # noqa: N802
        super().moveEvent(event)
        self._remember_place()

    def _remember_place(self) -> None:
        if not self._is_remembering and self.isVisible():
            self._is_remembering = True
            later(REMEMBERS_MS, self._put_place, self)

    def _put_place(self) -> None:
        self._is_remembering = False
        self.around.settings.put(PLACE, place_of(self))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self._drop_screens()
        self.tasks.cancel()
        if not self.is_going:
            self.around.closed()
        super().closeEvent(event)


def _filled(layout: QBoxLayout, *parts: QWidget, grows: QWidget) -> QWidget:
    """A widget with these parts side by side or below each other, without a gap."""
    made = QWidget()
    made.setLayout(layout)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        layout.addWidget(part, int(part is grows))
    return made
