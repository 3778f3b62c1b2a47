"""What head office says of a month that is over at a site."""

from shared.journal.document import Body, Part


class OpenedMove(Part, kw_only=True):
    """What a month moved of a product, lot and type from one location to another."""

    product_id: str
    movement_type: str
    from_location: str
    to_location: str
    qty_micro: int
    row_count: int
    """How many moves that were."""
    lot: str = ""


class OpenedEntry(Part, kw_only=True):
    """What a month brought from the credit account to the debit account."""

    debit_account: str
    credit_account: str
    currency: str
    amount_minor: int
    row_count: int


class ClosedJournal(Part, kw_only=True):
    """The last slot of a journal whose rows are covered."""

    device_id: str
    incarnation: int
    n: int


class MonthClosed(Body, kw_only=True):
    """A month of a site, added up: devices keep these rows in the place of the month's (P4).

    A month of many keys is closed by several documents of one commit.
    """

    month: str
    """``2025-03``; rows of earlier months that came after these were closed are in it, too."""
    journals: list[ClosedJournal]
    moves: list[OpenedMove] = []
    entries: list[OpenedEntry] = []
    part: int = 1
    signed_off_by: str = ""
    """Who answers for devices that had not reported."""


class MonthCloseAsked(Body, kw_only=True):
    """Head office's people want a month closed, site by site; it says itself what came of it."""

    month: str
    """The last one that is closed, with all before it."""
    sites: tuple[str, ...] = ()
    """() = all."""
    is_signed_off: bool = False
    """The author answers for devices that were not heard of."""


class MonthCloseTold(Body, kw_only=True):
    """What came of a request at one site."""

    request: str
    """uid text."""
    site: str
    row_count: int = 0
    openings: int = 0
    code: str = ""
    """'' = closed, or nothing to close; else what stands in the way."""
    named: str = ""
    """The devices or journals it is about, a blank between them."""
    is_last: bool = False
    """The request is done with it."""
