"""What the program can do for a device that belongs to nobody yet (R07)."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from desktop.app.client import Client
from desktop.app.demo_shop import DemoTexts, demo_home, open_demo_shop
from desktop.app.founding import NewShop, found_shop
from desktop.shell.beginning import Joined
from desktop.store.bus import Touched
from desktop.store.identity import Identity, load_state
from desktop.sync.conversation import drive
from desktop.sync.engine import sync
from desktop.sync.founding import is_own_shop
from desktop.sync.founding import join as join_by_code
from desktop.sync.past import sent_kinds
from shared.channel.queries import sales_orgs
from shared.pricing.queries import sales_orgs_of_site

if TYPE_CHECKING:
    from desktop.sync.transport import HttpTransport

_NAMED_MAX = 3
"""Of more companies nobody reads the names: the address says it shorter."""


class DeviceFounder:
    """Founds, joins and fetches for one client; called on threads beside the window."""

    def __init__(
        self, client: Client, texts: DemoTexts, go_on: Callable[[Path, str], None]
    ) -> None:
        self._client = client
        self._texts = texts
        self._go_on = go_on
        self._transport: HttpTransport | None = None
        self._received = 0

    def found(self, name: str, owner_name: str, pin: str) -> str:
        """Found a shop; the owner's id."""
        shop = NewShop(name=name, owner_name=owner_name, pin=pin)
        return found_shop(self._client, shop).user_id

    def try_demo(self, user_id: str = "") -> None:
        """Make the demo shop when there is none yet, and go on in its folder."""
        home = demo_home(self._client.home)
        client, founded = open_demo_shop(
            home,
            self._client.store.local.layout,
            clock=self._client.clock,
            randomness=self._client.randomness,
            texts=self._texts,
        )
        client.close()
        self._go_on(home, user_id or founded.user_id)

    def join(self, address: str, code: str) -> None:
        """A new device enrols; a shop that founded itself brings its documents along. Whom head
        office forgot does so again."""
        known = self._client.store.identity
        if known is None or not is_own_shop(known):
            self._client.enrol(address, code)
        else:
            from desktop.sync.transport import new_client, send_joining

            with new_client(address, home=self._client.home) as http:
                join_by_code(
                    self._client.store,
                    self._client.keys,
                    lambda message: send_joining(http, message),
                    code=code,
                    server_url=address,
                )

    def first_sync(self) -> int:
        """Fetch everything; how many rows came."""
        self._received = 0
        unsubscribe = self._client.store.bus.subscribe(self._count)
        self._transport = self._client.new_transport()
        try:
            store, clock = self._client.store, self._client.clock
            return drive(sync(store, clock), self._transport.send).pulled
        finally:
            unsubscribe()
            self._transport.close()
            self._transport = None

    def joined(self) -> Joined:
        """Which head office this device has now, and what it sent there."""
        identity = self._client.store.identity
        assert identity is not None
        return self._client.store.read(lambda one: _joined(one, identity))

    def stop_sync(self) -> None:
        """Break the sync under way off."""
        if self._transport is not None:
            self._transport.interrupt()

    def received(self) -> int:
        """Rows that came since the sync began."""
        return self._received

    def _count(self, touched: Touched) -> None:
        self._received += sum(len(ids) for ids in touched.values())


def _joined(connection: Connection, identity: Identity) -> Joined:
    """By the names of the companies the site works with: head office itself has none."""
    here = sales_orgs_of_site(connection, identity.site_id)
    names = [name for org, name in sales_orgs(connection) if name and (not here or org in here)]
    sent = load_state(connection).acknowledged_n
    address = identity.server_url.partition("://")[2] or identity.server_url
    named = names if len(names) <= _NAMED_MAX else []
    return Joined(
        office=" · ".join([*named, address]),
        kinds=sent_kinds(connection, identity, up_to_n=sent, count=sent),
    )
