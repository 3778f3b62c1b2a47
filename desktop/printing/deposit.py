"""The receipt of money paid ahead (预存款)."""

from dataclasses import dataclass

from desktop.printing.slip import Cut, Feed, Kick, PaperRoll, Slip, SlipWriter
from desktop.printing.words import Words, moment, signed_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReceipt:
    """What a customer takes home for money they paid ahead."""

    shop: str
    number: str
    at_us: int
    zone: str
    cashier: str
    customer: str
    currency: str
    tender: str
    """As people call it."""
    amount_minor: int


def deposit_slip(
    receipt: DepositReceipt, words: Words, roll: PaperRoll, *, opens_drawer: bool = False
) -> Slip:
    """Who paid, how much, how, and to whom."""
    writer = SlipWriter(roll)
    if opens_drawer:
        writer.add(Kick())
    writer.centre(receipt.shop, is_large=True)
    writer.centre(words("print.deposit.title"), is_bold=True)
    writer.pair(words("print.paper.number"), receipt.number)
    writer.pair(words("print.deposit.at"), moment(receipt.at_us, receipt.zone))
    writer.pair(words("print.receipt.cashier"), receipt.cashier)
    writer.pair(words("print.deposit.customer"), receipt.customer)
    writer.rule()
    writer.pair(words("print.deposit.tender"), receipt.tender)
    amount = signed_amount(receipt.amount_minor, receipt.currency)
    writer.total(words("print.deposit.amount"), amount)
    writer.rule()
    writer.text(words("print.deposit.note"))
    writer.add(Feed())
    writer.text(words("print.z.signature"))
    writer.add(Feed(lines=2), Cut())
    return writer.slip()
