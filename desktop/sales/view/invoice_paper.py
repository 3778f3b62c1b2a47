"""The 销售单 of an invoice, made of the sale as it was posted."""

from desktop.printing.pdf.trade import NoteKind, TradeLine, TradeNote, trade_note_pdf
from desktop.printing.receipt import TenderRow
from desktop.sales.model.receipts import gift_blocks
from desktop.sales.usecases.invoicing import Customer
from desktop.sales.usecases.showing import SalePaper, SoldGoods
from desktop.ui.frame import Frame
from desktop.words import formats
from desktop.words.texts import Words
from shared.sales.rules import LineKind


def sales_note(
    frame: Frame, paper: SalePaper, customer: Customer | None, salesperson: str
) -> bytes:
    """The note on 三联 paper, with what the customer owes after it."""
    words, head = frame.words, paper.story.head
    tenders = tuple(
        TenderRow(name=words.of("tender", tender), amount_minor=minor)
        for tender, minor, _reference in paper.story.tenders
    )
    is_owed = head["total_minor"] != head["paid_minor"]
    note = TradeNote(
        kind=NoteKind.SALE,
        company=paper.shop,
        number=head["number"],
        at_us=head["happened_at_us"],
        zone=paper.zone,
        currency=head["currency"],
        customer=customer.name if customer else head["customer_id"],
        customer_code=customer.code if customer else head["customer_id"],
        phone=customer.phone if customer else "",
        lines=tuple(
            _line(words, one, head["currency"]) for one in paper.lines if one.kind != LineKind.GIFT
        ),
        gifts=gift_blocks(paper, words),
        total_minor=head["total_minor"],
        salesperson=salesperson or paper.cashier,
        warehouse=paper.shop,
        terms=_terms(words, customer, is_owed=bool(is_owed)),
        maker=frame.person.name,
        tenders=tenders,
        balance_after_minor=customer.owed_minor if customer else None,
        price_version=paper.version,
        note=head["note"],
        printed_at_us=frame.desk.now_us,
    )
    return trade_note_pdf(note, words)


def _terms(words: Words, customer: Customer | None, *, is_owed: bool) -> str:
    """现结, 赊账, or 赊账 with the days the customer has."""
    if not is_owed:
        return words("invoice.cash")
    told = words("invoice.on_credit")
    days = customer.terms_days if customer else 0
    return f"{told} {words('customer.days', n=days)}" if days else told


def _line(words: Words, one: SoldGoods, currency: str) -> TradeLine:
    off = formats.money(one.discount_minor, currency) if one.discount_minor else ""
    return TradeLine(
        code=one.code,
        name=one.name,
        qty_micro=one.qty_micro,
        unit=one.unit,
        unit_price_micro=one.price_micro,
        amount_minor=one.amount_minor,
        remark=words("invoice.off", amount=off) if off else "",
    )
