"""Documents of access: a user, the role, and the grants."""

from shared.journal.document import Body, Part


class Grant(Part, kw_only=True):
    """Where a user may act, for which sales organisation, and how far (A04)."""

    site_id: str = ""
    """'' = head office and, for head office roles, every site."""
    sales_org_id: str = ""
    """'' = every sales organisation of the site."""
    level: str = "admin"
    """``view order approve admin``: cuts the role's permissions down; ``none`` withdraws."""


class UserPublished(Body, kw_only=True):
    """Head office states a user as a whole; a grant that ends is named once more with ``none``."""

    user_id: str
    name: str
    role: str
    """``clerk dealer warehouse head_office owner``."""
    grants: tuple[Grant, ...] = ()
    pin_hash: str = ""
    """'' = signs in without a PIN."""
    is_active: bool = True
    until_at_us: int = 0
    """First instant at which the user may do nothing more; 0 = open."""
