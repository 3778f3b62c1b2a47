"""Codes that head office's desktops made: found by hash among the invitations they published."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.channel.tables import device_invitation
from shared.sync.requests import code_hash
from sync_server.store.devices import find_device


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A device that may enrol, as a code made on the command line names it."""

    code_hash: bytes
    device_id: str
    device_type: str
    site_id: str
    tag: str
    expires_at_us: int
    used_at_us: int
    """Not 0 once the device is there: head office invites no device that exists (P10)."""


def invited(connection: Connection, code: str, *, lock: bool = False) -> Invitation | None:
    """The invitation this code belongs to; with ``lock`` nobody else uses it meanwhile."""
    hashed = code_hash(code)
    statement = select(device_invitation).where(device_invitation.c.code_hash == hashed.hex())
    rows = connection.execute(statement.with_for_update() if lock else statement).all()
    if len(rows) != 1:
        return None
    (row,) = rows
    is_there = find_device(connection, row.id) is not None
    return Invitation(
        code_hash=hashed,
        device_id=row.id,
        device_type=row.device_type,
        site_id=row.site_id,
        tag=row.tag,
        expires_at_us=row.expires_at_us,
        used_at_us=row.invited_at_us if is_there else 0,
    )
