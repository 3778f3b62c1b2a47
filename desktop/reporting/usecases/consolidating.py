"""Stock of every site beside each other: what this desktop holds, and the rest from the server."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.reporting.usecases.asking import Report
from shared.reporting.queries.stock_sums import (
    Held,
    StockOfSites,
    open_sites,
    sellable,
    stock_held,
    stock_lines,
)
from shared.reporting.queries.sums import MissingSource, missing_sources
from shared.stock.queries import stock_sites


@dataclass(frozen=True, slots=True, kw_only=True)
class StockHere:
    """What is known without asking anybody."""

    sites: Sequence[tuple[str, str]]
    """Every open site, id and name."""
    held_sites: frozenset[str]
    """Those whose stock is on this desktop."""
    held: Sequence[Held]
    lines: Sequence[StockOfSites]
    missing: Sequence[MissingSource]
    """Devices that were silent for a day or have something left to send."""


def read_stock_here(connection: Connection, at_us: int) -> StockHere:
    """The stock this desktop holds of the open sites, and what it may lack."""
    sites = open_sites(connection)
    known = {site_id for site_id, _name in sites}
    here = frozenset(one.site_id for one in stock_sites(connection)) & known
    held = stock_held(connection, here)
    return StockHere(
        sites=sites,
        held_sites=here,
        held=held,
        lines=stock_lines(connection, held),
        missing=missing_sources(connection, known, at_us),
    )


def join_stock(connection: Connection, held: Collection[Held]) -> list[StockOfSites]:
    """Balances from here and from the server by product, with names."""
    return stock_lines(connection, held)


def held_in(report: Report) -> list[Held]:
    """What a ``stock_of_site`` report says a site has to sell."""
    if not report.columns:
        return []
    places, goods = report.column("location"), report.column("product_id")
    amounts = report.column("qty_micro")
    found = (
        sellable(str(place), str(product_id), int(qty_micro))
        for place, product_id, qty_micro in zip(places, goods, amounts, strict=True)
    )
    return [one for one in found if one is not None]
