"""The promotions of a basket: the policies in force opened once, and what they make of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from sqlalchemy import Connection

from desktop.pricing.usecases import Buyer, Prices, prices_for
from desktop.store.session import Session
from shared.catalog.queries import ProductView, products
from shared.channel.queries import SiteView
from shared.channel.queries import account as account_view
from shared.core.clock import HOME_ZONE, business_day, local_hour
from shared.core.errors import RuleViolation
from shared.members.rules import is_member
from shared.pricing.queries import context_of, sales_orgs_of_place
from shared.pricing.rules import price_list
from shared.promotions.documents import PromotionApplied, applied_of
from shared.promotions.queries import policies_in_force, used_so_far
from shared.promotions.rules import (
    Choices,
    Item,
    Outcome,
    Setting,
    Shelf,
    Standing,
    Use,
    evaluate,
    gifts_named,
)
from shared.promotions.rules.counting import limits_used
from shared.sales.documents import SaleLine
from shared.sales.queries.promoting import (
    GiftGoods,
    items_of,
    promoted_lines,
)

NO_CHOICES: Final = Choices()


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftName:
    """A product that can be given, as lists and lines call it."""

    product_id: str
    code: str
    name: str
    unit: str
    is_own: bool = False
    """Of the shop's own: head office's catalogue does not know its name."""


@dataclass(frozen=True, kw_only=True)
class Promotions:
    """The policies in force for one buyer at a site: opened once per basket."""

    currency: str
    zone: str
    at_us: int
    """When they were opened."""
    use: Use = Use.TILL
    policies: tuple[Standing, ...] = ()
    dimensions: frozenset[str] = frozenset()
    used: Mapping[str, int] = field(default_factory=dict)
    gift_prices: Mapping[str, int] = field(default_factory=dict)
    goods: Mapping[str, GiftName] = field(default_factory=dict)
    brands: Mapping[str, str] = field(default_factory=dict)
    """Of goods that were in the basket when they were opened."""

    def name_of(self, policy_id: str) -> str:
        """As clerks and customers call a policy."""
        return self._names.get(policy_id, policy_id)

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self.policies)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {one.policy.policy_id: one.policy.name for one in self.policies}

    def setting(self, at_us: int, list_prices: Mapping[str, int]) -> Setting:
        """Who buys, where and when."""
        weekday, minute = local_hour(at_us, self.zone)
        return Setting(
            use=self.use,
            currency=self.currency,
            at_us=at_us,
            weekday=weekday,
            minute=minute,
            dimensions=self.dimensions,
            used=self.used,
            gift_prices={**list_prices, **self.gift_prices},
        )

    def outcome(
        self,
        items: Sequence[Item],
        choices: Choices,
        at_us: int,
        list_prices: Mapping[str, int],
    ) -> Outcome:
        """What they make of these goods at an instant."""
        touched = self._shelf.touching((one.product_id, one.brand) for one in items)
        return evaluate(items, touched, self.setting(at_us, list_prices), choices)


def promotions_for(
    session: Session,
    place: SiteView,
    buyer: Buyer,
    product_ids: Iterable[str],
    *,
    customer_id: str = "",
    at_us: int = 0,
    prices: Prices | None = None,
    use: Use = Use.TILL,
) -> Promotions:
    """The policies in force for who buys at a site, a consumer at its till or a customer on its
    wholesale invoice, with the names and prices of their gifts."""
    at_us = at_us or session.now_us
    return opened_promotions(
        session.connection,
        place,
        buyer,
        product_ids,
        customer_id=customer_id,
        at_us=at_us,
        use=use,
        prices=lambda: prices or prices_for(session, place.site_id, buyer, at_us),
    )


def opened_promotions(
    connection: Connection,
    place: SiteView,
    buyer: Buyer,
    product_ids: Iterable[str],
    *,
    customer_id: str,
    at_us: int,
    use: Use,
    prices: Callable[[], Prices],
) -> Promotions:
    """As ``promotions_for``, read alone; prices are asked for only where a policy is in force."""
    zone = place.zone or HOME_ZONE
    orgs = sales_orgs_of_place(connection, place)
    policies = policies_in_force(connection, orgs, use, at_us)
    if not policies:
        return Promotions(currency=place.currency, zone=zone, at_us=at_us, use=use)
    dimensions = (
        _customer_dimensions(connection, place, buyer, customer_id, at_us)
        if use is Use.INVOICE
        else _dimensions(connection, place, buyer, at_us)
    )
    gifts = gifts_named(policies)
    known = products(connection, sorted({*gifts, *product_ids}))
    return Promotions(
        currency=place.currency,
        zone=zone,
        at_us=at_us,
        use=use,
        policies=policies,
        dimensions=dimensions,
        used=used_so_far(
            connection,
            policies,
            day=business_day(at_us, zone),
            site_id=place.site_id,
            member_id=customer_id if is_member(customer_id) else "",
        ),
        gift_prices={
            one: price.unit_price_micro for one, price in prices().prices(sorted(gifts)).items()
        },
        goods=gift_names(known),
        brands={one.product_id: one.brand for one in known.values()},
    )


def _dimensions(
    connection: Connection, place: SiteView, buyer: Buyer, at_us: int
) -> frozenset[str]:
    """The dimensions of who buys: the site, the accounts it works for, the list they buy by."""
    found = {f"site:{place.site_id}"}
    if buyer.price_list_id:
        found.add(price_list(buyer.price_list_id))
    for account_id in place.account_ids:
        if account_view(connection, account_id) is not None:
            found |= context_of(connection, account_id, at_us).dimensions()
    return frozenset(found)


def _customer_dimensions(
    connection: Connection, place: SiteView, buyer: Buyer, customer_id: str, at_us: int
) -> frozenset[str]:
    """The dimensions of who is invoiced: the site that sells, and an account's own ones; else the
    level they buy at, in the regions of the accounts the site works for."""
    found = {f"site:{place.site_id}"}
    meant = buyer.account_id or customer_id
    if account_view(connection, meant) is not None:
        return frozenset(found | context_of(connection, meant, at_us).dimensions())
    for account_id in place.account_ids:
        if account_view(connection, account_id) is not None:
            seller = context_of(connection, account_id, at_us)
            customer = replace(seller, account_id="", level_id=buyer.level_id, category_ids=())
            found |= customer.dimensions()
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """The lines of a sale with what promotions made of them."""

    lines: list[SaleLine]
    applied: tuple[PromotionApplied, ...] = ()


def promoted(
    connection: Connection,
    promotions: Promotions,
    lines: Sequence[SaleLine],
    choices: Choices,
    at_us: int,
    *,
    is_agreed: bool = False,
) -> Promoted:
    """The lines of a sale after promotions, the gifts behind them.

    Raises: RuleViolation LIMIT_ITEM, LIMIT_GROUP, FIRST_ONLY where more is sold than a limit
    leaves, unless the basket was agreed: facts are never refused.
    """
    if not promotions.policies:
        return Promoted(lines=list(lines))
    known = products(connection, sorted({line.product_id for line in lines}))
    items = items_of(lines, {one: goods.brand for one, goods in known.items()})
    listed = {line.product_id: line.unit_price_micro for line in lines}
    outcome = promotions.outcome(items, choices, at_us, listed)
    if outcome.cuts and not is_agreed:
        raise over_limit(outcome)
    setting = promotions.setting(at_us, listed)
    names = {**promotions.goods, **gift_names(known)}
    return Promoted(
        lines=promoted_lines(
            lines,
            outcome,
            promotions.currency,
            gift_prices=setting.gift_prices,
            goods=lambda product_id: _gift_goods(names.get(product_id)),
        ),
        applied=applied_of(outcome, limits_used(items, promotions.policies, setting)),
    )


def gift_names(known: Mapping[str, ProductView]) -> dict[str, GiftName]:
    """Products as lists of gifts call them."""
    return {
        one.product_id: GiftName(
            product_id=one.product_id,
            code=one.code,
            name=one.name,
            unit=one.base_unit,
            is_own=bool(one.site_id),
        )
        for one in known.values()
    }


def over_limit(outcome: Outcome) -> RuleViolation:
    """What is said of the first line that is over a limit."""
    cut = outcome.cuts[0]
    return RuleViolation(
        cut.code, line_no=cut.line_no, limit=cut.name, allowed_micro=cut.allowed_micro
    )


def _gift_goods(found: GiftName | None) -> GiftGoods:
    if found is None:
        return GiftGoods()
    return GiftGoods(unit=found.unit, name=found.name if found.is_own else "")
