"""A shop begins by itself and joins head office later, over a real socket (R07, B11)."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, func, select

from desktop.access.usecases import new_pin_hash, sign_in
from desktop.app.client import Client
from desktop.app.founding import NewShop, found_shop, join
from desktop.catalog.usecases import withdraw_own_barcode
from desktop.channel.usecases import add_staff, dismiss_staff, give_staff_pin
from desktop.channel.usecases import found_shop as found_by_document
from desktop.sales.usecases.returning import return_goods
from desktop.sales.usecases.selling import BasketLine, Sold, sell
from desktop.sales.usecases.shifts import begin_shift
from desktop.stock.usecases.moving import Goods, move
from desktop.store.session import Session
from desktop.sync import founding as device_side
from desktop.sync.engine import sync
from desktop.sync.enrolment import load_key
from desktop.sync.founding import begin_alone
from desktop.sync.transport import new_client as http_client
from desktop.sync.transport import send_enrolment, send_joining
from shared.access.pins import pin_fits
from shared.access.queries import permissions_of, users_of_site
from shared.access.tables import user_account
from shared.accounts.queries import balance_minor
from shared.accounts.rules import revenue, tender_account
from shared.areas import REGISTRY, SCHEMA
from shared.catalog.documents import OwnGoods, OwnProductsStated
from shared.catalog.queries import barcode_conflicts, by_barcode
from shared.catalog.rules import own_product_id
from shared.catalog.search import search
from shared.catalog.tables import product
from shared.channel import posting as channel_posting
from shared.channel.documents import (
    ChannelPublished,
    DeviceRevoked,
    ShopFounded,
    Site,
    StaffStated,
)
from shared.channel.rules import founder_id
from shared.channel.tables import device as enrolled
from shared.channel.tables import site
from shared.core.errors import AccessDenied, Conflict, QutongError, RuleViolation, Unavailable
from shared.journal.tables import journal
from shared.sales.tables import sale, sale_line
from shared.stock.documents import MoveLine, Movement
from shared.stock.queries import on_hand_micro
from shared.stock.rules import GIFT, location
from shared.sync.holding import cursors
from shared.sync.messages import Enrol, EnrolAnswer, Join, pack
from shared.sync.requests import enrolment_message, joining_message
from shared.tasks.tables import task
from sync_server.operations.verify import faults
from sync_server.store.tables import scope_head
from tests.builders.founded_shop import CREAM, OWNER, new_client, open_for_business, site_of
from tests.fakes.keys import MemoryKeyStore
from tests.integration.desktop.served_brand import HeadOffice, served
from tests.integration.server.malice import spoiled, spoiled_bytes

PIECE = 1_000_000


@pytest.fixture
def brand(tmp_path: Path) -> Iterator[HeadOffice]:
    """Each test has its own: threads of a shared server would begin in one test and outlive it."""
    with served(tmp_path / "brand") as made:
        yield made


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Client]:
    client = new_client(tmp_path / "shop")
    open_for_business(client)
    yield client
    client.close()


def own(client: Client, code: str) -> str:
    return own_product_id(site_of(client), code)


def sell_one(client: Client, code: str = CREAM, pieces: int = 1) -> Sold:
    line = BasketLine(product_id=own(client, code), qty_micro=pieces * PIECE)
    return client.store.write(sell, [line]).value


def figures(connection: Connection, site_id: str) -> dict[str, Any]:
    """Stock by product and money by account, from the kept balances, and what was sold."""
    here = location(site_id)
    codes = (CREAM, "6901234567809", "6901234567816", "6901234567823")
    sums = select(func.count(), func.sum(sale.c.total_minor)).where(sale.c.site_id == site_id)
    return {
        "stock": [on_hand_micro(connection, here, own_product_id(site_id, code)) for code in codes],
        "cash": balance_minor(connection, tender_account(site_id, "cash"), "CNY"),
        "revenue": balance_minor(connection, revenue(site_id), "CNY"),
        "sales": tuple(connection.execute(sums).one()),
        "numbers": sorted(
            connection.execute(select(sale.c.number).where(sale.c.site_id == site_id)).scalars()
        ),
    }


def digests(client: Client) -> dict[str, tuple[int, int, int]]:
    return {row.scope: (row.seq, row[3], row.digest) for row in client.store.read(cursors)}


def head_digests(brand: HeadOffice) -> dict[str, tuple[Any, ...]]:
    with brand.office.database.read() as connection:
        rows = connection.execute(select(scope_head)).all()
    return {row.scope: (row.head, row[4], row.digest) for row in rows}


def assert_equal_and_proved(client: Client, brand: HeadOffice) -> None:
    """The shop's figures stand at head office, the scopes agree, and the verifier has no fault."""
    site_id = site_of(client)
    with brand.office.database.read() as connection:
        there = figures(connection, site_id)
        key = brand.office.hq.author.key.public
        assert not list(faults(connection, REGISTRY, SCHEMA, key))
        kept = select(func.count()).where(
            journal.c.verdict == "kept", journal.c.device_id.startswith(f"{site_id}.")
        )
        assert connection.execute(kept).scalar_one() == 0
    assert client.store.read(lambda one: figures(one, site_id)) == there
    heads = head_digests(brand)
    assert digests(client).items() <= heads.items()


def test_a_shop_sells_without_any_server(shop: Client) -> None:
    first = sell_one(shop)
    assert first.number == f"XS-{site_of(shop)}-01A-000001"
    assert shop.store.read(lambda one: search(one, "面霜", limit=5)) == [own(shop, CREAM)]
    with pytest.raises(Unavailable, match="NOT_JOINED"):
        shop.sync()


def test_a_shop_is_founded_once(shop: Client) -> None:
    with pytest.raises(Conflict, match="ALREADY_ENROLLED"):
        found_shop(shop, OWNER)
    with pytest.raises(Conflict, match="ALREADY_FOUNDED"):
        shop.store.write(found_by_document, "二店", "李四")


def test_a_founding_that_broke_off_goes_on(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    before = begin_alone(client.store, client.keys, client.randomness)
    client.close()
    client = new_client(tmp_path / "shop", keys)
    founded = found_shop(client, OWNER)
    assert founded.device_id == before.device_id
    client.close()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": " "}, "SHOP_INCOMPLETE"),
        ({"owner_name": ""}, "SHOP_INCOMPLETE"),
        ({"pin": "12"}, "PIN_BAD"),
        ({"currency": "XXX"}, "CURRENCY_UNKNOWN"),
        ({"zone": "Mars/Olympus"}, "ZONE_UNKNOWN"),
    ],
)
def test_a_shop_that_is_half_said_is_not_founded(
    tmp_path: Path, said: dict[str, str], code: str
) -> None:
    client = new_client(tmp_path / "shop")
    wanted = NewShop(**{"name": "店", "owner_name": "王", "pin": "1357"} | said)
    with pytest.raises(RuleViolation, match=code):
        found_shop(client, wanted)
    found_shop(client, OWNER)
    client.close()


def test_a_founded_shop_joins_and_head_office_has_the_same_figures(
    shop: Client, brand: HeadOffice
) -> None:
    sales = [sell_one(shop, pieces=1 + n % 3) for n in range(5)]
    for _ in range(15):
        sell_one(shop, "6901234567809")
    shop.store.write(return_goods, sales[0].uid, {1: PIECE}, reason="不合适")
    before = shop.store.read(lambda one: figures(one, site_of(shop)))
    joined = join(shop, brand.url, brand.invite())
    assert joined.summary is not None
    assert (joined.summary.kept, joined.summary.findings) == ({}, [])
    assert shop.store.read(lambda one: figures(one, site_of(shop))) == before
    assert before["sales"][0] == 21
    assert_equal_and_proved(shop, brand)


def test_what_is_sold_after_joining_arrives_too_and_numbers_go_on(
    shop: Client, brand: HeadOffice
) -> None:
    sell_one(shop)
    join(shop, brand.url, brand.invite())
    assert sell_one(shop).number == f"XS-{site_of(shop)}-01A-000002"
    assert shop.sync().findings == []
    assert_equal_and_proved(shop, brand)


def test_the_owner_keeps_signing_in_with_the_same_pin(shop: Client, brand: HeadOffice) -> None:
    join(shop, brand.url, brand.invite())
    site_id = site_of(shop)
    (owner,) = shop.store.read(lambda one: users_of_site(one, site_id))
    assert (owner.user_id, owner.role) == (founder_id(site_id), "owner")
    assert pin_fits(OWNER.pin, owner.pin_hash)
    with brand.office.database.read() as connection:
        assert users_of_site(connection, site_id) == [owner]


def test_staff_the_founder_named_before_joining_stays_and_what_they_sold_is_stored(
    shop: Client, brand: HeadOffice
) -> None:
    site_id = site_of(shop)
    given = new_pin_hash(shop.store, "1357")
    mei = shop.store.write(add_staff, "小梅", "clerk", pin_hash=given).value
    lao = shop.store.write(add_staff, "老赵", "warehouse", pin_hash=given).value
    with pytest.raises(RuleViolation, match="STAFF_EXISTS"):
        shop.store.write(add_staff, "小梅", "clerk", pin_hash=given)
    assert sign_in(shop.store, mei, "1357").role == "clerk"
    sold = sell_one(shop)
    with pytest.raises(AccessDenied, match="NOT_PERMITTED"):
        shop.store.write(add_staff, "小李", "clerk", pin_hash=given)
    sign_in(shop.store, founder_id(site_id), OWNER.pin)
    with pytest.raises(RuleViolation, match="STAFF_UNUSABLE"):
        shop.store.write(dismiss_staff, founder_id(site_id))
    shop.store.write(give_staff_pin, mei, pin_hash=new_pin_hash(shop.store, "9753"))
    shop.store.write(dismiss_staff, lao)
    joined = join(shop, brand.url, brand.invite())
    assert joined.summary is not None
    assert joined.summary.kept == {}
    assert_equal_and_proved(shop, brand)
    with brand.office.database.read() as connection:
        found = {one.user_id: one for one in users_of_site(connection, site_id)}
        by = select(sale.c.author_id).where(sale.c.id == sold.uid)
        assert connection.execute(by).scalar_one() == mei
        assert not permissions_of(connection, lao, site_id)
    assert set(found) == {founder_id(site_id), mei}
    assert pin_fits("9753", found[mei].pin_hash)
    # Afterwards, too: at the next sync, and by their own PIN.
    sign_in(shop.store, mei, "9753")
    sell_one(shop)
    assert shop.sync().kept == {}
    assert_equal_and_proved(shop, brand)


def test_a_cashiers_sales_shift_and_return_are_stored_and_nothing_else_of_theirs(
    shop: Client, brand: HeadOffice
) -> None:
    """Head office knows the role: what a cashier sells is posted, what they move is kept."""
    site_id = site_of(shop)
    join(shop, brand.url, brand.invite())
    given = new_pin_hash(shop.store, "1357")
    mei = shop.store.write(add_staff, "小梅", "cashier", pin_hash=given).value
    sign_in(shop.store, mei, "1357")
    shop.store.write(begin_shift, 20_000)
    sold = sell_one(shop)
    assert shop.sync().kept == {}
    goods = [Goods(product_id=own(shop, CREAM), qty_micro=PIECE)]
    with pytest.raises(AccessDenied, match="NOT_PERMITTED"):
        shop.store.write(move, "gift_out", goods)
    shop.store.write(move_anyway, own(shop, CREAM))
    assert list(shop.sync().kept.values()) == ["PERMISSION_MISSING"]
    with brand.office.database.read() as connection:
        by = select(sale.c.author_id).where(sale.c.id == sold.uid)
        assert connection.execute(by).scalar_one() == mei
        assert "stock.move" not in permissions_of(connection, mei, site_id)


def move_anyway(session: Session, product_id: str) -> None:
    """As a program that is not ours would."""
    site_id = session.identity.site_id
    line = MoveLine(product_id=product_id, qty_micro=PIECE)
    body = Movement(
        movement_type="gift_out", from_location=location(site_id), to_location=GIFT, lines=[line]
    )
    session.append(body, site_id=site_id)


def test_staff_of_another_site_or_of_another_rank_is_kept_and_names_nobody(
    shop: Client, brand: HeadOffice
) -> None:
    """A program that is not ours may write what ours refuses."""
    join(shop, brand.url, brand.invite())
    here = site_of(shop)
    forged = (
        (founder_id("SH01"), "SH01", "00c0ffee", "clerk", "FOREIGN_SITE"),
        (founder_id(here), "SH01", "00c0ffee", "clerk", "POSTING_FAILED"),
        (founder_id(here), here, "owner", "clerk", "POSTING_FAILED"),
        (founder_id(here), here, "00c0ffee", "head_office", "POSTING_FAILED"),
        (founder_id(here), here, "00c0ffee", "owner", "POSTING_FAILED"),
        (f"{here}.00c0ffee", here, "00c0ffee", "clerk", "POSTING_FAILED"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channel_posting, "check_staff", lambda *_asked: None)
        patch.setattr(channel_posting, "staff_id", lambda site, staff: f"{site}.{staff}")
        for author, site_id, staff, role, _code in forged:
            shop.store.author_id = author
            said = StaffStated(staff=staff, name="坏人", role=role)
            shop.store.write(append_staff, site_id, said)
    assert list(shop.sync().kept.values()) == [one[-1] for one in forged]
    with brand.office.database.read() as connection:
        names = connection.execute(select(user_account.c.name)).scalars().all()
    assert OWNER.owner_name in names
    assert "坏人" not in names


def append_staff(session: Session, site_id: str, body: StaffStated) -> None:
    session.append(body, site_id=site_id)


def test_one_barcode_of_both_is_told_and_not_merged(shop: Client, brand: HeadOffice) -> None:
    site_id = site_of(shop)
    assert shop.store.read(lambda one: barcode_conflicts(one, site_id)) == []
    join(shop, brand.url, brand.invite())
    (found,) = shop.store.read(lambda one: barcode_conflicts(one, site_id))
    assert (found.barcode, found.own_product_id, found.product_id) == (
        CREAM,
        own(shop, CREAM),
        "010204",
    )
    assert set(shop.store.read(lambda one: search(one, "面霜", limit=5))) == {
        own(shop, CREAM),
        "010204",
    }
    shop.store.write(withdraw_own_barcode, own(shop, CREAM), CREAM)
    assert shop.store.read(lambda one: barcode_conflicts(one, site_id)) == []
    hit = shop.store.read(lambda one: by_barcode(one, CREAM, site_id=site_id))
    assert hit is not None
    assert hit.product_id == "010204"
    shop.sync()
    assert_equal_and_proved(shop, brand)


def test_a_desktop_of_head_office_holds_no_own_goods_and_the_sale_says_what_they_were(
    shop: Client, brand: HeadOffice, tmp_path: Path
) -> None:
    sell_one(shop)
    join(shop, brand.url, brand.invite())
    site_id = site_of(shop)
    desk = new_client(tmp_path / "desk")
    code = brand.enrol_code("hq", "", site_id[-4:])
    desk.enrol(brand.url, code)
    desk.sync()
    ids = desk.store.read(lambda one: one.execute(select(product.c.id)).scalars().all())
    assert sorted(ids) == ["010204", "010205"]
    names = desk.store.read(lambda one: one.execute(select(site.c.name)).scalars().all())
    assert OWNER.name in names
    desk.close()
    with brand.office.database.read() as connection:
        line = select(sale_line.c.name).where(sale_line.c.site_id == site_id)
        assert connection.execute(line).scalars().all() == ["面霜"]


def test_a_planned_site_is_closed_and_its_place_taken(shop: Client, brand: HeadOffice) -> None:
    brand.publish(
        ChannelPublished(
            sites=(
                Site(
                    site_id="SH07", name="七店", site_type="store", account_ids=("D2",),
                    region_id="3205",
                ),
            )
        )
    )  # fmt: skip
    join(shop, brand.url, brand.invite(planned_site_id="SH07"))
    site_id = site_of(shop)
    with brand.office.database.read() as connection:
        found = {row.id: row for row in connection.execute(select(site))}
    assert (found[site_id].account_ids, found[site_id].region_id) == ("D2", "3205")
    assert (found[site_id].name, found[site_id].is_active) == (OWNER.name, 1)
    assert found["SH07"].is_active == 0
    assert "account:D2" in digests(shop)
    with pytest.raises(RuleViolation, match="SITE_UNKNOWN"):
        brand.invite(planned_site_id="SH07")


def test_a_second_till_of_the_shop_is_enrolled_and_sees_its_goods(
    shop: Client, brand: HeadOffice, tmp_path: Path
) -> None:
    join(shop, brand.url, brand.invite())
    site_id = site_of(shop)
    code = brand.enrol_code("till", site_id, "02")
    second = new_client(tmp_path / "second")
    second.enrol(brand.url, code)
    second.sync()
    second.store.author_id = founder_id(site_id)
    sell_one(second)
    second.sync()
    shop.sync()
    assert_equal_and_proved(shop, brand)
    assert digests(second) == digests(shop)
    second.close()


def test_a_join_whose_answer_was_lost_is_asked_again_with_the_same_code(
    shop: Client, brand: HeadOffice
) -> None:
    sell_one(shop)
    code = brand.invite()

    def lost(message: Join) -> EnrolAnswer:
        with http_client(brand.url) as http:
            send_joining(http, message)
        raise Unavailable("NETWORK")

    with pytest.raises(Unavailable, match="NETWORK"):
        device_side.join(shop.store, shop.keys, lost, code=code, server_url=brand.url)
    with pytest.raises(Unavailable, match="NOT_JOINED"):
        shop.sync()
    sell_one(shop)
    join(shop, brand.url, code)
    assert_equal_and_proved(shop, brand)
    with brand.office.database.read() as connection:
        mine = enrolled.c.site_id == site_of(shop)
        assert connection.execute(select(func.count()).where(mine)).scalar_one() == 1


@pytest.mark.parametrize("requests", [1, 2, 3])
def test_a_program_that_dies_in_the_first_sync_ends_with_the_same_figures(
    tmp_path: Path, brand: HeadOffice, requests: int
) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    open_for_business(client)
    sell_one(client)
    code = brand.invite()

    def send(message: Join) -> EnrolAnswer:
        with http_client(brand.url) as http:
            return send_joining(http, message)

    device_side.join(client.store, client.keys, send, code=code, server_url=brand.url)
    transport = client.new_transport()
    talk = sync(client.store, client.clock)
    ask = next(talk)
    for _ in range(requests):
        ask = talk.send(transport.send(ask))
    transport.close()
    client.close()
    again = new_client(tmp_path / "shop", keys)
    assert again.sync().outcome == "done"
    assert_equal_and_proved(again, brand)
    again.close()


def test_a_shop_joins_once(shop: Client, brand: HeadOffice) -> None:
    join(shop, brand.url, brand.invite())
    before = places(brand)
    join(shop, brand.url, brand.invite(account_id="D2"))
    assert places(brand) == before, "head office knows it, and a second code changes nothing"


def test_a_store_rebuilt_from_its_spool_after_joining_goes_on(
    tmp_path: Path, brand: HeadOffice
) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    open_for_business(client)
    join(client, brand.url, brand.invite())
    sell_one(client)
    client.close()
    for file in (tmp_path / "shop").glob("store.db*"):
        file.unlink()
    again = new_client(tmp_path / "shop", keys)
    again.store.author_id = founder_id(site_of(again))
    sell_one(again)
    again.sync()
    assert_equal_and_proved(again, brand)
    again.close()


def test_a_shop_that_forgot_it_joined_is_told_again_by_another_code(
    shop: Client, brand: HeadOffice
) -> None:
    join(shop, brand.url, brand.invite())
    shop.store.on_writer(
        lambda local: local.change_identity(server_url="", epoch="", hq_public_key=b"")
    )
    sell_one(shop)
    join(shop, brand.url, brand.invite(account_id="D2"))
    assert_equal_and_proved(shop, brand)
    # The account is the one it joined for; a second code does not move it.
    assert "account:D1" in digests(shop)
    assert "account:D2" not in digests(shop)


# What somebody with a code, or without one, tries


def joined_message(client: Client, code: str) -> Join:
    """What this shop would send; nothing is sent."""
    kept: list[Join] = []

    def catch(message: Join) -> EnrolAnswer:
        kept.append(message)
        raise Unavailable("NETWORK")

    with pytest.raises(Unavailable):
        device_side.join(client.store, client.keys, catch, code=code, server_url="http://nowhere")
    return kept[0]


def refused(brand: HeadOffice, message: Join) -> str:
    with http_client(brand.url) as http, pytest.raises(QutongError) as why:
        send_joining(http, message)
    return why.value.code


def signed_anew(client: Client, message: Join, **changes: object) -> Join:
    """The same message changed, with the proof made for what it says now."""
    key = load_key(client.keys)
    assert key is not None
    changed = msgspec.structs.replace(message, **changes)
    said = joining_message(changed.code, changed.device_id, changed.founding.stored)
    return msgspec.structs.replace(changed, signature=key.sign_request(said))


def test_a_code_is_good_for_one_shop(shop: Client, brand: HeadOffice, tmp_path: Path) -> None:
    code = brand.invite()
    other = new_client(tmp_path / "other")
    open_for_business(other)
    join(shop, brand.url, code)
    with pytest.raises(AccessDenied, match="BAD_ENROLMENT"):
        join(other, brand.url, code)
    other.close()


def test_a_code_of_one_sort_is_none_of_the_other(shop: Client, brand: HeadOffice) -> None:
    key = load_key(shop.keys)
    assert key is not None
    code = brand.invite()
    proof = key.sign_request(enrolment_message(code))
    with http_client(brand.url) as http, pytest.raises(AccessDenied, match="BAD_ENROLMENT"):
        send_enrolment(http, Enrol(code=code, public_key=key.public, signature=proof))
    till = brand.enrol_code("till", "SH09", "01")
    with pytest.raises(AccessDenied, match="BAD_ENROLMENT"):
        join(shop, brand.url, till)


def test_nobody_joins_as_another_site_or_device(shop: Client, brand: HeadOffice) -> None:
    message = joined_message(shop, brand.invite())
    site_id = site_of(shop)
    for device_id, tag in (
        ("SH01.01", "01"),
        (f"{site_id}.02", "01"),
        ("HQ", "01"),
        (f"{site_id}.HQ-2", "HQ-2"),
        (site_id, ""),
    ):
        changed = signed_anew(shop, message, device_id=device_id, tag=tag)
        assert refused(brand, changed) == "BAD_ENROLMENT", device_id
    assert refused(brand, signed_anew(shop, message, incarnation=2)) == "BAD_ENROLMENT"


def test_a_proof_holds_for_its_own_code_and_founding_alone(
    shop: Client, brand: HeadOffice, tmp_path: Path
) -> None:
    message = joined_message(shop, brand.invite())
    other = new_client(tmp_path / "other")
    open_for_business(other)
    theirs = joined_message(other, brand.invite())
    for changes in (
        {"code": theirs.code},
        {"founding": theirs.founding},
        {"public_key": theirs.public_key},
    ):
        assert refused(brand, msgspec.structs.replace(message, **changes)) == "BAD_ENROLMENT"
    foreign = signed_anew(shop, message, founding=theirs.founding)
    assert refused(brand, foreign) == "FOUNDING_UNUSABLE"
    other.close()


def test_a_demo_shop_never_joins(tmp_path: Path, brand: HeadOffice) -> None:
    client = new_client(tmp_path / "demo")
    found_shop(client, OWNER, is_demo=True)
    with pytest.raises(RuleViolation, match="DEMO_SHOP"):
        join(client, brand.url, brand.invite())
    client.close()


@pytest.mark.parametrize(
    "said",
    [
        ShopFounded(name="店", owner_name="王", zone="Mars/Olympus"),
        ShopFounded(name="店", owner_name="王", zone="../etc/passwd"),
        ShopFounded(name="店", owner_name="王", currency="XXX"),
    ],
)
def test_a_founding_that_head_office_could_not_reckon_with_is_not_taken(
    tmp_path: Path, brand: HeadOffice, said: ShopFounded
) -> None:
    """A program that is not ours may write what ours refuses."""
    client = new_client(tmp_path / "odd")
    identity = begin_alone(client.store, client.keys, client.randomness)
    client.store.author_id = founder_id(identity.site_id)
    client.store.write(lambda session: session.append(said))
    before = places(brand)
    with pytest.raises(RuleViolation, match="FOUNDING_UNUSABLE"):
        join(client, brand.url, brand.invite())
    assert places(brand) == before
    client.close()


def test_a_device_head_office_enrolled_founds_nothing(tmp_path: Path, brand: HeadOffice) -> None:
    """Who holds a till of a shop head office made does not make itself its owner."""
    till = new_client(tmp_path / "till")
    code = brand.enrol_code("till", "SH01", "91")
    till.enrol(brand.url, code)
    till.store.author_id = founder_id("SH01")
    till.store.write(append_founding, "SH01")
    assert list(till.sync().kept.values()) == ["MAY_NOT_FOUND"]
    with brand.office.database.read() as connection:
        assert users_of_site(connection, "SH01") == []
    till.close()


def append_founding(session: Session, site_id: str) -> None:
    session.append(ShopFounded(name="我的", owner_name="我"), site_id=site_id)


def test_a_shop_is_not_founded_again_and_not_in_anothers_name(
    shop: Client, brand: HeadOffice
) -> None:
    join(shop, brand.url, brand.invite())
    shop.store.write(append_founding, site_of(shop))
    shop.store.write(append_founding, "SH05")
    assert set(shop.sync().kept.values()) == {"MAY_NOT_FOUND", "FOREIGN_SITE"}
    with brand.office.database.read() as connection:
        names = {row.id: row.name for row in connection.execute(select(site))}
    assert names[site_of(shop)] == OWNER.name
    assert names["SH05"] == "计划店"


def test_a_joined_shop_writes_into_no_other_site(shop: Client, brand: HeadOffice) -> None:
    """Its own rights end at its own site, before and after joining."""
    join(shop, brand.url, brand.invite())
    shop.store.write(append_own_goods_elsewhere)
    assert list(shop.sync().kept.values()) == ["FOREIGN_SITE"]


def append_own_goods_elsewhere(session: Session) -> None:
    body = OwnProductsStated(products=(OwnGoods(code="1", name="陌生"),))
    session.append(body, site_id="SH01")


def test_a_planned_site_in_use_is_no_place_to_join(shop: Client, brand: HeadOffice) -> None:
    brand.publish(
        ChannelPublished(
            sites=(Site(site_id="SH08", name="八店", site_type="store", account_ids=("D2",)),)
        )
    )
    invited = brand.invite(planned_site_id="SH08")
    brand.enrol_code("till", "SH08", "01")
    with pytest.raises(Conflict, match="SITE_IN_USE"):
        brand.invite(planned_site_id="SH08")
    with pytest.raises(Conflict, match="SITE_IN_USE"):
        join(shop, brand.url, invited)
    with pytest.raises(Unavailable, match="NOT_JOINED"):
        shop.sync()
    with brand.office.database.read() as connection:
        mine = enrolled.c.site_id == site_of(shop)
        assert connection.execute(select(func.count()).where(mine)).scalar_one() == 0


def test_a_revoked_shop_is_not_taken_in_again(
    tmp_path: Path, brand: HeadOffice, shop: Client
) -> None:
    message = joined_message(shop, brand.invite())
    join(shop, brand.url, message.code)
    device_id = message.device_id
    brand.publish(DeviceRevoked(device_id=device_id, site_id=site_of(shop)))
    assert refused(brand, message) == "BAD_ENROLMENT"
    assert refused(brand, signed_anew(shop, message, code=brand.invite())) == "BAD_ENROLMENT"


def test_no_malformed_joining_is_a_fault_or_takes_anybody_else_in(
    shop: Client, brand: HeadOffice
) -> None:
    message = joined_message(shop, brand.invite())
    fields = msgspec.to_builtins(message, builtin_types=(bytes,))
    chance = random.Random(20_261_121)
    before = places(brand)
    seen: set[int] = set()
    with http_client(brand.url) as http:
        for _ in range(300):
            body = b"\x00" + msgspec.msgpack.encode(spoiled(chance, fields))
            seen.add(http.post("/join", content=body).status_code)
            seen.add(http.post("/join", content=spoiled_bytes(chance, pack(message))).status_code)
    # A field more than this version knows spoils nothing: that is the shop's own word.
    assert seen <= {200, 400, 403, 409, 413}
    own_place = {(message.device_id, site_of(shop))}
    assert places(brand) - before <= own_place
    join(shop, brand.url, message.code)
    assert places(brand) - before == own_place
    assert_equal_and_proved(shop, brand)


def places(brand: HeadOffice) -> set[tuple[str, str]]:
    """Every device head office knows, and its site."""
    with brand.office.database.read() as connection:
        rows = connection.execute(select(enrolled.c.id, enrolled.c.site_id)).all()
        assert len(rows) == len({row.id for row in rows})
        return {(row.id, row.site_id) for row in rows}


def test_no_task_is_opened_by_an_honest_shop_that_joins(shop: Client, brand: HeadOffice) -> None:
    sell_one(shop)
    join(shop, brand.url, brand.invite())
    with brand.office.database.read() as connection:
        mine = task.c.site_id == site_of(shop)
        assert connection.execute(select(task.c.code).where(mine)).scalars().all() == []
