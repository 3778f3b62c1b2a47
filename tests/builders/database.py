"""Real SQLite databases with the tables of a schema, for tests."""

from collections.abc import Sequence

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Table, create_engine
from sqlalchemy.pool import StaticPool

from shared.journal.tables import METADATA as JOURNAL
from shared.sync.statements import create_table
from shared.sync.tables import Schema


def memory_connection(schema: Schema, local: Sequence[Table] = ()) -> Connection:
    """An open connection to a new database in memory, all tables made. The caller closes it."""
    engine = create_engine("sqlite://", module=sqlcipher3.dbapi2, poolclass=StaticPool)
    connection = engine.connect()
    tables = [*JOURNAL.sorted_tables, *schema.all_tables(), *local]
    for table in dict.fromkeys(tables):
        create_table(connection, table)
    connection.commit()
    return connection
