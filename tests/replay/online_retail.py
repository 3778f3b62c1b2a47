"""Reading the invoices of a gift wholesaler: every line of the file, as it stands."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.core.clock import instant_of_local_iso
from shared.core.money import line_amount_minor, parse_unit_price_micro
from shared.core.rounding import MICRO
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.stock.documents import MoveLine, Movement
from shared.stock.rules import SCRAP, location
from tests.replay.files import text_of

ZONE = "Europe/London"
CURRENCY = "GBP"
NOT_GOODS = re.compile(r"(POST|DOT|D|M|m|S|B|C2|CRUK|PADS|AMAZONFEE|BANK CHARGES|gift_0001_\d+)\Z")
WRITE_OFF = "write_off"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file."""

    code: str
    description: str
    quantity: int
    price_micro: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """All lines that carry one invoice number, in the file's order."""

    number: str
    at_us: int
    customer: str
    country: str
    lines: tuple[Line, ...]

    @property
    def is_write_off(self) -> bool:
        """Goods taken off the books at no price: not a sale to anybody, not a return."""
        return not self.number.startswith("C") and all(
            line.quantity < 0 and line.price_micro == 0 for line in self.lines
        )


def read_invoices(
    path: Path, *, limit: int = 0, place: int = 0, devices: int = 1
) -> Iterator[Invoice]:
    """The invoices of the file in order of their first line; .gz or plain CSV.

    Of the first ``limit`` (0 = all), each ``devices``-th from ``place`` on: one device's share.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    with text_of(path) as text:
        for row in csv.DictReader(text):
            rows.setdefault(row["InvoiceNo"], []).append(row)
    numbers = list(rows)[: limit or None]
    for number in numbers[place::devices]:
        yield _invoice(number, rows[number])


def _invoice(number: str, rows: list[dict[str, str]]) -> Invoice:
    first = rows[0]
    return Invoice(
        number=number,
        at_us=instant_of_local_iso(first["InvoiceDate"].replace(" ", "T"), ZONE),
        customer=first["CustomerID"].removesuffix(".0"),
        country=first["Country"],
        lines=tuple(
            Line(
                row["StockCode"],
                row["Description"].strip(),
                int(row["Quantity"]),
                parse_unit_price_micro(row["UnitPrice"]),
            )
            for row in rows
        ),
    )


def body_of(invoice: Invoice, site_id: str) -> Sale | Movement:
    """The document an invoice becomes: a write-off is a movement, everything else a sale."""
    return _write_off(invoice, site_id) if invoice.is_write_off else _sale(invoice)


def _write_off(invoice: Invoice, site_id: str) -> Movement:
    lines = [
        MoveLine(product_id=line.code, qty_micro=-line.quantity * MICRO) for line in invoice.lines
    ]
    return Movement(
        movement_type=WRITE_OFF,
        from_location=location(site_id),
        to_location=SCRAP,
        lines=lines,
        reason=invoice.lines[0].description or "?",
        note=invoice.number,
    )


def _sale(invoice: Invoice) -> Sale:
    lines = [_sale_line(line) for line in invoice.lines]
    total = sum(line.amount_minor for line in lines)
    on_account = bool(invoice.customer)
    tenders = [] if on_account or not total else [TenderLine(tender="bank", amount_minor=total)]
    return Sale(
        mode="invoice",
        currency=CURRENCY,
        lines=lines,
        tenders=tenders,
        total_minor=total,
        customer_id=invoice.customer,
        note=invoice.number,
    )


def _sale_line(line: Line) -> SaleLine:
    qty_micro = line.quantity * MICRO
    return SaleLine(
        product_id=line.code,
        qty_micro=qty_micro,
        unit_price_micro=line.price_micro,
        amount_minor=line_amount_minor(qty_micro, line.price_micro, CURRENCY),
        kind="service" if NOT_GOODS.match(line.code) else "goods",
        name=line.description,
    )
