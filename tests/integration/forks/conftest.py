"""Houses in which a disk is copied, or head office is put back."""

from collections.abc import Iterator

import pytest

from tests.integration.forks.copies import Copies
from tests.integration.forks.forgetful import Forgetful


@pytest.fixture
def copies() -> Iterator[Copies]:
    house = Copies()
    yield house
    house.till.release()
    house.office.disk.release()


@pytest.fixture
def forgetful() -> Iterator[Forgetful]:
    made = Forgetful()
    yield made
    made.release()
