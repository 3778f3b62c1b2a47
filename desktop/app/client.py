"""Putting a client together in a folder: store, key, connection to head office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.app.home import default_home, spool_folder
from desktop.reporting.usecases.asking import Progress, Report, ask_report, go_on
from desktop.store.asking import device
from desktop.store.errors import folder_told
from desktop.store.layout import Layout
from desktop.store.writer import Store, StorePaths
from desktop.sync.credentials import FileKeyStore, KeysInTwoPlaces, KeyStore, key_store
from desktop.sync.enrolment import KEY_NAME, enrol, load_key
from desktop.sync.founding import is_joined
from desktop.sync.pictures import PictureCache, fetch_pictures
from desktop.sync.revocation import is_revoked, obey
from desktop.sync.story import Summary
from shared.core.clock import Clock, Randomness
from shared.core.errors import AccessDenied, QutongError, Unavailable
from shared.journal.chain import SigningKey

if TYPE_CHECKING:
    from desktop.sync.neighbours.worker import HostWorker, MemberWorker
    from desktop.sync.packets import Exported, Imported
    from desktop.sync.transport import HttpTransport
    from desktop.sync.worker import SyncWorker
    from shared.sync.messages import PacketMade

# The network is loaded when it is first used: a window that opens does not wait for it (P11).
from shared.journal.document import Value
from shared.sync.limits import BUSY_S_MAX

_ASKED_S = 20.0
"""How long a report in front of a person is asked for while head office is busy."""

__all__ = ["Client", "default_home"]


@dataclass(slots=True, kw_only=True)
class Client:
    """A running client without its screen."""

    home: Path
    store: Store
    keys: KeyStore
    clock: Clock
    randomness: Randomness
    _pictures: PictureCache | None = field(default=None, init=False, repr=False)

    @classmethod
    def open(
        cls,
        home: Path,
        layout: Layout,
        *,
        clock: Clock,
        randomness: Randomness,
        keys: KeyStore | None = None,
        ballast_bytes: int | None = None,
    ) -> "Client":
        """Open the store in a folder, with the spool where ``keep_spool_folder`` put it.

        Raises Conflict ALREADY_RUNNING, Unavailable FOLDER_UNUSABLE, DISK_FULL, DISK_FAULTY…
        """
        with folder_told(home):
            home.mkdir(parents=True, exist_ok=True)
            second = spool_folder(home)
            held = keys or _keys(home, second, randomness)
            store = Store(
                StorePaths.under(home, spool_folder=second),
                layout,
                clock=clock,
                randomness=randomness,
                key=load_key(held),
                ballast_bytes=ballast_bytes,
            )
        if is_revoked(store):
            # Told in an earlier life that may have ended before the key was gone.
            held.forget(KEY_NAME)
        return cls(home=home, store=store, keys=held, clock=clock, randomness=randomness)

    def enrol(self, server_url: str, code: str) -> str:
        """Become the device a one-time code was made for; returns its id."""
        from desktop.sync.transport import new_client, send_enrolment

        with new_client(server_url, home=self.home) as http:
            identity = enrol(
                self.store,
                self.keys,
                self.randomness,
                lambda message: send_enrolment(http, message),
                code=code,
                server_url=server_url,
            )
        return identity.device_id

    def new_transport(self, *, patience_s: float = BUSY_S_MAX) -> "HttpTransport":
        """A connection to this device's head office, which it may find busy for so long.

        Raises Unavailable NOT_ENROLLED, NOT_JOINED (a shop that founded itself has none yet).
        """
        identity = self.store.on_writer(lambda local: local.enrolled)
        if not is_joined(identity):
            raise Unavailable("NOT_JOINED")
        from desktop.sync.transport import HttpTransport, new_client

        client = new_client(identity.server_url, home=self.home)
        folder = StorePaths.under(self.home).passing
        return HttpTransport(client, identity.device_id, self._key(), folder, patience_s=patience_s)

    def _key(self) -> SigningKey:
        key = load_key(self.keys)
        if key is None:
            raise Unavailable("KEY_MISSING")
        return key

    def sync(self) -> Summary:
        """One sync, now. Raises Unavailable NETWORK, NOT_ENROLLED …; AccessDenied DEVICE_REVOKED,
        which locks this device for good."""
        from desktop.sync.conversation import drive
        from desktop.sync.engine import sync

        transport = self.new_transport()
        try:
            return drive(sync(self.store, self.clock), transport.send)
        except AccessDenied as error:
            self.obey(error)
            raise
        finally:
            transport.close()

    def obey(self, refusal: QutongError) -> bool:
        """Lock when head office took this device's trust back; whether it did (P10)."""
        return obey(self.store, self.keys, refusal)

    def export_packet(self, path: Path) -> "Exported":
        """Write what head office lacks for a stick (Q06); in the caller's thread.

        Raises: Unavailable NOT_ENROLLED, NOT_JOINED, PACKET_UNWRITABLE; RuleViolation
        PACKET_TOO_LARGE.
        """
        from desktop.sync.packets import export_packet, save_packet

        made = export_packet(self.store, self.clock, self.randomness)
        save_packet(path, made.data)
        return made

    def import_packet(self, path: Path) -> "Imported":
        """Take head office's answer in from a stick; in the caller's thread.

        Raises: Unavailable PACKET_UNREADABLE and as ``desktop.sync.packets.import_packet``.
        """
        from desktop.sync.packets import import_packet, load_packet

        return import_packet(self.store, self.clock, load_packet(path))

    def cut_packet(self, device_id: str, sales_org_id: str, path: Path) -> "PacketMade":
        """Have head office's server write the prices a device lacks into a file for a stick (C03);
        in the caller's thread.

        Raises: Unavailable NETWORK, NOT_JOINED, PACKET_UNWRITABLE; AccessDenied NOT_PERMITTED;
        RuleViolation DEVICE_UNKNOWN, PACKET_TOO_LARGE.
        """
        from desktop.sync.conversation import Ask
        from desktop.sync.packets import save_packet
        from shared.sync.messages import AskPacket, PacketMade

        asked = AskPacket(
            device_id=device_id, sales_org_id=sales_org_id, user_id=self.store.author_id
        )
        transport = self.new_transport(patience_s=_ASKED_S)
        try:
            made = transport.send(Ask("/packet", asked, PacketMade))
        finally:
            transport.close()
        assert isinstance(made, PacketMade), "the transport reads no other answer"
        if made.rows:
            save_packet(path, made.data)
        return made

    @property
    def pictures(self) -> PictureCache:
        """The pictures of goods that were fetched to this device."""
        if self._pictures is None:
            self._pictures = PictureCache(self.home / "pictures")
        return self._pictures

    def fetch_pictures(self, digests: Sequence[str]) -> int:
        """Fetch pictures of goods from head office's server; in the caller's thread. How many came.

        Raises: Unavailable NETWORK, NOT_ENROLLED, NOT_JOINED; AccessDenied DEVICE_REVOKED.
        """
        transport = self.new_transport(patience_s=0)
        try:
            return fetch_pictures(transport.send, self.pictures, digests)
        finally:
            transport.close()

    def ask(self, name: str, params: Mapping[str, Value], *, progress: Progress = go_on) -> Report:
        """Detail this device does not hold, from head office's server; in the caller's thread.

        Raises: AccessDenied BLIND_COUNT, NOT_PERMITTED and as ``ask_report``.
        """
        from desktop.stocktake.usecases.blindness import check_may_see_book

        site_id, person_id = device(self.store).site_id, self.store.author_id
        self.store.read(lambda one: check_may_see_book(one, site_id, person_id))

        # Somebody sits in front of it and waits.
        transport = self.new_transport(patience_s=_ASKED_S)
        try:
            return ask_report(transport.send, name, params, user_id=person_id, progress=progress)
        finally:
            transport.close()

    def worker(self, *, listen: bool = True) -> "SyncWorker":
        """A worker that syncs in the background once it is started."""
        from desktop.sync.worker import SyncWorker

        return SyncWorker(
            self.store,
            self.new_transport,
            clock=self.clock,
            randomness=self.randomness,
            listen=listen,
            refused=self.obey,
        )

    def lan(self) -> "HostWorker | MemberWorker | None":
        """Sharing in the store's network as the settings say, once it is started (Q06).

        Raises: Unavailable NOT_ENROLLED, PORT_TAKEN.
        """
        from desktop.sync.neighbours.worker import lan_worker

        return lan_worker(self.store, self._key(), clock=self.clock, randomness=self.randomness)

    def close(self) -> None:
        """Finish and let go of everything."""
        self.store.close()


def _keys(home: Path, second: Path | None, randomness: Randomness) -> KeyStore:
    held = key_store(home / "keys", randomness)
    if second is None or not isinstance(held, FileKeyStore):
        return held
    return KeysInTwoPlaces(held, FileKeyStore(second / "keys", randomness))
