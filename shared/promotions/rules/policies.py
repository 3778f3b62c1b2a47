"""What a policy states: who it is for, when, on which goods, what it asks and what it gives."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from shared.core.rounding import MICRO

POLICIES_MAX: Final = 500
"""In force at once for one buyer; more are refused when they are published."""
GOODS_MAX: Final = 2_000
"""Products one policy names."""


class PolicyKind(StrEnum):
    """What a policy does, in the order the engine does it (domain rule 6)."""

    SPECIAL = "special_price"
    """A price or ratio of its own while it holds (限时折扣, 特价, 清仓; D10, C09)."""
    FIRST = "first_n"
    """A special price for the first N (低价限购, D05)."""
    GIFT = "buy_get"
    """For every N main goods so many gifts (买赠, D06)."""
    BUNDLE = "bundle"
    """A set of goods at one price (套装)."""
    THRESHOLD = "threshold"
    """From an amount or quantity on: money off, a ratio, gifts (满减, 满折, 满万赠; D07, D09)."""
    LIMIT = "limit"
    """The most that may be bought (限购; D02-D04); it gives nothing."""


STAGES: Final = (
    PolicyKind.SPECIAL,
    PolicyKind.FIRST,
    PolicyKind.GIFT,
    PolicyKind.BUNDLE,
    PolicyKind.THRESHOLD,
)


class Use(StrEnum):
    """Where a policy holds."""

    TILL = "till"
    ORDER = "order"
    INVOICE = "invoice"
    """The wholesale invoice of a dealer to their own customers (批发开单, I02)."""


class Beyond(StrEnum):
    """What holds after the first N (D05)."""

    NORMAL = "normal"
    REFUSE = "refuse"


class Period(StrEnum):
    """Over what a first N or a limit counts; by the buyer's local days, weeks from Monday."""

    ORDER = "order"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    POLICY = "policy"
    """As long as the policy holds."""


class Holder(StrEnum):
    """Whose purchases a limit counts together (D02, D04)."""

    ACCOUNT = "account"
    SITE = "site"
    MEMBER = "member"


class GiftPrice(StrEnum):
    """What stands on a gift's line (赠品价格定义, D07)."""

    ZERO = "zero"
    SYMBOLIC = "symbolic"
    """``symbolic_micro`` per piece, paid."""
    LIST = "list"
    """The list price with a discount of the same amount."""
    SPREAD = "spread"
    """The list price, and the same amount off shared over main goods and gifts (揉价)."""


class Goods(NamedTuple):
    """Which goods a policy counts; nothing named at all is every product."""

    products: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    """Products that do not count although their brand does."""


EVERYTHING: Final = Goods()


class Special(NamedTuple):
    """A product's own price under a policy."""

    product_id: str
    unit_price_micro: int


class BundlePart(NamedTuple):
    """So many pieces of any of these goods belong to a set."""

    goods: Goods
    qty_micro: int


class Tier(NamedTuple):
    """From this measure on; the highest tier reached holds, or each full one counts."""

    from_measure: int
    """Minor units of the eligible net amount, or millionths of pieces."""
    off_minor: int = 0
    pay_ratio_micro: int = MICRO
    gift_micro: int = 0


class Weight(NamedTuple):
    """One piece of a product counts so much toward a limit, at 10⁻⁶ (D03)."""

    product_id: str
    weight_micro: int = MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A promotion policy or limit as it was published; a change is the next number (D01).

    Money is in minor units of the sales organisation's currency, quantities in millionths of the
    base unit, unit prices and ratios at 10⁻⁶, instants in microseconds UTC.
    """

    policy_id: str
    """What head office calls it for ever, such as ``2026-618``."""
    name: str
    """As clerks and customers say it: 10+1, 满300减40."""
    kind: PolicyKind
    uses: tuple[Use, ...]
    from_us: int = 0
    until_us: int = 0
    """Not any more at this instant; 0 = until it is replaced."""
    weekdays: tuple[int, ...] = ()
    """1 = Monday … 7; () = every day."""
    from_minute: int = 0
    until_minute: int = 24 * 60
    """Of the buyer's local day, from inclusive, until exclusive (D10)."""
    who: tuple[str, ...] = ()
    """Dimensions of prices (``level:L1``, ``region:R``, ``region:R+level:L``, ``category:K``,
    ``account:A``), ``list:member`` and ``site:S``; any of them is enough, () = everybody (A03)."""
    goods: Goods = EVERYTHING
    group: str = ""
    """Of policies with one group a document has at most one: the person chooses (D12)."""
    priority: int = 0
    """Within a stage the smaller is done first; then by id."""

    specials: tuple[Special, ...] = ()
    """Prices of SPECIAL and FIRST, by product."""
    pay_ratio_micro: int = 0
    """Of goods without a special price; 0 = none (SPECIAL and FIRST)."""
    first_micro: int = 0
    """The N of FIRST."""
    beyond: Beyond = Beyond.NORMAL
    period: Period = Period.ORDER
    """Over what FIRST and LIMIT count."""
    holder: Holder = Holder.ACCOUNT

    every_micro: int = 0
    """The N of GIFT."""
    gift_micro: int = 0
    """Gifts for each N."""
    most_times: int = 0
    """How often at most GIFT, BUNDLE and per-full THRESHOLD give; 0 = no bound."""
    gifts: tuple[str, ...] = ()
    """Products a person chooses gifts from; () = the main goods themselves."""
    gift_price: GiftPrice = GiftPrice.ZERO
    symbolic_micro: int = 0

    parts: tuple[BundlePart, ...] = ()
    bundle_minor: int = 0
    """What one set costs."""

    by_quantity: bool = False
    """Whether THRESHOLD and LIMIT measure (weighted) pieces; else the amount."""
    tiers: tuple[Tier, ...] = ()
    is_per_full: bool = False
    """Each full first tier counts: 每满."""
    counts_special: bool = True
    """Whether goods at a special price count toward GIFT, BUNDLE and THRESHOLD."""

    weights: tuple[Weight, ...] = ()
    """Of LIMIT; a product of ``goods`` without one weighs 1."""
    most: int = 0
    """Of LIMIT: millionths of weighted pieces, or minor units."""
