"""What head office's desks publish, often two at once; and documents against the rules."""

import random
from typing import Final

from msgspec.structs import replace
from sqlalchemy import Connection, func, insert, select

from desktop.store.local import LocalStore
from desktop.store.session import Session
from shared.access.documents import Grant, UserPublished
from shared.catalog.documents import CataloguePublished
from shared.channel.documents import ChannelPublished, SalesOrg
from shared.journal.chain import seal
from shared.journal.document import Body
from shared.journal.spool import encode_slots
from shared.journal.tables import journal
from shared.pricing.documents import PriceVersionPublished
from shared.pricing.publishing import version_bodies
from shared.pricing.rules import retail_ratio
from shared.pricing.tables import price_version
from shared.sync.appending import head_of, slot_row
from tests.simulation.device import key_of
from tests.simulation.house import (
    EXCLUSIVE,
    ORG,
    PRODUCTS,
    exclusive_list,
    movement_types,
    price_rows,
    product,
)
from tests.simulation.selling import lines_of, sale_of, some
from tests.simulation.stage import Stage

_SECOND_ORG: Final = "F2"


def prices(session: Session, chance: random.Random, uid: bytes) -> None:
    """A price version on top of the newest this desk knows; the other desk may be faster."""
    newest = session.connection.execute(
        select(func.max(price_version.c.number)).where(price_version.c.sales_org_id == ORG)
    ).scalar()
    codes = tuple(chance.sample(PRODUCTS, chance.randint(1, 3)))
    bodies: list[Body] = list(
        version_bodies(
            uid,
            sales_org_id=ORG,
            parent_number=newest or 0,
            effective_at_us=session.now_us + chance.randrange(3_600_000_000),
            steps=retail_ratio(),
            rows=price_rows(chance.randint(50, 200) * 100, codes),
        )
    )
    *rows, version = bodies
    assert isinstance(version, PriceVersionPublished)
    for body in rows:
        session.append(body)
    approver = {"boss": "editor", "editor": "boss"}[session.author_id]
    session.append(version, uid=uid, approver_id=approver)


def catalogue(session: Session, chance: random.Random, uid: bytes) -> None:
    """A product gets another name and one more barcode, or a new product comes."""
    code = chance.choice((*PRODUCTS, EXCLUSIVE, "P7", "P8"))
    edited = product(code, chance.randrange(1, 50))
    session.append(CataloguePublished(products=(edited,)), uid=uid)


def withdraw_goods(stage: Stage) -> None:
    """Head office keeps a product for the exclusive list, or gives it to everybody again: who does
    not know that list loses rows whose scopes it holds."""
    code, is_exclusive = stage.chance.choice(PRODUCTS[3:]), stage.chance.random() < 0.6
    edited = product(code, stage.step, is_exclusive=is_exclusive)
    stage.office.publish_unharmed(CataloguePublished(products=(edited,)))
    stage.fire("goods withdrawn" if is_exclusive else "goods given back")
    stage.say("HQ", code, "exclusive" if is_exclusive else "general")


def open_organisation(stage: Stage) -> None:
    """Head office prepares goods for two sales organisations, and opens the second one later: its
    desks gain a scope whose rows another scope brought."""
    disk = stage.office.disk
    body: Body = CataloguePublished(
        products=(replace(product("G1", stage.step), sales_org_ids=(ORG, _SECOND_ORG)),)
    )
    is_prepared = disk.look("SELECT 1 FROM product WHERE id = 'G1'")
    if is_prepared and not disk.look("SELECT 1 FROM sales_org WHERE id = ?", _SECOND_ORG):
        body = ChannelPublished(sales_orgs=(SalesOrg(sales_org_id=_SECOND_ORG, name="Second"),))
        stage.fire("organisation opened")
    stage.office.publish_unharmed(body)
    stage.say("HQ", type(body).__name__)


def assortment(session: Session, chance: random.Random, uid: bytes) -> None:
    """The exclusive list is given to other accounts: scopes are gained and lost."""
    accounts = ("D1", "D2", "D3")
    named = tuple(one for one in accounts if chance.random() < 0.5)
    former = tuple(one for one in accounts if one not in named)
    session.append(exclusive_list(named, former), uid=uid)


def users(session: Session, chance: random.Random, uid: bytes) -> None:
    """A helper comes to a shop, or goes."""
    site = chance.choice(("SH01", "SH02"))
    level = chance.choice(("admin", "view", "none"))
    session.append(
        UserPublished(
            user_id=f"temp{site}",
            name="Temp",
            role="clerk",
            grants=(Grant(site_id=site, level=level),),
        ),
        uid=uid,
    )


def types(session: Session, chance: random.Random, uid: bytes) -> None:
    """Movement types change."""
    session.append(movement_types(chance.randrange(100)), uid=uid)


# Documents against the rules


def foreign_site(session: Session, chance: random.Random, uid: bytes) -> None:
    """A sale in the name of a site that is not this device's."""
    other = "SH02" if session.identity.site_id != "SH02" else "SH01"
    session.append(sale_of(lines_of(chance)), uid=uid, site_id=other)


def no_permission(session: Session, chance: random.Random, uid: bytes) -> None:
    """A till publishes a catalogue."""
    edited = product(some(chance), 99)
    session.append(CataloguePublished(products=(edited,)), uid=uid)


def misbehave(store: LocalStore, chance: random.Random, now_us: int, poison: set[bytes]) -> int:
    """Write a slot no program of ours would: undecodable, or badly signed; its number.

    It stands in journal and spool like any other, chained and with a good link.
    """
    identity = store.enrolled
    key = key_of(identity.device_id)
    with_garbage = chance.random() < 0.6

    def write(connection: Connection) -> int:
        n, previous = head_of(connection, identity.device_id, identity.incarnation)
        stored = chance.randbytes(40) if with_garbage else _last_stored(store, identity.device_id)
        slot = seal(
            key,
            device_id=identity.device_id,
            incarnation=identity.incarnation,
            n=n + 1,
            previous=previous,
            stored=stored,
        )
        if not with_garbage:
            slot = slot._replace(signature=bytes(64))
        poison.add(slot.link_hash)
        connection.execute(insert(journal), [slot_row(slot, None, now_us, "stored")])
        written.append(encode_slots([slot]))
        return n + 1

    def stands() -> bool:
        # A commit may tell of an error and have happened: then it is spooled, as the store does.
        _n, link = store.read(lambda c: head_of(c, identity.device_id, identity.incarnation))
        return link in poison

    written: list[bytes] = []
    n = store._commits.transact(write, stands)
    # Behind what an earlier failure of the disk left to be written.
    store._spool(written[0])
    return n


def _last_stored(store: LocalStore, device_id: str) -> bytes:
    """The bytes of an own document: the same uid a second time, with a bad signature."""
    found = store.connection.execute(
        select(journal.c.stored)
        .where(journal.c.device_id == device_id)
        .order_by(journal.c.n.desc())
        .limit(1)
    ).scalar()
    return found if found is not None else b"nothing"
