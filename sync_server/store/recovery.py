"""Whether head office was restored, from when, and whether it still waits for its devices."""

from sqlalchemy import Connection

from sync_server.store.migrations import known

RECOVERING_SINCE = "recovering_since_us"
"""Since when devices are asked for what they hold; '' or absent = everything is here."""
RECOVERED_FROM = "recovered_from_us"
"""When the backup was made from which this head office was restored."""


def is_recovering(connection: Connection) -> bool:
    """Whether devices still have to give back what they hold."""
    return known(connection, RECOVERING_SINCE) not in ("", "0")


def recovered_from_us(connection: Connection) -> int:
    """When the backup was made head office was restored from; 0 = never restored."""
    return int(known(connection, RECOVERED_FROM) or "0")
