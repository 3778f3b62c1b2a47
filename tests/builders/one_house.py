"""All devices of the demo brand in one database, answered by head office at once.

For tests of use cases: who writes is switched from device to device; sync is tested elsewhere.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

import msgspec
from sqlalchemy import Connection, select

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.store.command import find_command
from desktop.store.identity import Identity
from desktop.store.local import Done, LocalStore
from desktop.store.session import Session
from desktop.store.spool import MemorySpool
from desktop.store.writer import Store
from shared.access.documents import Grant, UserPublished
from shared.accounts.queries import balance_minor
from shared.channel.tables import channel_account, site
from shared.core.ids import uuid7
from shared.journal.chain import SigningKey
from shared.journal.document import Body, Document, Draft
from shared.journal.tables import journal
from shared.leases.posting import mend
from shared.stock.queries import on_hand_micro
from shared.stock.rules import location
from shared.stocktake.posting.answers import batch_corrections
from shared.sync.appending import Author, append
from shared.sync.holding import gain_scopes
from tests.builders.demo_brand import EDITOR, publication
from tests.builders.devices import an_identity
from tests.builders.engines import a_writer
from tests.fakes.edges import FakeClock, SeededRandomness

T = TypeVar("T")
P = ParamSpec("P")

_HQ = Author(
    device_id="HQ",
    incarnation=1,
    tag="HQ1",
    key=SigningKey.from_seed(b"hq".ljust(32, b"\0")),
    is_head_office=True,
)
_KEY = SigningKey.from_seed(b"every device".ljust(32, b"\0"))
MINUTE_US = 60_000_000


class House(Store):
    """A store without threads for many devices; commands run on it as on a real one."""

    def __init__(self) -> None:
        self.author_id = ""
        self.time = FakeClock()
        self.random = SeededRandomness(7)
        self.local = LocalStore(
            a_writer(LAYOUT),
            LAYOUT,
            MemorySpool(),
            clock=self.time,
            randomness=self.random,
            key=_KEY,
        )
        self._devices: dict[str, Identity] = {}
        self.sit_at("HQ.01", device_type="hq")

    def close(self) -> None:
        """Let go of the database."""
        self.local.close()

    def sit_at(self, device_id: str, *, device_type: str = "till") -> None:
        """Work on this device from now on: ``SH01.01`` is the first one of SH01."""
        if device_id not in self._devices:
            site_id = "" if device_type == "hq" else device_id.partition(".")[0]
            plain = an_identity(device_id, site_id=site_id)
            self._devices[device_id] = replace(
                plain, device_type=device_type, public_key=_KEY.public
            )
        self.local.enrol(self._devices[device_id], _KEY)

    def begin_incarnation(self, device_id: str, incarnation: int) -> None:
        """As a device does that learns of a copy of its disk."""
        self._devices[device_id] = replace(self._devices[device_id], incarnation=incarnation)

    @property
    def identity(self) -> Identity | None:
        return self.local.identity

    def write(
        self, usecase: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Done[T]:
        before = self._last()
        done = self.local.run(self.author_id, usecase, *args, **kwargs)
        self.answer(before)
        self.time.tick(MINUTE_US)
        return done

    def read(self, work: Callable[[Connection], T]) -> T:
        return self.local.read(work)

    def do(self, device_id: str, user: str, command: str, /, **params: Any) -> Any:
        """Type a command as somebody on a device; its answer as a script reads it."""
        device_type = {"HQ": "hq", "DL": "dealer"}.get(device_id[:2], "till")
        self.sit_at(device_id, device_type=device_type)
        self.author_id = user
        answer = find_command(COMMANDS, command).call(self, msgspec.json.encode(params))
        return msgspec.json.decode(msgspec.json.encode(answer))

    def _last(self) -> int:
        device_id = self.local.enrolled.device_id
        statement = select(journal.c.n).where(journal.c.device_id == device_id)
        return self.read(lambda one: max(list(one.execute(statement).scalars()), default=0))

    def answer(self, after: int) -> None:
        """Head office looks at what was just written, decides and opens tasks."""
        device_id = self.local.enrolled.device_id
        statement = (
            select(journal.c.stored)
            .where(journal.c.device_id == device_id, journal.c.n > after)
            .order_by(journal.c.n)
        )

        def work(connection: Connection) -> None:
            documents = [
                LAYOUT.registry.decode(stored)
                for stored in connection.execute(statement).scalars().all()
            ]
            for document in documents:
                self._respond(connection, document)

        self.local.transact(work)

    def _respond(self, connection: Connection, document: Document) -> None:
        kind = LAYOUT.registry.named(document.header.kind)
        now_us = self.time.now_us()
        answers = list(
            kind.respond(connection, document.header, document.body, now_us) if kind.respond else ()
        )
        answers += (
            kind.review(connection, [(document.header, document.body)], now_us)
            if (kind.review)
            else []
        )
        posted = LAYOUT.registry.post(document)
        answers += list(batch_corrections(connection, [(document.header, posted)]))
        answers += list(mend(connection, [(document.header, posted)]))
        for one in answers:
            self._write_hq(
                connection, one.body, one.site_id, one.about or document.header.uid, now_us
            )

    def _write_hq(
        self, connection: Connection, body: Body, site_id: str, about: bytes, now_us: int
    ) -> None:
        draft = Draft(
            body=body,
            uid=uuid7(now_us, self.random),
            site_id=site_id,
            author_id="system",
            happened_at_us=now_us,
            predecessor=about,
        )
        _, changes = append(connection, self.local.replica, _HQ, [draft], now_us=now_us)
        touched: dict[str, set[str]] = {}
        for change in changes:
            touched.setdefault(change.table, set()).add(change.id)
        for name, ids in touched.items():
            derive = LAYOUT.schema[name].derive
            if derive is not None:
                derive(connection, sorted(ids))

    def found(self) -> None:
        """Found the house: the first two people of head office, then the whole demo brand."""
        for person in (EDITOR, "hq-approver"):
            body = UserPublished(user_id=person, name=person, role="head_office", grants=(Grant(),))
            self.local.transact(partial(self._first_person, body))
        for typed in publication():
            self.do("HQ.01", typed.user, typed.command, **typed.params)
        self.local.change_scopes(self._hold_everything)

    def _first_person(self, body: UserPublished, connection: Connection) -> None:
        self._write_hq(connection, body, "", b"", self.time.now_us())

    def _hold_everything(self, connection: Connection) -> None:
        sites = connection.execute(select(site.c.id)).scalars().all()
        accounts = connection.execute(select(channel_account.c.id)).scalars().all()
        scopes = (*(f"site:{one}" for one in sites), *(f"account:{a}" for a in accounts))
        gain_scopes(connection, LAYOUT.schema, dict.fromkeys(scopes, 1))


@cache
def _founded() -> House:
    house = House()
    house.found()
    return house


HouseType = TypeVar("HouseType", bound=House)


@overload
def a_house() -> House: ...


@overload
def a_house(kind: type[HouseType]) -> HouseType: ...


def a_house(kind: type[House] = House) -> House:
    """The demo brand, published, with prices in force. The caller closes it."""
    founded, house = _founded(), kind()
    # Publishing takes seconds, copying milliseconds.
    _driver(founded).backup(_driver(house))
    house.time.at_us = founded.time.at_us
    house.local.change_scopes(lambda _connection: None)
    return house


def _driver(house: House) -> Any:
    return house.local.connection.connection.dbapi_connection


def balance(house: House, account: str) -> int:
    """What an account holds, in fen."""
    return house.read(lambda connection: balance_minor(connection, account, "CNY"))


def on_hand(house: House, site_id: str, product_id: str) -> int:
    """Sellable pieces of a product at a site."""
    place = location(site_id)
    return house.read(lambda one: on_hand_micro(one, place, product_id)) // 1_000_000
