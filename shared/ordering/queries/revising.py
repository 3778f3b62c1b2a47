"""Revisions of granted orders as screens compare them; planned shipments; prices in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.ordering.queries.order_prices import order_book
from shared.ordering.queries.orders import LineView, OrderView, lines
from shared.ordering.rules import RevisionState, StandingLine
from shared.ordering.tables import order_revision


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """A revision of an order: who proposed it, and what became of it (E09)."""

    order_id: str
    revision: int
    base: int
    """The revision it changes; 0 = the decision."""
    state: RevisionState
    needs_confirmation: bool
    accepted_micro: int
    accepted_minor: int
    proposed_by: str
    proposed_at_us: int
    note: str
    settled_by: str
    settled_at_us: int
    answer: str


def revisions(connection: Connection, order_id: str) -> list[RevisionView]:
    """The revisions of an order, newest first."""
    r = order_revision.c
    statement = select(order_revision).where(r.order_id == order_id).order_by(r.revision.desc())
    same = [name for name in RevisionView.__slots__ if name not in ("state", "needs_confirmation")]
    return [
        RevisionView(
            state=RevisionState(row.state),
            needs_confirmation=bool(row.needs_confirmation),
            **{name: getattr(row, name) for name in same},
        )
        for row in connection.execute(statement)
        if row.state
    ]


def waiting_revision(connection: Connection, order_id: str) -> RevisionView | None:
    """The revision its account has to confirm or refuse; None when nothing waits."""
    found = revisions(connection, order_id)
    return next((one for one in found if one.state is RevisionState.WAITING), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionDifference:
    """A line that a revision changes, before and after."""

    line_no: int
    before: LineView
    after: LineView

    @property
    def changed(self) -> tuple[str, ...]:
        """Of ``product_id accepted_micro accepted_minor delivery_date unit_price_micro``."""
        names = (
            "product_id",
            "accepted_micro",
            "accepted_minor",
            "delivery_date",
            "unit_price_micro",
        )
        return tuple(n for n in names if getattr(self.before, n) != getattr(self.after, n))


def revision_difference(
    connection: Connection, order_id: str, base: int, revision: int
) -> list[RevisionDifference]:
    """What a revision changes against the one it is based on, line by line (E09)."""
    after = {one.line_no: one for one in lines(connection, order_id, revision=revision)}
    found = [
        RevisionDifference(line_no=one.line_no, before=one, after=after[one.line_no])
        for one in lines(connection, order_id, revision=base)
    ]
    return [one for one in found if one.changed]


def standing_lines(connection: Connection, order_id: str) -> list[StandingLine]:
    """The lines as the rules of revising want them, in the order's own order."""
    return [
        StandingLine(
            line_no=one.line_no,
            asked_product_id=one.asked_product_id,
            asked_micro=one.qty_micro,
            asked_minor=one.amount_minor,
            is_gift=one.is_gift,
            is_whole_only=one.is_whole_only,
            product_id=one.product_id,
            unit_price_micro=one.unit_price_micro,
            accepted_micro=one.accepted_micro,
            accepted_minor=one.accepted_minor,
            shipped_micro=one.shipped_micro,
            delivery_date=one.delivery_date,
            reason=one.reason,
            price_trail=one.price_trail,
        )
        for one in lines(connection, order_id)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShipment:
    """Goods of an order that are to leave for one day (E03); '' = no day was said."""

    date: str
    lines: tuple[LineView, ...]

    @property
    def qty_micro(self) -> int:
        """What is still to leave of them."""
        return sum(line.to_ship_micro for line in self.lines)


def planned_shipments(connection: Connection, order: OrderView) -> list[PlannedShipment]:
    """What is granted and has not left, by its day: promised, else asked for (E03)."""
    by_date: dict[str, list[LineView]] = {}
    for line in lines(connection, order.id):
        if line.to_ship_micro:
            own = line.delivery_date or order.delivery_date
            date = own or line.requested_date or order.requested_date
            by_date.setdefault(date, []).append(line)
    return [PlannedShipment(date=day, lines=tuple(by_date[day])) for day in sorted(by_date)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDoubt:
    """A line whose price is not what the version it names gives."""

    line_no: int
    product_id: str
    stated_micro: int
    expected_micro: int
    """-1 = the version has no price for it, or is not known here."""


def price_doubts(connection: Connection, order: OrderView) -> list[PriceDoubt]:
    """The lines whose price differs from the version the order names, for who decides.

    Nothing is changed silently: a person sees the difference and accepts, cuts or rejects.
    """
    asked = [one for one in lines(connection, order.id, revision=0) if not one.is_gift]
    expected = _expected(connection, order, asked)
    return [
        PriceDoubt(
            line_no=one.line_no,
            product_id=one.asked_product_id,
            stated_micro=one.list_price_micro or one.unit_price_micro,
            expected_micro=expected.get(one.line_no, -1),
        )
        for one in asked
        if expected.get(one.line_no, -1) != (one.list_price_micro or one.unit_price_micro)
    ]


def _expected(
    connection: Connection, order: OrderView, asked: Sequence[LineView]
) -> dict[int, int]:
    book = order_book(connection, order)
    if book is None:
        return {}
    # Parts of a line were priced as the whole: quantity prices hold for all of it (C09).
    whole: dict[int, int] = {}
    for one in asked:
        first = one.part_of or one.line_no
        whole[first] = whole.get(first, 0) + one.qty_micro
    asked_of = {one.line_no: whole[one.part_of or one.line_no] for one in asked}
    found: dict[int, int] = {}
    for one in asked:
        price = book.price(one.asked_product_id, qty_micro=asked_of.get(one.line_no, one.qty_micro))
        if price is not None:
            found[one.line_no] = price.unit_price_micro
    return found
