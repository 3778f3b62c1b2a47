"""Trying kept documents again: what kept one aside may be mended since (Q03)."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DataError, IntegrityError

from shared.core.ids import uid_text
from shared.journal.chain import Slot
from shared.journal.tables import journal
from shared.sync.replica import apply_writes
from shared.tasks.documents import KeptRepairRequested, KeptSettled
from sync_server.store.devices import find_device, lock_device
from sync_server.sync.authority import AuthorityCheck
from sync_server.sync.daily import note_days
from sync_server.sync.head_office import HeadOffice, Posted, Written, draft_of, settle, write
from sync_server.sync.judging import DERIVING_FAULTS, KEPT, STORED, Judged, judge

_FAULTS = (*DERIVING_FAULTS, IntegrityError, DataError)


def repair_all(
    connection: Connection, hq: HeadOffice, posted: Sequence[Posted], now_us: int
) -> Written:
    """Do what head office's people asked for among the documents that were just posted."""
    written = Written()
    for one in posted:
        if isinstance(one.body, KeptRepairRequested):
            written.add(_repair(connection, hq, one, one.body, now_us))
    return written


def _repair(
    connection: Connection, hq: HeadOffice, asked: Posted, body: KeptRepairRequested, now_us: int
) -> Written:
    lock_device(connection, body.device_id)
    slot = _kept_slot(connection, body)
    outcome, code, written = KEPT, "NOT_KEPT", Written()
    if slot is not None:
        try:
            with connection.begin_nested():
                outcome, code, written = _again(connection, hq, slot, now_us)
        except _FAULTS:
            outcome, code, written = KEPT, "POSTING_FAILED", Written()
    settled = KeptSettled(
        device_id=body.device_id,
        incarnation=body.incarnation,
        n=body.n,
        site_id=body.site_id,
        outcome=outcome,
        code=code,
        settled_by=asked.header.author_id,
    )
    draft = draft_of(hq, settled, now_us, site_id=body.site_id)
    written.add(write(connection, hq, [draft], now_us))
    return written


def _kept_slot(connection: Connection, body: KeptRepairRequested) -> Slot | None:
    c = journal.c
    row = connection.execute(
        select(journal)
        .where(
            c.device_id == body.device_id,
            c.incarnation == body.incarnation,
            c.n == body.n,
            c.verdict == KEPT,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    return Slot(
        device_id=row.device_id,
        incarnation=row.incarnation,
        n=row.n,
        stored=row.stored,
        signature=row.signature,
        hash=row.hash,
        link_hash=row.link_hash,
        link_signature=row.link_signature,
    )


def _again(
    connection: Connection, hq: HeadOffice, slot: Slot, now_us: int
) -> tuple[str, str, Written]:
    """Judge a slot by the program, the rights and the rows of now; post it when it is good."""
    device = find_device(connection, slot.device_id)
    if device is None:
        return KEPT, "DEVICE_UNKNOWN", Written()
    judged = judge(hq, device, AuthorityCheck(connection, hq, device), slot)
    if judged.document is None or judged.outcome != STORED:
        return KEPT, judged.code, Written()
    uid = uid_text(judged.document.header.uid)
    c = journal.c
    twin = select(c.n).where(c.uid == uid, c.verdict == STORED)
    if connection.execute(twin).first() is not None:
        return KEPT, "DUPLICATE_UID", Written()
    return STORED, "", _post(connection, hq, judged, uid, now_us)


def _post(connection: Connection, hq: HeadOffice, judged: Judged, uid: str, now_us: int) -> Written:
    assert judged.document is not None, "a document that was judged good"
    c, slot = journal.c, judged.slot
    connection.execute(
        update(journal)
        .where(c.device_id == slot.device_id, c.incarnation == slot.incarnation, c.n == slot.n)
        .values(verdict=STORED, code="", uid=uid, kind=judged.document.header.kind)
    )
    schema, owns = hq.replica.schema, hq.replica.owns
    written = Written([], apply_writes(connection, schema, judged.writes, slot=0, owns=owns))
    posted = [Posted(judged.document.header, judged.document.body, judged.writes)]
    written.add(settle(connection, hq, posted, now_us))
    note_days(connection, posted)
    return written
