"""Figures as screens show them, and their drill-downs held against the documents themselves.

A drill-down names documents. Each is read from the journal and posted anew; what it does to the
figure is added up. So a figure is explained by what people signed, and not by another row.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from desktop.accounts.model.statement import Party, Whose, statement_of
from shared.accounts.queries import balances, entries_of
from shared.accounts.tables import account_balance, account_entry, shift
from shared.areas import REGISTRY
from shared.journal.document import Document, Write
from shared.journal.tables import journal
from shared.reporting.queries.detail import Wish, place_in, report_page
from shared.reporting.tables import site_day, site_day_product, site_day_tender
from shared.sales.queries.shifts import shift_documents, shift_report
from shared.stock.queries import stock_card
from shared.stock.queries.card import places_of
from shared.stock.rules import Status, site_of, status_of
from shared.stock.tables import stock_balance

Effect = Callable[[Sequence[Write]], int]


class Figure(NamedTuple):
    """A figure, the documents its drill-down names, and what one does to it."""

    name: str
    shown: int
    documents: Sequence[str]
    effect: Effect
    before: int = 0
    """What the drill-down itself says stands before them."""


class Explainer:
    """Reads documents of a journal once, as rows."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._posted: dict[str, Sequence[Write]] = {}

    def faults(self, figure: Figure) -> str:
        """Why a figure does not explain itself; '' when it does."""
        total = figure.before
        for document in dict.fromkeys(figure.documents):
            writes = self._writes(document)
            if writes is None:
                return f"{figure.name}: {document} is no document here"
            total += figure.effect(writes)
        if total != figure.shown:
            count = len(set(figure.documents))
            return f"{figure.name}: shows {figure.shown}, its {count} documents come to {total}"
        return ""

    def _writes(self, document: str) -> Sequence[Write] | None:
        if document not in self._posted:
            c = journal.c
            found = select(c.stored).where(c.uid == document, c.verdict == "stored").limit(1)
            stored = self.connection.execute(found).scalar()
            if stored is None:
                return None
            read: Document = REGISTRY.decode(stored)
            self._posted[document] = REGISTRY.post(read)
        return self._posted[document]


def figures_of(connection: Connection, seed: int, most: int) -> Iterator[Figure]:
    """So many figures by chance, of each kind of screen as many as there are chances."""
    chance = random.Random(seed)
    makers = [
        list(_stock(connection)),
        list(_accounts(connection)),
        list(_statements(connection)),
        list(_days(connection)),
        list(_shifts(connection)),
    ]
    made = [one for one in makers if one]
    for _ in range(most):
        yield chance.choice(chance.choice(made))()


Make = Callable[[], Figure]


def _stock(connection: Connection) -> Iterator[Make]:
    """The card of a product: what a site holds of it under a status."""
    b = stock_balance.c
    rows = connection.execute(select(b.end, b.product_id).distinct().order_by(b.end, b.product_id))
    keys = {(site_of(end), status_of(end), product) for end, product in rows if site_of(end)}
    for site_id, status, product_id in sorted(keys):

        def make(site_id: str = site_id, status: str = status, product: str = product_id) -> Figure:
            held = places_of(connection, site_id, product)
            card = stock_card(connection, site_id, product, limit=1_000_000)
            if status == Status.SELLABLE and card:
                assert sum(one.change_micro for one in card) == card[0].balance_micro
            return Figure(
                f"stock {site_id} {product} {status}",
                sum(one.qty_micro for one in held if one.status == status),
                [one.document for one in card],
                lambda writes: _moved(writes, site_id, status, product),
            )

        yield make


def _moved(writes: Sequence[Write], site_id: str, status: str, product_id: str) -> int:
    total = 0
    for table, _, row in writes:
        if table == "stock_move" and row["product_id"] == product_id:
            for column, sign in (("to_location", 1), ("from_location", -1)):
                place = str(row[column])
                if site_of(place) == site_id and status_of(place) == status:
                    total += sign * int(row["qty_micro"])
    return total


def _accounts(connection: Connection) -> Iterator[Make]:
    """What an account holds, by its entries."""
    for name, currency, minor in balances(connection, ""):

        def make(name: str = name, currency: str = currency, minor: int = minor) -> Figure:
            entries = entries_of(connection, name, currency)
            assert sum(one.amount_minor for one in entries) == minor, name
            return Figure(
                f"account {name}",
                minor,
                [one.document for one in entries],
                lambda writes: _entered(writes, name, currency),
            )

        yield make


def _entered(
    writes: Sequence[Write], name: str, currency: str, first: str = "", last: str = "9"
) -> int:
    total = 0
    for table, _, row in writes:
        is_meant = table == "account_entry" and row["currency"] == currency
        if is_meant and first <= str(row["business_day"]) <= last:
            amount = int(row["amount_minor"])
            total += amount if row["debit_account"] == name else 0
            total -= amount if row["credit_account"] == name else 0
    return total


def _statements(connection: Connection) -> Iterator[Make]:
    """A line of a statement: what is owed after it."""
    a, e = account_balance.c, account_entry.c
    owed = select(a.end, a.currency).where(a.end.contains("receivable"))
    days = connection.execute(select(e.business_day).distinct().order_by(e.business_day))
    every = list(days.scalars())
    for name, currency in connection.execute(owed):
        party = Party(
            whose=Whose.OWN, party_id=name, name=name, ledger=name, currency=currency,
            balance_minor=0,
        )  # fmt: skip
        for first in every[:: max(len(every) // 4, 1)]:

            def make(
                party: Party = party, name: str = name, currency: str = currency, first: str = first
            ) -> Figure:
                opening, rows = statement_of(connection, party, first, every[-1], lambda *_: {})
                before = entries_of(connection, name, currency, to_day=_day_before(first))
                return Figure(
                    f"statement {name} from {first}",
                    rows[-1].balance_minor if rows else opening,
                    [*(one.document for one in before), *(one.document for one in rows)],
                    lambda writes: _entered(writes, name, currency, last=every[-1]),
                )

            yield make


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _days(connection: Connection) -> Iterator[Make]:
    """The consolidated figures of a site's day: of all, of a product, of a tender."""
    tables = ((site_day, ""), (site_day_product, "product_id"), (site_day_tender, "tender"))
    for table, key in tables:
        for row in connection.execute(select(table)).mappings():
            if row.get("mode") == "simple" or not row["currency"]:
                continue

            def make(row: Any = row, key: str = key) -> Figure:
                minor = row["amount_minor"] if key else row["sales_minor"] - row["returns_minor"]
                named = str(row[key]) if key else str(row["mode"])
                return Figure(
                    f"day {row['site_id']} {row['business_day']} {named}",
                    minor,
                    _sales_of(connection, row["site_id"], row["business_day"]),
                    lambda writes: _taken(writes, key, named, row["currency"]),
                )

            yield make


def _sales_of(connection: Connection, site_id: str, day: str) -> list[str]:
    """As the panel of a store's day asks for them, page by page."""
    params: dict[str, Any] = {"site_id": site_id, "business_day": day}
    found: list[str] = []
    after = ""
    while True:
        wish = Wish(params=params, site_ids=None, after=place_in(after), limit=50)
        page = report_page(connection, "sales_of_day", wish)
        found += [str(row[0]) for row in page.rows]
        after = page.next_after
        if not after:
            return found


def _taken(writes: Sequence[Write], key: str, named: str, currency: str) -> int:
    head = next((row for table, _, row in writes if table == "sale"), None)
    if head is None or head["currency"] != currency:
        return 0
    if not key:
        return int(head["total_minor"]) if head["mode"] == named else 0
    wanted = {"product_id": "sale_line", "tender": "sale_tender"}[key]
    rows = (row for table, _, row in writes if table == wanted and row[key] == named)
    return sum(int(row["amount_minor"]) for row in rows)


def _shifts(connection: Connection) -> Iterator[Make]:
    """X and Z: what each tender of a shift should come to."""
    for shift_id in connection.execute(select(shift.c.id)).scalars().all():
        report = shift_report(connection, shift_id)
        assert report is not None
        for one in report.tenders:

            def make(
                shift_id: str = shift_id, tender: str = one.tender, minor: int = one.expected_minor
            ) -> Figure:
                return Figure(
                    f"shift {shift_id[-6:]} {tender}",
                    minor,
                    [one.document for one in shift_documents(connection, shift_id)],
                    lambda writes: _in_drawer(writes, shift_id, tender),
                )

            yield make

        def total(shift_id: str = shift_id, minor: int = report.total_minor) -> Figure:
            return Figure(
                f"shift {shift_id[-6:]} total",
                minor,
                [one.document for one in shift_documents(connection, shift_id)],
                lambda writes: sum(
                    int(row["total_minor"])
                    for table, _, row in writes
                    if table == "sale" and row["shift"] == shift_id
                ),
            )

        yield total


def _in_drawer(writes: Sequence[Write], shift_id: str, tender: str) -> int:
    total = 0
    for table, row_id, row in writes:
        if table == "shift" and row_id == shift_id and tender == "cash":
            total += int(row.get("float_minor", 0))
        elif table in ("sale_tender", "drawer_move"):
            is_here = row["shift"] == shift_id and row["tender"] == tender
            total += int(row["amount_minor"]) if is_here else 0
    return total
