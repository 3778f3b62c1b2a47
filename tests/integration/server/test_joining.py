"""A founded shop is taken in on both databases, by a code from the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.app.founding import join
from desktop.sales.usecases.selling import BasketLine, sell
from shared.areas import REGISTRY, SCHEMA
from shared.catalog.rules import own_product_id
from shared.core.errors import Conflict, RuleViolation
from shared.stock.queries import on_hand_micro
from shared.stock.rules import location
from shared.sync.requests import plain_code
from sync_server.__main__ import main
from sync_server.enrolment.joining import make_join_code
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.verify import faults
from sync_server.store.tables import join_code
from tests.builders.founded_shop import CREAM, new_client, open_for_business
from tests.integration.desktop.served_brand import HeadOffice, served


@pytest.fixture
def brand(address: str, tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path, address) as made:
        yield made


def test_a_shop_joins_by_a_code_that_was_printed(
    brand: HeadOffice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(brand.office.home)]
    assert main(["invite", *home, "--account", "D1"]) == 0
    code = capsys.readouterr().out.strip()
    shop = new_client(tmp_path / "shop")
    founded = open_for_business(shop)
    cream = own_product_id(founded.site_id, CREAM)
    shop.store.write(sell, [BasketLine(product_id=cream, qty_micro=3_000_000)])
    done = join(shop, brand.url, code)
    shop.close()
    assert done.summary is not None
    assert (done.summary.kept, done.summary.findings) == ({}, [])
    with brand.office.database.read() as connection:
        here = location(founded.site_id)
        assert on_hand_micro(connection, here, cream) == 7_000_000
        key = brand.office.hq.author.key.public
        assert not list(faults(connection, REGISTRY, SCHEMA, key))
        (row,) = connection.execute(select(join_code)).all()
    assert row.device_id == founded.device_id
    assert plain_code(code) not in str(row)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"account_id": "NOBODY"}, "ACCOUNT_UNKNOWN"),
        ({"planned_site_id": "NOWHERE"}, "SITE_UNKNOWN"),
        ({}, "JOIN_PLACE_MISSING"),
        ({"account_id": "D1", "planned_site_id": "SH05"}, "JOIN_PLACE_MISSING"),
        ({"account_id": "D1", "device_type": "hq"}, "DEVICE_TYPE_UNKNOWN"),
    ],
)
def test_a_code_for_nowhere_is_not_made(brand: HeadOffice, said: dict[str, str], code: str) -> None:
    with (
        brand.office.database.write() as connection,
        pytest.raises((RuleViolation, Conflict)) as why,
    ):
        make_join_code(connection, SystemRandomness(), now_us=SystemClock().now_us(), **said)
    assert why.value.code == code
