"""The commands of who orders: submit, cancel, rework."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from desktop.catalog.usecases import scanned
from desktop.ordering.commands.naming import OfOrder, find_order
from desktop.ordering.usecases.asking import (
    Submitted,
    Wanted,
    cancel_order,
    rework_order,
    submit_order,
)
from desktop.ordering.usecases.offering import Paid
from desktop.store.asking import Params, Written, device
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.core.ids import uid_bytes
from shared.core.money import parse_money
from shared.promotions.rules import Choices, GiftChoice


class WantedParams(Params):
    """A code and how much of it: ``27``, ``2箱3支``."""

    code: str
    qty: str = "1"
    requested_date: str = ""
    note: str = ""
    whole_only: bool = False
    """All of it or nothing."""


class GiftParams(Params, kw_only=True):
    """A gift that is chosen of what a policy gives."""

    policy: str
    code: str
    qty: str = "1"


class Chosen(Params, kw_only=True):
    """What is chosen of an order's promotions and how it is paid; the rest is chosen best (D12)."""

    gifts: tuple[GiftParams, ...] = ()
    groups: dict[str, str] = msgspec.field(default_factory=dict)
    """Of exclusive policies the one taken, by their group; '' = none of them."""
    declined: tuple[str, ...] = ()
    """Policies the buyer does not want."""
    rebate: str = ""
    """How much of it the account's rebate pays, in the account's currency."""
    deposit: str = ""


class OrderSubmit(Chosen, kw_only=True):
    """An order; left out are the site's first account and its usual supplier."""

    lines: tuple[WantedParams, ...]
    account: str = ""
    supplier: str | None = None
    requested_date: str = ""
    deliver_to: str = ""
    note: str = ""
    uid: str = ""


def _wanted(store: Store, asked: Sequence[WantedParams]) -> list[Wanted]:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[Wanted]:
        return [_one(connection, site_id, one) for one in asked]

    return store.read(read)


def _one(connection: Connection, site_id: str, one: WantedParams) -> Wanted:
    # An unknown code is refused by the list, like any product that is not on it.
    what = scanned(connection, site_id, one.code, one.qty)
    return Wanted(
        product_id=what.product_id,
        qty_micro=what.qty_micro,
        unit=what.unit,
        requested_date=one.requested_date,
        note=one.note,
        is_whole_only=one.whole_only,
    )


def _choices(store: Store, asked: Chosen) -> Choices:
    site_id = device(store).site_id

    def read(connection: Connection) -> Choices:
        gifts: dict[str, tuple[GiftChoice, ...]] = {}
        for one in asked.gifts:
            what = scanned(connection, site_id, one.code, one.qty)
            chosen = GiftChoice(what.product_id, what.qty_micro)
            gifts[one.policy] = (*gifts.get(one.policy, ()), chosen)
        return Choices(of_group=asked.groups, gifts=gifts, declined=frozenset(asked.declined))

    return store.read(read)


def _paid(asked: Chosen) -> Paid:
    # Accounts of one site are paid in one currency; the use case refuses what does not fit.
    return Paid(
        deposit_minor=parse_money(asked.deposit, "CNY").minor if asked.deposit else 0,
        rebate_minor=parse_money(asked.rebate, "CNY").minor if asked.rebate else 0,
    )


def _submit(store: Store, asked: OrderSubmit) -> Submitted:
    done = store.write(
        submit_order,
        _wanted(store, asked.lines),
        account_id=asked.account,
        supplier=asked.supplier,
        requested_date=asked.requested_date,
        deliver_to=asked.deliver_to,
        note=asked.note,
        uid=uid_bytes(asked.uid) if asked.uid else None,
        choices=_choices(store, asked),
        paid=_paid(asked),
    )
    return done.value


class OrderCancel(OfOrder):
    """Take an order back."""

    reason: str = ""


def _cancel(store: Store, asked: OrderCancel) -> Written:
    order_id = find_order(store, asked.order)
    return Written.of(store.write(cancel_order, order_id, reason=asked.reason).value)


class OrderRework(Chosen, kw_only=True):
    """Ask again; without lines for the same goods."""

    order: str
    """Its printed number or uid."""
    lines: tuple[WantedParams, ...] = ()
    note: str = ""


def _rework(store: Store, asked: OrderRework) -> Submitted:
    again = _wanted(store, asked.lines) if asked.lines else None
    order_id = find_order(store, asked.order)
    return store.write(
        rework_order,
        order_id,
        again,
        note=asked.note,
        choices=_choices(store, asked),
        paid=_paid(asked),
    ).value


COMMANDS = (
    Command(
        name="order-submit",
        summary="Ask the supplier for goods.",
        params=OrderSubmit,
        run=_submit,
    ),
    Command(name="order-cancel", summary="Take an order back.", params=OrderCancel, run=_cancel),
    Command(
        name="order-rework",
        summary="Ask again after a rejection.",
        params=OrderRework,
        run=_rework,
    ),
)
