"""Head office is restored to before a device came: by another code it is known again (T06, R07)."""

import random
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from desktop.sync.enrolment import enrol
from shared.channel.queries import site_of
from shared.core.errors import AccessDenied, Conflict, Unavailable
from shared.core.ids import uuid7
from shared.journal.tables import journal
from shared.sync.messages import Enrol, EnrolAnswer
from sync_server.store.tables import enrol_code
from tests.integration.forks.forgetful import Forgetful
from tests.simulation import selling
from tests.simulation.device import FOUNDED_SITE, Copy, Place, SimDevice
from tests.simulation.house import FOUNDED

THIRD = Place(device_id="SH01.03", device_type="till", site_id="SH01", people=("wang",))


@pytest.mark.parametrize("desk_knows", [False, True])
def test_a_shop_that_joined_after_the_backup_joins_again_with_all_it_wrote(
    forgetful: Forgetful, *, desk_knows: bool
) -> None:
    house = forgetful
    shop = house.new(FOUNDED)
    house.join(shop)
    house.sync(shop)
    if desk_knows:
        house.sync(house.desk)
    house.restore()
    if desk_knows:
        house.sync(house.desk)
    else:
        with pytest.raises(AccessDenied, match="BAD_SIGNATURE"):
            house.sync(shop)
        house.join(shop)
    before = shop.running.enrolled
    for _ in range(2):
        house.sync(shop)
    after = shop.running.enrolled
    assert replace(before, epoch=after.epoch) == after, "it is who it was"
    uids = [one.uid for one in shop.confirmed]
    verdicts = house.verdicts(shop)
    assert all(verdicts.get(uid, [])[:1] == ["stored"] for uid in uids)
    with house.office.database.read() as connection:
        place = site_of(connection, FOUNDED_SITE)
    assert place is not None
    assert (place.name, place.account_ids) == ("Corner shop", ("D2",))
    house.must_agree(shop)
    shop.release()


def test_a_till_enrolled_after_the_backup_enrols_again_as_itself(forgetful: Forgetful) -> None:
    house = forgetful
    till = house.new(THIRD)
    house.sync(house.till)
    _enrol_first(house, till)
    house.sell(till, 3)
    house.sync(till)
    house.restore()
    house.sell(till)
    with pytest.raises(AccessDenied, match="BAD_SIGNATURE"):
        house.sync(till)
    with pytest.raises(Conflict, match="CODE_OF_ANOTHER"):
        house.enrol(till, house.code("04"))
    house.enrol(till, house.code())
    for _ in range(2):
        house.sync(till)
    assert sorted(house.verdicts(till).values()) == [["stored"]] * 4
    house.must_agree(till)
    till.release()


def test_a_device_of_another_head_office_stays_that_ones(forgetful: Forgetful) -> None:
    house = forgetful
    till = house.new(THIRD)
    code = _enrol_first(house, till)
    till.running.change_identity(hq_public_key=bytes(32))
    before = till.running.enrolled
    with pytest.raises(Conflict, match="HEAD_OFFICE_OTHER"):
        house.enrol(till, code)
    assert till.running.enrolled == before
    till.release()


def test_a_code_is_good_for_a_device_that_another_one_made_known_meanwhile(
    forgetful: Forgetful,
) -> None:
    house = forgetful
    till = house.new(THIRD)
    house.sync(house.till)
    _enrol_first(house, till)
    for _ in range(2):
        house.sync(house.desk)
    house.restore()
    code = house.code()
    house.sync(house.desk)
    house.enrol(till, code)
    house.sync(till)
    with house.office.database.read() as connection:
        used = connection.execute(select(enrol_code.c.used_at_us)).scalars().all()
    assert 0 not in used, "nobody else comes in by it"
    till.release()


def test_a_device_without_its_key_gets_no_other_one(forgetful: Forgetful) -> None:
    house = forgetful
    till = house.new(THIRD)
    _enrol_first(house, till)
    keys: dict[str, bytes] = {}

    class Keys:
        def load(self, name: str) -> bytes | None:
            return keys.get(name)

        def save(self, name: str, secret: bytes) -> None:
            keys[name] = secret

        def forget(self, name: str) -> None:
            del keys[name]

    def never(_message: Enrol) -> EnrolAnswer:
        raise AssertionError

    with pytest.raises(Unavailable, match="KEY_MISSING"):
        enrol(till.running, Keys(), till.randomness, never, code="x", server_url="sim")
    assert keys == {}
    till.release()


def test_a_shop_that_was_told_apart_from_a_copy_joins_again(forgetful: Forgetful) -> None:
    house = forgetful
    shop = house.new(FOUNDED)
    house.join(shop)
    house.sync(shop)
    kept = Copy(shop.template(), len(shop.confirmed), frozenset(shop.printed))
    copy = SimDevice.clone(shop, kept, house.world, "copy")
    _sell(house, shop)
    house.sync(shop)
    _sell(house, copy)
    house.sync(copy)
    assert copy.running.enrolled.incarnation == 2
    house.restore()
    house.join(copy)
    for _ in range(2):
        house.sync(copy)
    c = journal.c
    query = select(c.uid).where(c.stored != b"")
    wrote = copy.running.read(lambda one: one.execute(query).scalars().all())
    verdicts = house.verdicts(copy)
    assert {uid: verdicts.get(uid, [])[:1] for uid in wrote} == {uid: ["stored"] for uid in wrote}
    house.must_agree(copy)
    for one in (shop, copy):
        one.release()


def _sell(house: Forgetful, shop: SimDevice) -> None:
    house.world.now_us += 1_000_000
    uid = uuid7(house.world.now_us, shop.randomness)
    (owner,) = FOUNDED.people
    shop.run(owner, partial(selling.sell, chance=random.Random(uid), uid=uid))


def _enrol_first(house: Forgetful, till: SimDevice) -> str:
    """It has its identity already, and head office hears of it; the code."""
    till.running.change_identity(server_url="sim")
    code = house.code()
    house.enrol(till, code)
    return code


def test_what_a_till_wrote_before_it_was_told_apart_from_a_copy_comes_back_too(
    forgetful: Forgetful,
) -> None:
    house, till = forgetful, forgetful.till
    house.sell(till, 3)
    house.sync(till)
    older = till.template()
    house.sell(till)
    house.sync(till)
    restored = house.copy_of(older, "restored")
    house.sell(restored, 2)
    house.sync(restored)
    assert restored.running.enrolled.incarnation == 2
    house.restore()
    assert house.posted() == []
    for _ in range(2):
        house.sync(restored)
    wrote = [*till.confirmed[:3], *restored.confirmed]
    assert house.posted() == sorted(one.uid for one in wrote)
    house.must_agree(restored)
    restored.release()
