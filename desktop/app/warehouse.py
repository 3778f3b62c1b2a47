"""The warehouse's screens, given what they ask of other areas."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from desktop.app.taking import ask_own_goods
from desktop.pricing.usecases import retail_values
from desktop.pricing.usecases.labels import note_labels
from desktop.stock.usecases import DocumentName, LabelJob, LabelsMade, Sources
from desktop.stock.view.labels import LabelsScreen
from desktop.stock.view.moving import MovementsScreen
from desktop.stock.view.report import ReportScreen
from desktop.stock.view.stock import StockScreen
from desktop.stocktake.usecases import check_may_see_book
from desktop.stocktake.view.supervising import StocktakeScreen
from desktop.store.session import Session
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from shared.pricing.queries.labels import LabelsDue, goods_to_label, labels_due
from shared.pricing.queries.prices import sales_orgs_of_site
from shared.pricing.queries.stated import stated_rows
from shared.pricing.queries.versions import active_version
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


def _price_version(connection: Connection, site_id: str, at_us: int) -> int:
    orgs = sales_orgs_of_site(connection, site_id)
    active = [active_version(connection, org, at_us) for org in orgs]
    return max((one.number for one in active if one is not None), default=0)


def _changed_prices(connection: Connection, site_id: str, at_us: int) -> Sequence[str]:
    """What the versions in force for the site's sales organisations state themselves."""
    changed = set[str]()
    for org in sales_orgs_of_site(connection, site_id):
        active = active_version(connection, org, at_us)
        if active is not None:
            stated = stated_rows(connection, org, active.number)
            changed |= {one.row.product_id for one in stated if one.number == active.number}
    return sorted(changed - {""})


def _label_jobs(connection: Connection, site_id: str, at_us: int) -> list[LabelJob]:
    return [
        LabelJob(
            number=due.number,
            is_open=due.is_open,
            product_ids=tuple(goods_to_label(connection, site_id, due)) if due.is_open else (),
            made=tuple(
                LabelsMade(
                    device_id=one.device_id, labels=one.labels, printed_at_us=one.printed_at_us
                )
                for one in due.prints
            ),
            due=due,
        )
        for due in labels_due(connection, site_id, at_us)
    ]


def _note_labels(session: Session, job: LabelJob, products: int, labels: int) -> None:
    assert isinstance(job.due, LabelsDue), "jobs are made above"
    note_labels(session, job.due, products, labels)


SOURCES = Sources(
    check_book=check_may_see_book,
    values_of=retail_values,
    documents=_documents,
    price_version=_price_version,
    changed_prices=_changed_prices,
    label_jobs=_label_jobs,
    note_labels=_note_labels,
)


def stock(frame: Frame) -> Screen:
    """The stock of a site."""
    return StockScreen(frame, sources=SOURCES)


def stock_report(frame: Frame) -> Screen:
    """进销存."""
    return ReportScreen(frame, sources=SOURCES)


def labels(frame: Frame) -> Screen:
    """Labels for shelves and goods."""
    return LabelsScreen(frame, sources=SOURCES)


def movements(frame: Frame) -> Screen:
    """Goods in and out by type; goods nobody knows are taken up where they are bought."""
    return MovementsScreen(frame, sources=SOURCES, take_up=ask_own_goods)


def stocktake(frame: Frame) -> Screen:
    """Counts from opening to posting."""
    identity = frame.desk.store.identity
    own = identity.device_id if identity else ""

    def heard(connection: Connection, site_id: str) -> Sequence[tuple[str, int]]:
        return last_heard(connection, site_id, own)

    return StocktakeScreen(frame, last_heard=heard)
