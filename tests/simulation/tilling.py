"""The till's day: members of the same few phones, shifts that open, are counted and close."""

import random

from sqlalchemy import select

from desktop.store.session import Session
from shared.access.documents import PinChanged
from shared.accounts.documents import (
    CashCounted,
    Collection,
    CustomerStated,
    ExpensePaid,
    ShiftClosed,
    ShiftDeclared,
    ShiftOpened,
    TenderCounted,
)
from shared.accounts.queries import ShiftView, open_shift
from shared.accounts.rules import own_customer_id
from shared.members.documents import MemberRegistered
from shared.members.rules import member_id
from shared.members.tables import member
from shared.sales.documents import Sale, TenderLine
from shared.sales.queries import expected_by_tender
from tests.simulation.selling import NothingToDo, lines_of

_PHONES = ("13800138000", "13911119000")
_SALT = b"the house"


def register_member(session: Session, chance: random.Random, uid: bytes) -> None:
    """Two tills take the same phone up, under names of their own."""
    phone = chance.choice(_PHONES)
    body = MemberRegistered(
        member_id=member_id(phone, _SALT),
        name=f"{phone[-4:]} by {session.identity.device_id} {chance.randrange(9)}",
        phone=phone,
    )
    session.append(body, uid=uid)


def take_up_customer(session: Session, chance: random.Random, uid: bytes) -> None:
    """One of three customers is taken up, or said anew: two devices often mean the same one."""
    name = chance.choice(("east", "west", "north"))
    body = CustomerStated(
        customer_id=own_customer_id(session.identity.site_id, name),
        name=name,
        phone=chance.choice(("", "13800001111")),
        terms_days=chance.choice((0, 30)),
        is_active=chance.random() < 0.8,
    )
    session.append(body, uid=uid)


def sell_to_member(session: Session, chance: random.Random, uid: bytes) -> None:
    """A member buys, in the shift that runs; sometimes a cent of the money is missing."""
    known = session.connection.execute(select(member.c.member_id).order_by(member.c.id)).scalars()
    members = list(known)
    if not members:
        raise NothingToDo
    lines = lines_of(chance)
    total = sum(line.amount_minor for line in lines)
    running = open_shift(session.connection, session.identity.device_id)
    tenders = [TenderLine(tender="cash", amount_minor=total - chance.choice((0, 0, 0, 1)))]
    body = Sale(
        mode="till",
        currency="CNY",
        lines=lines,
        tenders=tenders,
        total_minor=total,
        customer_id=chance.choice(members),
        shift=running.shift_id if running else "",
    )
    session.append(body, uid=uid, business_day=running.business_day if running else "")


def run_shift(session: Session, chance: random.Random, uid: bytes) -> None:
    """The next thing of a drawer's day: opened, paid out of, counted, closed."""
    running = open_shift(session.connection, session.identity.device_id)
    if running is None:
        opened = ShiftOpened(currency="CNY", float_minor=20_000, from_safe_minor=20_000)
        session.append(opened, uid=uid, business_day="2025-12-01")
    elif not running.declaration and chance.random() < 0.4:
        _move_cash(session, chance, uid, running)
    elif not running.declaration or chance.random() < 0.2:
        _declare(session, chance, uid, running)
    else:
        body = ShiftClosed(
            shift=running.shift_id,
            currency="CNY",
            declaration=running.declaration,
            cash_difference_minor=chance.choice((0, 0, 500, -5_000)),
            deposit_minor=chance.randrange(3) * 1_000,
            deposit_to="safe",
            left_minor=0,
        )
        session.append(body, uid=uid)


def _move_cash(session: Session, chance: random.Random, uid: bytes, running: ShiftView) -> None:
    if chance.random() < 0.5:
        paid = ExpensePaid(
            category="post", currency="CNY", amount_minor=700, shift=running.shift_id
        )
        session.append(paid, uid=uid)
        return
    collected = Collection(
        customer_id="K1",
        currency="CNY",
        tender="cash",
        amount_minor=900,
        allocations=[],
        shift=running.shift_id,
    )
    session.append(collected, uid=uid)


def _declare(session: Session, chance: random.Random, uid: bytes, running: ShiftView) -> None:
    count = chance.randint(1, 5)
    tenders = tuple(
        TenderCounted(tender=tender, expected_minor=minor, declared_minor=count * 10_000)
        for tender, minor in sorted(expected_by_tender(session.connection, running).items())
    )
    body = ShiftDeclared(
        shift=running.shift_id,
        currency="CNY",
        cash=(CashCounted(value_minor=10_000, count=count),),
        tenders=tenders,
    )
    session.append(body, uid=uid)


def change_pin(session: Session, chance: random.Random, uid: bytes) -> None:
    """Somebody chooses another PIN, perhaps at two tills at once."""
    session.append(PinChanged(pin_hash=f"hash {chance.randrange(1_000)}"), uid=uid)
