"""Only what head office sealed reaches a device, and only those it is for (D01, A03)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.session import Session
from shared.access.documents import Grant, UserPublished
from shared.promotions.queries import policies_in_force, policy_history
from shared.promotions.rules import Policy, Use
from shared.promotions.tables import promotion_policy
from tests.builders.sample_policies import OFF_300, TEN_PLUS_ONE, a_publication
from tests.fakes.keys import MemoryKeyStore
from tests.integration.desktop.served_brand import HeadOffice, served

FOR_D1 = {"who": ("account:D1",)}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path) as made:
        users = [("boss", "head_office", Grant()), ("second", "head_office", Grant())]
        users += [(one, "owner", Grant(site_id=one, sales_org_id="FX")) for one in ("SH01", "SH05")]
        made.publish(
            *(
                UserPublished(user_id=user, name=user, role=role, grants=(grant,))
                for user, role, grant in users
            )
        )
        yield made


def enrolled(home: Path, office: HeadOffice, kind: str, site_id: str, who: str) -> Client:
    client = Client.open(
        home / f"{kind}{site_id}",
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        keys=MemoryKeyStore(),
        ballast_bytes=4096,
    )
    client.enrol(office.url, office.enrol_code(kind, site_id, "01"))
    client.sync()
    client.store.author_id = who
    return client


def ask(session: Session, /, policy: Policy, approver_id: str, **said: object) -> None:
    """Write the request as it stands, past every check of the client's own."""
    session.append(a_publication(policy, **said), approver_id=approver_id)  # type: ignore[arg-type]


def held(connection: Connection) -> list[tuple[str, int, str]]:
    c = promotion_policy.c
    rows = connection.execute(select(c.policy_id, c.number, c.status).order_by(c.policy_id))
    return [tuple(row) for row in rows]


def in_force(connection: Connection) -> list[str]:
    now_us = SystemClock().now_us()
    found = policies_in_force(connection, ("FX",), Use.ORDER, now_us)
    return [one.policy.policy_id for one in found]


def test_what_nobody_else_approved_or_is_for_others_never_reaches_a_shop(
    tmp_path: Path, office: HeadOffice
) -> None:
    hq = enrolled(tmp_path, office, "hq", "", "boss")
    first = enrolled(tmp_path, office, "till", "SH01", "SH01")
    other = enrolled(tmp_path, office, "till", "SH05", "SH05")
    hq.store.write(ask, OFF_300, "second")
    hq.store.write(ask, TEN_PLUS_ONE, "second", **FOR_D1)
    hq.store.write(ask, OFF_300, "boss", policy_id="alone")
    hq.store.write(ask, OFF_300, "", policy_id="nobody")
    hq.store.write(ask, OFF_300, "second", policy_id="bad", tiers=())
    for client in (hq, first, other, hq):
        client.sync()

    assert first.store.read(held) == [("10-1", 1, "sealed"), ("off-300", 1, "sealed")]
    assert other.store.read(held) == [("off-300", 1, "sealed")]
    (bad,) = hq.store.read(lambda one: policy_history(one, "bad"))
    assert (bad.status, bad.code, bad.detail) == ("rejected", "PROMOTION_BAD", "field=tiers")
    # Without a second person the document itself is kept: it made no row at head office.
    with office.office.database.read() as connection:
        assert {one for one, _, _ in held(connection)} == {"10-1", "bad", "off-300"}

    # The next number is for somebody else: who held the first one learns that it is over.
    hq.store.write(ask, TEN_PLUS_ONE, "second", parent_number=1, who=("account:D2",))
    for client in (hq, first, other):
        client.sync()
    assert first.store.read(in_force) == ["off-300"]
    assert other.store.read(in_force) == ["10-1", "off-300"]
    for client in (hq, first, other):
        client.close()


def test_a_policy_forged_by_a_dealer_is_kept_and_holds_for_nobody(
    tmp_path: Path, office: HeadOffice
) -> None:
    shop = enrolled(tmp_path, office, "till", "SH01", "SH01")
    shop.store.write(ask, OFF_300, "second")
    for author in ("boss", "SH01"):
        shop.store.author_id = author
        shop.store.write(ask, TEN_PLUS_ONE, "second")
    shop.sync()
    shop.sync()

    with office.office.database.read() as connection:
        assert held(connection) == []
    assert shop.store.read(in_force) == []
    shop.close()
