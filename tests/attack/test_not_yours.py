"""T43: every role and device, every route, every object: not yours looks like not there."""

import random
from pathlib import Path

from shared.sync.messages import HelloAnswer, unpack
from tests.attack.house import House, house, site_id
from tests.attack.matrix import foreign_and_missing, medians_of_both, walk
from tests.attack.walking import Question, asked, hello


def test_not_yours_and_not_there_answer_the_same_and_nothing(tmp_path: Path) -> None:
    with house(tmp_path, shops=3) as made:
        wrong, answered = walk(made, random.Random(43), each=50)
    assert wrong == []
    assert sum(answered.values()) > 400
    assert {"/pull 403", "/ask 403", "/ask 400", "/snapshot 403", "/wait 200"} <= set(answered)


def test_a_device_is_told_of_its_own_scopes_alone(tmp_path: Path) -> None:
    with house(tmp_path, shops=3) as made:
        for number in (1, 2, 3):
            told = _scopes_told(made, f"{site_id(number)}.01")
            assert {one for one in told if one.startswith("site:")} == {f"site:{site_id(number)}"}
        assert _scopes_told(made, "hq.01").isdisjoint({f"site:{site_id(n)}" for n in (1, 2, 3)})


def _scopes_told(made: House, device_id: str) -> set[str]:
    answer = asked(made.ends[device_id], Question(route="/hello", about="", message=hello()))
    found = unpack(answer.body, HelloAnswer)
    assert {one.scope for one in found.manifest} <= set(found.scopes)
    return set(found.scopes)


def test_a_foreign_thing_takes_no_longer_than_none(tmp_path: Path) -> None:
    """Times tell nothing either: the middle of many, within a quarter and half a millisecond."""
    with house(tmp_path, shops=3) as made:
        for route in ("/pull", "/ask", "/snapshot"):
            pair = next(one for one in foreign_and_missing(made, "S001.01") if one.route == route)
            for _ in range(3):
                foreign_s, missing_s = medians_of_both(made, "S001.01", pair, rounds=25)
                if abs(foreign_s - missing_s) <= 0.25 * missing_s + 0.0005:
                    break
            else:
                raise AssertionError((route, foreign_s, missing_s))
