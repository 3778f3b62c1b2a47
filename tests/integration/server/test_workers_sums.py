"""Two workers on one PostgreSQL sum the same day: the last sale of it is never lost."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from sync_server.operations.edges import SystemRandomness
from sync_server.operations.home import Office, open_home
from sync_server.sync import daily
from tests.integration.postgres import new_database
from tests.integration.server.two_shops import Place, a_sale, two_shops
from tests.integration.server.world import NOON_US

pytestmark = pytest.mark.postgres


@pytest.fixture
def place(postgres_server: str, tmp_path: Path) -> Iterator[Place]:
    """Head office over PostgreSQL, and a shop that sells."""
    with new_database(postgres_server, "sums") as address, two_shops(address, tmp_path) as made:
        yield made


def _told(place: Place, statement: str) -> list[tuple[int, ...]]:
    with place.office.database.read() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_sale_that_comes_while_its_day_is_summed_is_in_the_sum(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(_address(place))
    one, other = (
        open_home(place.office.home, address, SystemRandomness(), worker=n) for n in (1, 2)
    )
    place.mine.says(a_sale())
    changed, beside = daily._changed, list[threading.Thread]()

    def sum_there() -> None:
        with other.database.write() as connection:
            daily.sum_days(connection, other.hq, NOON_US + 2)

    def meanwhile(*given: object) -> object:
        # This worker has read the sums; a last sale arrives, and another worker is to sum it.
        if not beside:
            place.mine.says(a_sale())
            beside.append(threading.Thread(target=sum_there))
            beside[0].start()
            _wait_for_a_lock(place)
        return changed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(daily, "_changed", meanwhile)
    with one.database.write() as connection:
        daily.sum_days(connection, one.hq, NOON_US + 1)
    beside[0].join()
    _sum_all(one)

    sold = _told(place, "SELECT count(*), sum(total_minor) FROM sale")
    assert _told(place, "SELECT sum(sales), sum(sales_minor) FROM site_day") == sold
    assert _told(place, "SELECT count(*) FROM day_to_sum") == [(0,)]
    for office in (one, other):
        office.database.close()


def _address(place: Place) -> str:
    with place.office.database.read() as connection:
        return connection.engine.url.render_as_string(hide_password=False)


def _sum_all(office: Office) -> None:
    with office.database.write() as connection:
        daily.sum_days(connection, office.hq, NOON_US + 3)


def _wait_for_a_lock(place: Place) -> None:
    for _ in range(100_000):
        if _told(place, "SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]:
            return
    raise AssertionError("nobody waits")
