"""Judging one slot: read, verified, checked and posted in memory, before any row is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.errors import QutongError, RuleViolation
from shared.core.ids import uid_text
from shared.journal.chain import Slot, VerifyKey
from shared.journal.document import Document, Header, Write
from shared.journal.kind import UndecodableDocument
from shared.sync.bounds import excess, header_excess
from shared.sync.limits import DOCUMENT_BYTES_MAX
from shared.sync.messages import Verdict
from sync_server.store.devices import Device
from sync_server.sync.authority import AuthorityCheck
from sync_server.sync.head_office import HeadOffice

STORED = "stored"
ALREADY = "already"
KEPT = "kept"
DERIVING_FAULTS = (
    QutongError,
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AssertionError,
)
"""What code that meets a nonsensical document raises; a fault of the machine is none of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One new slot and what becomes of it."""

    slot: Slot
    document: Document | None
    """None when the bytes are no document of this program."""
    writes: Sequence[Write] = ()
    outcome: str = STORED
    code: str = ""

    @property
    def header(self) -> Header | None:
        return self.document.header if self.document else None

    @property
    def verdict(self) -> Verdict:
        return Verdict(n=self.slot.n, outcome=self.outcome, code=self.code)


def judge(hq: HeadOffice, device: Device, check: AuthorityCheck, slot: Slot) -> Judged:
    """Read, verify, check and post one document in memory; no row is written yet."""
    document, code = _read(hq, slot)
    if document is None:
        return Judged(slot=slot, document=None, outcome=KEPT, code=code)
    if not VerifyKey(device.public_key).document_good(slot.stored, slot.signature):
        code = "BAD_SIGNATURE"
    elif document.header.device_id != device.device_id:
        code = "FOREIGN_DEVICE"
    else:
        code = header_excess(document.header)
    if code:
        return Judged(slot=slot, document=document, outcome=KEPT, code=code)
    try:
        writes: Sequence[Write] = hq.replica.registry.post(document)
        code = excess(hq.replica.schema, writes) or check.breach(document, writes)
        kind = hq.replica.registry.named(document.header.kind)
        writes = writes if code else check.beneath(kind, writes)
    except DERIVING_FAULTS:
        code = "POSTING_FAILED"
    if code:
        return Judged(slot=slot, document=document, outcome=KEPT, code=code)
    return Judged(slot=slot, document=document, writes=writes)


def _read(hq: HeadOffice, slot: Slot) -> tuple[Document | None, str]:
    if len(slot.stored) > DOCUMENT_BYTES_MAX:
        return None, "DOCUMENT_TOO_LARGE"
    try:
        document = hq.replica.registry.decode(slot.stored)
        uid_text(document.header.uid)
    except UndecodableDocument as error:
        return None, error.code
    except RuleViolation:
        return None, "UNREADABLE_DOCUMENT"
    return document, ""
