"""What the devices of one store say to each other without head office (Q06, I06)."""

from typing import Final

import msgspec

from shared.sync.messages import Message, Whole

EXCHANGE, WATCH, CLAIM, WHO = "/exchange", "/watch", "/claim", "/who"
PASSED_MAX: Final = 200
"""Documents of one message; more follow at once."""
PASSED_BYTES_GOAL: Final = 1024 * 1024
LAN_BYTES_MAX: Final = 6 * 1024 * 1024
"""A body as it travels: one largest document alone still fits."""
LAN_PLAIN_MAX: Final = 16 * 1024 * 1024
SHELF_MAX: Final = 50
"""Baskets one device may have on the shelf."""
BASKET_BYTES_MAX: Final = 64 * 1024
WATCH_S_MAX: Final = 25
LAN_PORT: Final = 47_613
MODE, ADDRESS, PORT = "lan.mode", "lan.address", "lan.port"
"""Settings: what this device is, where the host is ('' = it is looked for), and its port."""
OFF, HOST, MEMBER = "off", "host", "member"
LAN_CALL: Final = b"qutong store host?\n"
"""What is called into the store's network to find its host."""


class Passed(Message, kw_only=True):
    """A document as its author signed it, and where it stands in the author's journal."""

    device_id: str
    incarnation: Whole
    n: Whole
    uid: str
    stored: bytes
    signature: bytes


class Place(Message, kw_only=True):
    """Up to where the host was given a journal; ``uid`` tells another journal with such numbers."""

    incarnation: Whole = 0
    n: Whole = 0
    uid: str = ""


class Mark(Message, kw_only=True):
    """Up to where a device took from the host's list; ``uid`` tells another list."""

    seq: Whole = 0
    uid: str = ""


class Shelved(Message, kw_only=True):
    """A basket that was put aside (挂单); ``content`` is left out when the host has it."""

    uid: str
    device_id: str
    held_at_us: Whole
    content: bytes = b""


class Exchange(Message, kw_only=True):
    """A device gives what is new here, and takes what it lacks after its mark."""

    mark: Mark
    documents: list[Passed]
    held: list[Shelved]
    """All baskets held here: one that is missing is not for others any more."""
    shelf: str = ""
    """Name of the others' baskets as known here."""


class Gone(Message, kw_only=True):
    """A basket of the asking device that another one took."""

    uid: str
    device_id: str


class Exchanged(Message, kw_only=True):
    """What the host answers."""

    mark: Mark
    documents: list[Passed]
    is_whole: bool
    """False: there is more after the mark."""
    place: Place
    """Up to where the host has the asking device's journal."""
    wanted: list[str]
    """Baskets whose content the host lacks."""
    gone: list[Gone]
    shelf: str
    baskets: list[Shelved]
    """The others' baskets, when ``shelf`` is another than the one asked with."""
    devices: int
    """How many devices share with the host, itself counted."""


class Watch(Message, kw_only=True):
    """Answered when there is news, or after ``timeout_s``."""

    mark: Mark
    shelf: str
    timeout_s: Whole = WATCH_S_MAX


class WatchAnswer(Message, kw_only=True):
    """Whether there is something to take."""

    moved: bool


class Claim(Message, kw_only=True):
    """A device wants to go on with a basket."""

    uid: str


class Claimed(Message, kw_only=True):
    """It may; ``content`` is empty for its own basket."""

    content: bytes = b""


class Who(Message, kw_only=True):
    """Asked before anything is known of who listens there."""


class WhoAnswer(Message, kw_only=True):
    """Who it says it is: believed once it could open what was sealed to that device."""

    device_id: str


class Sealed(Message, kw_only=True):
    """A message only its addressee can read; ``passing`` is the public half of a key made for it.

    An answer has none: it is sealed with the same secret.
    """

    body: bytes
    passing: bytes = b""


class LanStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How sharing stands, for the screen."""

    mode: str = "off"
    is_reached: bool = False
    devices: int = 0
    last_at_us: int = 0
    code: str = ""
