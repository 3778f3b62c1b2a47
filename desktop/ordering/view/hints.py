"""What promotions and limits say beside a line: 再订 2 箱送 1 箱, 送 2, 剩 5."""

from collections.abc import Sequence

from desktop.ordering.model.rows import BlockRow, Row
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.quantity import Pack, format_quantity
from shared.ordering.rules import Tenders
from shared.promotions.rules import Near


def gift_text(qty_micro: int, packs: Sequence[Pack]) -> str:
    """A quantity in packs where they are known: 2箱3支."""
    return format_quantity(qty_micro, packs) if packs else formats.qty(qty_micro)


def near_text(words: Words, near: Near, packs: Sequence[Pack], currency: str = "CNY") -> str:
    """What is missing for a policy and what it would give then."""
    missing = (
        gift_text(near.missing_micro, packs)
        if near.missing_micro
        else formats.signed_money(near.missing_minor, currency)
    )
    if near.gift_micro:
        return words("offer.near_gift", missing=missing, gift=gift_text(near.gift_micro, packs))
    off = formats.signed_money(near.off_minor, currency)
    return words("offer.near_off", missing=missing, off=off)


def hint_text(words: Words, one: Row | BlockRow) -> str:
    """The gift hint of a line: what it gets, else what is missing for it."""
    if isinstance(one, BlockRow):
        return words("offer.to_choose", n=one.left_micro // 1_000_000) if one.left_micro else ""
    if one.gift is not None and one.line.qty_micro:
        earned = gift_text(one.gift.earned_micro, one.packs)
        return words("offer.gets", name=one.gift.name, gift=earned)
    if one.off_minor:
        return words("offer.saves_line", amount=formats.money(one.off_minor, one.currency))
    if one.near is not None:
        return near_text(words, one.near, one.packs, one.currency)
    return ""


def tender_parts_text(words: Words, paid: Tenders, total_minor: int, currency: str) -> str:
    """返利 300.00，账期 2,700.00; nothing where all of it is on account."""
    if not paid.named_minor:
        return ""
    said = (
        ("rebate", paid.rebate_minor),
        ("deposit", paid.deposit_minor),
        ("account", paid.account_minor(total_minor)),
    )
    named = (
        f"{words(f'orders.by_{name}')} {formats.money(minor, currency)}"
        for name, minor in said
        if minor
    )
    return " · ".join(named)
