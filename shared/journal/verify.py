"""A small separate program that reads a journal and names the first slot that is not as written.

``python -m shared.journal.verify FILE [--key HEX] [--head N:HASH]`` takes a spool, or the
database of a device or of head office. It finds any edit, deletion, insertion, reorder; a cut
tail it finds by the countersigned heads in the file, or by the one it is given. It shares nothing
with the programs that post documents but the definition of link and record.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.journal.chain import (
    GENESIS,
    Slot,
    VerifyKey,
    document_hash,
    is_head_office,
    link_hash,
)
from shared.journal.spool import (
    Damage,
    Placed,
    SpoolForgotten,
    SpoolHead,
    SpoolIdentity,
    SpoolKept,
    SpoolSlot,
    read_spool,
    standing,
)

_SQLITE = b"SQLite format 3\x00"
_ENVELOPE = msgspec.msgpack.Decoder(tuple[list[Any], msgspec.Raw])


class Fault(NamedTuple):
    """The first slot of a journal that is not as it was written, and why."""

    device_id: str
    incarnation: int
    n: int
    reason: str


@dataclass(slots=True)
class Chain:
    """One journal as read so far: the next slot must continue it."""

    device_id: str
    incarnation: int
    key: VerifyKey | None
    last: int = 0
    head: bytes = GENESIS
    links: list[bytes] = field(default_factory=list)
    signed_n: int = 0
    """The last slot whose link carries the device's signature."""
    forgotten: int = 0
    forgotten_n: int = 0
    """How many slots are here without their bytes, and the last of them: these must be at head
    office."""

    def check(self, slot: Slot, *, is_kept: bool = False) -> str:
        """Why this slot is not the next one; '' when it is, and then it is."""
        hashed = slot.hash if slot.is_forgotten else document_hash(slot.stored)
        link = link_hash(slot.device_id, slot.incarnation, slot.n, self.head, hashed)
        reason = self._place(slot) or self._content(slot, hashed, link, is_kept)
        if not reason:
            self.last, self.head = slot.n, link
            self.links.append(link)
            if slot.link_signature:
                self.signed_n = slot.n
            if slot.is_forgotten:
                self.forgotten, self.forgotten_n = self.forgotten + 1, slot.n
        return reason

    def _place(self, slot: Slot) -> str:
        if (slot.device_id, slot.incarnation) != (self.device_id, self.incarnation):
            return "belongs to another journal"
        if slot.n != self.last + 1:
            return f"slot {slot.n} stands in its place"
        return ""

    def _content(self, slot: Slot, hashed: bytes, link: bytes, is_kept: bool) -> str:
        if slot.hash != hashed:
            return "the document is not the one that was hashed"
        if slot.link_hash != link:
            return "the link does not continue the slot before"
        if self.key is None:
            return "the key of this journal is not known; give it with --key"
        if slot.link_signature and not self.key.link_good(link, slot.link_signature):
            return "the link's signature is bad"
        # What head office keeps aside may be badly signed: that can be why.
        if is_kept or slot.is_forgotten:
            return ""
        if not self.key.document_good(slot.stored, slot.signature):
            return "the document's signature is bad"
        return _header_fault(slot)

    def reaches(self, n: int, head: bytes) -> str:
        """Why this journal does not hold the acknowledged slot ``n``; '' when it does."""
        if n > self.last:
            return f"is missing: the journal reached slot {n} once"
        if n > 0 and self.links[n - 1] != head:
            return "is not the one head office acknowledged"
        return ""

    def fault(self, reason: str, n: int | None = None) -> Fault:
        """The fault at ``n``, or at the slot that should come next."""
        return Fault(self.device_id, self.incarnation, self.last + 1 if n is None else n, reason)


def _header_fault(slot: Slot) -> str:
    try:
        header, _ = _ENVELOPE.decode(slot.stored)
        device_id = header[3]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return "the document cannot be read"
    return "" if device_id == slot.device_id else "the document names another device"


def verify_spool(data: bytes, *, key: bytes | None = None) -> tuple[list[Chain], Fault | None]:
    """Read a spool from its start; stops at the first fault.

    ``key`` is the device's public key as known from elsewhere; without it the file's own counts.
    """
    spooled = read_spool(data)
    parts: list[Placed | Damage] = sorted(
        [*standing(spooled.records), *spooled.damages], key=lambda part: part.start
    )
    chains: dict[int, Chain] = {}
    identity: SpoolIdentity | None = None
    current = Chain("", 1, None)
    received: dict[int, int] = {}
    for part in parts:
        if isinstance(part, Damage):
            return list(chains.values()), current.fault("cannot be read")
        record = part.record
        if isinstance(record, SpoolIdentity):
            reason = _identity_fault(record, identity, key)
            identity = record
            current = chains.setdefault(
                record.incarnation,
                Chain(record.device_id, record.incarnation, VerifyKey(record.public_key)),
            )
            if reason:
                return list(chains.values()), current.fault(reason)
        elif identity is None:
            return [], Fault(record.device_id, record.incarnation, 1, "no identity before it")
        elif fault := _spooled_fault(chains, current, record, identity):
            return list(chains.values()), fault
        elif isinstance(record, SpoolHead):
            received[record.incarnation] = max(received.get(record.incarnation, 0), record.n)
    if identity is None:
        return [], Fault("", 1, 1, "the file is empty")
    for chain in chains.values():
        if fault := _forgotten_fault(chain, received.get(chain.incarnation, 0)):
            return list(chains.values()), fault
    return list(chains.values()), None


def _forgotten_fault(chain: Chain, received_n: int) -> Fault | None:
    """Only bytes head office countersigned may be gone."""
    if chain.forgotten_n > received_n:
        return chain.fault("is without its bytes, and head office has no receipt", received_n + 1)
    return None


def _identity_fault(record: SpoolIdentity, before: SpoolIdentity | None, key: bytes | None) -> str:
    if not record.good():
        return "the identity's signature is bad"
    if key is not None and record.public_key != key:
        return "the identity has another key"
    if before and (record.device_id, record.public_key) != (before.device_id, before.public_key):
        return "the identity is another device's"
    return ""


def _spooled_fault(
    chains: Mapping[int, Chain],
    current: Chain,
    record: SpoolSlot | SpoolHead | SpoolKept | SpoolForgotten,
    identity: SpoolIdentity,
) -> Fault | None:
    chain = chains.get(record.incarnation)
    if chain is None or record.device_id != chain.device_id:
        return current.fault("belongs to another journal")
    if isinstance(record, SpoolSlot | SpoolForgotten):
        reason = chain.check(record.slot())
        if not reason and not record.link_signature:
            reason = "the link is not signed"
            return chain.fault(reason, record.n)
        return chain.fault(reason) if reason else None
    if isinstance(record, SpoolKept):
        return chain.fault("is noted as kept and missing") if record.n > chain.last else None
    if not record.n:
        # A restored head office had nothing of this journal.
        return None
    reason = chain.reaches(record.n, record.link_hash)
    if reason:
        return chain.fault(reason, min(record.n, chain.last + 1))
    if not VerifyKey(identity.hq_public_key).head_good(record.link_hash, record.signature):
        return chain.fault("has a receipt head office did not sign", record.n)
    return None


def verify_database(path: Path, *, key: bytes | None = None) -> tuple[list[Chain], Fault | None]:
    """Read every journal of a device's or head office's SQLite database, in order of device,
    incarnation and slot; stops at the first fault. ``key`` serves journals whose key is not in
    the file."""
    driver = import_module("sqlcipher3.dbapi2")
    connection = driver.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return _database_faults(connection, key)
    except driver.DatabaseError as error:
        return [], Fault("", 0, 0, f"the database cannot be read: {error}")
    finally:
        connection.close()


def _database_faults(connection: Any, key: bytes | None) -> tuple[list[Chain], Fault | None]:
    keys = _keys_in(connection)
    chains: dict[tuple[str, int], Chain] = {}
    rows = connection.execute(
        "SELECT device_id, incarnation, n, stored, signature, hash, link_hash, link_signature,"
        " uid, kind, verdict FROM journal ORDER BY device_id, incarnation, n"
    )
    for row in rows:
        slot, (uid, kind, verdict) = Slot(*row[:8]), row[8:]
        public = keys.get(slot.device_id) or key or _office_key(keys, slot.device_id)
        chain = chains.setdefault(
            (slot.device_id, slot.incarnation),
            Chain(slot.device_id, slot.incarnation, VerifyKey(public) if public else None),
        )
        is_kept = verdict == "kept"
        reason = chain.check(slot, is_kept=is_kept)
        if reason:
            return list(chains.values()), chain.fault(reason)
        is_readable = not is_kept and not slot.is_forgotten
        if is_readable and _names(slot.stored) != (uid, kind):
            return list(chains.values()), chain.fault("is filed under another name", slot.n)
    return list(chains.values()), _tail_fault(connection, chains.values())


def _names(stored: bytes) -> tuple[str, str]:
    header, _ = _ENVELOPE.decode(stored)
    return header[0].hex(), header[1]


def _tail_fault(connection: Any, chains: Iterable[Chain]) -> Fault | None:
    for chain in chains:
        if chain.signed_n != chain.last:
            return chain.fault("the last slots are not signed", chain.signed_n + 1)
    by_name = {(chain.device_id, chain.incarnation): chain for chain in chains}
    receipts = _receipts_in(connection)
    received = {(one[0], one[1]): one[2] for one in receipts}
    for chain in chains:
        # Of an incarnation that has ended head office has all that was not linked anew.
        has_ended = chain.incarnation < _incarnation_of(connection, chain.device_id)
        n = chain.last if has_ended else received.get((chain.device_id, chain.incarnation), 0)
        if fault := _forgotten_fault(chain, n):
            return fault
    for device_id, incarnation, n, head, signature, hq_key in receipts:
        chain = by_name.get((device_id, incarnation), Chain(device_id, incarnation, None))
        if reason := chain.reaches(n, head):
            return chain.fault(reason, min(n, chain.last + 1))
        if not VerifyKey(hq_key).head_good(head, signature):
            return chain.fault("has a receipt head office did not sign", n)
    return None


def _keys_in(connection: Any) -> dict[str, bytes]:
    """Public keys by device: one's own on a device, everybody's at head office."""
    keys: dict[str, bytes] = {}
    if _has(connection, "device", "public_key"):
        for device_id, public in connection.execute("SELECT id, public_key FROM device"):
            keys[device_id] = bytes.fromhex(public)
    if _has(connection, "about", "value"):
        told = connection.execute("SELECT value FROM about WHERE name = 'public_key'").fetchone()
        if told:
            keys[""] = bytes.fromhex(told[0])
    if _has(connection, "this_device", "public_key"):
        rows = connection.execute("SELECT device_id, public_key FROM this_device")
        keys.update(rows)
    return keys


def _office_key(keys: dict[str, bytes], device_id: str) -> bytes | None:
    """Head office's workers, ``HQ`` and ``HQ-2``…, sign with one key."""
    return keys.get("") if is_head_office(device_id) else None


def _receipts_in(connection: Any) -> list[tuple[str, int, int, bytes, bytes, bytes]]:
    if not _has(connection, "this_device", "public_key"):
        return []
    rows = connection.execute(
        "SELECT d.device_id, d.incarnation, s.acknowledged_n, s.acknowledged_hash,"
        " s.head_signature, d.hq_public_key FROM this_device AS d, sync_state AS s"
        " WHERE s.acknowledged_n > 0"
    )
    return list(rows)


def _incarnation_of(connection: Any, device_id: str) -> int:
    """The incarnation a device is in now; 0 when this is not its own database."""
    if not _has(connection, "this_device", "public_key"):
        return 0
    row = connection.execute(
        "SELECT incarnation FROM this_device WHERE device_id = ?", (device_id,)
    ).fetchone()
    return int(row[0]) if row else 0


def _has(connection: Any, table: str, column: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, column)
    ).fetchone()
    return found is not None


def verify(
    path: Path, *, key: bytes | None = None, head: tuple[int, bytes] | None = None
) -> tuple[list[Chain], Fault | None]:
    """Verify a file of either sort; ``head`` is a slot and link hash it must hold.

    With several journals in one file, the head is looked for in each: one must hold it.
    """
    with path.open("rb") as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    if is_database:
        chains, fault = verify_database(path, key=key)
    else:
        chains, fault = verify_spool(path.read_bytes(), key=key)
    if fault or head is None:
        return chains, fault
    n, head_hash = head
    reasons = [chain.reaches(n, head_hash) for chain in chains]
    if all(reasons):
        chain = max(chains, key=lambda one: one.last, default=Chain("", 1, None))
        return chains, chain.fault(chain.reaches(n, head_hash), min(n, chain.last + 1))
    return chains, None


def _head(text: str) -> tuple[int, bytes]:
    number, _, head_hash = text.partition(":")
    if not number.isdecimal() or len(head_hash) != 64:
        raise argparse.ArgumentTypeError("a head is N:HASH with 64 hex digits")
    return int(number), bytes.fromhex(head_hash)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when every slot is as written, 1 when not."""
    parser = argparse.ArgumentParser(prog="python -m shared.journal.verify", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--key", type=bytes.fromhex, metavar="HEX", help="the public key")
    parser.add_argument("--head", type=_head, metavar="N:HASH", help="a slot it must hold")
    chosen = parser.parse_args(arguments)
    if not chosen.file.is_file():
        print(f"{chosen.file}: there is no such file", file=sys.stderr)
        return 1
    chains, fault = verify(chosen.file, key=chosen.key, head=chosen.head)
    for chain in chains:
        name = f"{chain.device_id} incarnation {chain.incarnation}"
        gone = f", {chain.forgotten} of them without their bytes" if chain.forgotten else ""
        print(f"{name}: slots 1 to {chain.last} are as written{gone}, head {chain.head.hex()}")
    if fault is None:
        return 0
    name = f"{fault.device_id} incarnation {fault.incarnation}"
    print(f"{name}: slot {fault.n} {fault.reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
