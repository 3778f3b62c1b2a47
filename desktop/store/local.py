"""The store without threads: a use case becomes journal, rows and spool, or nothing at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlcipher3.dbapi2 import DatabaseError

from desktop.store import snapshot
from desktop.store.arrivals import note_arrivals
from desktop.store.ballast import Ballast, NoBallast, with_room
from desktop.store.bus import Touched
from desktop.store.commits import Commits, Work
from desktop.store.errors import DatabaseDamaged, RecordedOnce, disk_error
from desktop.store.identity import (
    Identity,
    load_identity,
    load_state,
    owns_for,
    spool_identity,
    store_identity,
    store_state,
)
from desktop.store.layout import Layout
from desktop.store.migrations import migrate
from desktop.store.recovery import (
    end_of,
    reconcile,
    set_kept,
    store_position,
)
from desktop.store.reposting import Reconciled
from desktop.store.session import Desk, Session
from desktop.store.spool import Spool
from desktop.store.spool_tail import SpoolTail
from desktop.store.spooling import head_records
from desktop.store.tables import sync_finding
from shared.core.clock import Clock, Randomness
from shared.core.errors import AccessDenied, Unavailable
from shared.core.ids import uid_text
from shared.journal.chain import SigningKey
from shared.journal.spool import SpoolHead, SpoolIdentity, encode_record, encode_slots
from shared.journal.tables import journal
from shared.sync.appending import Replica
from shared.sync.confirm import Applied, Finding, Step
from shared.sync.holding import granted_scopes, rebuild_balances
from shared.sync.own_slots import Own
from shared.sync.relinking import Former, relink, relinked
from shared.sync.replica import Change, Owns
from shared.sync.scopes import HQ

T = TypeVar("T")
P = ParamSpec("P")
UseCase = Callable[Concatenate[Session, P], T]


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """A use case is done: committed, spooled, durable. ``touched`` are ids by table."""

    value: T
    touched: Touched = field(default_factory=dict)


_UNUSABLE = (
    IntegrityError, DataError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
)  # fmt: skip
"""What applying a page raises that does not fit; none of it may end the thread that syncs."""


class LocalStore:
    """One device's database, spool and key, used by one thread at a time.

    ``writer`` is an engine from desktop.store.engine. ``key`` is None until the device is
    enrolled. ``opened`` says what the start had to mend.
    """

    def __init__(
        self,
        writer: Engine,
        layout: Layout,
        spool: Spool,
        *,
        clock: Clock,
        randomness: Randomness,
        key: SigningKey | None = None,
        ballast: Ballast | None = None,
    ) -> None:
        self.layout = layout
        self.spool = spool
        self._clock = clock
        self._randomness = randomness
        self._key = key
        self._ballast = ballast or NoBallast()
        self._commits = self._with_room(lambda: Commits(writer))
        self._tail = SpoolTail(spool, self._ballast)
        self._desk: Desk | None = None
        try:
            self.opened = self._open()
        except BaseException:
            self._commits.close()
            raise

    def _open(self) -> Reconciled:
        self._with_room(lambda: self.transact(self._migrate))
        return self._with_room(lambda: self.transact(self._reconcile))

    def _migrate(self, connection: Connection) -> None:
        if migrate(connection, self.layout):
            # With what was gained: a start that ends here is not told of it again.
            self._rebuild_balances(connection)

    @property
    def connection(self) -> Connection:
        """The writing connection, for who holds the store alone."""
        return self._commits.connection

    def on_writer(self, act: "Callable[[LocalStore], T]") -> T:
        """Act on the store; there is no other thread here."""
        return act(self)

    @property
    def known_identity(self) -> Identity | None:
        """Who this device is, from memory and on any thread; None before enrolment."""
        desk = self._desk
        return desk.identity if desk else None

    @property
    def identity(self) -> Identity | None:
        """Who this device is; None before enrolment."""
        return self._desk.identity if self._desk else self.read(load_identity)

    @property
    def enrolled(self) -> Identity:
        """Who this device is. Raises Unavailable NOT_ENROLLED."""
        return self.desk().identity

    @property
    def replica(self) -> Replica:
        """Kinds, tables, and the ledger ends this device keeps balances of."""
        return self.desk().replica

    def now_us(self) -> int:
        """This device's clock, corrected as documents are; microseconds UTC."""
        offset = self._desk.state.clock_offset_us if self._desk else 0
        return self._clock.now_us() + offset

    def nonce(self) -> bytes:
        """Something no earlier request said."""
        return self._randomness.bytes(8)

    def desk(self) -> Desk:
        """What sessions are given. Raises Unavailable NOT_ENROLLED, KEY_MISSING, KEY_FOREIGN;
        AccessDenied DEVICE_REVOKED."""
        if self._desk is None:
            self._desk = self.read(self._new_desk)
        return self._desk

    def _new_desk(self, connection: Connection) -> Desk:
        identity = load_identity(connection)
        if identity is None:
            raise Unavailable("NOT_ENROLLED")
        if load_state(connection).revoked_at_us:
            raise AccessDenied("DEVICE_REVOKED")
        if self._key is None:
            raise Unavailable("KEY_MISSING")
        if self._key.public != identity.public_key:
            raise Unavailable("KEY_FOREIGN")
        return Desk(
            replica=self._replica(connection, identity),
            identity=identity,
            author=identity.author(self._key),
            state=load_state(connection),
            clock=self._clock,
            randomness=self._randomness,
        )

    def _replica(self, connection: Connection, identity: Identity | None) -> Replica:
        return Replica(
            registry=self.layout.registry,
            schema=self.layout.schema,
            owns=_owned(connection, identity),
        )

    def _rebuild_balances(self, connection: Connection) -> None:
        owns = _owned(connection, load_identity(connection))
        rebuild_balances(connection, self.layout.schema, owns)

    def _reconcile(self, connection: Connection) -> Reconciled:
        identity = load_identity(connection)
        record = spool_identity(identity, self._key) if identity and self._key else None
        try:
            done = reconcile(
                connection,
                self._replica(connection, identity),
                self.spool,
                identity_record=record,
                now_us=self._clock.now_us(),
            )
        except OSError as error:
            raise disk_error(error) from error
        self.store_findings(connection, done.findings)
        self._derive(connection, _touched(done.changes))
        if identity is None and load_identity(connection) is not None:
            # Which ends are kept was not known while documents were posted again.
            self._rebuild_balances(connection)
        return done

    def enrol(self, identity: Identity, key: SigningKey) -> None:
        """Become this device: as a record of the spool and in the database.

        The spool comes first: a program that dies between the two is asked for its code again,
        and receipts in the spool never stand before the key they are proved by.
        """
        self._key = key
        record = encode_record(spool_identity(identity, key))
        self.transact(
            self._spooled(record, identity, lambda connection: store_identity(connection, identity))
        )
        self._desk = None

    def lock_for_good(self) -> None:
        """Head office trusts this device no more (P10): nothing is written from now on.

        Journal and spool stay as they are: what head office lacks can be taken from them.
        """
        now_us = self.now_us()
        self.transact(lambda connection: store_state(connection, revoked_at_us=now_us))
        self._key = self._desk = None

    def identity_record(self) -> SpoolIdentity:
        """What begins a spool. Raises Unavailable NOT_ENROLLED, KEY_MISSING, KEY_FOREIGN."""
        identity = self.enrolled
        assert self._key is not None
        return spool_identity(identity, self._key)

    def change_identity(self, **changes: str | int | bytes) -> Identity:
        """Change what head office told of this device, such as its epoch."""
        identity = replace(self.enrolled, **changes)  # type: ignore[arg-type]
        assert self._key is not None
        self.enrol(identity, self._key)
        return identity

    def begin_incarnation(self, incarnation: int, since_n: int, finding: Finding) -> Identity:
        """Go on under a new incarnation; own slots after ``since_n`` are linked anew.

        The spool comes first: what a start after a crash finds there beyond its identity is
        passed over, and head office gives the same copy the same incarnation again.
        """
        former = self.enrolled
        assert self._key is not None
        identity, key = replace(former, incarnation=incarnation), self._key
        moved = self.read(
            lambda connection: relinked(
                connection, identity.author(key), former.incarnation, since_n
            )
        )
        slots = encode_slots(one.slot for one in moved)
        owns = self.replica.owns

        def work(connection: Connection) -> None:
            schema = self.layout.schema
            received_n = load_state(connection).acknowledged_n
            place = Former(former.device_id, former.incarnation, received_n, former.public_key)
            relink(connection, schema, owns, place, moved)
            store_identity(connection, identity)
            store_state(connection, acknowledged_n=0, acknowledged_hash=b"", head_signature=b"")
            self.store_findings(connection, [finding])

        record = encode_record(spool_identity(identity, key))
        self._change_desk(self._spooled(record + slots, identity, work))
        return identity

    def run(
        self, author_id: str, usecase: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Done[T]:
        """Run a use case for a person: commit, then spool, then done.

        At the first full disk the ballast is freed and the use case runs once more. Raises
        what the use case raises; Unavailable DISK_FULL, DISK_FAULTY… when nothing was written;
        RECORDED_ONCE when it is committed and not spooled yet, OUTCOME_UNKNOWN when the disk does
        not say: asking again with the same uid settles both.
        """
        self._spool()
        return self._with_room(
            lambda: self._run(author_id, lambda session: usecase(session, *args, **kwargs))
        )

    def _with_room(self, act: Callable[[], T]) -> T:
        return with_room(self._ballast, act)

    def _run(self, author_id: str, usecase: Callable[[Session], T]) -> Done[T]:
        desk = self.desk()
        session = Session(self.connection, desk, author_id)

        def work(connection: Connection) -> T:
            value = usecase(session)
            self._derive(connection, _touched(session.changes))
            return value

        value = self._commits.transact(work, lambda: self._stands(session))
        try:
            self._spool(encode_slots(one.slot for one in session.appended))
        except Unavailable as error:
            raise RecordedOnce("RECORDED_ONCE", cause=error.code) from error
        touched = dict(_touched(session.changes))
        touched |= {table: frozenset(keys) for table, keys in session.kept_here.items()}
        if session.appended:
            uids = frozenset(uid_text(one.header.uid) for one in session.appended)
            touched[journal.name] = uids
        return Done(value, touched)

    def _derive(self, connection: Connection, touched: Touched) -> None:
        for name, ids in touched.items():
            derive = self.layout.schema[name].derive
            if derive is not None:
                derive(connection, sorted(ids))

    def _stands(self, session: Session) -> bool:
        """After an unknown outcome: whether the commit happened, read again by uid."""
        if not session.appended:
            return False
        uid = uid_text(session.appended[-1].header.uid)
        n = session.appended[-1].slot.n
        found = self.read(
            lambda connection: connection.execute(
                select(journal.c.n).where(journal.c.uid == uid, journal.c.n == n)
            ).scalar()
        )
        return found is not None

    def transact(self, work: Work[T]) -> T:
        """Run work in one write transaction. Raises as ``Commits.transact``."""
        return self._commits.transact(work)

    def transact_lightly(self, work: Work[T]) -> T:
        """Run work whose loss with the power is no loss: that nothing was new."""
        return self._commits.transact_lightly(work)

    def read(self, work: Work[T]) -> T:
        """Run work that only reads, on the writing connection."""
        return self._commits.read(work)

    def apply(self, step: Step) -> Applied:
        """Run one slice of a pulled page; its findings are stored with it.

        Raises Unavailable PAGE_UNUSABLE when what came does not fit the tables.
        """

        def work(connection: Connection) -> Applied:
            applied = step(connection)
            self.store_findings(connection, applied.findings)
            note_arrivals(connection, applied.touched, self.now_us())
            return applied

        try:
            return self.transact(work)
        except _UNUSABLE as error:
            raise Unavailable("PAGE_UNUSABLE") from error

    def load_snapshot(self, scope: str, path: Path) -> Applied:
        """Take in a ready file of a scope, rows and cursor in one transaction.

        Raises Unavailable SNAPSHOT_DAMAGED.
        """
        identity = self.enrolled
        own = Own(device_id=identity.device_id, incarnation=identity.incarnation)
        replica = self.replica
        try:
            snapshot.attach(self.connection, path)
            try:
                return self.apply(lambda connection: snapshot.load(connection, replica, own, scope))
            finally:
                snapshot.detach(self.connection)
        except (DatabaseError, DBAPIError, DatabaseDamaged) as error:
            # The damage is in the file that came, not in the database.
            raise Unavailable("SNAPSHOT_DAMAGED") from error

    def acknowledge(
        self, n: int, head_hash: bytes, signature: bytes, kept: Mapping[int, str]
    ) -> None:
        """Head office *received* up to slot ``n``; remembered in the spool and here.

        With ``n`` 0 only the kept slots are remembered. The spool has it first: were it to miss
        what is kept, and learn a later receipt, a database rebuilt from it would never ask again.
        """
        identity = self.enrolled
        codes = dict(kept)

        def work(connection: Connection) -> None:
            set_kept(connection, identity, codes)
            if n:
                store_state(
                    connection,
                    acknowledged_n=n,
                    acknowledged_hash=head_hash,
                    head_signature=signature,
                )

        records = head_records(identity, n, head_hash, signature, codes)
        self.transact(self._spooled(records, identity, work))

    def begin_epoch(
        self, epoch: str, receipt: tuple[int, bytes, bytes] | None, change: Work[None]
    ) -> Identity:
        """Head office was restored: its new epoch, what it withdraws and ``change`` are one.

        ``receipt`` is up to which slot it still has this journal (with the head and signature);
        None = it withdraws nothing. The spool has it first: a database that is rebuilt later
        starts from there, not from earlier receipts.
        """
        assert self._key is not None
        identity = replace(self.enrolled, epoch=epoch)
        records = encode_record(spool_identity(identity, self._key))
        if receipt is not None:
            n, head_hash, signature = receipt
            head = SpoolHead(
                device_id=identity.device_id,
                incarnation=identity.incarnation,
                n=n,
                link_hash=head_hash,
                signature=signature,
            )
            records += encode_record(head)

        def work(connection: Connection) -> None:
            change(connection)
            store_identity(connection, identity)

        self._change_desk(self._spooled(records, identity, work))
        return identity

    def set_state(self, **values: int | bytes) -> None:
        """Remember what sync learned: the clock's offset, when it was done."""
        self._change_desk(lambda connection: store_state(connection, **values))

    def change_scopes(self, change: Work[None]) -> None:
        """Gain or lose scopes, and keep the balances that follow from them: both or neither."""
        identity = self.enrolled

        def work(connection: Connection) -> None:
            before = _ends(connection, identity)
            change(connection)
            # Another price level is no other ledger end; what came or went keeps its own balances.
            if _ends(connection, identity) != before:
                rebuild_balances(connection, self.layout.schema, _owned(connection, identity))

        self._change_desk(work)

    def _change_desk(self, work: Work[None]) -> None:
        """Change what the desk was made of: it is read again, also where a commit that reported an
        error may have happened."""
        try:
            self.transact(work)
        finally:
            self._desk = None

    def note(self, *findings: Finding) -> None:
        """Keep what was found for the person, in a transaction of its own."""
        self.transact(lambda connection: self.store_findings(connection, findings))

    def store_findings(self, connection: Connection, findings: Sequence[Finding]) -> None:
        """Keep what was found for the person, in the transaction that found it."""
        now_us = self._clock.now_us()
        rows = [
            {
                "id": uid_text(self._randomness.bytes(16)),
                "found_at_us": now_us,
                "code": finding.code,
                "scope": finding.scope,
                "table_name": finding.table,
                "row_id": finding.row_id,
                "slot": finding.slot,
                "detail": finding.detail,
            }
            for finding in findings
        ]
        if rows:
            connection.execute(insert(sync_finding), rows)

    def _spool(self, records: bytes = b"") -> None:
        """Nothing is told as done, and nothing new begun, before this returns."""
        self._tail.add(records)

    def complete_spool(self) -> None:
        """What a full disk kept from the spool goes there. Raises Unavailable DISK_FULL…"""
        self._spool()

    def _spooled(self, records: bytes, identity: Identity, work: Work[None]) -> Work[None]:
        """The spool has these first. With ``work``, which is to be run next, the place moves up to
        which it is equal: a file without that place is of another day."""
        self._spool(records)
        place = end_of(self.spool)

        def both(connection: Connection) -> None:
            work(connection)
            store_position(connection, identity, place)

        return both

    def checkpoint(self) -> None:
        """When idle: fold the log into the database file, and note how far the spool is equal."""
        self._spool()
        identity = self.identity
        place = end_of(self.spool)
        if identity is not None:
            self.transact(lambda connection: store_position(connection, identity, place))
        self._commits.fold()

    def close(self) -> None:
        """Let go of the database."""
        self._commits.close()


def _touched(changes: Sequence[Change]) -> Touched:
    ids: dict[str, set[str]] = {}
    for change in changes:
        ids.setdefault(change.table, set()).add(change.id)
    return {table: frozenset(found) for table, found in ids.items()}


def _owned(connection: Connection, identity: Identity | None) -> Owns:
    sites, accounts, is_head_office = _ends(connection, identity)
    return owns_for(sites, accounts, is_head_office=is_head_office)


def _ends(
    connection: Connection, identity: Identity | None
) -> tuple[frozenset[str], frozenset[str], bool]:
    """Whose ledger ends a device keeps balances of: sites, accounts, all of head office's."""
    scopes = granted_scopes(connection)
    sites = {scope.removeprefix("site:") for scope in scopes if scope.startswith("site:")}
    accounts = {scope.removeprefix("account:") for scope in scopes if scope.startswith("account:")}
    if identity is not None and identity.site_id:
        sites.add(identity.site_id)
    return frozenset(sites), frozenset(accounts), HQ in scopes
