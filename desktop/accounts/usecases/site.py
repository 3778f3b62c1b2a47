"""Money that a site spends, the shift it belongs to, and a site's own customers."""

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from desktop.access.usecases import policy, require
from desktop.accounts.usecases.checks import check_positive
from desktop.channel.usecases import day_at, place_of
from desktop.store.session import Session
from desktop.store.settings import put_setting, settings_under
from shared.access.rules import SHIFT_REQUIRED
from shared.accounts.documents import (
    CustomerStated,
    ExpensePaid,
)
from shared.accounts.queries import (
    CustomerView,
    customer_named,
    customer_of,
    has_entries,
    open_shift,
)
from shared.accounts.rules import (
    Tender,
    check_customer,
    customer_receivable,
    own_customer_id,
)
from shared.catalog.pinyin import initials_of
from shared.channel.queries import SiteView, level_names
from shared.core.errors import RuleViolation
from shared.core.text import normal
from shared.journal.document import Header

SHIFT_LASTS_US: Final = 16 * 3600 * 1_000_000
"""What is sold past midnight is of the shift's day; what is sold in a shift that was forgotten is
not, or a shop that never closes one would sell everything on its first day."""


@dataclass(frozen=True, slots=True)
class TillNow:
    """The shift that runs on this device ('' = none) and the business day it belongs to."""

    shift: str
    business_day: str


def till_now(session: Session, place: SiteView, *, needs_shift: bool = False) -> TillNow:
    """Where money of now belongs: an open shift keeps the day it was opened on (I11), unless
    nobody closed it for longer than a shift lasts; then the calendar says the day again.

    ``needs_shift`` is for what a house may want inside shifts only (``till.shift_required``).

    Raises: RuleViolation SHIFT_BEING_CLOSED while the drawer is counted, SHIFT_MISSING.
    """
    found = open_shift(session.connection, session.identity.device_id)
    if found is None:
        if needs_shift and policy(session.connection, place.site_id, SHIFT_REQUIRED) == "1":
            raise RuleViolation("SHIFT_MISSING")
        return TillNow("", day_at(session, place))
    if found.declaration:
        raise RuleViolation("SHIFT_BEING_CLOSED")
    is_forgotten = session.now_us - found.opened_at_us > SHIFT_LASTS_US
    day = "" if is_forgotten else found.business_day
    return TillNow(found.shift_id, day or day_at(session, place))


def pay_expense(
    session: Session,
    category: str,
    amount_minor: int,
    *,
    payee: str = "",
    tender: Tender = Tender.CASH,
) -> Header:
    """Pay something out of the site's drawer, in the site's currency.

    Raises: RuleViolation CATEGORY_MISSING, CATEGORY_BAD, AMOUNT_NOT_POSITIVE, SHIFT_BEING_CLOSED;
    AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "account.expense")
    spent_on = normal(category)
    if not spent_on:
        raise RuleViolation("CATEGORY_MISSING")
    if "/" in spent_on:
        raise RuleViolation("CATEGORY_BAD", category=spent_on)
    check_positive(amount_minor)
    now = till_now(session, place)
    body = ExpensePaid(
        category=spent_on,
        currency=place.currency,
        amount_minor=amount_minor,
        payee=payee,
        tender=tender,
        shift=now.shift,
    )
    return session.append(body, business_day=now.business_day)


KEPT_CUSTOMERS: Final = "customer."
"""Settings an earlier program kept customers under, on one device alone."""


class KeptCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as an earlier program kept them."""

    name: str
    phone: str = ""
    level_id: str = ""


def take_up_customer(
    session: Session,
    name: str,
    *,
    code: str = "",
    phone: str = "",
    level_id: str = "",
    salesperson_id: str = "",
    terms_days: int = 0,
    note: str = "",
    uid: bytes | None = None,
) -> CustomerView:
    """Take up a customer of the site's own; every device of the site knows them after its sync.

    Raises: RuleViolation CUSTOMER_NAME_MISSING, CUSTOMER_EXISTS with the ``customer_id``,
    CUSTOMER_BAD, TEXT_TOO_LONG, TERMS_BAD, LEVEL_UNKNOWN; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "customer.write")
    called = normal(name)
    customer_id = _id_for(session, place.site_id, called)
    body = CustomerStated(
        customer_id=customer_id,
        name=called,
        code=normal(code) or customer_id[-6:],
        initials=initials_of(called).lower(),
        phone=normal(phone),
        level_id=level_id,
        salesperson_id=salesperson_id,
        terms_days=terms_days,
        note=note.strip(),
    )
    held = customer_of(session.connection, place.site_id, customer_id)
    if held is not None and held.is_active:
        raise RuleViolation("CUSTOMER_EXISTS", customer_id=customer_id)
    return _state_customer(session, place, body, uid)


def _id_for(session: Session, site_id: str, called: str) -> str:
    """The id of who is taken up by a name."""
    # Who was invoiced by name before keeps that name as id: their debt stays with them.
    if called and has_entries(session.connection, customer_receivable(site_id, called)):
        return called
    number = 1
    while True:
        customer_id = own_customer_id(site_id, called, number)
        held = customer_of(session.connection, site_id, customer_id)
        if held is None or held.name.casefold() == called.casefold():
            return customer_id
        # Somebody else was taken up by this name and is called otherwise now.
        number += 1


def change_customer(
    session: Session,
    customer_id: str,
    *,
    name: str | None = None,
    code: str | None = None,
    phone: str | None = None,
    level_id: str | None = None,
    salesperson_id: str | None = None,
    terms_days: int | None = None,
    note: str | None = None,
    is_active: bool | None = None,
) -> CustomerView:
    """Say anew what is known of a customer; what is left out stays, and so does the id.

    Raises: RuleViolation CUSTOMER_UNKNOWN and as ``take_up_customer``; AccessDenied
    NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "customer.write")
    was = customer_of(session.connection, place.site_id, customer_id)
    if was is None:
        raise RuleViolation("CUSTOMER_UNKNOWN")
    called = was.name if name is None else normal(name)
    body = CustomerStated(
        customer_id=customer_id,
        name=called,
        code=was.code if code is None else normal(code),
        initials=initials_of(called).lower(),
        phone=was.phone if phone is None else normal(phone),
        level_id=was.level_id if level_id is None else level_id,
        salesperson_id=was.salesperson_id if salesperson_id is None else salesperson_id,
        terms_days=was.terms_days if terms_days is None else terms_days,
        note=was.note if note is None else note.strip(),
        is_active=was.is_active if is_active is None else is_active,
    )
    return _state_customer(session, place, body, None)


def _state_customer(
    session: Session, place: SiteView, body: CustomerStated, uid: bytes | None
) -> CustomerView:
    check_customer(body.name, body.phone, body.note, body.terms_days)
    if "/" in body.code or len(body.code) > 40:
        raise RuleViolation("CUSTOMER_BAD", customer_id=body.code[:40])
    if body.level_id and body.level_id not in level_names(session.connection):
        raise RuleViolation("LEVEL_UNKNOWN", level=body.level_id[:40])
    for text in (body.code, body.name) if body.is_active else ():
        other = customer_named(session.connection, place.site_id, text) if text else None
        if other is not None and other.customer_id != body.customer_id:
            raise RuleViolation("CUSTOMER_EXISTS", customer_id=other.customer_id)
    session.append(body, uid=uid)
    found = customer_of(session.connection, place.site_id, body.customer_id)
    if found is None:
        raise RuleViolation("CUSTOMER_UNKNOWN")
    return found


def kept_customers(connection: Connection) -> dict[str, KeptCustomer]:
    """Customers an earlier program kept on this device alone, by the id invoices carry."""
    return {
        key.removeprefix(KEPT_CUSTOMERS): msgspec.json.decode(text, type=KeptCustomer)
        for key, text in settings_under(connection, KEPT_CUSTOMERS).items()
    }


def adopt_kept_customers(session: Session) -> int:
    """Make documents of the customers this device kept to itself; how many. They keep their id.

    Raises: AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "customer.write")
    made = 0
    for customer_id, one in kept_customers(session.connection).items():
        if customer_of(session.connection, place.site_id, customer_id) is None:
            body = CustomerStated(
                customer_id=customer_id,
                name=one.name,
                initials=initials_of(one.name).lower(),
                phone=one.phone,
                level_id=one.level_id,
            )
            session.append(body)
            made += 1
        put_setting(session.connection, KEPT_CUSTOMERS + customer_id, None)
    return made
