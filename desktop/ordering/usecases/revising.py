"""The supplier changes what it granted, and the account confirms or refuses it (E09)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.access.usecases import require_org
from desktop.channel.usecases import day_at, place_of
from desktop.ordering.usecases.asking import check_own, own_order
from desktop.ordering.usecases.supplying import check_supplier
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes
from shared.journal.document import Header
from shared.ordering.documents import (
    OrderRevisionAnswered,
    OrderRevisionRequested,
    RevisionChange,
)
from shared.ordering.queries.order_prices import order_book
from shared.ordering.queries.orders import OrderView
from shared.ordering.queries.revising import standing_lines, waiting_revision
from shared.ordering.rules import (
    Action,
    LineChange,
    RevisedLine,
    Side,
    check_step,
    revised_lines,
)
from shared.pricing.rules import trail_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A revision on its way to head office, as it would stand."""

    header: Header
    lines: tuple[RevisedLine, ...]
    total_minor: int


def revise_order(
    session: Session, order_id: str, changes: Sequence[LineChange], *, note: str = ""
) -> Proposed:
    """Change dates, quantities (within what was asked) or goods of a granted order (E09).

    A substitute without a price takes that of the version the order was priced by. Head office
    says whether it holds at once or waits for the account; the first request wins.

    Raises: RuleViolation ORDER_UNKNOWN, NOT_YOUR_ORDER, STEP_NOT_ALLOWED, NOTHING_CHANGED,
    REVISION_EMPTY, LINE_UNKNOWN, LINE_TWICE, ACCEPTED_TOO_MUCH, PARTIAL_NOT_ALLOWED,
    LINE_SHIPPED, REASON_MISSING, PRICE_MISSING; AccessDenied NOT_PERMITTED,
    SALES_ORG_NOT_GRANTED.
    """
    found = own_order(session, order_id)
    require_org(session, "order.decide", found.sales_org)
    check_supplier(session, found, session.identity.site_id)
    check_step(found.state, Side.SUPPLIER, Action.REVISE)
    priced = [_priced(session, found, change) for change in changes]
    revised = revised_lines(standing_lines(session.connection, found.id), priced, found.currency)
    body = OrderRevisionRequested(
        order_uid=uid_bytes(found.id),
        account_id=found.account_id,
        seen_revision=found.revision,
        lines=[
            RevisionChange(
                line_no=one.line_no,
                accepted_micro=one.accepted_micro,
                product_id=one.product_id,
                unit_price_micro=one.unit_price_micro,
                price_trail=one.price_trail,
                delivery_date=one.delivery_date,
                reason=one.reason,
            )
            for one in priced
        ],
        supplier=found.supplier,
        note=note,
    )
    header = session.append(body)
    total = sum(one.accepted_minor for one in revised)
    return Proposed(header=header, lines=tuple(revised), total_minor=total)


def _priced(session: Session, found: OrderView, change: LineChange) -> LineChange:
    """A substitute at the price of the order's own version (C07)."""
    if not change.product_id or change.unit_price_micro:
        return change
    book = order_book(session.connection, found)
    price = book.price(change.product_id) if book else None
    if price is None:
        raise RuleViolation("PRICE_MISSING", product_id=change.product_id)
    trail = trail_text(price)
    return replace(change, unit_price_micro=price.unit_price_micro, price_trail=trail)


def answer_revision(
    session: Session, order_id: str, *, is_confirmed: bool, note: str = ""
) -> Header:
    """Confirm or refuse the revision that waits, as this device shows it (E09).

    Refused, the order stands as it stood before; until answered it does not ship.

    Raises: RuleViolation ORDER_UNKNOWN, NOT_YOUR_ACCOUNT, STEP_NOT_ALLOWED; AccessDenied
    NOT_PERMITTED, SALES_ORG_NOT_GRANTED.
    """
    place = place_of(session)
    found = own_order(session, order_id)
    require_org(session, "order.submit", found.sales_org)
    check_own(found, place.account_ids)
    check_step(found.state, Side.SUBMITTER, Action.CONFIRM if is_confirmed else Action.REFUSE)
    waiting = waiting_revision(session.connection, found.id)
    if waiting is None:
        raise RuleViolation("STEP_NOT_ALLOWED", state=found.state.value, action="confirm")
    body = OrderRevisionAnswered(
        order_uid=uid_bytes(found.id),
        account_id=found.account_id,
        seen_revision=found.revision,
        is_confirmed=is_confirmed,
        supplier=found.supplier,
        note=note,
    )
    return session.append(body, business_day=day_at(session, place))
