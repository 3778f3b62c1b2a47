"""``spool-in``: what a lost or revoked device had written is taken up from its spool (P07, P10)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from shared.channel.queries import scopes_of_place
from shared.core.clock import Clock
from shared.core.errors import RuleViolation, Unavailable
from shared.journal.chain import GENESIS
from shared.journal.spool import SpoolForgotten, SpoolSlot, read_spool
from shared.sync.appending import head_of
from shared.sync.limits import PUSH_BYTES_MAX, PUSH_DOCUMENTS_MAX
from shared.sync.messages import Push, PushItem
from shared.tasks.documents import TaskOpened, params_of
from sync_server.operations.home import Office
from sync_server.store.devices import Device, find_device
from sync_server.sync.head_office import draft_of, publish
from sync_server.sync.push import ingest

SPOOL_BYTES_MAX = 1 << 28
"""A spool of years; what is larger is no spool."""


class Taken(NamedTuple):
    """What came of a spool."""

    device_id: str
    new: int
    kept: int
    left: int
    """Behind a gap: the file is damaged there, and nothing proves what follows."""


def spool_in(office: Office, clock: Clock, device_id: str, path: Path, said_by: str) -> int:
    """Take a spool up and say what came. Raises: Unavailable SPOOL_UNREADABLE and as
    ``take_spool``."""
    try:
        with path.open("rb") as file:
            data = file.read(SPOOL_BYTES_MAX + 1)
    except OSError as error:
        raise Unavailable("SPOOL_UNREADABLE") from error
    taken = take_spool(office, clock, device_id, data, said_by)
    print(f"{taken.device_id}: {taken.new} documents are new here, {taken.kept} of them are kept")
    if taken.left:
        print(f"{taken.left} documents stand behind a damaged place and were not taken up")
    return 0


def take_spool(office: Office, clock: Clock, device_id: str, data: bytes, said_by: str) -> Taken:
    """Take up what head office lacks of a device's own slots, as if it had sent them itself.

    Facts are never refused, a revoked device's neither: somebody of head office brings the file
    and answers for it by name, and a task says so. Each slot must continue the chain and bear the
    device's signature, so nobody adds to it. The same file again changes nothing.

    Raises: RuleViolation DEVICE_UNKNOWN, SPOOL_TOO_LARGE, SPOOL_FOREIGN; Conflict
    JOURNAL_FORKED; AccessDenied BAD_LINK_SIGNATURE.
    """
    if len(data) > SPOOL_BYTES_MAX:
        raise RuleViolation("SPOOL_TOO_LARGE", limit=SPOOL_BYTES_MAX)
    with office.database.read() as connection:
        device = find_device(connection, device_id)
    if device is None:
        raise RuleViolation("DEVICE_UNKNOWN", device=device_id)
    # What it wrote is judged by where it stood: a revoked device may hold nothing any more.
    place = replace(
        office.hq.directory,
        scopes_of_device=lambda connection, _: scopes_of_place(connection, device),
    )
    hq = replace(office.hq, directory=place)
    own = _own(data, device_id)
    if not own:
        raise RuleViolation("SPOOL_FOREIGN", device=device_id)
    new = kept = left = 0
    incarnations = sorted({one.incarnation for one in own})
    for incarnation in incarnations:
        with office.database.read() as connection:
            high, link = head_of(connection, device_id, incarnation)
        journal = {one.n: one for one in own if one.incarnation == incarnation}
        head = journal.get(high)
        if head is not None and head.link_hash != link and incarnation != incarnations[-1]:
            # A disk that was put back: head office has the former life's, and what this one wrote
            # was linked anew in the next incarnation.
            continue
        following = list(_following(journal, high))
        left += sum(n > high for n in journal) - len(following)
        for batch in _pieces(following):
            pushed = _push(incarnation, journal.get(batch[0].n - 1), batch)
            with office.database.write() as connection:
                answer = ingest(connection, hq, device, pushed, clock.now_us())
            new += len(batch)
            kept += sum(verdict.outcome == "kept" for verdict in answer.verdicts)
    taken = Taken(device_id, new, kept, left)
    if new:
        with office.database.write() as connection:
            _tell(connection, office, clock.now_us(), device, taken, said_by)
    return taken


def _own(data: bytes, device_id: str) -> list[SpoolSlot | SpoolForgotten]:
    records = (placed.record for placed in read_spool(data).records)
    own = (one for one in records if isinstance(one, SpoolSlot | SpoolForgotten))
    return [one for one in own if one.device_id == device_id]


def _following(journal: Mapping[int, SpoolSlot | SpoolForgotten], high: int) -> Iterator[SpoolSlot]:
    """The slots behind ``high``, as far as each continues the one before."""
    n = high + 1
    while isinstance(slot := journal.get(n), SpoolSlot):
        yield slot
        n += 1


def _push(
    incarnation: int, before: SpoolSlot | SpoolForgotten | None, batch: Sequence[SpoolSlot]
) -> Push:
    return Push(
        incarnation=incarnation,
        first_n=batch[0].n,
        previous_hash=before.link_hash if before else GENESIS,
        items=[PushItem(stored=slot.stored, signature=slot.signature) for slot in batch],
        head_signature=batch[-1].link_signature,
    )


def _pieces(slots: Sequence[SpoolSlot]) -> Iterator[list[SpoolSlot]]:
    """The slots in batches within the bounds of one."""
    piece: list[SpoolSlot] = []
    size = 0
    for slot in slots:
        size += len(slot.stored)
        if piece and (len(piece) >= PUSH_DOCUMENTS_MAX or size > PUSH_BYTES_MAX):
            yield piece
            piece, size = [], len(slot.stored)
        piece.append(slot)
    if piece:
        yield piece


def _tell(
    connection: Connection,
    office: Office,
    now_us: int,
    device: Device,
    taken: Taken,
    said_by: str,
) -> None:
    task = TaskOpened(
        code="SPOOL_TAKEN",
        subject=device.device_id,
        site_id=device.site_id,
        params=params_of({"device": device.device_id, "count": taken.new, "by": said_by}),
    )
    draft = draft_of(office.hq, task, now_us, site_id=device.site_id)
    publish(connection, office.hq, [draft], now_us)
