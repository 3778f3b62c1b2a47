"""The running program: one client, one window, who is signed in, language and look."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.app.client import Client
from desktop.app.paper import DevicePaper
from desktop.app.settings import StoreSettings
from desktop.app.standing import SyncState, standing_of
from desktop.runtime.keys import KeyRouter
from desktop.runtime.tasks import TaskScope
from desktop.shell.window import Surroundings, Window
from desktop.store.desk import Desk
from desktop.sync.worker import SyncWorker
from desktop.ui.fonts import load_fonts
from desktop.ui.frame import Person
from desktop.ui.screen import ScreenSpec
from desktop.ui.theme import Scheme, Tone, dress, scheme_of_system
from desktop.words.texts import Language, Words
from shared.access.queries import permissions_of, users_of_site
from shared.channel.queries import site_of
from shared.core.errors import QutongError

STANDING_MS = 1_000


class Program:
    """Holds the parts that live as long as the program; screens never see it."""

    def __init__(
        self, application: QApplication, client: Client, screens: Sequence[ScreenSpec]
    ) -> None:
        self.application = application
        self.client = client
        self.screens = screens
        self.desk = Desk(client.store)
        self.settings = StoreSettings(client.store)
        self.tasks = TaskScope(self._tell, self._crashed)
        self.words = Words(self._language())
        self.window: Window | None = None
        self.worker: SyncWorker | None = None
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        load_fonts()
        dress(application, self._scheme())
        self._router = KeyRouter(application, self._press)
        self._paper = DevicePaper(client.home, self.settings)
        self._clockwork = QTimer()
        self._clockwork.timeout.connect(self.show_standing)

    # signing in

    def sign_in(self, user_id: str) -> Window:
        """Open the window of a person this device knows."""
        self.client.store.author_id = user_id
        if self.window is not None:
            self.window.close()
        self.window = Window(self._surroundings(self._person(user_id)), self.tasks.child())
        self.window.resize(1280, 720)
        self.window.open(self.settings.get(f"screen.{user_id}", "home"))
        self.window.show()
        self.show_standing()
        self._clockwork.start(STANDING_MS)
        return self.window

    def start_sync(self) -> None:
        """Sync in the background from now on, when there is a head office."""
        identity = self.client.store.identity
        if self.worker is None and identity is not None and identity.server_url:
            self.worker = self.client.worker()
            self.worker.start()

    # what the window asks for

    def change_language(self, language: Language) -> None:
        """Say everything in another language from now on."""
        self.settings.put("language", language.value)
        self.words = Words(language)
        self._redraw()

    def change_scheme(self, scheme: Scheme) -> None:
        """Another look from now on."""
        self.settings.put("scheme", scheme.value)
        dress(self.application, scheme)
        self._redraw()

    def show_standing(self) -> None:
        """Bring the status bar up to date."""
        if self.window is None:
            return
        identity, now_us = self.client.store.identity, self.client.clock.now_us()
        state = self._sync_state()
        self.window.show_standing(self.desk.read(standing_of, identity, now_us, state))

    async def stop(self) -> None:
        """End in order: work, sync, paper, store."""
        self._clockwork.stop()
        self._router.stop()
        self.tasks.cancel()
        await self.tasks.finished()
        if self.worker is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.worker.stop)
        self._paper.close()
        self.desk.close()
        self.client.close()

    def _redraw(self) -> None:
        if self.window is not None:
            self.window.change(replace(self.window.around, words=self.words))
            self.show_standing()

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
        )

    def _person(self, user_id: str) -> Person:
        identity = self.client.store.identity
        site_id = identity.site_id if identity else ""
        device_type = identity.device_type if identity else ""

        def read(connection: Any) -> Person:
            place = site_of(connection, site_id)
            people = {one.user_id: one for one in users_of_site(connection, site_id)}
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
            )

        return self.desk.read(read)

    def _language(self) -> Language:
        from PySide6.QtCore import QLocale

        default = Language.CHINESE if QLocale.system().name().startswith("zh") else Language.ENGLISH
        return Language(self.settings.get("language", default.value))

    def _scheme(self) -> Scheme:
        return Scheme(self.settings.get("scheme", scheme_of_system().value))

    def _press(self, key: str, *, in_text: bool) -> bool:
        window = self.application.activeWindow()
        return isinstance(window, Window) and window.press(key)

    def _sync_now(self) -> None:
        if self.worker is not None:
            self.worker.sync_now()

    async def _approve(self, permission: str) -> Any:
        raise NotImplementedError(permission)

    def _sound(self, tone: Tone) -> None:
        if tone is Tone.BAD:
            self.application.beep()

    def _tell(self, error: QutongError) -> None:
        if self.window is not None:
            self.window.tell(error)

    def _crashed(self, error: BaseException) -> None:
        raise error

    def _window_closed(self) -> None:
        if not self.closed.done():
            self.closed.set_result(0)

    def _sync_state(self) -> SyncState:
        if self.worker is None:
            return SyncState()
        last = self.worker.last
        return SyncState(trouble=last.code if isinstance(last, QutongError) else "")
