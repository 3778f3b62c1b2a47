"""The store's own network, shared in by this device or not, as its settings say (Q06)."""

import asyncio
from typing import TYPE_CHECKING

from desktop.app.client import Client
from desktop.app.settings import StoreSettings
from desktop.store.desk import Desk
from shared.sync.neighbours import HOST, MEMBER, MODE

if TYPE_CHECKING:
    from desktop.sync.neighbours.worker import HostWorker, MemberWorker


class StoreNetwork:
    """This device's place in the store's network, while it has one."""

    def __init__(self, client: Client, desk: Desk, settings: StoreSettings) -> None:
        self.client = client
        self.desk = desk
        self.settings = settings
        self._lan: HostWorker | MemberWorker | None = None
        self._turn = asyncio.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether this device shares in it now."""
        return self._lan is not None

    async def share(self) -> None:
        """Share in the store's network, or not any more, as the settings say (Q06)."""
        async with self._turn:
            await self.leave()
            if not any(self.settings.get(MODE) == one for one in (HOST, MEMBER)):
                return
            self._lan = await self.desk.work(self.client.lan)
            if self._lan is not None:
                self._lan.start()
                self.desk.neighbours = self._lan

    async def leave(self) -> None:
        """Share in it no more."""
        former, self._lan, self.desk.neighbours = self._lan, None, None
        if former is not None:
            await self.desk.work(former.stop)
