"""A site's own customers stand on all its devices, made offline or not, and nowhere else."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from desktop.accounts.usecases import KEPT_CUSTOMERS, adopt_kept_customers, kept_customers
from desktop.app.areas import COMMANDS, LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.command import find_command
from desktop.store.session import Session
from desktop.store.settings import put_setting
from shared.access.documents import Grant, UserPublished
from shared.accounts.tables import customer
from tests.fakes.keys import MemoryKeyStore
from tests.integration.desktop.served_brand import HeadOffice, served

NAME = "王记杂货"
Open = Callable[..., Client]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path) as made:
        made.publish(
            UserPublished(
                user_id="wang",
                name="Wang",
                role="owner",
                grants=(Grant(site_id="SH01", sales_org_id="FX"),),
            ),
            UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),)),
        )
        yield made


@pytest.fixture
def at_site(tmp_path: Path, office: HeadOffice) -> Iterator[Open]:
    opened: list[Client] = []

    def start(tag: str, *, site_id: str = "SH01", kind: str = "till", who: str = "wang") -> Client:
        client = Client.open(
            tmp_path / f"{kind}{tag}",
            LAYOUT,
            clock=SystemClock(),
            randomness=SystemRandomness(),
            keys=MemoryKeyStore(),
            ballast_bytes=4096,
        )
        opened.append(client)
        client.enrol(office.url, office.enrol_code(kind, site_id, tag))
        client.sync()
        client.store.author_id = who
        return client

    yield start
    for client in opened:
        client.close()


def do(client: Client, command: str, /, **params: Any) -> Any:
    answer = find_command(COMMANDS, command).call(client.store, msgspec.json.encode(params))
    return msgspec.json.decode(msgspec.json.encode(answer))


def held(client: Client) -> list[tuple[str, str, int]]:
    c = customer.c
    statement = select(c.name, c.phone, c.terms_days).order_by(c.id)
    return [tuple(row) for row in client.store.read(lambda one: one.execute(statement).all())]


def test_a_customer_taken_up_at_one_device_is_found_and_invoiced_at_the_other(
    at_site: Open,
) -> None:
    first, second = at_site("01"), at_site("02")
    made = do(first, "customer-new", name=NAME, phone="13800001111", terms_days=30)
    first.sync()
    second.sync()
    for text in (made["code"], "王记", "wjzh", "1111"):
        (found,) = do(second, "own-customers", text=text)
        assert found["customer_id"] == made["customer_id"]
    do(second, "customer-change", customer=NAME, phone="13900002222")
    second.sync()
    first.sync()
    assert held(first) == held(second) == [(NAME, "13900002222", 30)]


def test_two_devices_that_take_up_the_same_customer_offline_make_one(at_site: Open) -> None:
    first, second = at_site("01"), at_site("02")
    do(first, "customer-new", name=NAME, phone="111111")
    do(second, "customer-new", name=f" {NAME} ", phone="222222", terms_days=15)
    first.sync()
    second.sync()
    first.sync()
    # Head office took the second one later: what was said last stands at both.
    assert held(first) == held(second) == [(NAME, "222222", 15)]


def test_customers_of_a_site_are_not_on_a_desk_of_head_office(at_site: Open) -> None:
    shop, desk = at_site("01"), at_site("09", site_id="", kind="hq", who="boss")
    do(shop, "customer-new", name=NAME)
    shop.sync()
    desk.sync()
    assert held(shop)
    assert held(desk) == []


def test_what_one_device_kept_to_itself_becomes_everybodys(at_site: Open) -> None:
    first, second = at_site("01"), at_site("02")

    def as_before(session: Session) -> None:
        kept = '{"name":"老主顾","phone":"13800003333","level_id":""}'
        put_setting(session.connection, KEPT_CUSTOMERS + "老主顾", kept)

    first.store.write(as_before)
    assert first.store.write(adopt_kept_customers).value == 1
    assert first.store.write(adopt_kept_customers).value == 0
    assert first.store.read(kept_customers) == {}
    first.sync()
    second.sync()
    (found,) = do(second, "own-customers", text="老主顾")
    # Invoices that were made before carry this id.
    assert found["customer_id"] == "老主顾"
