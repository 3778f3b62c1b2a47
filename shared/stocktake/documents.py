"""What people write while they count, and how head office corrects a posted count."""

from typing import Final

from shared.journal.document import Body, Part

PHOTO_BYTES_MAX: Final = 60 * 1024
"""Of one photo: a till's network takes it in a second, and a page of rows holds many."""
PHOTO_MEDIA: Final = "image/jpeg"


class CountZone(Part, kw_only=True):
    """A part of the site that is counted on one sheet, and who is to count it."""

    zone_id: str
    name: str = ""
    people: list[str] = []


class CountOpened(Body, kw_only=True):
    """A count begins: what, how, by whom, and how far off is too far (H01-H05, H08)."""

    scope: str
    """``opening full spot``."""
    mode: str
    """``blind open``."""
    zones: list[CountZone]
    product_ids: list[str] = []
    """What a spot count is about; empty for a whole site."""
    currency: str = "CNY"
    tolerance_qty_micro: int = -1
    tolerance_ratio_micro: int = -1
    tolerance_value_minor: int = -1
    """-1 = not looked at."""
    site_limit_minor: int = 50_000
    """Up to this value the site itself signs; beyond it head office does (H09)."""
    note: str = ""


class CountedLine(Part, kw_only=True):
    """What one person found of a product at an instant; 0 says the place is empty."""

    product_id: str
    qty_micro: int
    counted_at_us: int
    lot: str = ""
    serial: str = ""


class UnknownCode(Part, kw_only=True):
    """A code nobody here knows, found while counting, with what the counter says of it."""

    code: str
    note: str = ""


class ZoneCounted(Body, kw_only=True):
    """A zone sheet is sealed: nothing on it changes any more (H06)."""

    count_uid: bytes
    zone_id: str
    lines: list[CountedLine]
    seal: bytes
    """The committed digest, as the counter's slip prints it."""
    is_recount: bool = False
    """A recount speaks only of the products it names."""
    started_at_us: int = 0
    """When the counter opened the zone; 0 = not told."""
    scans: int = 0
    """How often the counter scanned or keyed; 0 = not told."""
    unknown: list[UnknownCode] = []


class CountRevealed(Body, kw_only=True):
    """A person who did not count looks at the differences; from now on they are known."""

    count_uid: bytes


class RecountLine(Part, kw_only=True):
    """A product of a zone that somebody else shall count again."""

    zone_id: str
    product_id: str


class RecountAsked(Body, kw_only=True):
    """Lines out of tolerance, or that two people disagree about, go to another person (H08)."""

    count_uid: bytes
    lines: list[RecountLine]
    person_id: str = ""


class CountApproved(Body, kw_only=True):
    """A person of the site signs the differences of a count, up to the site's limit (H09)."""

    count_uid: bytes
    value_minor: int
    """The sum of the differences without their signs, as the approver saw it."""
    note: str = ""


class CountApprovedAbove(Body, kw_only=True):
    """A person of head office signs the differences of a count beyond the site's limit (H09)."""

    count_uid: bytes
    value_minor: int
    note: str = ""


class PostedLine(Part, kw_only=True):
    """A product's count beside the book at its own instant; the difference is moved (H07, H09)."""

    product_id: str
    counted_at_us: int
    book_micro: int
    counted_micro: int
    reason: str = ""
    unit_value_micro: int = 0
    value_minor: int = 0
    lot: str = ""
    """The lot the difference is of; an opening that knows when goods end says it (B09)."""


class CountPosted(Body, kw_only=True):
    """The count becomes stock: one adjustment per line that differs, or the opening balance."""

    count_uid: bytes
    scope: str
    lines: list[PostedLine]
    currency: str = "CNY"
    value_minor: int = 0
    """The sum of the differences without their signs."""


class CountCorrected(Body, kw_only=True):
    """Head office moves a posted count's adjustment: a fact came late but happened before (H07).

    The counted figure stands; what the late fact moved is no difference of the count.
    """

    count_uid: bytes
    product_id: str
    counted_at_us: int
    qty_micro: int
    """Into the site's stock; negative out of it."""
    because_uid: bytes = b""
    """The document that came late."""


class PhotoTaken(Body, kw_only=True):
    """What a person saw while a count went on: an unknown code's goods, or why a line differs."""

    count_uid: bytes
    zone_id: str = ""
    """Where it was taken; '' when it is about a line of the whole count."""
    code: str = ""
    """The code nobody knows here; '' when it is about a product."""
    product_id: str = ""
    note: str = ""
    media_type: str = PHOTO_MEDIA
    data: bytes = b""
    """At most ``PHOTO_BYTES_MAX``, scaled and without what a camera writes beside the picture."""
    taken_at_us: int = 0
    """When it was taken; 0 = when the document was written."""
