"""The main window around the screens: one at a time, with panels, messages and the status bar."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.runtime.keys import later
from desktop.runtime.tasks import TaskScope
from desktop.shell.jobs import Jobs
from desktop.shell.rail import Rail
from desktop.shell.statusbar import Standing, StatusBar
from desktop.store.desk import Desk
from desktop.ui.actions import Action
from desktop.ui.frame import Frame, Paper, Person, Settings
from desktop.ui.keyline import KeyLine
from desktop.ui.keymap import EVERYWHERE, KeyMap
from desktop.ui.panel import Overlay, Panel
from desktop.ui.screen import Screen, ScreenSpec

if TYPE_CHECKING:
    from desktop.sync.packets import Exported, Imported
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import button, label
from desktop.words.texts import Words
from shared.core.errors import QutongError

SAYS_MS = 6_000
REMEMBERS_MS = 400
PLACE = "window.place"
"""Setting: where the window stood last, ``x,y,width,height,maximised``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What the program does for a person beside screens."""

    lock: Callable[[], None]
    """Back to signing in; the work stays open for the same person."""
    join: Callable[[], None]
    """Join a head office, or go on with the first sync."""
    leave_demo: Callable[[], None] | None = None
    """Back to the real shop; None outside the demo shop."""
    jobs: Jobs | None = None
    """What waits for a printer; None on a device without printers."""
    packet_out: "Callable[[Path], Exported] | None" = None
    """Write what head office lacks onto a stick (Q06); blocks. None where nothing can be."""
    packet_in: "Callable[[Path], Imported] | None" = None
    """Take head office's answer in from a stick; blocks."""
    hold: Callable[[], None] | None = None
    """Fetch nothing more from head office for a while; None where nothing is fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the program hands its window; the same for all screens."""

    words: Words
    desk: Desk
    person: Person
    settings: Settings
    paper: Paper
    screens: Sequence[ScreenSpec]
    sync: Callable[[], None]
    approve: Callable[..., Awaitable[Any]]
    sound: Callable[[Tone], None]
    closed: Callable[[], None]
    acts: Acts
    detail: Callable[..., Any] | None = None
    """Asks head office's server for detail this device does not hold."""
    cut_packet: Callable[..., Any] | None = None
    """Has the server write the prices a device lacks into a file for a stick."""
    album: Any = None
    """Pictures of goods, here and at head office."""


class Window(QMainWindow):
    """The window of one signed-in person."""

    standing_shown = Signal()
    """Where the device stands was looked at again."""

    def __init__(self, around: Surroundings, tasks: TaskScope) -> None:
        super().__init__()
        self.around = around
        self.tasks = tasks
        self.words = around.words
        self.keymap = KeyMap(around.settings)
        self.screens: dict[str, Screen] = {}
        self.specs = _specs(around)
        self._queued: list[str] = []
        self._is_remembering = False
        self.is_going = False
        """The program takes the window away itself: nobody closed it."""
        self._build()

    def _build(self) -> None:
        words = self.words
        self.setWindowTitle(words("app.name"))
        self.rail = self._new_rail()
        self.header = self._header()
        self.stack = QStackedWidget()
        self.sheet = _Sheet(lambda: self.show_sheet(None, ""))
        self.keyline = KeyLine(words)
        self.keyline.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bar = StatusBar(words)
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.stack, 1)
        across.addWidget(self.sheet)
        right = QWidget()
        down = QVBoxLayout(right)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        for part in (self.header, middle, self.keyline):
            down.addWidget(part, 1 if part is middle else 0)
        top = QWidget()
        side = QHBoxLayout(top)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        side.addWidget(self.rail)
        side.addWidget(right, 1)
        self._side = side
        whole = QWidget()
        whole.setObjectName("page")
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(top, 1)
        layout.addWidget(self.bar)
        self.setCentralWidget(whole)
        self.overlay = Overlay(whole)
        self.overlay.leave_open(self.keyline)
        self.keyline.acted.connect(self.show_keys)
        self.bar.pressed.connect(self.show_messages)
        self.bar.tasks_pressed.connect(lambda: self.show_messages("tasks"))

    def _header(self) -> QWidget:
        made = QWidget()
        made.setObjectName("header")
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        made.setFixedHeight(scaled(48))
        layout = QHBoxLayout(made)
        layout.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        layout.setSpacing(SPACE_M)
        self._title = QLabel()
        self._title.setObjectName("title")
        person = self.around.person
        place = " · ".join(part for part in (person.site_name, person.name) if part)
        layout.addWidget(self._title)
        layout.addStretch(1)
        who = button(place, self.around.acts.lock, kind="flat", icon_name="user")
        who.setToolTip(self.words("shell.switch_user"))
        who.setProperty("data", True)
        who.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout.addWidget(who)
        self.search = button(self.words("shell.search"), self.show_palette, icon_name="search")
        self.search.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout.addWidget(self.search)
        return made

    # screens

    @property
    def on_demand(self) -> list[str]:
        """The screens that stay out of sight until they are wanted, of this person here."""
        is_alone = self.around.person.is_alone
        return [name for name, one in self.specs.items() if is_alone and one.is_on_demand]

    @property
    def offered(self) -> frozenset[str]:
        """The screens in sight."""
        wanted = self.around.settings.get(self._wanted_key).split()
        return frozenset(self.specs) - (frozenset(self.on_demand) - set(wanted))

    def offer(self, screen_id: str, is_offered: bool) -> None:
        """Bring a screen into sight at this site, or out of it; remembered on this device."""
        wanted = [one for one in self.on_demand if one in self.offered and one != screen_id]
        wanted += [screen_id] if is_offered else []
        self.around.settings.put(self._wanted_key, " ".join(wanted))
        old, self.rail = self.rail, self._new_rail()
        self._side.replaceWidget(old, self.rail)
        old.hide()
        old.deleteLater()
        self.rail.mark(self.current_id)
        # What stands at home, and the ticks in the settings, follow.
        for name in ("home", "settings"):
            self._forget(name)

    def _forget(self, screen_id: str) -> None:
        """Make a screen anew when it is opened next; not the one in front."""
        screen = self.screens.get(screen_id)
        if screen is not None and screen is not self.current:
            del self.screens[screen_id]
            self.stack.removeWidget(screen)
            screen.leave()
            screen.deleteLater()

    @property
    def _wanted_key(self) -> str:
        return f"wanted.{self.around.person.site_id}"

    def _new_rail(self) -> Rail:
        offered = self.offered
        listed = [one for name, one in self.specs.items() if one.in_rail and name in offered]
        return Rail(self.words, listed, self.open)

    @property
    def current(self) -> Screen | None:
        """The screen in front."""
        found = self.stack.currentWidget()
        return found if isinstance(found, Screen) else None

    @property
    def home_id(self) -> str:
        """Where one comes back to: home, or the first screen beside the till of who has none."""
        if "home" in self.specs:
            return "home"
        rest = [one.id for one in self.specs.values() if one.in_rail and one.id != "till"]
        return next(iter(rest), next(iter(self.specs), "home"))

    def open(self, screen_id: str, subject: str = "") -> None:
        """Bring a screen to the front, made when it is first asked for."""
        screen_id = self.home_id if screen_id == "home" else screen_id
        spec = self.specs.get(screen_id)
        if spec is None:
            return
        self.show_sheet(None, "")
        if screen_id not in self.offered:
            self.offer(screen_id, True)
        # A pressed entry of the rail is lit by itself: when its screen cannot be made, the one in
        # front stays marked.
        self.rail.mark(self.current_id)
        screen = self._made(screen_id, spec)
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

    def _made(self, screen_id: str, spec: ScreenSpec) -> Screen:
        if screen_id not in self.screens:
            self.screens[screen_id] = spec.make(self._frame())
            self.stack.addWidget(self.screens[screen_id])
        return self.screens[screen_id]

    @property
    def current_id(self) -> str:
        """The id of the screen in front."""
        return next((name for name, one in self.screens.items() if one is self.current), "")

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
            screens=frozenset(self.specs),
            offered=self.offered,
            on_demand=tuple(self.on_demand),
            detail=around.detail,
            cut_packet=around.cut_packet,
            album=around.album,
        )

    def show_keys(self) -> None:
        """Draw the key line anew."""
        self.keyline.is_large = self.current is not None and self.current.takes_window
        actions = self._allowed(self._own_actions())
        top = self.overlay.top
        if top is not None:
            top.show_confirm(self.words, actions, self._act)
        if top is not None and not any(_leaves(one) for one in actions):
            # Every panel says how to leave it, and the line stays where it is.
            actions.append(Action(text="ask.back", keys=("Escape",), run=top.back))
        self.keyline.show_actions(actions)
        if top is not None:
            self.overlay.fit()

    def _act(self, action: Action) -> None:
        """A click on a button that stands for an action."""
        if action.is_enabled():
            action.run()
            self.show_keys()

    def _own_actions(self) -> Sequence[Action]:
        top = self.overlay.top
        if top is not None:
            return top.key_actions()
        return self._bound_actions()

    def _bound_actions(self) -> Sequence[Action]:
        if self.current is None:
            return ()
        return self.keymap.bound(self.current_id, self.current.key_actions())

    def own_actions_of(self, screen_id: str) -> Sequence[Action]:
        """The actions of a screen this person has, or of every screen (``*``), with the keys the
        program gives them: what a page of keys lists."""
        if screen_id == EVERYWHERE:
            return self._common()
        spec = self.specs.get(screen_id)
        if spec is None:
            return ()
        return self._allowed(self._made(screen_id, spec).key_actions())

    def _allowed(self, actions: Sequence[Action]) -> list[Action]:
        return [one for one in actions if self.around.person.may(one.permission)]

    def press(self, key: str) -> bool:
        """Do what this key does here; False when it does nothing."""
        self.bar.say("", Tone.PLAIN)
        top = self.overlay.top
        if top is not None and top.takes_key(key):
            return True
        for action in (*self._allowed(self._own_actions()), *self.common_actions()):
            if key in action.keys:
                if action.is_enabled():
                    action.run()
                    self.show_keys()
                return True
        if key in ("Escape", "Esc"):
            return self._step_back()
        return False

    def common_actions(self) -> tuple[Action, ...]:
        """What can be done on every screen; a screen's own key of the same name comes first."""
        if self.overlay.top is not None:
            return ()
        return tuple(self.keymap.bound(EVERYWHERE, self._common()))

    def _common(self) -> tuple[Action, ...]:
        return (
            Action(text="shell.help", keys=("F1",), run=self.show_help),
            Action(text="shell.palette", keys=("Ctrl+K",), run=self.show_palette),
            Action(text="shell.messages", keys=("F12",), run=self.show_messages),
            Action(text="shell.lock", keys=("Ctrl+L",), run=self.around.acts.lock),
            Action(text="shell.home", keys=("Alt+Home",), run=lambda: self.open("home")),
        )

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

    def screen_actions(self) -> Sequence[Action]:
        """What the screen in front offers this person."""
        return self._allowed(self._bound_actions())

    @property
    def standing(self) -> Standing | None:
        """Where the device stood when the bar was drawn last."""
        return self.bar.standing

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
            if not top.scanned(code):
                self._queued.append(code)
                self.around.sound(Tone.WAITING)
            return
        if self.current is None or not self.current.scanned(code):
            self.around.sound(Tone.BAD)
            self.bar.say(self.words("shell.scan_unused", code=code), Tone.WAITING)
        self.show_keys()

    # what screens ask for

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """A sentence at the foot of the window, with its sound."""
        self.bar.say(text, tone)
        self.around.sound(tone)
        if tone is not Tone.BAD:
            later(SAYS_MS, lambda: self._unsay(text), self)

    def tell(self, error: QutongError) -> None:
        """What is wrong and what to do next; stays until a key is pressed."""
        self.say(self.words.error(error), Tone.BAD)

    def _unsay(self, text: str) -> None:
        if self.bar.last.text() == text:
            self.bar.say("", Tone.PLAIN)

    def show_sheet(self, content: QWidget | None, title: str) -> None:
        """Show something at the right, or close what is there."""
        self.sheet.put(content, title)

    async def ask(self, panel: Panel) -> Any:
        """Lay a panel over the window and wait for its answer."""
        # Before it is seen: a button that came later would move the panel.
        panel.show_confirm(self.words, self._allowed(panel.key_actions()), self._act)
        asked = self.overlay.ask(panel)
        later(0, self.show_keys, self)
        try:
            return await asked
        finally:
            self.show_keys()
            if self.overlay.top is None:
                self._take_queued()

    def _take_queued(self) -> None:
        queued, self._queued = self._queued, []
        for code in queued:
            self.scanned(code)

    def show_standing(self, standing: Standing) -> None:
        """Where the device stands, for the bar."""
        self.bar.show_standing(standing)
        self.standing_shown.emit()

    def change(self, around: Surroundings) -> None:
        """Another language or look: everything is drawn anew, the work stays where it was."""
        at = self.current_id or "home"
        for panel in list(self.overlay.panels):
            panel.close_with(None)
        self._drop_screens()
        self.around = around
        self.words = around.words
        self.specs = _specs(around)
        self._build()
        self.open(at if at in self.specs else self.home_id)

    def _drop_screens(self) -> None:
        # The line asks its actions now and then; a screen that went cannot answer.
        self.keyline.show_actions(())
        for one in self.screens.values():
            one.leave()
            one.deleteLater()
        self.screens.clear()

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
        at = self.normalGeometry()
        figures = (at.x(), at.y(), at.width(), at.height(), int(self.isMaximized()))
        self.around.settings.put(PLACE, ",".join(map(str, figures)))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self._drop_screens()
        self.tasks.cancel()
        if not self.is_going:
            self.around.closed()
        super().closeEvent(event)


class _Sheet(QWidget):
    """The side sheet."""

    def __init__(self, closed: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(scaled(360))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_L)
        self._layout.setSpacing(SPACE_M)
        self._title = label("", "strong")
        head = QWidget()
        across = QHBoxLayout(head)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self._title)
        across.addStretch(1)
        across.addWidget(button("", closed, kind="flat", icon_name="x"))
        self._layout.addWidget(head)
        self._content: QWidget | None = None
        self.hide()

    def put(self, content: QWidget | None, title: str) -> None:
        if self._content is not None:
            self._layout.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        if content is not None:
            self._layout.addWidget(content, 1)
            self._title.setText(title)
        self.setVisible(content is not None)


def _specs(around: Surroundings) -> dict[str, ScreenSpec]:
    return {one.id: one for one in around.screens if one.is_for(around.person)}


def _leaves(action: Action) -> bool:
    """Whether an action of a panel is the way out of it."""
    return "Escape" in action.keys or action.text == "ask.back"
