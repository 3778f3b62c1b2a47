"""Pools and leases by name, what may be spent of a lease and what is granted: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.errors import RuleViolation

HQ_HOUSE: Final = "hq"
DAY_S: Final = 86_400
TERM_S_MAX: Final = 366 * DAY_S
POOL_CHARS_MAX: Final = 120
AMOUNT_MAX: Final = 1_000_000_000_000
SUSPENSE: Final = "hq/lease_suspense"
"""What was spent of a lease that had no more: by a copy of its disk, or after its return."""


class LeaseState(StrEnum):
    """Where a lease stands at head office."""

    GRANTED = "granted"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"


class AskState(StrEnum):
    """Where a request for a lease stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


# Names. A pool is its house and its key: ``hq/deposit:D2``, ``site/SH01/points:MB01``.


def pool_named(key: str, home_site_id: str = "") -> str:
    """The pool of something scarce, such as ``deposit:D2``; '' = head office's own."""
    house = f"site/{home_site_id}" if home_site_id else HQ_HOUSE
    return f"{house}/{key}"


def house_of(pool: str) -> str:
    """Whose pool it is: ``hq`` or ``site/SH01``. Raises: RuleViolation POOL_NAME_BAD."""
    house, _, key = pool.rpartition("/")
    is_site = house.startswith("site/") and house.count("/") == 1 and house != "site/"
    if len(pool) > POOL_CHARS_MAX or ":" not in key or not (house == HQ_HOUSE or is_site):
        raise RuleViolation("POOL_NAME_BAD", pool=pool[:40])
    return house


def home_site_of(pool: str) -> str:
    """The site the pool belongs to; '' = head office."""
    return house_of(pool).removeprefix(HQ_HOUSE).removeprefix("site/")


def deposit_pool(holder_id: str) -> str:
    """What a member or partner paid ahead and may spend at any till, in minor units."""
    return pool_named(f"deposit:{holder_id}")


def points_pool(member_id: str) -> str:
    """A member's points, in points (I07)."""
    return pool_named(f"points:{member_id}")


def coupon_pool(coupon_id: str) -> str:
    """One strict coupon: who holds the one piece may take it (D11)."""
    return pool_named(f"coupon:{coupon_id}")


PERSONAL: Final = (deposit_pool(""), points_pool(""), coupon_pool(""))
"""Pools of a customer who stands here: asked for by a person alone, given back at the end."""


def opening_end(pool: str) -> str:
    """Where what a pool was stated with comes from."""
    return f"{house_of(pool)}/lease_opening"


def pool_end(pool: str) -> str:
    """What of a pool no device holds."""
    house = house_of(pool)
    return f"{house}/lease_pool{pool.removeprefix(house)}"


def holder_end(site_id: str, lease_id: str) -> str:
    """What the device that holds a lease may still spend."""
    return f"site/{site_id}/lease/{lease_id}"


def spent_end(site_id: str, lease_id: str) -> str:
    """What was spent of a lease."""
    return f"site/{site_id}/lease_spent/{lease_id}"


def back_end(site_id: str, lease_id: str) -> str:
    """What its holder gave back and head office has not put into the pool yet."""
    return f"site/{site_id}/lease_back/{lease_id}"


def written_off_end(lease_id: str) -> str:
    """What head office does not wait for any more; it does not come back into the pool."""
    return f"hq/lease_written_off/{lease_id}"


def lease_of_end(end: str) -> tuple[str, str] | None:
    """Site and lease of a holder's end; None for every other end."""
    kind, _, rest = end.partition("/")
    site_id, _, tail = rest.partition("/lease/")
    return (site_id, tail) if kind == "site" and tail and "/" not in site_id else None


# Granting, at head office


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """What is granted of a wish: ``code`` '' when it is, and why it is not otherwise."""

    amount: int
    code: str = ""


def granted(wanted: int, free: int, portion: int, *, is_open: bool, is_theirs: bool) -> Granting:
    """As much as is there, at most a portion (0 = no bound); nothing is granted of nothing (M06).

    Codes: AMOUNT_NOT_POSITIVE, POOL_FOREIGN, POOL_CLOSED, POOL_EMPTY.
    """
    if not 0 < wanted <= AMOUNT_MAX:
        return Granting(amount=0, code="AMOUNT_NOT_POSITIVE")
    if not is_theirs:
        return Granting(amount=0, code="POOL_FOREIGN")
    if not is_open:
        return Granting(amount=0, code="POOL_CLOSED")
    amount = min(wanted, free, portion or wanted)
    return Granting(amount=amount) if amount > 0 else Granting(amount=0, code="POOL_EMPTY")


def check_pool(pool: str, added: int, portion: int, term_s: int) -> None:
    """Nothing when a pool can be stated so.

    Raises: RuleViolation POOL_NAME_BAD, AMOUNT_TOO_LARGE, TERM_BAD.
    """
    house_of(pool)
    if abs(added) > AMOUNT_MAX or not 0 <= portion <= AMOUNT_MAX:
        raise RuleViolation("AMOUNT_TOO_LARGE")
    if not 0 < term_s <= TERM_S_MAX:
        raise RuleViolation("TERM_BAD", most_days=TERM_S_MAX // DAY_S)


# Spending, on the device


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease as its holder has it here: what is left of amount and term."""

    lease_id: str
    pool: str
    unit: str
    device_id: str
    incarnation: int
    amount: int
    rest: int
    left_us: int
    """By the clock nobody can set, see ``left_after``."""


def left_after(left_us: int, by_wall_us: int, by_machine_us: int) -> int:
    """What is left of a term when time passed, by whichever clock says more.

    A clock that is set back takes nothing off; one that is set forward ends the term early, which
    stops spending and loses nothing.
    """
    return max(left_us - max(by_wall_us, by_machine_us, 0), 0)


def spendable(held: Held, *, device_id: str, incarnation: int) -> int:
    """What this device, in this incarnation, may spend of a lease now.

    Another device's lease is not held, and a new incarnation gives up those of the former one:
    the copy of the disk it came from may be spending them (sync, "fork").
    """
    is_own = (held.device_id, held.incarnation) == (device_id, incarnation)
    return max(held.rest, 0) if is_own and held.left_us > 0 else 0


def shares(amount: int, leases: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """An amount spread over (lease, spendable), those that end first as they are given.

    Raises: RuleViolation AMOUNT_NOT_POSITIVE, LEASE_SHORT with what is held.
    """
    if amount <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=amount)
    held = sum(part for _, part in leases)
    if amount > held:
        raise RuleViolation("LEASE_SHORT", wanted=amount, held=held)
    found = []
    for lease_id, most in leases:
        part = min(amount, most)
        if part > 0:
            found.append((lease_id, part))
        amount -= part
    return found


def is_low(rest: int, amount: int) -> bool:
    """Whether it is time to ask for more: a quarter or less is left."""
    return rest * 4 <= amount
