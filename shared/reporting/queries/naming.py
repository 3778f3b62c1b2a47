"""What ids in a document are called: products, sites, accounts, people."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from shared.access.tables import user_account
from shared.catalog.tables import product
from shared.channel.tables import channel_account, site

_CHUNK = 500


def names_of(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The names of those among these texts that are ids; head office knows all of them."""
    found: dict[str, str] = {}
    for table in (user_account, channel_account, site, product):
        for start in range(0, len(ids), _CHUNK):
            statement = select(table.c.id, table.c.name).where(
                table.c.id.in_(ids[start : start + _CHUNK])
            )
            found |= {row.id: row.name for row in connection.execute(statement)}
    return found
