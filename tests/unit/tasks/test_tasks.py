"""The same trouble is one task, and a closed one opens again when the trouble comes back."""

from collections.abc import Iterator

import pytest

from shared.areas import REGISTRY, SCHEMA
from shared.tasks.documents import Param, TaskClosed, TaskOpened
from shared.tasks.queries import count_open, open_tasks
from shared.tasks.tables import TABLES
from tests.builders.documents import NOON_US, uid
from tests.builders.office import MINUTE_US, Office


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of(REGISTRY, SCHEMA)
    yield opened
    opened.close()


def trouble(subject: str = "6901234567892", site_id: str = "SH01") -> TaskOpened:
    return TaskOpened(
        code="PRODUCT_UNKNOWN",
        subject=subject,
        site_id=site_id,
        params=(Param(name="barcode", text=subject),),
        about_uid=uid(7),
    )


def test_ten_sales_of_one_unknown_code_are_one_task_with_the_latest_circumstances(
    office: Office,
) -> None:
    for number in range(1, 11):
        office.write(number, trouble(), at_us=NOON_US + number * MINUTE_US)
    (line,) = open_tasks(office.connection)
    assert line.last_at_us == NOON_US + 10 * MINUTE_US
    assert line.params == (Param(name="barcode", text="6901234567892"),)
    assert line.about == uid(7).hex()


def test_the_same_code_in_two_shops_is_a_task_in_each(office: Office) -> None:
    office.write(1, trouble(site_id="SH01"))
    office.write(2, trouble(site_id="SH02"))
    assert [line.site_id for line in open_tasks(office.connection, site_id="SH02")] == ["SH02"]
    assert count_open(office.connection) == 2


def test_a_task_closed_by_a_person_is_gone_until_the_trouble_comes_back(office: Office) -> None:
    office.write(1, trouble())
    closing = TaskClosed(code="PRODUCT_UNKNOWN", subject="6901234567892", site_id="SH01")
    office.write(2, closing)
    assert count_open(office.connection) == 0
    office.write(3, trouble())
    assert count_open(office.connection) == 1


def test_a_task_of_a_site_is_held_there_and_at_head_office_and_one_without_only_there() -> None:
    table = TABLES[0]
    assert table.scopes(table.full({"site_id": "SH01"})) == ("hq", "site:SH01")
    assert table.scopes(table.full({})) == ("hq",)
