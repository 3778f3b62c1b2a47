"""The dealer of the East at their desk."""

from collections.abc import Iterator

import pytest

from tests.builders.one_house import House, a_house


@pytest.fixture
def house() -> Iterator[House]:
    opened: House = a_house()
    yield opened
    opened.close()
