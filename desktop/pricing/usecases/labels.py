"""That the labels of a price version were printed here (B07)."""

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.journal.document import Header
from shared.pricing.documents import LabelsPrinted
from shared.pricing.queries.labels import LabelsDue


def note_labels(session: Session, due: LabelsDue, products: int, labels: int) -> Header:
    """Tell the shop's other devices, and head office, that these labels were printed.

    Raises: AccessDenied NOT_PERMITTED.
    """
    require(session, "stock.move")
    return session.append(
        LabelsPrinted(
            sales_org_id=due.sales_org_id,
            number=due.number,
            from_number=due.from_number,
            products=products,
            labels=labels,
        )
    )
