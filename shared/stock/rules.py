"""Locations and movement types: pure rules of the stock ledger (domain rule 9)."""

from dataclasses import dataclass
from enum import StrEnum

from shared.core.errors import RuleViolation

CUSTOMER = "customer"
SUPPLIER = "supplier"
ADJUSTMENT = "adjustment"
SCRAP = "scrap"
CONSUMPTION = "consumption"
GIFT = "gift"
OPENING = "opening"
SUSPENSE = "suspense"


class Status(StrEnum):
    """What may be done with goods at a location."""

    SELLABLE = "sellable"
    RESERVED = "reserved"
    DEFECTIVE = "defective"
    QUARANTINE = "quarantine"


NO_BIN = "-"


def location(site_id: str, status: Status = Status.SELLABLE, bin_id: str = NO_BIN) -> str:
    """The name of a place inside a site: ``site/SH01/-/sellable``."""
    return f"site/{site_id}/{bin_id}/{status}"


def transit(from_site: str, to_site: str) -> str:
    """Where goods are that left one site and have not arrived at the other (G06)."""
    return f"transit/{from_site}/{to_site}"


def site_of(place: str) -> str:
    """The site a location belongs to; '' for places outside every site."""
    kind, _, rest = place.partition("/")
    return rest.split("/", 1)[0] if kind == "site" else ""


class Direction(StrEnum):
    """Whether a movement brings goods to the site or takes them from it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementType:
    """A kind of movement, as data from head office (G02, G03)."""

    id: str
    direction: Direction
    counter_location: str
    needs_reason: bool = False
    needs_party: bool = False
    needs_approval: bool = False


def ends(kind: MovementType, site_id: str, status: Status = Status.SELLABLE) -> tuple[str, str]:
    """From and to of a movement of this type at a site."""
    here = location(site_id, status)
    if kind.direction is Direction.IN:
        return kind.counter_location, here
    return here, kind.counter_location


def check_movement(
    kind: MovementType, *, reason: str, party_id: str, approver_id: str, lines: int
) -> None:
    """What a movement needs before it is made.

    Raises: RuleViolation REASON_MISSING, PARTY_MISSING, APPROVAL_MISSING, NO_LINES.
    """
    if not lines:
        raise RuleViolation("NO_LINES")
    if kind.needs_reason and not reason:
        raise RuleViolation("REASON_MISSING", movement_type=kind.id)
    if kind.needs_party and not party_id:
        raise RuleViolation("PARTY_MISSING", movement_type=kind.id)
    if kind.needs_approval and not approver_id:
        raise RuleViolation("APPROVAL_MISSING", movement_type=kind.id)
