"""What head office answers to requests and facts of ordering: decisions, refusals, tasks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy import Connection, select

from shared.access.queries import is_org_withheld
from shared.catalog.queries import exclusive_products, visible_products
from shared.channel.queries import AccountView, account
from shared.core.errors import Conflict, RuleViolation
from shared.core.ids import uid_text
from shared.journal.document import Header
from shared.journal.kind import Answer
from shared.ordering.documents import (
    DecidedOrderLine,
    OrderCancelRequested,
    OrderDecided,
    OrderDecisionRequested,
    OrderSubmitted,
    RequestRefused,
)
from shared.ordering.queries import (
    OrderStanding,
    asked_lines,
    credit,
    is_reworked,
    lines,
    locked_account,
    standing,
    works_for,
)
from shared.ordering.queries.keeping import keep
from shared.ordering.queries.tendering import rebate_percent, tender_parts, tenders_held
from shared.ordering.rules import (
    GRANTED,
    AskedLine,
    Credit,
    DecidedLine,
    LineGrant,
    OrderState,
    Tenders,
    check_credit,
    check_first,
    check_lines,
    granted_lines,
    nothing_granted,
    order_type,
    outcome_of,
    tenders_named,
    tenders_taken,
)
from shared.ordering.tables import channel_order
from shared.promotions.documents import PromotionApplied
from shared.tasks.documents import params_of

# An order as it comes in


def respond_submitted(
    connection: Connection, header: Header, order: OrderSubmitted, _now_us: int
) -> Iterator[Answer]:
    """Reject by rule what no person may accept; everything else waits for the supplier.

    After a restore an order comes back beside its decision: it is not decided again.
    """
    if _is_decided(connection, header):
        return
    asked = [
        AskedLine(
            line_no=line.line_no,
            qty_micro=line.qty_micro,
            amount_minor=line.amount_minor,
            is_gift=line.is_gift,
            is_whole_only=line.is_whole_only,
            off_minor=line.promotion_minor,
        )
        for line in order.lines
    ]
    reasons: Mapping[int, str] = {}
    try:
        prices = (line.unit_price_micro for line in order.lines)
        check_lines(list(zip(asked, prices, strict=True)), order.currency)
        _check_tenders(order)
        _check_parties(connection, header, order)
        _check_rework(connection, header, order)
        reasons = _not_in_list(connection, header, order)
        if not reasons:
            return
        code = "NOT_IN_LIST"
    except (RuleViolation, Conflict) as why:
        code = why.code
        # Lines that do not even add up are no demand: they stay out of the acceptance rate.
        asked = [] if code in _UNREADABLE else asked
    body = OrderDecided(
        order_uid=header.uid,
        account_id=order.account_id,
        supplier=order.supplier,
        revision=2,
        outcome=OrderState.REJECTED.value,
        code=code,
        lines=_lines(nothing_granted(asked, reasons)),
    )
    yield Answer(body=body, site_id=header.site_id)


_UNREADABLE = frozenset(
    {"NO_LINES", "LINE_TWICE", "QUANTITY_NOT_POSITIVE", "LINE_AMOUNT_WRONG", "TOO_MANY_LINES",
     "QUANTITY_TOO_LARGE", "AMOUNT_TOO_LARGE", "CURRENCY_UNKNOWN", "TENDER_BAD",
     "TENDERS_TOO_MUCH"}
)  # fmt: skip


def _check_tenders(order: OrderSubmitted) -> None:
    """Deposit and rebate are head office's to take, and never more than the order (E14)."""
    named = tenders_named(
        ((one.kind, one.amount_minor) for one in order.tenders),
        sum(line.amount_minor for line in order.lines),
    )
    if order.supplier and named.named_minor:
        raise RuleViolation("TENDER_BAD", kind=order.supplier)


def _check_parties(connection: Connection, header: Header, order: OrderSubmitted) -> None:
    """The account is the author's own, open, of this sales organisation, and so supplied (A02)."""
    asks = account(connection, order.account_id)
    if asks is None or not speaks_for(connection, header, order.account_id):
        raise RuleViolation("NOT_YOUR_ACCOUNT")
    check_org(connection, header, "order.submit", order.sales_org)
    if not asks.is_active:
        raise RuleViolation("ACCOUNT_CLOSED")
    if order.supplier not in asks.upstream_ids:
        raise RuleViolation("UPSTREAM_NOT_ALLOWED", supplier=order.supplier)
    _check_terms(asks, order)


def _check_terms(asks: AccountView, order: OrderSubmitted) -> None:
    if order.sales_org != asks.sales_org_id:
        raise RuleViolation("SALES_ORG_DIFFERS", sales_org=order.sales_org)
    if order.currency != asks.currency:
        raise RuleViolation("CURRENCY_DIFFERS", currency=order.currency)


def check_org(connection: Connection, header: Header, permission: str, sales_org: str) -> None:
    """Who is granted one sales organisation writes nothing of another's (A04)."""
    if is_org_withheld(connection, header.author_id, header.site_id, permission, sales_org):
        raise RuleViolation("SALES_ORG_NOT_GRANTED", sales_org_id=sales_org)


def speaks_for(connection: Connection, header: Header, account_id: str) -> bool:
    """A site speaks for its accounts; head office may write in the name of any of them."""
    accounts = works_for(connection, header.site_id)
    return accounts is None or account_id in accounts


def _check_rework(connection: Connection, header: Header, order: OrderSubmitted) -> None:
    """A rejected or cancelled order is reworked once, by its own account (E08)."""
    if not header.predecessor:
        return
    former = standing(connection, uid_text(header.predecessor), lock=True)
    if former is None or former.account_id != order.account_id:
        raise RuleViolation("ORDER_UNKNOWN")
    if former.decided not in (OrderState.REJECTED, OrderState.CANCELLED):
        raise Conflict("PARENT_MOVED", state=former.decided.value)
    if is_reworked(connection, former.id, by_another_than=uid_text(header.uid)):
        raise Conflict("PARENT_MOVED", state="reworked")


def _not_in_list(
    connection: Connection, header: Header, order: OrderSubmitted
) -> Mapping[int, str]:
    """The lines whose product the account may not order (B02, B03)."""
    # What a policy gives need not be for sale; whether it gives it is looked at when deciding.
    main = [line for line in order.lines if not line.is_gift]
    wanted = sorted({line.product_id for line in main})
    visible = visible_products(connection, order.account_id, wanted, at_us=header.happened_at_us)
    return {line.line_no: "NOT_IN_LIST" for line in main if line.product_id not in visible}


# Deciding and cancelling


def _is_decided(connection: Connection, header: Header) -> bool:
    decided = connection.execute(
        select(channel_order.c.decided).where(channel_order.c.id == uid_text(header.uid))
    ).scalar()
    return decided not in (None, OrderState.SUBMITTED.value)


def respond_decision(
    connection: Connection, header: Header, request: OrderDecisionRequested, _now_us: int
) -> Iterator[Answer]:
    """Decide once, the first request to arrive; credit is checked where it is spent (E06, E07)."""
    try:
        order = order_for(connection, request.order_uid, request.account_id, request.supplier)
        check_supplier(connection, header, order)
        check_org(connection, header, "order.decide", order.sales_org)
        check_first(order.decided, order.revision, request.seen_revision)
        yield _decided(connection, header, request, order)
    except (RuleViolation, Conflict) as why:
        yield refused(header, request, why)


def _decided(
    connection: Connection, header: Header, request: OrderDecisionRequested, order: OrderStanding
) -> Answer:
    grants = [
        LineGrant(
            line_no=line.line_no,
            accepted_micro=line.accepted_micro,
            reason=line.reason,
            delivery_date=line.delivery_date,
            because=line.because,
        )
        for line in request.lines
    ]
    asked = asked_lines(connection, order.id)
    granted_lines(asked, grants)
    # The account is held from here on: what limits and tenders have left is nobody else's.
    numbers = credit_of(connection, order)
    kept = keep(connection, order, grants)
    decided = granted_lines(asked, kept.grants)
    outcome = outcome_of(decided)
    is_granted = outcome in GRANTED
    total = sum(line.accepted_minor for line in decided)
    held = _held(connection, order, kept.day)
    taken = _taken(connection, order, held, total)
    if is_granted:
        # The deposit that is taken covers nothing else any more (domain rule 8).
        after = replace(numbers, deposit_minor=numbers.deposit_minor - taken.deposit_minor)
        check_credit(after, taken.account_minor(total))
    body = OrderDecided(
        order_uid=request.order_uid,
        account_id=order.account_id,
        supplier=order.supplier,
        revision=order.revision + 1,
        outcome=outcome.value,
        lines=_lines(decided),
        decided_by=header.author_id,
        delivery_date=request.delivery_date,
        note=request.note,
        # The account's credit is between it and head office: a dealer who supplies it reads this.
        credit_limit_minor=0 if order.supplier else numbers.limit_minor,
        credit_exposure_minor=0 if order.supplier else numbers.exposure_minor,
        currency=order.currency,
        tenders=tender_parts(taken, total) if is_granted else (),
        deposit_held_minor=held.deposit_minor,
        rebate_held_minor=held.rebate_minor,
        order_type=_type_of(connection, order, kept.promotions),
        promotions=kept.promotions if is_granted else (),
        limits=kept.limits if is_granted else (),
        limit_day=kept.day,
    )
    return Answer(body=body, site_id=order.site_id)


def _held(connection: Connection, order: OrderStanding, day: str) -> Tenders:
    """What head office holds of the account; a dealer who supplies it hears nothing of that."""
    if order.supplier:
        return Tenders()
    return tenders_held(connection, order.account_id, order.currency, day)


def _taken(
    connection: Connection, order: OrderStanding, held: Tenders, total_minor: int
) -> Tenders:
    """What is taken of deposit and rebate the order names (E14)."""
    named = Tenders(deposit_minor=order.deposit_minor, rebate_minor=order.rebate_minor)
    return tenders_taken(named, held, total_minor, rebate_percent(connection))


def _type_of(
    connection: Connection, order: OrderStanding, promotions: Sequence[PromotionApplied]
) -> str:
    """The type of the order as head office finds it (D13)."""
    asked = lines(connection, order.id, revision=0)
    ids = sorted({line.product_id for line in asked if not line.is_gift})
    found = order_type(
        (line.qty_micro for line in asked),
        has_exclusive=bool(exclusive_products(connection, order.account_id, ids)),
        is_promotional=bool(promotions),
    )
    return found.value


def credit_of(connection: Connection, order: OrderStanding) -> Credit:
    """The account's numbers while nobody else decides about it: its row is locked first."""
    limit_minor = locked_account(connection, order.account_id)
    return credit(connection, order.account_id, order.currency, limit_minor, lock=True)


def respond_cancel(
    connection: Connection, header: Header, request: OrderCancelRequested, _now_us: int
) -> Iterator[Answer]:
    """Taking back works until somebody decided; the server's order of arrival rules (E05)."""
    try:
        order = order_for(connection, request.order_uid, request.account_id, request.supplier)
        if not speaks_for(connection, header, order.account_id):
            raise RuleViolation("NOT_YOUR_ORDER")
        check_org(connection, header, "order.cancel", order.sales_org)
        check_first(order.decided, order.revision, request.seen_revision)
    except (RuleViolation, Conflict) as why:
        yield refused(header, request, why)
        return
    body = OrderDecided(
        order_uid=request.order_uid,
        account_id=order.account_id,
        supplier=order.supplier,
        revision=order.revision + 1,
        outcome=OrderState.CANCELLED.value,
        lines=_lines(nothing_granted(asked_lines(connection, order.id), {})),
        decided_by=header.author_id,
        note=request.reason,
    )
    yield Answer(body=body, site_id=order.site_id)


def order_for(
    connection: Connection, order_uid: bytes, account_id: str, supplier: str
) -> OrderStanding:
    """The order, locked. Not there and not what the request says look the same."""
    order = standing(connection, uid_text(order_uid), lock=True)
    if order is None or (order.account_id, order.supplier) != (account_id, supplier):
        raise RuleViolation("ORDER_UNKNOWN")
    return order


def check_supplier(connection: Connection, header: Header, order: OrderStanding) -> None:
    """Only the supplier decides: head office for its own, the upstream account for its own."""
    accounts = works_for(connection, header.site_id)
    is_own = accounts is None if not order.supplier else order.supplier in (accounts or ())
    if not is_own:
        raise RuleViolation("NOT_YOUR_ORDER")


class _AboutOrder(Protocol):
    @property
    def order_uid(self) -> bytes: ...
    @property
    def account_id(self) -> str: ...
    @property
    def supplier(self) -> str: ...


def refused(header: Header, request: _AboutOrder, why: RuleViolation | Conflict) -> Answer:
    """Why a request about an order was not done, as head office's document."""
    is_foreign = why.code in ("ORDER_UNKNOWN", "NOT_YOUR_ORDER")
    body = RequestRefused(
        order_uid=request.order_uid,
        # Nobody writes into another's books: a wrong name in a request reaches head office only.
        account_id="" if is_foreign else request.account_id,
        supplier="" if is_foreign else request.supplier,
        code=why.code,
        # That it is too little is all a dealer who supplies the account hears of its credit.
        params=() if why.code == "CREDIT" and request.supplier else params_of(why.params),
    )
    return Answer(body=body, site_id=header.site_id)


def _lines(decided: Sequence[DecidedLine]) -> list[DecidedOrderLine]:
    return [
        DecidedOrderLine(
            line_no=line.line_no,
            asked_micro=line.asked_micro,
            asked_minor=line.asked_minor,
            accepted_micro=line.accepted_micro,
            accepted_minor=line.accepted_minor,
            is_gift=line.is_gift,
            reason=line.reason,
            delivery_date=line.delivery_date,
            because=line.because,
        )
        for line in decided
    ]
