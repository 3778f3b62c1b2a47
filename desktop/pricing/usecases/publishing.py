"""Publishing price versions, a shop's own price, and the price a person asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from desktop.access.usecases import require, require_approver
from desktop.store.session import Session
from shared.catalog.queries import product, products
from shared.channel.tables import level
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.core.money import UNIT_PRICE_MICRO_MAX
from shared.core.rounding import MICRO
from shared.journal.document import Header
from shared.pricing.documents import OwnPriceLine, OwnPriceSet, OwnPricesSet
from shared.pricing.publishing import version_bodies
from shared.pricing.queries import (
    PriceBook,
    RetailPrices,
    context_of,
    first_prices,
    price_book,
    retail_prices,
    sales_orgs_of_site,
    versions,
)
from shared.pricing.rules import Price, PriceContext, PriceRow, Step
from shared.pricing.tables import own_price

OWN_PRICES_MAX: Final = 1_000
"""Of one document; more become several."""


def newest_number(session: Session, sales_org_id: str) -> int:
    """The number of the newest sealed version this device knows; 0 before the first."""
    return max((one.number for one in versions(session.connection, sales_org_id)), default=0)


def publish_prices(
    session: Session,
    sales_org_id: str,
    rows: Sequence[PriceRow],
    steps: Sequence[Step],
    *,
    approver_id: str,
    effective_at_us: int = 0,
    parent_number: int | None = None,
    reason: str = "",
    message: str = "",
    prints_labels: bool = False,
) -> str:
    """Ask head office to seal the next price version (C02, C03); the version's id.

    Without a parent it follows the newest version known here, without an instant it holds from
    now on. Head office answers with the number, or with the reason why not. Devices show the
    message once the version is there, and ask for labels once it holds.

    Raises: RuleViolation PRICE_ROW_BAD, PRICE_ROW_TWICE, LOGIC_EMPTY, LOGIC_STEP_BAD,
    APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied NOT_PERMITTED, APPROVER_MAY_NOT.
    """
    require(session, "price.publish")
    require_approver(session, approver_id, "price.approve")
    parent = newest_number(session, sales_org_id) if parent_number is None else parent_number
    version_uid = session.new_uid()
    *chunks, version = version_bodies(
        version_uid,
        sales_org_id=sales_org_id,
        parent_number=parent,
        effective_at_us=effective_at_us or session.now_us,
        steps=steps,
        rows=rows,
        reason=reason,
        message=message,
        prints_labels=prints_labels,
    )
    for chunk in chunks:
        session.append(chunk)
    session.append(version, uid=version_uid, approver_id=approver_id)
    return uid_text(version_uid)


def set_own_price(session: Session, product_id: str, unit_price_micro: int) -> Header:
    """The shop's own retail price of a product (B11); 0 takes it back.

    Raises: RuleViolation PRODUCT_UNKNOWN, PRICE_NEGATIVE, PRICE_TOO_LARGE; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "own_goods.write")
    if product(session.connection, product_id) is None:
        raise RuleViolation("PRODUCT_UNKNOWN", code=product_id)
    if unit_price_micro < 0:
        raise RuleViolation("PRICE_NEGATIVE")
    if unit_price_micro > UNIT_PRICE_MICRO_MAX:
        raise RuleViolation("PRICE_TOO_LARGE")
    return session.append(
        OwnPriceSet(
            product_id=product_id,
            unit_price_micro=unit_price_micro,
            is_removed=unit_price_micro == 0,
        )
    )


def set_own_prices(session: Session, prices: Mapping[str, int]) -> None:
    """Many retail prices of the shop's own at once, by product; 0 takes one back (B11, R07).

    Raises: as ``set_own_price``.
    """
    require(session, "own_goods.write")
    known = products(session.connection, list(prices))
    lines: list[OwnPriceLine] = []
    for product_id, price_micro in prices.items():
        if product_id not in known:
            raise RuleViolation("PRODUCT_UNKNOWN", code=product_id)
        if price_micro < 0:
            raise RuleViolation("PRICE_NEGATIVE")
        if price_micro > UNIT_PRICE_MICRO_MAX:
            raise RuleViolation("PRICE_TOO_LARGE")
        lines.append(
            OwnPriceLine(
                product_id=product_id, unit_price_micro=price_micro, is_removed=price_micro == 0
            )
        )
    for start in range(0, len(lines), OWN_PRICES_MAX):
        session.append(OwnPricesSet(lines=tuple(lines[start : start + OWN_PRICES_MAX])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who a price is asked for: nobody named is the consumer."""

    account_id: str = ""
    level_id: str = ""
    """What a customer of this level pays (C01)."""
    price_list_id: str = ""
    """The list a consumer buys by, such as ``member`` (I10)."""

    @property
    def is_consumer(self) -> bool:
        """Whether the suggested retail price, or the shop's own one, is meant."""
        return not self.account_id and not self.level_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The prices of one buyer at a site and instant: opened once per document."""

    books: tuple[PriceBook, ...]
    retail: RetailPrices

    def price(self, product_id: str, *, qty_micro: int = MICRO) -> Price | None:
        """The price of one base unit; None when there is none."""
        return self.prices([product_id], qty_micro=qty_micro).get(product_id)

    def prices(self, product_ids: Sequence[str], *, qty_micro: int = MICRO) -> dict[str, Price]:
        """The same of many products by id; those without one are left out."""
        sources = (*(book.prices for book in self.books), self.retail.prices)
        return first_prices(sources, product_ids, qty_micro=qty_micro)

    def of_lines(self, asked: Sequence[tuple[str, int]]) -> list[Price | None]:
        """The prices of lines, each a product and its quantity (at 10⁻⁶), in their order."""
        goods: dict[int, list[str]] = {}
        for product_id, qty_micro in asked:
            goods.setdefault(qty_micro, []).append(product_id)
        found = {
            qty_micro: self.prices(ids, qty_micro=qty_micro) for qty_micro, ids in goods.items()
        }
        return [found[qty_micro].get(product_id) for product_id, qty_micro in asked]


def prices_for(session: Session, site_id: str, buyer: Buyer, at_us: int) -> Prices:
    """The prices a buyer pays at a site and instant.

    An account pays by its own sales organisation's logic (C07); a level as that level of the
    site's sales organisation does, and where the level has no price the consumer's price holds.

    Raises: RuleViolation ACCOUNT_UNKNOWN, LEVEL_UNKNOWN.
    """
    connection = session.connection
    contexts = () if buyer.is_consumer else _contexts(session, site_id, buyer, at_us)
    books = (price_book(connection, context, at_us) for context in contexts)
    return Prices(
        books=tuple(book for book in books if book is not None),
        retail=retail_prices(connection, site_id, at_us, price_list_id=buyer.price_list_id),
    )


def _contexts(session: Session, site_id: str, buyer: Buyer, at_us: int) -> Sequence[PriceContext]:
    connection = session.connection
    if buyer.account_id:
        return [context_of(connection, buyer.account_id, at_us)]
    known = connection.execute(select(level.c.id).where(level.c.id == buyer.level_id)).first()
    if known is None:
        raise RuleViolation("LEVEL_UNKNOWN", level=buyer.level_id[:40])
    return [
        PriceContext(sales_org_id=one, level_id=buyer.level_id)
        for one in sales_orgs_of_site(connection, site_id)
    ]


def retail_values(
    connection: Connection, site_id: str, product_ids: Sequence[str], at_us: int
) -> dict[str, int]:
    """What a consumer pays for each product at a site, in millionths; 0 where nobody knows.

    As ``retail_price`` for many products at once: the shop's own prices, then the suggested ones.
    """
    found: dict[str, int] = {}
    for sales_org_id in reversed(sales_orgs_of_site(connection, site_id)):
        book = price_book(connection, PriceContext(sales_org_id=sales_org_id), at_us, retail=True)
        if book is not None:
            prices = book.prices(product_ids)
            found |= {one: price.unit_price_micro for one, price in prices.items()}
    c = own_price.c
    statement = select(c.product_id, c.unit_price_micro).where(
        c.site_id == site_id, c.is_removed == 0
    )
    own = {row.product_id: row.unit_price_micro for row in connection.execute(statement)}
    return {one: own.get(one, found.get(one, 0)) for one in product_ids}
