"""Head office takes documents from devices that hold their bytes: a restored one what it lacks, and
any what a neighbour in the store wrote and did not send."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from shared.channel.queries import scopes_of_place
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.journal.chain import Slot, VerifyKey, document_hash, is_head_office, seal
from shared.journal.document import Document, Write
from shared.journal.kind import UndecodableDocument
from shared.journal.tables import journal
from shared.sync.appending import head_of, slot_row
from shared.sync.limits import DOCUMENT_BYTES_MAX, ENVELOPES_MAX
from shared.sync.messages import Envelope, Return, ReturnAnswer
from shared.sync.replica import apply_writes
from shared.sync.statements import insert_rows
from shared.tasks.documents import TaskOpened, params_of
from sync_server.store.devices import Device, find_device, lock_device
from sync_server.store.locks import RECOVERY, RETURNING, lock
from sync_server.store.recovery import is_recovering, recovered_from_us
from sync_server.sync.authority import AuthorityCheck
from sync_server.sync.covering import fits
from sync_server.sync.daily import note_days
from sync_server.sync.envelopes import Piece
from sync_server.sync.head_office import (
    HeadOffice,
    Posted,
    Written,
    draft_of,
    enter,
    settle,
    write,
)
from sync_server.sync.judging import DERIVING_FAULTS, KEPT, STORED, Judged, judge
from sync_server.sync.recovering import (
    awaited,
    finish,
    note_report,
    put_off,
    remember,
)

RETURNED = 0
"""The incarnation under which head office chains what came back; its own signature links it."""


def take_back(
    connection: Connection, hq: HeadOffice, device: Device, given: Return, now_us: int
) -> ReturnAnswer:
    """Store and post what head office lacks; the same document twice, or one it has, is nothing.

    A document is believed by its author's signature, whoever brings it after a restore; else
    devices of a site hand up each other's alone, whose authors did not send them. When the last
    device has reported, the recovery ends. What comes later still is posted and answered as if it
    were new; only head office's own answers are kept aside then, because others may stand in their
    place.
    Raises RuleViolation BATCH_TOO_LARGE.
    """
    if len(given.envelopes) > ENVELOPES_MAX:
        raise RuleViolation("BATCH_TOO_LARGE", limit=ENVELOPES_MAX)
    lock(connection, RETURNING)
    if given.is_all:
        lock(connection, RECOVERY)
    is_late = not is_recovering(connection)
    for author_id in sorted({one.device_id for one in given.envelopes}):
        # What its author pushes at another worker meanwhile stands here once.
        lock_device(connection, author_id)
    written, pieces, unknown = Written(), list[Piece](), list[str]()
    closings = list[Write]()
    wanted = given.envelopes
    if not recovered_from_us(connection):
        wanted = _of_site(connection, device, wanted)
    for envelope in _lacking(connection, wanted):
        done = _take(connection, hq, envelope, now_us, closings, is_late=is_late)
        if isinstance(done, str):
            unknown += [done] if done else []
            continue
        piece, one = done
        pieces += [piece] if piece.writes else []
        written.add(one)
    enter(connection, hq, written, pieces)
    if given.is_all and not is_late:
        note_report(connection, device.device_id, now_us)
        if not awaited(connection):
            finish(connection, hq, now_us)
    return ReturnAnswer(taken=len(pieces), unknown=unknown)


def _of_site(
    connection: Connection, device: Device, envelopes: Sequence[Envelope]
) -> list[Envelope]:
    """Those of other devices of the same site."""
    names = {one.device_id for one in envelopes}
    authors = {name: find_device(connection, name) for name in sorted(names)}
    near = {name for name, one in authors.items() if one and one.site_id == device.site_id}
    return [one for one in envelopes if one.device_id in near]


def _lacking(connection: Connection, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Those whose bytes do not stand here, in the order they once came in."""
    hashes = {document_hash(one.stored): one for one in envelopes}
    here = connection.execute(
        select(journal.c.hash).where(journal.c.hash.in_(list(hashes)))
    ).scalars()
    for hashed in set(here):
        hashes.pop(hashed, None)
    return sorted(hashes.values(), key=lambda one: (one.stored_at_us, one.device_id, one.n))


def _take(
    connection: Connection,
    hq: HeadOffice,
    envelope: Envelope,
    now_us: int,
    closings: list[Write],
    *,
    is_late: bool,
) -> tuple[Piece, Written] | str:
    """Post one document; its uid where its author is unknown yet, '' where it is not wanted.

    ``closings`` are the opening rows of the documents before it: of a month whose rows are not
    here, or were closed anew meanwhile, the closing is not wanted.
    """
    document = _read(hq, envelope)
    if document is None or _stands(connection, document):
        return ""
    is_own = is_head_office(envelope.device_id)
    if is_own:
        key = VerifyKey(hq.author.key.public)
        if not key.document_good(envelope.stored, envelope.signature):
            return ""
    else:
        author = find_device(connection, envelope.device_id)
        if author is None:
            return uid_text(document.header.uid)
        judged = _judged(connection, hq, author, envelope)
        if judged.outcome != STORED:
            # Its rights may come back, too; its own device brings it in any case.
            return uid_text(document.header.uid)
    if document.header.device_id != envelope.device_id:
        return ""
    try:
        with connection.begin_nested():
            if is_late and is_own and document.header.predecessor:
                return _keep_aside(connection, hq, envelope, document, now_us)
            piece, written = _post(connection, hq, envelope, document, now_us)
            if opened := [w for w in piece.writes if hq.replica.schema[w.table].opens]:
                closings += opened
                if not fits(connection, hq.replica.schema, closings):
                    del closings[-len(opened) :]
                    raise RuleViolation("MONTH_DIFFERS")
            posted = Posted(document.header, document.body, piece.writes)
            if is_late and not is_own:
                written.add(settle(connection, hq, [posted], now_us))
            elif not is_own:
                # What head office wrote was settled when it was written: the answers come back.
                put_off(connection, [piece])
            return piece, written
    except DERIVING_FAULTS:
        return ""


def _judged(connection: Connection, hq: HeadOffice, author: Device, envelope: Envelope) -> Judged:
    if author.is_revoked:
        # By where it stood: it may hold nothing any more, and wrote this before.
        stood = replace(hq.directory, scopes_of_device=lambda one, _: scopes_of_place(one, author))
        hq = replace(hq, directory=stood)
    return judge(hq, author, AuthorityCheck(connection, hq, author), _place(envelope))


def _read(hq: HeadOffice, envelope: Envelope) -> Document | None:
    if len(envelope.stored) > DOCUMENT_BYTES_MAX:
        return None
    try:
        document = hq.replica.registry.decode(envelope.stored)
        uid_text(document.header.uid)
    except (UndecodableDocument, RuleViolation):
        return None
    return document


def _stands(connection: Connection, document: Document) -> bool:
    c = journal.c
    same = select(c.n).where(c.uid == uid_text(document.header.uid), c.verdict == STORED)
    return connection.execute(same.limit(1)).first() is not None


def _place(envelope: Envelope) -> Slot:
    return Slot(
        device_id=envelope.device_id,
        incarnation=envelope.incarnation,
        n=envelope.n,
        stored=envelope.stored,
        signature=envelope.signature,
        hash=document_hash(envelope.stored),
        link_hash=b"",
        link_signature=b"",
    )


def _post(
    connection: Connection,
    hq: HeadOffice,
    envelope: Envelope,
    document: Document,
    now_us: int,
) -> tuple[Piece, Written]:
    n = _link(connection, hq, envelope, document, now_us, STORED)
    writes = hq.replica.registry.post(document)
    changes = apply_writes(connection, hq.replica.schema, writes, slot=0, owns=hq.replica.owns)
    note_days(connection, [Posted(document.header, document.body, writes)])
    return Piece(envelope.device_id, RETURNED, n, writes), Written([], changes)


def _keep_aside(
    connection: Connection, hq: HeadOffice, envelope: Envelope, document: Document, now_us: int
) -> tuple[Piece, Written]:
    """A former answer of head office's that came after the recovery: a person compares it."""
    n = _link(connection, hq, envelope, document, now_us, KEPT)
    task = TaskOpened(
        code="RETURNED_LATE",
        subject=uid_text(document.header.uid),
        site_id=document.header.site_id,
        params=params_of({"number": document.header.number or document.header.kind}),
        about_uid=document.header.predecessor,
    )
    draft = draft_of(hq, task, now_us, site_id=document.header.site_id)
    return Piece(envelope.device_id, RETURNED, n, []), write(connection, hq, [draft], now_us)


def _link(
    connection: Connection,
    hq: HeadOffice,
    envelope: Envelope,
    document: Document,
    now_us: int,
    verdict: str,
) -> int:
    """Chain a document behind what came back before, and remember where it stood; its place."""
    n, previous = head_of(connection, envelope.device_id, RETURNED)
    linked = seal(
        hq.author.key,
        device_id=envelope.device_id,
        incarnation=RETURNED,
        n=n + 1,
        previous=previous,
        stored=envelope.stored,
    )
    slot = linked._replace(signature=envelope.signature)
    code = "" if verdict == STORED else "RETURNED_LATE"
    row = slot_row(slot, document.header, now_us, verdict, code)
    insert_rows(connection, journal, [row])
    place = (envelope.device_id, envelope.incarnation, envelope.n)
    remember(connection, document, place, is_posted=verdict == STORED)
    return slot.n
