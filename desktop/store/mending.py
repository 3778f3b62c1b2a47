"""Journal and spool hold every own document twice: what one of them lost comes from the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from desktop.store.identity import Identity, load_state
from desktop.store.spooling import whole_spool
from desktop.store.tables import sync_finding
from shared.core.errors import QutongError
from shared.journal.chain import GENESIS, Slot, VerifyKey, document_hash, link_hash
from shared.journal.document import Header
from shared.journal.kind import Registry
from shared.journal.spool import Spooled, SpoolForgotten, SpoolIdentity, SpoolSlot
from shared.journal.tables import journal
from shared.sync.appending import letters, slot_row
from shared.sync.confirm import Finding

LOST: Final = "JOURNAL_LOST"
"""A document is damaged in both files; the finding's detail says its number."""

_Key = tuple[int, int]
"""Incarnation and number."""


@dataclass(slots=True)
class Mended:
    """What was found in the two files, and what the spool has to become."""

    findings: list[Finding] = field(default_factory=list)
    aside: str = ""
    """The name the damaged spool is kept under; '' when it is whole."""
    spool: bytes = b""
    """What the new one holds."""

    def find(self, code: str, slot: int = 0, detail: str = "") -> None:
        """Add something a person must know."""
        self.findings.append(Finding(code=code, scope="", slot=slot, detail=detail))


def is_sound(slot: Slot, previous: bytes, key: VerifyKey) -> bool:
    """Whether a slot is as the device wrote it, behind the slot with link ``previous``."""
    link = link_hash(slot.device_id, slot.incarnation, slot.n, previous, slot.hash)
    if slot.link_hash != link or not key.link_good(link, slot.link_signature):
        return False
    return slot.is_forgotten or (
        slot.hash == document_hash(slot.stored) and key.document_good(slot.stored, slot.signature)
    )


def are_sound(slots: Sequence[Slot], previous: bytes, public_key: bytes) -> bool:
    """Whether consecutive slots behind the link ``previous`` are as written, bytes and all."""
    key = VerifyKey(public_key)
    for slot in slots:
        if slot.is_forgotten or not is_sound(slot, previous, key):
            return False
        previous = slot.link_hash
    return True


def is_linked(slots: Sequence[Slot], previous: bytes, public_key: bytes) -> bool:
    """Whether head office would take these behind ``previous``: it computes the links itself and
    asks for the device's signature over the last one."""
    for slot in slots:
        hashed = document_hash(slot.stored)
        previous = link_hash(slot.device_id, slot.incarnation, slot.n, previous, hashed)
    return not slots or VerifyKey(public_key).link_good(previous, slots[-1].link_signature)


def mend(
    connection: Connection,
    registry: Registry,
    identity: Identity,
    spooled: Spooled,
    record: SpoolIdentity,
    now_us: int,
) -> Mended:
    """Compare both files slot by slot and mend the journal; the caller commits, then the spool.

    ``record`` begins a spool that has to be written anew.
    """
    done = Mended()
    is_whole = mend_journal(connection, registry, identity, spooled, now_us, done.findings)
    if spooled.damages or not is_whole:
        done.find("SPOOL_MENDED", detail=f"{len(spooled.damages)} places")
        done.aside = f"spool.aside-{spooled.size}-{len(spooled.records)}"
        done.spool = whole_spool(connection, identity, record)
    return done


def mend_journal(
    connection: Connection,
    registry: Registry,
    identity: Identity,
    spooled: Spooled,
    now_us: int,
    findings: list[Finding],
    *,
    is_ending: bool = True,
) -> bool:
    """Put each slot right that the spool has better; whether the spool holds the same slots now.

    Without ``is_ending`` slots behind the journal's end are left to who posts them.
    """
    mending = _Mending(connection, registry, identity, now_us, findings)
    rows, second = _rows(connection, identity), _spooled(spooled, identity)
    last = max(rows, default=(0, 0))
    places = {at for at in second if at[0] == identity.incarnation and (is_ending or at <= last)}
    is_whole = True
    for at in sorted(rows.keys() | places):
        here, there = rows.get(at), second.get(at)
        stands = mending.look(at, here, there)
        has_same = there == _hashed(stands) or stands.is_forgotten
        is_whole &= has_same or at[0] != identity.incarnation
    return is_whole


class _Mending:
    """One look along the chain, from slot to slot."""

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        identity: Identity,
        now_us: int,
        findings: list[Finding],
    ) -> None:
        self._connection = connection
        self._registry = registry
        self._now_us = now_us
        self._findings = findings
        self._incarnation = identity.incarnation
        self._received = (identity.incarnation, load_state(connection).acknowledged_n)
        self._key = VerifyKey(identity.public_key)
        self._before: _Key = (0, 0)
        self._link: bytes | None = None

    def look(self, at: _Key, here: "_Row | None", there: Slot | None) -> Slot:
        """Choose the better copy of the next slot; what stands in the journal now."""
        self._step(at)
        copies = [one for one in (here.slot if here else None, there) if one is not None]
        # Nothing is let go before head office has it: such bytes are lost, in either file.
        usable = [one for one in copies if not (one.is_forgotten and at > self._received)]
        weighed = [_weighed(one, self._link, self._key) for one in usable]
        best = max(weighed, key=lambda one: one.worth, default=_Weighed(_Worth.LOST, copies[0]))
        if best.worth is _Worth.LOST:
            self._tell_lost(at, _printed(self._registry, at, copies[0]))
            stands = copies[0]
        else:
            stands = best.slot
        self._keep(at, here, stands, best.worth)
        self._link = best.slot.link_hash
        if best.worth < _Worth.TAKEN:
            # Without its bytes, too, the device's signature tells the link of a slot.
            signed = [one.link_hash for one in copies if _is_signed_link(one, self._key)]
            self._link = signed[0] if signed else None
        return stands

    def _step(self, at: _Key) -> None:
        incarnation, n = at
        if incarnation != self._before[0]:
            self._before, self._link = (incarnation, 0), GENESIS
        first = self._before[1] + 1
        if n > first:
            # Of a former incarnation only what was not linked anew is left.
            self._link = None
            if incarnation == self._incarnation:
                self._tell_lost((incarnation, n - 1), places(incarnation, first, n - 1))
        self._before = at

    def _tell_lost(self, at: _Key, number: str) -> None:
        """What cannot be mended is told once, and not at every round; what head office has is not
        lost."""
        c = sync_finding.c
        query = select(c.id).where(c.code == LOST, c.detail == number)
        if at > self._received and self._connection.execute(query).first() is None:
            self._findings.append(Finding(code=LOST, scope="", slot=at[1], detail=number))

    def _keep(self, at: _Key, here: "_Row | None", stands: Slot, worth: "_Worth") -> None:
        # Only the author's own bytes name a document: what is badly signed may say anything.
        header = _header(self._registry, stands) if worth in _SIGNED else None
        if here is not None and here.slot == stands and here.is_named(header):
            return
        _write(self._connection, stands, header, here, self._now_us)
        if worth is not _Worth.LOST:
            self._findings.append(Finding(code="JOURNAL_DAMAGED", scope="", slot=at[1]))


class _Worth(IntEnum):
    """What a copy of a slot is good for, the least first."""

    LOST = 0
    READABLE = 1
    """The author's document; the chain does not lead to it."""
    TAKEN = 2
    """As it was taken in, badly signed: head office keeps it aside."""
    SOUND = 3


_SIGNED: Final = (_Worth.READABLE, _Worth.SOUND)


class _Weighed(NamedTuple):
    worth: _Worth
    slot: Slot
    """With the hashes that follow from its bytes: a stored one may be what is damaged."""


def _weighed(slot: Slot, previous: bytes | None, key: VerifyKey) -> _Weighed:
    """``previous`` is None where nobody knows what this one stands behind."""
    slot = _hashed(slot)
    if previous is not None:
        link = link_hash(slot.device_id, slot.incarnation, slot.n, previous, slot.hash)
        is_linked = key.link_good(link, slot.link_signature)
        slot = slot._replace(link_hash=link) if is_linked else slot
    else:
        is_linked = slot.is_forgotten and _is_signed_link(slot, key)
    is_signed = slot.is_forgotten or key.document_good(slot.stored, slot.signature)
    if is_linked:
        return _Weighed(_Worth.SOUND if is_signed else _Worth.TAKEN, slot)
    is_readable = is_signed and not slot.is_forgotten
    return _Weighed(_Worth.READABLE if is_readable else _Worth.LOST, slot)


def _is_signed_link(slot: Slot, key: VerifyKey) -> bool:
    return key.link_good(slot.link_hash, slot.link_signature)


def _hashed(slot: Slot) -> Slot:
    return slot if slot.is_forgotten else slot._replace(hash=document_hash(slot.stored))


@dataclass(frozen=True, slots=True)
class _Row:
    slot: Slot
    uid: str
    kind: str
    verdict: str
    code: str
    stored_at_us: int

    def is_named(self, header: Header | None) -> bool:
        """Whether uid and kind are those of the document, as far as that can be told."""
        return header is None or (self.uid, self.kind) == (header.uid.hex(), header.kind)


def _rows(connection: Connection, identity: Identity) -> dict[_Key, _Row]:
    columns = [journal.c[name] for name in (*Slot._fields, *_Row.__slots__[1:])]
    width = len(Slot._fields)
    query = select(*columns).where(journal.c.device_id == identity.device_id)
    return {
        (row.incarnation, row.n): _Row(Slot(*row[:width]), *row[width:])
        for row in connection.execute(query)
    }


def _spooled(spooled: Spooled, identity: Identity) -> Mapping[_Key, Slot]:
    records = (placed.record for placed in spooled.records)
    return {
        (one.incarnation, one.n): one.slot()
        for one in records
        if isinstance(one, SpoolSlot | SpoolForgotten) and one.device_id == identity.device_id
    }


def places(incarnation: int, first: int, last: int) -> str:
    """Places of a journal where nothing stands, as a person may name them: ``A7``, ``A7-9``."""
    return f"{letters(incarnation)}{first}" + (f"-{last}" if last > first else "")


def _printed(registry: Registry, at: _Key, slot: Slot) -> str:
    """What is printed on a document that is lost, if that can be read still; else its place."""
    header = _header(registry, slot)
    return header.number if header and header.number else places(*at, at[1])


def _write(
    connection: Connection, slot: Slot, header: Header | None, former: _Row | None, now_us: int
) -> None:
    c = journal.c
    connection.execute(
        delete(journal).where(
            c.device_id == slot.device_id, c.incarnation == slot.incarnation, c.n == slot.n
        )
    )
    verdict, code = (former.verdict, former.code) if former else ("stored", "")
    at_us = former.stored_at_us if former else now_us
    row = slot_row(slot, header, at_us, verdict, code)
    if former and header is None:
        row |= {"uid": former.uid, "kind": former.kind}
    connection.execute(insert(journal), [row])


def _header(registry: Registry, slot: Slot) -> Header | None:
    try:
        return registry.decode(slot.stored).header
    except QutongError:
        return None
