"""Who has left since was right to sell while still there."""

from collections.abc import Iterator

import pytest

from shared.access.documents import Grant, UserPublished
from shared.access.queries import permissions_at, permissions_of
from tests.builders.documents import NOON_US
from tests.builders.masters import Office, an_office

HOUR_US = 3_600_000_000


@pytest.fixture
def office() -> Iterator[Office]:
    """Wang was a clerk from noon, and left at one o'clock."""
    made = an_office()
    for at_us, is_active in ((NOON_US, True), (NOON_US + HOUR_US, False)):
        body = UserPublished(
            user_id="wang",
            name="Wang",
            role="clerk",
            grants=(Grant(site_id="SH01"),),
            is_active=is_active,
        )
        made.post(body, at_us=at_us)
    yield made
    made.connection.close()


def test_now_the_clerk_may_do_nothing(office: Office) -> None:
    assert permissions_of(office.connection, "wang", "SH01") == frozenset()


def test_what_was_sold_before_leaving_was_right(office: Office) -> None:
    assert "sale.make" in permissions_at(office.connection, "wang", "SH01", NOON_US + 1)


@pytest.mark.parametrize("at_us", [NOON_US - 1, NOON_US + HOUR_US])
def test_before_coming_and_after_leaving_nothing_was(office: Office, at_us: int) -> None:
    assert permissions_at(office.connection, "wang", "SH01", at_us) == frozenset()


def test_rights_at_one_site_are_none_at_another(office: Office) -> None:
    assert permissions_at(office.connection, "wang", "SH02", NOON_US + 1) == frozenset()
