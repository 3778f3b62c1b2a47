"""What counters read of counts, and what a new one can be about; no book figure is in it (H04)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.access.queries import people_at, permissions_of
from shared.catalog.queries import ProductView, by_barcode, product, products
from shared.catalog.search import search
from shared.core.ids import uid_text
from shared.core.text import code_text
from shared.stock.queries import is_opened
from shared.stock.rules import location
from shared.stocktake.queries.books import ever_held, held_products
from shared.stocktake.queries.counts import counter_view, counts
from shared.stocktake.rules import CountMode, CountState
from shared.stocktake.tables import stock_count, zone_sheet

# The counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A zone this person may count now."""

    count_id: str
    number: str
    mode: CountMode
    zone_id: str
    zone_name: str
    is_recount: bool
    is_counted: bool
    wanted: tuple[str, ...]
    """What is to be found: of a spot count or a recount; () = whatever is there."""


def work_of(connection: Connection, site_id: str, person_id: str) -> list[Work]:
    """The zones this person may count now, recounts first, newest count first."""
    found: list[Work] = []
    for head in counts(connection, site_id):
        if head.state is CountState.POSTED:
            continue
        view = counter_view(connection, head.id, person_id, at_us=0)
        for zone in view.zones if view else ():
            is_recount = head.state is CountState.REVEALED
            if is_recount and not zone.recount_product_ids:
                continue
            found.append(
                Work(
                    count_id=head.id,
                    number=head.number,
                    mode=head.mode,
                    zone_id=zone.zone_id,
                    zone_name=zone.name or zone.zone_id,
                    is_recount=is_recount,
                    is_counted=zone.is_counted,
                    wanted=(
                        zone.recount_product_ids if is_recount else view.product_ids if view else ()
                    ),
                )
            )
    return sorted(found, key=lambda one: not one.is_recount)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedGoods:
    """A product as a counter sees it: what it is, and nothing of how many there should be."""

    product_id: str
    code: str
    name: str
    spec: str
    unit: str


def goods_for_counter(connection: Connection, product_ids: Sequence[str]) -> list[CountedGoods]:
    """Products by id, in the order asked for."""
    known = products(connection, list(product_ids))
    return [_goods(known[one]) if one in known else _stranger(one) for one in product_ids]


def goods_to_count(connection: Connection, site_id: str, work: Work) -> list[CountedGoods]:
    """What a sheet on paper lists, by code: what is wanted, else all the site has held.

    It says nothing of how many: what is gone stands there as well.
    """
    ids = list(work.wanted) or ever_held(connection, location(site_id))
    return sorted(goods_for_counter(connection, ids), key=lambda one: one.code)


def goods_scanned(
    connection: Connection, site_id: str, code: str
) -> tuple[CountedGoods, int] | None:
    """The product of a code and the pieces one scan stands for; None for an unknown code."""
    hit = by_barcode(connection, code_text(code), site_id=site_id)
    if hit is None:
        return None
    found = product(connection, hit.product_id)
    return (_goods(found) if found else _stranger(hit.product_id)), hit.factor_micro


def goods_searched(connection: Connection, text: str) -> list[CountedGoods]:
    """Products by name, initials or code, for what has no barcode; no figure is in it."""
    return goods_for_counter(connection, search(connection, text, limit=20))


def _goods(one: ProductView) -> CountedGoods:
    return CountedGoods(
        product_id=one.product_id,
        code=one.code,
        name=one.name,
        spec=one.spec,
        unit=one.base_unit,
    )


def _stranger(product_id: str) -> CountedGoods:
    return CountedGoods(product_id=product_id, code=product_id, name=product_id, spec="", unit="")


def books_in_open_mode(
    connection: Connection, count_id: str, person_id: str, at_us: int
) -> Mapping[str, int]:
    """The book by product while an open count is counted; nothing at all in a blind one (H05)."""
    view = counter_view(connection, count_id, person_id, at_us=at_us)
    return view.books if view else {}


# A new count


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a new count can be about here."""

    people: tuple[tuple[str, str], ...]
    brands: tuple[str, ...]
    is_opened: bool


def choices(connection: Connection, site_id: str) -> Choices:
    """People, brands with stock, and whether the site was opened."""
    known = products(connection, held_products(connection, location(site_id)))
    return Choices(
        people=counters_at(connection, site_id),
        brands=tuple(sorted({one.brand for one in known.values()} - {""})),
        is_opened=is_opened(connection, site_id),
    )


def products_of_brand(connection: Connection, site_id: str, brand: str) -> list[str]:
    """What the site holds of a brand, by id."""
    known = products(connection, held_products(connection, location(site_id)))
    return sorted(one.product_id for one in known.values() if one.brand == brand)


def count_numbered(connection: Connection, number: str) -> str:
    """The id of a count by its printed number; '' when none has it."""
    c = stock_count.c
    found = connection.execute(select(c.id).where(c.number == number)).scalar()
    return str(found or "")


def seal_of(connection: Connection, uid: bytes) -> str:
    """The committed digest of a sheet, as its slip prints it: eight groups of four."""
    sheet = select(zone_sheet.c.seal).where(zone_sheet.c.id == uid_text(uid))
    text = str(connection.execute(sheet).scalar() or "")[:32].upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def counters_at(connection: Connection, site_id: str) -> tuple[tuple[str, str], ...]:
    """Id and name of everybody who may count at a site, by name."""
    return tuple(
        (one.user_id, one.name)
        for one in people_at(connection, site_id)
        if "count.run" in permissions_of(connection, one.user_id, site_id)
    )
