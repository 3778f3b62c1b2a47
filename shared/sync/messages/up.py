"""Slots of a device's journal on their way up, and a journal that forks."""

from shared.sync.messages.base import Message, Whole


class Fork(Message, kw_only=True):
    """A device whose journal is another than head office's asks to begin a new incarnation."""

    incarnation: Whole
    """Whose journal differs."""
    known_n: Whole
    """Up to here head office countersigned this copy's journal."""
    known_hash: bytes
    head_n: Whole
    head_hash: bytes


class ForkAnswer(Message, kw_only=True):
    """From here on the device writes under ``incarnation``."""

    incarnation: int
    since_n: int
    """Slots after this one are to be linked anew; those up to it head office has as they are."""


class PushItem(Message, kw_only=True):
    """One slot on its way up: the stored bytes and the author's signature."""

    stored: bytes
    signature: bytes


class Push(Message, kw_only=True):
    """Slots ``first_n``… in order, chained behind ``previous_hash``."""

    incarnation: Whole
    first_n: Whole
    previous_hash: bytes
    items: list[PushItem]
    head_signature: bytes
    """The device's signature over the link of the last item."""


class Verdict(Message, kw_only=True):
    """What became of one slot: ``stored``, ``already`` or ``kept`` with the reason's code."""

    n: int
    outcome: str
    code: str = ""


class PushAnswer(Message, kw_only=True):
    """*Received*: these slots are committed at head office."""

    high_water: int
    high_hash: bytes
    head_signature: bytes
    verdicts: list[Verdict]
    """Only those that are not plain ``stored``."""
