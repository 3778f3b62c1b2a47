"""Taking documents up: every slot of a device's journal ends stored, already there, or kept."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from shared.core.errors import AccessDenied, Conflict, RuleViolation
from shared.core.ids import uid_text
from shared.journal.chain import GENESIS, Slot, VerifyKey, document_hash, link_hash
from shared.journal.document import Body
from shared.journal.tables import journal
from shared.sync.appending import head_of, slot_row
from shared.sync.limits import (
    DOCUMENT_BYTES_MAX,
    INCARNATION_MAX,
    KEPT_TASKS_MAX,
    KEPT_TASKS_SLOTS,
    KEY_CHARS_MAX,
    PUSH_DOCUMENTS_MAX,
    SLOT_MAX,
)
from shared.sync.messages import Push, PushAnswer, Verdict
from shared.sync.replica import apply_writes
from shared.sync.statements import insert_rows
from sync_server.store.devices import Device, lock_device
from sync_server.store.locks import RECOVERY, lock
from sync_server.store.recovery import is_recovering
from sync_server.sync.authority import AuthorityCheck
from sync_server.sync.daily import note_days
from sync_server.sync.envelopes import Piece
from sync_server.sync.head_office import (
    MANY,
    HeadOffice,
    Posted,
    Written,
    draft_of,
    enter,
    settle,
    write,
)
from sync_server.sync.judging import ALREADY, DERIVING_FAULTS, KEPT, STORED, Judged, judge
from sync_server.sync.recovering import put_off
from sync_server.sync.repair import repair_all

_CHUNK = 500
_SIGNATURE_BYTES = 64
_POSTING_FAULTS = (*DERIVING_FAULTS, DBAPIError)
# Built once: making a statement costs more than running it.
_VERDICTS = select(journal.c.n, journal.c.link_hash, journal.c.verdict, journal.c.code).where(
    journal.c.device_id == bindparam("device_id"),
    journal.c.incarnation == bindparam("incarnation"),
    journal.c.n >= bindparam("first"),
    journal.c.n <= bindparam("last"),
)
_HASHES = select(journal.c.uid, journal.c.hash).where(
    journal.c.uid.in_(bindparam("uids", expanding=True)), journal.c.verdict == STORED
)


def ingest(
    connection: Connection, hq: HeadOffice, device: Device, push: Push, now_us: int
) -> PushAnswer:
    """Take a batch of slots; the caller commits, and only then may the answer leave.

    Raises: RuleViolation BATCH_EMPTY, BATCH_TOO_LARGE, BAD_SLOT; Conflict PUSH_GAP (with
    ``high_water``), JOURNAL_FORKED; AccessDenied BAD_LINK_SIGNATURE. Nothing is stored then.
    """
    _check_shape(push)
    lock(connection, RECOVERY, is_shared=True)
    lock_device(connection, device.device_id)
    high, _ = head_of(connection, device.device_id, push.incarnation)
    if push.first_n > high + 1:
        raise Conflict("PUSH_GAP", high_water=high)
    slots = _chained(device, push)
    before = _verdicts_before(connection, push, slots)
    _check_signature(device, slots[-1])
    judged: list[Judged] = []
    written = Written()
    for run in _runs(hq, [slot for slot in slots if slot.n > high]):
        part = _judge_all(connection, hq, device, run)
        part, more = _post_all(connection, hq, device, part, now_us)
        judged += part
        written.add(more)
    enter(connection, hq, written, [_piece(one) for one in judged if one.outcome == STORED])
    high, high_hash = head_of(connection, device.device_id, push.incarnation)
    return PushAnswer(
        high_water=high,
        high_hash=high_hash,
        head_signature=hq.author.key.sign_head(high_hash),
        verdicts=before + [one.verdict for one in judged if one.outcome != STORED],
    )


def _piece(one: Judged) -> Piece:
    return Piece(one.slot.device_id, one.slot.incarnation, one.slot.n, one.writes)


def _check_shape(push: Push) -> None:
    if not push.items:
        raise RuleViolation("BATCH_EMPTY")
    if len(push.items) > PUSH_DOCUMENTS_MAX:
        raise RuleViolation("BATCH_TOO_LARGE", limit=PUSH_DOCUMENTS_MAX)
    if len(push.items) > 1 and sum(len(one.stored) for one in push.items) > DOCUMENT_BYTES_MAX:
        raise RuleViolation("BATCH_TOO_LARGE", limit=DOCUMENT_BYTES_MAX)
    is_place = 0 < push.first_n <= SLOT_MAX and 0 < push.incarnation <= INCARNATION_MAX
    if not is_place or any(len(one.signature) > _SIGNATURE_BYTES for one in push.items):
        raise RuleViolation("BAD_SLOT", n=push.first_n)


def _chained(device: Device, push: Push) -> list[Slot]:
    """The slots with their links computed here: nothing a device says of them is believed."""
    slots: list[Slot] = []
    previous = push.previous_hash
    for n, item in enumerate(push.items, push.first_n):
        hashed = document_hash(item.stored)
        previous = link_hash(device.device_id, push.incarnation, n, previous, hashed)
        slots.append(
            Slot(
                device_id=device.device_id,
                incarnation=push.incarnation,
                n=n,
                stored=item.stored,
                signature=item.signature,
                hash=hashed,
                link_hash=previous,
                link_signature=b"",
            )
        )
    slots[-1] = slots[-1]._replace(link_signature=push.head_signature)
    return slots


def _verdicts_before(connection: Connection, push: Push, slots: Sequence[Slot]) -> list[Verdict]:
    """What became of the slots that are here already. Raises Conflict JOURNAL_FORKED."""
    of = {"device_id": slots[0].device_id, "incarnation": push.incarnation}
    rows = connection.execute(_VERDICTS, of | {"first": push.first_n - 1, "last": slots[-1].n})
    known = {row.n: row for row in rows}
    before = known[push.first_n - 1].link_hash if push.first_n > 1 else GENESIS
    if before != push.previous_hash:
        raise Conflict("JOURNAL_FORKED", n=push.first_n - 1)
    verdicts = []
    for slot in slots:
        row = known.get(slot.n)
        if row is None:
            break
        if row.link_hash != slot.link_hash:
            raise Conflict("JOURNAL_FORKED", n=slot.n)
        outcome = KEPT if row.verdict == KEPT else ALREADY
        verdicts.append(Verdict(n=slot.n, outcome=outcome, code=row.code))
    return verdicts


def _check_signature(device: Device, last: Slot) -> None:
    if not VerifyKey(device.public_key).link_good(last.link_hash, last.link_signature):
        raise AccessDenied("BAD_LINK_SIGNATURE", n=last.n)


def _runs(hq: HeadOffice, slots: Sequence[Slot]) -> Iterator[list[Slot]]:
    """What can be judged before any of it is posted: a document that names people ends a run."""
    kinds = hq.replica.registry
    naming = [kind.name.encode() for kind in kinds if kind.authority.names_people]
    run: list[Slot] = []
    for slot in slots:
        run.append(slot)
        # A kind's name stands in the stored bytes as it is; a run too many does no harm.
        if any(name in slot.stored for name in naming):
            yield run
            run = []
    if run:
        yield run


def _judge_all(
    connection: Connection, hq: HeadOffice, device: Device, slots: Sequence[Slot]
) -> list[Judged]:
    if not slots:
        return []
    check = AuthorityCheck(connection, hq, device)
    judged = [judge(hq, device, check, slot) for slot in slots]
    return _without_repeats(connection, judged)


_NOT_ITS_AUTHORS = frozenset({"BAD_SIGNATURE", "FOREIGN_DEVICE"})


def _without_repeats(connection: Connection, judged: Sequence[Judged]) -> list[Judged]:
    """A uid is posted once: the same document again is `already`, another one is kept."""
    seen = _stored_uids(connection, [one.header.uid for one in judged if one.header])
    result: list[Judged] = []
    for one in judged:
        if one.header is None or (one.outcome != STORED and one.code in _NOT_ITS_AUTHORS):
            result.append(one)
            continue
        uid = uid_text(one.header.uid)
        if one.outcome != STORED:
            # Given back before its author came: what stands was right when it was written first.
            is_there = seen.get(uid) == one.slot.hash
            result.append(replace(one, outcome=ALREADY, code="") if is_there else one)
            continue
        first = seen.setdefault(uid, one.slot.hash)
        if first is one.slot.hash:
            result.append(one)
        elif first == one.slot.hash:
            result.append(replace(one, writes=(), outcome=ALREADY))
        else:
            result.append(replace(one, writes=(), outcome=KEPT, code="DUPLICATE_UID"))
    return result


def _stored_uids(connection: Connection, uids: Sequence[bytes]) -> dict[str, bytes]:
    """The hashes of the posted documents among these uids."""
    texts = [uid_text(uid) for uid in uids]
    found: dict[str, bytes] = {}
    for start in range(0, len(texts), _CHUNK):
        rows = connection.execute(_HASHES, {"uids": texts[start : start + _CHUNK]}).all()
        for uid, hashed in rows:
            found[uid] = hashed
    return found


def _post_all(
    connection: Connection,
    hq: HeadOffice,
    device: Device,
    judged: Sequence[Judged],
    now_us: int,
) -> tuple[list[Judged], Written]:
    """Post a batch at once; when one document spoils it, one by one, keeping the culprit."""
    try:
        return list(judged), _post(connection, hq, device, judged, now_us)
    except _POSTING_FAULTS as error:
        _raise_unless_the_documents(error)
    done: list[Judged] = []
    written = Written()
    for one in judged:
        try:
            written.add(_post(connection, hq, device, [one], now_us))
            done.append(one)
        except _POSTING_FAULTS as error:
            _raise_unless_the_documents(error)
            kept = replace(one, writes=(), outcome=KEPT, code="POSTING_FAILED")
            written.add(_post(connection, hq, device, [kept], now_us))
            done.append(kept)
    return done, written


def _raise_unless_the_documents(error: Exception) -> None:
    """A database that is full, locked or gone is no fault of what it was to hold."""
    if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError | DataError):
        return
    # PostgreSQL says so of a text that is too long for its index, and of more columns than it has.
    if not str(getattr(error.orig, "sqlstate", "")).startswith("54"):
        raise error


def _post(
    connection: Connection,
    hq: HeadOffice,
    device: Device,
    judged: Sequence[Judged],
    now_us: int,
) -> Written:
    """Journal rows, the documents' rows, head office's answers and tasks: all of it or nothing."""
    if not judged:
        return Written()
    with connection.begin_nested():
        rows = [slot_row(one.slot, one.header, now_us, one.outcome, one.code) for one in judged]
        insert_rows(connection, journal, rows)
        writes = [write for one in judged for write in one.writes]
        changes = apply_writes(connection, hq.replica.schema, writes, slot=0, owns=hq.replica.owns)
        if any(len(name) > KEY_CHARS_MAX for change in changes for name in change.scopes):
            raise RuleViolation("SCOPE_TOO_LONG")
        posted = [
            Posted(one.document.header, one.document.body, one.writes)
            for one in judged
            if one.outcome == STORED and one.document
        ]
        written = Written([], changes)
        note_days(connection, posted)
        if is_recovering(connection):
            put_off(connection, [_piece(one) for one in judged if one.outcome == STORED])
        else:
            written.add(settle(connection, hq, posted, now_us))
            written.add(repair_all(connection, hq, posted, now_us))
        written.add(_open_tasks(connection, hq, device, judged, now_us))
        return written


def _open_tasks(
    connection: Connection,
    hq: HeadOffice,
    device: Device,
    judged: Sequence[Judged],
    now_us: int,
) -> Written:
    """Put every kept document before a person; a flood of them is one thing to look at."""
    kept = [one for one in judged if one.outcome == KEPT]
    if not kept:
        return Written()
    left = max(KEPT_TASKS_MAX - _kept_before(connection, kept[0].slot), 0)
    bodies: list[Body | None] = [
        hq.open_task(one.code, one.header, device, one.slot.n) for one in kept[:left]
    ]
    bodies += [hq.describe_kept(one.code, one.header, device, one.slot) for one in kept[:left]]
    if kept[left:]:
        bodies.append(hq.open_task(kept[-1].code, kept[-1].header, device, MANY))
    told = [body for body in bodies if body is not None]
    drafts = [draft_of(hq, body, now_us, site_id=device.site_id) for body in told]
    return write(connection, hq, drafts, now_us)


def _kept_before(connection: Connection, slot: Slot) -> int:
    """How many of the device's last slots before this one are kept."""
    statement = (
        select(func.count())
        .select_from(journal)
        .where(
            journal.c.device_id == slot.device_id,
            journal.c.incarnation == slot.incarnation,
            journal.c.n >= slot.n - KEPT_TASKS_SLOTS,
            journal.c.n < slot.n,
            journal.c.verdict == KEPT,
        )
    )
    return connection.execute(statement).scalar_one()
