"""Reading the dealer orders of a cosmetics firm: what is dirty is repaired aloud or held back."""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import load_workbook

from tests.replay.files import text_of

HEADERS = (
    "订单编码", "订单日期", "客户编码", "所在区域", "所在省份", "所在地市", "商品编号",
    "订购数量", "订购单价", "金额",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2018, 2020


@dataclass(frozen=True, slots=True)
class Finding:
    """One dirty cell: what stood there, and what was done (``repaired``) or not (``held``)."""

    row: int
    """As the file numbers it: the header is row 1."""
    order: str
    column: str
    found: str
    code: str
    outcome: str
    """``repaired: …`` says how; ``held: …`` why the line was left out; ``kept: …`` as it is."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One clean line: whole pieces, price in yuan."""

    product: str
    quantity: int
    price_yuan: int


@dataclass(frozen=True, slots=True)
class DealerOrder:
    """The lines that carry one order code of one dealer."""

    code: str
    dealer: str
    day: str
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class Dealer:
    """A dealer and its place, from the first row where it is complete."""

    code: str
    region: str
    province: str
    city: str


@dataclass(frozen=True, slots=True)
class Read:
    """All that the file says."""

    rows: int
    dealers: tuple[Dealer, ...]
    orders: tuple[DealerOrder, ...]
    findings: tuple[Finding, ...]
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_orders(path: Path) -> Read:
    """Read the workbook or the csv(.gz); both give the same orders."""
    rows = [_Row(n, cells) for n, cells in enumerate(_rows(path), start=2)]
    findings: list[Finding] = []
    dealers = _dealers(rows, findings)
    order_days = _order_days(rows)
    orders: dict[tuple[str, str], list[OrderLine]] = {}
    days: dict[tuple[str, str], str] = {}
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = (row["订单编码"], row["客户编码"])
        day = _day(row, order_days, findings)
        line = _line(row, findings)
        whole = tuple(row[name] for name in HEADERS)
        if whole in seen:
            findings.append(_finding(row, "订单编码", "LINE_TWICE", "kept: part of the totals"))
        seen.add(whole)
        if line is not None:
            orders.setdefault(key, []).append(line)
            days.setdefault(key, day)
    _same_code_two_dealers(rows, findings)
    made = [
        DealerOrder(code, dealer, days[code, dealer], tuple(lines))
        for (code, dealer), lines in orders.items()
    ]
    products = sorted({line.product for order in made for line in order.lines})
    return Read(len(rows), dealers, tuple(made), tuple(findings), tuple(products))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix == ".xlsx":
        table = load_workbook(path).get_sheet_by_index(0).to_python()
        cells: Sequence[Sequence[object]] = table
    else:
        with text_of(path) as text:
            cells = list(csv.reader(text))
    assert tuple(cells[0]) == HEADERS, "another file than expected"
    for row in cells[1:]:
        yield dict(zip(HEADERS, (_text(cell) for cell in row), strict=True))


def _text(cell: object) -> str:
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def _finding(row: _Row, column: str, code: str, outcome: str) -> Finding:
    return Finding(row.number, row["订单编码"], column, row[column], code, outcome)


def _plausible(day: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)) and (
        FIRST_YEAR <= int(day[:4]) <= LAST_YEAR
    )


def _iso(text: str) -> str:
    parts = text.split("#")
    if len(parts) != 3:
        return text
    year, month, day = parts
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _order_days(rows: Sequence[_Row]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        day = _iso(row["订单日期"])
        if _plausible(day):
            found.setdefault(row["订单编码"], day)
    return found


def _day(row: _Row, order_days: Mapping[str, str], findings: list[Finding]) -> str:
    written = row["订单日期"]
    day = _iso(written)
    if day != written:
        findings.append(_finding(row, "订单日期", "DATE_WITH_HASHES", f"repaired: {day}"))
    if _plausible(day):
        return day
    # Another line of the same order carries the date that was meant.
    other = order_days.get(row["订单编码"], "")
    findings.append(
        _finding(row, "订单日期", "DATE_IMPLAUSIBLE", f"repaired: {other}, as the order")
    )
    return other


def _line(row: _Row, findings: list[Finding]) -> OrderLine | None:
    product = row["商品编号"]
    if not re.fullmatch(r"X\d+", product):
        product = re.sub(r"\A\D*(?=X\d+\Z)", "", product)
        findings.append(_finding(row, "商品编号", "CODE_WITH_WORD", f"repaired: {product}"))
    quantity = _number(row, "订购数量", "QUANTITY", findings)
    price = _number(row, "订购单价", "PRICE", findings)
    if quantity is None or price is None:
        return None
    return OrderLine(product, quantity, price)


def _number(row: _Row, column: str, name: str, findings: list[Finding]) -> int | None:
    written = row[column]
    digits = re.fullmatch(r"(\d+)(\D?)", written)
    if digits is None:
        findings.append(_finding(row, column, f"{name}_MISSING", "held: nothing is guessed"))
        return None
    if digits[2]:
        findings.append(_finding(row, column, f"{name}_WITH_UNIT", f"repaired: {digits[1]}"))
    return int(digits[1])


def _dealers(rows: Sequence[_Row], findings: list[Finding]) -> tuple[Dealer, ...]:
    places: dict[str, Dealer] = {}
    for row in rows:
        place = Dealer(
            row["客户编码"], row["所在区域"].replace(" ", ""), row["所在省份"], row["所在地市"]
        )
        known = places.get(place.code)
        if known is None or not (known.region and known.province):
            places[place.code] = place
    by_province = {d.province: d.region for d in places.values() if d.province and d.region}
    for row in rows:
        dealer = places[row["客户编码"]]
        for column, value in (("所在区域", dealer.region), ("所在省份", dealer.province)):
            written = row[column]
            if " " in written:
                findings.append(_finding(row, column, "REGION_WITH_SPACE", f"repaired: {value}"))
            if not written:
                meant = value or by_province.get(dealer.province, "")
                outcome = f"repaired: {meant}, as the dealer" if meant else "kept: blank"
                findings.append(_finding(row, column, "PLACE_MISSING", outcome))
    return tuple(
        Dealer(d.code, d.region or by_province.get(d.province, ""), d.province, d.city)
        for _, d in sorted(places.items())
    )


def _same_code_two_dealers(rows: Sequence[_Row], findings: list[Finding]) -> None:
    dealer_of: dict[str, str] = {}
    for row in rows:
        first = dealer_of.setdefault(row["订单编码"], row["客户编码"])
        if first != row["客户编码"]:
            outcome = f"kept: two orders, of {first} and of {row['客户编码']}"
            findings.append(_finding(row, "订单编码", "ORDER_CODE_TWICE", outcome))
