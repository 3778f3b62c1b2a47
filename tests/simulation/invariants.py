"""What must hold: I1 to I13 of the sync design, cheap ones after every step, all when it is quiet.

======  =======================================================================  ===============
I1      what somebody saw done is at head office, exactly once                    `check_seen`
I2      kept balances are the sums of their moves; over all ends they are zero    `books`
I3      debits are credits                                                        `books`
I4      equal scope, equal digest, equal rows                                     `_check_scopes`
I5      no row outside the scopes of who holds it, no scope nobody granted        `_check_held`
I6      numbers 1..n per series; doubled ones only where a disk was copied        `books`
I7      chains verify to their head, countersigned heads are prefixes             `_check_chains`
I8      a sale comes to the same cent from what is stored                         `books`
I9      a printed Z report never changes                                          `_check_z`
I10     nothing is spent beyond a lease; what copies of a disk doubled is listed  `leasing`
I11     *received* is withdrawn only under a new epoch, *durable* never           `check_step`
I12     bytes are forgotten only after *durable*                                  `check_step`
I13     a decided request is never decided again                                  `books`
======  =======================================================================  ===============
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from shared.areas import SCHEMA
from shared.journal.chain import VerifyKey, is_head_office
from shared.journal.document import Document, Value
from shared.journal.verify import Chain
from shared.sales.queries.shifts import shift_report
from shared.sync.digest import MODULUS
from shared.sync.relinking import ONLY_HERE
from shared.sync.replica import everything
from shared.sync.tables import TableRole
from tests.simulation.books import (
    Told,
    check_balances,
    check_decisions,
    check_entries,
    check_openings,
    check_recomputed,
    check_totals,
    difference,
)
from tests.simulation.chains import (
    check_device_against,
    check_numbers,
    check_once,
    check_revoked,
    check_seen,
    mark_of,
)
from tests.simulation.device import SimDevice
from tests.simulation.durable import check_forgotten
from tests.simulation.head_office import HQ_KEY, SimHeadOffice
from tests.simulation.house import ACCOUNT_OF
from tests.simulation.leasing import check_leases
from tests.simulation.reading import (
    Held,
    Journals,
    Reader,
    Rows,
    document_of,
    journals_of,
    writes_of,
)
from tests.simulation.stage import Broken, must

Digests = dict[tuple[str, str], int]
"""Digests of a scope's rows by table and id."""
_HERE = "SELECT hash FROM journal WHERE uid = ? AND device_id = ?"
_MOVED = "SELECT table_name, id, scopes FROM moved_row"
_CURSORS = "SELECT scope, seq, count, digest FROM scope_cursor"
_HEADS = "SELECT scope, head, count, digest FROM scope_head"


# Cheap: after every step, of the device that acted


def check_step(device: SimDevice) -> None:
    """I1, I11, I12: the last thing somebody saw done stands here; receipts are never withdrawn."""
    if device.store is None:
        return
    if device.confirmed:
        last = device.confirmed[-1]
        found = [row[0] for row in device.disk.look(_HERE, last.uid, device.name)]
        must(last.hash in found, "I1", f"{device.label} lost slot {last.n}, which was seen done")
    check_forgotten(device)
    mark = mark_of(device.disk)
    before, device.mark = device.mark, mark
    if before is None or mark is None or before[:2] != mark[:2]:
        return
    is_forward = mark.received_n >= before.received_n
    must(is_forward, "I11", f"{device.label}: received {before.received_n}, now {mark.received_n}")


def check_device(device: SimDevice) -> None:
    """I1, I2, after a start: what somebody saw done is in the journal; sums are the moves'."""
    here = {row[0] for row in device.disk.look("SELECT hash FROM journal")}
    for one in device.confirmed:
        told = f"{device.label} lost slot {one.n}, which somebody saw done"
        must(one.hash in here, "I1", told)
    rows = Reader()
    ledgers = {
        name: rows.table(device.disk, table) if table.counted else {}
        for name, table in SCHEMA.tables.items()
    }
    device.fuse.is_asleep = True
    owns = device.running.replica.owns
    device.fuse.is_asleep = False
    check_balances(device.disk, ledgers, device.label, owns)


# Everything, when it is quiet


def check_everything(
    devices: Mapping[str, SimDevice],
    office: SimHeadOffice,
    promised: Mapping[str, Collection[str]],
) -> list[str]:
    """All invariants over all replicas; what head office answered, by its kinds and codes.

    ``promised`` says who held documents a restored head office lacked. Raises Broken.
    """
    reader = Reader()
    disk = office.disk
    journals, rows = journals_of(disk), reader.rows(disk)
    told = _told(journals)
    by_scope = _by_scope(rows, counted_only=False)
    heads = {scope: rest for scope, *rest in disk.look(_HEADS)}
    _check_heads(heads, by_scope)
    copies: dict[str, list[SimDevice]] = defaultdict(list)
    for device in devices.values():
        if device.is_revoked:
            check_revoked(device, journals)
            continue
        copies[device.name].append(device)
        check_device_against(device, journals)
        here = reader.rows(device.disk)
        _check_held(device, here, journals)
        _check_scopes(device, here, heads, by_scope)
        check_balances(device.disk, here, device.label, device.running.replica.owns)
        _check_z(device, office)
    for name, found in copies.items():
        check_seen(found, journals)
        check_numbers(name, found, journals, is_restored=office.restores > 0)
    late = {one.label for one in devices.values() if one.is_copied or one.has_joined_again}
    check_once(journals, promised, late)
    _check_head_office(journals, told, rows)
    has_one_journal = not office.restores and len(office.workers) == 1
    check_decisions(told, in_order=has_one_journal)
    recovering = disk.look("SELECT value FROM about WHERE name = 'recovering_since_us'")
    must(recovering in ([], [("",)]), "I1", "head office recovers still")
    check_entries(rows)
    check_recomputed(told, rows)
    check_balances(disk, rows, "HQ", everything)
    check_totals(disk)
    check_openings(rows)
    check_leases(disk, rows, {device.name for device in devices.values() if device.is_copied})
    own = [(slot, document) for slot, document in told if is_head_office(slot.device_id)]
    others = {slot.device_id for slot, _ in own} - {office.workers[0].author.device_id}
    return [f"{name} wrote" for name in sorted(others)] + [_answer(document) for _, document in own]


def _answer(document: Document) -> str:
    """``HQ request_refused ALREADY_DECIDED``: what runs of many seeds must have met."""
    code = getattr(document.body, "code", "") or getattr(document.body, "outcome", "")
    return f"HQ {document.header.kind} {code}".rstrip()


def _told(journals: Journals) -> Told:
    """The documents that were posted."""
    found = []
    for entries in journals.values():
        for slot, _, verdict in entries:
            if verdict == "stored":
                document = document_of(slot.stored)
                must(document is not None, "I1", f"{slot.device_id} {slot.n} cannot be read")
                assert document is not None
                found.append((slot, document))
    return found


# I4 and I5: what is held


def _check_held(device: SimDevice, rows: Rows, journals: Journals) -> None:
    """I5, I4: nothing outside the scopes; nothing unconfirmed but what head office keeps aside."""
    scopes = frozenset(row[0] for row in device.disk.look("SELECT scope FROM scope_cursor"))
    mark = mark_of(device.disk)
    own = journals.get((device.name, mark.incarnation), []) if mark else []
    kept = {entry.slot.n for entry in own if entry.verdict == "kept"}
    if device.is_copied:
        # Of an incarnation that is over: nothing will ever touch these rows.
        kept.add(ONLY_HERE)
    _check_granted(device, scopes)
    for table_name, found in rows.items():
        for row_id, row in found.items():
            place = f"{device.label} {table_name} {row_id}"
            must(not row.fact.aside, "I4", f"{place}: {sorted(row.fact.aside)} was not taken up")
            if row.slot:
                must(row.slot in kept, "I4", f"{place}: slot {row.slot} was never confirmed")
            elif scopes.isdisjoint(row.fact.scopes):
                raise Broken("I5", f"{place} is held outside its scopes")


def _check_granted(device: SimDevice, scopes: Collection[str]) -> None:
    """I5: a device of a site holds its site's and its account's scopes, and head office's none."""
    place = device.place
    if place.device_type == "hq":
        return
    account = ACCOUNT_OF.get(place.site_id, "")
    for scope in scopes:
        kind, _, name = scope.partition(":")
        is_own = {
            "site": name == place.site_id,
            "account": name == account or place.is_founded or account == "D1",
            "hq": False,
        }.get(kind, True)
        must(is_own, "I5", f"{device.label} holds the scope {scope}")


def _check_scopes(
    device: SimDevice,
    rows: Rows,
    heads: Mapping[str, Sequence[int]],
    at_office: Mapping[str, Digests],
) -> None:
    """I4: who holds a scope holds the rows head office has in it, and knows it by the digest."""
    counted = _by_scope(rows, counted_only=True)
    # What an own edit took elsewhere, and head office did not, counts where head office has it.
    for name, row_id, scopes in device.disk.look(_MOVED):
        row = rows[name][row_id]
        for scope in row.fact.scopes:
            counted[scope].pop((name, row_id), None)
        for scope in scopes.split("\n"):
            counted.setdefault(scope, {})[name, row_id] = row.digest
    for scope, *cursor in device.disk.look(_CURSORS):
        head = list(heads.get(scope, (0, 0, 0)))
        must(cursor == head, "I4", f"{device.label} {scope}: {cursor} there {head}")
        here, there = counted.get(scope, {}), at_office.get(scope, {})
        if here != there:
            told = difference(here, there)
            raise Broken("I4", f"{device.label} {scope}: rows differ {told}")


def _by_scope(rows: Rows, *, counted_only: bool) -> dict[str, Digests]:
    """The digest of every row, by scope, worked out from its columns."""
    found: dict[str, Digests] = defaultdict(dict)
    for name, by_id in rows.items():
        for row_id, row in by_id.items():
            digest = row.fact.digest
            if counted_only and row.slot:
                # Only here, or changed by what head office keeps: its own version counts.
                digest = row.digest
            else:
                must(digest == row.digest, "I4", f"{name} {row_id}: kept digest is wrong")
            if digest:
                for scope in row.fact.scopes:
                    found[scope][name, row_id] = digest
    return found


def _check_heads(heads: Mapping[str, Sequence[int]], by_scope: Mapping[str, Digests]) -> None:
    """I4: head office's own heads are what its rows make."""
    for scope in heads.keys() | by_scope.keys():
        digests = by_scope.get(scope, {}).values()
        _, count, digest = heads.get(scope, (0, 0, 0))
        is_same = (len(digests), sum(digests) % MODULUS) == (count, digest)
        must(is_same, "I4", f"HQ {scope}: rows {len(digests)}, head {count}")


# I9: Z reports


def _check_z(device: SimDevice, office: SimHeadOffice) -> None:
    """I9: a shift's report is what it was when it was printed, here and at head office.

    Two copies of one disk go on with one shift, and each prints what it knows of it.
    """
    if not device.printed or device.is_copied:
        return
    with office.database.read() as there:
        for shift_id, report in device.printed.items():
            here = device.running.read(lambda c, of=shift_id: shift_report(c, of))  # type: ignore[misc]
            must(here == report, "I9", f"{device.label} shift {shift_id} reads otherwise now")
            again = shift_report(there, shift_id)
            must(again == report, "I9", f"HQ shift {shift_id} of {device.label} reads otherwise")


# Head office itself


def _check_head_office(journals: Journals, told: Told, rows: Rows) -> None:
    """I7, I1: its own chains are whole; its ledgers hold what the documents say, each once."""
    key = VerifyKey(HQ_KEY.public)
    for (name, incarnation), entries in journals.items():
        if not is_head_office(name):
            continue
        chain = Chain(name, incarnation, key)
        for slot, _, _ in entries:
            reason = chain.check(slot)
            must(not reason, "I7", f"{name} {incarnation} slot {slot.n}: {reason}")
    expected: dict[str, dict[str, Mapping[str, Value]]] = defaultdict(dict)
    for slot, _ in told:
        for write in writes_of(slot.stored):
            if SCHEMA[write.table].role is TableRole.LEDGER:
                expected[write.table][write.id] = write.values
    for name, table in SCHEMA.tables.items():
        if table.role is TableRole.LEDGER:
            _check_ledger(name, rows[name], expected[name])


def _check_ledger(
    name: str, found: Mapping[str, Held], wanted: Mapping[str, Mapping[str, Value]]
) -> None:
    must(
        found.keys() == wanted.keys(),
        "I1",
        f"HQ {name}: rows without document or documents without row: "
        f"{sorted(found.keys() ^ wanted.keys())[:3]}",
    )
    for row_id, values in wanted.items():
        stands = {**found[row_id].fact.values, "period": ""}
        full = SCHEMA[name].full(values)
        is_same = all(stands[column] == value for column, value in full.items())
        must(is_same, "I1", f"HQ {name} {row_id} is not what was posted")
