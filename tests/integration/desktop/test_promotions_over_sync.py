"""A promotion travels to a till by real sync, and its sale back, row by row the same (D05-D12)."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.pricing.usecases import set_own_price
from desktop.sales.model.till import TillModel
from desktop.store.desk import Desk
from desktop.store.session import Session
from shared.access.documents import Grant, UserPublished
from shared.core.rounding import MICRO
from shared.journal.tables import journal
from shared.promotions.documents import PolicyPublished
from shared.promotions.rules import Goods, Policy, PolicyKind, Special, Tier
from shared.promotions.tables import policy_use
from shared.sales.queries.promoting import promotions_agree
from shared.sales.tables import sale_line
from tests.builders.policies import a_policy
from tests.fakes.keys import MemoryKeyStore
from tests.integration.desktop.served_brand import HeadOffice, served

CREAM, LOTION = "010204", "010205"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path) as made:
        made.publish(
            UserPublished(
                user_id="wang", name="Wang", role="owner",
                grants=(Grant(site_id="SH01", sales_org_id="FX"),),
            ),
            UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),)),
            UserPublished(user_id="second", name="Two", role="head_office", grants=(Grant(),)),
        )  # fmt: skip
        yield made


def opened(home: Path, keys: MemoryKeyStore) -> Client:
    return Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        keys=keys,
        ballast_bytes=4096,
    )


def enrolled(
    home: Path, office: HeadOffice, kind: str, site_id: str, who: str, keys: MemoryKeyStore
) -> Client:
    client = opened(home / f"{kind}{site_id}", keys)
    client.enrol(office.url, office.enrol_code(kind, site_id, "01"))
    client.sync()
    client.store.author_id = who
    return client


def publish(session: Session, policies: tuple[Policy, ...]) -> None:
    for policy in policies:
        session.append(
            PolicyPublished(sales_org_id="FX", parent_number=0, policy=policy),
            approver_id="second",
        )


def rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        table.name: [
            {name: value for name, value in row.items() if not name.startswith("_")}
            for row in connection.execute(select(table).order_by(table.c.id)).mappings()
        ]
        for table in (sale_line, policy_use)
    }


def _after_a_kill(home: Path, keys: MemoryKeyStore) -> list[str]:
    """The gifts in the open basket of a till that starts again from these files."""
    client = opened(home, keys)
    client.store.author_id = "wang"
    desk = Desk(client.store)
    try:
        return [one.product_id for one in TillModel(desk, "CNY").deal.gifts]
    finally:
        desk.close()
        client.close()


def test_a_policy_reaches_the_till_and_its_sale_comes_back_the_same(
    tmp_path: Path, office: HeadOffice
) -> None:
    keys = MemoryKeyStore()
    hq = enrolled(tmp_path, office, "hq", "", "boss", MemoryKeyStore())
    till = enrolled(tmp_path, office, "till", "SH01", "wang", keys)
    policies = (
        a_policy("F2", PolicyKind.FIRST, specials=(Special(CREAM, 9_900_000),), first_micro=MICRO),
        a_policy(
            "G", PolicyKind.GIFT, goods=Goods(products=(CREAM,)), every_micro=2 * MICRO,
            gift_micro=MICRO, gifts=(LOTION, CREAM),
        ),
        a_policy("MJ", PolicyKind.THRESHOLD, tiers=(Tier(2_000, off_minor=333),)),
    )  # fmt: skip
    hq.store.write(publish, policies)
    for client in (hq, till, hq, till):
        client.sync()
    till.store.write(set_own_price, CREAM, 19_900_000)
    till.store.write(set_own_price, LOTION, 7_000_000)

    async def sell() -> str:
        desk = Desk(till.store)
        model = TillModel(desk, "CNY")
        model.scan(CREAM, "3")
        model.pick(0)
        copy = tmp_path / "killed"
        shutil.copytree(tmp_path / "tillSH01", copy, ignore=shutil.ignore_patterns("*.lock"))
        assert _after_a_kill(copy, keys) == [LOTION]
        sold = await model.sell()
        desk.close()
        assert sold is not None
        assert sold.total_minor == 990 + 2 * 1_990 - 333
        return sold.uid

    uid = asyncio.run(sell())
    till.sync()
    here = till.store.read(rows)
    with office.office.database.read() as connection:
        assert rows(connection) == here
        assert len(here["policy_use"]) == 3
        stored = connection.execute(
            select(journal.c.stored).where(journal.c.uid == uid)
        ).scalar_one()
        document = LAYOUT.registry.decode(stored)
        assert promotions_agree(connection, document.header, document.body)  # type: ignore[arg-type]
    hq.close()
    till.close()
