"""Questions about what a device does not hold: reports, pictures, packets for a stick."""

import msgspec

from shared.journal.document import Value
from shared.sync.messages.base import Message, Whole


class AskReport(Message, kw_only=True):
    """A device asks for rows it does not hold: read only, one bounded page at a time."""

    report: str
    params: dict[str, Value]
    user_id: str
    """Who looks; what they are granted decides what is there for them."""
    after: str = ""
    """``next_after`` of the page before; '' = from the beginning."""
    limit: Whole = 0
    """Rows of a page; 0 = as many as a page holds."""


class ReportPage(Message, kw_only=True):
    """Some rows of a report, in its own order."""

    columns: list[str]
    rows: list[list[Value]]
    next_after: str
    """Where the next page begins; '' = there is none."""
    as_of_us: int
    total: int = -1
    """Rows of the whole report where that is known; for a progress bar. -1 = not known."""
    silent: list[list[Value]] = msgspec.field(default_factory=list)
    """Device, last contact and unsent documents of those whose figures may be missing (G04)."""


class AskPicture(Message, kw_only=True):
    """A device wants a picture that a row of its scopes names (B01)."""

    digest: str
    """SHA-256 of its bytes, 64 hexadecimal digits."""


class PictureFound(Message, kw_only=True):
    """The picture."""

    data: bytes
    media_type: str


class AskPacket(Message, kw_only=True):
    """Head office's desktop wants the prices a device lacks in a file for a stick (Q06, C03)."""

    device_id: str
    """Who it is for; only that device can read it."""
    sales_org_id: str
    user_id: str
    """Who asks; what they are granted decides."""


class PacketMade(Message, kw_only=True):
    """The file, sealed for its device."""

    data: bytes
    rows: Whole
    newest: Whole
    """The newest version in it; 0 = the device lacks none."""
