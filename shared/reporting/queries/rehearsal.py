"""A rehearsal: the orders of the last days priced again, by a version and by a draft over it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, select

from shared.catalog.queries import costs_of, products
from shared.catalog.rules import margin_micro
from shared.channel.queries import account
from shared.channel.rules import HEAD_OFFICE
from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor
from shared.core.rounding import MICRO, divide_half_away
from shared.ordering.queries import credit
from shared.ordering.rules import OrderState
from shared.ordering.tables import channel_order, order_line
from shared.pricing.queries import context_of
from shared.pricing.queries.rehearsing import Draft, draft_of_rows
from shared.pricing.queries.stated import newest_rows
from shared.pricing.rules import Goods, PriceRow, row_key

DAYS: Final = 30
DAY_US: Final = 86_400_000_000
_OUT: Final = (OrderState.REJECTED.value, OrderState.CANCELLED.value)
Go = Callable[[int, int], bool]
"""Told how many accounts of how many are done; False = stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRehearsed:
    """The orders of one account, priced twice; money in minor units of its currency."""

    account_id: str
    name: str
    currency: str
    orders: int
    before_minor: int
    after_minor: int
    limit_minor: int
    exposure_minor: int
    """What it owes and was granted, as head office knows it now."""
    supplied_minor: int = 0
    """Of ``before_minor`` what head office supplies itself: the only orders whose margin is its
    own."""
    costed_before_minor: int = 0
    """Of those the goods whose purchase cost head office knows."""
    costed_after_minor: int = 0
    cost_minor: int = 0
    """What those goods cost to buy."""

    @property
    def change_minor(self) -> int:
        """By how much its orders would have come to more."""
        return self.after_minor - self.before_minor

    @property
    def change_micro(self) -> int | None:
        """The same as a ratio at 10⁻⁶."""
        if not self.before_minor:
            return None
        return divide_half_away(self.change_minor * MICRO, self.before_minor)

    @property
    def is_over(self) -> bool:
        """Whether another such month would pass its limit, though it has not yet (E07)."""
        before = self.exposure_minor
        return before <= self.limit_minor < before + self.change_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What is left of the same orders after purchase costs, now and by a draft; ratios at 10⁻⁶.

    It is head office's own: orders a dealer supplies are not in it. Only goods with a cost are:
    ``uncosted_micro`` says how much of the money is not.
    """

    before_micro: int | None
    after_micro: int | None
    """None where nothing with a cost was sold, or all of it for nothing."""
    uncosted_micro: int
    """The part of what head office supplies, by the version now, whose goods have no cost."""

    @property
    def change_micro(self) -> int | None:
        """By how many percent points it changes: 10,000 is one."""
        if self.before_micro is None or self.after_micro is None:
            return None
        return self.after_micro - self.before_micro


def margin_of(accounts: Sequence[AccountRehearsed]) -> Margin:
    """The margin of the orders of accounts of one currency."""
    cost = sum(one.cost_minor for one in accounts)
    before = sum(one.costed_before_minor for one in accounts)
    after = sum(one.costed_after_minor for one in accounts)
    whole = sum(one.supplied_minor for one in accounts)
    return Margin(
        before_micro=margin_micro(before, cost),
        after_micro=margin_micro(after, cost),
        uncosted_micro=divide_half_away((whole - before) * MICRO, whole) if whole > 0 else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """A combination with both a price and a ratio: the price wins, and nobody may have meant it."""

    product_id: str
    brand: str
    dimension: str


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """What a draft would have made of the orders of the last days."""

    from_us: int
    as_of_us: int
    orders: int = 0
    lines: int = 0
    unpriced: int = 0
    """Lines the draft, or the version now, has no price for: left out of both sums."""
    accounts: list[AccountRehearsed] = field(default_factory=list)
    doubles: list[Double] = field(default_factory=list)
    is_whole: bool = True

    @property
    def currencies(self) -> Mapping[str, tuple[int, int]]:
        """Before and after by currency."""
        sums: dict[str, tuple[int, int]] = {}
        for one in self.accounts:
            before, after = sums.get(one.currency, (0, 0))
            sums[one.currency] = (before + one.before_minor, after + one.after_minor)
        return sums

    @property
    def margins(self) -> Mapping[str, Margin]:
        """The margin by currency."""
        return {
            currency: margin_of([one for one in self.accounts if one.currency == currency])
            for currency in self.currencies
        }

    @property
    def over(self) -> list[AccountRehearsed]:
        """The accounts that would be over their credit limit by it, the largest change first."""
        found = [one for one in self.accounts if one.is_over]
        return sorted(found, key=lambda one: -one.change_minor)


def rehearse(
    connection: Connection,
    sales_org_id: str,
    parent_number: int,
    rows: Sequence[PriceRow],
    now_us: int,
    go: Go,
) -> Rehearsal:
    """Price the orders of the last ``DAYS`` days by a draft, account by account.

    Refused and cancelled orders and gifts are left out. Raises: RuleViolation VERSION_UNKNOWN.
    """
    draft = draft_of_rows(connection, sales_org_id, parent_number, rows)
    if draft is None:
        raise RuleViolation("VERSION_UNKNOWN", number=parent_number)
    from_us = now_us - DAYS * DAY_US
    found = Rehearsal(from_us=from_us, as_of_us=now_us)
    found.doubles = doubles(connection, draft, rows)
    orders = _orders(connection, sales_org_id, from_us)
    by_account: dict[str, list[Any]] = {}
    for one in orders:
        by_account.setdefault(one.account_id, []).append(one)
    for done, (account_id, some) in enumerate(sorted(by_account.items())):
        if not go(done, len(by_account)):
            found.is_whole = False
            break
        _add_account(connection, draft, found, account_id, some)
    go(len(by_account), len(by_account))
    return found


def _orders(connection: Connection, sales_org_id: str, from_us: int) -> Sequence[Any]:
    c = channel_order.c
    return connection.execute(
        select(c.id, c.account_id, c.currency)
        .where(
            c.sales_org == sales_org_id,
            c.submitted_at_us >= from_us,
            c.decided.not_in(_OUT),
        )
        .order_by(c.id)
    ).all()


def _add_account(
    connection: Connection, draft: Draft, found: Rehearsal, account_id: str, orders: Sequence[Any]
) -> None:
    buyer = account(connection, account_id)
    if buyer is None:
        return
    lines = _lines(connection, [one.id for one in orders])
    goods = _goods(connection, {row.product_id for row in lines})
    context = context_of(connection, account_id, found.as_of_us)
    before = draft.before(connection, context, goods)
    after = draft.after(connection, context, goods)
    costs = costs_of(connection, HEAD_OFFICE, buyer.currency, [one.product_id for one in goods])
    sums, costed, cost_minor, supplied = [0, 0], [0, 0], 0, 0
    for row in lines:
        prices = [one.price(row.product_id, row.qty_micro) for one in (before, after)]
        if prices[0] is None or prices[1] is None:
            found.unpriced += 1
            continue
        is_ours = row.supplier == HEAD_OFFICE
        cost_micro = costs.get(row.product_id) if is_ours else None
        if cost_micro is not None:
            cost_minor += line_amount_minor(row.qty_micro, cost_micro, buyer.currency)
        for place, price in enumerate(prices):
            assert price is not None
            amount = line_amount_minor(row.qty_micro, price.unit_price_micro, buyer.currency)
            sums[place] += amount
            costed[place] += amount if cost_micro is not None else 0
            supplied += amount if is_ours and not place else 0
    limit = buyer.credit_limit_minor
    owed = credit(connection, account_id, buyer.currency, limit)
    found.orders += len(orders)
    found.lines += len(lines)
    found.accounts.append(
        AccountRehearsed(
            account_id=account_id,
            name=buyer.name,
            currency=buyer.currency,
            orders=len(orders),
            before_minor=sums[0],
            after_minor=sums[1],
            limit_minor=limit,
            exposure_minor=owed.exposure_minor,
            supplied_minor=supplied,
            costed_before_minor=costed[0],
            costed_after_minor=costed[1],
            cost_minor=cost_minor,
        )
    )


def _lines(connection: Connection, order_ids: Sequence[str]) -> list[Any]:
    c = order_line.c
    found: list[Any] = []
    for start in range(0, len(order_ids), 400):
        found += connection.execute(
            select(c.product_id, c.qty_micro, c.supplier).where(
                c.order_id.in_(order_ids[start : start + 400]), c.is_gift == 0
            )
        ).all()
    return found


def _goods(connection: Connection, product_ids: Iterable[str]) -> list[Goods]:
    known = products(connection, sorted(product_ids))
    return [Goods(key, one.brand) for key, one in known.items()]


def doubles(connection: Connection, draft: Draft, rows: Sequence[PriceRow]) -> list[Double]:
    """Combinations a draft touches that would have both a price and a ratio."""
    stated = newest_rows(connection, draft.parent.sales_org_id, draft.parent.number)
    held = {key for key, one in stated.items() if not one.row.is_removed}
    for row in rows:
        (held.discard if row.is_removed else held.add)(row_key(row))
    found: dict[tuple[str, str, str], Double] = {}
    for row in rows:
        keys = [(*row_key(row)[:3], is_ratio, row.from_qty_micro) for is_ratio in (True, False)]
        if all(key in held for key in keys):
            found[row[:3]] = Double(product_id=row[0], brand=row[1], dimension=row[2])
    return list(found.values())
