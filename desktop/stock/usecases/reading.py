"""What screens read of the stock; every book figure goes past the check of who counts blind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.catalog.usecases import known
from desktop.store.identity import load_state
from desktop.store.session import Session
from shared.catalog.queries import packs_of, product, products, suppliers
from shared.channel.queries import site_of as site_view
from shared.channel.tables import channel_account, site
from shared.core.clock import HOME_ZONE, business_day
from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor
from shared.core.quantity import Pack
from shared.ordering.queries import on_road
from shared.stock.queries import (
    CardLine,
    MovementView,
    Place,
    StockLine,
    StockRow,
    StockSite,
    TransferLine,
    TransferView,
    movements,
    on_hand_micro,
    places_of,
    stock_card,
    stock_overview,
    stock_report,
    stock_sites,
    transfer_lines,
    transfers_of,
    type_named,
    type_names,
)
from shared.stock.rules import MovementType, Status, location, standing_lots


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentName:
    """A document as other screens call it, and where it is looked at."""

    document: str
    number: str
    kind: str
    """``sale movement transfer shipment receipt purchase count``, or ''."""
    screen: str = ""
    """The screen that shows it; '' when none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsMade:
    """Labels were printed by a device of the site."""

    device_id: str
    labels: int
    printed_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelJob:
    """Labels head office asked the site for, with new prices (B07)."""

    number: int
    """The price version whose prices they show."""
    is_open: bool
    """Nobody at the site printed them yet."""
    product_ids: tuple[str, ...]
    """What changed; empty once they are printed."""
    made: tuple[LabelsMade, ...]
    """Who printed them, the first one first: two and more printed them twice."""
    due: object
    """What the area above knows it by."""

    @property
    def was_doubled(self) -> bool:
        """Whether two devices printed the same labels, neither knowing of the other."""
        return len({one.device_id for one in self.made}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What stock asks of the areas above it; the program puts them in."""

    check_book: Callable[[Connection, str, str], None]
    """Raises AccessDenied BLIND_COUNT when this person counts blind at the site now (H04)."""
    values_of: Callable[[Connection, str, Sequence[str], int], Mapping[str, int]]
    """Unit values at a site at an instant, at 10⁻⁶."""
    documents: Callable[[Connection, Sequence[str]], Mapping[str, DocumentName]]
    """The names of documents by uid text."""
    price_version: Callable[[Connection, str, int], int]
    """The number of the price version in force at a site at an instant; 0 = none."""
    changed_prices: Callable[[Connection, str, int], Sequence[str]]
    """The products that version states a price of, which its parent did not."""
    label_jobs: Callable[[Connection, str, int], Sequence[LabelJob]]
    """The labels head office asked a site for, by sales organisation."""
    note_labels: Callable[[Session, LabelJob, int, int], object]
    """Writes down that a job was printed: so many products, so many labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPage:
    """The stock of a site, with what it is worth."""

    site: StockSite
    rows: tuple[StockRow, ...]
    values_minor: Mapping[str, int]
    """Worth of what is sellable by product, in minor units."""
    sites: tuple[StockSite, ...]
    """The sites whose stock this device holds."""
    currency: str
    as_of_us: int
    """0 = exact, the books are kept here; else when head office was met last (G04)."""
    places: Mapping[str, str]
    """Names of sites by id."""
    day: str
    """The business day at the site: what is past on it, and what ends soon (B09)."""


def read_stock(
    connection: Connection,
    sources: Sources,
    site_id: str,
    own_site_id: str,
    person_id: str,
    at_us: int,
) -> StockPage:
    """The stock of a site as this person may see it (G04, G05).

    Raises: AccessDenied BLIND_COUNT; RuleViolation SITE_UNKNOWN.
    """
    sites = stock_sites(connection)
    place = site_view(connection, site_id)
    if place is None:
        raise RuleViolation("SITE_UNKNOWN", site_id=site_id or "-")
    for one in {site_id, own_site_id} - {""}:
        sources.check_book(connection, one, person_id)
    rows = stock_overview(connection, site_id, at_us)
    values = sources.values_of(connection, site_id, [row.product_id for row in rows], at_us)
    return StockPage(
        site=StockSite(site_id=site_id, name=place.name),
        rows=tuple(rows),
        values_minor={
            row.product_id: line_amount_minor(
                row.on_hand_micro, values.get(row.product_id, 0), place.currency
            )
            for row in rows
        },
        sites=tuple(sites),
        currency=place.currency,
        as_of_us=0 if site_id == own_site_id else load_state(connection).synced_at_us,
        places={one.site_id: one.name for one in sites},
        day=business_day(at_us, place.zone or HOME_ZONE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A product's card at a site."""

    goods: "GoodsName"
    lines: tuple[CardLine, ...]
    """Newest first."""
    places: tuple[Place, ...]
    documents: Mapping[str, DocumentName]
    sites: Mapping[str, str]
    """Names of the sites that are met in it."""

    @property
    def lots(self) -> list[tuple[str, int]]:
        """What is left to sell of each lot, the first to end first (B09)."""
        return standing_lots(
            (one.lot, one.qty_micro) for one in self.places if one.status == Status.SELLABLE
        )


def read_card(
    connection: Connection, sources: Sources, site_id: str, product_id: str, person_id: str
) -> Card:
    """The moves of a product with the balance after each. Raises: AccessDenied BLIND_COUNT."""
    sources.check_book(connection, site_id, person_id)
    lines = stock_card(connection, site_id, product_id)
    names = connection.execute(select(site.c.id, site.c.name))
    return Card(
        goods=goods_of(connection, product_id),
        lines=tuple(lines),
        places=tuple(places_of(connection, site_id, product_id)),
        documents=sources.documents(
            connection, sorted({one.document for one in lines if one.document})
        ),
        sites={row.id: row.name for row in names},
    )


def read_report(
    connection: Connection,
    sources: Sources,
    site_id: str,
    from_day: str,
    to_day: str,
    person_id: str,
) -> list[tuple["GoodsName", StockLine]]:
    """进销存 of a site's sellable stock, by code (O02).

    Raises: AccessDenied BLIND_COUNT; RuleViolation DETAIL_AT_HEAD_OFFICE.
    """
    sources.check_book(connection, site_id, person_id)
    lines = stock_report(connection, location(site_id), from_day, to_day)
    shown = [one for one in lines if one.opening_micro or one.in_micro or one.out_micro]
    found = products(connection, [one.product_id for one in shown])
    named = [
        (
            GoodsName(
                product_id=one.product_id,
                code=goods.code if goods else one.product_id,
                name=goods.name if goods else one.product_id,
                unit=goods.base_unit if goods else "",
                brand=goods.brand if goods else "",
            ),
            one,
        )
        for one in shown
        for goods in (found.get(one.product_id),)
    ]
    return sorted(named, key=lambda pair: pair[0].code)


# Movements


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsName:
    """A product as a line names it, with the units it is counted in."""

    product_id: str
    code: str
    name: str
    unit: str
    spec: str = ""
    brand: str = ""
    packs: tuple[Pack, ...] = ()


def goods_of(connection: Connection, product_id: str) -> GoodsName:
    """A product by its id; the id itself where nobody here knows it."""
    found = product(connection, product_id)
    return GoodsName(
        product_id=product_id,
        code=found.code if found else product_id,
        name=found.name if found else product_id,
        unit=found.base_unit if found else "",
        spec=found.spec if found else "",
        brand=found.brand if found else "",
        packs=packs_of(connection, product_id),
    )


def goods_named(
    connection: Connection, site_id: str, code: str, quantity: str = "1"
) -> tuple[GoodsName, int]:
    """The product of a scanned or typed code, and how many are meant: ``27``, ``2箱3支``.

    Raises: RuleViolation PRODUCT_UNKNOWN, QUANTITY_UNREADABLE, UNKNOWN_UNIT.
    """
    found = known(connection, site_id, code, quantity)
    return goods_of(connection, found.product_id), found.qty_micro


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeView:
    """A movement type as a person chooses it, with what it asks for."""

    rule: MovementType
    name_zh: str
    name_en: str


_MADE_ELSEWHERE = {"opening", "sales_out", "sales_return", "count_gain", "count_loss", "count"}


def types_to_choose(connection: Connection) -> list[TypeView]:
    """The types a movement can be made of by hand, goods in before goods out.

    What sales, transfers, shipments and counts write by themselves is not offered.
    """
    found = [
        TypeView(rule=type_named(connection, one.id), name_zh=one.name_zh, name_en=one.name_en)
        for one in type_names(connection)
        if one.id not in _MADE_ELSEWHERE
    ]
    offered = [one for one in found if one.rule.counter_location != "transit"]
    return sorted(offered, key=lambda one: (one.rule.direction, one.rule.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyName:
    """Whom goods come from or go to."""

    party_id: str
    name: str


def parties(connection: Connection, site_id: str) -> list[PartyName]:
    """Whom a movement can name: the shop's own suppliers, then the accounts known here."""
    own = [
        PartyName(party_id=one.supplier_id, name=one.name) for one in suppliers(connection, site_id)
    ]
    rows = connection.execute(
        select(channel_account.c.id, channel_account.c.name).order_by(channel_account.c.id)
    )
    return own + [PartyName(party_id=row.id, name=row.name or row.id) for row in rows]


def on_hand_after(
    connection: Connection,
    sources: Sources,
    site_id: str,
    product_ids: Sequence[str],
    person_id: str,
) -> dict[str, int]:
    """The sellable stock of products, for who may see it. Raises: AccessDenied BLIND_COUNT."""
    sources.check_book(connection, site_id, person_id)
    place = location(site_id)
    return {one: on_hand_micro(connection, place, one) for one in product_ids}


def read_movements(connection: Connection, site_id: str) -> list[MovementView]:
    """The documents made here, newest first; no book figure is in them."""
    return movements(connection, site_id)


# Transfers


def read_transfers(
    connection: Connection, site_id: str
) -> tuple[list[TransferView], dict[str, str]]:
    """The ways to and from a site that are not settled, and the names of sites."""
    names = {row.id: row.name for row in connection.execute(select(site.c.id, site.c.name))}
    return transfers_of(connection, site_id, on_road(connection, site_id)), names


def read_transfer(connection: Connection, from_site: str, to_site: str) -> list[TransferLine]:
    """What is under way between two sites and belongs to no order."""
    return transfer_lines(connection, from_site, to_site, on_road(connection, to_site))


def sites_to_send_to(connection: Connection, site_id: str) -> list[StockSite]:
    """The other sites known here, by id."""
    rows = connection.execute(
        select(site.c.id, site.c.name)
        .where(site.c.id != site_id, site.c.is_active == 1)
        .order_by(site.c.id)
    )
    return [StockSite(site_id=row.id, name=row.name) for row in rows]
