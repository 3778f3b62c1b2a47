"""What people are called where their account is not held: at the sites they work at (A04)."""

from shared.access.queries import names_of_users
from shared.access.tables import TABLES, user_account, user_grant
from shared.sync.statements import insert_rows
from shared.sync.tables import Schema
from tests.builders.database import memory_connection

SYSTEM = {"_digest": 0, "_slot": 0, "_extra": b""}
SINCE = {"role": "clerk", "pin_hash": "", "is_active": 0, "until_at_us": 0, "pin_at_us": 0}


def test_a_site_knows_the_names_of_its_people_without_head_offices_list() -> None:
    connection = memory_connection(Schema(TABLES))
    at = {"site_id": "SH01", "sales_org_id": "", "level": ""}
    insert_rows(
        connection,
        user_grant,
        [{"id": "1", "user_id": "mei", "name": "小梅", **at, **SINCE, **SYSTEM}],
    )
    assert names_of_users(connection, ["mei", "", "hq-editor"]) == {"mei": "小梅"}
    insert_rows(
        connection, user_account, [{"id": "hq-editor", "name": "总部制单", **SINCE, **SYSTEM}]
    )
    assert names_of_users(connection, ["mei", "hq-editor"]) == {
        "mei": "小梅",
        "hq-editor": "总部制单",
    }
    connection.close()
