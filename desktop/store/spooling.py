"""The journal as records of the spool: slots, those without their bytes too, and receipts."""

from sqlalchemy import Connection, bindparam, select

from desktop.store.identity import Identity, load_state
from shared.journal.chain import Slot
from shared.journal.spool import (
    SpoolHead,
    SpoolIdentity,
    SpoolKept,
    SpoolRecord,
    encode_record,
    spool_forgotten,
    spool_slot,
)
from shared.journal.tables import journal

_c = journal.c
_OWN = select(*(_c[name] for name in (*Slot._fields, "uid", "kind"))).where(
    _c.device_id == bindparam("device_id"), _c.n > bindparam("after")
)
_OF_ALL = _OWN.order_by(_c.incarnation, _c.n)
_OF_ONE = _OF_ALL.where(_c.incarnation == bindparam("incarnation"))


def slot_records(
    connection: Connection, device_id: str, incarnation: int = 0, after: int = 0
) -> list[SpoolRecord]:
    """Own slots after ``after`` as the spool holds them, in order; ``incarnation`` 0 = of all."""
    of: dict[str, str | int] = {"device_id": device_id, "after": after}
    of |= {"incarnation": incarnation} if incarnation else {}
    found: list[SpoolRecord] = []
    for *cells, uid, kind in connection.execute(_OF_ONE if incarnation else _OF_ALL, of):
        slot = Slot(*cells)
        found.append(spool_forgotten(slot, uid, kind) if slot.is_forgotten else spool_slot(slot))
    return found


def whole_spool(connection: Connection, identity: Identity, record: SpoolIdentity) -> bytes:
    """A spool as it is written anew: who this is, every own slot, what head office said."""
    slots = b"".join(map(encode_record, slot_records(connection, identity.device_id)))
    return encode_record(record) + slots + _acknowledged(connection, identity)


def _acknowledged(connection: Connection, identity: Identity) -> bytes:
    """What head office had said of the slots, for a spool that is written anew."""
    state = load_state(connection)
    if not state.acknowledged_n:
        return b""
    kept = connection.execute(
        select(journal.c.n, journal.c.code).where(
            journal.c.device_id == identity.device_id,
            journal.c.incarnation == identity.incarnation,
            journal.c.verdict == "kept",
        )
    )
    codes: dict[int, str] = {row.n: row.code for row in kept}
    return head_records(
        identity, state.acknowledged_n, state.acknowledged_hash, state.head_signature, codes
    )


def head_records(
    identity: Identity, n: int, head_hash: bytes, signature: bytes, kept: dict[int, str]
) -> bytes:
    """The spool's records of an acknowledgement: what is kept, and the countersigned head."""
    device_id, incarnation = identity.device_id, identity.incarnation
    records: list[SpoolRecord] = [
        SpoolKept(device_id=device_id, incarnation=incarnation, n=slot, code=code)
        for slot, code in kept.items()
    ]
    if n:
        head = SpoolHead(
            device_id=device_id,
            incarnation=incarnation,
            n=n,
            link_hash=head_hash,
            signature=signature,
        )
        records.append(head)
    return b"".join(encode_record(record) for record in records)
