"""Why a price is what it is, as parts a screen puts into words: the stored one or that of now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from shared.core.money import format_ratio, format_unit_price
from shared.pricing.queries.prices import sales_orgs_of_site, spoken_names
from shared.pricing.queries.versions import Version, version_by_number
from shared.pricing.rules import Price, Trail, price_of_trail, recomputed


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePart:
    """One thing that was looked up: a price, or a ratio it was multiplied with."""

    of: str
    """``price`` or ``ratio``."""
    dimension: str
    """Such as ``retail``, ``level:L1``, ``list:member``, ``site:SH01`` (the shop's own)."""
    name: str
    """What the dimension is called here; '' when only the screen's words know it."""
    subject: str
    value_micro: int
    value: str
    """As it is read: ``199.00``, ``0.95``."""
    place: int
    places: int
    version: int
    """The version that stated it; the price's own may be later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One piece of the sentence: the key of its words, and what stands in them."""

    key: str
    params: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStory:
    """A price with all its reasons: 零售 199.00 × 0.95 会员 = 189.05，第27版，自 12-01 00:00."""

    unit_price_micro: int
    price: str
    parts: tuple[PricePart, ...]
    version: int
    """0 = no version: the shop's own price."""
    effective_at_us: int
    """From when the version holds, UTC; 0 when this device does not know."""
    decimals: int
    """Places the product was rounded to; -1 = taken as it stands."""
    is_recomputed: bool
    """Computed again from the parts it comes to the same."""
    said: tuple[Said, ...]
    """The whole sentence in its order."""


def price_story(
    connection: Connection, site_id: str, price: Price, *, at_us: int = 0
) -> PriceStory:
    """A price in its parts; ``at_us`` is the instant it was taken, for finding its version."""
    names = spoken_names(connection)
    parts = tuple(_part(one, names) for one in price.trail)
    version = _version(connection, site_id, price, at_us)
    effective_at_us = version.effective_at_us if version else 0
    return PriceStory(
        unit_price_micro=price.unit_price_micro,
        price=format_unit_price(price.unit_price_micro),
        parts=parts,
        version=price.version,
        effective_at_us=effective_at_us,
        decimals=price.decimals,
        is_recomputed=recomputed(price) == price.unit_price_micro,
        said=tuple(_said(price, parts, effective_at_us)),
    )


def stored_story(
    connection: Connection, site_id: str, trail: str, *, at_us: int = 0
) -> PriceStory | None:
    """The reasons a sale's line was stored with; None when it had none (a person's own price).

    Raises: RuleViolation TRAIL_UNREADABLE.
    """
    return price_story(connection, site_id, price_of_trail(trail), at_us=at_us) if trail else None


def _part(one: Trail, names: Mapping[str, str]) -> PricePart:
    is_ratio = one.of == "ratio"
    return PricePart(
        of=one.of,
        dimension=one.dimension,
        name=names.get(one.dimension, ""),
        subject=one.subject,
        value_micro=one.value_micro,
        value=(format_ratio if is_ratio else format_unit_price)(one.value_micro),
        place=one.position,
        places=one.positions,
        version=one.number,
    )


def _version(connection: Connection, site_id: str, price: Price, at_us: int) -> Version | None:
    """The version of one of the site's sales organisations that held then."""
    if not price.version:
        return None
    found = (
        version_by_number(connection, one, price.version)
        for one in sales_orgs_of_site(connection, site_id)
    )
    held = [one for one in found if one is not None and (not at_us or one.effective_at_us <= at_us)]
    return held[0] if held else None


def _said(price: Price, parts: tuple[PricePart, ...], effective_at_us: int) -> Iterator[Said]:
    for part in parts:
        yield Said(
            key=f"why.{part.of}",
            params={"dimension": part.dimension, "name": part.name, "value": part.value},
        )
    if len(parts) > 1:
        yield Said(key="why.result", params={"value": format_unit_price(price.unit_price_micro)})
        yield Said(key="why.rounded", params={"places": price.decimals})
    if parts and parts[0].place > 1:
        yield Said(key="why.place", params={"place": parts[0].place, "places": parts[0].places})
    if price.version:
        yield Said(key="why.version", params={"version": price.version})
    if effective_at_us:
        yield Said(key="why.from", params={"at_us": effective_at_us})
