"""State of the first run: what an owner says before there is anybody to sign in (R07)."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from desktop.watched import Watched
from shared.access.pins import checked_pin
from shared.core.errors import QutongError, RuleViolation, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What is told after joining."""

    office: str = ""
    """The companies the shop works with, where they are known, and the address."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """Documents that went up, by kind."""


class Founder(Protocol):
    """What the program can do for a device that belongs to nobody yet; each call may take long."""

    def found(self, name: str, owner_name: str, pin: str) -> str:
        """Found a shop; the owner's id. Raises RuleViolation, Conflict."""

    def try_demo(self, user_id: str = "") -> None:
        """Go on in the demo shop, which has a folder of its own."""

    def join(self, address: str, code: str) -> None:
        """Become a device of head office, or bring a founded shop there.

        Raises AccessDenied, Conflict, RuleViolation, Unavailable."""

    def first_sync(self) -> int:
        """Fetch what head office has for this device; how many rows came.

        Raises Unavailable NETWORK when it is broken off; what came stays."""

    def joined(self) -> "Joined":
        """Which head office this device has now, and what it sent there."""

    def stop_sync(self) -> None:
        """Break the first sync off."""

    def received(self) -> int:
        """Rows that came so far."""


class Step(StrEnum):
    """Where the first run stands."""

    CHOICE = "choice"
    SHOP = "shop"
    JOIN = "join"
    WORKING = "working"
    JOINED = "joined"
    """Everything came; what was joined, and what went up, is told."""
    BROKEN = "broken"
    """Joined; the first sync broke off and may go on."""


LOOK_S = 0.2


class Beginning(Watched):
    """The first run of this device, or later joining head office."""

    def __init__(self, founder: Founder, *, step: Step = Step.CHOICE) -> None:
        super().__init__()
        self._founder = founder
        # Threads of its own: those of a Qt loop are not Python's, and are never joined.
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="first-run")
        self._first = step
        self.step = step
        self.error: QutongError | None = None
        self.doing = ""
        """Key of what is being done."""
        self.received = 0
        self.is_stopped = False
        self.founded = ""
        """The owner's id, once there is a shop."""
        self.is_joined = False
        self.joined = Joined()

    def go(self, step: Step) -> None:
        """Another step."""
        self.step, self.error = step, None
        self.changed()

    def back(self) -> bool:
        """One step back; False where there is none."""
        if self.step is Step.WORKING:
            self.stop()
            return True
        if self.step is self._first:
            return False
        self.go(self._first)
        return True

    async def found(self, name: str, owner_name: str, pin: str, again: str) -> bool:
        """Found the shop when everything is said; whether there is one now."""
        try:
            if not name.strip() or not owner_name.strip():
                raise RuleViolation("SHOP_INCOMPLETE")
            if pin or again:
                checked_pin(pin)
            if pin != again:
                raise RuleViolation("PINS_DIFFER")
        except QutongError as error:
            self._fail(Step.SHOP, error)
            return False
        self._begin("first.founding")
        try:
            self.founded = await self._beside(
                self._founder.found, name.strip(), owner_name.strip(), pin
            )
        except QutongError as error:
            self._fail(Step.SHOP, error)
            return False
        return True

    async def try_demo(self) -> None:
        """The demo shop."""
        self._begin("first.making_demo")
        try:
            await self._beside(self._founder.try_demo)
        except QutongError as error:
            self._fail(self._first, error)

    async def join(self, address: str, code: str) -> bool:
        """Join head office and fetch everything; whether all of it came."""
        if not address.strip() or not code.strip():
            self._fail(Step.JOIN, RuleViolation("BAD_ENROLMENT"))
            return False
        self._begin("first.joining")
        try:
            await self._beside(self._founder.join, address_of(address), code.strip())
        except QutongError as error:
            # Nothing tries again by itself here: most often the address was mistyped.
            is_lost = error.code == "NETWORK"
            self._fail(Step.JOIN, Unavailable("OFFICE_NOT_FOUND") if is_lost else error)
            return False
        self.is_joined = True
        return await self.fetch()

    async def fetch(self) -> bool:
        """The first sync, with its rows counted; False when it was broken off."""
        self._begin("first.fetching")
        self.is_stopped = False
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._founder.first_sync)
        while not work.done():
            await asyncio.wait({work}, timeout=LOOK_S)
            self.received = self._founder.received()
            self.changed()
        try:
            self.received = work.result()
        except QutongError as error:
            self._fail(Step.BROKEN, error)
            return False
        loop = asyncio.get_running_loop()
        self.joined = await loop.run_in_executor(self._threads, self._founder.joined)
        self.step = Step.JOINED
        self.changed()
        return True

    def stop(self) -> None:
        """Break the first sync off; what came stays."""
        self.is_stopped = True
        self._founder.stop_sync()

    def close(self) -> None:
        """Nothing more is asked of it."""
        self._founder.stop_sync()
        self._threads.shutdown()

    async def _beside(self, act: Callable[..., object], *arguments: str) -> str:
        loop = asyncio.get_running_loop()
        done = await loop.run_in_executor(self._threads, act, *arguments)
        return str(done or "")

    def _begin(self, doing: str) -> None:
        self.step, self.doing, self.error, self.received = Step.WORKING, doing, None, 0
        self.changed()

    def _fail(self, step: Step, error: QutongError) -> None:
        self.step, self.error = step, error
        self.changed()


def address_of(typed: str) -> str:
    """An address as people type it: https where nothing else was said, no slash behind."""
    plain = typed.strip().rstrip("/")
    return plain if "://" in plain else f"https://{plain}"
