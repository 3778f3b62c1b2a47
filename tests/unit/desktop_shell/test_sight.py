"""Which screens are in sight: a shop that founded itself keeps its calm rail at head office."""

from dataclasses import replace
from pathlib import Path

from desktop.app.persons import person_of
from desktop.app.screens import SCREENS
from desktop.shell.sight import Sight
from desktop.ui.frame import Person
from shared.channel.rules import founder_id
from tests.builders.founded_shop import new_client, open_for_business, site_of

SELDOM = {"register", "invoice", "statement", "transfers", "counting"}


class Kept:
    """Settings in a dictionary."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, key: str, default: str = "") -> str:
        return self.values.get(key, default)

    def put(self, key: str, value: str) -> None:
        self.values[key] = value


def listed(person: Person, kept: Kept) -> set[str]:
    return {one.id for one in Sight(SCREENS, person, kept).listed}


def test_joining_head_office_brings_its_screens_and_no_others_into_sight(tmp_path: Path) -> None:
    client, kept = new_client(tmp_path / "shop"), Kept()
    open_for_business(client)
    identity, owner = client.store.identity, founder_id(site_of(client))
    assert identity is not None
    alone = client.store.read(lambda one: person_of(one, identity, owner))
    joined_identity = replace(identity, server_url="https://hq.example.cn")
    joined = client.store.read(lambda one: person_of(one, joined_identity, owner))
    client.close()
    joined = replace(joined, has_supplier=True)
    before = listed(alone, kept)
    assert not SELDOM & before
    brought = listed(joined, kept) - before
    assert brought == {"products", "reorder", "orders", "receiving"}
    Sight(SCREENS, joined, kept).offer("transfers", is_offered=True)
    assert listed(joined, kept) - before - brought == {"transfers"}


def test_a_site_of_head_office_sees_all_it_has() -> None:
    person = Person(
        user_id="east", name="East", role="dealer", device_type="dealer", site_id="DL01",
        permissions=frozenset().union(*(one.permissions for one in SCREENS)),
    )  # fmt: skip
    assert listed(person, Kept()) >= SELDOM
