"""The first word of a sync: how much head office has, and which scopes moved."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shared.core.errors import RuleViolation
from shared.sync.appending import head_of
from shared.sync.limits import CURSORS_MAX, INCARNATION_MAX, NONCE_BYTES_MAX
from shared.sync.messages import PROTOCOL, Cursor, Hello, HelloAnswer, ScopeHead
from sync_server.store.devices import Device
from sync_server.store.durable import durable_of
from sync_server.store.recovery import is_recovering, recovered_from_us
from sync_server.sync import envelopes, feed
from sync_server.sync.head_office import HeadOffice

PROTOCOL_MIN = 1


def answer(
    connection: Connection,
    hq: HeadOffice,
    device: Device,
    scopes: Sequence[str],
    hello: Hello,
    now_us: int,
) -> HelloAnswer:
    """Tell a device where both stand; the manifest names only the scopes that moved.

    Raises RuleViolation BAD_SLOT, TOO_MANY_SCOPES.
    """
    if not 0 < hello.incarnation <= INCARNATION_MAX:
        raise RuleViolation("BAD_SLOT", n=0)
    if len(hello.cursors) > CURSORS_MAX:
        raise RuleViolation("TOO_MANY_SCOPES", limit=CURSORS_MAX)
    high, high_hash = head_of(connection, device.device_id, hello.incarnation)
    safe = durable_of(connection, device.device_id, hello.incarnation)
    manifest = moved(feed.heads_of(connection, scopes), hello.cursors)
    return HelloAnswer(
        protocol_min=PROTOCOL_MIN,
        protocol_max=PROTOCOL,
        epoch=hq.epoch,
        high_water=high,
        high_hash=high_hash if high else b"",
        head_signature=hq.author.key.sign_head(high_hash) if high else b"",
        server_time_us=now_us,
        scopes=list(scopes),
        manifest=manifest,
        has_bytes=envelopes.scopes_with_bytes(connection, device, manifest, hello.cursors),
        nonce=hello.nonce[:NONCE_BYTES_MAX],
        is_recovering=is_recovering(connection),
        recovered_from_us=recovered_from_us(connection),
        durable_n=safe.n,
        durable_hash=safe.link_hash,
    )


def moved(heads: Sequence[ScopeHead], cursors: Sequence[Cursor]) -> list[ScopeHead]:
    """The heads that differ from the device's cursors, new scopes included.

    A scope whose digest is another one although nothing moved is named, too: it is compared.
    """
    known = {cursor.scope: cursor for cursor in cursors}
    return [head for head in heads if not _is_held(head, known.get(head.scope))]


def _is_held(head: ScopeHead, cursor: Cursor | None) -> bool:
    if cursor is None or (cursor.generation, cursor.seq) != (head.generation, head.head):
        return False
    return cursor.digest in {-1, head.digest}
