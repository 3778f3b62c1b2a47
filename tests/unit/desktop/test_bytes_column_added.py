"""A file of an earlier program gains a column of bytes though its table holds rows."""

from desktop.store.identity import load_state, store_state
from desktop.store.migrations import migrate
from tests.builders.devices import LAYOUT, a_store


def test_a_row_that_is_there_gets_no_bytes() -> None:
    store = a_store()
    try:
        store.transact(lambda connection: store_state(connection, acknowledged_n=7))
        store.transact(
            lambda connection: connection.exec_driver_sql(
                "ALTER TABLE sync_state DROP COLUMN returned_epoch"
            )
        )
        store.transact(lambda connection: migrate(connection, LAYOUT))
        state = store.read(load_state)
        assert (state.acknowledged_n, state.returned_epoch) == (7, b"")
    finally:
        store.close()
