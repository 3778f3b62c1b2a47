"""Goods come back: against their sale, at the price and the share of discount they were sold at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import RowMapping

from desktop.access.usecases import may, policy, require, require_approver
from desktop.accounts.usecases import till_now
from desktop.channel.usecases import place_of
from desktop.sales.usecases.discounting import check_rights
from desktop.sales.usecases.gifts_back import (
    GiftDue,
    Kept,
    charged_line,
    gifts_due,
    kept_of,
    taken_back,
    with_taken_back,
)
from desktop.sales.usecases.paying import Given, deposit_spends, tendered
from desktop.sales.usecases.payment_refunds import check_refunds
from desktop.sales.usecases.payments import use_payments
from desktop.sales.usecases.promoting import NO_CHOICES, Promoted, Promotions, promoted
from desktop.sales.usecases.refunding import promised_back, refund_ways
from desktop.sales.usecases.selling import (
    BasketLine,
    Sold,
    consumer,
    opened_for,
    priced,
    sold,
)
from desktop.store.session import Session
from shared.access.rules import REFUND_OTHER_TENDER
from shared.channel.queries import SiteView
from shared.channel.rules import split
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes
from shared.core.rounding import divide_half_away
from shared.promotions.rules import Choices
from shared.sales.documents import Sale, SaleLine
from shared.sales.queries import open_invoices, sale_with_lines
from shared.sales.queries.promoting import stored_line
from shared.sales.rules import SaleMode, line_minor, refunded_otherwise
from shared.sales.tables import sale, sale_line, sale_tender


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A sale with what came back of it already."""

    head: RowMapping
    lines: Sequence[RowMapping]
    returned_micro: Mapping[int, int]
    """By line number, in millionths of the base unit."""
    rounding_back_minor: int
    paid_minor: Mapping[str, int]
    """By tender, in the order they were given, less what was refunded already."""

    def left_micro(self, line: RowMapping) -> int:
        """What may still come back of a line."""
        return int(line["qty_micro"]) - self.returned_micro.get(line["line_no"], 0)


def find_sale(connection: Connection, site_id: str, name: str) -> str:
    """The uid text of a sale of a site by its printed number or its uid; lists leave a place that
    a program named out of the number, and it is found without it, too.

    Raises: RuleViolation SALE_UNKNOWN.
    """
    series, _, rest = name.partition("-")
    found = connection.execute(
        select(sale.c.id).where(
            sale.c.site_id == site_id,
            sale.c.number.in_((name, f"{series}-{site_id}-{rest}")) | (sale.c.id == name.lower()),
        )
    ).scalar()
    if found is None:
        raise RuleViolation("SALE_UNKNOWN", sale=name[:40])
    return str(found)


def original(session: Session, uid: str) -> Original:
    """A sale as its returns need it. Raises: RuleViolation SALE_UNKNOWN."""
    found = sale_with_lines(session.connection, uid)
    if found is None:
        raise RuleViolation("SALE_UNKNOWN", sale=uid[:40])
    head, lines = found
    returned = _returned_of(lines, _came_back(session, uid))
    rounding = session.connection.execute(
        select(func.coalesce(func.sum(sale.c.rounding_minor), 0)).where(sale.c.return_of == uid)
    ).scalar_one()
    return Original(
        head=head,
        lines=lines,
        returned_micro=returned,
        rounding_back_minor=int(rounding),
        paid_minor=_paid(session, uid),
    )


_Key = tuple[str, str, int, str]
_Came = tuple[_Key, int, int]
"""A line that came back: its key, how many, for how much; positive."""


def _returned_of(lines: Sequence[RowMapping], came: Sequence[_Came]) -> dict[int, int]:
    """What came back by line number. Returned lines name the product: of several lines of it, one
    at a discount, it is the one that gave just this amount, so that all returns add up to what was
    paid; where none did, they fill the sale's lines in their order."""
    returned = {line["line_no"]: 0 for line in lines}
    for key, qty_micro, amount in came:
        fitting = [line for line in lines if line["qty_micro"] > 0 and _key(line) == key]
        exact = [line for line in fitting if _gave(line, returned, qty_micro) == amount]
        left = qty_micro
        for line in (*exact, *fitting):
            part = min(left, line["qty_micro"] - returned[line["line_no"]])
            returned[line["line_no"]] += part
            left -= part
    return returned


def _gave(line: RowMapping, returned: Mapping[int, int], qty_micro: int) -> int | None:
    """What so many of a line gave back after what came back of it before; None = it has fewer."""
    before = returned[line["line_no"]]
    if before + qty_micro > line["qty_micro"]:
        return None
    return _part(line["amount_minor"], line["qty_micro"], before, qty_micro)


def _key(line: RowMapping) -> _Key:
    return line["product_id"], line["lot"], line["unit_price_micro"], line["kind"]


def _came_back(session: Session, uid: str) -> list[_Came]:
    c = sale_line.c
    statement = (
        select(c.product_id, c.lot, c.unit_price_micro, c.kind, -c.qty_micro, -c.amount_minor)
        .join(sale, sale.c.id == c.document)
        .where(sale.c.return_of == uid, c.qty_micro < 0)
        .order_by(sale.c.happened_at_us, sale.c.id, c.line_no)
    )
    return [
        ((product, lot, price, kind), qty_micro, amount)
        for product, lot, price, kind, qty_micro, amount in session.connection.execute(statement)
    ]


def _paid(session: Session, uid: str) -> dict[str, int]:
    c = sale_tender.c
    statement = (
        select(c.tender, func.sum(c.amount_minor))
        .join(sale, sale.c.id == c.document)
        .where((sale.c.id == uid) | (sale.c.return_of == uid))
        .group_by(c.tender)
        .order_by(func.min(c.id))
    )
    return {tender: int(minor) for tender, minor in session.connection.execute(statement)}


def return_goods(
    session: Session,
    sale_uid: str,
    wanted: Mapping[int, int] | None = None,
    refund: Sequence[Given] = (),
    *,
    reason: str,
    instead: Sequence[BasketLine] = (),
    approver_id: str = "",
    uid: bytes | None = None,
    choices: Choices = NO_CHOICES,
    promotions: Promotions | None = None,
    promoted_at_us: int = 0,
) -> Sold:
    """Take goods of a sale back (by line number and quantity in millionths; None = all of it).

    Each line gives back its own price and its share of discounts and of what was rounded off,
    so that all returns of a sale add up to what was paid for it. An invoice's open part is
    written off first; the rest goes back by the tenders it was paid with, unless said. Goods
    taken ``instead`` at today's price make one balance of it (an exchange, at the till). A
    ``uid`` made when the form was opened makes a second press of the same key the same return.

    Raises: RuleViolation SALE_UNKNOWN, EXCHANGE_AT_TILL_ONLY, LINE_UNKNOWN, NOTHING_TO_RETURN,
    RETURNED_TOO_MUCH, QUANTITY_NOT_POSITIVE, REASON_MISSING, SHIFT_MISSING, SHIFT_BEING_CLOSED,
    REFUND_UNDER_WAY and what tenders raise; where the house wants an approver for money that goes
    back another way than it came (``till.refund_other_tender``) APPROVAL_MISSING; AccessDenied
    NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "sale.return")
    if not reason.strip():
        raise RuleViolation("REASON_MISSING")
    was = original(session, sale_uid)
    parts = _parts(was, wanted)
    lines = [_returned(was, line, qty_micro) for line, qty_micro in parts]
    rounding = _rounding_back(was, -sum(line.amount_minor for line in lines))
    back = {line["line_no"]: qty_micro for line, qty_micro in parts}
    kept = kept_of(was.lines, was.returned_micro, back)
    lines += _charged(session, was, kept)
    anew = _instead(session, place, was, instead, choices, promotions, promoted_at_us)
    check_rights(session, place.currency, anew.lines, approver_id)
    lines += anew.lines
    total = sum(line.amount_minor for line in lines) + rounding
    due = min(total + _open_minor(session, was), 0) if total < 0 else total
    given = refund_ways(was.paid_minor, -due, refund)
    _check_refund(session, was, given, approver_id)
    now = till_now(session, place, needs_shift=True)
    check_refunds(session.connection, sale_uid, given)
    use_payments(session, given)
    tenders = tendered(place, due, given, on_credit=not due)
    behind = promised_back(
        session,
        place,
        sale_uid,
        was.head["customer_id"],
        was.paid_minor,
        lines,
        tenders,
        total_minor=due,
        given=given,
    )
    body = Sale(
        mode=was.head["mode"],
        currency=was.head["currency"],
        lines=lines,
        tenders=tenders,
        total_minor=total,
        rounding_minor=rounding,
        customer_id=was.head["customer_id"],
        salesperson_id=was.head["salesperson_id"],
        price_logic=was.head["price_logic"],
        return_of=sale_uid,
        shift=now.shift,
        note=reason,
        leases=(
            *deposit_spends(session, place, was.head["customer_id"], given),
            *behind.leases,
        ),
        promotions=with_taken_back(anew.applied, taken_back(session.connection, was.head, kept)),
        promoted_at_us=promoted_at_us if anew.applied else 0,
        points_rule=behind.rule_id,
        points_earned=behind.earned,
        points_spent=behind.spent,
        coupons=behind.coupons,
    )
    written = session.append(
        body,
        uid=uid,
        predecessor=uid_bytes(sale_uid),
        business_day=now.business_day,
        approver_id=approver_id,
    )
    return sold(written, body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What goods that come back give, in minor units; amounts below zero."""

    amounts: tuple[tuple[int, int], ...]
    """(line number of the sale, amount)."""
    rounding_minor: int
    gifts: tuple[GiftDue, ...] = ()
    """Gifts no longer earned that stay with the buyer: they are paid for (D07)."""
    gifts_minor: int = 0
    """What that comes to."""
    currency: str = "CNY"


def worth_of(session: Session, sale_uid: str, wanted: Mapping[int, int]) -> Worth:
    """What a return would give, before it is made. Raises as ``return_goods`` for its lines."""
    was = original(session, sale_uid)
    parts = _parts(was, wanted)
    lines = [_returned(was, line, qty_micro) for line, qty_micro in parts]
    kept = kept_of(was.lines, was.returned_micro, wanted)
    return Worth(
        amounts=tuple(
            (part[0]["line_no"], line.amount_minor) for part, line in zip(parts, lines, strict=True)
        ),
        rounding_minor=_rounding_back(was, -sum(line.amount_minor for line in lines)),
        gifts=tuple(gifts_due(session.connection, was.head, kept)),
        gifts_minor=sum(line.amount_minor for line in _charged(session, was, kept)),
        currency=was.head["currency"],
    )


def _check_refund(
    session: Session, was: Original, given: Sequence[Given], approver_id: str
) -> None:
    """Money goes back the way it came, unless the house leaves that to its people (I07)."""
    rule = policy(session.connection, was.head["site_id"], REFUND_OTHER_TENDER)
    is_asked = rule == "approver" and not may(session, "sale.approve")
    if approver_id or (is_asked and refunded_otherwise(given, was.paid_minor)):
        require_approver(session, approver_id, "sale.approve")


def _instead(
    session: Session,
    place: SiteView,
    was: Original,
    basket: Sequence[BasketLine],
    choices: Choices,
    promotions: Promotions | None,
    promoted_at_us: int,
) -> Promoted:
    if not basket:
        return Promoted(lines=[])
    if was.head["mode"] != SaleMode.TILL:
        raise RuleViolation("EXCHANGE_AT_TILL_ONLY")
    require(session, "sale.make")
    customer_id = was.head["customer_id"]
    found = priced(session, place, consumer(session, customer_id), basket)
    at_us = promoted_at_us or session.now_us
    opened = promotions or opened_for(session, place, customer_id, found, at_us)
    is_agreed = bool(promoted_at_us)
    return promoted(session.connection, opened, found, choices, at_us, is_agreed=is_agreed)


def _charged(session: Session, was: Original, kept: Kept) -> list[SaleLine]:
    """Gifts that were not earned after all and do not come back: taken back on paper and sold at
    their list price, so that no piece moves (D07)."""
    by_no = {line["line_no"]: line for line in was.lines}
    made: list[SaleLine] = []
    for due in gifts_due(session.connection, was.head, kept):
        back = _returned(was, by_no[due.line_no], due.qty_micro, kept)
        made += [back, charged_line(stored_line(by_no[due.line_no]), due, was.head["currency"])]
    return made


def _parts(was: Original, wanted: Mapping[int, int] | None) -> list[tuple[RowMapping, int]]:
    by_no = {line["line_no"]: line for line in was.lines if line["qty_micro"] > 0}
    if wanted is None:
        wanted = {no: was.left_micro(line) for no, line in by_no.items() if was.left_micro(line)}
    if not wanted:
        raise RuleViolation("NOTHING_TO_RETURN")
    for no, qty_micro in wanted.items():
        if no not in by_no:
            raise RuleViolation("LINE_UNKNOWN", line_no=no)
        if qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", line_no=no)
        if qty_micro > was.left_micro(by_no[no]):
            raise RuleViolation(
                "RETURNED_TOO_MUCH", line_no=no, left_micro=was.left_micro(by_no[no])
            )
    return [(by_no[no], wanted[no]) for no in sorted(wanted)]


def _returned(
    was: Original, line: RowMapping, qty_micro: int, kept: Kept | None = None
) -> SaleLine:
    """The part of a line; all parts together give back exactly what the line cost."""
    before = was.returned_micro.get(line["line_no"], 0)
    if kept is not None:
        before = int(line["qty_micro"]) - kept.after[line["line_no"]]
    amount = _part(line["amount_minor"], line["qty_micro"], before, qty_micro)
    gross = line_minor(qty_micro, line["unit_price_micro"], was.head["currency"])
    return SaleLine(
        product_id=line["product_id"],
        qty_micro=-qty_micro,
        unit_price_micro=line["unit_price_micro"],
        amount_minor=-amount,
        kind=line["kind"],
        unit=line["unit"],
        lot=line["lot"],
        discount_minor=amount - gross,
        price_version=line["price_version"],
        price_trail=line["price_trail"],
        name=line["name"],
        policy_ids=split(line["policy_ids"]),
        promotion_minor=-_part(line["promotion_minor"], line["qty_micro"], before, qty_micro),
        list_price_micro=line["list_price_micro"],
    )


def _part(whole: int, of: int, before: int, part: int) -> int:
    return divide_half_away(whole * (before + part), of) - divide_half_away(whole * before, of)


def _rounding_back(was: Original, amount_minor: int) -> int:
    """The share of what was rounded off the sale that these goods carry; positive."""
    rounding = -int(was.head["rounding_minor"])
    lines_minor = int(was.head["total_minor"]) + rounding
    if rounding <= 0 or lines_minor <= 0:
        return 0
    back_before = sum(
        _part(line["amount_minor"], line["qty_micro"], 0, was.returned_micro[line["line_no"]])
        for line in was.lines
        if line["qty_micro"] > 0
    )
    until = divide_half_away(rounding * (back_before + amount_minor), lines_minor)
    return until - was.rounding_back_minor


def _open_minor(session: Session, was: Original) -> int:
    """What is still owed for the invoice; it is not refunded but no longer owed."""
    if was.head["mode"] != SaleMode.INVOICE or not was.head["customer_id"]:
        return 0
    still = open_invoices(session.connection, was.head["site_id"], was.head["customer_id"])
    return next((one.open_minor for one in still if one.invoice == was.head["id"]), 0)
