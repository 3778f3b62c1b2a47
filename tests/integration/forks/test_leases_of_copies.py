"""A lease asked for before a restored disk was told apart is its own, and can be spent (M06)."""

from desktop.leases.usecases import ask_lease, held_leases
from shared.leases.documents import PoolStated
from shared.leases.rules import points_pool
from tests.integration.forks.copies import Copies


def test_points_asked_for_before_the_fork_are_spent_after_it() -> None:
    house, pool = Copies(), points_pool("M1")
    house.office.publish(PoolStated(pool=pool, unit="points", added=500))
    house.sell(house.till, 2)
    house.sync(house.till)
    image = house.till.template()
    house.sell(house.till, 3)
    house.sync(house.till)
    till = house.copy_of(image, "restored")
    house.world.now_us += 1_000_000
    till.running.run("wang", lambda session: ask_lease(session, pool, 500))

    for _ in range(2):
        house.sync(till)

    assert till.running.enrolled.incarnation == 2
    (held,) = till.running.run("wang", lambda session: held_leases(session, pool)).value
    assert (held.amount, held.spendable) == (500, 500)
    for device in (till, house.till):
        device.release()
    house.office.disk.release()
