"""The warehouse's screens, given what they ask of other areas."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from desktop.pricing.usecases import retail_values
from desktop.stock.usecases import DocumentName, Sources
from desktop.stock.view.moving import MovementsScreen
from desktop.stock.view.report import ReportScreen
from desktop.stock.view.stock import StockScreen
from desktop.stocktake.usecases import check_may_see_book
from desktop.stocktake.view.supervising import StocktakeScreen
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from shared.reporting.queries.documents import documents_named
from shared.reporting.queries.heard import last_heard

_SCREENS = {
    "movement": "movements",
    "count": "stocktake",
    "sale": "sales",
    "shipment": "shipments",
    "receipt": "receiving",
}
"""Which screen shows a kind of document."""


def _documents(connection: Connection, documents: Sequence[str]) -> Mapping[str, DocumentName]:
    return {
        uid: DocumentName(
            document=one.subject,
            number=one.number,
            kind=one.kind,
            screen=_SCREENS.get(one.kind, ""),
        )
        for uid, one in documents_named(connection, documents).items()
    }


SOURCES = Sources(
    check_book=check_may_see_book, values_of=retail_values, documents=_documents
)


def stock(frame: Frame) -> Screen:
    """The stock of a site."""
    return StockScreen(frame, sources=SOURCES)


def stock_report(frame: Frame) -> Screen:
    """进销存."""
    return ReportScreen(frame, sources=SOURCES)


def movements(frame: Frame) -> Screen:
    """Goods in and out by type."""
    return MovementsScreen(frame, sources=SOURCES)


def stocktake(frame: Frame) -> Screen:
    """Counts from opening to posting."""
    identity = frame.desk.store.identity
    own = identity.device_id if identity else ""

    def heard(connection: Connection, site_id: str) -> Sequence[tuple[str, int]]:
        return last_heard(connection, site_id, own)

    return StocktakeScreen(frame, last_heard=heard)
