"""Documents of pricing: rows, the version they belong to, head office's word, a shop's price."""

from typing import Final

from shared.journal.document import Body, Part
from shared.pricing.rules import PartSum, PriceRow, Step

MESSAGE_CHARACTERS_MAX: Final = 300
"""What fits a till's banner in two lines; more is cut."""


class PriceRows(Body, kw_only=True):
    """At most 5,000 changes of a version; inert until the version is sealed."""

    version_id: str
    """The hex uid of the document that publishes the version; written before it."""
    sales_org_id: str
    rows: tuple[PriceRow, ...]


class PriceVersionPublished(Body, kw_only=True):
    """A request to make these rows and this logic the next version (C02, domain rule 4).

    Author and approver are the header's; the version's id is the header's uid in hex.
    """

    sales_org_id: str
    parent_number: int
    """The version its author saw; 0 = the first one."""
    effective_at_us: int
    steps: tuple[Step, ...]
    """The whole logic, not a change of it."""
    parts: tuple[PartSum, ...]
    """Count and digest of the rows, part by part; empty when only the logic changes."""
    reason: str = ""
    message: str = ""
    """What the devices of the sales organisation are told of it, in the author's words."""
    prints_labels: bool = False
    """Whether shops are asked for new labels of what it changes, once it holds there (B07)."""


class PriceVersionSealed(Body, kw_only=True):
    """Head office gives the version its number; it is complete and immutable from here on."""

    version_id: str
    sales_org_id: str
    number: int


class PriceVersionRejected(Body, kw_only=True):
    """Head office does not make it a version: ``PARENT_MOVED``, ``PRICE_ROW_TWICE`` and so on."""

    version_id: str
    sales_org_id: str
    code: str
    detail: str = ""
    """What it is about, in plain words of the code's parameters."""


class LabelsPrinted(Body, kw_only=True):
    """A device of a shop printed the labels that price versions asked for (B07)."""

    sales_org_id: str
    number: int
    """The version whose prices stand on them."""
    from_number: int
    """The one whose prices stood on the shelf before."""
    products: int
    labels: int


class DeviceNudged(Body, kw_only=True):
    """Head office asks one device for a version it has not got: it says so there and syncs."""

    version_id: str
    sales_org_id: str
    number: int
    device_id: str
    site_id: str
    """The device's; the nudge is that site's and head office's."""
    text: str = ""
    """What is said beside it, in the person's words."""


class OwnPriceSet(Body, kw_only=True):
    """A shop sets the retail price at which it sells a product itself (本店售价, B11)."""

    product_id: str
    unit_price_micro: int
    is_removed: bool = False


class OwnPriceLine(Part, kw_only=True):
    """One of many retail prices of a shop's own."""

    product_id: str
    unit_price_micro: int
    is_removed: bool = False


class OwnPricesSet(Body, kw_only=True):
    """A shop sets many retail prices of its own at once, at most 1,000 (B11, R07)."""

    lines: tuple[OwnPriceLine, ...]


class VersionMark(Part, kw_only=True):
    """How far one version has come on the device that writes this."""

    version_id: str
    sales_org_id: str
    number: int
    stages: tuple[str, ...]
    """Those newly reached of ``received verified activated`` (``rules.Stage``)."""


class PriceVersionsMarked(Body, kw_only=True):
    """A device says which price versions it received, proved complete, and prices by (C02, C03).

    It is the activation record in the journal: written by the device itself, once per version and
    stage, whoever is signed in.
    """

    marks: tuple[VersionMark, ...]
