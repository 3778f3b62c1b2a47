"""What must hold of a device at any time, and of everybody when it is quiet."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from desktop.store.identity import load_identity, load_state
from shared.areas import REGISTRY, SCHEMA
from shared.journal.chain import Slot, VerifyKey
from shared.journal.document import Document, Header, Value
from shared.journal.kind import UndecodableDocument
from shared.journal.tables import journal
from shared.journal.verify import Chain, verify_spool
from shared.ordering.documents import (
    OrderCancelRequested,
    OrderDecided,
    OrderDecisionRequested,
    RequestRefused,
)
from shared.pricing.documents import (
    PriceVersionPublished,
    PriceVersionRejected,
    PriceVersionSealed,
)
from shared.sync.digest import MODULUS, row_digest
from shared.sync.holding import cursors
from shared.sync.replica import Owns, everything
from shared.sync.tables import Balance, Replicated, TableRole
from sync_server.sync import feed
from tests.simulation.device import SimDevice, key_of
from tests.simulation.head_office import HQ_KEY, SimHeadOffice
from tests.simulation.stage import Broken, must

Rows = dict[str, dict[str, dict[str, Value]]]
"""Whole rows by table and id, system columns included."""


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
        _check_balances(connection, device.name, device.running.replica.owns)

    device.running.read(look)


# Everything, when it is quiet


def check_everything(devices: Mapping[str, SimDevice], office: SimHeadOffice) -> None:
    """All invariants over all replicas. Raises Broken."""
    with office.database.read() as there:
        journals = _journals(there)
        documents = _decoded(journals)
        rows = _rows(there)
        for device in devices.values():
            device.running.read(
                lambda here, one=device: _check_replica(one, here, there, journals, rows)
            )
        _check_head_office(there, journals, documents, rows)
        numbered = documents + _kept_but_ours(journals, devices)
        _check_series(sorted(numbered, key=lambda one: one[0][:3]))
        _check_decisions(documents)
        _check_sales(rows)
        _check_balances(there, "HQ", everything)
        _check_totals(there)
        _check_scopes(there, rows)


def _check_replica(
    device: SimDevice,
    here: Connection,
    there: Connection,
    journals: Mapping[str, list[tuple[Slot, str, str]]],
    office_rows: Rows,
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
            f"{device.name} {scope}: rows differ {_difference(counted, at_office)}",
        )
        must(
            (len(counted), sum(counted.values()) % MODULUS) == (head.count, head.digest),
            "I4",
            f"{device.name} {scope}: the rows do not make the digest",
        )
    _check_balances(here, device.name, device.running.replica.owns)


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


def _check_series(documents: Iterable[tuple[Slot, Document]]) -> None:
    """1..n per device and series, in the order of the slots."""
    last: Counter[tuple[str, str]] = Counter()
    for slot, document in documents:
        series = REGISTRY.named(document.header.kind).series
        if not series:
            continue
        last[slot.device_id, series] += 1
        running = document.header.number.rpartition("-")[2]
        must(
            running == f"{last[slot.device_id, series]:06d}",
            "I6",
            f"{slot.device_id} slot {slot.n} is {document.header.number}",
        )


def _check_decisions(documents: Iterable[tuple[Slot, Document]]) -> None:
    """Every request one answer, every order one decision, every version one word."""
    asked: list[Header] = []
    answers: Counter[bytes] = Counter()
    decided: Counter[bytes] = Counter()
    versions: Counter[str] = Counter()
    numbers: list[int] = []
    for _, document in documents:
        body = document.body
        if isinstance(body, OrderCancelRequested | OrderDecisionRequested):
            asked.append(document.header)
        elif isinstance(body, OrderDecided | RequestRefused):
            answers[document.header.predecessor] += 1
            if isinstance(body, OrderDecided):
                decided[body.order_uid] += 1
        elif isinstance(body, PriceVersionSealed | PriceVersionRejected):
            versions[body.version_id] += 1
            if isinstance(body, PriceVersionSealed):
                numbers.append(body.number)
        elif isinstance(body, PriceVersionPublished):
            versions[document.header.uid.hex()] += 0
    for header in asked:
        must(answers[header.uid] == 1, "I13", f"{header.uid.hex()}: {answers[header.uid]} answers")
    for uid, times in decided.items():
        must(times == 1, "I13", f"order {uid.hex()} was decided {times} times")
    for version_id, times in versions.items():
        must(times == 1, "I13", f"version {version_id} has {times} answers")
    must(numbers == list(range(1, len(numbers) + 1)), "I13", f"versions are numbered {numbers}")


def _check_sales(rows: Rows) -> None:
    """What a sale earned is what was paid, is owed, was rounded, and does not fit."""
    paid: Counter[Value] = Counter()
    earned: Counter[Value] = Counter()
    ends: dict[Value, Counter[Value]] = defaultdict(Counter)
    for row in rows["account_entry"].values():
        document, amount = row["document"], _int(row["amount_minor"])
        must(amount > 0, "I3", f"entry of {document} is {amount}")
        for end, sign in ((row["debit_account"], 1), (row["credit_account"], -1)):
            ends[document][end] += sign * amount
            if str(end).endswith("/revenue"):
                earned[document] -= sign * amount
    for row in rows["sale_line"].values():
        paid[row["document"]] += _int(row["amount_minor"])
    for document, sums in ends.items():
        must(sum(sums.values()) == 0, "I3", f"{document} does not balance")
    for sale_id, row in rows["sale"].items():
        must(
            earned[sale_id] == paid[sale_id],
            "I3",
            f"sale {sale_id} earned {earned[sale_id]}, its lines are {paid[sale_id]}",
        )
        rounded = -ends[sale_id]["rounding"]
        must(rounded == row["rounding_minor"], "I3", f"sale {sale_id} rounds by {rounded}")


def _check_scopes(there: Connection, rows: Rows) -> None:
    """Head office's own heads are what its rows make."""
    for head in feed.all_heads(there):
        found = _of_scope(rows, head.scope, counted_only=False)
        must(
            (len(found), sum(found.values()) % MODULUS) == (head.count, head.digest),
            "I4",
            f"HQ {head.scope}: rows {len(found)}, head {head.count}",
        )


# Sums


def _check_balances(connection: Connection, name: str, owns: Owns) -> None:
    for table in SCHEMA.tables.values():
        if table.balances:
            moves = [dict(row) for row in connection.execute(select(table.table)).mappings()]
            for balance in table.balances:
                _check_balance(connection, name, balance, moves, owns)


def _check_balance(
    connection: Connection,
    name: str,
    balance: Balance,
    moves: list[dict[str, Value]],
    owns: Owns,
) -> None:
    sums: dict[tuple[Value, ...], list[int]] = {}
    for row in moves:
        keys = tuple(row[key] for key in balance.keys)
        for place, column in enumerate((balance.to_column, balance.from_column)):
            end = row[column]
            if owns(str(end)):
                sums.setdefault((end, *keys), [0, 0])[place] += _int(row[balance.amount])
    names = ("end", *balance.keys, "came_in", "went_out")
    kept = {
        tuple(row[:-2]): list(row[-2:])
        for row in connection.execute(select(*(balance.table.c[one] for one in names)))
        if any(row[-2:])
    }
    must(
        kept == sums,
        "I2",
        f"{name} {balance.table.name}: {_difference(_plain(kept), _plain(sums))}",
    )


def _plain(sums: Mapping[tuple[Value, ...], list[int]]) -> dict[str, object]:
    return {"|".join(map(str, key)): value for key, value in sums.items()}


def _check_totals(there: Connection) -> None:
    """Over all ends head office's balances are zero."""
    for table in SCHEMA.tables.values():
        for balance in table.balances:
            totals: Counter[tuple[Value, ...]] = Counter()
            columns = [balance.table.c[one] for one in (*balance.keys, "came_in", "went_out")]
            for row in there.execute(select(*columns)):
                totals[tuple(row[:-2])] += row[-2] - row[-1]
            wrong = {key: total for key, total in totals.items() if total}
            must(not wrong, "I2", f"HQ {balance.table.name} does not add to zero: {wrong}")


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
                    digest = _int(row["_digest"])
                else:
                    must(digest == row["_digest"], "I4", f"{name} {row_id}: kept digest is wrong")
                if digest:
                    found[name, row_id] = digest
    return found


def _digest(table: Replicated, row_id: str, row: Mapping[str, Value]) -> int:
    return row_digest(table, row_id, row)


def _int(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _difference(one: Mapping[object, object], other: Mapping[object, object]) -> str:
    """The first few keys in which two mappings differ."""
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    return "; ".join(f"{key}: {one.get(key)} / {other.get(key)}" for key in keys[:3])
