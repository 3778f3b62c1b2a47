"""The demo brand's house for every test of use cases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders.one_house import House, a_house

Do = Callable[..., Any]


@pytest.fixture
def house() -> Iterator[House]:
    opened = a_house()
    yield opened
    opened.close()


@pytest.fixture
def clerk(house: House) -> Do:
    """What the clerk of SH01 types at the first till."""

    def do(command: str, /, **params: Any) -> Any:
        return house.do("SH01.01", "clerk-guanqian", command, **params)

    return do
