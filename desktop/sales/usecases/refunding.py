"""How money, points and coupons go back with goods: each the way it came, by rule (I07).

What points and coupons paid is no money. Their share of what comes back goes to them whatever a
person says of the rest: points to the member, a coupon by its batch's policy.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from desktop.sales.usecases.paying import Given, Promised, goods_of, money_of, promised
from desktop.store.session import Session
from shared.accounts.rules import PROMISED, Tender
from shared.channel.queries import SiteView
from shared.core.rounding import share_by_largest_remainder
from shared.members.rules import is_member
from shared.sales.documents import SaleLine, TenderLine
from shared.sales.tables import sale
from shared.vouchers.documents import CouponUse
from shared.vouchers.queries.coupons import coupons_of_sale, issued_coupons
from shared.vouchers.queries.points import points_of_sale, rule_in_force
from shared.vouchers.rules import OnReturn, earned_points, share_back


def refund_ways(
    paid_minor: Mapping[str, int], back_minor: int, said: Sequence[Given] = ()
) -> list[Given]:
    """What goes back by which tender, of what a sale is still paid by.

    Points and coupons get their share of it. The rest goes as is ``said``; else tender by tender
    as it came, and what cannot go that way goes in cash. Where something is still due nobody said
    how it is paid: the till proposes cash.
    """
    if back_minor <= 0:
        return list(said)
    found = _promised_shares(paid_minor, back_minor)
    money = back_minor + sum(one.amount_minor for one in found)
    if said:
        rest = [one for one in said if one.tender not in PROMISED]
        return [*_less_cash(back_minor - money, back_minor, rest), *found]
    for tender, minor in paid_minor.items():
        part = min(money, minor)
        # A deposit is head office's to give back, so it goes in cash.
        if part > 0 and tender not in (*PROMISED, Tender.DEPOSIT):
            found.append(Given(tender=Tender(tender), amount_minor=-part))
            money -= part
    if money:
        found.append(Given(tender=Tender.CASH, amount_minor=-money))
    return found


def _promised_shares(paid_minor: Mapping[str, int], back_minor: int) -> list[Given]:
    """Of what points and coupons paid the share of what comes back; money has the rest."""
    left = {name: minor for name, minor in paid_minor.items() if minor > 0}
    names = sorted(name for name in left if name in PROMISED)
    money = sum(minor for name, minor in left.items() if name not in PROMISED)
    whole = sum(left.values())
    if not names:
        return []
    # Beyond what is left, the rest is money nobody gave: it is told as a refund another way.
    weights = [left[name] for name in names]
    parts = share_by_largest_remainder(min(back_minor, whole), [*weights, money])
    return [
        Given(tender=Tender(name), amount_minor=-part)
        for name, part in zip(names, parts, strict=False)
        if part
    ]


def _less_cash(promised_minor: int, back_minor: int, said: Sequence[Given]) -> list[Given]:
    """Who says "all of it in cash" means the money: cash gives way to points and coupons."""
    is_all = -sum(one.amount_minor for one in said) == back_minor
    over = promised_minor if is_all else 0
    found = []
    for one in said:
        less = min(over, -one.amount_minor) if one.tender is Tender.CASH else 0
        over -= less
        if one.amount_minor + less:
            found.append(
                Given(
                    tender=one.tender,
                    amount_minor=one.amount_minor + less,
                    reference=one.reference,
                )
            )
    return found


def promised_back(
    session: Session,
    place: SiteView,
    sale_uid: str,
    customer_id: str,
    paid_minor: Mapping[str, int],
    lines: Sequence[SaleLine],
    tenders: Sequence[TenderLine],
    *,
    total_minor: int,
    given: Sequence[Given],
) -> Promised:
    """What a return or exchange says of points and coupons: their share of what was earned and
    spent goes back, and what is paid on top is taken and earns as in a sale.

    Raises: as ``promised``.
    """
    onward = [one for one in tenders if one.tender in PROMISED and one.amount_minor > 0]
    fresh = promised(session, place, customer_id, (), onward, total_minor=total_minor, given=given)
    back = {
        name: -sum(one.amount_minor for one in tenders if one.tender == name)
        for name in PROMISED
        if not any(one.tender == name for one in onward)
    }
    rule = rule_in_force(session.connection, session.now_us, place.currency)
    money, earned = money_of(tenders), 0
    earned_left, spent_left = points_of_sale(session.connection, sale_uid)
    if money < 0:
        before = sum(max(minor, 0) for name, minor in paid_minor.items() if name not in PROMISED)
        earned = -share_back(earned_left, before, -money)
    elif rule is not None and is_member(customer_id):
        earned = earned_points(rule.rates, money, goods_of(lines))
    points_back = back.get(Tender.POINTS, 0)
    given_back = share_back(spent_left, paid_minor.get(Tender.POINTS, 0), points_back)
    coupons = _coupons_back(session, sale_uid, back.get(Tender.COUPON, 0))
    return Promised(
        rule_id=rule.rule_id if rule is not None else "",
        earned=earned,
        spent=fresh.spent - (given_back if points_back > 0 else 0),
        coupons=(*fresh.coupons, *coupons),
        leases=fresh.leases,
    )


def _coupons_back(session: Session, sale_uid: str, back_minor: int) -> list[CouponUse]:
    if back_minor <= 0:
        return []
    family = session.connection.execute(
        select(sale.c.id).where((sale.c.id == sale_uid) | (sale.c.return_of == sale_uid))
    ).scalars()
    left = coupons_of_sale(session.connection, list(family))
    known = issued_coupons(session.connection, left)
    found = []
    for named, minor in left.items():
        part = min(back_minor, max(minor, 0))
        back_minor -= part
        if part and named in known:
            lives = part == minor and known[named].on_return == OnReturn.AGAIN
            found.append(
                CouponUse(
                    coupon_id=named,
                    batch_id=known[named].batch_id,
                    amount_minor=-part,
                    count=-1 if lives else 0,
                )
            )
    return found
