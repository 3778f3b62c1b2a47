"""A channel account asks its supplier for goods, takes the order back, or asks again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from desktop.access.usecases import require_org
from desktop.channel.usecases import day_at, place_of
from desktop.ordering.usecases.offering import Paid, asked_line, promoted_order, tenders_of
from desktop.store.identity import load_state
from desktop.store.session import Session
from shared.catalog.queries import exclusive_products, visible_products
from shared.channel.queries import (
    AccountView,
    SiteView,
    account,
    accounts_open_to,
    check_upstream,
)
from shared.channel.tables import sales_org
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes, uid_text
from shared.core.money import line_amount_minor
from shared.core.quantity import checked_quantity
from shared.journal.document import Header
from shared.ordering.documents import (
    OrderCancelRequested,
    OrderLine,
    OrderSubmitted,
)
from shared.ordering.queries.deciding import credit
from shared.ordering.queries.orders import OrderView, lines, order
from shared.ordering.queries.promoting import (
    NO_CHOICES,
    whole_lines,
)
from shared.ordering.queries.tendering import tender_parts
from shared.ordering.rules import (
    Action,
    Side,
    check_lines,
    check_step,
    order_type,
)
from shared.pricing.queries import PriceBook, context_of, price_book
from shared.pricing.rules import trail_text
from shared.promotions.documents import PromotionApplied
from shared.promotions.rules import Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A product and how much of it, in millionths of the base unit."""

    product_id: str
    qty_micro: int
    unit: str = ""
    requested_date: str = ""
    note: str = ""
    is_whole_only: bool = False
    """All of it or nothing (E03)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """An order on its way to the supplier, with this device's estimate of credit (E07)."""

    uid: str
    number: str
    account_id: str
    supplier: str
    currency: str
    total_minor: int
    lines: int
    order_type: str
    price_version: int
    credit_free_minor: int
    """Before this order, as far as this device knows."""
    credit_at_us: int
    """How old that is; 0 = never synced."""
    is_beyond_credit: bool
    saving_minor: int = 0
    """What promotions save, gifts at their list value."""
    gifts: int = 0
    deposit_minor: int = 0
    rebate_minor: int = 0


def submit_order(
    session: Session,
    wanted: Sequence[Wanted],
    *,
    account_id: str = "",
    supplier: str | None = None,
    requested_date: str = "",
    deliver_to: str = "",
    note: str = "",
    follows: str = "",
    uid: bytes | None = None,
    choices: Choices = NO_CHOICES,
    paid: Paid | None = None,
) -> Submitted:
    """Ask the account's supplier for goods at the account's own prices of now (E01, C07).

    Left out are the site's first account and its usual supplier. Promotions hold as they were
    chosen, else best for the buyer (D12). The credit is an estimate and holds nobody up; head
    office decides.

    Raises: RuleViolation NO_LINES, TOO_MANY_LINES, QUANTITY_NOT_POSITIVE, ACCOUNT_UNKNOWN,
    NOT_YOUR_ACCOUNT, UPSTREAM_NOT_ALLOWED, NOT_IN_LIST, PRICES_MISSING, PRICE_MISSING, LIMIT_ITEM,
    LIMIT_GROUP, FIRST_ONLY, TENDER_BAD, TENDERS_TOO_MUCH, REBATE_TOO_MUCH, TENDER_TOO_LITTLE;
    AccessDenied NOT_PERMITTED, SALES_ORG_NOT_GRANTED (A04); Conflict ALREADY_APPENDED.
    """
    place = place_of(session)
    asks = _account_of(session, place, account_id)
    require_org(session, "order.submit", asks.sales_org_id)
    supplied_by = asks.upstream_ids[0] if supplier is None else supplier
    check_upstream(session.connection, asks.account_id, supplied_by)
    priced = _priced(session, asks, wanted)
    promoted = promoted_order(session, place, asks, priced.lines, priced.book, choices)
    total = sum(line.amount_minor for line in promoted.lines)
    tenders = tenders_of(session, place, asks, supplied_by, paid or Paid(), total)
    free = credit(
        session.connection, asks.account_id, asks.currency, asks.credit_limit_minor
    ).free_minor
    synced_at_us = load_state(session.connection).synced_at_us
    body = OrderSubmitted(
        account_id=asks.account_id,
        sales_org=asks.sales_org_id,
        currency=asks.currency,
        lines=list(promoted.lines),
        supplier=supplied_by,
        price_version=priced.book.version.number,
        price_logic=_logic(session, asks.sales_org_id),
        requested_date=requested_date,
        order_type=_order_type(session, asks.account_id, wanted, promoted.promotions),
        deliver_to=deliver_to,
        note=note,
        # A dealer who supplies the account holds this document, too, and its credit is not theirs.
        seen_credit_minor=0 if supplied_by else free,
        seen_credit_at_us=0 if supplied_by else synced_at_us,
        promotions=promoted.promotions,
        tenders=tender_parts(tenders, total),
    )
    header = session.append(
        body,
        uid=uid,
        predecessor=uid_bytes(follows) if follows else b"",
        business_day=day_at(session, place),
    )
    return Submitted(
        uid=uid_text(header.uid),
        number=header.number,
        account_id=asks.account_id,
        supplier=supplied_by,
        currency=asks.currency,
        total_minor=total,
        lines=len(promoted.lines),
        order_type=body.order_type,
        price_version=body.price_version,
        credit_free_minor=free,
        credit_at_us=synced_at_us,
        is_beyond_credit=tenders.account_minor(total) > free - tenders.deposit_minor,
        saving_minor=sum(one.saving_minor for one in promoted.promotions),
        gifts=sum(line.is_gift for line in promoted.lines),
        deposit_minor=tenders.deposit_minor,
        rebate_minor=tenders.rebate_minor,
    )


def _account_of(session: Session, place: SiteView, account_id: str) -> AccountView:
    own = place.account_ids
    name = account_id or _usual(session, place)
    if not name or (own and name not in own):
        raise RuleViolation("NOT_YOUR_ACCOUNT", account_id=name or "-")
    found = account(session.connection, name)
    if found is None:
        raise RuleViolation("ACCOUNT_UNKNOWN", account_id=name)
    return found


def _usual(session: Session, place: SiteView) -> str:
    """The site's first account among those its author may order for."""
    may = accounts_open_to(session.connection, session.author_id, place.site_id, "order.submit")
    return may[0].account_id if may else next(iter(place.account_ids), "")


@dataclass(frozen=True, slots=True)
class _Priced:
    lines: Sequence[OrderLine]
    book: PriceBook


def _priced(session: Session, asks: AccountView, wanted: Sequence[Wanted]) -> _Priced:
    at_us = session.now_us
    for one in wanted:
        if one.qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=one.product_id)
    ids = [one.product_id for one in wanted]
    visible = visible_products(session.connection, asks.account_id, ids, at_us=at_us)
    for number, product_id in enumerate(ids, start=1):
        if product_id not in visible:
            # Says nothing of the product: for this account it does not exist (B03).
            raise RuleViolation("NOT_IN_LIST", line_no=number)
    book = price_book(
        session.connection, context_of(session.connection, asks.account_id, at_us), at_us
    )
    if book is None:
        raise RuleViolation("PRICES_MISSING", sales_org_id=asks.sales_org_id)
    made = [_line(book, asks.currency, number, one) for number, one in enumerate(wanted, start=1)]
    check_lines([(asked_line(line), line.unit_price_micro) for line in made], asks.currency)
    return _Priced(made, book)


def _line(book: PriceBook, currency: str, number: int, one: Wanted) -> OrderLine:
    found = book.price(one.product_id, qty_micro=one.qty_micro)
    if found is None:
        raise RuleViolation("PRICE_MISSING", product_id=one.product_id)
    return OrderLine(
        line_no=number,
        product_id=one.product_id,
        qty_micro=checked_quantity(one.qty_micro),
        unit=one.unit,
        unit_price_micro=found.unit_price_micro,
        amount_minor=line_amount_minor(one.qty_micro, found.unit_price_micro, currency),
        requested_date=one.requested_date,
        note=one.note,
        price_trail=trail_text(found),
        is_whole_only=one.is_whole_only,
    )


def _logic(session: Session, sales_org_id: str) -> str:
    named = session.connection.execute(
        select(sales_org.c.price_logic).where(sales_org.c.id == sales_org_id)
    ).scalar()
    return named or sales_org_id


def _order_type(
    session: Session,
    account_id: str,
    wanted: Sequence[Wanted],
    promotions: Sequence[PromotionApplied],
) -> str:
    """专供 when a line stands on an exclusive list; the type is computed, never typed (D13)."""
    ids = [one.product_id for one in wanted]
    found = order_type(
        (one.qty_micro for one in wanted),
        has_exclusive=bool(exclusive_products(session.connection, account_id, ids)),
        is_promotional=bool(promotions),
    )
    return found.value


def own_order(session: Session, order_id: str) -> OrderView:
    """An order this device holds. Raises: RuleViolation ORDER_UNKNOWN."""
    found = order(session.connection, order_id)
    if found is None:
        raise RuleViolation("ORDER_UNKNOWN", order=order_id[:40])
    return found


def cancel_order(session: Session, order_id: str, *, reason: str = "") -> Header:
    """Ask to take an order back; whoever comes first to head office wins (E05).

    Raises: RuleViolation ORDER_UNKNOWN, NOT_YOUR_ACCOUNT, STEP_NOT_ALLOWED; AccessDenied
    NOT_PERMITTED.
    """
    place = place_of(session)
    found = own_order(session, order_id)
    require_org(session, "order.cancel", found.sales_org)
    check_own(found, place.account_ids)
    check_step(found.state, Side.SUBMITTER, Action.CANCEL)
    body = OrderCancelRequested(
        order_uid=uid_bytes(found.id),
        account_id=found.account_id,
        seen_revision=found.revision,
        supplier=found.supplier,
        reason=reason,
    )
    return session.append(body, business_day=day_at(session, place))


def check_own(found: OrderView, own: Collection[str]) -> None:
    """The order is one of these accounts' own. Raises: RuleViolation NOT_YOUR_ACCOUNT."""
    if found.account_id not in own:
        raise RuleViolation("NOT_YOUR_ACCOUNT", account_id=found.account_id)


def rework_order(
    session: Session,
    order_id: str,
    wanted: Sequence[Wanted] | None = None,
    *,
    note: str = "",
    choices: Choices = NO_CHOICES,
    paid: Paid | None = None,
) -> Submitted:
    """Ask again after a rejection or cancellation, at today's prices (E08).

    Without lines the same goods are asked for. Raises as ``submit_order``, and STEP_NOT_ALLOWED.
    """
    place = place_of(session)
    found = own_order(session, order_id)
    check_own(found, place.account_ids)
    check_step(found.state, Side.SUBMITTER, Action.REWORK)
    again = wanted
    if again is None:
        again = [
            Wanted(
                product_id=line.asked_product_id,
                qty_micro=line.qty_micro,
                unit=line.unit,
                requested_date=line.requested_date,
                note=line.note,
                is_whole_only=line.is_whole_only,
            )
            for line in whole_lines(lines(session.connection, order_id, revision=0))
        ]
    return submit_order(
        session,
        again,
        account_id=found.account_id,
        supplier=found.supplier,
        requested_date=found.requested_date,
        deliver_to=found.deliver_to,
        note=note or found.note,
        follows=found.id,
        choices=choices,
        paid=paid,
    )
