"""The wholesale invoice: whom a site sells to, what they owe, and posting it with its draft."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, select

from desktop.accounts.usecases import kept_customers
from desktop.catalog.usecases import known
from desktop.pricing.usecases import Buyer, Prices
from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.promoting import NO_CHOICES
from desktop.sales.usecases.selling import BasketLine, Sold, sell_invoice
from desktop.store.drafts import put_draft, remove_draft
from desktop.store.session import Session
from shared.access.queries import users_of_site
from shared.accounts.queries import balances, customer_of, customers_of_site
from shared.accounts.rules import customer_receivable, due_at_us
from shared.catalog.pinyin import initials_of
from shared.catalog.queries import ProductView, packs_of, products
from shared.catalog.search import search
from shared.channel.queries import account, account_ids_of_site, customers_of
from shared.channel.tables import level
from shared.core.quantity import Pack
from shared.core.text import normal
from shared.pricing.queries import price_book, retail_prices, sales_orgs_of_site
from shared.pricing.rules import Price, PriceContext
from shared.promotions.rules import Choices
from shared.sales.queries import open_invoices, owed_since
from shared.sales.tables import sale
from shared.stock.queries import on_hand_micro
from shared.stock.rules import location

INVOICE_DRAFT: Final = "invoice/open"
FOUND_MAX: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody a site invoices: an account it supplies, or a customer of its own."""

    customer_id: str
    name: str
    initials: str
    phone: str
    level_id: str
    level_name: str
    owed_minor: int
    code: str = ""
    """What people call them by; an account's own id."""
    salesperson_id: str = ""
    terms_days: int = 0
    """Days until an invoice on credit is due; 0 = at once, or nothing was agreed."""
    note: str = ""
    is_own: bool = False
    """A customer of the site's own, whom the site may say anew."""
    open_count: int = 0
    """Invoices that are not fully paid."""
    owed_since_us: int = 0
    """When the oldest of them was made; 0 = nothing is open."""

    def is_overdue(self, now_us: int) -> bool:
        """Whether the oldest open invoice is older than their terms allow."""
        since = self.owed_since_us
        return bool(since and self.terms_days) and due_at_us(since, self.terms_days) < now_us

    def is_meant(self, text: str) -> bool:
        """Whether a text means them: code, name, pinyin or the end of the phone."""
        asked = normal(text).casefold()
        return (
            asked in (self.code or self.customer_id).casefold()
            or asked in self.name.casefold()
            or (asked.isascii() and asked.isalpha() and asked in self.initials)
            or (asked.isdigit() and len(asked) > 3 and self.phone.endswith(asked))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoice:
    """An invoice that is not fully paid."""

    uid: str
    number: str
    happened_at_us: int
    total_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceGoods:
    """A product on an invoice: its price for the customer's level, and what is here of it."""

    product: ProductView
    packs: tuple[Pack, ...]
    price: Price | None
    on_hand_micro: int


def customers(connection: Connection, site_id: str, currency: str) -> list[Customer]:
    """Everybody the site invoices or has invoiced, by name (F3)."""
    names = level_names(connection)
    owed = _owed(connection, site_id, currency)
    below = _level_below(connection, site_id)
    found: dict[str, Customer] = {}
    for supplier_id in account_ids_of_site(connection, site_id):
        for account_id, name in customers_of(connection, supplier_id):
            held = account(connection, account_id)
            level_id = held.level_id if held else below
            found[account_id] = Customer(
                customer_id=account_id,
                name=name,
                initials=initials_of(name),
                phone="",
                level_id=level_id,
                level_name="",
                owed_minor=0,
                code=account_id,
            )
    for customer_id, kept in kept_customers(connection).items():
        found[customer_id] = _named(customer_id, kept.name, kept.phone, kept.level_id or below)
    for own in customers_of_site(connection, site_id):
        found[own.customer_id] = Customer(
            customer_id=own.customer_id,
            name=own.name,
            initials=own.initials,
            phone=own.phone,
            level_id=own.level_id or below,
            level_name="",
            owed_minor=0,
            code=own.code,
            salesperson_id=own.salesperson_id,
            terms_days=own.terms_days,
            note=own.note,
            is_own=True,
        )
    for customer_id in owed.keys() - found.keys():
        left = customer_of(connection, site_id, customer_id)
        found[customer_id] = _named(customer_id, left.name if left else customer_id, "", below)
    since = owed_since(connection, site_id, [one for one, minor in owed.items() if minor])
    whole = (
        replace(
            one,
            level_name=names.get(one.level_id, one.level_id),
            owed_minor=owed.get(one.customer_id, 0),
            open_count=since.get(one.customer_id, (0, 0))[0],
            owed_since_us=since.get(one.customer_id, (0, 0))[1],
        )
        for one in found.values()
    )
    return sorted(whole, key=lambda one: (one.name, one.customer_id))


def _named(customer_id: str, name: str, phone: str, level_id: str) -> Customer:
    return Customer(
        customer_id=customer_id,
        name=name,
        initials=initials_of(name),
        phone=phone,
        level_id=level_id,
        level_name="",
        owed_minor=0,
        code=customer_id,
    )


def _owed(connection: Connection, site_id: str, currency: str) -> dict[str, int]:
    prefix = customer_receivable(site_id, "")
    return {
        end.removeprefix(prefix): minor
        for end, held_in, minor in balances(connection, prefix)
        if held_in == currency
    }


def _level_below(connection: Connection, site_id: str) -> str:
    """The level of who buys from this site, where nobody said another."""
    for account_id in account_ids_of_site(connection, site_id):
        held = account(connection, account_id)
        if held is not None and held.level_id:
            lower = connection.execute(
                select(level.c.id).where(level.c.upstream_level_id == held.level_id).limit(1)
            ).scalar()
            return str(lower or held.level_id)
    return ""


def level_names(connection: Connection) -> dict[str, str]:
    """What levels are called, the highest first."""
    rows = connection.execute(select(level.c.id, level.c.name).order_by(level.c.rank))
    return {row.id: row.name for row in rows}


def open_invoice_list(connection: Connection, site_id: str, customer_id: str) -> list[OpenInvoice]:
    """A customer's invoices that are not fully paid, oldest first, with their numbers."""
    still = {one.invoice: one.open_minor for one in open_invoices(connection, site_id, customer_id)}
    found: list[OpenInvoice] = []
    ids = list(still)
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(sale.c.id, sale.c.number, sale.c.happened_at_us, sale.c.total_minor).where(
                sale.c.id.in_(ids[start : start + 500])
            )
        )
        found += [
            OpenInvoice(
                uid=row.id,
                number=row.number,
                happened_at_us=row.happened_at_us,
                total_minor=row.total_minor,
                open_minor=still[row.id],
            )
            for row in rows
        ]
    return sorted(found, key=lambda one: (one.happened_at_us, one.uid))


def invoice_goods(
    connection: Connection,
    site_id: str,
    level_id: str,
    wanted: Sequence[tuple[str, int]],
    at_us: int,
) -> dict[str, InvoiceGoods]:
    """Products of an invoice by id, each priced for the customer's level and its quantity."""
    ids = [one for one, _ in wanted]
    named = products(connection, ids)
    prices = invoice_prices(connection, site_id, level_id, at_us).of_lines(wanted)
    place = location(site_id)
    return {
        one: InvoiceGoods(
            product=named[one],
            packs=packs_of(connection, one),
            price=price,
            on_hand_micro=on_hand_micro(connection, place, one),
        )
        for (one, _), price in zip(wanted, prices, strict=True)
        if one in named
    }


def invoice_prices(connection: Connection, site_id: str, level_id: str, at_us: int) -> Prices:
    """The guide prices of a level at a site; where it has none the consumer's price holds."""
    orgs = sales_orgs_of_site(connection, site_id) if level_id else ()
    books = (
        price_book(connection, PriceContext(sales_org_id=one, level_id=level_id), at_us)
        for one in orgs
    )
    return Prices(
        books=tuple(one for one in books if one is not None),
        retail=retail_prices(connection, site_id, at_us),
    )


def code_meant(
    connection: Connection, site_id: str, code: str, quantity: str
) -> tuple[str, int, str]:
    """Product, quantity and unit of a scan. Raises: RuleViolation PRODUCT_UNKNOWN …"""
    found = known(connection, site_id, code, quantity)
    return found.product_id, found.qty_micro, found.unit


def find_products(connection: Connection, text: str) -> list[ProductView]:
    """Goods a text means, best first."""
    ids = search(connection, text, limit=FOUND_MAX)
    named = products(connection, ids)
    return [named[one] for one in ids if one in named]


def salespeople(connection: Connection, site_id: str) -> list[tuple[str, str]]:
    """Id and name of the people of the site, by name."""
    found = [(one.user_id, one.name) for one in users_of_site(connection, site_id)]
    return sorted(found, key=lambda one: one[1])


def new_uid(session: Session) -> str:
    """The id of an invoice that is begun: pressing the key twice makes it once."""
    return session.new_uid().hex()


def keep_invoice(session: Session, content: bytes) -> None:
    """Keep the open invoice; durable when this is done."""
    put_draft(session, INVOICE_DRAFT, content)


def drop_invoice(session: Session) -> None:
    """Forget the open invoice."""
    remove_draft(session, INVOICE_DRAFT)


def post_invoice(
    session: Session,
    customer_id: str,
    basket: Sequence[BasketLine],
    given: Sequence[Given],
    *,
    level_id: str,
    on_credit: bool,
    salesperson_id: str,
    approver_id: str,
    note: str,
    uid: str,
    choices: Choices = NO_CHOICES,
    promoted_at_us: int = 0,
) -> Sold:
    """Post the open invoice and forget it in one breath. Raises as ``sell_invoice``."""
    done = sell_invoice(
        session,
        customer_id,
        basket,
        given,
        buyer=Buyer(level_id=level_id),
        on_credit=on_credit,
        salesperson_id=salesperson_id,
        approver_id=approver_id,
        note=note,
        uid=bytes.fromhex(uid),
        choices=choices,
        promoted_at_us=promoted_at_us,
    )
    remove_draft(session, INVOICE_DRAFT)
    return done
