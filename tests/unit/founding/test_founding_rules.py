"""What a founding document posts, and how a founded shop is called (R07)."""

from hypothesis import given
from hypothesis import strategies as st

from shared.access.queries import permissions_of
from shared.areas import REGISTRY, SCHEMA
from shared.channel.documents import ShopFounded, ShopJoined
from shared.channel.queries import may_found
from shared.channel.rules import DEMO_SITE, founded_site_id, founder_id, is_usable_name
from shared.journal.document import Document, Write
from shared.sync.appending import Replica
from shared.sync.replica import apply_writes, everything
from tests.builders.database import memory_connection
from tests.builders.documents import a_header

_KEYS = st.binary(min_size=32, max_size=32)


@given(_KEYS, _KEYS)
def test_a_shops_name_is_its_keys_and_fits_into_printed_numbers(one: bytes, other: bytes) -> None:
    name = founded_site_id(one)
    assert name == founded_site_id(one)
    assert (name == founded_site_id(other)) == (one == other)
    assert len(name) == 13
    assert name.isascii()
    assert name.isalnum()
    assert is_usable_name(name)


def test_names_are_spread_over_all_letters() -> None:
    names = [founded_site_id(n.to_bytes(32, "big")) for n in range(2_000)]
    assert len(set(names)) == 2_000
    assert all(len({name[at] for name in names}) == 32 for at in range(1, 13))


def rows_of(body: ShopFounded | ShopJoined, site_id: str) -> list[Write]:
    kind = REGISTRY.of_body(body)
    header = a_header(kind=kind.name, site_id=site_id)
    return REGISTRY.post(Document(header, body))


def test_a_founding_speaks_of_its_own_site_and_owner_alone() -> None:
    writes = rows_of(ShopFounded(name="店", owner_name="王", pin_hash="h"), "S1")
    assert {one.table for one in writes} == {
        "site",
        "user_account",
        "user_grant",
        "user_grant_change",
    }
    for one in writes:
        row = SCHEMA[one.table].full(one.values)
        scopes = SCHEMA[one.table].scopes(row)
        assert set(scopes) <= {"site:S1", "hq"}
        assert one.id == "S1" or one.id.startswith(founder_id("S1")) or row["site_id"] == "S1"


def test_the_founder_is_owner_there_and_nothing_elsewhere() -> None:
    connection = memory_connection(SCHEMA)
    replica = Replica(registry=REGISTRY, schema=SCHEMA, owns=everything)
    writes = rows_of(ShopFounded(name="店", owner_name="王"), "S1")
    apply_writes(connection, replica.schema, writes, slot=0, owns=replica.owns)
    owner = founder_id("S1")
    may = permissions_of(connection, owner, "S1")
    assert {"sale.make", "own_goods.write", "count.post", "count.approve"} <= may
    assert {"access.grant", "channel.publish", "price.publish"}.isdisjoint(may)
    assert not permissions_of(connection, owner, "SH01")
    assert not permissions_of(connection, owner, "")
    connection.close()


def test_a_site_is_founded_by_its_own_key_and_once() -> None:
    connection = memory_connection(SCHEMA)
    key = bytes(range(32))
    site_id = founded_site_id(key)
    assert may_found(connection, key, site_id)
    assert not may_found(connection, key, "SH01")
    assert not may_found(connection, bytes(32), site_id)
    writes = rows_of(ShopFounded(name="店", owner_name="王"), site_id)
    apply_writes(connection, SCHEMA, writes, slot=0, owns=everything)
    assert not may_found(connection, key, site_id)
    connection.close()


def test_joining_leaves_what_the_shop_said_of_itself() -> None:
    said: dict[str, object] = {}
    for body in (
        ShopFounded(name="店", owner_name="王", region_id="320508"),
        ShopJoined(site_id="S1", account_ids=("D1", "D2")),
    ):
        for one in rows_of(body, "S1"):
            if one.table == "site":
                said |= one.values
    assert (said["name"], said["region_id"], said["account_ids"]) == ("店", "320508", "D1 D2")


def test_a_demo_shop_is_seen_to_be_one() -> None:
    (site,) = [
        one
        for one in rows_of(ShopFounded(name="店", owner_name="王", is_demo=True), "S1")
        if one.table == "site"
    ]
    assert site.values["site_type"] == DEMO_SITE
