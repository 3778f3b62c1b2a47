"""The commands of revisions: change what was granted, see the difference, confirm or refuse."""

from sqlalchemy import Connection

from desktop.catalog.usecases import known
from desktop.ordering.commands.naming import OfOrder, find_order, order_id_of
from desktop.ordering.usecases.revising import answer_revision, revise_order
from desktop.store.asking import Params, Written
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.queries import packs_of
from shared.core.quantity import parse_quantity
from shared.ordering.queries.orders import lines, order
from shared.ordering.queries.revising import (
    planned_shipments,
    price_doubts,
    revision_difference,
    revisions,
)
from shared.ordering.rules import LineChange


class ChangeParams(Params):
    """A line by number, and what changes of it."""

    line: int
    qty: str = ""
    product: str = ""
    """Code of a substitute."""
    delivery_date: str | None = None
    reason: str = ""


class OrderRevise(OfOrder):
    """Lines that are not named stay as they were granted."""

    lines: tuple[ChangeParams, ...]
    note: str = ""


def _revise(store: Store, asked: OrderRevise) -> Written:
    order_id = find_order(store, asked.order)
    changes = store.read(lambda one: [_change(one, order_id, line) for line in asked.lines])
    return Written.of(store.write(revise_order, order_id, changes, note=asked.note).value.header)


def _change(connection: Connection, order_id: str, asked: ChangeParams) -> LineChange:
    held = {one.line_no: one.product_id for one in lines(connection, order_id)}
    product_id = known(connection, "", asked.product).product_id if asked.product else ""
    named = product_id or held.get(asked.line, "")
    packs = packs_of(connection, named) if named else ()
    return LineChange(
        line_no=asked.line,
        accepted_micro=parse_quantity(asked.qty, packs) if asked.qty else None,
        product_id=product_id,
        delivery_date=asked.delivery_date,
        reason=asked.reason,
    )


class OrderAnswer(OfOrder):
    """Confirm the revision that waits, or refuse it."""

    refuse: bool = False
    note: str = ""


def _answer(store: Store, asked: OrderAnswer) -> Written:
    order_id = find_order(store, asked.order)
    done = store.write(answer_revision, order_id, is_confirmed=not asked.refuse, note=asked.note)
    return Written.of(done.value)


class OrderRevisions(OfOrder):
    """The revisions of an order and what each changes; planned shipments; prices in doubt."""


def _revisions(store: Store, asked: OrderRevisions) -> dict[str, object]:
    def read(connection: Connection) -> dict[str, object]:
        order_id = order_id_of(connection, asked.order)
        found = order(connection, order_id)
        assert found is not None, "was found just before"
        return {
            "revisions": [
                {
                    "revision": one,
                    "differences": revision_difference(
                        connection, order_id, one.base, one.revision
                    ),
                }
                for one in revisions(connection, order_id)
            ],
            "planned": planned_shipments(connection, found),
            "price_doubts": price_doubts(connection, found),
        }

    return store.read(read)


COMMANDS = (
    Command(
        name="order-revise",
        summary="Change dates, quantities or goods of an accepted order.",
        params=OrderRevise,
        run=_revise,
    ),
    Command(
        name="order-confirm",
        summary="Confirm or refuse a revised order.",
        params=OrderAnswer,
        run=_answer,
    ),
    Command(
        name="order-revisions",
        summary="What revisions change, what ships when, which prices differ.",
        params=OrderRevisions,
        run=_revisions,
    ),
)
