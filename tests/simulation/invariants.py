"""What must hold of a device at any time, and of everybody when it is quiet."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from sqlalchemy import Connection, select

from desktop.store.identity import load_identity, load_state
from shared.areas import REGISTRY, SCHEMA
from shared.journal.chain import Slot, VerifyKey
from shared.journal.document import Document, Value
from shared.journal.kind import UndecodableDocument
from shared.journal.tables import journal
from shared.journal.verify import Chain, verify_spool
from shared.sync.digest import MODULUS, row_digest
from shared.sync.holding import cursors
from shared.sync.replica import everything
from shared.sync.tables import Replicated, TableRole
from sync_server.sync import feed
from tests.simulation.books import (
    Rows,
    check_balances,
    check_decisions,
    check_sales,
    check_series,
    check_totals,
    difference,
    int_of,
)
from tests.simulation.device import SimDevice, key_of
from tests.simulation.head_office import HQ_KEY, SimHeadOffice
from tests.simulation.stage import Broken, must

# Cheap: after a device came up, and whenever it rests


def check_device(device: SimDevice) -> None:
    """What somebody saw done stands in the journal; sums are those of the moves."""

    def look(connection: Connection) -> None:
        rows = connection.execute(
            select(journal.c.n, journal.c.hash).where(journal.c.device_id == device.name)
        )
        here = {row.n: row.hash for row in rows}
        for one in device.confirmed:
            must(
                here.get(one.n) == one.hash,
                "I1",
                f"{device.name} lost slot {one.n}, which somebody saw done",
            )
        check_balances(connection, device.name, device.running.replica.owns)

    device.running.read(look)


# Everything, when it is quiet


def check_everything(devices: Mapping[str, SimDevice], office: SimHeadOffice) -> list[str]:
    """All invariants over all replicas; what head office answered, by its kinds and codes.

    Raises Broken.
    """
    with office.database.read() as there:
        journals = _journals(there)
        documents = _decoded(journals)
        rows = _rows(there)
        for device in devices.values():
            look = partial(_check_replica, device, there, journals, rows)
            device.running.read(look)
        _check_head_office(there, journals, documents, rows)
        numbered = documents + _kept_but_ours(journals, devices)
        check_series(sorted(numbered, key=lambda one: one[0][:3]))
        check_decisions(documents)
        check_sales(rows)
        check_balances(there, "HQ", everything)
        check_totals(there)
        _check_scopes(there, rows)
        return [_answer(document) for slot, document in documents if slot.device_id == "HQ"]


def _answer(document: Document) -> str:
    """``HQ request_refused ALREADY_DECIDED``: what runs of many seeds must have met."""
    code = getattr(document.body, "code", "") or getattr(document.body, "outcome", "")
    return f"HQ {document.header.kind} {code}".rstrip()


def _check_replica(
    device: SimDevice,
    there: Connection,
    journals: Mapping[str, list[tuple[Slot, str, str]]],
    office_rows: Rows,
    here: Connection,
) -> None:
    check_device_against(device, here, journals.get(device.name, []))
    rows = _rows(here)
    scopes = {row.scope: row for row in cursors(here)}
    kept = {slot.n for slot, _, verdict in journals.get(device.name, []) if verdict == "kept"}
    _check_held(device.name, rows, frozenset(scopes), kept)
    heads = {head.scope: head for head in feed.heads_of(there, sorted(scopes))}
    for scope, cursor in scopes.items():
        head = heads[scope]
        must(
            (cursor.seq, cursor.count, cursor.digest) == (head.head, head.count, head.digest),
            "I4",
            f"{device.name} {scope}: {cursor} there {head}",
        )
        counted = _of_scope(rows, scope, counted_only=True)
        at_office = _of_scope(office_rows, scope, counted_only=False)
        must(
            counted == at_office,
            "I4",
            f"{device.name} {scope}: rows differ {difference(counted, at_office)}",
        )
        must(
            (len(counted), sum(counted.values()) % MODULUS) == (head.count, head.digest),
            "I4",
            f"{device.name} {scope}: the rows do not make the digest",
        )
    check_balances(here, device.name, device.running.replica.owns)


def check_device_against(
    device: SimDevice, here: Connection, there: list[tuple[Slot, str, str]]
) -> None:
    """Journal, spool, receipt and head office's copy are one and the same chain."""
    own = [(slot, uid, verdict) for slot, uid, verdict in _journals(here).get(device.name, [])]
    must(
        [slot.link_hash for slot, _, _ in own] == [slot.link_hash for slot, _, _ in there],
        "I1",
        f"{device.name} has {len(own)} slots, head office {len(there)} or other ones",
    )
    copies = Counter(uid for _, uid, verdict in there if verdict == "stored")
    by_n = {slot.n: (slot, uid, verdict) for slot, uid, verdict in there}
    for one in device.confirmed:
        slot, uid, verdict = by_n[one.n]
        must(slot.hash == one.hash, "I1", f"{device.name} slot {one.n} is another document")
        if uid not in device.wrong:
            must(verdict == "stored", "I1", f"{device.name} slot {one.n} was {verdict}")
            must(copies[one.uid] == 1, "I1", f"{device.name} {one.uid} is there {copies[one.uid]}x")
    for (slot, uid, verdict), (_, _, told) in zip(there, own, strict=True):
        is_wrong = slot.link_hash in device.poison or uid in device.wrong
        must(
            verdict == told == ("kept" if is_wrong else "stored"),
            "I1",
            f"{device.name} slot {slot.n} is {verdict} there, {told} here, wrong: {is_wrong}",
        )
    _check_chain(device, here, own, there)


def _check_chain(
    device: SimDevice,
    here: Connection,
    own: list[tuple[Slot, str, str]],
    there: list[tuple[Slot, str, str]],
) -> None:
    key = VerifyKey(key_of(device.name).public)
    for where, slots in (("here", own), ("at head office", there)):
        chain = Chain(device.name, 1, key)
        for slot, _, verdict in slots:
            reason = chain.check(slot, is_kept=verdict == "kept" or slot.link_hash in device.poison)
            must(not reason, "I7", f"{device.name} {where} slot {slot.n}: {reason}")
    state = load_state(here)
    must(state.acknowledged_n == len(own), "I7", f"{device.name} was not acknowledged to its end")
    if own:
        must(
            state.acknowledged_hash == there[-1][0].link_hash
            and VerifyKey(HQ_KEY.public).head_good(state.acknowledged_hash, state.head_signature),
            "I7",
            f"{device.name}: the countersigned head is no prefix",
        )
    _check_spool(device, here, own)


def _check_spool(device: SimDevice, here: Connection, own: list[tuple[Slot, str, str]]) -> None:
    identity = load_identity(here)
    must(identity is not None, "I7", f"{device.name} does not know itself")
    chains, fault = verify_spool(device.spool.data, key=key_of(device.name).public)
    # The verifier has no list of what was planted: it stops at the first badly signed document.
    if fault is not None:
        planted = any(slot.n == fault.n and slot.link_hash in device.poison for slot, _, _ in own)
        must(planted, "I7", f"{device.name} spool: {fault}")
        return
    links = chains[0].links if chains else []
    must(
        links == [slot.link_hash for slot, _, _ in own],
        "I7",
        f"{device.name}: spool of {len(links)} slots, journal of {len(own)}",
    )


def _check_held(name: str, rows: Rows, scopes: frozenset[str], kept: set[int]) -> None:
    """Nothing outside the scopes, nothing unconfirmed, but what head office keeps aside."""
    for table_name, found in rows.items():
        table = SCHEMA[table_name]
        for row_id, row in found.items():
            if row["_slot"]:
                must(
                    row["_slot"] in kept,
                    "I4",
                    f"{name} {table_name} {row_id}: slot {row['_slot']} was never confirmed",
                )
            elif not scopes.intersection(table.scopes(row)):
                raise Broken("I5", f"{name} holds {table_name} {row_id} outside its scopes")


def _check_head_office(
    there: Connection,
    journals: Mapping[str, list[tuple[Slot, str, str]]],
    documents: Iterable[tuple[Slot, Document]],
    rows: Rows,
) -> None:
    """Its own chain is whole, and its ledgers hold what the documents say, each once."""
    chain = Chain("HQ", 1, VerifyKey(HQ_KEY.public))
    for slot, _, _ in journals["HQ"]:
        reason = chain.check(slot)
        must(not reason, "I7", f"HQ slot {slot.n}: {reason}")
    expected: dict[str, dict[str, Mapping[str, Value]]] = defaultdict(dict)
    for _, document in documents:
        for write in REGISTRY.post(document):
            if SCHEMA[write.table].role is TableRole.LEDGER:
                expected[write.table][write.id] = SCHEMA[write.table].full(write.values)
    for name, found in rows.items():
        if SCHEMA[name].role is not TableRole.LEDGER:
            continue
        wanted = expected[name]
        must(
            found.keys() == wanted.keys(),
            "I1",
            f"HQ {name}: rows without document or documents without row: "
            f"{sorted(found.keys() ^ wanted.keys())[:3]}",
        )
        for row_id, values in wanted.items():
            stands = {column: found[row_id][column] for column in values}
            must(stands == values, "I1", f"HQ {name} {row_id} is not what was posted")


def _check_scopes(there: Connection, rows: Rows) -> None:
    """Head office's own heads are what its rows make."""
    for head in feed.all_heads(there):
        found = _of_scope(rows, head.scope, counted_only=False)
        must(
            (len(found), sum(found.values()) % MODULUS) == (head.count, head.digest),
            "I4",
            f"HQ {head.scope}: rows {len(found)}, head {head.count}",
        )


# Reading


def _journals(connection: Connection) -> dict[str, list[tuple[Slot, str, str]]]:
    """Slots with uid and verdict by device, in order."""
    columns = [journal.c[name] for name in (*Slot._fields, "uid", "verdict")]
    found: dict[str, list[tuple[Slot, str, str]]] = {}
    query = select(*columns).order_by(journal.c.device_id, journal.c.incarnation, journal.c.n)
    for row in connection.execute(query):
        found.setdefault(row.device_id, []).append((Slot(*row[:8]), row.uid, row.verdict))
    return found


def _decoded(
    journals: Mapping[str, list[tuple[Slot, str, str]]],
) -> list[tuple[Slot, Document]]:
    """The documents that were not kept aside."""
    return [
        (slot, _document(slot))
        for slots in journals.values()
        for slot, _, verdict in slots
        if verdict == "stored"
    ]


def _kept_but_ours(
    journals: Mapping[str, list[tuple[Slot, str, str]]], devices: Mapping[str, SimDevice]
) -> list[tuple[Slot, Document]]:
    """What people wrote against the rules: kept, but numbered like all the rest."""
    return [
        (slot, _document(slot))
        for name, device in devices.items()
        for slot, uid, _ in journals.get(name, [])
        if uid in device.wrong and slot.link_hash not in device.poison
    ]


def _document(slot: Slot) -> Document:
    try:
        return REGISTRY.decode(slot.stored)
    except UndecodableDocument as why:
        raise Broken("I1", f"{slot.device_id} slot {slot.n} was stored: {why}") from why


def _rows(connection: Connection) -> Rows:
    return {
        name: {row["id"]: dict(row) for row in connection.execute(select(table.table)).mappings()}
        for name, table in SCHEMA.tables.items()
    }


def _of_scope(rows: Rows, scope: str, *, counted_only: bool) -> dict[tuple[str, str], int]:
    """Digest of every row of a scope, computed from its columns."""
    found: dict[tuple[str, str], int] = {}
    for name, by_id in rows.items():
        table = SCHEMA[name]
        for row_id, row in by_id.items():
            if scope in table.scopes(row):
                digest = _digest(table, row_id, row)
                if counted_only and row["_slot"]:
                    # Only here, or changed by what head office keeps: its own version counts.
                    digest = int_of(row["_digest"])
                else:
                    must(digest == row["_digest"], "I4", f"{name} {row_id}: kept digest is wrong")
                if digest:
                    found[name, row_id] = digest
    return found


def _digest(table: Replicated, row_id: str, row: Mapping[str, Value]) -> int:
    return row_digest(table, row_id, row)
