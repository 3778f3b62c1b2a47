"""The running program: one client, one window, who is signed in, language and look."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from desktop.access.usecases import alone
from desktop.app.client import Client
from desktop.app.crashes import CrashBook
from desktop.app.home import Look, keep_look
from desktop.app.main import AGAIN
from desktop.app.paper import DevicePaper
from desktop.app.scanners import Scanners
from desktop.app.settings import StoreSettings
from desktop.app.standing import SyncState, standing_of
from desktop.runtime.keys import KeyRouter, later
from desktop.runtime.sound import DOUBLE, LONG, SHORT, Sounds
from desktop.runtime.tasks import TaskScope
from desktop.shell.gate import Gate
from desktop.shell.places import put_in_place
from desktop.shell.window import PLACE, Acts, Surroundings, Window
from desktop.store.desk import Desk
from desktop.ui.fonts import load_fonts
from desktop.ui.frame import Person
from desktop.ui.screen import ScreenSpec
from desktop.ui.theme import Scheme, Tone, dress, scheme_of_system
from desktop.words.texts import Language, Words
from shared.access.queries import people_at, permissions_of
from shared.channel.queries import account_ids_of_site, site_of
from shared.core.errors import QutongError
from shared.sync.neighbours import HOST, MEMBER, MODE

if TYPE_CHECKING:
    from desktop.access.model.signing_in import SignIn
    from desktop.access.usecases.locking import Lock
    from desktop.app.price_news import PriceNews
    from desktop.shell.beginning import Beginning
    from desktop.sync.neighbours.worker import HostWorker, MemberWorker
    from desktop.sync.worker import SyncWorker

STANDING_MS = 1_000
SYNC_AFTER_MS = 1_000
ALONE_MS = 10 * 60 * 1_000
SCRUB_SLICES = 200
QUIT = 0
LOOKS = ("language", "scheme", "text_percent", PLACE)
"""Settings the first picture of the next start goes by."""
DEMO = "-demo"


class Closing(Protocol):
    """The program's two windows."""

    is_going: bool

    def close(self) -> bool:
        """Close the window."""


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
        self.crashes = crashes
        self.desk = Desk(client.store)
        self.settings = StoreSettings(client.store)
        self.settings.watch(self._set)
        self.tasks = TaskScope(self._tell, self._crashed)
        self.words = Words(self._language())
        self.window: Window | None = None
        self.gate: Gate | None = None
        self.worker: SyncWorker | None = None
        self._prices: PriceNews | None = None
        self._lan: HostWorker | MemberWorker | None = None
        self._lan_turn = asyncio.Lock()
        self.next_home: tuple[Path, str] | None = None
        self.opened: Callable[[], None] = lambda: None
        """Called when the gate or a person's window was shown."""
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._last_sync: object = None
        self._is_crashing = False
        self._lock: Lock | None = None
        """Why nobody may sign in; None while people may."""
        self._beginning: Beginning | None = None
        self._draw_page: Callable[[], QWidget] = QWidget
        load_fonts()
        dress(application, self._scheme(), percent=self._percent())
        self._paper = DevicePaper(client.home, self.settings, client.clock)
        self._sounds = Sounds(client.home / "sounds", application.beep, application)
        self._router = KeyRouter(application, self._press, self._scanned)
        self._scanners = Scanners(self.settings, self._router.use, self._scanned_aside)
        self._clockwork = QTimer()
        self._clockwork.timeout.connect(self._second)
        self._sync_soon = QTimer()
        self._sync_soon.setSingleShot(True)
        self._sync_soon.timeout.connect(self.start_sync)
        self._hourly = QTimer()
        self._hourly.timeout.connect(self._count_time_alone)
        self._stops = [self.desk.watch(lambda _touched: self.show_standing(), "journal", "task")]
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)

    # before somebody is signed in

    def begin(self, user_id: str = "") -> None:
        """Open the first window: the first run, signing in, or the work of this person."""
        self._scanners.start()
        if self.client.store.identity is None:
            self.show_first_run()
        elif (lock := self._revocation()) is not None:
            self._show_locked(lock)
        else:
            self.tasks.start(self._greet(user_id))
            # The network is loaded once the window stands.
            self._sync_soon.start(SYNC_AFTER_MS)

    async def _greet(self, user_id: str) -> None:
        """The work of who needs no PIN at once; for others the page that asks who works here."""
        from desktop.access.model.signing_in import SignIn

        if await self._locked_alone():
            return
        model = SignIn(self.desk, self._let_in, chosen_id=user_id)
        try:
            await model.load()
        finally:
            if self.window is None:
                self._show_sign_in(model)

    # a device that is locked

    def _revocation(self) -> "Lock | None":
        from desktop.access.usecases.locking import revocation

        return self.desk.read(revocation, self.client.store.identity)

    async def _locked_alone(self) -> bool:
        """Whether the device was without head office for too long; then nobody works (P10)."""
        identity = self.client.store.identity
        if identity is None or not identity.server_url:
            return False
        found = await self.desk.work(alone, self.client.store)
        if not found.is_locked:
            return False
        from desktop.access.usecases.locking import too_long_alone

        lock = self.desk.read(too_long_alone, identity, found.days, found.allowed_days)
        self._show_locked(lock)
        return True

    def _show_locked(self, lock: "Lock") -> None:
        from desktop.access.view.locked import LockedPage

        self._lock = lock
        gate = self._open_gate()
        spool = self.client.store.spool_file
        place = self._place_name()
        self._draw_page = lambda: LockedPage(self.words, lock, place, spool, self._sync_now)
        gate.show_page(self._draw_page())

    async def _look_at_lock(self) -> None:
        """After a contact, and while the time alone passes: lock, or let people in again."""
        if self._lock is not None and self._lock.is_for_good:
            return
        if (revoked := self._revocation()) is not None:
            self._show_locked(revoked)
        elif self._lock is None:
            await self._locked_alone()
        elif not (await self.desk.work(alone, self.client.store)).is_locked:
            self._lock = None
            self.show_sign_in()

    def show_first_run(self) -> None:
        """Nobody owns this device yet."""
        from desktop.shell.beginning import Beginning

        self._show_beginning(Beginning(self._founder()))

    def show_joining(self) -> None:
        """A shop of its own joins head office, later."""
        from desktop.shell.beginning import Beginning, Step

        self._show_beginning(Beginning(self._founder(), step=Step.JOIN))

    def show_sign_in(self, user_id: str = "") -> None:
        """Who works here?"""
        from desktop.access.model.signing_in import SignIn

        model = SignIn(self.desk, self._let_in, chosen_id=user_id)
        self._show_sign_in(model)
        self.tasks.start(model.load())

    def _show_sign_in(self, model: "SignIn") -> None:
        from desktop.access.view.signing_in import SignInPage

        gate = self._open_gate()
        self._draw_page = lambda: SignInPage(self.words, model, self.tasks, self._place_name())
        gate.show_page(self._draw_page())

    def _show_beginning(self, model: "Beginning") -> None:
        from desktop.shell.first_run import FirstRunPage

        if self._beginning is not None:
            self._beginning.close()
        self._beginning = model
        gate = self._open_gate()
        self._draw_page = lambda: FirstRunPage(self.words, model, self.tasks, self._begun)
        gate.show_page(self._draw_page())

    def _begun(self, user_id: str) -> None:
        self.start_sync()
        if user_id:
            self.sign_in(user_id)
        else:
            self.show_sign_in(self.client.store.author_id)

    def _founder(self) -> Any:
        from desktop.app.demo_shop import DemoTexts
        from desktop.app.opening import DeviceFounder

        texts = DemoTexts(shop=self.words("first.demo_shop"), owner=self.words("first.demo_owner"))
        loop = asyncio.get_running_loop()

        def go_on(home: Path, user_id: str) -> None:
            loop.call_soon_threadsafe(self.start_again, home, user_id)

        return DeviceFounder(self.client, texts, go_on)

    def _open_gate(self) -> Gate:
        if self.gate is None:
            self.gate = Gate(
                self.words,
                other_language=self._soon(self._other_language),
                other_scheme=self._soon(self._other_scheme),
                closed=self._window_closed,
            )
            put_in_place(self.gate, self.settings.get(PLACE))
            self.gate.show()
            self.opened()
        if self.window is not None:
            self.window.hide()
        self.gate.raise_()
        self.gate.activateWindow()
        self._clockwork.start(STANDING_MS)
        self.show_standing()
        return self.gate

    def _soon(self, act: Callable[[], None]) -> Callable[[], None]:
        def press() -> None:
            # The button that was pressed goes with what it asks for.
            later(0, act, self.application)

        return press

    def _close_gate(self) -> None:
        gate, self.gate = self.gate, None
        if gate is not None:
            _take_away(gate)
            gate.deleteLater()

    def _let_in(self, user_id: str) -> None:
        is_back = self.window is not None and self.window.around.person.user_id == user_id
        if is_back and self.window is not None:
            self.client.store.author_id = user_id
            self.window.show()
            self._close_gate()
            return
        self.sign_in(user_id)

    # signing in

    def sign_in(self, user_id: str) -> Window:
        """Open the window of a person this device knows."""
        self.client.store.author_id = user_id
        if self.window is not None:
            _take_away(self.window)
        self.window = Window(self._surroundings(self._person(user_id)), self.tasks.child())
        put_in_place(self.window, self.settings.get(PLACE))
        self._open_last_screen(user_id)
        self.window.show()
        self.opened()
        self._close_gate()
        self.show_standing()
        self._clockwork.start(STANDING_MS)
        return self.window

    def _open_last_screen(self, user_id: str) -> None:
        assert self.window is not None
        last = self.settings.get(f"screen.{user_id}", "home")
        known = self.window.specs
        self.window.open(last if last in known else next(iter(known), "home"))

    def lock(self) -> None:
        """Ask who works here; the same person finds everything as it was."""
        if self.window is not None:
            self.show_sign_in()

    def start_sync(self) -> None:
        """Sync in the background from now on, when there is a head office."""
        identity = self.client.store.identity
        if self.worker is None and identity is not None and identity.server_url:
            self.worker = self.client.worker()
            self.worker.start()
        self._hourly.start(ALONE_MS)
        if self._lan is None and identity is not None:
            self.tasks.start(self._share())

    async def _share(self) -> None:
        """Share in the store's network, or not any more, as the settings say (Q06)."""
        async with self._lan_turn:
            await self._share_no_more()
            if not any(self.settings.get(MODE) == one for one in (HOST, MEMBER)):
                return
            self._lan = await self.desk.work(self.client.lan)
            if self._lan is not None:
                self._lan.start()
                self.desk.neighbours = self._lan

    async def _share_no_more(self) -> None:
        former, self._lan, self.desk.neighbours = self._lan, None, None
        if former is not None:
            await self.desk.work(former.stop)

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
            self.words = Words(self._language())
            self._redraw()
        elif key in ("scheme", "text_percent"):
            dress(self.application, self._scheme(), percent=self._percent())
            self._redraw()
        elif key.startswith("scanner."):
            self._scanners.start()
        elif key.startswith("lan."):
            self.tasks.start(self._share())
        if key in LOOKS:
            self._keep_look()

    def _redraw(self) -> None:
        if self.window is not None:
            around = replace(self.window.around, words=self.words)
            # A screen may be the one that asked: it goes when its own work is over.
            later(0, lambda: self._change(around), self.application)
        if self.gate is not None:
            self.gate.draw(self.words)
            self.gate.show_page(self._draw_page())
        self.show_standing()

    def _change(self, around: Surroundings) -> None:
        if self.window is not None:
            self.window.change(around)
            self.show_standing()

    def show_standing(self) -> None:
        """Bring the status bar up to date."""
        shown = self.gate if self.gate is not None else self.window
        if shown is None:
            return
        identity, now_us = self.client.store.identity, self.client.clock.now_us()
        state = self._sync_state()
        free = shutil.disk_usage(self.client.home).free
        shown.show_standing(self.desk.read(standing_of, identity, now_us, state, free))

    async def stop(self) -> None:
        """End in order: windows, work, sync, paper, store."""
        for one in (self.window, self.gate):
            if one is not None:
                _take_away(one)
        self._clockwork.stop()
        self._sync_soon.stop()
        self._hourly.stop()
        if self._prices is not None:
            self._prices.stop()
        for stop in self._stops:
            stop()
        self._router.stop()
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._system_changed)
        if self._beginning is not None:
            self._beginning.close()
        self.tasks.cancel()
        await self.tasks.finished()
        await self.desk.work(self._scanners.stop)
        if self.worker is not None:
            await self.desk.work(self.worker.stop)
        await self._share_no_more()
        self._paper.close()
        self.desk.close()
        self.client.close()

    def _second(self) -> None:
        self.show_standing()
        if self.worker is not None and self.worker.last is not self._last_sync:
            self._last_sync = self.worker.last
            self.tasks.start(self._synced())

    async def _synced(self) -> None:
        await self._look_at_lock()
        if self._lock is not None:
            return
        from desktop.leases.usecases import tend_leases

        await self._price_news().tell_reached()
        await self.desk.do(tend_leases)

    def _price_news(self) -> "PriceNews":
        """Made when head office was asked the first time: a window that opens waits for nothing."""
        from desktop.app.price_news import PriceNews

        if self._prices is None:
            self._prices = PriceNews(
                self.desk,
                self.tasks,
                words=lambda: self.words,
                say=lambda text, tone: self.window.say(text, tone) if self.window else None,
                sync=self._sync_now,
            )
        return self._prices

    def _count_time_alone(self) -> None:
        self.tasks.start(self._look_at_lock())
        if self._lock is not None and self._lock.is_for_good:
            return
        if self.worker is None:
            # Who syncs reads his disk again after each sync; a shop of its own does it here.
            self.tasks.start(self.desk.work(self.client.store.scrub, SCRUB_SLICES))

    def _surroundings(self, person: Person) -> Surroundings:
        return Surroundings(
            words=self.words,
            desk=self.desk,
            person=person,
            settings=self.settings,
            paper=self._paper,
            screens=self.screens,
            sync=self._sync_now,
            approve=self._approve,
            sound=self._sound,
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

    def _person(self, user_id: str) -> Person:
        identity = self.client.store.identity
        site_id = identity.site_id if identity else ""
        device_type = identity.device_type if identity else ""

        def read(connection: Any) -> Person:
            place = site_of(connection, site_id)
            people = {one.user_id: one for one in people_at(connection, site_id)}
            known = people.get(user_id)
            return Person(
                user_id=user_id,
                name=known.name if known else user_id,
                role=known.role if known else "",
                permissions=permissions_of(connection, user_id, site_id),
                site_id=site_id,
                site_name=place.name if place else "",
                device_type=device_type,
                currency=(place.currency if place else "") or "CNY",
                zone=(place.zone if place else "") or "Asia/Shanghai",
                has_supplier=bool(account_ids_of_site(connection, site_id)),
                sales_mode=(place.sales_mode if place else "") or "full",
            )

        return self.desk.read(read)

    def _place_name(self) -> str:
        identity = self.client.store.identity
        site_id = identity.site_id if identity else ""
        place = self.desk.read(site_of, site_id)
        return place.name if place else self.words("gate.head_office")

    def _keep_look(self) -> None:
        place, scheme = self.settings.get(PLACE), self.settings.get("scheme")
        language = self.words.language.value
        keep_look(
            self.client.home,
            Look(place=place, scheme=scheme, language=language, percent=self._percent()),
        )

    def _language(self) -> Language:
        default = Language.CHINESE if QLocale.system().name().startswith("zh") else Language.ENGLISH
        return Language(self.settings.get("language", default.value))

    def _other_language(self) -> None:
        is_chinese = self.words.language is Language.CHINESE
        self.change_language(Language.ENGLISH if is_chinese else Language.CHINESE)

    def _scheme(self) -> Scheme:
        kept = self.settings.get("scheme")
        return Scheme(kept) if kept in set(Scheme) else scheme_of_system()

    def _other_scheme(self) -> None:
        is_light = self._scheme() is Scheme.LIGHT
        self.change_scheme(Scheme.DARK if is_light else Scheme.LIGHT)

    def _system_changed(self) -> None:
        if not self.settings.get("scheme"):
            self._set("scheme", "")

    def _percent(self) -> int:
        kept = self.settings.get("text_percent", "100")
        return min(max(int(kept), 100), 200) if kept.isdigit() else 100

    def _press(self, key: str, *, in_text: bool) -> bool:
        window = self.application.activeWindow()
        return isinstance(window, Window | Gate) and window.press(key)

    def _scanned(self, code: str) -> None:
        window = self.gate if self.gate is not None else self.window
        if window is not None:
            window.scanned(code)

    def _scanned_aside(self, code: str) -> None:
        """A scan from a thread beside the window, such as a serial scanner's."""
        loop = self.closed.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._scanned, code)

    def _sync_now(self) -> None:
        if self.worker is not None:
            self.worker.sync_now()

    def _hold_sync(self) -> None:
        if self.worker is not None:
            self.worker.hold()
            self.show_standing()

    async def _approve(self, permission: str) -> Any:
        from desktop.access.view.approving import ApprovePanel

        if self.window is None:
            return None
        return await self.window.ask(
            ApprovePanel(self.words, self.desk, self.window.tasks, permission)
        )

    def _sound(self, tone: Tone) -> None:
        if self.settings.get("sound", "1") == "0" or tone is Tone.PLAIN:
            return
        sounds = {Tone.WAITING: DOUBLE, Tone.BAD: LONG}
        self._sounds.play(sounds.get(tone, SHORT))

    # what goes wrong

    def _tell(self, error: QutongError) -> None:
        if self.window is not None and self.gate is None:
            self.window.tell(error)
        elif self.gate is not None:
            self.gate.bar.say(self.words.error(error), Tone.BAD)

    def guard(self) -> None:
        """From now on nothing that goes wrong in a slot or a timer ends the program."""
        sys.excepthook = self._hook
        asyncio.get_running_loop().set_exception_handler(self._loop_failed)

    def _loop_failed(self, _loop: asyncio.AbstractEventLoop, said: dict[str, Any]) -> None:
        error = said.get("exception")
        if isinstance(error, BaseException):
            self._crashed(error)

    def _hook(
        self, _kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._crashed(error.with_traceback(trace))

    def _crashed(self, error: BaseException) -> None:
        if self.crashes is None:
            raise error
        screen = self.window.current_id if self.window is not None else ""
        code, report = self.crashes.write(error, screen=screen)
        if self.window is not None and not self._is_crashing:
            self._is_crashing = True
            self.tasks.start(self._tell_crash(code, report))

    async def _tell_crash(self, code: str, report: str) -> None:
        from desktop.shell.crash import RESTART, CrashPanel

        try:
            assert self.window is not None
            answer = await self.window.ask(CrashPanel(self.words, code, report))
        finally:
            self._is_crashing = False
        if answer == RESTART:
            self.start_again(user_id=self.client.store.author_id)

    def end(self) -> None:
        """End in order, as when the window is closed; may be called between any two steps."""
        self.closed.get_loop().call_soon_threadsafe(self._window_closed)

    def _window_closed(self) -> None:
        if not self.closed.done():
            self.closed.set_result(QUIT)

    def _sync_state(self) -> SyncState:
        if self.worker is None:
            return SyncState()
        last = self.worker.last
        return SyncState(
            is_syncing=self.worker.is_syncing,
            trouble=last.code if isinstance(last, QutongError) else "",
            progress=self.worker.progress,
        )


def _take_away(window: Closing) -> None:
    window.is_going = True
    window.close()
