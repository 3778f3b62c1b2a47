"""The open basket on disk: every scan, every change and the sale itself, each in one transaction.

The basket is a draft of this device: a kill at any moment brings the same lines back, and the
draft goes in the very transaction in which the sale is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from desktop.channel.usecases import place_of
from desktop.pricing.usecases import Prices, prices_for
from desktop.sales.usecases.basket import (
    NO_PRICE,
    Basket,
    Line,
    packed,
    unpacked,
    with_changed,
    with_line,
)
from desktop.sales.usecases.options import TillOptions, till_options
from desktop.sales.usecases.promoting import Promotions, promotions_for
from desktop.sales.usecases.selling import consumer
from desktop.sales.usecases.taking_up import take_up_goods
from desktop.store.drafts import draft_of, drafts_under, put_draft, remove_draft
from desktop.store.session import Session
from desktop.store.tables import neighbour_basket
from desktop.sync.neighbours.baskets import HELD as SHARED_HELD
from desktop.vouchers.usecases.taking import points_here
from shared.accounts.rules import Tender
from shared.catalog.queries import by_barcode, packs_of, product
from shared.catalog.search import search
from shared.channel.queries import device_of
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.core.quantity import Pack, checked_quantity, parse_quantity
from shared.core.rounding import MICRO
from shared.core.text import code_text
from shared.members.rules import is_member
from shared.pricing.rules import Price, trail_text
from shared.stock.queries import is_opened, on_hand_micro, reserved_micro
from shared.stock.rules import location
from shared.vouchers.queries.coupons import has_coupons

OPEN: Final = "till/open"
HELD: Final = SHARED_HELD
TAKEN: Final = "till/taken/"
"""Baskets of other devices that were taken over here: each once."""
BASKETS_HELD_MAX: Final = 50
_TAKEN_US: Final = 35 * 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Repriced:
    """A basket at the prices of now, and what became different."""

    basket: Basket
    lines: int
    """How many lines cost something else than before."""
    version: int


def open_basket(connection: Connection) -> Basket | None:
    """The basket as it was kept last; None when there is none that can be read."""
    content = draft_of(connection, OPEN)
    return None if content is None else unpacked(content)


def held_baskets(connection: Connection) -> list[Basket]:
    """What was put aside, the oldest first."""
    found = (unpacked(one.content) for one in drafts_under(connection, HELD))
    return [one for one in found if one is not None]


def new_basket(session: Session) -> Basket:
    """An empty basket; the sale it becomes has its identity from now on (T23)."""
    place = place_of(session)
    options = till_options(session.connection, place.site_id)
    return Basket(uid=uid_text(session.new_uid()), round_off_to_minor=options.round_off_to_minor)


def begin(session: Session) -> Basket:
    """An empty basket, on disk."""
    return keep(session, new_basket(session))


def keep(session: Session, basket: Basket) -> Basket:
    """Put the basket on disk as it is now."""
    put_draft(session, OPEN, packed(basket))
    return basket


def scan_into(session: Session, basket: Basket, code: str, quantity: str = "1") -> Basket:
    """One scan, or one code typed, with its quantity: ``3``, ``2箱3支`` (B08).

    Raises: RuleViolation CODE_UNKNOWN, QUANTITY_UNREADABLE, UNKNOWN_UNIT, QUANTITY_ZERO,
    RETURN_BY_RECEIPT below zero.
    """
    line = _short(session, basket, line_for(session, code, quantity))
    grown = with_line(basket, line)
    changed = _priced(prices_of(session, basket), grown.lines[grown.current])
    return keep(session, with_changed(grown, grown.current, changed))


def line_for(session: Session, code: str, quantity: str = "1") -> Line:
    """The line a code makes, without a price yet. Raises as ``scan_into``."""
    connection, site_id = session.connection, session.identity.site_id
    hit = by_barcode(connection, code_text(code), site_id=site_id)
    if hit is None:
        raise RuleViolation("CODE_UNKNOWN", code=code_text(code)[:40])
    goods = product(connection, hit.product_id)
    assert goods is not None
    line = Line(
        product_id=hit.product_id,
        code=goods.code,
        name=goods.name,
        spec=goods.spec,
        base_unit=goods.base_unit,
        unit=hit.unit,
        factor_micro=hit.factor_micro,
        qty_micro=0,
        price_micro=NO_PRICE,
        brand=goods.brand,
    )
    return msgspec.structs.replace(line, qty_micro=_quantity(session, line, quantity))


def _quantity(session: Session, line: Line, text: str) -> int:
    """``3`` counts the unit of the line, ``2箱3支`` the product's packs."""
    if any(letter.isalpha() for letter in text):
        packs = packs_of(session.connection, line.product_id)
        qty_micro = parse_quantity(text, packs or (Pack(line.base_unit, MICRO),))
    else:
        qty_micro = checked_quantity(parse_quantity(text) * line.factor_micro // MICRO)
    if not qty_micro:
        raise RuleViolation("QUANTITY_ZERO", product_id=line.product_id)
    if qty_micro < 0:
        # Money for goods without a receipt is for somebody else to agree to (I07): beside goods
        # that are sold nobody would be asked.
        raise RuleViolation("RETURN_BY_RECEIPT")
    return qty_micro


def prices_of(session: Session, basket: Basket) -> Prices:
    """The prices of who buys, at this site and now."""
    customer_id = basket.came_back.customer_id if basket.came_back else basket.member_id
    buyer = consumer(session, customer_id)
    return prices_for(session, session.identity.site_id, buyer, session.now_us)


def promotions_of(session: Session, basket: Basket) -> Promotions:
    """The promotions in force for who buys: now, or when money was first handed over."""
    customer_id = basket.came_back.customer_id if basket.came_back else basket.member_id
    return promotions_for(
        session,
        place_of(session),
        consumer(session, customer_id),
        {line.product_id for line in basket.lines},
        customer_id=customer_id,
        at_us=basket.promoted_at_us,
    )


def _priced(prices: Prices, line: Line) -> Line:
    return _all_priced(prices, [line])[0]


def _all_priced(prices: Prices, lines: Sequence[Line]) -> tuple[Line, ...]:
    found = prices.of_lines([(line.product_id, abs(line.qty_micro)) for line in lines])
    return tuple(
        _at(line, price if line.is_known else None)
        for line, price in zip(lines, found, strict=True)
    )


def _at(line: Line, found: Price | None) -> Line:
    if found is None:
        return msgspec.structs.replace(line, price_micro=NO_PRICE, version=0, trail="")
    return msgspec.structs.replace(
        line, price_micro=found.unit_price_micro, version=found.version, trail=trail_text(found)
    )


def _short(session: Session, basket: Basket, line: Line) -> Line:
    """Mark a line that sells more than the books say is there, or what is held for somebody; it is
    sold all the same (G05, G11)."""
    site_id = session.identity.site_id
    if not line.is_known:
        return line
    there = on_hand_micro(session.connection, location(site_id), line.product_id)
    sold = sum(one.qty_micro for one in basket.lines if one.product_id == line.product_id)
    held = reserved_micro(session.connection, site_id, session.now_us, (line.product_id,))
    left = there - held.get(line.product_id, 0)
    return msgspec.structs.replace(
        line,
        is_short=sold + line.qty_micro > there and is_opened(session.connection, site_id),
        takes_reserved=bool(held) and sold + line.qty_micro > left,
    )


def sell_unknown(session: Session, basket: Basket, code: str, price_micro: int) -> Basket:
    """Goods nobody here knows, at a price the person says; head office gets a task."""
    line = Line(
        product_id=code_text(code),
        code=code_text(code),
        name=code_text(code),
        qty_micro=MICRO,
        price_micro=NO_PRICE,
        said_micro=price_micro,
        is_known=False,
    )
    return keep(session, with_line(basket, line))


def add_own(session: Session, basket: Basket, code: str, name: str, price_micro: int) -> Basket:
    """Goods of the shop's own, taken up with their price and sold at once (B11).

    Raises: as ``take_up_goods``.
    """
    return scan_into(
        session, basket, take_up_goods(session, code_text(code), name, price_micro).product_id
    )


def set_quantity(session: Session, basket: Basket, place: int, quantity: str) -> Basket:
    """Another quantity of one line, and the price that belongs to it.

    Raises: RuleViolation QUANTITY_UNREADABLE, UNKNOWN_UNIT, QUANTITY_ZERO, RETURN_BY_RECEIPT
    below zero.
    """
    line = basket.lines[place]
    qty_micro = _quantity(session, line, quantity)
    others = tuple(one for at, one in enumerate(basket.lines) if at != place)
    changed = msgspec.structs.replace(
        line, qty_micro=qty_micro, is_short=False, takes_reserved=False
    )
    changed = _short(session, msgspec.structs.replace(basket, lines=others), changed)
    return keep(session, with_changed(basket, place, _priced(prices_of(session, basket), changed)))


def set_buyer(session: Session, basket: Basket, member_id: str, name: str) -> Basket:
    """Another buyer, and the prices of their list; '' is nobody named (I10)."""
    bought = msgspec.structs.replace(basket, member_id=member_id, member_name=name)
    prices = prices_of(session, bought)
    lines = _all_priced(prices, bought.lines)
    return keep(session, msgspec.structs.replace(bought, lines=lines))


def repriced(session: Session, basket: Basket) -> Repriced:
    """The basket at the prices of now; nothing is kept yet."""
    prices = prices_of(session, basket)
    books = (*prices.books, *prices.retail.books)
    version = max((book.version.number for book in books), default=0)
    lines = _all_priced(prices, basket.lines)
    moved = sum(
        now.price_micro != was.price_micro for now, was in zip(lines, basket.lines, strict=True)
    )
    fresh = basket if lines == basket.lines else msgspec.structs.replace(basket, lines=lines)
    return Repriced(basket=fresh, lines=moved, version=version)


def reprice(session: Session, basket: Basket) -> Repriced:
    """The basket at the prices of now, kept: a version that became active holds (C03)."""
    found = repriced(session, basket)
    if found.basket is not basket:
        keep(session, found.basket)
    return found


def search_goods(session: Session, text: str, *, limit: int = 8) -> list[Line]:
    """Goods a typed text means, best first, with their prices: characters, initials, codes."""
    connection, site_id = session.connection, session.identity.site_id
    prices = prices_for(session, site_id, consumer(session, ""), session.now_us)
    place, is_counted = location(site_id), is_opened(connection, site_id)
    found = []
    for product_id in search(connection, text, limit=limit):
        goods = product(connection, product_id)
        if goods is not None and goods.site_id in ("", site_id):
            line = Line(
                product_id=product_id,
                code=goods.code,
                name=goods.name,
                spec=goods.spec,
                base_unit=goods.base_unit,
                unit=goods.base_unit,
                qty_micro=MICRO,
                price_micro=NO_PRICE,
                brand=goods.brand,
                left_micro=on_hand_micro(connection, place, product_id) if is_counted else None,
            )
            found.append(_priced(prices, line))
    return found


def hold(session: Session, basket: Basket) -> Basket:
    """Put the basket aside (挂单) and begin an empty one; both stand or neither.

    Raises: RuleViolation NO_LINES, TOO_MANY_HELD.
    """
    if not basket.lines and basket.came_back is None:
        raise RuleViolation("NO_LINES")
    if len(drafts_under(session.connection, HELD)) >= BASKETS_HELD_MAX:
        raise RuleViolation("TOO_MANY_HELD", most=BASKETS_HELD_MAX)
    _put_aside(session, basket)
    return keep(session, new_basket(session))


def resume(session: Session, uid: str, basket: Basket) -> Basket:
    """Take a held basket up again; what is open is put aside instead, unless it is empty.

    Raises: RuleViolation BASKET_GONE.
    """
    content = draft_of(session.connection, HELD + uid)
    found = None if content is None else unpacked(content)
    if found is None:
        raise RuleViolation("BASKET_GONE")
    if basket.lines or basket.came_back is not None:
        _put_aside(session, basket)
    remove_draft(session, HELD + uid)
    return keep(session, msgspec.structs.replace(as_another(session, found), held_at_us=0))


def as_another(session: Session, basket: Basket) -> Basket:
    """The basket under an identity of its own: whatever became of the former one, such as a sale
    that a database put back does not know, what is sold here is not lost for it."""
    return msgspec.structs.replace(basket, uid=uid_text(session.new_uid()))


def shared_baskets(connection: Connection, device_id: str) -> list[tuple[Basket, str]]:
    """What other devices of the store put aside and may be gone on with here, the oldest first;
    each with the short name of its device (I06)."""
    b = neighbour_basket.c
    rows = connection.execute(
        select(neighbour_basket)
        .where(b.device_id != device_id, b.claimed_by.in_(("", device_id)))
        .order_by(b.held_at_us, b.uid)
    )
    found = []
    for row in rows:
        basket = unpacked(bytes(row.content))
        if basket is not None and draft_of(connection, TAKEN + row.uid) is None:
            device = device_of(connection, row.device_id)
            found.append((basket, device.tag if device else row.device_id))
    return found


def take_over(session: Session, uid: str, content: bytes, basket: Basket) -> Basket:
    """Go on with a basket another device put aside, as a sale of its own.

    What is open is put aside instead, unless it is empty. The store's host gave it to this device;
    twice has effect once. Raises: RuleViolation BASKET_GONE.
    """
    found = unpacked(content)
    if found is None or draft_of(session.connection, TAKEN + uid) is not None:
        raise RuleViolation("BASKET_GONE")
    if basket.lines or basket.came_back is not None:
        _put_aside(session, basket)
    _forget_taken(session)
    put_draft(session, TAKEN + uid, b"1")
    own = as_another(session, found)
    return keep(session, msgspec.structs.replace(own, held_at_us=0, last=None))


def _forget_taken(session: Session) -> None:
    for one in drafts_under(session.connection, TAKEN):
        if one.changed_at_us < session.now_us - _TAKEN_US:
            remove_draft(session, one.key)


def _put_aside(session: Session, basket: Basket) -> None:
    held = msgspec.structs.replace(basket, held_at_us=session.now_us, last=None)
    put_draft(session, HELD + basket.uid, packed(held))


def paying_here(session: Session, member_id: str = "") -> tuple[TillOptions, tuple[Tender, ...]]:
    """The rules of paying at this site, and the tenders that need no provider: coupons while
    there are any, points where a member buys and a rule is in force, and a member's deposit."""
    place = place_of(session)
    tenders = (Tender.CASH, Tender.STATIC_CODE, Tender.CARD, Tender.BANK_TRANSFER)
    mall = (Tender.MALL,) if place.mall_partner_id else ()
    coupons = (Tender.COUPON,) if has_coupons(session.connection, session.now_us) else ()
    points = points_here(session, member_id, place.currency) if is_member(member_id) else None
    # What a member paid ahead is head office's to lend (M06).
    has_office = bool(session.identity.hq_public_key) and is_member(member_id)
    ahead = (Tender.DEPOSIT,) if has_office else ()
    promised = (*coupons, *((Tender.POINTS,) if points else ()), *ahead)
    return till_options(session.connection, place.site_id), (*tenders, *mall, *promised)
