"""What stands above the till: prices that may be old, receipts that wait for their printer, and
what head office has to say."""

from desktop.pricing.model.here import PriceWatch, notice_text
from desktop.sales.model.till import TillModel
from desktop.sales.view.old_prices import may_sell
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.ui.widgets import Banner

CHANGED = "changed"
"""What the screen of labels is opened for: whatever the version in force changed."""


class HouseLine(Banner):
    """Stays until its cause is gone; a message, until somebody took note of it."""

    def __init__(self, frame: Frame, till: TillModel) -> None:
        super().__init__()
        self._frame, self._till, self._words = frame, till, frame.words
        self.prices = PriceWatch(frame.desk)

    @property
    def can_note(self) -> bool:
        """Whether there is a message nobody took note of."""
        return bool(self.prices.here.unread)

    def look(self) -> None:
        """Read again, beside the window."""
        self.draw()
        self._frame.tasks.start(self.prices.look())

    def draw(self) -> None:
        """Old prices come before receipts that wait, and those before a word of head office."""
        text = self.prices.standing_text(self._words)
        if text:
            self.say(text, Tone.BAD if self.prices.here.needs_person else Tone.WAITING)
            return
        if stuck := self._frame.paper.stuck():
            self.say(self._words("till.printer_down", n=stuck), Tone.WAITING)
            return
        unread = self.prices.here.unread
        if unread:
            zone, now_us = self._frame.person.zone, self._frame.desk.now_us
            told = notice_text(self._words, unread[0], zone, now_us)
            text = self._words("till.noted_hint", text=told)
        self.say(text, Tone.ACCENT)

    def note(self) -> None:
        """The first message was read; new labels open where they are made."""
        first = next(iter(self.prices.here.unread), None)
        if first is None:
            return
        self._frame.tasks.start(self.prices.read(first))
        if first.kind == "labels" and "labels" in self._frame.screens:
            self._frame.open("labels", CHANGED)

    async def may_sell(self) -> bool:
        """Where head office set it so, a second person stands once a day for prices this old."""
        self.draw()
        is_free = await may_sell(self._frame, self.prices)
        if not is_free:
            self._till.say("till.prices_not_approved", "waiting")
        return is_free
