"""A sale at the till or as a wholesale invoice: prices with their reasons, discounts, tenders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from desktop.access.usecases import require
from desktop.accounts.usecases import till_now
from desktop.channel.usecases import place_of
from desktop.members.usecases import known_member
from desktop.pricing.usecases import Buyer, prices_for
from desktop.sales.usecases.discounting import (
    NO_DISCOUNT,
    Discount,
    discounted,
    list_minor_of,
)
from desktop.sales.usecases.paying import (
    CHANGE,
    Given,
    deposit_spends,
    promised,
    tendered,
)
from desktop.sales.usecases.payments import use_payments
from desktop.sales.usecases.promoting import (
    NO_CHOICES,
    Promoted,
    Promotions,
    promoted,
    promotions_for,
)
from desktop.store.session import Session
from shared.catalog.queries import ProductView, products
from shared.channel.queries import SiteView
from shared.channel.tables import sales_org
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.core.money import UNIT_PRICE_MICRO_MAX, minor_digits
from shared.core.rounding import MICRO
from shared.journal.document import Header
from shared.members.rules import is_member
from shared.pricing.queries import sales_orgs_of_place
from shared.pricing.rules import Price, trail_text
from shared.promotions.rules import Choices, Use
from shared.sales.documents import Sale, SaleLine
from shared.sales.rules import LineKind, SaleMode, line_minor, totals

ROUND_OFF_MINOR_MAX: Final = 100
"""抹零 goes down to whole units of the currency at most."""
_PRICE_PLACES: Final = 6
LINES_MAX: Final = 1_000
"""Of one sale: what a person would never key, and a page still shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One line of a basket; a negative quantity is goods coming back."""

    product_id: str
    qty_micro: int
    unit: str = ""
    lot: str = ""
    kind: LineKind = LineKind.GOODS
    unit_price_micro: int | None = None
    """Said by the person: for goods nobody has a price of, or instead of the price found."""
    discount_minor: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A sale that is done, as the receipt and the big figures on screen need it."""

    uid: str
    number: str
    currency: str
    list_minor: int
    """Before discounts."""
    discount_minor: int
    rounding_minor: int
    total_minor: int
    paid_minor: int
    change_minor: int
    owed_minor: int
    """What stays on the customer's account."""
    lines: int


def sell(
    session: Session,
    basket: Sequence[BasketLine],
    given: Sequence[Given] = (),
    *,
    discount: Discount = NO_DISCOUNT,
    round_off_to_minor: int = 0,
    customer_id: str = "",
    salesperson_id: str = "",
    approver_id: str = "",
    note: str = "",
    uid: bytes | None = None,
    choices: Choices = NO_CHOICES,
    promotions: Promotions | None = None,
    promoted_at_us: int = 0,
) -> Sold:
    """Sell at the till at the consumer's price of now; without tenders it is exact cash (I02).

    A ``customer_id`` that is a member's buys at the members' prices, offline as well (I10).
    Promotions hold as they are in force now; where money was handed over already, those of the
    instant it was (``promoted_at_us``), and no limit refuses the sale any more.

    Cash beyond the total is given back as change. A ``uid`` made when the basket was opened
    makes a second press of the same key the same sale.

    Raises: RuleViolation NO_LINES, TOO_MANY_LINES, QUANTITY_ZERO, PRICE_MISSING,
    DISCOUNT_TOO_LARGE, APPROVAL_MISSING, SECOND_PERSON_NEEDED, ROUND_OFF_TOO_LARGE, NOT_PAID,
    PAID_TOO_MUCH, TENDER_NEEDS_PROVIDER, PAYMENT_NOT_PAID, TENDER_NOT_ALLOWED, MEMBER_UNKNOWN,
    SHIFT_MISSING, SHIFT_BEING_CLOSED, LIMIT_ITEM, LIMIT_GROUP, FIRST_ONLY; AccessDenied
    NOT_PERMITTED, APPROVER_MAY_NOT, APPROVER_PIN_NEEDED; Conflict ALREADY_APPENDED.
    """
    place = place_of(session)
    require(session, "sale.make")
    found = priced(session, place, consumer(session, customer_id), basket)
    at_us = promoted_at_us or session.now_us
    opened = promotions or opened_for(session, place, customer_id, found, at_us)
    held = promoted(
        session.connection, opened, found, choices, at_us, is_agreed=bool(promoted_at_us)
    )
    lines = discounted(session, place.currency, held.lines, discount, approver_id)
    return _complete(
        session,
        place,
        Promoted(lines=lines, applied=held.applied),
        given,
        mode=SaleMode.TILL,
        round_off_to_minor=round_off_to_minor,
        on_credit=False,
        header=_Names(customer_id, salesperson_id, approver_id, note),
        uid=uid,
        promoted_at_us=promoted_at_us,
    )


def opened_for(
    session: Session, place: SiteView, customer_id: str, lines: Sequence[SaleLine], at_us: int
) -> Promotions:
    """The promotions of who buys these lines at the till."""
    ids = {line.product_id for line in lines}
    buyer = consumer(session, customer_id)
    return promotions_for(session, place, buyer, ids, customer_id=customer_id, at_us=at_us)


def sell_invoice(
    session: Session,
    customer_id: str,
    basket: Sequence[BasketLine],
    given: Sequence[Given] = (),
    *,
    buyer: Buyer,
    on_credit: bool = True,
    discount: Discount = NO_DISCOUNT,
    round_off_to_minor: int = 0,
    salesperson_id: str = "",
    approver_id: str = "",
    note: str = "",
    uid: bytes | None = None,
    choices: Choices = NO_CHOICES,
    promoted_at_us: int = 0,
) -> Sold:
    """Sell to a customer of the site's own at the guide price of its level (批发开单, I02).

    On credit, what is not paid now is owed; otherwise it is paid like at the till. The policies
    for wholesale hold on it as those of the till do there. Raises as ``sell``, and RuleViolation
    CUSTOMER_MISSING.
    """
    place = place_of(session)
    require(session, "sale.make")
    if not customer_id:
        raise RuleViolation("CUSTOMER_MISSING")
    if is_member(customer_id):
        raise RuleViolation("CUSTOMER_IS_MEMBER")
    if "/" in customer_id:
        raise RuleViolation("CUSTOMER_BAD", customer_id=customer_id)
    found = priced(session, place, buyer, basket)
    at_us = promoted_at_us or session.now_us
    ids = {line.product_id for line in found}
    opened = promotions_for(
        session, place, buyer, ids, customer_id=customer_id, at_us=at_us, use=Use.INVOICE
    )
    held = promoted(session.connection, opened, found, choices, at_us)
    lines = discounted(session, place.currency, held.lines, discount, approver_id)
    return _complete(
        session,
        place,
        Promoted(lines=lines, applied=held.applied),
        given,
        mode=SaleMode.INVOICE,
        round_off_to_minor=round_off_to_minor,
        on_credit=on_credit,
        header=_Names(customer_id, salesperson_id, approver_id, note),
        uid=uid,
        promoted_at_us=promoted_at_us,
    )


@dataclass(frozen=True, slots=True)
class _Names:
    customer_id: str
    salesperson_id: str
    approver_id: str
    note: str


def consumer(session: Session, customer_id: str) -> Buyer:
    """Who buys at the till: a member by their list, anybody else at retail.

    Raises: RuleViolation MEMBER_UNKNOWN.
    """
    if not is_member(customer_id):
        return Buyer()
    return Buyer(price_list_id=known_member(session, customer_id).price_list)


def priced(
    session: Session, place: SiteView, buyer: Buyer, basket: Sequence[BasketLine]
) -> list[SaleLine]:
    """A basket with the prices of now and their reasons, in its order; raises as ``sell``."""
    if not basket:
        raise RuleViolation("NO_LINES")
    if len(basket) > LINES_MAX:
        raise RuleViolation("TOO_MANY_LINES", most=LINES_MAX)
    if any(line.qty_micro < 0 for line in basket):
        require(session, "sale.return")
    prices = prices_for(session, place.site_id, buyer, session.now_us)
    found = prices.of_lines([(line.product_id, abs(line.qty_micro)) for line in basket])
    goods = products(session.connection, [line.product_id for line in basket])
    return [
        _line(place, line, price, goods.get(line.product_id))
        for line, price in zip(basket, found, strict=True)
    ]


def _line(
    place: SiteView, line: BasketLine, found: Price | None, goods: ProductView | None
) -> SaleLine:
    if not line.qty_micro:
        raise RuleViolation("QUANTITY_ZERO", product_id=line.product_id)
    said = line.unit_price_micro
    if line.kind is LineKind.GIFT:
        list_price = 0
    elif found is not None:
        list_price = found.unit_price_micro
    elif said is not None:
        list_price = said
    else:
        raise RuleViolation("PRICE_MISSING", product_id=line.product_id)
    if said is not None and not 0 <= said <= UNIT_PRICE_MICRO_MAX:
        raise RuleViolation("PRICE_BAD", product_id=line.product_id)
    if said is not None and said > list_price and line.kind is not LineKind.GIFT:
        # More than the list says is no discount: the price itself is the person's.
        found, list_price = None, said
    discount = line.discount_minor
    if said is not None and said < list_price:
        # The price found stays with its reasons; what the person took off is a discount.
        discount += line_minor(line.qty_micro, list_price, place.currency) - line_minor(
            line.qty_micro, said, place.currency
        )
    amount = line_minor(line.qty_micro, list_price, place.currency, discount)
    is_said = said is not None or bool(line.discount_minor)
    return SaleLine(
        product_id=line.product_id,
        qty_micro=line.qty_micro,
        unit_price_micro=list_price,
        amount_minor=amount,
        kind=line.kind.value,
        unit=line.unit,
        lot=line.lot,
        discount_minor=discount,
        price_version=found.version if found else 0,
        price_trail=trail_text(found) if found else "",
        name=line.name or _name_if_unknown(line.product_id, goods),
        is_said=is_said,
        said_price_micro=_said_price(line, amount, place.currency) if is_said else 0,
    )


def _said_price(line: BasketLine, amount_minor: int, currency: str) -> int:
    """The price a person said; where they took an amount off the line, what it comes to a unit,
    never more than the line costs."""
    if line.unit_price_micro is not None and not line.discount_minor:
        return line.unit_price_micro
    size: int = 10 ** (_PRICE_PLACES - minor_digits(currency))
    return max(amount_minor * size * MICRO // line.qty_micro, 0)


def _name_if_unknown(product_id: str, found: ProductView | None) -> str:
    """A catalogue name is read from the catalogue; what head office's lacks is written down.

    So a sale of the shop's own goods says what they were where nobody else holds them (B11).
    """
    if found is None:
        return product_id
    return found.name if found.site_id else ""


def _complete(
    session: Session,
    place: SiteView,
    held: Promoted,
    given: Sequence[Given],
    *,
    mode: SaleMode,
    round_off_to_minor: int,
    on_credit: bool,
    header: _Names,
    uid: bytes | None,
    promoted_at_us: int = 0,
) -> Sold:
    if not 0 <= round_off_to_minor <= ROUND_OFF_MINOR_MAX:
        raise RuleViolation("ROUND_OFF_TOO_LARGE", most=ROUND_OFF_MINOR_MAX)
    due = totals([line.amount_minor for line in held.lines], round_off_to_minor=round_off_to_minor)
    now = till_now(session, place, needs_shift=True)
    use_payments(session, given)
    tenders = tendered(place, due.total_minor, given, on_credit=on_credit)
    behind = promised(
        session,
        place,
        header.customer_id,
        held.lines,
        tenders,
        total_minor=due.total_minor,
        given=given,
    )
    body = Sale(
        mode=mode.value,
        currency=place.currency,
        lines=held.lines,
        tenders=tenders,
        total_minor=due.total_minor,
        rounding_minor=due.rounding_minor,
        customer_id=header.customer_id,
        salesperson_id=header.salesperson_id,
        price_logic=_logic_of(session, place),
        shift=now.shift,
        note=header.note,
        leases=(*deposit_spends(session, place, header.customer_id, given), *behind.leases),
        points_rule=behind.rule_id,
        points_earned=behind.earned,
        points_spent=behind.spent,
        coupons=behind.coupons,
        promotions=held.applied,
        promoted_at_us=promoted_at_us if held.applied else 0,
    )
    written = session.append(
        body,
        uid=uid,
        business_day=now.business_day,
        approver_id=header.approver_id,
    )
    return sold(written, body)


def sold(written: Header, body: Sale) -> Sold:
    """What a screen and a receipt say of a sale that was just written."""
    paid = sum(one.amount_minor for one in body.tenders)
    back = sum(one.amount_minor for one in body.tenders if one.reference == CHANGE)
    list_minor = list_minor_of(body.lines, body.currency)
    return Sold(
        uid=uid_text(written.uid),
        number=written.number,
        currency=body.currency,
        list_minor=list_minor,
        discount_minor=sum(line.discount_minor for line in body.lines),
        rounding_minor=body.rounding_minor,
        total_minor=body.total_minor,
        paid_minor=paid,
        change_minor=-back,
        owed_minor=body.total_minor - paid,
        lines=len(body.lines),
    )


def _logic_of(session: Session, place: SiteView) -> str:
    """What head office calls the price logic of the site's first sales organisation (C07)."""
    orgs = sales_orgs_of_place(session.connection, place)
    if not orgs:
        return ""
    named = session.connection.execute(
        select(sales_org.c.price_logic).where(sales_org.c.id == orgs[0])
    ).scalar()
    return named or orgs[0]
