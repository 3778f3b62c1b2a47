"""What head office answers to revisions of granted orders, and to the account's word on them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from shared.catalog.queries import visible_products
from shared.channel.queries import revision_policy
from shared.channel.rules import POLICY_CONFIRM
from shared.core.errors import Conflict, RuleViolation
from shared.journal.document import Header
from shared.journal.kind import Answer
from shared.ordering.documents import (
    OrderRevised,
    OrderRevisionAnswered,
    OrderRevisionRequested,
    OrderRevisionSettled,
    OrderTender,
    RevisedOrderLine,
)
from shared.ordering.posting.answers import (
    check_org,
    check_supplier,
    credit_of,
    order_for,
    refused,
    speaks_for,
)
from shared.ordering.queries import OrderStanding, lines
from shared.ordering.queries.keeping import PROMOTION, Less, less
from shared.ordering.queries.revising import standing_lines, waiting_revision
from shared.ordering.queries.tendering import rebate_percent, tender_parts
from shared.ordering.rules import (
    LineChange,
    OrderState,
    RequestLate,
    RevisedLine,
    StandingLine,
    Tenders,
    check_answerable,
    check_credit,
    check_revisable,
    granted_outcome,
    part_minor,
    revised_lines,
    tenders_taken,
)


def respond_revision(
    connection: Connection, header: Header, request: OrderRevisionRequested, _now_us: int
) -> Iterator[Answer]:
    """Change a granted order, at once or when its account says yes: its policy decides (E09)."""
    try:
        order = order_for(connection, request.order_uid, request.account_id, request.supplier)
        check_supplier(connection, header, order)
        check_org(connection, header, "order.decide", order.sales_org)
        check_revisable(order.decided, order.revision, request.seen_revision)
        yield _revised(connection, header, request, order)
    except (RuleViolation, Conflict) as why:
        yield refused(header, request, why)


def _revised(
    connection: Connection, header: Header, request: OrderRevisionRequested, order: OrderStanding
) -> Answer:
    standing = standing_lines(connection, order.id)
    changes = [
        LineChange(
            line_no=one.line_no,
            accepted_micro=one.accepted_micro,
            product_id=one.product_id,
            unit_price_micro=one.unit_price_micro,
            price_trail=one.price_trail,
            delivery_date=one.delivery_date,
            reason=one.reason,
        )
        for one in request.lines
    ]
    revised = _with_gifts(
        connection, order, standing, revised_lines(standing, changes, order.currency)
    )
    _check_goods(connection, header, order, standing, revised)
    _check_credit(connection, order, standing, revised)
    waits = revision_policy(connection, order.account_id) == POLICY_CONFIRM
    waiting = waiting_revision(connection, order.id)
    kept, back = ((), ()) if waits else _given_back(connection, order, standing, revised)
    freed = None if waits else _less(connection, order, standing, revised)
    outcome = OrderState.REVISED if waits else granted_outcome(standing, revised)
    body = OrderRevised(
        order_uid=request.order_uid,
        account_id=order.account_id,
        revision=order.revision + 1,
        base=order.in_force,
        outcome=outcome.value,
        lines=[_line(one) for one in revised],
        supplier=order.supplier,
        needs_confirmation=waits,
        replaces=waiting.revision if waiting else 0,
        proposed_by=header.author_id,
        note=request.note,
        currency=order.currency,
        tenders=kept,
        given_back=back,
        limits_freed=freed.limits if freed else (),
        limit_day=freed.day if freed else "",
    )
    return Answer(body=body, site_id=order.site_id)


def _line(one: RevisedLine) -> RevisedOrderLine:
    return RevisedOrderLine(
        line_no=one.line_no,
        product_id=one.product_id,
        unit_price_micro=one.unit_price_micro,
        accepted_micro=one.accepted_micro,
        accepted_minor=one.accepted_minor,
        delivery_date=one.delivery_date,
        reason=one.reason,
        price_trail=one.price_trail,
    )


def _check_goods(
    connection: Connection,
    header: Header,
    order: OrderStanding,
    standing: Sequence[StandingLine],
    revised: Sequence[RevisedLine],
) -> None:
    """A substitute stands on the account's list, as any product it may order (B02, B03)."""
    held = {one.line_no: one.product_id for one in standing}
    new = {one.line_no: one.product_id for one in revised if held[one.line_no] != one.product_id}
    wanted = sorted(set(new.values()))
    if not wanted:
        return
    visible = visible_products(connection, order.account_id, wanted, at_us=header.happened_at_us)
    for line_no in sorted(no for no, product_id in new.items() if product_id not in visible):
        raise RuleViolation("NOT_IN_LIST", line_no=line_no)


def _check_credit(
    connection: Connection,
    order: OrderStanding,
    standing: Sequence[StandingLine],
    revised: Sequence[RevisedLine],
) -> None:
    """Only what a revision adds to the debt is checked; the order itself counts already (E07)."""
    numbers = credit_of(connection, order)
    before = sum(one.accepted_minor for one in standing)
    check_credit(numbers, sum(one.accepted_minor for one in revised) - before)


def _less(
    connection: Connection,
    order: OrderStanding,
    standing: Sequence[StandingLine],
    revised: Sequence[RevisedLine],
) -> Less:
    before = {one.line_no: one.accepted_micro for one in standing}
    after = {one.line_no: one.accepted_micro for one in revised}
    return less(connection, order, before, after)


def _with_gifts(
    connection: Connection,
    order: OrderStanding,
    standing: Sequence[StandingLine],
    revised: list[RevisedLine],
) -> list[RevisedLine]:
    """Gifts go down with the goods that earned them, but not below what left already (E09)."""
    held = {one.line_no: one for one in standing}
    if not any(one.is_gift for one in standing):
        return revised
    most = _less(connection, order, standing, revised).gifts_micro
    return [_gift_within(held[one.line_no], one, most.get(one.line_no)) for one in revised]


def _gift_within(asked: StandingLine, one: RevisedLine, most_micro: int | None) -> RevisedLine:
    if most_micro is None:
        return one
    part = max(min(one.accepted_micro, most_micro), asked.shipped_micro)
    if part >= one.accepted_micro:
        return one
    minor = part_minor(asked.asked_minor, asked.asked_micro, 0, part)
    return replace(one, accepted_micro=part, accepted_minor=minor, reason=PROMOTION)


def _given_back(
    connection: Connection,
    order: OrderStanding,
    standing: Sequence[StandingLine],
    revised: Sequence[RevisedLine],
) -> tuple[tuple[OrderTender, ...], tuple[OrderTender, ...]]:
    """What an order that is granted less keeps of deposit and rebate, and what goes back (E14)."""
    taken = Tenders(deposit_minor=order.deposit_taken_minor, rebate_minor=order.rebate_taken_minor)
    total = sum(one.accepted_minor for one in revised)
    # Its share of rebate was allowed as it was granted, whatever is allowed now.
    if total >= sum(one.accepted_minor for one in standing):
        return (), ()
    kept = tenders_taken(taken, taken, total, rebate_percent(connection))
    back = Tenders(
        deposit_minor=taken.deposit_minor - kept.deposit_minor,
        rebate_minor=taken.rebate_minor - kept.rebate_minor,
    )
    if not back.named_minor:
        return (), ()
    return tender_parts(kept, total), tender_parts(back, back.named_minor)


def respond_answer(
    connection: Connection, header: Header, answer: OrderRevisionAnswered, _now_us: int
) -> Iterator[Answer]:
    """The account's word, once: the revision is in force, or the order stands as before."""
    try:
        order = order_for(connection, answer.order_uid, answer.account_id, answer.supplier)
        if not speaks_for(connection, header, order.account_id):
            raise RuleViolation("NOT_YOUR_ORDER")
        check_org(connection, header, "order.submit", order.sales_org)
        check_answerable(order.decided, order.revision, answer.seen_revision)
        yield _settled(connection, header, answer, order)
    except (RuleViolation, Conflict) as why:
        yield refused(header, answer, why)


def _settled(
    connection: Connection, header: Header, answer: OrderRevisionAnswered, order: OrderStanding
) -> Answer:
    waiting = waiting_revision(connection, order.id)
    if waiting is None:
        raise RequestLate("ALREADY_DECIDED", state=order.decided.value)
    standing = standing_lines(connection, order.id)
    number = waiting.revision if answer.is_confirmed else order.in_force
    held = [
        RevisedLine(
            line_no=one.line_no,
            product_id=one.product_id,
            unit_price_micro=one.unit_price_micro,
            accepted_micro=one.accepted_micro,
            accepted_minor=one.accepted_minor,
            delivery_date=one.delivery_date,
            reason=one.reason,
            price_trail=one.price_trail,
        )
        for one in lines(connection, order.id, revision=number)
    ]
    if answer.is_confirmed:
        _check_credit(connection, order, standing, held)
    kept: tuple[OrderTender, ...] = ()
    back: tuple[OrderTender, ...] = ()
    if answer.is_confirmed:
        kept, back = _given_back(connection, order, standing, held)
    freed = _less(connection, order, standing, held) if answer.is_confirmed else None
    body = OrderRevisionSettled(
        order_uid=answer.order_uid,
        account_id=order.account_id,
        revision=waiting.revision,
        order_revision=order.revision + 1,
        in_force=number,
        is_confirmed=answer.is_confirmed,
        outcome=granted_outcome(standing, held).value,
        accepted_micro=sum(one.accepted_micro for one in held),
        accepted_minor=sum(one.accepted_minor for one in held),
        supplier=order.supplier,
        settled_by=header.author_id,
        note=answer.note,
        currency=order.currency,
        tenders=kept,
        given_back=back,
        limits_freed=freed.limits if freed else (),
        limit_day=freed.day if freed else "",
    )
    return Answer(body=body, site_id=order.site_id)
