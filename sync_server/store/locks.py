"""What the workers of one house hold against each other until a transaction ends.

SQLite has one writer in any case. Who takes several takes them in this order, so that nobody waits
for who waits for him: RETURNING, RECOVERY, MONTHS, devices by their ids, journals, scopes. SHAPE is
held by itself.
"""

from sqlalchemy import Connection, func, select

RETURNING = "returned"
"""Taking documents back: two givers hold the same ones."""
RECOVERY = "recovery"
"""Whether head office recovers: shared by who stores documents, alone by who ends it."""
DAYS = "days"
"""The daily sums."""
CONTACTS = "contacts"
MONTHS = "months"
"""What came of closing months."""
SHAPE = "shape"
"""The tables themselves: workers that start together bring an older database forward once."""


def lock(connection: Connection, name: str, *, is_shared: bool = False) -> None:
    """Wait for who holds this name at another worker; with ``is_shared`` only for who holds it
    alone."""
    if connection.dialect.name == "postgresql":
        held = func.pg_advisory_xact_lock_shared if is_shared else func.pg_advisory_xact_lock
        connection.execute(select(held(func.hashtextextended(name, 0))))
