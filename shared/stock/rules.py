"""Locations and movement types: pure rules of the stock ledger (domain rule 9)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.core.text import half_width, normal

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


TRANSIT = "transit"
MARK = "↩"
"""What takes a document back names it by this mark and its number, then says why."""
MANY_MICRO = 10_000 * MICRO
"""So many pieces on one line are asked about before they count: mostly a slip of the fingers."""


def transit(from_site: str, to_site: str) -> str:
    """Where goods are that left one site and have not arrived at the other (G06)."""
    return f"{TRANSIT}/{from_site}/{to_site}"


def transit_ends(place: str) -> tuple[str, str]:
    """The two sites of a transit; ('', '') for any other place."""
    kind, _, rest = place.partition("/")
    start, _, end = rest.partition("/")
    return (start, end) if kind == TRANSIT else ("", "")


def site_of(place: str) -> str:
    """The site a location belongs to; '' for places outside every site."""
    kind, _, rest = place.partition("/")
    return rest.split("/", 1)[0] if kind == "site" else ""


def bin_of(place: str) -> str:
    """The bin of a location inside a site; '' for places outside every site."""
    parts = place.split("/")
    return parts[2] if parts[0] == "site" and len(parts) == 4 else ""


def status_of(place: str) -> str:
    """What may be done with goods at a location; '' for places outside every site."""
    return place.rpartition("/")[2] if site_of(place) else ""


def number_taken_back(said: str) -> str:
    """The number of the document that a reason or note takes back; '' = none."""
    mark, _, rest = said.partition(" ")
    return rest.partition(" ")[0] if mark == MARK else ""


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


PURCHASE = "purchase_receipt"

BUILT_IN = {
    one.id: one
    for one in (
        MovementType(
            id=PURCHASE, direction=Direction.IN, counter_location=SUPPLIER, needs_party=False
        ),
        MovementType(
            id="purchase_return",
            direction=Direction.OUT,
            counter_location=SUPPLIER,
            needs_reason=True,
        ),
        MovementType(id="gift_out", direction=Direction.OUT, counter_location=GIFT),
        MovementType(
            id="consumption",
            direction=Direction.OUT,
            counter_location=CONSUMPTION,
            needs_reason=True,
        ),
        MovementType(
            id="scrap", direction=Direction.OUT, counter_location=SCRAP, needs_reason=True
        ),
        MovementType(
            id="misc_receipt",
            direction=Direction.IN,
            counter_location=ADJUSTMENT,
            needs_reason=True,
        ),
        MovementType(
            id="misc_issue",
            direction=Direction.OUT,
            counter_location=ADJUSTMENT,
            needs_reason=True,
        ),
    )
}
"""What a shop without a head office moves goods by (R07). They are the program's and no rows: a
founded shop brings none to head office, and where head office has published types only these
count. None needs a second person: such a shop may have one."""

BUILT_IN_NAMES = {
    PURCHASE: ("采购入库", "Purchase receipt"),
    "purchase_return": ("采购退货", "Return to supplier"),
    "gift_out": ("赠品出库", "Gift out"),
    "consumption": ("自用消耗", "Consumption"),
    "scrap": ("报废", "Scrap"),
    "misc_receipt": ("其他入库", "Other receipt"),
    "misc_issue": ("其他出库", "Other issue"),
}
"""Chinese and English."""


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


LOT_CHARS_MAX: Final = 40
_EXPIRY: Final = re.compile(r"(?:(.*) )?\(([0-9]{4}-[0-9]{2}-[0-9]{2})\)")
_TYPED: Final = re.compile(
    r"(20[0-9]{2})(?:[-./]([0-9]{1,2})(?:[-./]([0-9]{1,2}))?|([0-9]{2})([0-9]{2})?)"
)
EXPIRES_SOON_DAYS: Final = 60
"""So many days before its end a lot is one to sell first (B09)."""


def lot_named(lot: str, expiry: str = "") -> str:
    """A lot as the ledger names it, with its expiry where one is known (B09):
    ``A7 (2027-05-31)``.

    The expiry may be typed ``20270531`` or ``2027/5/31``. Raises: RuleViolation LOT_BAD.
    """
    called, day = normal(half_width(lot)), normal(half_width(expiry))
    if not called or len(called) > LOT_CHARS_MAX or "\n" in called:
        raise RuleViolation("LOT_BAD", lot=called[:LOT_CHARS_MAX])
    if not day:
        return called
    parts = re.split("[-/. ]", day) if not day.isdigit() else [day[:4], day[4:6], day[6:]]
    try:
        year, month, number = (int(one) for one in parts)
        until = date(year, month, number)
    except ValueError:
        raise RuleViolation("LOT_BAD", lot=called) from None
    return f"{called} ({until.isoformat()})"


def lot_until(expiry: str) -> str:
    """A lot of which nothing but its expiry is known, an ISO date or '' (B09): ``(2027-05-31)``."""
    return f"({expiry})" if expiry else ""


def expiry_typed(text: str) -> str:
    """An expiry as a person types it, as an ISO date: ``2027-05-31``, ``20270531``, ``2027/5`` (a
    month alone means its last day); '' stays ''. Raises: RuleViolation EXPIRY_UNREADABLE."""
    typed = normal(half_width(text))
    if not typed:
        return ""
    found = _TYPED.fullmatch(typed)
    try:
        if found is None:
            raise ValueError(typed)
        year, month, day = (int(one) for one in (found[1], found[2] or found[4], _day_of(found)))
        if day:
            return date(year, month, day).isoformat()
        first = date(year, month, 1)
        after = date(first.year + month // 12, month % 12 + 1, 1)
        return (after - timedelta(days=1)).isoformat()
    except ValueError:
        raise RuleViolation("EXPIRY_UNREADABLE", text=typed[:LOT_CHARS_MAX]) from None


def _day_of(found: re.Match[str]) -> str:
    return found[3] or found[5] or "0"


def lot_expiry(lot: str) -> str:
    """The expiry a lot's name holds, as an ISO date; '' when none is known."""
    found = _EXPIRY.fullmatch(lot)
    return found[2] if found else ""


def standing_lots(held: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """What is left of each lot in millionths, the first to end first, without an expiry last.

    A code that is scanned carries no lot (B09): what left without one is taken from the lots that
    end first, as a shop puts them in front. What no lot can give stands below zero under ''.
    """
    sums: dict[str, int] = {}
    for lot, qty_micro in held:
        sums[lot] = sums.get(lot, 0) + qty_micro
    missing = -sum(qty_micro for qty_micro in sums.values() if qty_micro < 0)
    left = []
    for lot in sorted(sums, key=lambda one: (lot_expiry(one) or "9", one)):
        taken = min(max(sums[lot], 0), missing)
        missing -= taken
        if sums[lot] > taken:
            left.append((lot, sums[lot] - taken))
    return [*left, ("", -missing)] if missing else left


def days_left(expiry: str, day: str) -> int:
    """The days from an ISO date to a lot's last good day; below zero: it is past."""
    return (date.fromisoformat(expiry) - date.fromisoformat(day)).days


def lots_found(
    announced_lot: str, good_micro: int, others: Sequence[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Whole goods of a line by lot: what is left of the lot announced, then the others (E12).

    Raises: RuleViolation LOT_TWICE, QUANTITY_NOT_POSITIVE, LOTS_TOO_MUCH.
    """
    lots = [announced_lot, *(lot for lot, _ in others)]
    if len(set(lots)) != len(lots):
        raise RuleViolation("LOT_TWICE")
    if any(qty_micro <= 0 for _, qty_micro in others):
        raise RuleViolation("QUANTITY_NOT_POSITIVE")
    left = good_micro - sum(qty_micro for _, qty_micro in others)
    if left < 0:
        raise RuleViolation("LOTS_TOO_MUCH")
    return [(announced_lot, left), *others]
