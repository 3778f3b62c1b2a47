"""What is said of pools and leases; spending is part of the fact that spends."""

from shared.journal.document import Body, Part


class LeaseSpend(Part, kw_only=True):
    """So much of a lease is spent by the document that carries this, in the pool's unit."""

    lease_id: str
    amount: int


class PoolStated(Body, kw_only=True):
    """Something scarce, how much more (or less) of it there is, and how it is lent (M06)."""

    pool: str
    """``rules.pool_named``: head office's own, or a home site's."""
    unit: str
    """Currency, ``points``, ``pcs``: what an amount of 1 is the smallest part of."""
    added: int
    portion: int = 0
    """The most of one lease; 0 = as much as is wanted."""
    term_s: int = 30 * 86_400
    only_site_id: str = ""
    """The only site that may hold leases of it; '' = any."""
    is_open: bool = True


class LeaseRequested(Body, kw_only=True):
    """A device asks for a portion of a pool."""

    pool: str
    wanted: int
    incarnation: int
    """The asking device's; a later one does not hold the lease."""


class LeaseGranted(Body, kw_only=True):
    """Head office lends a portion; the lease is named by its request."""

    lease_id: str
    """uid text of the request."""
    pool: str
    unit: str
    device_id: str
    incarnation: int
    site_id: str
    amount: int
    from_us: int
    until_us: int
    term_s: int


class LeaseRefused(Body, kw_only=True):
    """Nothing is lent, and why, with the numbers."""

    request: str
    """uid text."""
    pool: str
    code: str
    wanted: int
    free: int


class LeaseReturned(Body, kw_only=True):
    """The holder gives back what it did not spend."""

    lease_id: str
    amount: int


class LeaseTakenBack(Body, kw_only=True):
    """Head office puts what was given back into its pool."""

    lease_id: str
    pool: str
    site_id: str
    amount: int
    too_much: int = 0
    """Given back, but not there any more: back into the holder's hand."""
    found_again: int = 0
    """Was written off already; the holder did not spend it."""


class LeaseWriteOffRequested(Body, kw_only=True):
    """A person of head office does not wait for a holder any more."""

    lease_id: str
    reason: str


class LeaseWrittenOff(Body, kw_only=True):
    """What the holder was not known to have spent is written off; it does not go into the pool,
    because the holder may have spent it."""

    lease_id: str
    site_id: str
    amount: int
    reason: str
    decided_for: str = ""
    """Who asked for it."""


class LeaseOverspent(Body, kw_only=True):
    """More of a lease was spent than it had: out of what was written off, or else suspense."""

    lease_id: str
    site_id: str
    late: int
    """Spent after the write-off."""
    doubled: int
    """Spent twice, by copies of a disk or after the return."""
    doubled_in_all: int
    """Of this lease, with what was found before."""
