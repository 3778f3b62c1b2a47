"""The papers around an invoice: what came back of it, what was paid on it, what is open (E11)."""

from sqlalchemy import Connection

from desktop.store.arrivals import arrived_at
from desktop.store.papers import FlowNode, unsent_of
from shared.access.queries import people_at
from shared.channel.queries import site_name
from shared.sales.queries.flow import InvoiceStep, invoice_flow


def read_invoice_flow(connection: Connection, document: str, device_id: str) -> list[FlowNode]:
    """Opened at a sale, a return or a collection; empty when nothing of it is here."""
    found = invoice_flow(connection, document)
    if found is None:
        return []
    ids = [one.id for one in found.steps]
    unsent, came = unsent_of(connection, ids), arrived_at(connection, ids)
    nodes = [
        FlowNode(
            id=one.id,
            kind=one.kind,
            number=one.number,
            who=_person(connection, one),
            where=site_name(connection, one.site_id),
            at_us=one.happened_at_us,
            amount_minor=one.amount_minor,
            currency=one.currency,
            arrived_at_us=came.get(one.id, 0),
            is_missing=not one.is_here,
            is_known=not one.is_here,
            is_own=one.device_id == device_id,
            is_unsent=one.id in unsent,
        )
        for one in found.steps
    ]
    if found.open_minor:
        # A site's own money is taken here, not at head office: nothing is on its way.
        still = FlowNode(
            kind="collection",
            amount_minor=found.open_minor,
            currency=found.currency,
            is_missing=True,
            is_own=True,
        )
        nodes.append(still)
    return nodes


def _person(connection: Connection, one: InvoiceStep) -> str:
    people = {who.user_id: who.name for who in people_at(connection, one.site_id)}
    return people.get(one.author_id, one.author_id)
