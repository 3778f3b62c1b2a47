"""Rows are counted and picked per scope by the database: the same as asking each row."""

import random
from functools import partial

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from shared.areas import SCHEMA
from shared.sync.summing import rows_by_scopes, sums_by_scopes

TEXTS = ("", "A", "B", "A B", "account:X", "level:L", "org:Z")


def test_rows_are_counted_in_the_scopes_their_rule_names_whatever_columns_a_file_has() -> None:
    chance = random.Random(3)
    engine = create_engine("sqlite://", module=dbapi2, poolclass=StaticPool)
    with engine.connect() as connection:
        for table in SCHEMA.tables.values():
            columns = [one for one in table.columns if chance.random() < 0.8]
            listed = "".join(f'"{one}", ' for one in columns)
            connection.exec_driver_sql(f'CREATE TABLE "f_{table.name}" ({listed}_digest INTEGER)')
            expected: dict[tuple[str, ...], list[int]] = {}
            for _ in range(40):
                row = {
                    one: chance.choice(TEXTS if table.defaults[one] == "" else (0, 1, 5))
                    for one in columns
                }
                digest = chance.getrandbits(63) or 1
                marks = ", ".join("?" * (len(columns) + 1))
                connection.exec_driver_sql(
                    f'INSERT INTO "f_{table.name}" VALUES ({marks})', (*row.values(), digest)
                )
                sums = expected.setdefault(table.scopes({**table.defaults, **row}), [0, 0])
                sums[0] += 1
                sums[1] += digest
            found: dict[tuple[str, ...], list[int]] = {}
            for scopes, count, digest in sums_by_scopes(
                connection, table, columns, f'"f_{table.name}"'
            ):
                sums = found.setdefault(scopes, [0, 0])
                sums[0] += count
                sums[1] += digest
            assert found == expected, table.name
    engine.dispose()


def test_the_rows_of_a_scope_are_those_whose_rule_names_it() -> None:
    chance = random.Random(4)
    engine = create_engine("sqlite://", module=dbapi2, poolclass=StaticPool)
    with engine.connect() as connection:
        for table in SCHEMA.tables.values():
            table.table.create(connection)
            expected: dict[str, tuple[str, ...]] = {}
            for at in range(40):
                row = {
                    one: chance.choice(TEXTS if table.defaults[one] == "" else (0, 1, 5))
                    for one in table.columns
                }
                slot = chance.choice((0, 7))
                values = {"id": f"{at}", **row, "_slot": slot, "_digest": 1, "_extra": b""}
                listed = ", ".join(f'"{one}"' for one in values)
                marks = ", ".join("?" * len(values))
                connection.exec_driver_sql(
                    f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})',
                    tuple(values.values()),
                )
                if slot == 0:
                    expected[f"{at}"] = table.scopes(row)
            for scope in sorted({one for scopes in expected.values() for one in scopes}):
                found = rows_by_scopes(connection, table, "_slot = 0", partial(_names, scope))
                asked = {at: scopes for at, scopes in expected.items() if scope in scopes}
                assert dict(found) == asked, (table.name, scope)
            assert not list(rows_by_scopes(connection, table, "1", lambda _scopes: False))
    engine.dispose()


def _names(scope: str, scopes: tuple[str, ...]) -> bool:
    return scope in scopes
