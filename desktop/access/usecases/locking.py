"""Why nobody may sign in at this device, and what it holds that head office lacks (P10)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.identity import Identity, load_state
from desktop.sync.story import status


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A locked device; instants in microseconds UTC."""

    revoked_at_us: int = 0
    """When it learned that head office trusts it no more; 0 = it is only too long alone."""
    days: int = 0
    allowed_days: int = 0
    unsent: int = 0
    """Documents that head office has not acknowledged; they stay in the spool."""

    @property
    def is_for_good(self) -> bool:
        """Whether no contact opens it again."""
        return bool(self.revoked_at_us)


def revocation(connection: Connection, identity: Identity | None) -> Lock | None:
    """The lock of a device that head office trusts no more; None for all others."""
    at_us = load_state(connection).revoked_at_us
    if not at_us or identity is None:
        return None
    return Lock(revoked_at_us=at_us, unsent=status(connection, identity).unsent)


def too_long_alone(
    connection: Connection, identity: Identity | None, days: int, allowed_days: int
) -> Lock:
    """The lock of a device that has not met head office for so long."""
    unsent = status(connection, identity).unsent if identity is not None else 0
    return Lock(days=days, allowed_days=allowed_days, unsent=unsent)
