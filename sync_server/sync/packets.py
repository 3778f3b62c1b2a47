"""What a device without a line sent by hand: the same handlers, and their answers in one letter."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import msgspec
from sqlalchemy import Connection, select

from shared.channel.tables import device_contact
from shared.core.errors import AccessDenied, Conflict, QutongError, RuleViolation
from shared.sync.appending import head_of
from shared.sync.limits import PAGE_ROWS, PUSH_DOCUMENTS_MAX, SLOT_MAX
from shared.sync.messages import Cursor, HelloAnswer, Pull, ScopeHead
from shared.sync.packets import (
    GOAL_BYTES,
    PACKET_ID_BYTES,
    DownLetter,
    Leaf,
    Pushed,
    Refusal,
    UpLetter,
)
from sync_server.store.devices import Device
from sync_server.sync import hello, pull, push
from sync_server.sync.contacts import Contact, write_contacts
from sync_server.sync.head_office import HeadOffice

Transaction = Callable[[], AbstractContextManager[Connection]]
_PUSHES_MAX = 1_000_000 // PUSH_DOCUMENTS_MAX


def take(
    letter: UpLetter,
    hq: HeadOffice,
    device: Device,
    *,
    write: Transaction,
    read: Transaction,
    now_us: int,
) -> DownLetter:
    """Take its documents up, batch by batch, each in a transaction of its own, and answer.

    A packet that was taken up before has no effect again: its slots are there already. What the
    handlers refuse is part of the answer. Raises: RuleViolation BAD_SLOT, TOO_MANY_SCOPES,
    BATCH_TOO_LARGE.
    """
    if len(letter.packet_id) != PACKET_ID_BYTES or len(letter.pushes) > _PUSHES_MAX:
        raise RuleViolation("BATCH_TOO_LARGE", limit=_PUSHES_MAX)
    pushes: list[Pushed] = []
    refusals: list[Refusal] = []
    for one in letter.pushes:
        try:
            with write() as connection:
                answer = push.ingest(connection, hq, device, one, now_us)
        except (RuleViolation, Conflict, AccessDenied) as error:
            refusals.append(_refusal("/push", error))
            break
        last_n = one.first_n + len(one.items) - 1
        pushes.append(Pushed(first_n=one.first_n, last_n=last_n, answer=answer))
    with write() as connection:
        _note(connection, hq, device, letter, now_us)
    with read() as connection:
        told, pages, is_whole = _rows(connection, hq, device, letter, now_us)
    return DownLetter(
        device_id=device.device_id,
        packet_id=letter.packet_id,
        made_at_us=now_us,
        hello=told,
        pushes=pushes,
        pages=pages,
        until_n=letter.until_n,
        refusals=refusals,
        is_whole=is_whole,
    )


def _note(
    connection: Connection, hq: HeadOffice, device: Device, letter: UpLetter, now_us: int
) -> None:
    """The device was heard of when it wrote the packet; an older one says nothing new."""
    seen_at_us = min(letter.made_at_us, now_us)
    c = device_contact.c
    query = select(c.seen_at_us).where(c.id == device.device_id)
    if (connection.execute(query).scalar() or 0) >= seen_at_us:
        return
    high, _ = head_of(connection, device.device_id, letter.hello.incarnation)
    contact = Contact(
        device_id=device.device_id,
        site_id=device.site_id,
        seen_at_us=seen_at_us,
        unsent=max(min(letter.hello.head_n, SLOT_MAX) - high, 0),
        program=letter.hello.program,
    )
    write_contacts(connection, hq, [contact])


def _refusal(path: str, error: QutongError) -> Refusal:
    return Refusal(path=path, code=error.code, params=dict(error.params))


def _rows(
    connection: Connection, hq: HeadOffice, device: Device, letter: UpLetter, now_us: int
) -> tuple[HelloAnswer, list[Leaf], bool]:
    """The hello after the pushes, and every page it announces, as of one moment."""
    scopes = hq.directory.scopes_of_device(connection, device.device_id)
    told = hello.answer(connection, hq, device, scopes, letter.hello, now_us)
    # No second question can be asked: rows come as pages, and bytes of others wait for a line.
    manifest = [msgspec.structs.replace(head, snapshot="") for head in told.manifest]
    told = msgspec.structs.replace(told, manifest=manifest, has_bytes=[])
    held = {cursor.scope: cursor for cursor in letter.hello.cursors}
    pages: list[Leaf] = []
    room = GOAL_BYTES
    for head in manifest:
        for after in _starts(head, held.get(head.scope)):
            for page in _pages(connection, hq, scopes, device, letter, head, after):
                pages.append(page)
                room -= len(msgspec.msgpack.encode(page))
                if room < 0:
                    return told, pages, False
    return told, pages, True


def _starts(head: ScopeHead, cursor: Cursor | None) -> list[int]:
    """Where the device will ask from: its cursor, or the beginning where it begins anew."""
    if cursor is None or cursor.generation != head.generation or cursor.seq > head.head:
        return [0]
    # Only the device knows when it began the scope, and so whether it begins anew here.
    return [cursor.seq, 0] if 0 < cursor.seq < head.floor else [cursor.seq]


def _pages(
    connection: Connection,
    hq: HeadOffice,
    scopes: tuple[str, ...],
    device: Device,
    letter: UpLetter,
    head: ScopeHead,
    after: int,
) -> Iterator[Leaf]:
    while True:
        asked = Pull(
            scope=head.scope,
            generation=head.generation,
            after=after,
            limit=PAGE_ROWS,
            incarnation=letter.hello.incarnation,
            begun=head.head,
        )
        page = pull.page(connection, hq.replica.schema, scopes, device, asked)
        yield Leaf(after=after, page=page)
        if page.until >= page.head:
            return
        after = page.until
