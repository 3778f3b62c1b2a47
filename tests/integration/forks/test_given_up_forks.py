"""A new incarnation that the spool has and the database never came to begin."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

import desktop.store.local
from shared.journal.tables import journal
from shared.journal.verify import verify_spool
from tests.integration.forks.copies import TILL, Copies
from tests.simulation.device import SimDevice, key_of
from tests.simulation.edges import Crash


def cut_short(copies: Copies, clone: SimDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes when the spool has the new incarnation, and the database has not."""

    def dies(*_of: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(desktop.store.local, "relink", dies)
        with pytest.raises(Crash):
            copies.sync(clone)
    clone.crash()
    clone.open()
    assert clone.running.enrolled.incarnation == 1


@pytest.fixture
def clone(copies: Copies) -> Iterator[SimDevice]:
    """It was told apart from the till, which sold and synced; nothing of it is at head office."""
    till = copies.till
    copies.sell(till, 2)
    clone = copies.copy_of(till.template(), "clone")
    copies.sell(till)
    copies.sync(till)
    copies.sell(clone, 2)
    yield clone
    clone.release()


def wrote(copies: Copies, clone: SimDevice) -> list[str]:
    return sorted({one.uid for one in (*copies.till.confirmed, *clone.confirmed)})


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_sold_after_it_outlives_the_database(
    copies: Copies, clone: SimDevice, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    for _ in range(times):
        cut_short(copies, clone, monkeypatch)
        copies.sell(clone, 2)
    clone.crash()
    clone.lose_database(copies.house.empty)
    clone.open()
    copies.sync(clone)
    assert copies.posted() == wrote(copies, clone)
    copies.must_agree(clone)
    query = select(journal.c.incarnation).where(journal.c.device_id == TILL.device_id)
    places = clone.running.read(lambda one: one.execute(query).scalars().all())
    assert len(set(places) - {1}) == 1


def test_the_verifier_reads_on_behind_it(
    copies: Copies, clone: SimDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(copies, clone, monkeypatch)
    copies.sell(clone)
    copies.sync(clone)
    copies.sell(clone)
    chains, fault = verify_spool(clone.spool.data, key=key_of(clone.name).public)
    assert fault is None
    assert [chain.incarnation for chain in chains] == [1, 3]


def test_one_that_was_begun_at_the_second_try_stands_once(
    copies: Copies, clone: SimDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(copies, clone, monkeypatch)
    copies.sync(clone)
    assert clone.running.enrolled.incarnation == 2
    copies.sell(clone)
    _chains, fault = verify_spool(clone.spool.data, key=key_of(clone.name).public)
    assert fault is None
    clone.crash()
    clone.lose_database(copies.house.empty)
    clone.open()
    copies.sync(clone)
    assert copies.posted() == wrote(copies, clone)


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_database_of_before_the_fork_takes_up_what_the_spool_has_behind_it(
    copies: Copies, clone: SimDevice, *, is_sent: bool
) -> None:
    before = clone.template()
    copies.sync(clone)
    assert clone.running.enrolled.incarnation == 2
    copies.sell(clone, 2)
    if is_sent:
        copies.sync(clone)
    clone.crash()
    clone.lose_database(before)
    clone.open()
    copies.sell(clone)
    copies.sync(clone)
    assert copies.posted() == wrote(copies, clone)
    copies.must_agree(clone)
