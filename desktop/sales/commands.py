"""The commands of sales."""

import re
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from desktop.catalog.usecases import asked as scanned
from desktop.catalog.usecases import name_of
from desktop.pricing.usecases import Buyer
from desktop.sales.usecases.collecting import collect, register
from desktop.sales.usecases.returning import find_sale, original, return_goods
from desktop.sales.usecases.selling import (
    NO_DISCOUNT,
    BasketLine,
    Discount,
    Given,
    Sold,
    sell,
    sell_invoice,
)
from desktop.store.asking import Params, Written, device
from desktop.store.command import Command
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.accounts.rules import Tender
from shared.channel.queries import account, account_ids_of_site, site_of
from shared.channel.tables import level
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes
from shared.core.money import (
    Money,
    format_money,
    format_unit_price,
    parse_money,
    parse_ratio_micro,
    parse_unit_price_micro,
)
from shared.core.quantity import plain_quantity
from shared.core.rounding import MICRO
from shared.pricing.queries import spoken_names
from shared.pricing.rules import price_of_trail, read_aloud, recomputed
from shared.sales.queries import open_invoices, sale_with_lines
from shared.sales.rules import LineKind
from shared.sales.tables import sale

_COUNTED = re.compile(r"\s*(?P<qty>[^*]+?)\s*\*\s*(?P<code>\S+)\s*")


class LineParams(Params):
    """A scan: code, quantity as it is spoken, and what the person says otherwise."""

    code: str
    qty: str = "1"
    price: str = ""
    discount: str = ""
    """An amount off this line, or a ratio such as ``9.5折`` that is left to pay."""
    lot: str = ""
    name: str = ""
    is_gift: bool = False


class TenderParams(Params, kw_only=True):
    """Money handed over; ``tender`` is ``cash static_code card bank_transfer mall``."""

    tender: str = "cash"
    amount: str
    reference: str = ""


class Sell(Params, kw_only=True):
    """A basket. A line may be a text: ``2000101010005`` or, as at the till, ``3*2000101010005``;
    a tender ``cash=100``."""

    lines: tuple[str | LineParams, ...]
    tenders: tuple[str | TenderParams, ...] = ()
    discount: str = ""
    """Off the basket: an amount, or a ratio that is left to pay (``95%``, ``9.5折``)."""
    round_off: str = ""
    """抹零 down to a multiple of this amount: ``0.10``, ``1``."""
    customer: str = ""
    salesperson: str = ""
    approver: str = ""
    note: str = ""
    uid: str = ""
    """Of the form, so that the same one twice is one sale."""


class SellInvoice(Sell, kw_only=True):
    """A wholesale invoice to a customer at the guide price of its level."""

    customer: str
    level: str = ""
    """Left out: the level of the customer's account, or the one below this site's."""
    account: str = ""
    is_cash: bool = False
    """现结: paid now; otherwise what is not paid is owed."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A sale as scripts read it: amounts in minor units, and as people read them."""

    uid: str
    number: str
    total: str
    change: str
    sale: Sold


def _told(found: Sold) -> Receipt:
    return Receipt(
        uid=found.uid,
        number=found.number,
        total=_money(found.total_minor, found.currency),
        change=_money(found.change_minor, found.currency),
        sale=found,
    )


def _money(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency))


def _currency(connection: Connection, site_id: str) -> str:
    found = site_of(connection, site_id)
    return found.currency if found else "CNY"


def _basket(
    connection: Connection, site_id: str, lines: Sequence[str | LineParams]
) -> list[BasketLine]:
    currency = _currency(connection, site_id)
    return [_line(connection, site_id, currency, _as_line(one)) for one in lines]


def _as_line(one: str | LineParams) -> LineParams:
    """``3*scan`` is how a quantity is keyed at the till (workflows, common rules)."""
    if isinstance(one, LineParams):
        return one
    counted = _COUNTED.fullmatch(one)
    if counted is None:
        return LineParams(code=one)
    return LineParams(code=counted["code"], qty=counted["qty"])


def _line(connection: Connection, site_id: str, currency: str, one: LineParams) -> BasketLine:
    what = scanned(connection, site_id, one.code, one.qty)
    price_micro = parse_unit_price_micro(one.price) if one.price else None
    off = _discount(one.discount, currency)
    if off.pay_ratio_micro != MICRO:
        raise RuleViolation("DISCOUNT_UNREADABLE", text=one.discount)
    return BasketLine(
        product_id=what.product_id,
        qty_micro=what.qty_micro,
        unit=what.unit,
        lot=one.lot,
        kind=LineKind.GIFT if one.is_gift else LineKind.GOODS,
        unit_price_micro=price_micro,
        discount_minor=off.minor,
        name=one.name,
    )


def _discount(text: str, currency: str) -> Discount:
    if not text:
        return NO_DISCOUNT
    if text.rstrip().endswith(("%", "折")):
        return Discount(pay_ratio_micro=parse_ratio_micro(text))
    return Discount(minor=parse_money(text, currency).minor)


def _given(tenders: Sequence[str | TenderParams], currency: str) -> list[Given]:
    return [_tender(one, currency) for one in tenders]


def _tender(one: str | TenderParams, currency: str) -> Given:
    if isinstance(one, str):
        name, _, amount = one.partition("=")
        one = TenderParams(tender=name, amount=amount)
    if one.tender not in set(Tender):
        raise RuleViolation("TENDER_UNKNOWN", tender=one.tender[:20])
    return Given(
        tender=Tender(one.tender),
        amount_minor=parse_money(one.amount, currency).minor,
        reference=one.reference,
    )


def _sell(store: Store, asked: Sell) -> Receipt:
    site_id = device(store).site_id
    basket = store.read(lambda one: _basket(one, site_id, asked.lines))
    currency = store.read(lambda one: _currency(one, site_id))
    done = store.write(
        sell,
        basket,
        _given(asked.tenders, currency),
        discount=_discount(asked.discount, currency),
        round_off_to_minor=_round_off(asked.round_off, currency),
        customer_id=asked.customer,
        salesperson_id=asked.salesperson,
        approver_id=asked.approver,
        note=asked.note,
        uid=uid_bytes(asked.uid) if asked.uid else None,
    )
    return _told(done.value)


def _round_off(text: str, currency: str) -> int:
    return parse_money(text, currency).minor if text else 0


def _sell_invoice(store: Store, asked: SellInvoice) -> Receipt:
    site_id = device(store).site_id
    basket = store.read(lambda one: _basket(one, site_id, asked.lines))
    currency = store.read(lambda one: _currency(one, site_id))
    buyer = store.read(lambda one: _buyer(one, site_id, asked))
    done = store.write(
        sell_invoice,
        asked.customer,
        basket,
        _given(asked.tenders, currency),
        buyer=buyer,
        on_credit=not asked.is_cash,
        discount=_discount(asked.discount, currency),
        round_off_to_minor=_round_off(asked.round_off, currency),
        salesperson_id=asked.salesperson,
        approver_id=asked.approver,
        note=asked.note,
        uid=uid_bytes(asked.uid) if asked.uid else None,
    )
    return _told(done.value)


def _buyer(connection: Connection, site_id: str, asked: SellInvoice) -> Buyer:
    """Who buys: the level said, the account's own, or the one level this site supplies."""
    if asked.level:
        return Buyer(level_id=asked.level)
    if asked.account:
        return Buyer(account_id=asked.account)
    ours = account_ids_of_site(connection, site_id)
    mine = account(connection, ours[0]) if ours else None
    if mine is None or not mine.level_id:
        return Buyer()
    statement = select(level.c.id).where(level.c.upstream_level_id == mine.level_id)
    below = list(connection.execute(statement).scalars())
    return Buyer(level_id=below[0]) if len(below) == 1 else Buyer()


class ReturnGoods(Params, kw_only=True):
    """Goods of a sale that come back; without lines all that is left of it."""

    sale: str
    """The printed number or the uid."""
    lines: tuple[LineParams, ...] = ()
    """Codes and quantities; they are taken from the sale's lines in their order."""
    tenders: tuple[str | TenderParams, ...] = ()
    """Negative amounts; left out: back the way it was paid."""
    instead: tuple[str | LineParams, ...] = ()
    """An exchange: goods taken for those that come back."""
    reason: str


def _return(store: Store, asked: ReturnGoods) -> Receipt:
    site_id = device(store).site_id
    currency = store.read(lambda one: _currency(one, site_id))
    refund = _given(asked.tenders, currency)

    instead = store.read(lambda one: _basket(one, site_id, asked.instead))

    def usecase(session: Session) -> Sold:
        uid = find_sale(session.connection, site_id, asked.sale)
        wanted = _wanted(session, uid, asked.lines) if asked.lines else None
        return return_goods(session, uid, wanted, refund, reason=asked.reason, instead=instead)

    return _told(store.write(usecase).value)


def _wanted(session: Session, uid: str, lines: Sequence[LineParams]) -> Mapping[int, int]:
    """The sale's lines that the scanned goods come from. Raises RETURNED_TOO_MUCH."""
    was = original(session, uid)
    found: dict[int, int] = {}
    for one in lines:
        what = scanned(session.connection, session.identity.site_id, one.code, one.qty)
        rest = what.qty_micro
        for line in was.lines:
            if line["product_id"] != what.product_id:
                continue
            left = was.left_micro(line) - found.get(line["line_no"], 0)
            part = min(rest, left)
            if part > 0:
                found[line["line_no"]] = found.get(line["line_no"], 0) + part
                rest -= part
        if rest > 0:
            raise RuleViolation("RETURNED_TOO_MUCH", product_id=what.product_id, over_micro=rest)
    return found


class Collect(Params, kw_only=True):
    """A customer's money: for the oldest invoices, or those named by number or uid."""

    customer: str
    amount: str
    tender: str = "cash"
    invoices: tuple[str, ...] = ()
    reference: str = ""


def _collect(store: Store, asked: Collect) -> dict[str, object]:
    site_id = device(store).site_id
    currency = store.read(lambda one: _currency(one, site_id))
    given = _tender(TenderParams(tender=asked.tender, amount=asked.amount), currency)

    def usecase(session: Session) -> dict[str, object]:
        header, parts = collect(
            session,
            asked.customer,
            given.amount_minor,
            tender=given.tender,
            invoices=[find_sale(session.connection, site_id, one) for one in asked.invoices],
            reference=asked.reference,
        )
        paid = {one.invoice: one.amount_minor for one in parts}
        return {"uid": Written.of(header).uid, "number": header.number, "paid_minor": paid}

    return store.write(usecase).value


class OpenInvoices(Params):
    """A customer of this site."""

    customer: str


def _open_invoices(store: Store, asked: OpenInvoices) -> dict[str, object]:
    site_id = device(store).site_id
    found = store.read(lambda one: open_invoices(one, site_id, asked.customer))
    return {
        "owed_minor": sum(one.open_minor for one in found),
        "invoices": [one._asdict() for one in found],
    }


class Register(Params, kw_only=True):
    """What went out, by code and quantity (negative: came back), in a day or a period."""

    lines: tuple[str | LineParams, ...]
    start: str = ""
    end: str = ""
    note: str = ""


def _register(store: Store, asked: Register) -> Written:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[tuple[str, int]]:
        found = (scanned(connection, site_id, o.code, o.qty) for o in map(_as_line, asked.lines))
        return [(one.product_id, one.qty_micro) for one in found]

    done = store.write(
        register, store.read(read), from_day=asked.start, to_day=asked.end, note=asked.note
    )
    return Written.of(done.value)


class OfSale(Params):
    """A sale by its printed number or uid."""

    sale: str


def _show(store: Store, asked: OfSale) -> dict[str, object]:
    site_id = device(store).site_id
    return store.read(lambda one: _shown(one, find_sale(one, site_id, asked.sale)))


def _shown(connection: Connection, uid: str) -> dict[str, object]:
    found = sale_with_lines(connection, uid)
    if found is None:
        raise RuleViolation("SALE_UNKNOWN", sale=uid)
    head, lines = found
    return {
        **{name: value for name, value in head.items() if not name.startswith("_")},
        "lines": [
            {name: value for name, value in line.items() if not name.startswith("_")}
            | {"called": line["name"] or name_of(connection, line["product_id"])}
            for line in lines
        ],
    }


class WhyPrice(Params):
    """A line of a sale, or of all its lines."""

    sale: str
    line: int = 0
    language: str = "zh"


def _why(store: Store, asked: WhyPrice) -> list[dict[str, object]]:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[dict[str, object]]:
        uid = find_sale(connection, site_id, asked.sale)
        found = sale_with_lines(connection, uid)
        names = spoken_names(connection)
        lines = found[1] if found else []
        return [
            {
                "line": line["line_no"],
                "product": line["product_id"],
                "qty": plain_quantity(line["qty_micro"]),
                "price": format_unit_price(line["unit_price_micro"]),
                "discount_minor": line["discount_minor"],
                "amount_minor": line["amount_minor"],
                **_reason(line["price_trail"], line["unit_price_micro"], names, asked.language),
            }
            for line in lines
            if asked.line in (0, line["line_no"])
        ]

    return store.read(read)


def _reason(
    trail: str, unit_price_micro: int, names: Mapping[str, str], language: str
) -> dict[str, object]:
    if not trail:
        return {"why": "", "is_recomputed": False}
    found = price_of_trail(trail)
    return {
        "why": read_aloud(found, names, language=language),
        "is_recomputed": recomputed(found) == unit_price_micro,
    }


class Sales(Params):
    """The sales of this site, newest first; of one business day when it is named."""

    day: str = ""
    limit: int = 50


def _sales(store: Store, asked: Sales) -> list[dict[str, object]]:
    site_id = device(store).site_id
    s = sale.c
    columns = (
        s.id, s.number, s.mode, s.customer_id, s.lines, s.units_micro, s.total_minor,
        s.paid_minor, s.currency, s.return_of, s.author_id, s.business_day, s.happened_at_us,
    )  # fmt: skip
    statement = select(*columns).where(s.site_id == site_id)
    if asked.day:
        statement = statement.where(s.business_day == asked.day)
    ordered = statement.order_by(s.happened_at_us.desc(), s.id.desc()).limit(asked.limit)
    return store.read(
        lambda connection: [dict(row) for row in connection.execute(ordered).mappings()]
    )


COMMANDS = (
    Command(name="sell", summary="Sell at the till.", params=Sell, run=_sell),
    Command(
        name="return-goods",
        summary="Take goods of a sale back.",
        params=ReturnGoods,
        run=_return,
    ),
    Command(
        name="sell-invoice",
        summary="Sell to a customer on credit or for cash (批发开单).",
        params=SellInvoice,
        run=_sell_invoice,
    ),
    Command(
        name="collect",
        summary="Take a customer's money for open invoices.",
        params=Collect,
        run=_collect,
    ),
    Command(
        name="open-invoices",
        summary="What a customer owes, oldest first.",
        params=OpenInvoices,
        run=_open_invoices,
    ),
    Command(
        name="register",
        summary="Quantities that went out, without prices (简单模式).",
        params=Register,
        run=_register,
    ),
    Command(name="sale-show", summary="A sale with its lines.", params=OfSale, run=_show),
    Command(name="sales", summary="The sales of this site.", params=Sales, run=_sales),
    Command(
        name="why-price",
        summary="The stored reasons of a sale's prices, computed again.",
        params=WhyPrice,
        run=_why,
    ),
)
