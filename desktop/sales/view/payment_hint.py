"""The sentence under the tenders: what Enter does now, or what the member has to pay with."""

from desktop.sales.model.payment import PaymentModel
from desktop.words import formats
from desktop.words.texts import Words
from shared.accounts.rules import PROMISED, Tender


def hint_of(model: PaymentModel, words: Words, zone: str) -> str:
    """What is told for the payment as it stands; ``zone`` is the shop's."""
    if model.is_refund:
        return words(_refund_key(model))
    if told := given_back(model, words):
        return words(told[0], **told[1])
    if model.promises.asked:
        return words("pay.lending")
    if model.asked is not None:
        return words("pay.waiting")
    if model.tender is Tender.DEPOSIT:
        return _deposit(model, words)
    points = _points(model, words, zone) if model.tender is Tender.POINTS else ""
    return points or words("pay.hint_with_code" if model.provider is not None else "pay.hint")


def given_back(model: PaymentModel, words: Words) -> tuple[str, dict[str, str]] | None:
    """The sentence about money that was handed over and is in no sale now, and what stands in it:
    cash is given back over the counter, what a wallet took is given back there (I08)."""
    parts = [one for one in model.went_back if one.tender not in (*PROMISED, Tender.DEPOSIT)]
    if not parts or model.is_refund:
        return None
    money = words("names.comma").join(
        f"{words.of('tender', one.tender)} {formats.money(one.amount_minor, model.till.currency)}"
        for one in parts
    )
    is_taken = any(one.tender == Tender.PAYMENT_CODE for one in parts)
    return "till.given_back_code" if is_taken else "till.given_back", {"money": money}


def savings_text(model: PaymentModel, words: Words) -> str:
    """What the amount due was before, and what is taken off in it; '' where nothing is."""
    due, currency = model.till.due, model.till.currency
    if not due.off_minor or model.is_refund:
        return ""
    shown = (("till.sum.list", due.list_minor), ("till.sum.off", -due.off_minor))
    return "   ".join(f"{words(key)} {formats.money(minor, currency)}" for key, minor in shown)


def _refund_key(model: PaymentModel) -> str:
    if model.asked is not None:
        return "pay.refund_waiting"
    return "pay.cash_refund_hint" if model.is_cash_refund else "pay.refund_hint"


def _deposit(model: PaymentModel, words: Words) -> str:
    held = model.promises.deposit_minor
    key = "pay.deposit_held" if held > 0 else "pay.deposit"
    return words(key, held=formats.money(held, model.till.currency))


def _points(model: PaymentModel, words: Words, zone: str) -> str:
    """What the member has, what it pays, and how old that is."""
    points = model.promises.points
    if points is None:
        return ""
    amount = formats.money(points.worth_minor, model.till.currency)
    used = model.promises.points_of(model.amount_minor)
    said = words("pay.points", points=points.points, amount=amount, used=used)
    if not points.as_of_us:
        return said
    at = formats.instant(points.as_of_us, zone)
    return f"{said}  {words('pay.points_as_of', at=at)}"
