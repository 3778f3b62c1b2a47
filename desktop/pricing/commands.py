"""The commands of pricing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from desktop.catalog.usecases import known
from desktop.pricing import usecases
from desktop.pricing.usecases.labels import note_labels
from desktop.store.asking import Nothing, Params, Written, device, instant_us, now_us
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.queries import by_barcode
from shared.catalog.sheets import read_sheets
from shared.channel.tables import level, region
from shared.core.errors import RuleViolation
from shared.core.money import format_unit_price, parse_ratio_micro, parse_unit_price_micro
from shared.core.quantity import parse_quantity
from shared.core.rounding import MICRO
from shared.pricing.importing import read_prices
from shared.pricing.queries import (
    VersionView,
    context_of,
    difference,
    price_book,
    retail_price,
    sales_orgs_of_site,
    spoken_names,
    version_by_number,
    versions,
)
from shared.pricing.queries.labels import goods_to_label, labels_due
from shared.pricing.queries.versions import FOREVER
from shared.pricing.rules import (
    RETAIL,
    RETAIL_ONLY,
    Price,
    PriceContext,
    PriceRow,
    Step,
    category_lookup,
    list_or_ratio,
    read_aloud,
    retail_ratio,
)


class RowParams(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One change: a price or a ratio, as text; neither takes the parent's row away."""

    product: str = ""
    brand: str = ""
    dimension: str = RETAIL
    price: str = ""
    ratio: str = ""
    from_qty: str = "0"
    is_removed: bool = False


class Logic(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A logic by name: ``retail_ratio``, ``category_lookup`` or ``list_or_ratio`` (C04-C06)."""

    name: str = "retail_ratio"
    fallbacks: tuple[str, ...] = ()
    lists: dict[str, str] = msgspec.field(default_factory=dict)
    """For ``list_or_ratio``: brand to price list."""
    decimals: int = 2


class PricePublish(Params, kw_only=True):
    """A version as changes against its parent, approved by a second person."""

    sales_org: str
    rows: tuple[RowParams, ...] = ()
    file: str = ""
    """A csv, xlsx or xls file of prices beside, or instead of, the rows."""
    logic: Logic | None = None
    """Left out: the parent's logic."""
    approver: str
    effective_at: str = ""
    parent: int | None = None
    reason: str = ""
    message: str = ""
    """What devices are told of it."""
    labels: bool = False
    """Ask shops for new labels of what changed."""


def _row(asked: RowParams) -> PriceRow:
    return PriceRow(
        product_id=asked.product,
        brand=asked.brand,
        dimension=asked.dimension,
        unit_price_micro=parse_unit_price_micro(asked.price) if asked.price else 0,
        ratio_micro=parse_ratio_micro(asked.ratio) if asked.ratio else 0,
        from_qty_micro=parse_quantity(asked.from_qty),
        is_removed=asked.is_removed,
    )


def _steps(store: Store, asked: PricePublish) -> Sequence[Step]:
    if asked.logic is None:
        return store.read(lambda connection: _steps_of_parent(connection, asked))
    made = {
        "retail_ratio": lambda one: retail_ratio(decimals=one.decimals),
        "category_lookup": lambda one: category_lookup(*one.fallbacks),
        "list_or_ratio": lambda one: list_or_ratio(one.lists, decimals=one.decimals),
    }
    if asked.logic.name not in made:
        raise RuleViolation("LOGIC_UNKNOWN", logic=asked.logic.name)
    return made[asked.logic.name](asked.logic)


def _steps_of_parent(connection: Connection, asked: PricePublish) -> Sequence[Step]:
    numbers = [one.number for one in versions(connection, asked.sales_org)]
    number = max(numbers, default=0) if asked.parent is None else asked.parent
    found = version_by_number(connection, asked.sales_org, number)
    if found is None:
        raise RuleViolation("LOGIC_EMPTY")
    return found.steps


def _rows_of_file(connection: Connection, asked: PricePublish) -> list[PriceRow]:
    path = Path(asked.file)
    if not path.is_file():
        raise RuleViolation("FILE_MISSING", file=path.name)

    def product_of(code: str) -> str | None:
        hit = by_barcode(connection, code)
        return hit.product_id if hit else None

    found = read_prices(
        read_sheets(path.read_bytes(), path.name),
        product_of=product_of,
        levels={one.id: one.name for one in connection.execute(select(level.c.id, level.c.name))},
        regions={
            one.region_id: one.name
            for one in connection.execute(select(region.c.region_id, region.c.name))
        },
    )
    if found.problems:
        first = found.problems[0]
        raise RuleViolation(
            "ROWS_REFUSED",
            file=path.name,
            rows=found.rows_refused,
            row=first.row_number,
            column=first.column,
            code=first.code,
        )
    return [one.row for one in found.items if one.sales_org_id in ("", asked.sales_org)]


def _publish(store: Store, asked: PricePublish) -> dict[str, object]:
    rows = [_row(one) for one in asked.rows]
    if asked.file:
        rows += store.read(lambda connection: _rows_of_file(connection, asked))
    done = store.write(
        usecases.publish_prices,
        asked.sales_org,
        rows,
        _steps(store, asked),
        approver_id=asked.approver,
        effective_at_us=instant_us(asked.effective_at) if asked.effective_at else 0,
        parent_number=asked.parent,
        reason=asked.reason,
        message=asked.message,
        prints_labels=asked.labels,
    )
    return {"version": done.value, "rows": len(rows)}


class OwnPrice(Params):
    """The shop's own price; an empty one takes it back."""

    code: str
    price: str = ""


def _own_price(store: Store, asked: OwnPrice) -> Written:
    site_id = device(store).site_id
    found = store.read(lambda connection: known(connection, site_id, asked.code))
    price_micro = parse_unit_price_micro(asked.price) if asked.price else 0
    return Written.of(store.write(usecases.set_own_price, found.product_id, price_micro).value)


class OfSalesOrg(Params):
    """A sales organisation."""

    sales_org: str


def _versions(store: Store, asked: OfSalesOrg) -> list[VersionView]:
    return store.read(lambda connection: versions(connection, asked.sales_org))


class PriceDiff(Params, kw_only=True):
    """Two sealed versions as an account or a level reads them; nobody named: retail."""

    sales_org: str
    older: int
    newer: int
    account: str = ""
    level: str = ""


def _diff(store: Store, asked: PriceDiff) -> dict[str, object]:
    changes = store.read(lambda connection: _changes(connection, asked))
    ups = sum(1 for _, before, after in changes if before and after and after > before)
    downs = sum(1 for _, before, after in changes if before and after and after < before)
    return {
        "changed": len(changes),
        "up": ups,
        "down": downs,
        "new": sum(1 for _, before, _after in changes if before is None),
        "gone": sum(1 for _, _before, after in changes if after is None),
        "products": [
            {"product": one, "before": _text(before), "after": _text(after)}
            for one, before, after in changes
        ],
    }


def _changes(connection: Connection, asked: PriceDiff) -> list[tuple[str, int | None, int | None]]:
    older = version_by_number(connection, asked.sales_org, asked.older)
    newer = version_by_number(connection, asked.sales_org, asked.newer)
    if older is None or newer is None:
        raise RuleViolation("VERSION_UNKNOWN", number=asked.newer if older else asked.older)
    if asked.account:
        context = context_of(connection, asked.account, newer.effective_at_us)
    else:
        context = PriceContext(sales_org_id=asked.sales_org, level_id=asked.level)
    if not asked.account and not asked.level:
        older, newer = (replace(one, steps=RETAIL_ONLY) for one in (older, newer))
    return [
        (
            one.product_id,
            one.before.unit_price_micro if one.before else None,
            one.after.unit_price_micro if one.after else None,
        )
        for one in difference(connection, context, older, newer)
    ]


def _text(price_micro: int | None) -> str:
    return "" if price_micro is None else format_unit_price(price_micro)


class PriceOf(Params, kw_only=True):
    """A product for an account or a level, or for the consumer, at an instant (C03)."""

    code: str
    account: str = ""
    level: str = ""
    sales_org: str = ""
    """With a level: whose price; '' is the site's first one."""
    qty: str = "1"
    at: str = ""
    known: str = ""
    """As known at this instant; '' = as known now (C10)."""
    language: str = "zh"


_NONE: Final[dict[str, object]] = {"price": "", "why": ""}


def _price_of(store: Store, asked: PriceOf) -> dict[str, object]:
    site_id = device(store).site_id
    at_us = instant_us(asked.at) if asked.at else now_us(store)

    def find(connection: Connection) -> dict[str, object]:
        goods = known(connection, site_id, asked.code, asked.qty)
        found = _found(connection, site_id, asked, goods.product_id, goods.qty_micro, at_us)
        if found is None:
            return {"product": goods.product_id, **_NONE}
        return {
            "product": goods.product_id,
            "price": format_unit_price(found.unit_price_micro),
            "unit_price_micro": found.unit_price_micro,
            "version": found.version,
            "why": read_aloud(found, spoken_names(connection), language=asked.language),
        }

    return store.read(find)


def _found(
    connection: Connection,
    site_id: str,
    asked: PriceOf,
    product_id: str,
    qty_micro: int,
    at_us: int,
) -> Price | None:
    known_at_us = instant_us(asked.known) if asked.known else FOREVER
    if not asked.account and not asked.level and not asked.sales_org:
        return retail_price(
            connection,
            site_id,
            product_id,
            at_us,
            qty_micro=max(qty_micro, MICRO),
            known_at_us=known_at_us,
        )
    if asked.account:
        context = context_of(connection, asked.account, at_us, level_id=asked.level)
    else:
        orgs = (asked.sales_org,) if asked.sales_org else sales_orgs_of_site(connection, site_id)
        context = PriceContext(sales_org_id=next(iter(orgs), ""), level_id=asked.level)
    is_retail = not asked.account and not asked.level
    book = price_book(connection, context, at_us, known_at_us=known_at_us, retail=is_retail)
    return book.price(product_id, qty_micro=max(qty_micro, MICRO)) if book else None


def _labels_due(store: Store, _asked: Nothing) -> list[dict[str, object]]:
    site_id, at_us = device(store).site_id, now_us(store)
    return store.read(
        lambda one: [
            {
                "sales_org": due.sales_org_id,
                "number": due.number,
                "is_open": due.is_open,
                "products": list(goods_to_label(one, site_id, due)) if due.is_open else [],
                "printed_by": [made.device_id for made in due.prints],
            }
            for due in labels_due(one, site_id, at_us)
        ]
    )


class LabelsMade(Params):
    """How many labels were printed of a sales organisation's open job."""

    sales_org: str
    labels: int


def _labels_printed(store: Store, asked: LabelsMade) -> Written:
    site_id, at_us = device(store).site_id, now_us(store)
    jobs = store.read(lambda one: labels_due(one, site_id, at_us))
    due = next((one for one in jobs if one.is_open and one.sales_org_id == asked.sales_org), None)
    if due is None:
        raise RuleViolation("NO_LABELS_DUE", sales_org_id=asked.sales_org[:40])
    products = store.read(lambda one: goods_to_label(one, site_id, due))
    return Written.of(store.write(note_labels, due, len(products), asked.labels).value)


COMMANDS = (
    Command(
        name="price-publish",
        summary="Ask head office to seal the next price version.",
        params=PricePublish,
        run=_publish,
    ),
    Command(
        name="own-price",
        summary="Set the shop's own price of a product.",
        params=OwnPrice,
        run=_own_price,
    ),
    Command(
        name="labels-due",
        summary="The labels price versions asked this shop for, and who printed them.",
        params=Nothing,
        run=_labels_due,
    ),
    Command(
        name="labels-printed",
        summary="Tell that the labels head office asked for were printed.",
        params=LabelsMade,
        run=_labels_printed,
    ),
    Command(
        name="price-versions",
        summary="The versions of a sales organisation, newest first.",
        params=OfSalesOrg,
        run=_versions,
    ),
    Command(
        name="price-diff",
        summary="What two versions price differently.",
        params=PriceDiff,
        run=_diff,
    ),
    Command(
        name="price-of",
        summary="A price at an instant, read aloud with its reasons.",
        params=PriceOf,
        run=_price_of,
    ),
)
