"""Selling at prices that are old: where head office set it so, somebody stands for it (P10)."""

from desktop.pricing.model.here import PriceWatch
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone


async def may_sell(frame: Frame, prices: PriceWatch) -> bool:
    """Ask a second person once a day for prices this old; whether goods may go out.

    Who may approve sales is asked by nobody (D09).
    """
    if not prices.here.needs_person or frame.person.may("sale.approve"):
        return True
    approver = await frame.approve("sale.approve", frame.words("approve.old_prices"))
    if approver is None:
        return False
    await prices.allow(approver)
    return True


async def may_post(frame: Frame) -> bool:
    """The same, read anew, for a screen that does not watch the prices; says why not."""
    prices = PriceWatch(frame.desk)
    await prices.look()
    if await may_sell(frame, prices):
        return True
    frame.say(frame.words("till.prices_not_approved"), Tone.WAITING)
    return False
