"""Head office on PostgreSQL decides about policies and counts their uses as on SQLite."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from shared.channel.documents import ChannelPublished, SalesOrg
from shared.core.rounding import MICRO
from shared.promotions.documents import PromotionApplied
from shared.promotions.posting import uses_of
from shared.promotions.queries import policies, policies_in_force, used_so_far
from shared.promotions.rules import Period, Standing, Use
from shared.sync.replica import apply_writes, everything
from shared.sync.tables import METADATA
from tests.builders.documents import NOON_US, a_header
from tests.builders.masters import SCHEMA, Office, an_approver, an_office
from tests.builders.sample_policies import LIMIT, OFF_300, TEN_PLUS_ONE, a_publication
from tests.integration.postgres import new_database, running_postgres

MONTH = replace(LIMIT, period=Period.MONTH)


@pytest.fixture
def on_postgres() -> Iterator[Office]:
    with running_postgres() as server, new_database(server, "policies") as address:
        engine = create_engine(address)
        with engine.connect() as connection:
            METADATA.create_all(connection, tables=SCHEMA.all_tables())
            yield Office(connection)
        engine.dispose()


def decided(office: Office) -> tuple[object, ...]:
    """Publish, change, refuse and end; then all that a screen, a till or an order would read."""
    office.post(ChannelPublished(sales_orgs=(SalesOrg(sales_org_id="FX", name="分销"),)))
    office.post(an_approver())
    for asked in (
        a_publication(TEN_PLUS_ONE),
        a_publication(OFF_300),
        a_publication(MONTH),
        a_publication(TEN_PLUS_ONE, parent_number=1, name="9+1", every_micro=9 * MICRO),
        a_publication(TEN_PLUS_ONE, parent_number=1),
        a_publication(OFF_300, parent_number=1, is_ended=True),
        a_publication(OFF_300, policy_id="bad", tiers=()),
    ):
        office.post(asked, approver_id="approver")
    for number, sign in ((1, 1), (2, 1), (3, -1)):
        header = a_header(number, kind="sale")
        taken = [PromotionApplied(policy_id="limit-20", number=1, measure=number * MICRO)]
        writes = uses_of(
            header,
            taken,
            use=Use.ORDER,
            currency="CNY",
            account_id="A1",
            business_day="2025-12-01",
            sign=sign,
        )
        apply_writes(office.connection, SCHEMA, list(writes), slot=0, owns=everything)
    connection = office.connection
    return (
        policies_in_force(connection, ("FX",), Use.ORDER, NOON_US),
        sorted(policies(connection, "FX"), key=lambda one: (one.policy_id, one.publication)),
        used_so_far(connection, [Standing(MONTH, 1)], day="2025-12-02", account_id="A1"),
    )


@pytest.mark.postgres
def test_both_databases_decide_and_count_alike(on_postgres: Office) -> None:
    office = an_office()
    here = decided(office)
    office.connection.close()

    assert decided(on_postgres) == here
    in_force, listed, used = here
    assert [one.number for one in in_force] == [2, 1]  # type: ignore[attr-defined]
    assert {one.code for one in listed} == {"", "PARENT_MOVED", "PROMOTION_BAD"}  # type: ignore[attr-defined]
    # 1 + 2 - 3: nothing is left of what was bought.
    assert used == {"limit-20": 0}
