"""A database of before a fork beneath the spool of today: at start it does what it missed."""

from dataclasses import replace

from sqlalchemy import Connection, select

from desktop.store.identity import Identity, load_state, store_identity, store_state
from shared.journal.chain import Slot
from shared.journal.spool import Spooled, SpoolHead, SpoolIdentity, SpoolSlot, standing
from shared.journal.tables import journal
from shared.sync.appending import Replica
from shared.sync.relinking import Former, Relinked, relink


def names_later(spooled: Spooled, identity: Identity) -> bool:
    """Whether the file has, or may have, the device in a later incarnation."""
    records = (placed.record for placed in spooled.records)
    return any(
        isinstance(one, SpoolIdentity) and one.incarnation > identity.incarnation for one in records
    )


def catch_up(
    connection: Connection, replica: Replica, identity: Identity, spooled: Spooled
) -> SpoolIdentity | None:
    """Begin the incarnation a whole spool is in, when documents were written in it; the record
    that says so.

    What both have is linked as it is linked there; what only the spool has is left to who posts
    it. Everything else of the identity stays: what head office has said since, it says again.
    """
    records = [placed.record for placed in standing(spooled.records)]
    named = [one for one in records if isinstance(one, SpoolIdentity) and _is_own(one, identity)]
    if not named or named[-1].incarnation <= identity.incarnation:
        return None
    incarnation = named[-1].incarnation
    heads = [one for one in records if isinstance(one, SpoolHead)]
    told = [one.n for one in heads if one.incarnation == identity.incarnation]
    received_n = max(load_state(connection).acknowledged_n, *told, 0)
    slots = [one.slot() for one in records if isinstance(one, SpoolSlot)]
    moved = _moved(connection, identity, [one for one in slots if one.incarnation == incarnation])
    former = Former(identity.device_id, identity.incarnation, received_n, identity.public_key)
    relink(connection, replica.schema, replica.owns, former, moved)
    store_identity(connection, replace(identity, incarnation=incarnation))
    store_state(connection, acknowledged_n=0, acknowledged_hash=b"", head_signature=b"")
    return named[-1]


def _is_own(record: SpoolIdentity, identity: Identity) -> bool:
    is_same = (record.device_id, record.public_key) == (identity.device_id, identity.public_key)
    return is_same and record.good()


def _moved(connection: Connection, identity: Identity, slots: list[Slot]) -> list[Relinked]:
    """The first of the slots, as long as their documents stand here."""
    c = journal.c
    query = select(c.stored, c.signature, c.n).where(
        c.device_id == identity.device_id,
        c.incarnation == identity.incarnation,
        c.stored != b"",
    )
    here = {(row.stored, row.signature): row.n for row in connection.execute(query)}
    found: list[Relinked] = []
    for slot in slots:
        former_n = here.get((slot.stored, slot.signature))
        if former_n is None:
            break
        found.append(Relinked(former_n, slot))
    return found
