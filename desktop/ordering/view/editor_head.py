"""What stands above the rows of the order editor: credit and balances, and the banner."""

from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.promoting import Told
from desktop.ordering.view.hints import gift_text
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.ordering.rules import OrderType

TYPE_TONES = {
    OrderType.NORMAL: Tone.PLAIN,
    OrderType.PROMOTIONAL: Tone.GOOD,
    OrderType.EXCLUSIVE: Tone.WAITING,
    OrderType.RETURN: Tone.BAD,
}
GIVE_WAY = {
    "date": 1240,
    "sold": 940,
    "cover": 880,
    "coming": 820,
    "hint": 760,
    "left": 700,
    "code": 640,
}
"""Columns of the editor that are left out below a width, one after the other."""


def credit_text(words: Words, model: OrderEditor) -> str:
    """What is free, as of when, and what may pay the order beside it (E07, E14)."""
    if model.credit is None:
        return ""
    # The deposit stands beside it, as on the home screen: it is not counted twice.
    free_minor = model.credit.free_minor - max(model.credit.deposit_minor, 0)
    free = formats.money(free_minor, model.currency)
    at = formats.short_instant(model.synced_at_us, model.desk.now_us, model.zone)
    key = "reorder.credit" if model.synced_at_us else "reorder.credit_never"
    parts = [words(key, free=free, at=at)]
    held = model.purse.free
    for name, minor in (("rebate", held.rebate_minor), ("deposit", held.deposit_minor)):
        if minor:
            amount = formats.money(minor, model.currency)
            parts.append(words(f"reorder.held_{name}", amount=amount))
    return "  ·  ".join(parts)


def banner_of(words: Words, model: OrderEditor) -> tuple[str, Tone]:
    """The most pressing thing to say; nothing is ''."""
    # A paste may do both: rows left out, and quantities cut. Neither hides the other.
    told = [words("reorder.problems", n=len(model.problems))] if model.problems else []
    told += [cut_text(words, model, one) for one in model.told[:3]]
    if told:
        return "  ·  ".join(told), Tone.WAITING
    if model.is_busy:
        return words("reorder.busy"), Tone.ACCENT
    if model.cart.is_promoted:
        saving = model.outcome.saving_minor if model.outcome else 0
        amount = formats.money(saving, model.currency)
        return words("reorder.promoted", amount=amount), Tone.GOOD
    if model.cart.follows:
        return words("reorder.reworks", number=model.cart.follows_number), Tone.ACCENT
    return "", Tone.ACCENT


def cut_text(words: Words, model: OrderEditor, one: Told) -> str:
    """``21 → 20：单品限购 20``: what was typed, what may stay, and whose rule it is (D02)."""
    found = next((r for r in model.rows if r.product_id == one.product_id), None)
    packs = found.packs if found else ()
    return words(
        f"reorder.cut_{one.cut.code}",
        name=found.name if found else one.product_id,
        wanted=gift_text(one.wanted_micro, packs),
        allowed=gift_text(one.cut.allowed_micro, packs),
        limit=one.cut.name,
    )
