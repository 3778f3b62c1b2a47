"""Settings of this device: a key and a text; they work before the device is enrolled, too."""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from desktop.store.tables import setting
from shared.core.errors import RuleViolation
from shared.sync.statements import upsert

HEARD: Final = "packet.heard_at_us"
"""When head office wrote the newest packet of prices that was brought here, microseconds UTC."""
LAN_MARK: Final = "lan.mark"
"""Up to where this device took from the list of the store's host."""
SENT, TAKEN = "packet.sent", "packet.taken"
"""Packets that were written here, and the last answer that was brought in."""
OF_THE_ROWS: Final = frozenset({HEARD, LAN_MARK, SENT, TAKEN})
"""What is known of the rows that are here: in a database that was rebuilt it is wrong."""

KEY_CHARS_MAX = 200
VALUE_CHARS_MAX = 10_000


_ONE: Final = select(setting.c.value).where(setting.c.key == bindparam("wanted"))


def setting_of(connection: Connection, key: str, default: str = "") -> str:
    """What this device was told under a key."""
    found = connection.execute(_ONE, {"wanted": key}).scalar()
    return default if found is None else str(found)


def heard_of(connection: Connection) -> int:
    """What stands under HEARD; 0 when nothing was brought, or nobody can read when."""
    said = setting_of(connection, HEARD)
    return int(said) if said.isascii() and said.isdigit() else 0


def settings_under(connection: Connection, prefix: str = "") -> dict[str, str]:
    """All settings whose key begins so, by key."""
    rows = connection.execute(
        select(setting.c.key, setting.c.value)
        .where(setting.c.key >= prefix, setting.c.key < prefix + "\uffff")
        .order_by(setting.c.key)
    )
    return {row.key: row.value for row in rows}


def put_setting(connection: Connection, key: str, value: str | None) -> None:
    """Tell the device something; None forgets it. The caller's transaction makes it durable.

    Raises: RuleViolation SETTING_BAD.
    """
    if not 0 < len(key) <= KEY_CHARS_MAX or len(value or "") > VALUE_CHARS_MAX:
        raise RuleViolation("SETTING_BAD", key=key[:40])
    if value is None:
        connection.execute(delete(setting).where(setting.c.key == key))
    else:
        upsert(connection, setting, ("key",), [{"key": key, "value": value}])
