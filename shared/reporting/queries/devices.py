"""The devices of the house: who they are, where, and when head office last heard of them."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from shared.channel.tables import device, device_contact, device_invitation, site

QUIET_AFTER_US: Final = 24 * 3600 * 1_000_000
"""A device that said nothing for a day is named beside the figures it may lack in (G04)."""


class DeviceState(StrEnum):
    """Where a device stands (P10)."""

    INVITED = "invited"
    """Its code was made and not used yet."""
    EXPIRED = "expired"
    """Its code was never used and is too old."""
    REFUSED = "refused"
    ACTIVE = "active"
    QUIET = "quiet"
    """Trusted, but silent for a day or more."""
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """A device as head office's list shows it."""

    device_id: str
    device_type: str
    site_id: str
    site_name: str
    tag: str
    state: DeviceState
    enrolled_at_us: int
    revoked_at_us: int
    expires_at_us: int
    """Until when its code may be used; 0 = no code is open."""
    code: str
    """Why an invitation was refused; '' otherwise."""
    seen_at_us: int
    """Last contact as head office knows it, minutes apart; 0 = never."""
    unsent: int
    """Documents it had not sent at that contact."""
    program: str
    """The version of Qutong it runs; '' = not told."""
    heard: str = ""
    """The hours in which it came, for guessing the next one."""

    @property
    def is_trusted(self) -> bool:
        """Enrolled and not revoked."""
        return self.state in (DeviceState.ACTIVE, DeviceState.QUIET)

    @property
    def is_quiet(self) -> bool:
        """Trusted, and not heard of for a day."""
        return self.state is DeviceState.QUIET


def devices(
    connection: Connection, at_us: int, *, site_ids: Collection[str] | None = None
) -> list[DeviceLine]:
    """Every device and every open invitation, by id; head office only."""
    names = {row.id: row.name for row in connection.execute(select(site.c.id, site.c.name))}
    seen = {row.id: row for row in connection.execute(select(device_contact))}
    invited = {row.id: row for row in connection.execute(select(device_invitation))}
    found: dict[str, DeviceLine] = {}
    for row in connection.execute(select(device).where(device.c.enrolled_at_us > 0)):
        contact = seen.get(row.id)
        seen_at_us = contact.seen_at_us if contact else 0
        last_us = max(seen_at_us, row.enrolled_at_us)
        state = DeviceState.QUIET if at_us - last_us > QUIET_AFTER_US else DeviceState.ACTIVE
        found[row.id] = DeviceLine(
            device_id=row.id,
            device_type=row.device_type,
            site_id=row.site_id,
            site_name=names.get(row.site_id, row.site_id),
            tag=row.tag,
            state=DeviceState.REVOKED if row.revoked_at_us else state,
            enrolled_at_us=row.enrolled_at_us,
            revoked_at_us=row.revoked_at_us,
            expires_at_us=0,
            code="",
            seen_at_us=seen_at_us,
            unsent=contact.unsent if contact else 0,
            program=contact.program if contact else "",
            heard=contact.heard if contact else "",
        )
    for row in invited.values():
        if row.id not in found:
            is_open = row.expires_at_us > at_us
            state = DeviceState.INVITED if is_open else DeviceState.EXPIRED
            found[row.id] = DeviceLine(
                device_id=row.id,
                device_type=row.device_type,
                site_id=row.site_id,
                site_name=names.get(row.site_id, row.site_id),
                tag=row.tag,
                state=DeviceState.REFUSED if row.code else state,
                enrolled_at_us=0,
                revoked_at_us=0,
                expires_at_us=row.expires_at_us,
                code=row.code,
                seen_at_us=0,
                unsent=0,
                program="",
            )
    lines = [found[one] for one in sorted(found)]
    return [one for one in lines if site_ids is None or one.site_id in site_ids]
