"""Policies: published, sealed or refused by head office, replaced, ended, and kept from others."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.channel.documents import ChannelPublished, SalesOrg
from shared.core.rounding import MICRO
from shared.promotions.documents import PromotionApplied
from shared.promotions.posting import uses_of
from shared.promotions.queries import (
    first_day,
    policies,
    policies_in_force,
    policy_history,
    policy_of,
    used_so_far,
    uses_of_org,
)
from shared.promotions.rules import Holder, Item, Period, Setting, Standing, Use
from shared.promotions.rules.counting import limits_used
from shared.promotions.tables import TABLES
from shared.sync.replica import apply_writes, everything
from tests.builders.documents import NOON_US, a_header
from tests.builders.masters import SCHEMA, Office, an_approver, an_office
from tests.builders.sample_policies import LIMIT, OFF_300, SPECIAL, TEN_PLUS_ONE, a_publication

DAY_US = 86_400_000_000


@pytest.fixture
def office() -> Iterator[Office]:
    made = an_office()
    orgs = (SalesOrg(sales_org_id="FX", name="分销"), SalesOrg(sales_org_id="DS", name="电商"))
    made.post(ChannelPublished(sales_orgs=orgs))
    made.post(an_approver())
    yield made
    made.connection.close()


def publish(office: Office, *asked: object, approver_id: str = "approver", **said: object) -> None:
    office.post(a_publication(*asked, **said), approver_id=approver_id)  # type: ignore[arg-type]


def in_force(office: Office, at_us: int = NOON_US, use: Use = Use.ORDER) -> list[tuple[str, int]]:
    found = policies_in_force(office.connection, ("FX",), use, at_us)
    return [(one.policy.policy_id, one.number) for one in found]


def newest_code(office: Office, policy_id: str) -> str:
    waiting = [one for one in policy_history(office.connection, policy_id) if not one.number]
    return waiting[0].code if waiting else ""


def test_a_published_policy_gets_its_number_and_comes_back_as_it_was_written(
    office: Office,
) -> None:
    publish(office, OFF_300)

    (standing,) = policies_in_force(office.connection, ("FX",), Use.TILL, NOON_US)
    assert standing == Standing(OFF_300, 1)
    (view,) = policies(office.connection, "FX")
    assert (view.status, view.author_id, view.approver_id) == ("sealed", "editor", "approver")


def test_a_change_takes_the_place_of_the_number_before_and_both_can_be_read(
    office: Office,
) -> None:
    publish(office, TEN_PLUS_ONE)
    publish(office, TEN_PLUS_ONE, parent_number=1, name="9+1", every_micro=9 * MICRO)

    assert in_force(office) == [("10-1", 2)]
    before = policy_of(office.connection, "10-1", 1)
    assert before is not None
    assert before.name == "10+1"
    assert [one.next_number for one in policy_history(office.connection, "10-1")] in (
        [0, 2],
        [2, 0],
    )


def test_the_first_of_two_changes_wins_and_the_other_is_told(office: Office) -> None:
    publish(office, TEN_PLUS_ONE)
    publish(office, TEN_PLUS_ONE, parent_number=1, name="first")
    publish(office, TEN_PLUS_ONE, parent_number=1, name="second")

    assert newest_code(office, "10-1") == "PARENT_MOVED"
    (standing,) = policies_in_force(office.connection, ("FX",), Use.ORDER, NOON_US)
    assert standing.policy.name == "first"


@pytest.mark.parametrize(
    ("approver_id", "code"),
    [("editor", "SECOND_PERSON_NEEDED"), ("", "APPROVER_MAY_NOT"), ("clerk", "APPROVER_MAY_NOT")],
)
def test_a_second_person_who_may_approve_is_needed(
    office: Office, approver_id: str, code: str
) -> None:
    publish(office, TEN_PLUS_ONE, approver_id=approver_id)

    assert newest_code(office, "10-1") == code
    assert in_force(office) == []


def test_what_cannot_stand_is_refused_even_in_a_forged_request(office: Office) -> None:
    publish(office, TEN_PLUS_ONE, every_micro=-1)
    publish(office, OFF_300, sales_org_id="XX")

    assert newest_code(office, "10-1") == "PROMOTION_BAD"
    assert newest_code(office, "off-300") == "SALES_ORG_UNKNOWN"


def test_a_policys_id_belongs_to_one_sales_organisation(office: Office) -> None:
    publish(office, TEN_PLUS_ONE)
    publish(office, TEN_PLUS_ONE, sales_org_id="DS", parent_number=1)

    assert newest_code(office, "10-1") == "PROMOTION_ID_TAKEN"


def test_a_policy_holds_from_its_instant_until_its_last_and_not_once_ended(
    office: Office,
) -> None:
    publish(office, TEN_PLUS_ONE, from_us=NOON_US, until_us=NOON_US + DAY_US)

    assert in_force(office, NOON_US - 1) == []
    assert in_force(office, NOON_US) == [("10-1", 1)]
    assert in_force(office, NOON_US + DAY_US) == []
    publish(office, TEN_PLUS_ONE, parent_number=1, is_ended=True)
    assert in_force(office) == []
    # Published again it holds again.
    publish(office, TEN_PLUS_ONE, parent_number=2)
    assert in_force(office) == [("10-1", 3)]


def test_only_what_held_under_its_number_can_be_replayed(office: Office) -> None:
    publish(office, TEN_PLUS_ONE, every_micro=0)
    assert newest_code(office, "10-1") == "PROMOTION_BAD"
    assert policy_of(office.connection, "10-1", 0) is None
    publish(office, TEN_PLUS_ONE)
    # What ends a policy is not looked at: a till's forged sale must not be worked out by it.
    publish(office, TEN_PLUS_ONE, parent_number=1, is_ended=True, every_micro=0)
    assert in_force(office) == []
    assert policy_of(office.connection, "10-1", 1) == TEN_PLUS_ONE
    assert policy_of(office.connection, "10-1", 2) is None


def test_policies_come_in_the_order_in_which_the_engine_works(office: Office) -> None:
    for one in (LIMIT, OFF_300, TEN_PLUS_ONE):
        publish(office, one)
    publish(office, TEN_PLUS_ONE, policy_id="0-late", priority=5)
    publish(office, SPECIAL, sales_org_id="DS")

    assert [one for one, _ in in_force(office)] == ["10-1", "0-late", "off-300", "limit-20"]
    assert in_force(office, use=Use.TILL) == [("off-300", 1)]


# who hears of it

SCOPES = {one.name: one.scopes for one in TABLES}["promotion_policy"]


@pytest.mark.parametrize(
    ("who", "scopes"),
    [
        ("", ("hq", "org:FX")),
        ("region:E", ("hq", "org:FX")),
        ("list:member", ("hq", "org:FX")),
        ("level:L1", ("hq", "org:FX/level:L1")),
        ("level:L1 level:L2", ("hq", "org:FX/level:L1", "org:FX/level:L2")),
        ("region:E+level:L1", ("hq", "org:FX/level:L1")),
        ("category:VIP account:A1", ("hq", "org:FX/category:VIP", "account:A1")),
        ("site:SH01 level:L1", ("hq", "site:SH01", "org:FX/level:L1")),
        ("site:SH01 region:E", ("hq", "org:FX")),
    ],
)
def test_a_policy_of_named_parts_travels_to_them_alone(who: str, scopes: tuple[str, ...]) -> None:
    row = {"sales_org_id": "FX", "status": "sealed", "who": who}
    assert SCOPES(row) == scopes
    for status in ("", "rejected"):
        assert SCOPES(row | {"status": status}) == ("hq",)


def test_who_held_the_number_before_learns_that_it_is_replaced_by_one_for_others(
    office: Office,
) -> None:
    publish(office, TEN_PLUS_ONE, who=("level:L1",))
    publish(office, TEN_PLUS_ONE, parent_number=1, who=("level:L2",))

    old, new = sorted(policy_history(office.connection, "10-1"), key=lambda one: one.number)
    assert (old.next_number, new.next_number) == (2, 0)
    assert in_force(office) == [("10-1", 2)]


# what was used


def use(
    office: Office, number: int, policy_id: str, pieces: int, day: str, sign: int = 1, **who: str
) -> None:
    header = a_header(number, kind="sale", site_id="SH01")
    applied = [PromotionApplied(policy_id=policy_id, number=1, measure=pieces * MICRO)]
    writes = uses_of(
        header, applied, use=Use.ORDER, currency="CNY", business_day=day, sign=sign, **who
    )
    apply_writes(office.connection, SCHEMA, list(writes), slot=0, owns=everything)


def test_what_was_used_counts_by_holder_and_period_and_a_return_gives_it_back(
    office: Office,
) -> None:
    month = replace(LIMIT, period=Period.MONTH)
    week = replace(LIMIT, policy_id="week", period=Period.WEEK)
    ever = replace(LIMIT, policy_id="ever", period=Period.POLICY, holder=Holder.SITE)
    order = replace(LIMIT, policy_id="order", period=Period.ORDER)
    number = 0
    for day, pieces in (("2025-11-30", 5), ("2025-12-01", 7), ("2025-12-07", 2)):
        for policy in (month, week, ever, order):
            number += 1
            use(office, number, policy.policy_id, pieces, day, account_id="A1")
    use(office, 90, "limit-20", 3, "2025-12-02", sign=-1, account_id="A1")
    use(office, 91, "limit-20", 100, "2025-12-02", account_id="A2")

    standings = [Standing(one, 1) for one in (month, week, ever, order)]
    day, account = "2025-12-07", {"account_id": "A1", "site_id": "SH01"}
    used = used_so_far(office.connection, standings, day=day, **account)
    assert used == {"limit-20": 6 * MICRO, "week": 9 * MICRO, "ever": 14 * MICRO}
    assert used_so_far(office.connection, standings, day=day, member_id="M1") == {}


def test_uses_are_summed_by_policy_for_the_sites_one_may_look_at(office: Office) -> None:
    publish(office, LIMIT)
    publish(office, TEN_PLUS_ONE, sales_org_id="DS")
    use(office, 1, "limit-20", 3, "2025-12-01")
    use(office, 2, "limit-20", 3, "2025-12-02", sign=-1)
    use(office, 3, "10-1", 3, "2025-12-02")

    connection = office.connection
    assert uses_of_org(connection, "FX", None) == [("limit-20", 1, 0, 0)]
    assert uses_of_org(connection, "FX", {"SH01"}) == [("limit-20", 1, 0, 0)]
    assert uses_of_org(connection, "FX", {"SH02"}) == []
    assert [one.documents for one in policies(connection, "FX")] == [1]


def test_weeks_begin_on_monday() -> None:
    assert first_day(Period.WEEK, "2025-12-07") == "2025-12-01"
    assert first_day(Period.WEEK, "2025-12-08") == "2025-12-08"


def test_a_document_says_what_it_takes_of_limits_over_a_period() -> None:
    setting = Setting(use=Use.ORDER, currency="CNY", at_us=NOON_US, weekday=1, minute=600)
    items = [Item(1, "010204", "CHENLU", 4 * MICRO, MICRO), Item(2, "other", "X", MICRO, MICRO)]
    month = replace(LIMIT, period=Period.MONTH)

    (taken,) = limits_used(items, [Standing(month, 3), Standing(LIMIT, 1)], setting)
    assert (taken.policy_id, taken.number, taken.measure) == ("limit-20", 3, 4 * MICRO)
