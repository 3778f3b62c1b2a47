"""The receipt of a sale as bytes for the printer, made beside the window."""

from collections.abc import Callable
from typing import Final

from desktop.printing.escpos import PrinterProfile, encode
from desktop.printing.preview import slip_png
from desktop.printing.receipt import (
    GiftBlock,
    GiftLine,
    Receipt,
    ReceiptKind,
    ReceiptLine,
    TenderRow,
    receipt_slip,
)
from desktop.printing.slip import PaperRoll
from desktop.sales.usecases.paying import CHANGE
from desktop.sales.usecases.showing import SalePaper, SoldGoods
from desktop.words import formats
from desktop.words.texts import Words
from shared.accounts.rules import Tender
from shared.sales.rules import LineKind

ROLL: Final = "printer.roll"
DRAWER: Final = "printer.drawer"
"""Settings: how wide the paper is (``58`` or ``80``), and whether the printer opens the drawer
(``1``)."""


def receipt_of(paper: SalePaper, words: Words, *, copy_number: int = 0) -> Receipt:
    """All that stands on the receipt of a sale, a return or an exchange."""
    head = paper.story.head
    return Receipt(
        shop=paper.shop,
        number=head["number"],
        at_us=head["happened_at_us"],
        zone=paper.zone,
        cashier=paper.cashier,
        currency=head["currency"],
        lines=tuple(
            _line(paper, line, words) for line in paper.lines if line.kind != LineKind.GIFT
        ),
        total_minor=head["total_minor"],
        kind=_kind(paper),
        gifts=gift_blocks(paper, words),
        discount_minor=sum(line.saved_minor(head["currency"]) for line in paper.lines),
        rounding_minor=head["rounding_minor"],
        tenders=tuple(
            TenderRow(name=words.of("tender", tender), amount_minor=minor)
            for tender, minor, reference in paper.story.tenders
            if reference != CHANGE
        ),
        change_minor=paper.change_minor,
        price_version=paper.version,
        member=paper.member,
        member_notes=_notes(paper, words),
        return_of=words("return.no_receipt")
        if paper.story.is_without_receipt
        else paper.story.return_number,
        copy_number=copy_number,
    )


def _notes(paper: SalePaper, words: Words) -> tuple[str, ...]:
    """Points of the sale, and the member's as it is printed."""
    found = paper.points
    if found is None:
        return ()
    moved = (
        ("print.receipt.points_earned", found.earned),
        ("print.receipt.points_back", -found.earned),
        ("print.receipt.points_spent", found.spent),
        ("print.receipt.points_returned", -found.spent),
    )
    said = [words(key, points=points) for key, points in moved if points > 0]
    return (*said, words("print.receipt.points", points=found.balance))


def _kind(paper: SalePaper) -> ReceiptKind:
    has_back = any(line.qty_micro < 0 for line in paper.lines)
    has_out = any(line.qty_micro > 0 for line in paper.lines)
    if has_back:
        return ReceiptKind.EXCHANGE if has_out else ReceiptKind.RETURN
    return ReceiptKind.SALE


def _line(paper: SalePaper, line: SoldGoods, words: Words) -> ReceiptLine:
    names = paper.policy_names(line)
    saved = line.saved_minor(paper.story.head["currency"])
    if saved and line.list_micro != line.price_micro:
        # The price stands beside the quantity: what it was before is told below.
        names = [words("till.was", price=formats.price(line.list_micro)), *names]
    return ReceiptLine(
        code=line.code,
        name=line.name,
        qty_micro=line.qty_micro,
        unit_price_micro=line.price_micro,
        amount_minor=line.amount_minor,
        unit=line.unit,
        discount_minor=saved,
        reason=" ".join(names),
    )


def gift_blocks(paper: SalePaper, words: Words) -> tuple[GiftBlock, ...]:
    """The gifts of each policy apart (D15), then those a person gave."""
    blocks: dict[str, list[GiftLine]] = {}
    for line in paper.lines:
        if line.kind == LineKind.GIFT:
            name = " ".join(paper.policy_names(line)) or words("till.gifts")
            gift = GiftLine(
                code=line.code,
                name=line.name,
                qty_micro=line.qty_micro,
                unit=line.unit,
                amount_minor=line.amount_minor,
            )
            blocks.setdefault(name, []).append(gift)
    return tuple(GiftBlock(policy=name, lines=tuple(gifts)) for name, gifts in blocks.items())


def roll_set(setting: Callable[[str, str], str]) -> PaperRoll:
    """The paper that is set up for the receipt printer."""
    return PaperRoll.MM_58 if setting(ROLL, "80") == "58" else PaperRoll.MM_80


def receipt_png(paper: SalePaper, words: Words, setting: Callable[[str, str], str]) -> bytes:
    """The receipt as a picture, for a chat (复制为图片)."""
    roll = roll_set(setting)
    return slip_png(receipt_slip(receipt_of(paper, words), words, roll), roll)


def receipt_bytes(
    paper: SalePaper, words: Words, setting: Callable[[str, str], str], *, copy_number: int = 0
) -> bytes:
    """The bytes for the receipt printer; the drawer opens where cash moves."""
    roll = roll_set(setting)
    has_cash = any(tender == Tender.CASH for tender, _minor, _ref in paper.story.tenders)
    slip = receipt_slip(
        receipt_of(paper, words, copy_number=copy_number),
        words,
        roll,
        opens_drawer=has_cash and not copy_number and setting(DRAWER, "0") == "1",
    )
    return encode(slip, PrinterProfile(roll=roll))
