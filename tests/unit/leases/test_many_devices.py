"""Five devices, one pool, any order of events (M06); the long form is in ``many``."""

from tests.unit.leases.many import play


def test_five_devices_never_spend_more_than_there_is_and_unused_leases_come_back() -> None:
    assert play(range(40)) == 0


def test_what_copies_of_one_disk_spent_twice_is_found_counted_and_told() -> None:
    assert play(range(15), copies=True) > 0
