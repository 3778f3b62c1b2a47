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
    """``clerk cashier dealer warehouse head_office owner``."""
    grants: tuple[Grant, ...] = ()
    pin_hash: str = ""
    """'' = signs in without a PIN."""
    is_active: bool = True
    until_at_us: int = 0
    """First instant at which the user may do nothing more; 0 = open."""
    pin_at_us: int = 0
    """When this PIN was given; a PIN that the person chose later at a site stays there."""


class PinChanged(Body, kw_only=True):
    """A person has another PIN at the site of the document, from now on (I12).

    It is the author's own and nobody else's, and holds at this site alone: a device that fell
    into wrong hands gives its own site away and no other.
    """

    pin_hash: str


class Policy(Part, kw_only=True):
    """One rule of the house by name, as a text: a number, a word, ``1`` for yes."""

    name: str
    value: str
    site_id: str = ""
    """'' = every site; a site's own value goes before it."""


class PoliciesPublished(Body, kw_only=True):
    """Head office states rules of the house; those not named stay as they are."""

    policies: tuple[Policy, ...]
