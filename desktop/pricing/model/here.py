"""How prices stand on this device, for the till and the message centre, and how it is said."""

from desktop.pricing.usecases.here import (
    NOTHING,
    Notice,
    PricesHere,
    allow_old_prices,
    mark_read,
    prices_here,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from desktop.words import formats
from desktop.words.texts import Words
from shared.pricing.rules import GraceStage
from shared.pricing.rules.grace import DAY_US, HOUR_US


class PriceWatch(Watched):
    """Looked at now and then, beside the window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.here: PricesHere = NOTHING

    async def look(self) -> None:
        """Read again; who watches hears of it when something is different."""
        desk = self._desk
        found = await desk.fetch(prices_here, desk.store.identity, desk.now_us)
        if found != self.here:
            self.here = found
            self.changed()

    async def read(self, *notices: Notice) -> None:
        """Somebody took note of these; left out, of all."""
        some = notices or self.here.unread
        if some:
            await self._desk.do(mark_read, [one.key for one in some])
            await self.look()

    async def allow(self, approver_id: str) -> None:
        """A second person lets this till sell for today. Raises as ``allow_old_prices``."""
        await self._desk.do(allow_old_prices, approver_id)
        await self.look()

    def standing_text(self, words: Words) -> str:
        """That prices here may be old, and since when; '' when they are not."""
        grace = self.here.grace
        if grace.stage is GraceStage.NONE:
            return ""
        behind_us = self._desk.now_us - grace.since_us
        key = "here.missing" if grace.number else "here.alone"
        text = words(key, n=grace.number, since=_long(words, behind_us))
        return text + (words("here.asks") if self.here.needs_person else "")


def notice_text(words: Words, one: Notice, zone: str, now_us: int) -> str:
    """A notice in one sentence."""
    if one.kind == "labels":
        return words("here.labels", n=one.number)
    if one.kind == "nudge":
        text = words("here.nudge", n=one.number)
        return f"{text} {one.text}" if one.text else text
    if one.kind == "word":
        return words("here.word", text=one.text)
    is_due = one.effective_at_us <= now_us
    at = formats.instant(one.effective_at_us, zone)
    key = "here.version_since" if is_due else "here.version_from"
    return words(key, n=one.number, at=at, text=one.text)


def _long(words: Words, span_us: int) -> str:
    if span_us < 3 * DAY_US:
        return words("here.hours", n=span_us // HOUR_US)
    return words("here.days", n=span_us // DAY_US)
