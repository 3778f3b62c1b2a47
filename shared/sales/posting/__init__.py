"""A sale becomes its rows, stock moves and account entries; what does not fit becomes tasks."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from shared.accounts.posting import Entry, drawer_row, entries, money_row
from shared.accounts.rules import (
    PROMISED,
    ROUNDING,
    Tender,
    customer_receivable,
    revenue,
    tender_account,
)
from shared.accounts.rules import SUSPENSE as MONEY_SUSPENSE
from shared.channel.rules import joined
from shared.core.errors import RuleViolation
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.leases.posting import added_to_pool, spends
from shared.leases.queries import balances, leases
from shared.leases.rules import coupon_pool, deposit_pool, points_pool
from shared.members.queries import hold_members, sites_of_members
from shared.members.rules import is_member
from shared.promotions.posting import uses_of
from shared.promotions.rules import POLICIES_MAX
from shared.sales.documents import (
    DepositOf,
    DepositsPooled,
    DepositTaken,
    RegisterLine,
    Sale,
    SaleLine,
    StockOutRegistered,
)
from shared.sales.posting.goods import goods_tasks, registered_goods, sold_goods
from shared.sales.queries import paid_ahead, paid_by_tender, static_code_cap_minor
from shared.sales.queries.promoting import (
    limits_passed,
    named_policies,
    promotions_agree,
    use_of,
)
from shared.sales.rules import MOVES_STOCK, LineKind, refunded_otherwise
from shared.stock.posting import Move, day_of, moves
from shared.stock.rules import CUSTOMER, location
from shared.tasks.posting import open_task
from shared.vouchers.posting.settling import review_used
from shared.vouchers.posting.using import Used, used_rows


def post_sale(header: Header, sold: Sale) -> Iterator[Write]:
    """Header, lines, tenders; goods to the customer; money to the tenders and what is owed."""
    day = day_of(header)
    yield _sale_row(header, sold, day)
    for number, line in enumerate(sold.lines, start=1):
        yield _line_row(header, number, line, day)
    for number, tender in enumerate(sold.tenders, start=1):
        values: dict[str, Value] = {
            "document": uid_text(header.uid),
            "site_id": header.site_id,
            "business_day": day,
            "shift": sold.shift,
            "tender": tender.tender,
            "reference": tender.reference,
            "amount_minor": tender.amount_minor,
        }
        yield Write("sale_tender", derived_id(header.uid, "t", number), values)
    here = location(header.site_id)
    yield from moves(
        header,
        "sale",
        (
            Move(here, CUSTOMER, line.product_id, line.qty_micro, line.lot)
            for line in sold.lines
            if line.kind in MOVES_STOCK
        ),
    )
    yield from entries(header, sold.currency, _money(header, sold))
    yield from spends(header, sold.leases)
    yield from used_rows(_used(header, sold))
    yield from uses_of(
        header,
        sold.promotions,
        use=use_of(sold.mode),
        currency=sold.currency,
        member_id=sold.customer_id if is_member(sold.customer_id) else "",
        business_day=day,
    )


def _used(header: Header, sold: Sale) -> Used:
    """What the sale says of points and coupons, for the books of vouchers."""
    by_tender: dict[str, int] = {}
    for one in sold.tenders:
        by_tender[one.tender] = by_tender.get(one.tender, 0) + one.amount_minor
    return Used(
        header=header,
        member_id=sold.customer_id if is_member(sold.customer_id) else "",
        sale=sold.return_of or uid_text(header.uid),
        rule_id=sold.points_rule,
        earned=sold.points_earned,
        spent=sold.points_spent,
        money_minor=sum(minor for name, minor in by_tender.items() if name not in PROMISED),
        goods_minor=sum(one.amount_minor for one in sold.lines if one.kind == LineKind.GOODS),
        points_minor=by_tender.get(Tender.POINTS, 0),
        coupon_minor=by_tender.get(Tender.COUPON, 0),
        coupons=sold.coupons,
        leases=sold.leases,
    )


def _sale_row(header: Header, sold: Sale, day: str) -> Write:
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "device_id": header.device_id,
        "number": header.number,
        "mode": sold.mode,
        "author_id": header.author_id,
        "approver_id": header.approver_id,
        "customer_id": sold.customer_id,
        "salesperson_id": sold.salesperson_id,
        "currency": sold.currency,
        "price_logic": sold.price_logic,
        "return_of": sold.return_of,
        "shift": sold.shift,
        "note": sold.note,
        "lines": len(sold.lines),
        "units_micro": sum(line.qty_micro for line in sold.lines),
        "total_minor": sold.total_minor,
        "rounding_minor": sold.rounding_minor,
        "paid_minor": sum(tender.amount_minor for tender in sold.tenders),
        "happened_at_us": header.happened_at_us,
        "business_day": day,
        "promoted_at_us": sold.promoted_at_us,
    }
    return Write("sale", uid_text(header.uid), values)


def _line_row(header: Header, number: int, line: SaleLine, day: str) -> Write:
    values: dict[str, Value] = {
        "document": uid_text(header.uid),
        "line_no": number,
        "site_id": header.site_id,
        "device_id": header.device_id,
        "business_day": day,
        "product_id": line.product_id,
        "kind": line.kind,
        "unit": line.unit,
        "lot": line.lot,
        "name": line.name,
        "qty_micro": line.qty_micro,
        "unit_price_micro": line.unit_price_micro,
        "discount_minor": line.discount_minor,
        "amount_minor": line.amount_minor,
        "price_version": line.price_version,
        "price_trail": line.price_trail,
        "policy_ids": joined(line.policy_ids),
        "promotion_minor": line.promotion_minor,
        "list_price_micro": line.list_price_micro,
        "is_said": int(line.is_said),
        "said_price_micro": line.said_price_micro,
        "is_rest": int(line.is_rest),
    }
    return Write("sale_line", derived_id(header.uid, "l", number), values)


def _money(header: Header, sold: Sale) -> Iterator[Entry]:
    """Tenders and what is owed against revenue; a fact that does not add up ends in suspense."""
    site = header.site_id
    lines = sum(line.amount_minor for line in sold.lines)
    paid = sum(tender.amount_minor for tender in sold.tenders)
    for tender in sold.tenders:
        into = tender_account(site, tender.tender)
        yield Entry(into, revenue(site), tender.amount_minor, "sale")
    # A member pays at the till like everybody; only who buys on account can owe.
    if sold.customer_id and not is_member(sold.customer_id):
        owed = customer_receivable(site, sold.customer_id)
        yield Entry(owed, revenue(site), sold.total_minor - paid, "on credit")
        paid = sold.total_minor
    yield Entry(ROUNDING, revenue(site), -sold.rounding_minor, "rounding")
    # Facts are never refused: the cent that is missing is somebody's task, not a lost sale.
    yield Entry(MONEY_SUSPENSE, revenue(site), lines + sold.rounding_minor - paid, "unbalanced")


def post_register(header: Header, registered: StockOutRegistered) -> Iterator[Write]:
    """Quantities out of the site to its customers, without money (I01)."""
    for number, line in enumerate(registered.lines, start=1):
        yield _register_row(header, registered, number, line)
    here = location(header.site_id)
    yield from moves(
        header,
        "register",
        (Move(here, CUSTOMER, line.product_id, line.qty_micro) for line in registered.lines),
    )


def _register_row(
    header: Header, registered: StockOutRegistered, number: int, line: RegisterLine
) -> Write:
    values: dict[str, Value] = {
        "document": uid_text(header.uid),
        "site_id": header.site_id,
        "from_day": registered.from_day,
        "to_day": registered.to_day,
        "product_id": line.product_id,
        "qty_micro": line.qty_micro,
    }
    return Write("register_line", derived_id(header.uid, "r", number), values)


def review_sales(
    connection: Connection, batch: Sequence[tuple[Header, Sale]], _now_us: int
) -> Iterator[Answer]:
    """Tasks for unknown goods, stock below zero, and money that does not add up (G11)."""
    yield from goods_tasks(connection, [one for each in batch for one in sold_goods(*each)])
    for header, sold in batch:
        lines = sum(line.amount_minor for line in sold.lines)
        if lines + sold.rounding_minor != sold.total_minor:
            yield open_task(header, "SALE_UNBALANCED", uid_text(header.uid))
    yield from _promotion_tasks(connection, batch)
    yield from _tender_tasks(connection, batch)
    used = [_used(header, sold) for header, sold in batch]
    members = {one.member_id for one in used if one.member_id and one.has_points}
    hold_members(connection, members)
    yield from review_used(connection, used, sites_of_members(connection, members))


def _promotion_tasks(
    connection: Connection, batch: Sequence[tuple[Header, Sale]]
) -> Iterator[Answer]:
    """Promotions that come out otherwise here, and limits passed by several tills together."""
    for header, sold in batch:
        values: dict[str, str | int] = {"number": header.number}
        # No till knows more policies at once; each costs head office a look.
        is_more = len(sold.promotions) > POLICIES_MAX
        named = [] if is_more else named_policies(connection, sold.promotions)
        if is_more or not promotions_agree(connection, header, sold, named):
            yield open_task(header, "PROMOTION_DIFFERS", uid_text(header.uid), values)
        if is_more:
            continue
        day = day_of(header)
        for name, _over in limits_passed(connection, header, sold, day, named):
            subject = f"{header.site_id}:{name}:{day}"
            yield open_task(header, "LIMIT_PASSED", subject, values | {"policy": name})


def _tender_tasks(connection: Connection, batch: Sequence[tuple[Header, Sale]]) -> Iterator[Answer]:
    """Money somebody should look at: much by a code a person confirmed, refunds by another way
    than it came (I07, I08)."""
    caps: dict[str, int] = {}
    named = {one.lease_id for _, sold in batch for one in sold.leases}
    vouchers = (points_pool(""), coupon_pool(""))
    promised = {
        one.lease_id
        for one in (leases(connection, named) if named else ())
        if one.pool.startswith(vouchers)
    }
    for header, sold in batch:
        by_code = sum(t.amount_minor for t in sold.tenders if t.tender == Tender.STATIC_CODE)
        if header.site_id not in caps:
            caps[header.site_id] = static_code_cap_minor(connection, header.site_id)
        cap = caps[header.site_id]
        if cap and by_code > cap:
            yield open_task(
                header,
                "STATIC_CODE_OVER_CAP",
                uid_text(header.uid),
                {"number": header.number, "amount_minor": by_code, "cap_minor": cap},
            )
        by_deposit = sum(t.amount_minor for t in sold.tenders if t.tender == Tender.DEPOSIT)
        leased = sum(one.amount for one in sold.leases if one.lease_id not in promised)
        if by_deposit != leased:
            yield open_task(
                header,
                "DEPOSIT_NOT_LEASED",
                uid_text(header.uid),
                {"number": header.number, "amount_minor": by_deposit - leased},
            )
    returns = [(header, sold) for header, sold in batch if sold.return_of]
    paid = paid_by_tender(connection, [sold.return_of for _, sold in returns])
    for header, sold in returns:
        if sold.return_of == uid_text(header.uid):
            said: dict[str, str | int] = {"number": header.number, "reason": sold.note}
            yield open_task(
                header,
                "RETURN_WITHOUT_RECEIPT",
                uid_text(header.uid),
                said | {"amount_minor": -sold.total_minor},
            )
            continue
        was = paid.get(sold.return_of)
        for tender, minor in refunded_otherwise(sold.tenders, was) if was else ():
            values: dict[str, str | int] = {"number": header.number, "tender": tender}
            yield open_task(
                header,
                "REFUND_OTHER_TENDER",
                uid_text(header.uid),
                values | {"amount_minor": minor},
            )
            break


def review_registers(
    connection: Connection, batch: Sequence[tuple[Header, StockOutRegistered]], _now_us: int
) -> Iterator[Answer]:
    """The same for the simple register."""
    yield from goods_tasks(connection, [one for each in batch for one in registered_goods(*each)])


# Money paid ahead (预存款)


def post_deposit(header: Header, paid: DepositTaken) -> Iterator[Write]:
    """Money into the tender, against what is owed to who paid ahead: the takings shrink by
    ``deposit`` until it pays for goods, whose tender brings them back.

    Raises: RuleViolation AMOUNT_NOT_POSITIVE.
    """
    if paid.amount_minor <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=paid.amount_minor)
    into = tender_account(header.site_id, paid.tender)
    ahead = tender_account(header.site_id, Tender.DEPOSIT)
    yield from entries(
        header, paid.currency, [Entry(into, ahead, paid.amount_minor, Tender.DEPOSIT.value)]
    )
    yield money_row(
        header, paid.currency, paid.amount_minor, paid.reference, customer_id=paid.customer_id
    )
    yield from drawer_row(header, paid.shift, paid.tender, Tender.DEPOSIT.value, paid.amount_minor)


def review_deposits(
    connection: Connection, batch: Sequence[tuple[Header, DepositTaken]], _now_us: int
) -> Iterator[Answer]:
    """What was paid ahead in all, less what is in the pool of it already, goes into the pool it
    is lent of: it is head office's, so that two tills never lend the same money (M06)."""
    ids = {paid.customer_id for _header, paid in batch}
    # Two workers do not count past each other.
    hold_members(connection, sorted(one for one in ids if is_member(one)))
    paid = paid_ahead(connection, ids)
    pooled = balances(connection, [_ahead_end(*one) for one in paid])
    lacking = tuple(
        DepositOf(customer_id=customer_id, currency=currency, amount_minor=minor + already)
        for (customer_id, currency), minor in sorted(paid.items())
        if (already := pooled[_ahead_end(customer_id, currency)]) + minor
    )
    if lacking:
        body = DepositsPooled(deposits=lacking)
        yield Answer(body=body, site_id="", about=batch[-1][0].uid)


def post_pooled(header: Header, body: DepositsPooled) -> Iterator[Write]:
    """More of each customer's pool."""
    for number, one in enumerate(body.deposits, start=1):
        yield from added_to_pool(
            header,
            number,
            deposit_pool(one.customer_id),
            one.currency,
            one.amount_minor,
            out_of=_ahead_end(one.customer_id, one.currency),
        )


def _ahead_end(customer_id: str, currency: str) -> str:
    """Where a customer's pool has its deposits from: below zero by what is in it of them."""
    return f"hq/deposits_taken/{customer_id}/{currency}"
