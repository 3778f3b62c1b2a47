"""Sharing in the background: this device is its store's host, or goes to the host, or neither."""

import re
from threading import Event, Lock, Thread
from typing import Final

import httpx
from sqlalchemy import Connection

from desktop.store.identity import Identity
from desktop.store.settings import settings_under
from desktop.store.tables import draft, neighbour_basket
from desktop.store.writer import Store
from desktop.sync.conversation import Ask
from desktop.sync.neighbours.baskets import HELD, is_held
from desktop.sync.neighbours.door import SealedLine
from desktop.sync.neighbours.listener import Caller, Listener, Reply, Request, find_host
from desktop.sync.neighbours.serving import Serving
from desktop.sync.neighbours.sharing import Sharing
from desktop.sync.transport import HttpTransport, new_client
from desktop.sync.worker import back_off_s, told_fault
from shared.channel.queries import device_of
from shared.core.clock import Clock, Randomness
from shared.core.errors import AccessDenied, QutongError, RuleViolation, Unavailable
from shared.journal.chain import SigningKey
from shared.journal.tables import journal
from shared.sync.messages import ErrorAnswer, Message, pack
from shared.sync.neighbours import (
    ADDRESS,
    CLAIM,
    HOST,
    LAN_PORT,
    MEMBER,
    MODE,
    PORT,
    WATCH,
    WATCH_S_MAX,
    WHO,
    Claim,
    Claimed,
    LanStanding,
    WatchAnswer,
    Who,
    WhoAnswer,
)

_INTERVAL_S: Final = 20.0
_BACK_OFF_MAX_S: Final = 15.0
_CLAIM_S: Final = 3.0
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def lan_worker(
    store: Store, key: SigningKey, *, clock: Clock, randomness: Randomness
) -> "HostWorker | MemberWorker | None":
    """What this device's settings say; None when it does not share. Raises: Unavailable
    PORT_TAKEN, NOT_ENROLLED."""
    # On the writer: what was set a moment ago is counted.
    told = store.on_writer(lambda local: local.read(_settings))
    port = int(text) if _is_port(text := told.get(PORT, "")) else LAN_PORT
    identity = store.on_writer(lambda local: local.enrolled)
    if told.get(MODE) == HOST:
        return HostWorker(store, identity, key, clock=clock, randomness=randomness, port=port)
    if told.get(MODE) == MEMBER:
        return MemberWorker(
            store, identity, key, randomness=randomness, address=told.get(ADDRESS, ""), port=port
        )
    return None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65_536


def _settings(connection: Connection) -> dict[str, str]:
    return settings_under(connection, "lan.")


class HostWorker:
    """The store's host: listens, and tells who waits what is new on this device itself."""

    def __init__(
        self,
        store: Store,
        identity: Identity,
        key: SigningKey,
        *,
        clock: Clock,
        randomness: Randomness,
        port: int = LAN_PORT,
        address: str = "0.0.0.0",
    ) -> None:
        self._device_id = identity.device_id
        self.serving = Serving(store, identity, key, clock=clock, randomness=randomness)
        self._listener = Listener(port, self._handle, address=address)
        self.port = self._listener.port
        self._caller = Caller(identity.site_id, identity.device_id, self.port)
        self._wake, self._stopped = Event(), Event()
        self._wake.set()
        self._code = self._refused = ""
        self._thread = Thread(target=self._run, name="lan-tend", daemon=True)
        self._unsubscribe = store.bus.subscribe(
            lambda _touched: self._wake.set(), journal.name, draft.name
        )

    def start(self) -> None:
        """Begin."""
        self._listener.start()
        self._caller.start()
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(_INTERVAL_S)
            self._wake.clear()
            if self._stopped.is_set():
                return
            try:
                if self.serving.host.tend():
                    self.serving.tell()
                self._code = ""
            except Exception as raised:
                self._code = told_fault(raised, self._code).code
                self._stopped.wait(1.0)

    def _handle(self, request: Request) -> Reply:
        """Answer a request; a fault of ours is told here, and whoever asked comes again."""
        try:
            reply = self.serving.handle(request)
        except Exception as raised:
            if self._stopped.is_set():
                # The store was closed behind it.
                return Reply(503, b"")
            fault = told_fault(raised, self._refused)
            self._refused = fault.code
            return Reply(503, pack(ErrorAnswer(code=fault.code, params=dict(fault.params))))
        self._refused = ""
        return reply

    def claim(self, uid: str) -> bytes:
        """As ``desk.Neighbours.claim``; decided here. Raises: RuleViolation BASKET_GONE; Conflict
        BASKET_TAKEN."""
        self.serving.host.tend()
        content = self.serving.host.claim(self._device_id, Claim(uid=uid)).content
        self.serving.tell()
        return content

    def standing(self) -> LanStanding:
        """How sharing stands."""
        return LanStanding(
            mode=HOST,
            is_reached=True,
            devices=self.serving.host.devices,
            code=self._code or self._refused,
        )

    def stop(self) -> None:
        """End; who waits is answered."""
        self._unsubscribe()
        self._stopped.set()
        self._wake.set()
        self.serving.stop()
        self._listener.stop()
        self._caller.stop()
        self._thread.join()


class MemberWorker:
    """Another device of the store: gives and takes as soon as there is something."""

    def __init__(
        self,
        store: Store,
        identity: Identity,
        key: SigningKey,
        *,
        randomness: Randomness,
        address: str = "",
        port: int = LAN_PORT,
    ) -> None:
        self._store = store
        self._identity = identity
        self._key = key
        self._randomness = randomness
        self._typed, self._port = address, port
        self._address = ""
        self._host_key = b""
        self._sharing = Sharing(store)
        self._wake, self._stopped = Event(), Event()
        self._wake.set()
        self._reached = Event()
        self._lock = Lock()
        self._lines: set[HttpTransport] = set()
        self._resuming: set[str] = set()
        self._standing = LanStanding(mode=MEMBER)
        self._threads = [
            Thread(target=self._share, name="lan-share", daemon=True),
            Thread(target=self._listen, name="lan-listen", daemon=True),
        ]
        self._unsubscribe = store.bus.subscribe(
            lambda _touched: self._wake.set(), journal.name, draft.name
        )

    def start(self) -> None:
        """Begin; the first exchange is at once."""
        for thread in self._threads:
            thread.start()

    def standing(self) -> LanStanding:
        """How sharing stands."""
        return self._standing

    def claim(self, uid: str) -> bytes:
        """As ``desk.Neighbours.claim``. Without the host a device resumes its own baskets only.

        Raises: RuleViolation BASKET_GONE; Conflict BASKET_TAKEN; Unavailable HOST_AWAY.
        """
        is_own = self._store.read(lambda one: is_held(one, uid))
        if is_own:
            # Until it is taken up here it is told to nobody.
            with self._lock:
                self._resuming.add(uid)
        try:
            answer = self._once(Ask(CLAIM, Claim(uid=uid), Claimed))
        except Unavailable as error:
            if is_own:
                return b""
            raise Unavailable("HOST_AWAY") from error
        except RuleViolation as error:
            if is_own and error.code == "BASKET_GONE":
                # The host did not hear of it yet.
                return b""
            raise
        finally:
            self._wake.set()
        assert isinstance(answer, Claimed)
        return b"" if is_own else answer.content

    def _once(self, ask: Ask) -> Message:
        if not self._reached.is_set():
            raise Unavailable("HOST_AWAY")
        line = self._line()
        try:
            return self._sealed(line).send(ask)
        finally:
            self._let_go(line)

    def stop(self) -> None:
        """End; a request under way is broken off, nothing is lost by that."""
        self._unsubscribe()
        self._stopped.set()
        self._wake.set()
        self._reached.set()
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            line.interrupt()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    # giving and taking

    def _share(self) -> None:
        failures = 0
        line: HttpTransport | None = None
        while not self._stopped.is_set():
            self._wake.wait(_INTERVAL_S)
            self._wake.clear()
            if self._stopped.is_set():
                break
            try:
                if line is None:
                    self._find()
                    line = self._line()
                self._exchange(line)
                failures = 0
            except Exception as raised:
                failures += 1
                self._away(told_fault(raised, self._standing.code))
                if line is not None:
                    self._let_go(line)
                    line = None
                self._stopped.wait(min(_BACK_OFF_MAX_S, back_off_s(failures, self._randomness)))
                self._wake.set()
        if line is not None:
            self._let_go(line)

    def _exchange(self, line: HttpTransport) -> None:
        with self._lock:
            resuming = frozenset(self._resuming)
        done = self._sharing.exchange(self._sealed(line).send, resuming)
        left = self._store.read(lambda one: {uid for uid in resuming if is_held(one, uid)})
        with self._lock:
            self._resuming -= resuming - left
        if done.gone:
            self._store.bus.publish({draft.name: frozenset(HELD + one.uid for one in done.gone)})
        self._store.bus.publish({neighbour_basket.name: frozenset()})
        self._standing = LanStanding(
            mode=MEMBER,
            is_reached=True,
            devices=done.devices,
            last_at_us=self._store.local.now_us(),
        )
        self._reached.set()

    def _away(self, error: QutongError) -> None:
        self._reached.clear()
        if self._stopped.is_set():
            # Nobody is left waiting for a host.
            self._reached.set()
        self._sharing.forget()
        self._standing = LanStanding(
            mode=MEMBER, last_at_us=self._standing.last_at_us, code=error.code
        )

    def _listen(self) -> None:
        line: HttpTransport | None = None
        code = ""
        while not self._stopped.is_set():
            self._reached.wait()
            if self._stopped.is_set():
                break
            try:
                line = line or self._line(answer_s=WATCH_S_MAX + 10)
                ask = Ask(WATCH, self._sharing.watch(), WatchAnswer)
                answer = self._sealed(line).send(ask)
                if isinstance(answer, WatchAnswer) and answer.moved:
                    self._wake.set()
                    # Let the exchange move the mark before asking what is beyond it.
                    self._stopped.wait(0.05)
                code = ""
            except Exception as raised:
                code = told_fault(raised, code).code
                if line is not None:
                    self._let_go(line)
                    line = None
                self._wake.set()
                self._stopped.wait(1.0)
        if line is not None:
            self._let_go(line)

    # the line to the host

    def _find(self) -> None:
        """Where the host is, and which of this store's devices it says it is."""
        address = self._typed or find_host(self._identity.site_id, self._port)
        host, _, port = address.partition(":")
        if not _HOST.fullmatch(host) or not _is_port(port or str(self._port)):
            raise Unavailable("HOST_AWAY")
        self._address = f"{host}:{port or self._port}"
        line = self._line()
        try:
            said = line.send(Ask(WHO, Who(), WhoAnswer), answer_s=_CLAIM_S)
        finally:
            self._let_go(line)
        assert isinstance(said, WhoAnswer)
        found = self._store.read(lambda one: device_of(one, said.device_id))
        if (
            found is None
            or found.is_revoked
            or found.site_id != self._identity.site_id
            or found.device_id == self._identity.device_id
        ):
            raise AccessDenied("HOST_FOREIGN")
        if found.public_key != self._host_key:
            self._sharing.forget()
        self._host_key = found.public_key

    def _line(self, *, answer_s: float = 10.0) -> HttpTransport:
        try:
            client = new_client(f"http://{self._address}", answer_s=answer_s)
        except httpx.InvalidURL as error:
            # What somebody typed is no address: the settings say that the host is away.
            raise Unavailable("HOST_AWAY") from error
        line = HttpTransport(client, self._identity.device_id, self._key, patience_s=0)
        with self._lock:
            self._lines.add(line)
        if self._stopped.is_set():
            # ``stop`` may have looked at the lines before.
            line.interrupt()
        return line

    def _sealed(self, line: HttpTransport) -> SealedLine:
        return SealedLine(line.send, self._host_key, self._randomness)

    def _let_go(self, line: HttpTransport) -> None:
        with self._lock:
            self._lines.discard(line)
        line.close()
