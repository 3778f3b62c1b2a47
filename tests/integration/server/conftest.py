"""Head offices on both databases; PostgreSQL is started once for all tests."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.integration.postgres import new_database, running_postgres
from tests.integration.server.two_shops import Place, two_shops
from tests.integration.server.world import World, make_world

_names = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with running_postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hq.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    with new_database(server, f"test_{next(_names)}") as made:
        yield made


@pytest.fixture
def world(address: str) -> Iterator[World]:
    made = make_world(address)
    yield made
    made.database.close()


@pytest.fixture
def place(address: str, tmp_path: Path) -> Iterator[Place]:
    """A head office with two shops, in this process."""
    with two_shops(address, tmp_path) as made:
        yield made
