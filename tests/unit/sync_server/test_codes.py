"""One-time codes: typed by hand, stored as hashes, never given out twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from shared.core.errors import Conflict, RuleViolation
from shared.sync.requests import plain_code
from sync_server.enrolment.codes import make_code
from sync_server.store.tables import enrol_code
from tests.integration.server.world import CountingRandomness, World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(f"sqlite:///{tmp_path / 'hq.db'}")
    yield made
    made.database.close()


def _code(world: World, device_type: str = "till", site_id: str = "SH01", tag: str = "01") -> str:
    with world.database.write() as connection:
        return make_code(
            connection,
            CountingRandomness(),
            device_type=device_type,
            site_id=site_id,
            tag=tag,
            now_us=world.now_us,
        )


def test_a_code_is_four_groups_and_not_in_the_database(world: World) -> None:
    code = _code(world)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    (row,) = world.read(select(enrol_code))
    assert code not in str(row)
    assert plain_code(code) not in str(row)


@pytest.mark.parametrize("typed", ["abcd-efgh", "ABCD EFGH", " abcd—efgh\n", "AbCdEfGh"])
def test_a_code_may_be_typed_in_any_way(typed: str) -> None:
    assert plain_code(typed) == "ABCDEFGH"


def test_letters_that_look_like_digits_are_digits() -> None:
    assert plain_code("o0-Il1") == "00111"


def test_a_tag_is_never_given_out_twice_at_a_site(world: World) -> None:
    world.enrol(site_id="SH01", tag="01")
    with pytest.raises(Conflict) as refused:
        _code(world)
    assert refused.value.code == "DEVICE_EXISTS"
    assert _code(world, site_id="SH02")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"device_type": "server"}, "DEVICE_TYPE_UNKNOWN"),
        ({"device_type": "hq"}, "SITE_ID_UNUSABLE"),
        ({"site_id": ""}, "SITE_ID_UNUSABLE"),
        ({"site_id": "SH01/.."}, "SITE_ID_UNUSABLE"),
        ({"site_id": "SH.01"}, "SITE_ID_UNUSABLE"),
        ({"tag": ""}, "TAG_UNUSABLE"),
        ({"tag": "HQ-2"}, "TAG_UNUSABLE"),
    ],
)
def test_names_that_would_break_printed_numbers_are_refused(
    world: World, said: dict[str, str], code: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        _code(world, **said)
    assert refused.value.code == code
