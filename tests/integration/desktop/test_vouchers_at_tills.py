"""One coupon and one member's points at two tills without a line, through real sync (I07, D11)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.command import find_command
from shared.access.documents import Grant, UserPublished
from shared.core.errors import QutongError
from tests.fakes.keys import MemoryKeyStore
from tests.integration.desktop.served_brand import HeadOffice, served

Open = Callable[..., Client]
UNTIL = "2099-01-01T00:00:00Z"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path) as made:
        grants = tuple(Grant(site_id=one, sales_org_id="FX") for one in ("SH01", "SH05"))
        made.publish(
            UserPublished(user_id="wang", name="Wang", role="owner", grants=grants),
            UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),)),
            UserPublished(user_id="second", name="Two", role="head_office", grants=(Grant(),)),
        )
        yield made


@pytest.fixture
def device(tmp_path: Path, office: HeadOffice) -> Iterator[Open]:
    opened: list[Client] = []

    def start(kind: str, site_id: str, who: str) -> Client:
        client = Client.open(
            tmp_path / f"{kind}{site_id}",
            LAYOUT,
            clock=SystemClock(),
            randomness=SystemRandomness(),
            keys=MemoryKeyStore(),
            ballast_bytes=4096,
        )
        opened.append(client)
        client.enrol(office.url, office.enrol_code(kind, site_id, "01"))
        client.sync()
        client.store.author_id = who
        return client

    yield start
    for client in opened:
        client.close()


def do(client: Client, command: str, /, **params: Any) -> Any:
    answer = find_command(COMMANDS, command).call(client.store, msgspec.json.encode(params))
    return msgspec.json.decode(msgspec.json.encode(answer))


def refused(client: Client, command: str, **params: Any) -> str:
    with pytest.raises(QutongError) as why:
        do(client, command, **params)
    return why.value.code


def synced(*clients: Client) -> None:
    """Everybody twice: what one says is answered, and the others hear of it."""
    for _round in range(2):
        for client in clients:
            client.sync()


def cream(qty: int, *tenders: str, customer: str = "") -> dict[str, Any]:
    line = {"code": "010204", "qty": str(qty), "price": "100"}
    return {"lines": [line], "tenders": list(tenders), "customer": customer}


def issued(hq: Client, policy: str) -> str:
    made = do(hq, "coupons-issue", name="周年庆", value="20", least="100", until=UNTIL, count=1,
              policy=policy, approver="second")  # fmt: skip
    code: str = made["codes"][0]
    return code


def test_points_and_coupons_at_two_tills_without_a_line(device: Open) -> None:
    hq, near, far = (
        device("hq", "", "boss"),
        device("till", "SH01", "wang"),
        device("till", "SH05", "wang"),
    )
    do(hq, "points-rule", approver="second")
    strict, lenient = issued(hq, "strict"), issued(hq, "lenient")
    member = do(near, "member-new", name="王芳", phone="13800138000")["member_id"]
    assert do(far, "member-new", name="王芳", phone="13800138000")["member_id"] == member
    synced(hq, near, far)

    # A coupon for one till at a time: the other says what to do, and does without a line, too.
    assert refused(near, "sell", **cream(1, f"coupon:{strict}=20", "cash=80")) == (
        "COUPON_NEEDS_LINE"
    )
    do(near, "coupon-ask", code=strict)
    synced(near)
    do(near, "sell", **cream(1, f"coupon:{strict}=20", "cash=80"))
    do(far, "coupon-ask", code=strict)
    synced(far)
    assert refused(far, "sell", **cream(1, f"coupon:{strict}=20", "cash=80")) == (
        "COUPON_NEEDS_LINE"
    )

    # One that everybody takes: both sell, head office gets one task.
    for till in (near, far):
        do(till, "sell", **cream(1, f"coupon:{lenient}=20", "cash=80"))
    assert refused(near, "sell", **cream(1, f"coupon:{lenient}=20", "cash=80")) == "COUPON_USED"

    # Earned without a line at both, seen by both after the next one.
    do(near, "sell", **cream(6, "cash=600", customer=member))
    do(far, "sell", **cream(4, "cash=400", customer=member))
    assert do(near, "points", member=member)["balance"]["points"] == 600
    synced(near, far, hq)
    for client in (near, far, hq):
        assert do(client, "points", member=member)["balance"]["points"] == 1_000
    tasks = do(hq, "tasks")
    assert [one["code"] for one in tasks if one["code"].startswith("COUPON")] == (
        ["COUPON_USED_TWICE"]
    )
    twice = {one["policy"]: one["twice"] for one in do(hq, "coupon-batches")}
    assert twice == {"strict": 0, "lenient": 1}
    assert refused(far, "sell", **cream(1, f"coupon:{strict}=20", "cash=80")) == "COUPON_USED"

    # What is lent to one till is nobody else's: 700 here, 300 there, and not one more.
    do(near, "points-ask", member=member, points=700)
    synced(near)
    do(far, "points-ask", member=member, points=700)
    synced(far)
    near_pays = cream(1, "points=7", "cash=93", customer=member)
    far_pays = cream(1, "points=7", "cash=93", customer=member)
    do(near, "sell", **near_pays)
    assert refused(far, "sell", **far_pays) == "POINTS_NEED_LINE"
    do(far, "sell", **cream(1, "points=3", "cash=97", customer=member))
    synced(near, far, hq)
    held = {do(one, "points", member=member)["balance"]["points"] for one in (near, far, hq)}
    assert held == {1_000 - 1_000 + 93 + 97}
    codes = {one["code"] for one in do(hq, "tasks")}
    assert not codes & {"POINTS_NOT_LEASED", "POINTS_NOT_EARNED", "COUPON_NOT_LEASED"}
