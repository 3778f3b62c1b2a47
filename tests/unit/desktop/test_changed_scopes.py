"""What a change of scopes costs: balances are summed again where other ledger ends are kept."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from sqlalchemy import Connection

from shared.areas import SCHEMA
from shared.sync.holding import gain_scopes, lose_scope
from tests.builders.one_house import House, a_house

SUMMED = "desktop.store.local.rebuild_balances"
LEVEL, ACCOUNT = "org:FX/level:L9", "account:D9"


@pytest.fixture
def house() -> Iterator[House]:
    opened = a_house()
    yield opened
    opened.close()


def gain(house: House, scope: str) -> None:
    house.local.change_scopes(lambda c: gain_scopes(c, SCHEMA, {scope: 1}))


def lose(house: House, scope: str) -> None:
    owns = house.local.replica.owns

    def change(connection: Connection) -> None:
        lose_scope(connection, SCHEMA, scope, owns)

    house.local.change_scopes(change)


@pytest.mark.parametrize(("scope", "times"), [(LEVEL, 0), (ACCOUNT, 1)])
def test_another_price_level_is_no_other_ledger_end(house: House, scope: str, times: int) -> None:
    with patch(SUMMED) as summed:
        gain(house, scope)
        assert summed.call_count == times
        lose(house, scope)
        assert summed.call_count == 2 * times
