"""The running program: one client, one window, who is signed in, language and look."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.app.appearance import Appearance
from desktop.app.client import Client
from desktop.app.crashes import CrashBook
from desktop.app.entrance import Entrance, Within, take_away
from desktop.app.failures import Failures
from desktop.app.input import Input
from desktop.app.main import AGAIN
from desktop.app.paper import DevicePaper
from desktop.app.persons import person_of
from desktop.app.settings import StoreSettings
from desktop.app.standing import standing_now
from desktop.app.store_network import StoreNetwork
from desktop.app.syncing import Syncing
from desktop.app.tending import Tending
from desktop.app.tones import Tones
from desktop.runtime.keys import later
from desktop.shell.gate import Gate
from desktop.shell.places import PLACE, put_in_place
from desktop.shell.surroundings import Acts, Surroundings
from desktop.shell.window import Window
from desktop.store.desk import Desk
from desktop.ui.fonts import load_fonts
from desktop.ui.frame import Person
from desktop.ui.screen import ScreenSpec
from desktop.ui.theme import Scheme
from desktop.words.texts import Language, Words

if TYPE_CHECKING:
    from desktop.sync.worker import SyncWorker

STANDING_MS = 1_000
SYNC_AFTER_MS = 1_000
QUIT = 0
LOOKS = ("language", "scheme", "text_percent", PLACE)
"""Settings the first picture of the next start goes by."""
DEMO = "-demo"


class Program:
    """Holds the parts that live as long as the program; screens never see it."""

    def __init__(
        self,
        application: QApplication,
        client: Client,
        screens: Sequence[ScreenSpec],
        *,
        crashes: CrashBook | None = None,
    ) -> None:
        self.application = application
        self.client = client
        self.screens = screens
        self._failures = Failures(
            crashes,
            words=lambda: self.words,
            window=lambda: self.window,
            gate=lambda: self.gate,
            start_again=lambda: self.start_again(user_id=client.store.author_id),
            end=self._window_closed,
        )
        self.tasks = self._failures.tasks
        self.desk = Desk(client.store)
        self.settings = StoreSettings(client.store)
        self.settings.watch(self._set)
        self._appearance = Appearance(application, self.settings, client.home)
        self.words = Words(self._appearance.language)
        self.window: Window | None = None
        self._syncing = Syncing(client)
        self._entrance = Entrance(
            application, client, self.desk, self.settings, self.tasks, self._within()
        )
        self._tending = Tending(
            client,
            self.desk,
            self._entrance,
            self.tasks,
            worker=lambda: self.worker,
            words=lambda: self.words,
            say=lambda text, tone: self.window.say(text, tone) if self.window else None,
            sync=self._syncing.now,
        )
        self._network = StoreNetwork(client, self.desk, self.settings)
        self.next_home: tuple[Path, str] | None = None
        self.opened: Callable[[], None] = lambda: None
        """Called when the gate or a person's window was shown."""
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        load_fonts()
        self._appearance.dress()
        self._paper = DevicePaper(client.home, self.settings, client.clock)
        self._tones = Tones(application, self.settings, client.home)
        self._input = Input(application, self.settings, lambda: self._in_front)
        self._clockwork = QTimer()
        self._clockwork.timeout.connect(self._second)
        self._sync_soon = QTimer()
        self._sync_soon.setSingleShot(True)
        self._sync_soon.timeout.connect(self.start_sync)
        self._stops = [
            self.desk.watch(lambda _touched: self.show_standing(), "journal", "task"),
            self.desk.watch(self._person_changes, "user_grant", "site", "channel_account"),
        ]
        self._is_person_old = False
        self._has_office = False
        """As the window was drawn."""
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    # before somebody is signed in

    def begin(self, user_id: str = "") -> None:
        """Open the first window: the first run, signing in, or the work of this person."""
        self._input.start_scanners()
        if self.client.store.identity is None:
            self._entrance.show_first_run()
        elif (lock := self._entrance.revocation()) is not None:
            self._entrance.show_locked(lock)
        else:
            self.tasks.start(self._entrance.greet(user_id))
            # The network is loaded once the window stands.
            self._sync_soon.start(SYNC_AFTER_MS)

    @property
    def gate(self) -> Gate | None:
        """The window before somebody is signed in; None when it is closed."""
        return self._entrance.gate

    @property
    def worker(self) -> "SyncWorker | None":
        """What syncs in the background; None before it was started."""
        return self._syncing.worker

    @property
    def _in_front(self) -> Gate | Window | None:
        return self.gate if self.gate is not None else self.window

    def _within(self) -> Within:
        return Within(
            words=lambda: self.words,
            window=lambda: self.window,
            sign_in=self.sign_in,
            let_in=self._let_in,
            start_sync=self.start_sync,
            sync_now=self._syncing.now,
            start_again=self.start_again,
            opened=self._gate_opened,
            stood=self._gate_stands,
            window_closed=self._window_closed,
            other_language=self._appearance.other_language,
            other_scheme=self._appearance.other_scheme,
        )

    def _gate_opened(self) -> None:
        self.opened()

    def _gate_stands(self) -> None:
        self._clockwork.start(STANDING_MS)
        self.show_standing()

    def show_joining(self) -> None:
        """A shop of its own joins head office, later."""
        self._entrance.show_joining()

    def show_sign_in(self, user_id: str = "") -> None:
        """Who works here?"""
        self._entrance.show_sign_in(user_id)

    def _let_in(self, user_id: str) -> None:
        is_back = self.window is not None and self.window.around.person.user_id == user_id
        if is_back and self.window is not None:
            self.client.store.author_id = user_id
            self._mind_person()
            self.window.show()
            self._entrance.close()
            self.show_standing()
            return
        self.sign_in(user_id)

    # signing in

    def sign_in(self, user_id: str) -> Window:
        """Open the window of a person this device knows."""
        self.client.store.author_id = user_id
        if self.window is not None:
            take_away(self.window)
        person = self.desk.read(person_of, self.client.store.identity, user_id)
        self._has_office = self._syncing.has_office
        self._is_person_old = False
        self.window = Window(self._surroundings(person), self.tasks.child())
        put_in_place(self.window, self.settings.get(PLACE))
        self._open_last_screen(user_id)
        self.window.show()
        self.opened()
        self._entrance.close()
        self.show_standing()
        self._clockwork.start(STANDING_MS)
        return self.window

    def _open_last_screen(self, user_id: str) -> None:
        assert self.window is not None
        is_at_till = self.window.around.person.is_at_till_only
        last = "till" if is_at_till else self.settings.get(f"screen.{user_id}")
        self.window.open(last if last in self.window.specs else "home")

    def _person_changes(self, _touched: object) -> None:
        self._is_person_old = True

    def _mind_person(self) -> None:
        """Draw the window anew when its person may do other things here than before: head office
        was joined, or said something else of them. Not under an open panel."""
        window = self.window
        if window is None or window.overlay.panels:
            return
        self._is_person_old = False
        identity = self.client.store.identity
        person = self.desk.read(person_of, identity, window.around.person.user_id)
        has_office = self._syncing.has_office
        if (person, has_office) != (window.around.person, self._has_office):
            self._has_office = has_office
            self._change(replace(window.around, person=person))

    def lock(self) -> None:
        """Ask who works here; the same person finds everything as it was."""
        if self.window is not None:
            self.show_sign_in()

    def start_sync(self) -> None:
        """Sync in the background from now on, when there is a head office."""
        self._syncing.start()
        self._tending.start()
        if not self._network.is_shared and self.client.store.identity is not None:
            self.tasks.start(self._network.share())

    def start_again(self, home: Path | None = None, user_id: str = "") -> None:
        """End, and begin anew in a folder (left out: the same)."""
        self.next_home = (home or self.client.home, user_id)
        if not self.closed.done():
            self.closed.set_result(AGAIN)

    # what the window asks for

    def change_language(self, language: Language) -> None:
        """Say everything in another language from now on."""
        self.settings.put("language", language.value)

    def change_scheme(self, scheme: Scheme) -> None:
        """Another look from now on."""
        self.settings.put("scheme", scheme.value)

    def _set(self, key: str, _value: str) -> None:
        """A setting changed: what shows at once."""
        if key == "language":
            self.words = Words(self._appearance.language)
            self._appearance.speak()
            self._redraw()
        elif key in ("scheme", "text_percent"):
            self._appearance.dress()
            self._redraw()
        elif key.startswith("scanner."):
            self._input.start_scanners()
        elif key.startswith("lan."):
            self.tasks.start(self._network.share())
        if key in LOOKS:
            self._appearance.keep(self.words)

    def _redraw(self) -> None:
        if self.window is not None:
            around = replace(self.window.around, words=self.words)
            # A screen may be the one that asked: it goes when its own work is over.
            later(0, lambda: self._change(around), self.application)
        self._entrance.draw()
        self.show_standing()

    def _change(self, around: Surroundings) -> None:
        if self.window is not None:
            self.window.change(around)
            self.show_standing()

    def show_standing(self) -> None:
        """Bring the status bar up to date."""
        shown = self._in_front
        if shown is not None:
            shown.show_standing(standing_now(self.client, self.desk, self.worker))

    async def stop(self) -> None:
        """End in order: windows, work, sync, paper, store."""
        for one in (self.window, self.gate):
            if one is not None:
                take_away(one)
        self._clockwork.stop()
        self._sync_soon.stop()
        self._tending.stop()
        for stop in self._stops:
            stop()
        self._input.stop_keys()
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._system_changed)
        self._entrance.stop()
        self.tasks.cancel()
        await self.tasks.finished()
        await self.desk.work(self._input.stop_scanners)
        await self.desk.work(self._syncing.stop)
        await self._network.leave()
        self._paper.close()
        self.desk.close()
        self.client.close()

    def _second(self) -> None:
        if self._is_person_old and self.gate is None:
            self._mind_person()
        self.show_standing()
        self._tending.look()

    def _surroundings(self, person: Person) -> Surroundings:
        return Surroundings(
            words=self.words,
            desk=self.desk,
            person=person,
            settings=self.settings,
            paper=self._paper,
            screens=self.screens,
            sync=self._syncing.now,
            approve=self._approve,
            sound=self._tones.play,
            closed=self._window_closed,
            detail=self.client.ask,
            cut_packet=self.client.cut_packet,
            album=self.client,
            acts=Acts(
                lock=self.lock,
                join=self.show_joining,
                leave_demo=self._leave_demo if self._is_demo else None,
                jobs=self._paper.queue,
                packet_out=self.client.export_packet,
                packet_in=self.client.import_packet,
                hold=self._hold_sync,
            ),
        )

    @property
    def _is_demo(self) -> bool:
        return self.client.home.name.endswith(DEMO)

    def _leave_demo(self) -> None:
        home = self.client.home
        self.start_again(home.with_name(home.name.removesuffix(DEMO)))

    def _system_changed(self) -> None:
        if not self.settings.get("scheme"):
            self._set("scheme", "")

    def _hold_sync(self) -> None:
        self._syncing.hold()
        self.show_standing()

    async def _approve(self, permission: str, why: str = "") -> Any:
        from desktop.access.view.approving import ApprovePanel

        if self.window is None:
            return None
        return await self.window.ask(
            ApprovePanel(self.words, self.desk, self.window.tasks, permission, why)
        )

    # what goes wrong

    def guard(self) -> None:
        """From now on nothing that goes wrong in a slot or a timer ends the program."""
        self._failures.guard()

    def end(self) -> None:
        """End in order, as when the window is closed; may be called between any two steps."""
        self.closed.get_loop().call_soon_threadsafe(self._window_closed)

    def _window_closed(self) -> None:
        if not self.closed.done():
            self.closed.set_result(QUIT)
