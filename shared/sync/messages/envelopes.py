"""Documents of others as their authors signed them: held for head office, and given back."""

from shared.sync.messages.base import Message, Whole


class Envelope(Message, kw_only=True):
    """A document of another journal as its author signed it, and where it stands there."""

    device_id: str
    incarnation: Whole
    n: Whole
    stored: bytes
    signature: bytes
    stored_at_us: Whole
    """When head office stored it."""


class EnvelopeCursor(Message, kw_only=True):
    """Up to which place of a scope's feed a device holds the bytes of others' documents."""

    scope: str
    after: Whole
    is_whole: bool = False
    """In an answer: there is nothing after it now."""


class Envelopes(Message, kw_only=True):
    """A device asks for the bytes behind the rows of its scopes."""

    cursors: list[EnvelopeCursor]


class EnvelopesAnswer(Message, kw_only=True):
    """Bytes to hold for head office; each once, whatever scopes it is in."""

    envelopes: list[Envelope]
    cursors: list[EnvelopeCursor]
    """Of the scopes that were answered; one that is missing is to be asked again."""
    keep_since_us: int
    """What head office stored before this instant need not be held any more."""


class Return(Message, kw_only=True):
    """A device gives back what a restored head office lacks."""

    envelopes: list[Envelope]
    is_all: bool = False
    """Nothing is left to give back, and the own journal was sent to its end."""


class ReturnAnswer(Message, kw_only=True):
    """How many of them head office lacked."""

    taken: int
    unknown: list[str]
    """uids of documents whose author head office does not know yet: to be given back again."""
