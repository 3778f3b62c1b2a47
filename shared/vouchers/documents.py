"""What is said of points and coupons; using them is part of the sale that takes them."""

from shared.journal.document import Body, Part


class PointsRulePublished(Body, kw_only=True):
    """How members earn points and what a point is worth, asked for by two people (I07).

    The latest rule that holds is the rule; without one nothing is earned or spent.
    """

    currency: str
    earn_points: int
    """So many points …"""
    earn_per_minor: int
    """… for each full amount of this, of the eligible net paid by money."""
    worth_points: int
    """So many points …"""
    worth_minor: int
    """… pay for so much."""
    from_us: int
    reason: str = ""
    is_ended: bool = False
    """From then on points are neither earned nor taken."""


class CouponMade(Part, kw_only=True):
    """One coupon; its code is known to who holds it, and to nobody by this."""

    coupon_id: str
    """``rules.coupon_id`` of the code."""
    member_id: str = ""
    """Of early batches: who alone may use it, by name."""
    holder: str = ""
    """``rules.holder_of`` who alone may use it; '' = whoever brings it."""


class CouponsIssued(Body, kw_only=True):
    """A batch of coupons of one kind, asked for by two people (D11)."""

    name: str
    currency: str
    value_minor: int
    least_minor: int
    """What a sale comes to at least to take it."""
    from_us: int
    until_us: int
    policy: str
    """``strict``: one device after the other; ``lenient``: whoever is without a line, too."""
    on_return: str
    """``again``: the coupon lives again when all it paid for came back; ``lost``: it does not."""
    coupons: tuple[CouponMade, ...]
    reason: str = ""


class OfferAnswered(Body, kw_only=True):
    """Head office put a rule or a batch in force, or did not, and why."""

    offer: str
    """uid text of the request."""
    what: str
    """``points_rule`` or ``coupon_batch``."""
    code: str = ""
    """'' = in force."""


class CouponUse(Part, kw_only=True):
    """A coupon among the tenders of a sale, or given back by a return."""

    coupon_id: str
    batch_id: str
    amount_minor: int
    """Below zero: this much of what it paid for came back."""
    count: int
    """1 = used up, -1 = lives again, 0 = a part came back and it stays used."""


class PointsOf(Part, kw_only=True):
    """So many points of a member, more or (below zero) fewer."""

    member_id: str
    points: int


class PointsCorrected(Part, kw_only=True):
    """What a sale said of points and head office does not let stand."""

    member_id: str
    site_id: str
    sale: str
    """uid text of the sale, or of the sale whose goods came back."""
    reason: str
    points: int


class PointsElsewhere(Part, kw_only=True):
    """What a member earned less what they spent at all other sites, for one that knows them."""

    member_id: str
    site_id: str
    points: int


class CouponUses(Part, kw_only=True):
    """How often a coupon was used, less how often it was given again."""

    coupon_id: str
    uses: int
    used_at_us: int
    used_site_id: str
    lies_again: bool = False
    """A strict one goes back into its pool."""


class VouchersSettled(Body, kw_only=True):
    """Head office's books after some sales: points for the pools, coupons that lie there again,
    and what other sites have to know."""

    earned: tuple[PointsOf, ...] = ()
    """Into the members' pools."""
    corrected: tuple[PointsCorrected, ...] = ()
    elsewhere: tuple[PointsElsewhere, ...] = ()
    coupons: tuple[CouponUses, ...] = ()
