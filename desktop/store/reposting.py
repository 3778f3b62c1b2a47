"""At start: documents that only the spool has are taken into the journal and posted again."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select
from sqlalchemy import bindparam as bind

from desktop.store.identity import Identity, load_state
from desktop.store.mending import LOST, places
from shared.core.errors import QutongError, RuleViolation
from shared.journal.chain import Slot, VerifyKey, document_hash, link_hash
from shared.journal.document import Header, Write
from shared.journal.spool import Spooled, SpoolForgotten, SpoolHead, SpoolSlot
from shared.journal.tables import journal, number_series
from shared.sync.appending import Replica, head_of, letters, slot_row
from shared.sync.confirm import Finding
from shared.sync.own_slots import NONSENSE
from shared.sync.replica import Change, apply_writes
from shared.sync.statements import upsert

_Record = SpoolSlot | SpoolForgotten


@dataclass(slots=True)
class Reconciled:
    """What a start found and mended."""

    reposted: int = 0
    """Documents that only the spool had."""
    respooled: int = 0
    """Documents that only the journal had."""
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """Rows that were posted again; indexes of our own have to follow them."""

    def find(self, code: str, slot: int = 0, detail: str = "") -> None:
        """Add something a person must know."""
        self.findings.append(Finding(code=code, scope="", slot=slot, detail=detail))


def repost(
    connection: Connection,
    replica: Replica,
    identity: Identity,
    spooled: Spooled,
    now_us: int,
    done: Reconciled,
) -> None:
    """Slots the journal lacks are verified, chained and posted again, in their order.

    Behind a place nobody can read the device's own documents are taken all the same: what was sold
    after it is no less sold. Head office takes them once they are linked anew.
    """
    heads: dict[int, tuple[int, bytes]] = {}
    foreign: set[int] = set()
    for record in _slots_of(spooled, identity):
        of = record.incarnation
        if of not in heads:
            heads[of] = head_of(connection, identity.device_id, of)
        n, previous = heads[of]
        if record.n <= n:
            if not _is_same(connection, record):
                done.find("SPOOL_DIFFERS", record.n)
                foreign.add(of)
        elif record.n == n + 1 and _is_next(identity, record, previous):
            _take(connection, replica, identity, record, now_us, done)
            heads[of] = (record.n, record.link_hash)
        elif record.n > n + 1 and of not in foreign and _is_own(connection, identity, record):
            if of == identity.incarnation and record.n - 1 > _received(connection, spooled, of):
                done.find(LOST, n + 1, places(of, n + 1, record.n - 1))
            _take(connection, replica, identity, record, now_us, done)
            heads[of] = (record.n, record.link_hash)
        else:
            done.find("SPOOL_SLOT_BAD", record.n)
            if not _is_damaged(identity, record):
                # Another history of this device, or nobody's: nothing behind it is taken for ours.
                foreign.add(of)


def is_at_odds(connection: Connection, identity: Identity, spooled: Spooled) -> bool:
    """Whether the journal may be damaged where it stands: the spool has another link there, or
    goes on behind another one."""
    heads: dict[int, tuple[int, bytes]] = {}
    for record in _slots_of(spooled, identity):
        of = record.incarnation
        if of not in heads:
            heads[of] = head_of(connection, identity.device_id, of)
        n, previous = heads[of]
        if record.n <= n and not _is_same(connection, record):
            return True
        if record.n == n + 1 and not _is_next(identity, record, previous):
            return True
    return False


def _is_same(connection: Connection, record: _Record) -> bool:
    """Whether the journal has the same link at that place."""
    of = {"device_id": record.device_id, "incarnation": record.incarnation, "n": record.n}
    return bool(connection.execute(_LINK_AT, of).scalar() == record.link_hash)


def _slots_of(spooled: Spooled, identity: Identity) -> Iterator[_Record]:
    """Without what was linked anew for an incarnation this database did not come to begin."""
    for placed in spooled.records:
        record = placed.record
        if not isinstance(record, SpoolSlot | SpoolForgotten):
            continue
        if record.incarnation <= identity.incarnation:
            yield record


def _received(connection: Connection, spooled: Spooled, incarnation: int) -> int:
    """Up to where head office has it: what it has is not lost when nobody can read it here."""
    heads = [one.record for one in spooled.records if isinstance(one.record, SpoolHead)]
    told = [head.n for head in heads if head.incarnation == incarnation]
    return max(load_state(connection).acknowledged_n, told[-1] if told else 0)


def _take(
    connection: Connection,
    replica: Replica,
    identity: Identity,
    record: _Record,
    now_us: int,
    done: Reconciled,
) -> None:
    if isinstance(record, SpoolForgotten):
        _keep_place(connection, record, now_us)
    else:
        _post_slot(connection, replica, identity, record.slot(), now_us, done)


def _keep_place(connection: Connection, record: SpoolForgotten, now_us: int) -> None:
    """A slot whose bytes were let go: its rows come from head office, where it is durable."""
    row = slot_row(record.slot(), None, now_us, "stored")
    connection.execute(insert(journal), [row | {"uid": record.uid, "kind": record.kind}])


def _is_next(identity: Identity, record: _Record, previous: bytes) -> bool:
    """Whether the device itself chained this slot behind the last one."""
    slot = record.slot()
    link = link_hash(slot.device_id, slot.incarnation, slot.n, previous, slot.hash)
    return link == slot.link_hash and _is_linked(identity, record)


def _is_linked(identity: Identity, record: _Record) -> bool:
    """Whether the device signed this link, whatever it stands behind."""
    key = VerifyKey(identity.public_key)
    is_ours = record.device_id == identity.device_id
    return is_ours and key.link_good(record.link_hash, record.link_signature)


def _is_written(identity: Identity, record: SpoolSlot) -> bool:
    return VerifyKey(identity.public_key).document_good(record.stored, record.signature)


def _is_own(connection: Connection, identity: Identity, record: _Record) -> bool:
    """Whether the device wrote this, and it does not stand elsewhere in the journal."""
    if not _is_linked(identity, record):
        return False
    if isinstance(record, SpoolForgotten):
        return True
    query = select(journal.c.n).where(journal.c.hash == document_hash(record.stored))
    return _is_written(identity, record) and connection.execute(query).first() is None


def _is_damaged(identity: Identity, record: _Record) -> bool:
    """Whether only the bytes of a document of ours are wrong."""
    is_slot = isinstance(record, SpoolSlot) and not _is_written(identity, record)
    return is_slot and _is_linked(identity, record)


def _post_slot(
    connection: Connection,
    replica: Replica,
    identity: Identity,
    slot: Slot,
    now_us: int,
    done: Reconciled,
) -> None:
    """A slot nobody can read or believe keeps its place, or all after it would be lost."""
    header: Header | None = None
    writes: list[Write] = []
    try:
        if not VerifyKey(identity.public_key).document_good(slot.stored, slot.signature):
            raise RuleViolation("BAD_SIGNATURE")
        document = replica.registry.decode(slot.stored)
        header = document.header
        writes = replica.registry.post(document)
    except NONSENSE as error:
        done.find(error.code if isinstance(error, QutongError) else "POSTING_FAILED", slot.n)
    connection.execute(insert(journal), [slot_row(slot, header, now_us, "stored")])
    if slot.incarnation == identity.incarnation:
        done.changes += apply_writes(
            connection, replica.schema, writes, slot=slot.n, owns=replica.owns
        )
    if header is not None:
        _raise_series(connection, replica, identity, header, slot)
    done.reposted += 1


def _raise_series(
    connection: Connection, replica: Replica, identity: Identity, header: Header, slot: Slot
) -> None:
    """The running number goes on behind the last printed one.

    What was linked anew keeps the number an earlier incarnation printed, and is none of this one.
    """
    series = replica.registry.named(header.kind).series
    printed, _, running = header.number.rpartition("-")
    is_own = printed.endswith(f"-{identity.tag}{letters(slot.incarnation)}")
    if series and is_own and running.isdecimal():
        row = {
            "device_id": slot.device_id,
            "incarnation": slot.incarnation,
            "series": series,
            "last": int(running),
        }
        upsert(connection, number_series, ("device_id", "incarnation", "series"), [row])


# Built once: making a statement costs more than running it.
_LINK_AT = select(journal.c.link_hash).where(
    journal.c.device_id == bind("device_id"),
    journal.c.incarnation == bind("incarnation"),
    journal.c.n == bind("n"),
)
