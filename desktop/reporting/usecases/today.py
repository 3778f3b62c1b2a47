"""What the home screen tells: what waits here, and how the day goes."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, select

from desktop.ordering.usecases.carts import accounts_to_order_for
from desktop.ordering.usecases.wishing import Where, read_levels, read_suggestions, wish_of
from desktop.sales.usecases.keeping import held_baskets
from desktop.store.identity import Identity, load_state
from shared.accounts.queries import open_shift
from shared.catalog.queries import own_products
from shared.channel.queries import account_ids_of_site
from shared.channel.rules import founded_site_id
from shared.core.clock import business_day
from shared.journal.tables import journal
from shared.ordering.queries.deciding import credit
from shared.ordering.queries.flow import awaited, on_road
from shared.ordering.queries.orders import orders
from shared.ordering.queries.tendering import tenders_free
from shared.ordering.rules import OrderState, Tenders
from shared.reporting.queries.day import (
    Sum,
    count_below_zero,
    has_sold,
    sales_by_day,
    sales_by_hour,
)
from shared.reporting.queries.devices import devices
from shared.reporting.queries.sums import By, sales_report
from shared.stock.queries import is_opened
from shared.stock.queries.overview import count_ending
from shared.stock.queries.transfers import transfers_of
from shared.stocktake.queries.counts import counts
from shared.stocktake.rules import CountState
from shared.tasks.queries import count_open

DAYS: Final = 14
SHOWN_MAX: Final = 999
_NEW_US: Final = 14 * 24 * 3_600 * 1_000_000
"""So long a shop that sells is shown what it left out at its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The figures of the home screen; money in minor units, instants in microseconds UTC."""

    day: str
    synced_at_us: int = 0
    hours: tuple[Sum, ...] = ()
    days: tuple[Sum, ...] = ()
    currency: str = "CNY"
    tasks: int = 0
    held: int = 0
    shift_since_us: int = 0
    """When the shift of this device opened; 0 = none is open."""
    is_shift_old: bool = False
    """It was opened on an earlier business day and never closed."""
    orders_here: bool = False
    """Whether the site has an account to order for; a shop on its own has none."""
    awaited: int = 0
    rejected: int = 0
    credit_left_minor: int | None = None
    rebate_minor: int = 0
    deposit_minor: int = 0
    """What the usual account may pay orders with; 0 = nothing is held."""
    suggested: int | None = None
    """Products that want ordering; None = this person does not order here."""
    transfers: int = 0
    counts: int = 0
    below_zero: int = 0
    ending: int = 0
    """Products that end within 60 days, or are past."""
    to_decide: int = 0
    deciding_since_us: int = 0
    """When the order that waits longest was submitted; 0 = none waits."""
    quiet_devices: int = 0
    sums_as_of_us: int = 0
    missing_sources: int = 0
    first_steps: tuple[tuple[str, bool], ...] = field(default=())
    """``goods opening devices sale`` of a new shop, each with whether it is done."""


def read_today(
    connection: Connection,
    identity: Identity,
    permissions: frozenset[str],
    user_id: str,
    now_us: int,
    zone: str,
    currency: str,
) -> Today:
    """Everything but the suggestions, which take longer."""
    site_id, day = identity.site_id, business_day(now_us, zone)
    synced_at_us = load_state(connection).synced_at_us
    if not site_id:
        return _head_office(connection, day, now_us, synced_at_us, permissions, currency)
    may_order = "order.submit" in permissions
    shift = open_shift(connection, identity.device_id)
    accounts = account_ids_of_site(connection, site_id)
    held = _held(connection, user_id, site_id, day) if may_order else Tenders()
    open_counts = [one for one in counts(connection, site_id) if one.state != CountState.POSTED]
    return Today(
        day=day,
        synced_at_us=synced_at_us,
        hours=tuple(sales_by_hour(connection, site_id, day, zone)),
        days=tuple(sales_by_day(connection, site_id, day, DAYS)),
        currency=currency,
        tasks=count_open(connection),
        held=len(held_baskets(connection)) if "sale.make" in permissions else 0,
        shift_since_us=shift.opened_at_us if shift is not None else 0,
        is_shift_old=shift is not None and shift.business_day < day,
        orders_here=bool(accounts),
        awaited=len(awaited(connection, site_id)),
        rejected=sum(_rejected(connection, one) for one in accounts) if may_order else 0,
        credit_left_minor=_credit(connection, user_id, site_id) if may_order else None,
        rebate_minor=held.rebate_minor,
        deposit_minor=held.deposit_minor,
        transfers=sum(
            1
            for one in transfers_of(connection, site_id, on_road(connection, site_id))
            if one.to_site == site_id and one.missing_micro > 0
        ),
        counts=len(open_counts),
        below_zero=count_below_zero(connection, site_id) if is_opened(connection, site_id) else 0,
        ending=count_ending(connection, site_id, day),
        first_steps=_first_steps(connection, identity, now_us),
    )


def read_suggested(
    connection: Connection, identity: Identity, user_id: str, now_us: int, zone: str
) -> int | None:
    """How many products want ordering, for the usual account; None where nobody orders."""
    accounts = accounts_to_order_for(connection, user_id, identity.site_id)
    if not accounts:
        return None
    today = business_day(now_us, zone)
    where = Where(site_id=identity.site_id, account=accounts[0], at_us=now_us, today=today)
    levels = read_levels(connection, where)
    _, made = read_suggestions(connection, where, levels, wish_of(connection))
    return len(made)


def _head_office(
    connection: Connection,
    day: str,
    now_us: int,
    synced_at_us: int,
    permissions: frozenset[str],
    currency: str,
) -> Today:
    waiting = []
    if "order.decide" in permissions:
        waiting = orders(
            connection,
            supplier="",
            states=[OrderState.SUBMITTED],
            limit=SHOWN_MAX,
            oldest_first=True,
        )
    report = sales_report(
        connection, by=By.DAY, from_day=_days_before(day, DAYS - 1), to_day=day, at_us=now_us
    )
    in_days: dict[str, tuple[int, int]] = {}
    for line in report.lines:
        if line.currency == currency:
            in_days[line.key] = (line.sales, line.net_minor)
    every = [_days_before(day, n) for n in range(DAYS - 1, -1, -1)]
    may_see_devices = "access.grant" in permissions
    quiet = [one for one in devices(connection, now_us) if one.is_quiet] if may_see_devices else []
    return Today(
        day=day,
        synced_at_us=synced_at_us,
        days=tuple(
            Sum(
                key=one, sales=in_days.get(one, (0, 0))[0], amount_minor=in_days.get(one, (0, 0))[1]
            )
            for one in every
        ),
        currency=currency,
        tasks=count_open(connection),
        to_decide=len(waiting),
        deciding_since_us=waiting[0].submitted_at_us if waiting else 0,
        quiet_devices=len(quiet),
        sums_as_of_us=report.as_of_us,
        missing_sources=len(report.missing),
    )


def _days_before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def _rejected(connection: Connection, account_id: str) -> int:
    found = orders(connection, account_id=account_id, states=[OrderState.REJECTED], limit=SHOWN_MAX)
    return len(found)


def _credit(connection: Connection, user_id: str, site_id: str) -> int | None:
    accounts = accounts_to_order_for(connection, user_id, site_id)
    if not accounts or not accounts[0].credit_limit_minor:
        return None
    one = accounts[0]
    known = credit(connection, one.account_id, one.currency, one.credit_limit_minor)
    # The deposit stands on a tile of its own.
    return known.free_minor - max(known.deposit_minor, 0)


def _held(connection: Connection, user_id: str, site_id: str, day: str) -> Tenders:
    """Deposit and rebate of the usual account that no waiting order names (E14)."""
    accounts = accounts_to_order_for(connection, user_id, site_id)
    if not accounts:
        return Tenders()
    return tenders_free(connection, accounts[0].account_id, accounts[0].currency, day)


def _begun_at_us(connection: Connection, identity: Identity) -> int:
    """When this device wrote its first document."""
    c = journal.c
    first = select(c.stored_at_us).where(
        c.device_id == identity.device_id, c.incarnation == identity.incarnation, c.n == 1
    )
    return connection.execute(first).scalar() or 0


def _first_steps(
    connection: Connection, identity: Identity, now_us: int
) -> tuple[tuple[str, bool], ...]:
    """What a shop that founded itself does first; nothing under head office, or once it sold and
    two weeks are over."""
    site_id = identity.site_id
    is_own = site_id == founded_site_id(identity.public_key) and not identity.server_url
    if not is_own:
        return ()
    sells = has_sold(connection, site_id)
    if sells and now_us - _begun_at_us(connection, identity) > _NEW_US:
        return ()
    return (
        ("goods", sells or bool(own_products(connection, site_id))),
        ("opening", is_opened(connection, site_id)),
        ("devices", False),
        ("sale", sells),
    )
