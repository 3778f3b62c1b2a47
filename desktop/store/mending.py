"""Journal and spool hold every own document twice: what one of them lost comes from the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
from shared.sync.appending import slot_row
from shared.sync.confirm import Finding

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
    rows = _rows(connection, identity)
    second = _spooled(spooled, identity)
    key, previous, incarnation = VerifyKey(identity.public_key), GENESIS, 0
    received = (identity.incarnation, load_state(connection).acknowledged_n)
    has_all = True
    for at in sorted(rows.keys() | {k for k in second if k[0] == identity.incarnation}):
        if at[0] != incarnation:
            incarnation, previous = at[0], GENESIS
        here, there = rows.get(at), second.get(at)
        if here is not None and here.slot.is_forgotten and at > received:
            # Nothing is let go before head office has it: these bytes are lost.
            here = None
        good = _good(here, there, previous, key)
        if good is None:
            # Badly signed in both files alike: it was taken in so, and head office keeps it aside.
            if here is None or there is None or here.slot != there:
                _once(connection, done, "JOURNAL_LOST", at[1])
                has_all = False
            previous = (here.slot if here else there or _NOTHING).link_hash
            continue
        if here is None or here.slot != good or not here.is_well_named(registry):
            _write(connection, registry, good, here, now_us)
            done.find("JOURNAL_DAMAGED", at[1])
        has_all &= there == good or good.is_forgotten or at[0] != identity.incarnation
        previous = good.link_hash
    if spooled.damages or not has_all:
        done.find("SPOOL_MENDED", detail=f"{len(spooled.damages)} places")
        done.aside = f"spool.aside-{spooled.size}-{len(spooled.records)}"
        done.spool = whole_spool(connection, identity, record)
    return done


_NOTHING = Slot("", 0, 0, b"", b"", b"", b"", b"")


@dataclass(frozen=True, slots=True)
class _Row:
    slot: Slot
    uid: str
    kind: str
    verdict: str
    code: str
    stored_at_us: int

    def is_well_named(self, registry: Registry) -> bool:
        """Whether uid and kind are those of the document, as far as that can be told."""
        if self.slot.is_forgotten:
            return True
        header = _header(registry, self.slot)
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


def _good(here: _Row | None, there: Slot | None, previous: bytes, key: VerifyKey) -> Slot | None:
    # Bytes that were let go here may still stand in a spool that was not written anew yet; bytes
    # that were blanked by damage leave no slot that counts as let go.
    for one in (here.slot if here else None, there):
        if one is not None and is_sound(one, previous, key):
            return one
    return None


def _once(connection: Connection, done: Mended, code: str, slot: int) -> None:
    """What cannot be mended is told once, and not at every round."""
    c = sync_finding.c
    query = select(c.id).where(c.code == code, c.slot == slot)
    if connection.execute(query).first() is None:
        done.find(code, slot)


def _write(
    connection: Connection, registry: Registry, slot: Slot, former: _Row | None, now_us: int
) -> None:
    c = journal.c
    connection.execute(
        delete(journal).where(
            c.device_id == slot.device_id, c.incarnation == slot.incarnation, c.n == slot.n
        )
    )
    verdict, code = (former.verdict, former.code) if former else ("stored", "")
    at_us = former.stored_at_us if former else now_us
    row = slot_row(slot, _header(registry, slot), at_us, verdict, code)
    connection.execute(insert(journal), [row])


def _header(registry: Registry, slot: Slot) -> Header | None:
    try:
        return registry.decode(slot.stored).header
    except QutongError:
        return None
