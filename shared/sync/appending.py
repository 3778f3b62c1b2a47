"""Appending a document to a journal and posting it: the one act both ends do the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.core.errors import Conflict, RuleViolation
from shared.core.ids import uid_text
from shared.journal.chain import GENESIS, SigningKey, Slot, seal
from shared.journal.document import Document, Draft, Header, Write
from shared.journal.kind import Registry, encode, header_for
from shared.journal.tables import journal, number_series
from shared.sync.bounds import excess
from shared.sync.limits import DOCUMENT_BYTES_MAX
from shared.sync.replica import Change, Owns, apply_writes
from shared.sync.statements import ONE_ROW, Row, insert_rows, upsert
from shared.sync.tables import Schema

HEAD_OFFICE: Final = "HQ"
"""Stands in printed numbers where a document belongs to no site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes a journal: the device (or head office's worker), its incarnation and its key."""

    device_id: str
    incarnation: int
    tag: str
    """The device's short name in printed numbers, such as ``02``."""
    key: SigningKey
    is_head_office: bool = False
    """Head office's rows are the truth at once; a device's wait for their confirmation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """What this replica knows how to do: its kinds, its tables, the balances it keeps."""

    registry: Registry
    schema: Schema
    owns: Owns


@dataclass(frozen=True, slots=True)
class Appended:
    """One document that now stands in the journal."""

    document: Document
    slot: Slot
    writes: Sequence[Write]

    @property
    def header(self) -> Header:
        """The header, with the printed number."""
        return self.document.header


class AlreadyAppended(Conflict):
    """A document with this uid stands in the journal: the same key was pressed twice."""


def head_of(connection: Connection, device_id: str, incarnation: int) -> tuple[int, bytes]:
    """The last slot of a journal and its link hash; (0, GENESIS) when it is empty."""
    journal_of = {"device_id": device_id, "incarnation": incarnation}
    row = connection.execute(_HEAD, journal_of).one_or_none()
    return (row.n, row.link_hash) if row else (0, GENESIS)


def append(
    connection: Connection,
    replica: Replica,
    author: Author,
    drafts: Sequence[Draft],
    *,
    now_us: int,
) -> tuple[list[Appended], list[Change]]:
    """Write drafts as the next slots of the author's journal and post them, in one transaction.

    Raises AlreadyAppended (ALREADY_APPENDED) when a draft's uid is there already; RuleViolation
    DOCUMENT_TOO_LARGE, TEXT_TOO_LONG, TEXT_UNUSABLE, AMOUNT_TOO_LARGE when one holds more than
    head office takes. Nothing is written then. The caller commits.
    """
    n, previous = head_of(connection, author.device_id, author.incarnation)
    _refuse_repeats(connection, drafts)
    done: list[Appended] = []
    changes: list[Change] = []
    for draft in drafts:
        n += 1
        appended = _append_one(connection, replica, author, draft, n, previous)
        previous = appended.slot.link_hash
        _store_slot(connection, appended, now_us)
        changes += apply_writes(
            connection,
            replica.schema,
            appended.writes,
            slot=0 if author.is_head_office else n,
            owns=replica.owns,
        )
        done.append(appended)
    return done, changes


def _refuse_repeats(connection: Connection, drafts: Sequence[Draft]) -> None:
    uids = [uid_text(draft.uid) for draft in drafts]
    found = connection.execute(_STANDS, {"uids": uids}).scalar()
    if found is not None or len(set(uids)) != len(uids):
        raise AlreadyAppended("ALREADY_APPENDED", uid=found or uids[0])


def _append_one(
    connection: Connection,
    replica: Replica,
    author: Author,
    draft: Draft,
    n: int,
    previous: bytes,
) -> Appended:
    registry, schema = replica.registry, replica.schema
    kind = registry.of_body(draft.body)
    number = ""
    if kind.series:
        running = _next_number(connection, author, kind.series)
        number = printed_number(kind.series, draft.site_id, author, running)
    header = header_for(kind, draft, device_id=author.device_id, number=number)
    document = Document(header, draft.body)
    stored = encode(document)
    writes = registry.post(document)
    # Here, not at head office: there it could only be kept, and larger still it would not travel.
    is_too_large = len(stored) > DOCUMENT_BYTES_MAX
    if code := "DOCUMENT_TOO_LARGE" if is_too_large else excess(schema, writes):
        raise RuleViolation(code)
    slot = seal(
        author.key,
        device_id=author.device_id,
        incarnation=author.incarnation,
        n=n,
        previous=previous,
        stored=stored,
    )
    return Appended(document, slot, writes)


def printed_number(series: str, site_id: str, author: Author, running: int) -> str:
    """``XS-SH01-02A-000123``: kind, site, device with incarnation letter, running number.

    What head office writes for no site bears ``HQ`` there: ``HK-HQ-01A-000123``.
    """
    place = site_id or HEAD_OFFICE
    return f"{series}-{place}-{author.tag}{letters(author.incarnation)}-{running:06d}"


def letters(incarnation: int) -> str:
    """``A`` for the first incarnation, ``Z`` for the 26th, then ``AA``, ``AB``…"""
    text = ""
    while incarnation > 0:
        incarnation, place = divmod(incarnation - 1, 26)
        text = chr(ord("A") + place) + text
    return text


def _next_number(connection: Connection, author: Author, series: str) -> int:
    row: Row = {
        "device_id": author.device_id,
        "incarnation": author.incarnation,
        "series": series,
    }
    last: int = connection.execute(_LAST, row).scalar() or 0
    row["last"] = last + 1
    upsert(connection, number_series, ("device_id", "incarnation", "series"), [row])
    return last + 1


def slot_row(
    slot: Slot, header: Header | None, now_us: int, verdict: str, code: str = ""
) -> dict[str, str | int | bytes]:
    """A slot as a row of the journal table; ``header`` is None when it cannot be decoded."""
    return {
        "device_id": slot.device_id,
        "incarnation": slot.incarnation,
        "n": slot.n,
        "uid": uid_text(header.uid) if header else "",
        "kind": header.kind if header else "",
        "stored": slot.stored,
        "signature": slot.signature,
        "hash": slot.hash,
        "link_hash": slot.link_hash,
        "link_signature": slot.link_signature,
        "stored_at_us": now_us,
        "verdict": verdict,
        "code": code,
    }


def _store_slot(connection: Connection, appended: Appended, now_us: int) -> None:
    row = slot_row(appended.slot, appended.header, now_us, "stored")
    insert_rows(connection, journal, [row])


# Built once: making a statement costs more than running it.
_HEAD = (
    select(journal.c.n, journal.c.link_hash)
    .where(
        journal.c.device_id == bindparam("device_id"),
        journal.c.incarnation == bindparam("incarnation"),
    )
    .order_by(journal.c.n.desc())
    .limit(ONE_ROW)
)
_STANDS = select(journal.c.uid).where(journal.c.uid.in_(bindparam("uids", expanding=True)))
_LAST = select(number_series.c.last).where(
    number_series.c.device_id == bindparam("device_id"),
    number_series.c.incarnation == bindparam("incarnation"),
    number_series.c.series == bindparam("series"),
)
