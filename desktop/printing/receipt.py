"""The receipt of a sale, a return or an exchange as a value, and how it is laid out (B07)."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.printing.slip import Cut, Feed, Kick, PaperRoll, QrCode, Slip, SlipWriter
from desktop.printing.words import Words, amount, moment, price, quantity, signed_amount


class ReceiptKind(StrEnum):
    """What the customer did."""

    SALE = "sale"
    RETURN = "return"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One line; a negative quantity and amount are goods coming back.

    `amount_minor` is what the line costs after its own discount; `code` is the ERP code.
    """

    code: str
    name: str
    qty_micro: int
    unit_price_micro: int
    amount_minor: int
    unit: str = ""
    discount_minor: int = 0
    """What was taken off this line, positive."""
    reason: str = ""
    """Why it was taken off, such as the policy's name; '' prints the plain word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftLine:
    """Goods given for a policy; mostly they cost nothing."""

    code: str
    name: str
    qty_micro: int
    unit: str = ""
    amount_minor: int = 0
    """What is paid for it: a symbolic price; 0 prints nothing."""
    accepted_micro: int = 0
    """Of an order: what the supplier accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftBlock:
    """The gifts of one policy, printed in a block of their own."""

    policy: str
    lines: tuple[GiftLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderRow:
    """Money given (positive) or given back (negative), under its printed name."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """All that stands on a receipt, as it stood when the document was sealed."""

    shop: str
    number: str
    at_us: int
    zone: str
    cashier: str
    currency: str
    lines: tuple[ReceiptLine, ...]
    total_minor: int
    """What was to pay; below zero for money given back."""
    kind: ReceiptKind = ReceiptKind.SALE
    gifts: tuple[GiftBlock, ...] = ()
    discount_minor: int = 0
    """All that was taken off, lines included, positive; 0 prints nothing."""
    rounding_minor: int = 0
    tenders: tuple[TenderRow, ...] = ()
    change_minor: int = 0
    price_version: int = 0
    salesperson: str = ""
    member: str = ""
    member_notes: tuple[str, ...] = ()
    """Points, stamps, balances, one line each."""
    return_of: str = ""
    """Number of the receipt whose goods come back."""
    address: str = ""
    phone: str = ""
    footer: tuple[str, ...] = ()
    copy_number: int = 0
    """0 = the original; from 1 on a reprint, and marked as such."""
    is_practice: bool = False
    """Printed across head and foot: no proof of anything (R04)."""


def receipt_slip(
    receipt: Receipt, words: Words, roll: PaperRoll, *, opens_drawer: bool = False
) -> Slip:
    """The receipt laid out for a roll; the drawer opens before the first line is printed."""
    writer = SlipWriter(roll)
    if opens_drawer:
        writer.add(Kick())
    _head(writer, receipt, words)
    _goods(writer, receipt, words)
    _gifts(writer, receipt, words)
    _sums(writer, receipt, words)
    _foot(writer, receipt, words)
    writer.add(Feed(lines=1), Cut())
    return writer.slip()


def _head(writer: SlipWriter, receipt: Receipt, words: Words) -> None:
    writer.centre(receipt.shop, is_large=True)
    writer.centre(words(f"print.receipt.{receipt.kind.value}"))
    if receipt.is_practice:
        writer.centre(words("print.paper.practice"), is_bold=True)
    if receipt.copy_number:
        writer.centre(words("print.paper.copy", number=receipt.copy_number), is_bold=True)
    writer.pair(words("print.paper.number"), receipt.number)
    if receipt.return_of:
        writer.pair(words("print.receipt.return_of"), receipt.return_of)
    writer.pair(words("print.paper.time"), moment(receipt.at_us, receipt.zone))
    writer.pair(words("print.receipt.cashier"), receipt.cashier)
    if receipt.salesperson:
        writer.pair(words("print.receipt.salesperson"), receipt.salesperson)
    if receipt.member:
        writer.pair(words("print.receipt.member"), receipt.member)


def _goods(writer: SlipWriter, receipt: Receipt, words: Words) -> None:
    came_back = [line for line in receipt.lines if line.qty_micro < 0]
    sold = [line for line in receipt.lines if line.qty_micro >= 0]
    writer.rule()
    writer.row(
        (words("print.paper.goods"), words("print.receipt.qty_price"), words("print.paper.amount")),
        _ends(writer.columns),
    )
    writer.rule()
    for heading, lines in (
        ("print.receipt.came_back", came_back),
        ("print.receipt.taken_along", sold),
    ):
        if lines and receipt.kind is ReceiptKind.EXCHANGE:
            writer.text(words(heading), is_bold=True)
        for line in lines:
            _line(writer, line, receipt.currency, words)
    writer.rule()


def _ends(columns: int) -> tuple[int, int]:
    """Where quantity × price and the amount end."""
    return columns * 11 // 16, columns


def _line(writer: SlipWriter, line: ReceiptLine, currency: str, words: Words) -> None:
    writer.text(line.name)
    counted = f"{quantity(line.qty_micro, line.unit)}×{price(line.unit_price_micro)}"
    sum_text = amount(line.amount_minor, currency)
    writer.row((line.code, counted, sum_text), _ends(writer.columns))
    if line.discount_minor:
        reason = line.reason or words("print.receipt.discount")
        writer.pair(f"  {reason}", f"({amount(-line.discount_minor, currency)})")


def _gifts(writer: SlipWriter, receipt: Receipt, words: Words) -> None:
    for block in receipt.gifts:
        writer.text(words("print.paper.gifts", policy=block.policy), is_bold=True)
        for gift in block.lines:
            writer.text(gift.name)
            paid = f"  {amount(gift.amount_minor, receipt.currency)}" if gift.amount_minor else ""
            writer.pair(gift.code, quantity(gift.qty_micro, gift.unit) + paid)
    if receipt.gifts:
        writer.rule()


def _sums(writer: SlipWriter, receipt: Receipt, words: Words) -> None:
    currency = receipt.currency
    pieces = sum(line.qty_micro for line in receipt.lines)
    writer.pair(
        words("print.receipt.counted", n=len(receipt.lines)),
        words("print.receipt.pieces", pieces=quantity(pieces)),
    )
    if receipt.discount_minor:
        writer.pair(words("print.receipt.saved"), amount(-receipt.discount_minor, currency))
    if receipt.rounding_minor:
        writer.pair(words("print.receipt.rounding"), amount(receipt.rounding_minor, currency))
    is_refund = receipt.total_minor < 0
    heading = words("print.receipt.refund" if is_refund else "print.receipt.total")
    writer.total(heading, signed_amount(abs(receipt.total_minor), currency))
    for tender in receipt.tenders:
        writer.pair(tender.name, amount(tender.amount_minor, currency))
    if receipt.change_minor:
        writer.pair(words("print.receipt.change"), amount(receipt.change_minor, currency))
    for note in receipt.member_notes:
        writer.text(note)


def _foot(writer: SlipWriter, receipt: Receipt, words: Words) -> None:
    writer.rule()
    if receipt.price_version:
        writer.text(words("print.paper.price_version", version=receipt.price_version))
    for text in (receipt.address, receipt.phone):
        writer.text(text)
    writer.add(Feed(), QrCode(text=receipt.number))
    for text in receipt.footer:
        writer.centre(text)
    if receipt.is_practice:
        writer.centre(words("print.paper.practice"), is_bold=True)
