"""What the order editor reads of the store: rows, codes, suggestions, credit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from desktop.catalog.usecases import scanned
from desktop.store.identity import load_state
from desktop.store.settings import setting_of, settings_under
from shared.catalog.pasting import PastedLine, Scanned, read_lines
from shared.catalog.queries import by_barcode, products, visible_products
from shared.catalog.search import search
from shared.channel.queries import AccountView
from shared.channel.tables import sales_org
from shared.core.errors import RuleViolation
from shared.core.importing import Problem, Sheet
from shared.core.rounding import MICRO
from shared.ordering.queries.deciding import credit
from shared.ordering.queries.orders import lines as order_lines
from shared.ordering.queries.promoting import whole_lines
from shared.ordering.queries.suggesting import (
    GoodsFacts,
    Levels,
    goods_facts,
    last_order,
    line_prices,
    packs_of_all,
    since,
    site_levels,
    wanted_again,
)
from shared.ordering.rules import Cover, Credit, Suggestion, suggest
from shared.pricing.rules import Price

LOOKED_BACK: Final = "order.looked_back_days"
COVER_DAYS: Final = "order.cover_days"
PACK_RULE: Final = "order.pack"
PACK_RULES: Final = ("smallest", "largest", "none")
FOUND_MAX: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Who orders, where and when; the same for all reads of a moment."""

    site_id: str
    account: AccountView
    at_us: int
    today: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How suggestions are made on this device."""

    cover: Cover
    pack_rule: str

    @classmethod
    def usual(cls) -> "Wish":
        """What holds where nobody set anything."""
        return cls(cover=Cover(), pack_rule=PACK_RULES[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A product with its facts and the account's price of now."""

    facts: GoodsFacts
    price: Price | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGoods:
    """A hit of the search, as the list under the field shows it."""

    product_id: str
    code: str
    name: str
    spec: str


def wish_of(connection: Connection) -> Wish:
    """The parameters of the suggestion rule, from this device's settings."""
    told = settings_under(connection, "order.")
    days = [_days(told.get(LOOKED_BACK, ""), 14), _days(told.get(COVER_DAYS, ""), 21)]
    rule = setting_of(connection, PACK_RULE, PACK_RULES[0])
    cover = Cover(looked_back=days[0], target=days[1])
    return Wish(cover=cover, pack_rule=rule if rule in PACK_RULES else PACK_RULES[0])


def _days(text: str, default: int) -> int:
    return int(text) if text.isdigit() and 0 < int(text) <= 366 else default


def read_levels(connection: Connection, where: Where) -> Levels:
    """Stock and what is coming, for the whole site."""
    return site_levels(connection, where.account.account_id, where.site_id)


def read_goods(
    connection: Connection,
    where: Where,
    wanted: Mapping[str, int],
    levels: Levels,
    cover: Cover,
) -> tuple[int, dict[str, Goods]]:
    """Facts and prices of products by id, for the quantities wanted; and the price version."""
    facts = goods_facts(
        connection,
        where.account.account_id,
        where.site_id,
        list(wanted),
        levels,
        at_us=where.at_us,
        today=where.today,
        cover=cover,
    )
    version, prices = line_prices(connection, where.account.account_id, wanted, where.at_us)
    return version, {one: Goods(facts=fact, price=prices.get(one)) for one, fact in facts.items()}


def read_prices(
    connection: Connection, where: Where, wanted: Mapping[str, int]
) -> tuple[int, dict[str, Price]]:
    """The price version and what the account pays for so much of each product."""
    return line_prices(connection, where.account.account_id, wanted, where.at_us)


def org_names(connection: Connection) -> dict[str, str]:
    """What sales organisations are called, by id."""
    rows = connection.execute(select(sales_org.c.id, sales_org.c.name))
    return {row.id: row.name for row in rows}


def synced_at(connection: Connection) -> int:
    """When this device last heard everything of head office; 0 = never."""
    return load_state(connection).synced_at_us


def read_suggestions(
    connection: Connection, where: Where, levels: Levels, wish: Wish
) -> tuple[dict[str, Goods], dict[str, Suggestion]]:
    """All goods of the list that want ordering, with their facts and the reasons."""
    ids = wanted_again(
        connection,
        where.account.account_id,
        where.site_id,
        at_us=where.at_us,
        from_day=since(where.today, wish.cover.looked_back),
    )
    facts = goods_facts(
        connection,
        where.account.account_id,
        where.site_id,
        ids,
        levels,
        at_us=where.at_us,
        today=where.today,
        cover=wish.cover,
    )
    found = {one: suggestion_of(facts[one], wish) for one in ids if one in facts}
    some = {one: made for one, made in found.items() if made.suggested_micro}
    wanted = {one: made.suggested_micro for one, made in some.items()}
    _, prices = line_prices(connection, where.account.account_id, wanted, where.at_us)
    # What has no price cannot be ordered and is not suggested.
    goods = {one: Goods(facts=facts[one], price=prices[one]) for one in some if one in prices}
    return goods, {one: some[one] for one in goods}


def suggestion_of(facts: GoodsFacts, wish: Wish) -> Suggestion:
    """What the rule says of one product."""
    larger = [pack.factor_micro for pack in facts.packs if pack.factor_micro > MICRO]
    pack_micro = MICRO
    if larger and wish.pack_rule != "none":
        pack_micro = max(larger) if wish.pack_rule == "largest" else min(larger)
    return suggest(facts.standing, wish.cover, pack_micro)


def read_code(
    connection: Connection, where: Where, code: str, quantity: str = "1"
) -> tuple[str, int, str]:
    """Product, quantity and unit of a code that the account may order (B02, B08).

    Raises: RuleViolation GOODS_NOT_IN_LIST, which says nothing of the product, and what quantities
    raise.
    """
    found = scanned(connection, where.site_id, code, quantity)
    visible = visible_products(
        connection, where.account.account_id, [found.product_id], at_us=where.at_us
    )
    if found.product_id not in visible:
        raise RuleViolation("GOODS_NOT_IN_LIST")
    return found.product_id, found.qty_micro, found.unit


def find_goods(connection: Connection, where: Where, text: str) -> list[FoundGoods]:
    """Goods the account may order that a text means: code, name, spec, barcode, pinyin (B06)."""
    ids = search(connection, text, limit=FOUND_MAX * 4)
    visible = visible_products(connection, where.account.account_id, ids, at_us=where.at_us)
    shown = [one for one in ids if one in visible][:FOUND_MAX]
    known = products(connection, shown)
    return [
        FoundGoods(
            product_id=one,
            code=known[one].code,
            name=known[one].name,
            spec=known[one].spec,
        )
        for one in shown
    ]


def read_pasted_rows(
    connection: Connection, where: Where, rows: Sequence[Sequence[str]]
) -> tuple[tuple[PastedLine, ...], tuple[Problem, ...]]:
    """Rows of code and quantity; a code that is not on the account's list is a problem, and so is
    less than nothing (E04). A list of all goods has zeros: those rows are not wanted."""
    hits = {row[0]: by_barcode(connection, row[0], site_id=where.site_id) for row in rows if row}
    ids = [hit.product_id for hit in hits.values() if hit is not None]
    # Asked once for all rows: three hundred are pasted within a second.
    visible = visible_products(connection, where.account.account_id, ids, at_us=where.at_us)
    packs = packs_of_all(connection, products(connection, list(visible)))

    def resolve(code: str) -> Scanned | None:
        hit = hits[code] if code in hits else by_barcode(connection, code, site_id=where.site_id)
        if hit is None or hit.product_id not in visible:
            return None
        return Scanned(
            product_id=hit.product_id,
            factor_micro=hit.factor_micro,
            packs=packs[hit.product_id],
        )

    sheet = Sheet(name="", rows=tuple(tuple(row[:2]) for row in rows))
    read, problems = read_lines(sheet, resolve)
    wrong = tuple(
        Problem(
            row_number=line.row_number,
            column="数量",
            code="QUANTITY_NEGATIVE",
            text=" ".join(rows[line.row_number - 1][:2])[:40],
        )
        for line in read
        if line.qty_micro < 0
    )
    told = sorted((*problems, *wrong), key=lambda one: one.row_number)
    return tuple(line for line in read if line.qty_micro > 0), tuple(told)


def read_credit(connection: Connection, where: Where) -> Credit:
    """What the account may still owe, as far as this device knows."""
    account = where.account
    return credit(connection, account.account_id, account.currency, account.credit_limit_minor)


def read_last_order(connection: Connection, where: Where) -> list[tuple[str, int, str]]:
    """Product, quantity and unit of each main line of the account's last order (Ctrl+R)."""
    order_id = last_order(connection, where.account.account_id)
    if not order_id:
        return []
    return [
        (line.asked_product_id, line.qty_micro, line.unit)
        for line in whole_lines(order_lines(connection, order_id, revision=0))
    ]
