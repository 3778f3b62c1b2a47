"""Syncing by hand (Q06): a file goes to head office on a stick, and its answer comes back.

The conversation is the one of the line; here its requests are answered out of a packet.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection

from desktop.store.identity import Identity, load_state
from desktop.store.local import LocalStore
from desktop.store.recovery import journal_slots, link_at
from desktop.store.scrub import mend_files
from desktop.store.session import Desk
from desktop.store.settings import HEARD, SENT, TAKEN, heard_of, put_setting, setting_of
from desktop.sync.conversation import Ask, SyncStore, drive
from desktop.sync.engine import sync
from desktop.sync.greeting import hello_of
from desktop.sync.story import Summary
from shared.core.clock import Clock, Randomness
from shared.core.errors import AccessDenied, RuleViolation, Unavailable
from shared.journal.chain import Slot, VerifyKey, document_hash, link_hash
from shared.journal.document import Write
from shared.sync.appending import Replica
from shared.sync.confirm import Applied
from shared.sync.limits import PUSH_BYTES_MAX, PUSH_DOCUMENTS_MAX
from shared.sync.messages import (
    Hello,
    HelloAnswer,
    Message,
    Page,
    Pages,
    Pull,
    PullMany,
    Push,
    PushAnswer,
    PushItem,
    ScopeHead,
)
from shared.sync.packets import (
    CARRIED,
    DOWN,
    GOAL_BYTES,
    PACKET_BYTES_MAX,
    PACKET_ID_BYTES,
    CarriedLetter,
    CarriedRow,
    DownLetter,
    UpLetter,
    goes,
    open_packet,
    read_letter,
    write_packet,
)
from shared.sync.provisional import fill_in
from shared.sync.replica import load_rows

SUFFIX: Final = ".qtpacket"
_SENT_KEPT = 8


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A packet that was written here, and where this device stood then."""

    packet_id: str
    synced_at_us: int
    """The last whole sync then: after another one its answer is old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A packet as it goes onto the stick."""

    data: bytes
    documents: int
    is_whole: bool
    """False: there are more documents than a packet holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an answer brought; of one that was brought in before, nothing."""

    summary: Summary | None
    is_whole: bool
    """False: head office has more; write another packet."""
    carried: int = -1
    """Rows that were new of what head office sent unasked; -1 = it was an answer."""


def export_packet(store: SyncStore, clock: Clock, randomness: Randomness) -> Exported:
    """What head office lacks, as far as is known here, in a file only head office can read.

    Raises: Unavailable NOT_ENROLLED, KEY_MISSING, NOT_JOINED, PACKET_NEEDS_LINE (a document is
    damaged in both files); RuleViolation PACKET_TOO_LARGE.
    """
    packet_id = randomness.bytes(PACKET_ID_BYTES)
    return store.on_writer(
        lambda local: _export(local, clock, packet_id, randomness.bytes(32)),
    )


def _export(local: LocalStore, clock: Clock, packet_id: bytes, seed: bytes) -> Exported:
    desk = local.desk()
    identity, head_office = desk.identity, desk.identity.hq_public_key
    if not head_office or not identity.epoch:
        raise Unavailable("NOT_JOINED")
    letter = local.read(lambda connection: _letter(connection, local, packet_id, clock))
    if not _is_linked(letter, identity):
        mend_files(local)
        letter = local.read(lambda connection: _letter(connection, local, packet_id, clock))
        if not _is_linked(letter, identity):
            # Past what is damaged in both files goes a new incarnation, for which to ask.
            raise Unavailable("PACKET_NEEDS_LINE")
    data = write_packet(letter, desk.author.key, head_office, seed)
    local.transact(lambda connection: _remember(connection, packet_id.hex()))
    return Exported(
        data=data,
        documents=sum(len(one.items) for one in letter.pushes),
        is_whole=letter.until_n == letter.hello.head_n,
    )


def _letter(connection: Connection, local: LocalStore, packet_id: bytes, clock: Clock) -> UpLetter:
    own, state = local.desk().identity, load_state(connection)
    hello = hello_of(connection, own.device_id, own.incarnation, epoch=own.epoch)
    pushes: list[Push] = []
    until_n, room = state.acknowledged_n, GOAL_BYTES
    while until_n < hello.head_n and room > 0 and (batch := _batch(connection, local, until_n)):
        previous = link_at(connection, own, until_n)
        pushes.append(
            Push(
                incarnation=own.incarnation,
                first_n=batch[0].n,
                previous_hash=previous,
                items=[PushItem(stored=one.stored, signature=one.signature) for one in batch],
                head_signature=batch[-1].link_signature,
            )
        )
        until_n = batch[-1].n
        room -= sum(len(one.stored) for one in batch)
    return UpLetter(
        device_id=own.device_id,
        packet_id=packet_id,
        made_at_us=clock.now_us() + state.clock_offset_us,
        hello=hello,
        pushes=pushes,
        until_n=until_n,
    )


def _is_linked(letter: UpLetter, identity: Identity) -> bool:
    """Whether head office would take these slots: a flipped bit would have all of them refused."""
    key = VerifyKey(identity.public_key)
    for push in letter.pushes:
        link = push.previous_hash
        for n, one in enumerate(push.items, push.first_n):
            link = link_hash(
                identity.device_id, push.incarnation, n, link, document_hash(one.stored)
            )
        if not key.link_good(link, push.head_signature):
            return False
    return True


def _batch(connection: Connection, local: LocalStore, after: int) -> list[Slot]:
    """The same batches as on the line: their answers are found by where they begin."""
    own = local.desk().identity
    slots: list[Slot] = []
    size = 0
    for slot in journal_slots(
        connection, own.device_id, own.incarnation, after, PUSH_DOCUMENTS_MAX
    ):
        size += len(slot.stored)
        if slots and size > PUSH_BYTES_MAX:
            break
        slots.append(slot)
    return slots


def _remember(connection: Connection, packet_id: str) -> None:
    sent = [*_sent(connection), Sent(packet_id=packet_id, synced_at_us=_synced(connection))]
    put_setting(connection, SENT, msgspec.json.encode(sent[-_SENT_KEPT:]).decode())


def _sent(connection: Connection) -> list[Sent]:
    try:
        return msgspec.json.decode(setting_of(connection, SENT, "[]"), type=list[Sent])
    except msgspec.DecodeError:
        # Damaged: another packet is written.
        return []


def _synced(connection: Connection) -> int:
    return load_state(connection).synced_at_us


def import_packet(store: SyncStore, clock: Clock, data: bytes) -> Imported:
    """Take head office's answer in; twice has effect once, and one that was cut goes on.

    Raises: Unavailable PACKET_UNKNOWN, PACKET_DAMAGED, PACKET_OLD (there was a sync since, or a
    later answer was brought in), PACKET_NEEDS_LINE (head office was restored, or this disk was
    copied), PACKET_MORE (what came in stands, another packet brings the rest); AccessDenied
    PACKET_FOREIGN; RuleViolation PACKET_TOO_LARGE; and as ``engine.sync``.
    """
    desk = store.on_writer(lambda local: local.desk())
    if goes(data, CARRIED, desk.author.key.public):
        return _take_carried(store, desk, data)
    opened = open_packet(data, DOWN, desk.author.key)
    opened.check(desk.identity.hq_public_key)
    letter = read_letter(opened.letter, DownLetter)
    if letter.device_id != desk.identity.device_id:
        raise AccessDenied("PACKET_FOREIGN")
    packet_id = letter.packet_id.hex()
    if store.on_writer(lambda local: local.read(lambda one: _is_taken(one, packet_id))):
        return Imported(summary=None, is_whole=letter.is_whole)
    store.on_writer(lambda local: local.read(lambda one: _check_is_later(one, desk, letter.hello)))
    store.on_writer(lambda local: local.transact(lambda one: put_setting(one, TAKEN, packet_id)))
    carried = _Carried(letter)
    summary = drive(sync(store, clock, carried_n=letter.until_n), carried.answer)
    return Imported(summary=summary, is_whole=letter.is_whole)


def _take_carried(store: SyncStore, desk: Desk, data: bytes) -> Imported:
    """Rows head office sent unasked stand here until a sync brings them: twice is nothing more."""
    opened = open_packet(data, CARRIED, desk.author.key)
    opened.check(desk.identity.hq_public_key)
    letter = read_letter(opened.letter, CarriedLetter)
    if letter.device_id != desk.identity.device_id:
        raise AccessDenied("PACKET_FOREIGN")
    replica = desk.replica

    def take(connection: Connection) -> Applied:
        touched = fill_in(connection, replica, _missing(connection, replica, letter.rows))
        for name, ids in touched.items():
            derive = replica.schema[name].derive
            if derive is not None and ids:
                derive(connection, sorted(ids))
        heard_at_us = max(heard_of(connection), letter.made_at_us)
        put_setting(connection, HEARD, str(heard_at_us))
        frozen = {name: frozenset(ids) for name, ids in touched.items() if ids}
        return Applied(touched=frozen, rows=sum(map(len, frozen.values())))

    applied = store.apply(take)
    return Imported(summary=None, is_whole=True, carried=applied.rows)


def _missing(connection: Connection, replica: Replica, rows: Sequence[CarriedRow]) -> list[Write]:
    """The rows of tables this program knows that are not here."""
    by_table: dict[str, list[CarriedRow]] = {}
    for row in rows:
        if row.table in replica.schema:
            by_table.setdefault(row.table, []).append(row)
    found: list[Write] = []
    for name, some in by_table.items():
        here = load_rows(connection, replica.schema[name], {one.id for one in some})
        found += [Write(name, one.id, one.values) for one in some if one.id not in here]
    return found


def _is_taken(connection: Connection, packet_id: str) -> bool:
    """Raises: Unavailable PACKET_OLD."""
    synced_at_us = _synced(connection)
    is_waited_for = any(
        one.packet_id == packet_id and one.synced_at_us == synced_at_us for one in _sent(connection)
    )
    if is_waited_for:
        # Begun before, perhaps, and cut: what came in then comes to nothing now.
        return False
    if setting_of(connection, TAKEN) == packet_id:
        return True
    raise Unavailable("PACKET_OLD")


def _check_is_later(connection: Connection, desk: Desk, hello: HelloAnswer) -> None:
    """A sync that broke off, or a later answer that came in half, may know more of this journal: an
    answer of before would look like a head office that was restored. Raises: Unavailable
    PACKET_OLD."""
    is_same = hello.epoch == desk.identity.epoch
    if is_same and hello.high_water < load_state(connection).acknowledged_n:
        raise Unavailable("PACKET_OLD")


class _Carried:
    """Answers the requests of a sync out of a letter."""

    def __init__(self, letter: DownLetter) -> None:
        self._letter = letter
        self._heads = {head.scope: head for head in letter.hello.manifest}
        self._pushes = {(one.first_n, one.last_n): one.answer for one in letter.pushes}
        self._posted_n = max((leaf.page.posted_n for leaf in letter.pages), default=0)

    def answer(self, ask: Ask) -> Message:
        """The answer. Raises: Unavailable PACKET_NEEDS_LINE, PACKET_MORE."""
        message = ask.message
        if isinstance(message, Hello):
            return self._hello()
        if isinstance(message, Push):
            return self._push(message)
        if isinstance(message, Pull):
            return self._page(message.scope, message.generation, message.after)
        if isinstance(message, PullMany):
            return self._pages(message)
        raise Unavailable("PACKET_NEEDS_LINE", path=ask.path)

    def _hello(self) -> HelloAnswer:
        return self._letter.hello

    def _push(self, asked: Push) -> PushAnswer:
        last = asked.first_n + len(asked.items) - 1
        found = self._pushes.get((asked.first_n, last))
        if found is None:
            raise Unavailable("PACKET_NEEDS_LINE", path="/push")
        return found

    def _pages(self, asked: PullMany) -> Pages:
        found = []
        for cursor in asked.cursors:
            try:
                found.append(self._page(cursor.scope, cursor.generation, cursor.seq))
            except Unavailable:
                # Asked for alone next, and refused there.
                continue
        return Pages(pages=found)

    def _page(self, scope: str, generation: int, after: int) -> Page:
        head = self._heads.get(scope)
        if head is None or head.generation != generation:
            raise Unavailable("PACKET_NEEDS_LINE", path="/pull")
        if after == head.head:
            return self._at_head(head)
        for leaf in self._letter.pages:
            page = leaf.page
            if page.scope == scope and leaf.after <= after < page.until:
                # An import that was cut may have come to the middle of a page.
                runs = [run for run in page.runs if run.until > after]
                return msgspec.structs.replace(page, runs=runs)
        raise Unavailable("PACKET_MORE")

    def _at_head(self, head: ScopeHead) -> Page:
        return Page(
            scope=head.scope,
            generation=head.generation,
            until=head.head,
            head=head.head,
            count=head.count,
            digest=head.digest,
            posted_n=self._posted_n,
            runs=[],
        )


# Files


def save_packet(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises: Unavailable PACKET_UNWRITABLE."""
    half = path.with_name(path.name + ".new")
    try:
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as error:
        raise Unavailable("PACKET_UNWRITABLE", reason=type(error).__name__) from error


def load_packet(path: Path) -> bytes:
    """Read a file. Raises: Unavailable PACKET_UNREADABLE; RuleViolation PACKET_TOO_LARGE."""
    try:
        with path.open("rb") as file:
            data = file.read(PACKET_BYTES_MAX + 1)
    except OSError as error:
        raise Unavailable("PACKET_UNREADABLE", reason=type(error).__name__) from error
    if len(data) > PACKET_BYTES_MAX:
        raise RuleViolation("PACKET_TOO_LARGE", limit=PACKET_BYTES_MAX)
    return data


def packet_name(device_id: str, day: str) -> str:
    """What a packet is called unless a person says otherwise."""
    return f"{device_id}-{day}{SUFFIX}"
