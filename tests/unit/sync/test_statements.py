"""The kept statements write each value into its own column."""

from sqlalchemy import event

from shared.channel.tables import TABLES, supply
from shared.sync.statements import insert_rows, rows_of, upsert
from shared.sync.tables import Schema
from tests.builders.database import memory_connection

SYSTEM: dict[str, str | int | bytes] = {"_digest": 0, "_slot": 0, "_extra": b""}


def a_supply(row_id: str, account_id: str, name: str) -> dict[str, str | int | bytes]:
    return {
        "id": row_id,
        "account_id": account_id,
        "supplier_id": "",
        "account_name": name,
        "sales_org_id": "FX",
        "is_active": 1,
        **SYSTEM,
    }


def test_rows_that_list_their_columns_in_other_orders_are_not_mixed_up() -> None:
    connection = memory_connection(Schema(TABLES))
    first, second = a_supply("1", "A1", "华东"), a_supply("2", "A2", "苏州")
    insert_rows(connection, supply, [first])
    read = rows_of(connection, supply, ["1"])[0] | {"account_name": "江苏"}

    upsert(connection, supply, ("id",), [read, dict(reversed(second.items()))])

    there = {row["id"]: row for row in rows_of(connection, supply, ["1", "2"])}
    assert there == {"1": first | {"account_name": "江苏"}, "2": second}
    connection.close()


def test_rows_of_any_number_of_ids_are_asked_for_in_few_ways() -> None:
    """A database keeps each statement it was asked ready: few of them keep memory flat (T33)."""
    connection = memory_connection(Schema(TABLES))
    every = [a_supply(f"{n:04}", "A1", "") for n in range(1_100)]
    insert_rows(connection, supply, every)
    asked: set[str] = set()
    event.listen(connection, "before_cursor_execute", lambda *given: asked.add(str(given[2])))
    for count in (*range(1, 40), 255, 256, 257, 500, 511, 512, 513, 1_100):
        ids = [f"{n:04}" for n in range(count)]
        assert sorted(row["id"] for row in rows_of(connection, supply, ids)) == ids
    connection.close()
    assert 0 < len(asked) <= 10
