"""The commands that sell and take goods back."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from desktop.catalog.usecases import scanned
from desktop.pricing.usecases import Buyer
from desktop.sales.commands.baskets import (
    LineParams,
    TenderParams,
    read_basket,
    read_discount,
    read_tenders,
)
from desktop.sales.usecases.returning import find_sale, original, return_goods
from desktop.sales.usecases.selling import Sold, sell, sell_invoice
from desktop.store.asking import Params, device
from desktop.store.command import Command
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.accounts.queries import customer_id_meant, customer_of
from shared.channel.queries import account, account_ids_of_site, currency_of
from shared.channel.tables import level
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes
from shared.core.money import Money, format_money, parse_money
from shared.promotions.rules import Choices, GiftChoice


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


class GiftParams(Params, kw_only=True):
    """A gift that is chosen of what a policy gives."""

    policy: str
    code: str
    qty: str = "1"


class SellChosen(Sell, kw_only=True):
    """A basket with what was chosen of its promotions; the rest is chosen best."""

    gifts: tuple[GiftParams, ...] = ()
    groups: dict[str, str] = msgspec.field(default_factory=dict)
    """Of exclusive policies the one taken, by their group; '' = none of them."""
    declined: tuple[str, ...] = ()
    """Policies the buyer does not want."""


class SellAtTill(SellChosen, kw_only=True):
    """A basket at the till."""


class SellInvoice(SellChosen, kw_only=True):
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


def _choices(connection: Connection, site_id: str, asked: SellChosen) -> Choices:
    gifts: dict[str, tuple[GiftChoice, ...]] = {}
    for one in asked.gifts:
        what = scanned(connection, site_id, one.code, one.qty)
        chosen = GiftChoice(what.product_id, what.qty_micro)
        gifts[one.policy] = (*gifts.get(one.policy, ()), chosen)
    return Choices(of_group=asked.groups, gifts=gifts, declined=frozenset(asked.declined))


def _sell(store: Store, asked: SellAtTill) -> Receipt:
    site_id = device(store).site_id
    basket = store.read(lambda one: read_basket(one, site_id, asked.lines))
    currency = store.read(lambda one: currency_of(one, site_id))
    done = store.write(
        sell,
        basket,
        read_tenders(asked.tenders, currency, salt=device(store).hq_public_key),
        discount=read_discount(asked.discount, currency),
        round_off_to_minor=_round_off(asked.round_off, currency),
        customer_id=asked.customer,
        salesperson_id=asked.salesperson,
        approver_id=asked.approver,
        note=asked.note,
        uid=uid_bytes(asked.uid) if asked.uid else None,
        choices=store.read(lambda one: _choices(one, site_id, asked)),
    )
    return _told(done.value)


def _round_off(text: str, currency: str) -> int:
    return parse_money(text, currency).minor if text else 0


def _sell_invoice(store: Store, asked: SellInvoice) -> Receipt:
    site_id = device(store).site_id
    basket = store.read(lambda one: read_basket(one, site_id, asked.lines))
    currency = store.read(lambda one: currency_of(one, site_id))
    customer_id = store.read(lambda one: customer_id_meant(one, site_id, asked.customer))
    buyer = store.read(lambda one: _buyer(one, site_id, asked, customer_id))
    done = store.write(
        sell_invoice,
        customer_id,
        basket,
        read_tenders(asked.tenders, currency, salt=device(store).hq_public_key),
        buyer=buyer,
        on_credit=not asked.is_cash,
        discount=read_discount(asked.discount, currency),
        round_off_to_minor=_round_off(asked.round_off, currency),
        salesperson_id=asked.salesperson,
        approver_id=asked.approver,
        note=asked.note,
        uid=uid_bytes(asked.uid) if asked.uid else None,
        choices=store.read(lambda one: _choices(one, site_id, asked)),
    )
    return _told(done.value)


def _buyer(connection: Connection, site_id: str, asked: SellInvoice, customer_id: str) -> Buyer:
    """Who buys: the level said, the account's or the customer's own, or the one level this site
    supplies."""
    if asked.level:
        return Buyer(level_id=asked.level)
    if asked.account:
        return Buyer(account_id=asked.account)
    known = customer_of(connection, site_id, customer_id)
    if known is not None and known.level_id:
        return Buyer(level_id=known.level_id)
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
    approver: str = ""


def _return(store: Store, asked: ReturnGoods) -> Receipt:
    site_id = device(store).site_id
    currency = store.read(lambda one: currency_of(one, site_id))
    refund = read_tenders(asked.tenders, currency)

    instead = store.read(lambda one: read_basket(one, site_id, asked.instead))

    def usecase(session: Session) -> Sold:
        uid = find_sale(session.connection, site_id, asked.sale)
        wanted = _wanted(session, uid, asked.lines) if asked.lines else None
        return return_goods(
            session,
            uid,
            wanted,
            refund,
            reason=asked.reason,
            instead=instead,
            approver_id=asked.approver,
        )

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


COMMANDS = (
    Command(name="sell", summary="Sell at the till.", params=SellAtTill, run=_sell),
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
)
