"""What promotions and tenders make of an order before it goes (D12, E14)."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.channel.usecases import day_at
from desktop.store.session import Session
from shared.catalog.queries import brands_of
from shared.channel.queries import AccountView, SiteView
from shared.core.errors import RuleViolation
from shared.ordering.documents import OrderLine
from shared.ordering.queries.promoted import promoted_lines
from shared.ordering.queries.promoting import (
    Buyer,
    items_of,
    order_policies,
    setting_of,
)
from shared.ordering.queries.tendering import rebate_percent, tenders_free
from shared.ordering.rules import (
    AskedLine,
    TenderKind,
    Tenders,
    check_lines,
    rebate_most,
    tenders_named,
)
from shared.pricing.queries import PriceBook
from shared.promotions.documents import PromotionApplied, applied_of
from shared.promotions.rules import Choices, evaluate, gifts_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """How an order is to be paid: rebate and deposit in minor units, the rest on account (E14)."""

    deposit_minor: int = 0
    rebate_minor: int = 0


@dataclass(frozen=True, slots=True)
class Promoted:
    """The lines of an order with their promotions, and the policies that hold."""

    lines: Sequence[OrderLine]
    promotions: tuple[PromotionApplied, ...]


def promoted_order(
    session: Session,
    place: SiteView,
    asks: AccountView,
    lines: Sequence[OrderLine],
    book: PriceBook,
    choices: Choices,
) -> Promoted:
    """The lines with what promotions make of them; nothing over a limit goes (D02-D05).

    Raises: RuleViolation LIMIT_ITEM, LIMIT_GROUP, FIRST_ONLY.
    """
    buyer = Buyer(
        account_id=asks.account_id,
        sales_org_id=asks.sales_org_id,
        site_id=place.site_id,
        currency=asks.currency,
        at_us=session.now_us,
        zone=place.zone,
    )
    policies = order_policies(session.connection, buyer)
    if not policies:
        return Promoted(lines, ())
    gift_prices = {
        one: price.unit_price_micro for one, price in book.prices(gifts_named(policies)).items()
    }
    setting = setting_of(session.connection, buyer, policies, gift_prices=gift_prices)
    brands = brands_of(session.connection, [line.product_id for line in lines])
    outcome = evaluate(items_of(lines, brands), policies, setting, choices)
    for cut in outcome.cuts:
        raise RuleViolation(
            cut.code, line_no=cut.line_no, limit=cut.name, left_micro=cut.allowed_micro
        )
    made = promoted_lines(lines, outcome, asks.currency, gift_prices)
    check_lines([(asked_line(line), line.unit_price_micro) for line in made], asks.currency)
    return Promoted(made, applied_of(outcome))


def tenders_of(
    session: Session,
    place: SiteView,
    asks: AccountView,
    supplier: str,
    paid: Paid,
    total_minor: int,
) -> Tenders:
    """The tenders as named; what is here to name is what nobody named before (E14).

    Raises: RuleViolation TENDER_BAD, TENDERS_TOO_MUCH, REBATE_TOO_MUCH, TENDER_TOO_LITTLE.
    """
    said = (
        (TenderKind.REBATE, paid.rebate_minor),
        (TenderKind.DEPOSIT, paid.deposit_minor),
    )
    named = tenders_named(((kind.value, minor) for kind, minor in said), total_minor)
    if not named.named_minor:
        return named
    if supplier:
        raise RuleViolation("TENDER_BAD", kind=supplier)
    most = rebate_most(total_minor, rebate_percent(session.connection))
    if named.rebate_minor > most:
        raise RuleViolation("REBATE_TOO_MUCH", most_minor=most)
    free = tenders_free(session.connection, asks.account_id, asks.currency, day_at(session, place))
    if named.rebate_minor > free.rebate_minor or named.deposit_minor > free.deposit_minor:
        raise RuleViolation(
            "TENDER_TOO_LITTLE", deposit_minor=free.deposit_minor, rebate_minor=free.rebate_minor
        )
    return named


def asked_line(line: OrderLine) -> AskedLine:
    """The line as the rules of deciding want it."""
    return AskedLine(
        line_no=line.line_no,
        qty_micro=line.qty_micro,
        amount_minor=line.amount_minor,
        is_gift=line.is_gift,
        off_minor=line.promotion_minor,
    )
