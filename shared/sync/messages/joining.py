"""A new device, or a shop that founded itself, comes to head office."""

from shared.sync.messages.base import Message, Whole
from shared.sync.messages.up import PushItem


class Enrol(Message, kw_only=True):
    """A new device hands in its one-time code and the public half of its key."""

    code: str
    public_key: bytes
    signature: bytes
    """The device key over the code: proof that it holds the private half."""
    device_id: str = ""
    """Which device it is already, where head office forgot it; '' = a new one."""
    hq_public_key: bytes = b""
    """Whose device it is already; b'' = nobody's."""


class Join(Message, kw_only=True):
    """A shop that founded itself hands in a code and the first slot of its journal."""

    code: str
    public_key: bytes
    signature: bytes
    """The device key over the code and the slot: proof that it holds the private half."""
    device_id: str
    tag: str
    incarnation: Whole
    founding: PushItem
    """Slot 1: the document that founds the shop."""
    link_signature: bytes
    """The device's signature over the link of slot 1."""
    hq_public_key: bytes = b""
    """Whose device it is already, where head office forgot it; b'' = nobody's."""


class EnrolAnswer(Message, kw_only=True):
    """Who the device is from now on."""

    device_id: str
    device_type: str
    site_id: str
    tag: str
    incarnation: int
    epoch: str
    hq_public_key: bytes
    server_time_us: int
    nonce: str
