"""The server as a value: its database, head office, and the signed conversation with devices."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from shared.channel.documents import DeviceEnrolled
from shared.core.clock import Clock
from shared.core.errors import Conflict, RuleViolation
from shared.journal.document import Body
from shared.sync.limits import (
    ASK_BYTES_MAX,
    CURSORS_MAX,
    FORK_BYTES_MAX,
    PICTURE_ASK_BYTES_MAX,
    ROWS_ASKED_BYTES_MAX,
    SLOT_MAX,
)
from shared.sync.messages import (
    AskDigests,
    AskPacket,
    AskPicture,
    AskReport,
    AskRows,
    Digests,
    Enrol,
    EnrolAnswer,
    Envelopes,
    EnvelopesAnswer,
    Fork,
    ForkAnswer,
    Hello,
    HelloAnswer,
    Join,
    PacketMade,
    Page,
    Pages,
    PictureFound,
    Pull,
    PullMany,
    Push,
    PushAnswer,
    ReportPage,
    Return,
    ReturnAnswer,
    RowsAnswer,
    Wait,
    unpack,
)
from sync_server.enrolment.codes import check_code, consume
from sync_server.enrolment.joining import check_join, consume_join
from sync_server.http.admission import Pace
from sync_server.http.door import door_of
from sync_server.http.errors import log
from sync_server.http.metrics import Metrics
from sync_server.http.nonces import Nonces
from sync_server.http.signed import Signed, sender_of
from sync_server.store.devices import Device
from sync_server.store.engine import Database, is_passing
from sync_server.store.migrations import is_current
from sync_server.sync import (
    ask,
    carrying,
    closing_sites,
    daily,
    digests,
    envelopes,
    forking,
    hello,
    horizon,
    pictures,
    pull,
    push,
    returning,
)
from sync_server.sync.contacts import Contact, Contacts, write_contacts
from sync_server.sync.head_office import HeadOffice, draft_of, publish
from sync_server.sync.judging import STORED
from sync_server.sync.page_cache import PageCache
from sync_server.sync.snapshot import Snapshots

_TRIES = 4
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the routes call; every method runs in a worker thread and may block.

    A body is unpacked only after its signature was found good: a stranger's is never unfolded.
    """

    database: Database
    hq: HeadOffice
    nonces: Nonces
    clock: Clock
    snapshots: Snapshots
    committed: list[Callable[[], None]] = field(default_factory=list)
    """Called after every commit that may have moved a scope."""
    contacts: Contacts = field(default_factory=Contacts)
    """Who said hello since it was written down last."""
    pages: PageCache = field(default_factory=PageCache)
    """What was made for one device, for the others."""
    metrics: Metrics = field(default_factory=Metrics)
    pace: Pace | None = None
    """How fast one device may ask; None = as it likes."""

    def authenticated(self, connection: Connection, signed: Signed) -> Device:
        """The device that really sent this request; raises as ``sender_of``."""
        return sender_of(connection, self.hq, signed, self.nonces, self.pace)

    def sender(self, signed: Signed) -> Device:
        """The device of a request whose work waits for a turn; raises as ``authenticated``."""
        with self.database.read() as connection:
            return self.authenticated(connection, signed)

    def hello(self, signed: Signed) -> HelloAnswer:
        """POST /hello."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, Hello)
            scopes = self._scopes(connection, device)
            answer = hello.answer(connection, self.hq, device, scopes, message, self.clock.now_us())
            self.contacts.note(
                Contact(
                    device_id=device.device_id,
                    site_id=device.site_id,
                    seen_at_us=answer.server_time_us,
                    unsent=max(min(message.head_n, SLOT_MAX) - answer.high_water, 0),
                    program=message.program,
                )
            )
            return self.snapshots.offered(connection, answer, message.cursors)

    def push(self, signed: Signed) -> PushAnswer:
        """POST /push: the answer leaves after the commit."""
        return self.push_of(self.sender(signed), signed.body)

    def push_of(self, device: Device, body: bytes) -> PushAnswer:
        """As ``push``, of a device that is known already."""
        message = unpack(body, Push)
        answer = self.write(
            lambda connection: push.ingest(
                connection, self.hq, device, message, self.clock.now_us()
            )
        )
        outcomes = Counter(one.outcome for one in answer.verdicts)
        outcomes[STORED] = len(message.items) - outcomes.total()
        self.metrics.took_documents(outcomes)
        return answer

    def fork(self, signed: Signed) -> ForkAnswer:
        """POST /fork: a copy of a disk begins a new incarnation."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
        message = unpack(signed.body, Fork, plain_max=FORK_BYTES_MAX)
        return self.write(
            lambda connection: forking.begin_incarnation(
                connection, self.hq, device, message, self.clock.now_us()
            )
        )

    def envelopes(self, signed: Signed) -> EnvelopesAnswer:
        """POST /envelopes: the bytes behind the rows of others, to hold for head office."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, Envelopes)
            scopes = self._scopes(connection, device)
            return envelopes.answer(connection, device, scopes, message, self.clock.now_us())

    def take_back(self, signed: Signed) -> ReturnAnswer:
        """POST /return: what a restored head office lacks."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
        message = unpack(signed.body, Return)
        return self.write(
            lambda connection: returning.take_back(
                connection, self.hq, device, message, self.clock.now_us()
            )
        )

    def pull(self, signed: Signed) -> Page:
        """POST /pull."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, Pull)
            scopes = self._scopes(connection, device)
            schema = self.hq.replica.schema
            return pull.page(connection, schema, scopes, device, message, self.pages)

    def pull_many(self, signed: Signed) -> Pages:
        """POST /pulls."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, PullMany)
            scopes = self._scopes(connection, device)
            return pull.pages(connection, self.hq.replica.schema, scopes, device, message)

    def digests(self, signed: Signed) -> Digests:
        """POST /digests: where a device's rows differ; a sum of ours that is wrong is mended."""
        schema = self.hq.replica.schema
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, AskDigests, plain_max=ASK_BYTES_MAX)
            scopes = self._scopes(connection, device)
            answer = digests.parts(connection, schema, scopes, message)
        if not message.table and digests.is_head_wrong(answer):
            log.error("the sum of scope %s was wrong and is added up again", message.scope)
            self.write(lambda connection: digests.mend_head(connection, schema, message.scope))
        return answer

    def rows(self, signed: Signed) -> RowsAnswer:
        """POST /rows: rows that differ at a device, by their ids."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, AskRows, plain_max=ROWS_ASKED_BYTES_MAX)
            scopes = self._scopes(connection, device)
            return digests.rows(connection, self.hq.replica.schema, scopes, device, message)

    def wait(self, signed: Signed) -> Wait:
        """The cursors of a long poll that are the device's to watch."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, Wait)
            if len(message.cursors) > CURSORS_MAX:
                raise RuleViolation("TOO_MANY_SCOPES", limit=CURSORS_MAX)
            scopes = frozenset(self._scopes(connection, device))
        own = [cursor for cursor in message.cursors if cursor.scope in scopes]
        return Wait(cursors=own, timeout_s=message.timeout_s)

    def snapshot(self, signed: Signed, name: str) -> Path:
        """GET /snapshot/{name}: the file, when its scope is the device's.

        Raises AccessDenied SCOPE_UNKNOWN.
        """
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            scopes = self._scopes(connection, device)
            return self.snapshots.path_of(connection, name, scopes)

    def ask(self, signed: Signed) -> ReportPage:
        """POST /ask: detail the device does not hold; read only."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, AskReport, plain_max=ASK_BYTES_MAX)
            scopes = self._scopes(connection, device)
            return ask.answer(connection, self.hq, device, scopes, message, self.clock.now_us())

    def picture(self, signed: Signed) -> PictureFound:
        """POST /picture: a picture that a row of the device's scopes names; read only."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, AskPicture, plain_max=PICTURE_ASK_BYTES_MAX)
            scopes = self._scopes(connection, device)
            return pictures.answer(connection, self.hq.replica.registry, scopes, message)

    def packet(self, signed: Signed) -> PacketMade:
        """POST /packet: the prices a device lacks, in a file for a stick; read only."""
        with self.database.read() as connection:
            device = self.authenticated(connection, signed)
            message = unpack(signed.body, AskPacket, plain_max=ASK_BYTES_MAX)
            now_us, seed = self.clock.now_us(), secrets.token_bytes(32)
            return carrying.cut(connection, self.hq, device, message, now_us, seed)

    def write_contacts(self) -> None:
        """Write down which devices were here since the last time."""
        contacts = self.contacts.take()
        if not contacts:
            return
        try:
            self.write(lambda connection: write_contacts(connection, self.hq, contacts))
        except BaseException:
            self.contacts.put_back(contacts)
            raise

    def keep_horizon(self) -> None:
        """Forget removals that every device has seen in 90 days, or begins anew."""
        now_us = self.clock.now_us()
        while self.write_if(
            lambda connection: horizon.keep_horizon(connection, now_us),
            lambda connection: horizon.is_due(connection, now_us),
        ):
            continue

    def sum_days(self) -> None:
        """Bring the daily sums up to date with what was pushed."""
        while self.sum_some_days():
            continue

    def sum_some_days(self) -> bool:
        """A little of ``sum_days``; whether anything was to do."""
        done = self.write_if(
            lambda connection: daily.sum_days(connection, self.hq, self.clock.now_us()),
            daily.is_due,
        )
        return done > 0

    def close_asked_months(self) -> bool:
        """A site of the months people want closed; whether anything was to do."""
        with self.database.read() as connection:
            if not closing_sites.is_asked(connection):
                return False
        return closing_sites.close_asked(self.write, self.hq, self.clock.now_us())

    def look(self) -> None:
        """GET /health: whether the database answers; a stranger costs no more than that."""
        with self.database.read() as connection:
            connection.exec_driver_sql("SELECT 1")

    def is_ready(self) -> bool:
        """GET /ready: whether a device's documents would find their place now.

        Not at a worker that still runs while a later program brought the database forward.
        """
        with self.database.read() as connection:
            return is_current(connection)

    def make_snapshots(self) -> None:
        """Bring the files of large shared scopes up to date, one after another."""
        with self.database.read() as connection:
            self.snapshots.clear_leftovers(connection, self.clock.now_us())
            due = self.snapshots.due(connection)
        for head in due:
            made = self.snapshots.make(self.database.read_window, head.scope)
            with self.database.write() as connection:
                self.snapshots.offer(connection, made)

    def enrol(self, message: Enrol) -> EnrolAnswer:
        """POST /enrol: not signed as a request, the code and the key's proof stand for it."""
        now_us = self.clock.now_us()
        with self.database.read() as connection:
            # Guesses end here: they never make anybody wait for the one writer.
            check_code(connection, message, now_us)
        self._must_be_ours(message.hq_public_key)
        body = self.write(lambda connection: self._enrol(connection, message))
        return self._told(body)

    def _told(self, body: DeviceEnrolled) -> EnrolAnswer:
        return EnrolAnswer(
            device_id=body.device_id,
            device_type=body.device_type,
            site_id=body.site_id,
            tag=body.tag,
            incarnation=1,
            epoch=self.hq.epoch,
            hq_public_key=self.hq.author.key.public,
            server_time_us=self.clock.now_us(),
            nonce=self.nonces.fresh(body.device_id),
        )

    def _enrol(self, connection: Connection, message: Enrol) -> DeviceEnrolled:
        now_us = self.clock.now_us()

        def write_down(body: Body, site_id: str) -> None:
            publish(connection, self.hq, [draft_of(self.hq, body, now_us, site_id=site_id)], now_us)

        return consume(connection, message, now_us, write_down)

    def _must_be_ours(self, hq_public_key: bytes) -> None:
        """A device of another head office stays that one's. Raises Conflict HEAD_OFFICE_OTHER."""
        if hq_public_key not in (b"", self.hq.author.key.public):
            raise Conflict("HEAD_OFFICE_OTHER")

    def join(self, message: Join) -> EnrolAnswer:
        """POST /join: a shop that founded itself; a code, the key's proof and its first slot."""
        now_us = self.clock.now_us()
        with self.database.read() as connection:
            check_join(connection, message, now_us)
        self._must_be_ours(message.hq_public_key)
        body = self.write(
            lambda connection: consume_join(
                connection, message, now_us, door_of(connection, self.hq, now_us)
            )
        )
        return self._told(body)

    def write_if(
        self, work: Callable[[Connection], int], is_due: Callable[[Connection], bool]
    ) -> int:
        """As ``write``, but nobody is made to wait when there is nothing to do."""
        with self.database.read() as connection:
            if not is_due(connection):
                return 0
        return self.write(work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run work in one transaction, again when the database broke a deadlock."""
        for tries_left in reversed(range(_TRIES)):
            try:
                with self.database.write() as connection:
                    result = work(connection)
                break
            except OperationalError as error:
                if not tries_left or not is_passing(error):
                    raise
        for call in self.committed:
            call()
        return result

    def _scopes(self, connection: Connection, device: Device) -> tuple[str, ...]:
        return self.hq.directory.scopes_of_device(connection, device.device_id)
