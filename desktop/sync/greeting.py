"""The first word of a sync, on a line and in a packet alike: how far this device is."""

from sqlalchemy import Connection

from shared.core.version import VERSION
from shared.sync.appending import head_of
from shared.sync.holding import cursors
from shared.sync.messages import PROTOCOL, Cursor, Hello


def hello_of(
    connection: Connection, device_id: str, incarnation: int, *, epoch: str, nonce: bytes = b""
) -> Hello:
    """How long the journal is, and how far each scope came; the answer repeats the nonce."""
    n, head_hash = head_of(connection, device_id, incarnation)
    return Hello(
        protocol=PROTOCOL,
        incarnation=incarnation,
        epoch=epoch,
        head_n=n,
        head_hash=head_hash,
        cursors=[
            Cursor(scope=row.scope, generation=row.generation, seq=row.seq, digest=row.digest)
            for row in cursors(connection)
        ],
        program=VERSION,
        nonce=nonce,
    )
