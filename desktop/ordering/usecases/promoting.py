"""What promotions, limits and balances hold for an order that is being typed, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.ordering.usecases.wishing import Where
from shared.catalog.queries import exclusive_products
from shared.ordering.queries.promoting import Buyer, order_policies, setting_of
from shared.ordering.queries.tendering import rebate_percent, tenders_free
from shared.ordering.rules import Tenders
from shared.pricing.queries import context_of, price_book
from shared.promotions.rules import Setting, Standing, gifts_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The policies for orders here and now, and who buys under them."""

    policies: tuple[Standing, ...]
    setting: Setting
    gift_prices: Mapping[str, int]


def read_terms(connection: Connection, where: Where, zone: str) -> Terms | None:
    """The policies in force for the account; None where there are none, which is usual."""
    account = where.account
    buyer = Buyer(
        account_id=account.account_id,
        sales_org_id=account.sales_org_id,
        site_id=where.site_id,
        currency=account.currency,
        at_us=where.at_us,
        zone=zone,
    )
    policies = order_policies(connection, buyer)
    if not policies:
        return None
    prices = _gift_prices(connection, where, policies)
    setting = setting_of(connection, buyer, policies, gift_prices=prices, with_waiting=True)
    return Terms(policies=policies, setting=setting, gift_prices=prices)


def _gift_prices(
    connection: Connection, where: Where, policies: tuple[Standing, ...]
) -> Mapping[str, int]:
    wanted = gifts_named(policies)
    context = context_of(connection, where.account.account_id, where.at_us)
    book = price_book(connection, context, where.at_us) if wanted else None
    if book is None:
        return {}
    return {one: price.unit_price_micro for one, price in book.prices(wanted).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What the account may pay an order with, as far as this device knows (E14, M02)."""

    free: Tenders
    rebate_percent: int


def read_purse(connection: Connection, where: Where) -> Purse:
    """Deposit and rebate that no waiting order names, and how much of an order rebate may pay."""
    account = where.account
    return Purse(
        free=tenders_free(connection, account.account_id, account.currency, where.today),
        rebate_percent=rebate_percent(connection),
    )


def read_exclusive(
    connection: Connection, where: Where, product_ids: tuple[str, ...]
) -> frozenset[str]:
    """Those of the products that are exclusive to the account (专供)."""
    return exclusive_products(connection, where.account.account_id, product_ids)
