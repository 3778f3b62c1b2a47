"""What comes to head office after its recovery is answered once, or put before a person."""

import random
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select

from shared.core.ids import uuid7
from shared.journal.tables import journal
from shared.tasks.tables import task
from sync_server.sync.recovering import finish
from tests.integration.forks.forgetful import Forgetful
from tests.simulation import publishing
from tests.simulation.device import SimDevice, Template

ANSWERS = ("price_version_sealed", "price_version_rejected")


class Desks(Forgetful):
    """Two machines with one desk's disk: the second holds answers to what only the first wrote."""

    def __init__(self) -> None:
        super().__init__()
        older = self.desk.template()
        self.publish(self.desk)
        self.sync(self.desk)
        self.other = self._copy(older)
        for _ in range(2):
            self.sync(self.other)

    def _copy(self, template: Template) -> SimDevice:
        return SimDevice.make(self.desk.place, template, self.world, "other")

    def publish(self, desk: SimDevice) -> None:
        self.world.now_us += 1_000_000
        uid = uuid7(self.world.now_us, desk.randomness)
        desk.run("boss", partial(publishing.prices, chance=random.Random(uid), uid=uid))

    def end_recovery(self) -> None:
        """Head office waits for nobody more: the owner signs for it."""
        with self.office.database.write() as connection:
            assert finish(connection, self.office.hq, self.world.now_us, signed_off_by="boss")

    def answers(self) -> list[tuple[str, str, str]]:
        """What head office said to price versions, with its verdict on it."""
        c = journal.c
        query = select(c.kind, c.verdict, c.code).where(c.device_id == "HQ", c.kind.in_(ANSWERS))
        with self.office.database.read() as connection:
            return [(row.kind, row.verdict, row.code) for row in connection.execute(query)]

    def tasks(self) -> list[str]:
        with self.office.database.read() as connection:
            return list(connection.execute(select(task.c.code)).scalars())

    def release(self) -> None:
        self.other.release()
        super().release()


@pytest.fixture
def desks() -> Iterator[Desks]:
    made = Desks()
    yield made
    made.release()


def test_a_request_after_the_recovery_has_the_answer_that_came_back_before_it(
    desks: Desks,
) -> None:
    before = desks.answers()
    desks.restore()
    desks.sync(desks.other)
    desks.end_recovery()
    for _ in range(2):
        desks.sync(desks.desk)
    assert desks.answers() == before
    desks.must_agree(desks.desk)


def test_an_answer_after_the_recovery_is_put_before_a_person(desks: Desks) -> None:
    before = desks.answers()
    desks.restore()
    lost = len(before) - len(desks.answers())
    desks.end_recovery()
    desks.sync(desks.other)
    late = [code for _, verdict, code in desks.answers() if verdict == "kept"]
    assert late == ["RETURNED_LATE"] * lost
    assert desks.tasks().count("RETURNED_LATE") == lost == 1
    # Nobody reads it as an answer: the request is decided when it comes.
    desks.sync(desks.desk)
    assert [one for one in desks.answers() if one[1] == "stored"] == before
