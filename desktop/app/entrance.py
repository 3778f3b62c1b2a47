"""The gate of the program: the first run, who works here, and a device that is locked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtWidgets import QApplication, QWidget

from desktop.access.usecases import alone
from desktop.app.client import Client
from desktop.app.settings import StoreSettings
from desktop.runtime.keys import later
from desktop.runtime.tasks import TaskScope
from desktop.shell.gate import Gate
from desktop.shell.places import PLACE, put_in_place
from desktop.shell.window import Window
from desktop.store.desk import Desk
from desktop.words.texts import Words
from shared.channel.queries import site_of

if TYPE_CHECKING:
    from desktop.access.model.signing_in import SignIn
    from desktop.access.usecases.locking import Lock
    from desktop.shell.beginning import Beginning


class Closing(Protocol):
    """The program's two windows."""

    is_going: bool

    def close(self) -> bool:
        """Close the window."""


def take_away(window: Closing) -> None:
    """Close a window that is not missed: the program goes on."""
    window.is_going = True
    window.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """What the pages of the gate ask of the program behind it."""

    words: Callable[[], Words]
    window: Callable[[], Window | None]
    sign_in: Callable[[str], object]
    """Open the window of a person."""
    let_in: Callable[[str], None]
    """As ``sign_in``, but the person who was here before finds everything as it was."""
    start_sync: Callable[[], None]
    sync_now: Callable[[], None]
    start_again: Callable[[Path, str], None]
    opened: Callable[[], None]
    """The gate is shown, and was not before."""
    stood: Callable[[], None]
    """The gate is in front."""
    window_closed: Callable[[], None]
    other_language: Callable[[], None]
    other_scheme: Callable[[], None]


class Entrance:
    """The gate while it is open, and why nobody may pass."""

    def __init__(
        self,
        application: QApplication,
        client: Client,
        desk: Desk,
        settings: StoreSettings,
        tasks: TaskScope,
        within: Within,
    ) -> None:
        self.application = application
        self.client = client
        self.desk = desk
        self.settings = settings
        self.tasks = tasks
        self._within = within
        self.gate: Gate | None = None
        self.lock: Lock | None = None
        """Why nobody may sign in; None while people may."""
        self._beginning: Beginning | None = None
        self._draw_page: Callable[[], QWidget] = QWidget

    @property
    def words(self) -> Words:
        """The words of now."""
        return self._within.words()

    @property
    def window(self) -> Window | None:
        """The window of the person who works here."""
        return self._within.window()

    async def greet(self, user_id: str) -> None:
        """The work of who needs no PIN at once; for others the page that asks who works here."""
        from desktop.access.model.signing_in import SignIn

        if await self._locked_alone():
            return
        model = SignIn(self.desk, self._within.let_in, chosen_id=user_id)
        try:
            await model.load()
        finally:
            if self.window is None:
                self._show_sign_in(model)

    # a device that is locked

    def revocation(self) -> "Lock | None":
        """That head office locked this device for good; None while it did not."""
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
        self.show_locked(lock)
        return True

    def show_locked(self, lock: "Lock") -> None:
        """Nobody works here, and why."""
        from desktop.access.view.locked import LockedPage

        self.lock = lock
        gate = self._open_gate()
        spool = self.client.store.spool_file
        place = self._place_name()
        self._draw_page = lambda: LockedPage(self.words, lock, place, spool, self._within.sync_now)
        gate.show_page(self._draw_page())

    async def look_at_lock(self) -> None:
        """After a contact, and while the time alone passes: lock, or let people in again."""
        if self.lock is not None and self.lock.is_for_good:
            return
        if (revoked := self.revocation()) is not None:
            self.show_locked(revoked)
        elif self.lock is None:
            await self._locked_alone()
        elif not (await self.desk.work(alone, self.client.store)).is_locked:
            self.lock = None
            self.show_sign_in()

    # the pages

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

        model = SignIn(self.desk, self._within.let_in, chosen_id=user_id)
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
        self._draw_page = lambda: FirstRunPage(
            self.words, model, self.tasks, self._begun, self._within.start_sync
        )
        gate.show_page(self._draw_page())

    def _begun(self, user_id: str) -> None:
        self._within.start_sync()
        if user_id:
            self._within.sign_in(user_id)
        else:
            self.show_sign_in(self.client.store.author_id)

    def _founder(self) -> Any:
        from desktop.app.demo_shop import DemoTexts
        from desktop.app.opening import DeviceFounder

        texts = DemoTexts(shop=self.words("first.demo_shop"), owner=self.words("first.demo_owner"))
        loop = asyncio.get_running_loop()

        def go_on(home: Path, user_id: str) -> None:
            loop.call_soon_threadsafe(self._within.start_again, home, user_id)

        return DeviceFounder(self.client, texts, go_on)

    # the gate itself

    def _open_gate(self) -> Gate:
        if self.gate is None:
            self.gate = Gate(
                self.words,
                other_language=self._soon(self._within.other_language),
                other_scheme=self._soon(self._within.other_scheme),
                closed=self._within.window_closed,
            )
            put_in_place(self.gate, self.settings.get(PLACE))
            self.gate.show()
            self._within.opened()
        if self.window is not None:
            self.window.hide()
        self.gate.raise_()
        self.gate.activateWindow()
        self._within.stood()
        return self.gate

    def _soon(self, act: Callable[[], None]) -> Callable[[], None]:
        def press() -> None:
            # The button that was pressed goes with what it asks for.
            later(0, act, self.application)

        return press

    def draw(self) -> None:
        """Say everything on the page in the words of now."""
        if self.gate is not None:
            self.gate.draw(self.words)
            self.gate.show_page(self._draw_page())

    def close(self) -> None:
        """The gate goes; the program stays."""
        gate, self.gate = self.gate, None
        if gate is not None:
            take_away(gate)
            gate.deleteLater()

    def stop(self) -> None:
        """Nothing is asked any more."""
        if self._beginning is not None:
            self._beginning.close()

    def _place_name(self) -> str:
        identity = self.client.store.identity
        site_id = identity.site_id if identity else ""
        place = self.desk.read(site_of, site_id)
        return place.name if place else self.words("gate.head_office")
