"""T44: what belongs to one shop is seen by no other, in no byte that leaves head office."""

import random
from pathlib import Path

from tests.attack.canaries import answers_that_differ, leaks
from tests.attack.house import house


def test_no_byte_of_a_shop_reaches_another(tmp_path: Path) -> None:
    with house(tmp_path, shops=4) as made:
        found = leaks(made, random.Random(44), calls=700)
    assert found.hits == []
    assert found.calls >= 700
    assert found.own > 5, "the needles are found where they may be"


def test_what_a_shop_hears_does_not_depend_on_the_secrets_of_another(tmp_path: Path) -> None:
    """Counts, digests, lengths and file names tell nothing either."""
    with house(tmp_path / "a") as one, house(tmp_path / "b", salted=2) as other:
        found = answers_that_differ(one, other, about=2, chance=random.Random(2), calls=300)
    assert found.hits == []
    assert found.calls >= 250
    assert found.own > 1, "the shop itself hears of it"
