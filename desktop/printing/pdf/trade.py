"""销售单, 发货单 and 订货单: what a dealer and a supplier hand each other on paper (B07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktop.printing.pdf.flow import render
from desktop.printing.pdf.form import Field, Form, FormBlock, FormColumn, unsigned
from desktop.printing.pdf.page import THREE_PART, Paper
from desktop.printing.receipt import GiftBlock, GiftLine, TenderRow
from desktop.printing.words import Words, amount, moment, price, quantity, signed_amount
from shared.core.money import chinese_uppercase


class NoteKind(StrEnum):
    """Which paper goes with the goods."""

    SALE = "sale"
    SHIPMENT = "shipment"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeLine:
    """One line of goods; `code` is the ERP code."""

    code: str
    name: str
    qty_micro: int
    unit: str = ""
    unit_price_micro: int = 0
    amount_minor: int = 0
    barcode: str = ""
    remark: str = ""
    accepted_micro: int = 0
    """Of an order: what the supplier accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeNote:
    """A 销售单 or 发货单. `shows_prices` False prints none: the driver carries it."""

    kind: NoteKind
    company: str
    number: str
    at_us: int
    zone: str
    currency: str
    customer: str
    lines: tuple[TradeLine, ...]
    total_minor: int
    customer_code: str = ""
    contact: str = ""
    phone: str = ""
    address: str = ""
    salesperson: str = ""
    warehouse: str = ""
    terms: str = ""
    order_number: str = ""
    maker: str = ""
    """Printed before the line where the maker signs; '' leaves it to the pen."""
    tenders: tuple[TenderRow, ...] = ()
    balance_after_minor: int | None = None
    """What the customer owes after this paper; None prints nothing."""
    gifts: tuple[GiftBlock, ...] = ()
    price_version: int = 0
    note: str = ""
    printed_at_us: int = 0
    copy_number: int = 0
    shows_prices: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaper:
    """A 订货单; main goods and the gifts of each policy stand in blocks of their own (domain 7)."""

    company: str
    number: str
    at_us: int
    zone: str
    currency: str
    customer: str
    supplier: str
    sales_org: str
    order_type: str
    state: str
    lines: tuple[TradeLine, ...]
    total_minor: int
    gifts: tuple[GiftBlock, ...] = ()
    customer_code: str = ""
    delivery_day: str = ""
    address: str = ""
    tenders: tuple[TenderRow, ...] = ()
    is_decided: bool = False
    """True adds the column of accepted quantities."""
    price_version: int = 0
    note: str = ""
    printed_at_us: int = 0
    copy_number: int = 0


def trade_note_pdf(note: TradeNote, words: Words, paper: Paper = THREE_PART) -> bytes:
    """The note on 三联 continuous paper or any other sheet."""
    return render(trade_note_form(note, words, paper))


def order_pdf(order: OrderPaper, words: Words, paper: Paper) -> bytes:
    """The channel order on a sheet."""
    return render(order_form(order, words, paper))


def trade_note_form(note: TradeNote, words: Words, paper: Paper) -> Form:
    """The note as a form, before it is laid out."""
    columns = _columns(words, has_prices=note.shows_prices, is_decided=False)
    rows = tuple(
        _cells(at, line, note.currency, has_prices=note.shows_prices)
        for at, line in enumerate(note.lines, 1)
    )
    return Form(
        paper=paper,
        company=note.company,
        title=words(f"print.{note.kind.value}.title"),
        number=note.number,
        mark=_mark(note.copy_number, words),
        fields=_note_fields(note, words),
        columns=columns,
        blocks=(
            FormBlock(
                rows=rows, sums=_sums(note.lines, note.total_minor, note.currency, columns, words)
            ),
            *_gift_blocks(note.gifts, len(columns), words),
        ),
        foot=_note_foot(note, words),
        signatures=_signatures(note, words),
        page_words=_pages(words),
        remark=_remark(note.price_version, note.printed_at_us, note.zone, words),
    )


def order_form(order: OrderPaper, words: Words, paper: Paper) -> Form:
    """The order as a form, before it is laid out."""
    columns = _columns(words, has_prices=True, is_decided=order.is_decided)
    rows = tuple(
        _cells(at, line, order.currency, is_decided=order.is_decided)
        for at, line in enumerate(order.lines, 1)
    )
    # Each block adds up for itself: what gifts cost is not in the sum of the main goods (D15).
    main_minor = sum(line.amount_minor for line in order.lines) or order.total_minor
    sums = _sums(order.lines, main_minor, order.currency, columns, words)
    main = FormBlock(heading=words("print.order.main"), rows=rows, sums=sums)
    return Form(
        paper=paper,
        company=order.company,
        title=words("print.order.title"),
        number=order.number,
        mark=_mark(order.copy_number, words),
        fields=_order_fields(order, words),
        columns=columns,
        blocks=(main, *_order_gifts(order, columns, words)),
        foot=(
            *_in_words(order.total_minor, order.currency, words),
            *_tenders(order.tenders, order.currency),
            *_fields((words("print.paper.note"), order.note)),
        ),
        signatures=unsigned(words, "print.trade.maker", "print.z.approver"),
        page_words=_pages(words),
        remark=_remark(order.price_version, order.printed_at_us, order.zone, words),
    )


def _columns(words: Words, *, has_prices: bool, is_decided: bool) -> tuple[FormColumn, ...]:
    columns = [
        FormColumn(title=words("print.column.line"), share=4, align="centre"),
        FormColumn(title=words("print.column.code"), share=13),
        FormColumn(title=words("print.column.name"), share=30, lines=2),
        FormColumn(title=words("print.column.barcode"), share=15),
        FormColumn(title=words("print.column.unit"), share=6, align="centre"),
        FormColumn(title=words("print.column.qty"), share=8, align="right"),
    ]
    if is_decided:
        columns.append(FormColumn(title=words("print.order.accepted"), share=8, align="right"))
    if has_prices:
        columns.append(FormColumn(title=words("print.column.price"), share=10, align="right"))
        columns.append(FormColumn(title=words("print.column.amount"), share=12, align="right"))
    columns.append(FormColumn(title=words("print.column.remark"), share=8))
    return tuple(columns)


def _cells(
    at: int, line: TradeLine, currency: str, *, has_prices: bool = True, is_decided: bool = False
) -> tuple[str, ...]:
    cells = [str(at), line.code, line.name, line.barcode, line.unit, quantity(line.qty_micro)]
    if is_decided:
        cells.append(quantity(line.accepted_micro))
    if has_prices:
        cells += [price(line.unit_price_micro), amount(line.amount_minor, currency)]
    return (*cells, line.remark)


def _sums(
    lines: Sequence[TradeLine],
    total_minor: int,
    currency: str,
    columns: Sequence[FormColumn],
    words: Words,
) -> tuple[str, ...]:
    """The row under the goods; its cells are found from the right, where the columns vary."""
    cells = [""] * len(columns)
    cells[2], cells[5] = words("print.paper.total"), quantity(sum(line.qty_micro for line in lines))
    right_columns = [at for at, column in enumerate(columns) if column.align == "right"]
    if len(right_columns) > 2:
        cells[right_columns[-1]] = amount(total_minor, currency)
    if len(right_columns) == 4:
        cells[6] = quantity(sum(line.accepted_micro for line in lines))
    return tuple(cells)


def _gift_blocks(gifts: tuple[GiftBlock, ...], columns: int, words: Words) -> tuple[FormBlock, ...]:
    return tuple(
        FormBlock(
            heading=words("print.paper.gifts", policy=block.policy),
            rows=tuple(
                (str(at), one.code, one.name, "", one.unit, quantity(one.qty_micro))
                + ("",) * (columns - 6)
                for at, one in enumerate(block.lines, 1)
            ),
        )
        for block in gifts
    )


def _order_gifts(
    order: OrderPaper, columns: Sequence[FormColumn], words: Words
) -> tuple[FormBlock, ...]:
    """The gifts of each policy with their own sum, in the columns of the order (D15)."""
    return tuple(
        FormBlock(
            heading=words("print.paper.gifts", policy=block.policy),
            rows=tuple(
                _cells(at, line, order.currency, is_decided=order.is_decided)
                for at, line in enumerate(lines, 1)
            ),
            sums=_sums(
                lines,
                sum(line.amount_minor for line in lines),
                order.currency,
                columns,
                words,
            ),
        )
        for block in order.gifts
        for lines in (tuple(_gift_line(one) for one in block.lines),)
    )


def _gift_line(gift: GiftLine) -> TradeLine:
    return TradeLine(
        code=gift.code,
        name=gift.name,
        qty_micro=gift.qty_micro,
        unit=gift.unit,
        amount_minor=gift.amount_minor,
        accepted_micro=gift.accepted_micro,
    )


def _note_fields(note: TradeNote, words: Words) -> tuple[Field, ...]:
    plain = _fields(
        (words("print.trade.customer"), note.customer),
        (words("print.trade.customer_code"), note.customer_code),
        (words("print.paper.date"), moment(note.at_us, note.zone)[:16]),
        (words("print.trade.contact"), note.contact),
        (words("print.trade.phone"), note.phone),
        (words("print.trade.salesperson"), note.salesperson),
        (words("print.trade.terms"), note.terms),
        (words("print.trade.warehouse"), note.warehouse),
        (words("print.trade.order"), note.order_number),
    )
    return plain + _fields((words("print.trade.address"), note.address), is_wide=True)


def _order_fields(order: OrderPaper, words: Words) -> tuple[Field, ...]:
    plain = _fields(
        (words("print.trade.customer"), order.customer),
        (words("print.trade.customer_code"), order.customer_code),
        (words("print.paper.date"), moment(order.at_us, order.zone)[:16]),
        (words("print.order.supplier"), order.supplier),
        (words("print.order.org"), order.sales_org),
        (words("print.order.type"), order.order_type),
        (words("print.order.state"), order.state),
        (words("print.order.delivery"), order.delivery_day),
    )
    return plain + _fields((words("print.trade.address"), order.address), is_wide=True)


def _note_foot(note: TradeNote, words: Words) -> tuple[Field, ...]:
    if not note.shows_prices:
        return _fields((words("print.paper.note"), note.note))
    owed = note.balance_after_minor
    balance = "" if owed is None else signed_amount(owed, note.currency)
    return (
        *_in_words(note.total_minor, note.currency, words),
        *_tenders(note.tenders, note.currency),
        *_fields((words("print.trade.balance"), balance), (words("print.paper.note"), note.note)),
    )


def _in_words(total_minor: int, currency: str, words: Words) -> tuple[Field, ...]:
    """金额大写 with the figure behind; only yuan are written in capital numerals."""
    figure = signed_amount(total_minor, currency)
    if currency != "CNY":
        return _fields((words("print.paper.total"), figure))
    written = f"{chinese_uppercase(total_minor, currency)}（{figure}）"
    return _fields((words("print.trade.in_words"), written))


def _tenders(tenders: tuple[TenderRow, ...], currency: str) -> tuple[Field, ...]:
    return _fields(*((one.name, signed_amount(one.amount_minor, currency)) for one in tenders))


def _signatures(note: TradeNote, words: Words) -> tuple[Field, ...]:
    return (
        Field(name=words("print.trade.maker"), value=note.maker),
        *unsigned(words, "print.trade.deliverer", "print.trade.received"),
    )


def _fields(*pairs: tuple[str, str], is_wide: bool = False) -> tuple[Field, ...]:
    """Fields of what is known; an empty value leaves no empty name behind."""
    return tuple(Field(name=name, value=value, is_wide=is_wide) for name, value in pairs if value)


def _mark(copy_number: int, words: Words) -> str:
    return words("print.paper.copy", number=copy_number) if copy_number else ""


def _pages(words: Words) -> str:
    return words("print.paper.page", page="{page}", pages="{pages}")


def _remark(price_version: int, printed_at_us: int, zone: str, words: Words) -> str:
    version = words("print.paper.price_version", version=price_version) if price_version else ""
    at = moment(printed_at_us, zone)
    printed = words("print.paper.printed", at=at) if at else ""
    return "  ".join(text for text in (version, printed) if text)
