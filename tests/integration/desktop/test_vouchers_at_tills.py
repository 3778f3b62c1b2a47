"""One coupon and one member's points at two tills without a line, through real sync (I07, D11)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from sqlalchemy import select

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.asking import device as device_of_store
from desktop.store.command import find_command
from desktop.store.session import Session
from shared.access.documents import Grant, UserPublished
from shared.core.errors import QutongError
from shared.core.ids import uid_text
from shared.sales.tables import sale_tender
from shared.sync.messages import Message, unpack
from shared.vouchers.documents import CouponMade, CouponsIssued
from shared.vouchers.rules import coupon_id
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


_PACKED = b"\x28\xb5\x2f\xfd"


def unpacked(content: bytes) -> bytes:
    """The bytes of an answer with all that is packed in them laid open."""
    start = content.find(_PACKED)
    if start < 0:
        return content
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(content[start:])
    return content[:start] + unpacked(plain)


def test_a_directed_coupon_pays_for_its_member_and_no_other_till_learns_whose_it_is(
    device: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    hq, near, far = (
        device("hq", "", "boss"),
        device("till", "SH01", "wang"),
        device("till", "SH05", "wang"),
    )
    member = do(near, "member-new", name="王芳", phone="13800138000")["member_id"]
    other = do(near, "member-new", name="李四", phone="13900139000")["member_id"]
    synced(near, hq)
    (code,) = do(
        hq, "coupons-issue", name="生日", value="20", least="0", until=UNTIL, policy="lenient",
        members=["13800138000"], approver="second",
    )["codes"]  # fmt: skip
    synced(hq)
    heard: list[bytes] = []

    def listen(data: bytes, kind: type[Message]) -> Message:
        heard.append(unpacked(data))
        return unpack(data, kind)

    with monkeypatch.context() as patched:
        patched.setattr("desktop.sync.transport.unpack", listen)
        synced(far)
    named = coupon_id(code, device_of_store(hq.store).hq_public_key)
    stream = b"".join(heard)
    assert named.encode() in stream
    assert member.encode() not in stream

    synced(near)
    tenders = (f"coupon:{code}=20", "cash=80")
    for who in ("", other):
        assert refused(near, "sell", **cream(1, *tenders, customer=who)) == "COUPON_NOT_THEIRS"
    assert refused(far, "sell", **cream(1, *tenders)) == "COUPON_NOT_THEIRS"
    sold = do(near, "sell", **cream(1, *tenders, customer=member))["sale"]
    references = near.store.read(
        lambda one: (
            one.execute(
                select(sale_tender.c.reference).where(sale_tender.c.document == sold["uid"])
            )
            .scalars()
            .all()
        )
    )
    assert set(references) == {named, ""}


def issue(hq: Client, *codes: str) -> str:
    """A batch of these very codes, as only a program nobody wrote would ask for it."""

    def ask(session: Session) -> str:
        body = CouponsIssued(
            name="周年庆", currency="CNY", value_minor=2_000, least_minor=0, from_us=1,
            until_us=4_000_000_000_000_000, policy="lenient", on_return="lost",
            coupons=tuple(
                CouponMade(coupon_id=coupon_id(one, session.identity.hq_public_key))
                for one in codes
            ),
        )  # fmt: skip
        return uid_text(session.append(body, approver_id="second").uid)

    return hq.store.write(ask).value


def test_a_known_code_stays_with_its_first_batch_and_the_later_one_is_told(device: Open) -> None:
    hq, till = device("hq", "", "boss"), device("till", "SH01", "wang")
    first_code, second_code = "Q" + "2" * 16, "Q" + "3" * 16
    first = issue(hq, first_code)
    # One of the same push, one of a later push.
    issue(hq, second_code, first_code)
    synced(hq)
    issue(hq, first_code)
    synced(hq, till)
    in_force = [one for one in do(hq, "coupon-batches") if one["state"] == "in_force"]
    assert [one["batch_id"] for one in in_force] == [first]
    told = [one for one in do(hq, "tasks") if one["code"] == "DOCUMENT_KEPT"]
    assert len(told) == 2
    do(till, "sell", **cream(1, f"coupon:{first_code}=20", "cash=80"))
    assert [one["used"] for one in do(hq, "coupon-batches") if one["batch_id"] == first] == [0]
    synced(till, hq)
    assert [one["used"] for one in do(hq, "coupon-batches") if one["batch_id"] == first] == [1]
    assert refused(till, "sell", **cream(1, f"coupon:{second_code}=20", "cash=80")) == (
        "COUPON_UNKNOWN"
    )
