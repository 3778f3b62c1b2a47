"""The device's side of a sync: hello, push what is not acknowledged, pull what moved."""

from collections.abc import Generator, Mapping, Sequence

from sqlalchemy import Connection

from desktop.store import envelopes
from desktop.store.forgetting import durable_n, note_durable
from desktop.store.identity import Identity, SyncState, load_state, store_state
from desktop.store.local import LocalStore
from desktop.store.recovery import journal_slots, link_at, next_to_send
from desktop.store.scrub import ChainBroken, mend_files, sound_slots
from desktop.sync.clock_look import still_holds
from desktop.sync.conversation import Ask, Conversation, Fetch, Fetched, SyncStore, Talk, drive
from desktop.sync.forking import fork
from desktop.sync.greeting import hello_of
from desktop.sync.neighbours.settling import is_due, settle_neighbours
from desktop.sync.progress import Progress
from desktop.sync.pulling import pull_little, pull_scope
from desktop.sync.repairing import repair_differing
from desktop.sync.returning import give_back, hand_up, hold_bytes, report
from desktop.sync.story import Summary, SyncStatus, status, write_log
from shared.core.clock import Clock
from shared.core.errors import AccessDenied, Conflict, QutongError, Unavailable
from shared.journal.chain import Slot, VerifyKey
from shared.sync.confirm import Finding
from shared.sync.holding import cursors, gain_scopes, lose_scope, restart_scopes
from shared.sync.limits import (
    PUSH_BYTES_MAX,
    PUSH_DOCUMENTS_MAX,
)
from shared.sync.messages import (
    PROTOCOL,
    Hello,
    HelloAnswer,
    Message,
    Push,
    PushAnswer,
    PushItem,
    ScopeHead,
)
from shared.sync.own_slots import unconfirm
from shared.sync.settling import settle_step

__all__ = [
    "Ask",
    "Conversation",
    "Fetch",
    "Fetched",
    "Summary",
    "SyncStatus",
    "SyncStore",
    "drive",
    "status",
    "sync",
]

_ROUNDS_MAX = 6
_HELLO_AGAIN = frozenset({"PUSH_GAP", "JOURNAL_FORKED", "GENERATION_CHANGED"})
"""Head office has less of this journal than it said, another one, or other scopes: it may have been
restored in between, and the next hello tells."""


def sync(
    store: SyncStore,
    clock: Clock,
    *,
    carried_n: int | None = None,
    progress: Progress | None = None,
) -> Conversation:
    """One whole sync: hello, push what head office lacks, pull every scope that moved.

    ``carried_n`` is for answers that were carried by hand (Q06): only slots up to it are spoken
    of, and what the answers say of the time is old. ``progress`` is told what is to come, and
    may hold it.

    Raises, when thrown into or on its own: Unavailable NETWORK, NOT_ENROLLED, PROTOCOL_UNKNOWN,
    ANSWER_WRONG, SYNC_HELD; Conflict FORKED_TOO_OFTEN; AccessDenied. The log has it either way;
    what was done stays done, and the next sync goes on from there.
    """
    summary = Summary(started_at_us=clock.now_us())
    try:
        talk = _Sync(store, clock, summary, progress)
        talk.carried_n = carried_n
        yield from talk.run()
    except QutongError as error:
        # Only what was told is logged: a program that dies here must not write any more.
        _finish(store, clock, summary, error.code)
        raise
    _finish(store, clock, summary, "done")
    return summary


def _finish(store: SyncStore, clock: Clock, summary: Summary, outcome: str) -> None:
    summary.outcome = outcome
    summary.finished_at_us = clock.now_us()
    store.on_writer(lambda local: write_log(local, summary))


class _Sync(Talk):
    """Hello, push, pull, in rounds until nothing is left to send."""

    carried_n: int | None = None
    _known: SyncState
    """Where this device stood at its last hello."""
    _is_compared = False
    _is_linked_anew = False

    def run(self) -> Generator[Ask, Message, None]:
        has_pushed = False
        for _ in range(_ROUNDS_MAX):
            hello, answer = yield from self._hello()
            if self._is_forked(hello, answer):
                if not self._is_mended():
                    yield from fork(self, hello)
                continue
            if self._check_head(answer):
                # What was sent just now went to a head office that is gone.
                has_pushed = False
            self._note_durable(answer)
            yield from give_back(self, answer)
            try:
                # After a push the scopes have moved on: hello again, then only pull, or a busy
                # till would never come to its end.
                if not has_pushed and (has_pushed := (yield from self._push_all(hello, answer))):
                    continue
                # Only now: what was sold with an old program is head office's in any case.
                if not answer.protocol_min <= PROTOCOL <= answer.protocol_max:
                    theirs = answer.protocol_max
                    raise Unavailable("PROTOCOL_UNKNOWN", ours=PROTOCOL, theirs=theirs)
                yield from self._pull_all(hello, answer)
            except ChainBroken:
                if self._is_linked_anew:
                    raise AccessDenied("BAD_LINK_SIGNATURE", n=hello.head_n) from None
                self._is_linked_anew = True
                yield from fork(self, hello, "JOURNAL_LINKED_ANEW")
                continue
            except Conflict as error:
                if error.code not in _HELLO_AGAIN:
                    raise
                continue
            yield from hold_bytes(self, answer.has_bytes)
            yield from report(self, answer)
            return
        raise Unavailable("SYNC_UNSETTLED", rounds=_ROUNDS_MAX)

    def _hello(self) -> Generator[Ask, Message, tuple[Hello, HelloAnswer]]:
        # Together: with nothing new, going to the writer is most of what a sync costs (P6).
        hello, self._known = self.store.on_writer(
            lambda local: local.read(
                lambda c: (self._hello_message(c, local.nonce()), load_state(c))
            )
        )
        sent_us = self.clock.monotonic_us()
        answer = yield from self.ask("/hello", hello, HelloAnswer)
        if self.carried_n is None and answer.nonce != hello.nonce:
            # An earlier answer, delivered once more, would make a restored head office of this one.
            raise Unavailable("ANSWER_WRONG", path="/hello")
        if self._known.is_recovering != answer.is_recovering:
            told = int(answer.is_recovering)
            self.store.on_writer(lambda local: local.set_state(is_recovering=told))
        self.summary.head_office_at_us = answer.server_time_us
        if self.carried_n is None:
            self._set_clock(answer.server_time_us, self.clock.monotonic_us() - sent_us)
        return hello, answer

    def _hello_message(self, connection: Connection, nonce: bytes) -> Hello:
        own = self.own
        epoch = self.identity.epoch
        return hello_of(connection, own.device_id, own.incarnation, epoch=epoch, nonce=nonce)

    def _set_clock(self, server_us: int, took_us: int) -> None:
        """The middle of the round trip is when the server read its clock."""
        doubt = took_us // 2
        now_us = self.clock.now_us()
        offset = server_us + doubt - now_us
        if not still_holds(self._known, offset, doubt, now_us):
            self.store.on_writer(
                lambda local: local.set_state(
                    clock_offset_us=offset, clock_doubt_us=doubt, clock_looked_at_us=now_us
                )
            )

    def _state(self) -> SyncState:
        return self.store.on_writer(lambda local: local.read(load_state))

    def _is_forked(self, hello: Hello, answer: HelloAnswer) -> bool:
        """Whether what head office has of this journal is no beginning of it."""
        high = answer.high_water
        if high > hello.head_n:
            return True
        if high == hello.head_n:
            return high > 0 and answer.high_hash != hello.head_hash
        return high > 0 and self._link_at(high) != answer.high_hash

    def _is_mended(self) -> bool:
        """Whether it was a flipped bit here that looked like another journal there."""
        if self._is_compared:
            return False
        self._is_compared = True
        found = self.store.on_writer(mend_files)
        self.summary.findings += found
        return any(one.code == "JOURNAL_DAMAGED" for one in found)

    def _link_at(self, n: int) -> bytes:
        return self.store.on_writer(
            lambda local: local.read(lambda connection: link_at(connection, self.identity, n))
        )

    def _check_head(self, answer: HelloAnswer) -> bool:
        """Head office's receipt must be good. Whether it was restored since the last hello."""
        if answer.high_water:
            # That it is a beginning of this journal was looked at just now.
            self._check_signature(answer.high_water, answer.high_hash, answer.head_signature)
        is_restored = self.identity.epoch not in {"", answer.epoch}
        is_restored |= answer.high_water < self._known.acknowledged_n
        if is_restored:
            self._head_office_restored(answer)
        if self.identity.epoch != answer.epoch:
            epoch = answer.epoch
            self.identity = self.store.on_writer(lambda local: local.change_identity(epoch=epoch))
        return is_restored

    def _note_durable(self, answer: HelloAnswer) -> None:
        """What stands in a proved backup may be let go in time; more than it has is a slip."""
        if not 0 < answer.durable_n <= answer.high_water:
            return

        def work(local: LocalStore) -> None:
            n, link_hash = answer.durable_n, answer.durable_hash
            if local.read(lambda connection: durable_n(connection, local.enrolled)) < n:
                local.transact(
                    lambda connection: note_durable(
                        connection, local.enrolled, n, link_hash, answer.server_time_us
                    )
                )

        self.store.on_writer(work)

    def _check_receipt(self, n: int, head_hash: bytes, signature: bytes) -> None:
        if self._link_at(n) != head_hash:
            raise Conflict("JOURNAL_FORKED", n=n)
        self._check_signature(n, head_hash, signature)

    def _check_signature(self, n: int, head_hash: bytes, signature: bytes) -> None:
        if not VerifyKey(self.identity.hq_public_key).head_good(head_hash, signature):
            raise AccessDenied("HEAD_SIGNATURE_BAD", n=n)

    def _head_office_restored(self, answer: HelloAnswer) -> None:
        """Head office lost its end: what it lacks is offered again, and all is compared anew."""
        receipt = (answer.high_water, answer.high_hash, answer.head_signature)

        def work(local: LocalStore) -> Identity:
            acknowledged = local.read(load_state).acknowledged_n
            is_withdrawn = acknowledged > answer.high_water
            finding = Finding(
                code="HEAD_OFFICE_RESTORED",
                scope="",
                slot=answer.high_water,
                detail=f"acknowledged {acknowledged}",
            )
            self.summary.findings.append(finding)

            def change(connection: Connection) -> None:
                unconfirm(connection, local.replica, self.own, answer.high_water)
                held = {row.scope: 0 for row in cursors(connection)}
                restart_scopes(connection, local.replica.schema, held)
                envelopes.begin_anew(connection)
                if is_withdrawn:
                    store_state(
                        connection,
                        acknowledged_n=receipt[0],
                        acknowledged_hash=receipt[1],
                        head_signature=receipt[2],
                    )
                local.store_findings(connection, [finding])

            return local.begin_epoch(answer.epoch, receipt if is_withdrawn else None, change)

        self.identity = self.store.on_writer(work)

    def _push_all(self, hello: Hello, answer: HelloAnswer) -> Generator[Ask, Message, bool]:
        """Send what is not acknowledged. What head office has, but whose verdicts were lost on
        the way, is sent again: only so does a device learn which slots are kept. Not those whose
        bytes were let go: none of them was kept, and a database put back from before that day
        knows them from the spool, without the receipt."""
        there = answer.high_water
        last = min(self._known.acknowledged_n, there)
        is_any = False
        if last >= hello.head_n:
            return is_any
        while (found := self._batch(last + 1, there))[1]:
            is_any = True
            before, batch = found
            pushed = yield from self._push(before, batch)
            self._acknowledge(batch, pushed)
            last = batch[-1].n
        if last < there < self._next_to_send(last + 1, there):
            receipt = (answer.high_hash, answer.head_signature)
            self.store.on_writer(lambda local: local.acknowledge(there, *receipt, {}))
        return is_any

    def _next_to_send(self, first: int, there: int) -> int:
        return self.store.on_writer(
            lambda local: local.read(lambda c: next_to_send(c, self.identity, first, there))
        )

    def _batch(self, first: int, there: int) -> tuple[bytes, Sequence[Slot]]:
        """The next slots to send, and the link they stand behind. Raises ChainBroken."""
        own = self.own

        def read(connection: Connection) -> Sequence[Slot]:
            slots: list[Slot] = []
            size = 0
            begin = next_to_send(connection, self.identity, first, there)
            for slot in journal_slots(
                connection, own.device_id, own.incarnation, begin - 1, PUSH_DOCUMENTS_MAX
            ):
                size += len(slot.stored)
                is_later = self.carried_n is not None and slot.n > self.carried_n
                is_let_go = slot.is_forgotten and slot.n <= there
                if is_later or is_let_go or (slots and size > PUSH_BYTES_MAX):
                    break
                slots.append(slot)
            return slots

        return sound_slots(self.store, self.identity, read)

    def _push(self, before: bytes, batch: Sequence[Slot]) -> Generator[Ask, Message, PushAnswer]:
        """Raises ChainBroken, also when head office says so of slots that look whole here."""
        message = Push(
            incarnation=self.own.incarnation,
            first_n=batch[0].n,
            previous_hash=before,
            items=[PushItem(stored=slot.stored, signature=slot.signature) for slot in batch],
            head_signature=batch[-1].link_signature,
        )
        try:
            return (yield from self.ask("/push", message, PushAnswer))
        except AccessDenied as error:
            # Of an incarnation it never took anything of, another one would be refused as well.
            is_known = self._known.acknowledged_n > 0 or self.own.incarnation == 1
            if error.code == "BAD_LINK_SIGNATURE" and is_known:
                raise ChainBroken from error
            raise

    def _acknowledge(self, batch: Sequence[Slot], answer: PushAnswer) -> None:
        """A receipt moves the mark only to slots whose verdicts are known."""
        last = batch[-1].n
        if answer.high_water < last:
            raise Unavailable("ANSWER_WRONG", path="/push")
        self._check_receipt(answer.high_water, answer.high_hash, answer.head_signature)
        kept = {v.n: v.code for v in answer.verdicts if v.outcome == "kept"}
        self.summary.kept |= kept
        self.summary.pushed += len(batch)
        self.summary.up_to_n = last
        self.store.on_writer(
            lambda local: local.acknowledge(
                answer.high_water if answer.high_water == last else 0,
                answer.high_hash,
                answer.head_signature,
                kept,
            )
        )

    def _pull_all(self, hello: Hello, answer: HelloAnswer) -> Generator[Ask, Message, None]:
        heads = {head.scope: head for head in answer.manifest}
        if {cursor.scope for cursor in hello.cursors} != set(answer.scopes):
            self._settle_scopes(answer, heads)
        moved = [heads[scope] for scope in sorted(heads) if scope in answer.scopes]
        self.progress.expect({head.scope: head.count for head in moved})
        done = yield from pull_little(self, moved)
        for head in moved:
            if head.scope not in done:
                yield from pull_scope(self, head)
        self.progress.expect({})
        yield from repair_differing(self)
        now_us = self.summary.head_office_at_us
        replica, received_n, is_any_due = self.store.on_writer(
            lambda local: (
                local.replica,
                local.read(load_state).acknowledged_n,
                local.read(lambda c: is_due(c, self.own.device_id, now_us)),
            )
        )
        self.tell(self.store.apply(settle_step(replica, self.own, received_n, self.behind)))
        if (self.summary.pulled or is_any_due) and not self.behind:
            settle_neighbours(self.store, now_us)
            yield from hand_up(self)

    def _settle_scopes(self, answer: HelloAnswer, heads: Mapping[str, ScopeHead]) -> None:
        told = set(answer.scopes)

        def work(local: LocalStore) -> None:
            held = {row.scope for row in local.read(cursors)}
            lost = sorted(held - told)
            gained = sorted(scope for scope in told - held if scope in heads)
            if not lost and not gained:
                return
            self.summary.lost += lost
            self.summary.gained += gained
            replica = local.replica

            def change(connection: Connection) -> None:
                for scope in lost:
                    lose_scope(connection, replica.schema, scope, replica.owns)
                    envelopes.lose(connection, scope)
                if begun := {scope: heads[scope].generation for scope in gained}:
                    gain_scopes(connection, replica.schema, begun)

            local.change_scopes(change)

        self.store.on_writer(work)
