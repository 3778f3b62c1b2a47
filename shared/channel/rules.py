"""Decisions about the channel: which scopes prices travel in, upstreams, the region tree."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.text import excerpt

HEAD_OFFICE: Final = ""
"""The supplier id that stands for head office itself (A02)."""

POLICY_CONFIRM: Final = "confirm"
POLICY_INFORM: Final = "inform"
"""Whether an account confirms a revised order before it ships, or is told of it (E09)."""

ENTRIES_MAX: Final = 5_000
_DEEPEST: Final = 32
_PARTS: Final = frozenset(" \u3000\u00a0/:")


def is_usable_name(name: str) -> bool:
    """Whether a site, account or sales organisation may be called so.

    Ids stand in the names of scopes and ledger ends and several in one column: ``SH01/x`` would
    lie inside ``SH01``, ``A B`` would be two, and ``-`` is head office among suppliers.
    """
    return bool(name) and name != "-" and name.isprintable() and not _PARTS.intersection(name)


PHONE_CHARACTERS_MAX: Final = 40


def checked_name(name: str) -> str:
    """The name itself. Raises: RuleViolation NAME_UNUSABLE."""
    if not is_usable_name(name):
        raise RuleViolation("NAME_UNUSABLE", name=excerpt(name))
    return name


def joined(names: Sequence[str]) -> str:
    """Several ids in one column, apart by a blank; the order is kept."""
    return " ".join(names)


def split(text: str) -> tuple[str, ...]:
    """The ids of such a column."""
    return tuple(text.split())


def upstream_text(upstream_ids: Sequence[str]) -> str:
    """Allowed suppliers in one column; head office is written ``-`` so that it is seen."""
    return joined([one or "-" for one in upstream_ids])


def upstreams(text: str) -> tuple[str, ...]:
    """The allowed suppliers of such a column; nobody named means head office alone (A02)."""
    return tuple("" if one == "-" else one for one in split(text)) or (HEAD_OFFICE,)


def level_part(level_id: str) -> str:
    """The part of a sales organisation's prices that only some levels hold (C01)."""
    return f"level:{level_id}"


def category_part(category_id: str) -> str:
    """The part of a sales organisation's prices that only some categories hold."""
    return f"category:{category_id}"


def part_scope(sales_org_id: str, part: str) -> str:
    """The scope a part travels in: below its sales organisation."""
    return f"org:{sales_org_id}/{part}"


def with_fallbacks(category_id: str, fallback_of: Mapping[str, str]) -> tuple[str, ...]:
    """A category and those a lookup goes on with, in order (C05); a ring ends where it closes."""
    chain: list[str] = []
    while category_id and category_id not in chain:
        chain.append(category_id)
        category_id = fallback_of.get(category_id, "")
    return tuple(chain)


def path_to_root(leaf_id: str, parent_of: Mapping[str, str]) -> tuple[str, ...]:
    """A region and those above it, leaf first (A01); a ring ends where it closes."""
    path: list[str] = []
    while leaf_id and leaf_id not in path and len(path) < _DEEPEST:
        path.append(leaf_id)
        leaf_id = parent_of.get(leaf_id, "")
    return tuple(path)


_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FOUNDED_LETTERS: Final = 12
DEMO_SITE: Final = "demo"
"""The type of a site to try things out in."""
FOUNDED_TAG: Final = "01"
"""The short name, in printed numbers, of the device that founds a shop."""


def founded_site_id(public_key: bytes) -> str:
    """What a shop that founds itself is called: made of its first device's key (R07).

    Nobody without that key can claim the name at head office, and no list of names is needed for
    two shops never to meet: ``S`` and 60 bits in letters that are read out without doubt.
    """
    digest = hashlib.sha256(b"qutong/site/1\n" + public_key).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = (_LETTERS[number >> 5 * at & 31] for at in range(_FOUNDED_LETTERS))
    return "S" + "".join(letters)


def founder_id(site_id: str) -> str:
    """The user who founded a shop; no user of head office's and of no other shop is called so."""
    return f"{site_id}.owner"


STAFF_ROLES: Final = ("clerk", "cashier", "warehouse")
"""What the founder of a shop may make of somebody; all else is head office's to give."""
STAFF_NAME_CHARS_MAX: Final = 60
_STAFF: Final = re.compile("[0-9a-f]{8}")


def staff_id(site_id: str, staff: str) -> str:
    """The user a founder named: of that site alone, and never the founder.

    Raises: RuleViolation STAFF_UNUSABLE.
    """
    if _STAFF.fullmatch(staff) is None:
        raise RuleViolation("STAFF_UNUSABLE", staff=excerpt(staff))
    return f"{site_id}.{staff}"


def check_staff(author_id: str, site_id: str, name: str, role: str) -> None:
    """Nothing when this author may name somebody so at the site.

    Raises: RuleViolation NOT_THE_FOUNDER, USER_INCOMPLETE, TEXT_TOO_LONG, ROLE_UNKNOWN.
    """
    if author_id != founder_id(site_id):
        raise RuleViolation("NOT_THE_FOUNDER")
    if not name:
        raise RuleViolation("USER_INCOMPLETE")
    if len(name) > STAFF_NAME_CHARS_MAX:
        raise RuleViolation("TEXT_TOO_LONG", most=STAFF_NAME_CHARS_MAX)
    if role not in STAFF_ROLES:
        raise RuleViolation("ROLE_UNKNOWN", role=excerpt(role))


DEVICE_TYPES: Final = ("till", "dealer", "warehouse", "hq")
_SITE_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,32}")
_TAG: Final = re.compile(r"[0-9A-Za-z]{1,8}")


def new_device_id(device_type: str, site_id: str, tag: str) -> str:
    """What a new device will be called: ``SH01.02``, ``hq.01``.

    Raises: RuleViolation DEVICE_TYPE_UNKNOWN, SITE_ID_UNUSABLE, TAG_UNUSABLE.
    """
    if device_type not in DEVICE_TYPES:
        raise RuleViolation("DEVICE_TYPE_UNKNOWN", allowed=" ".join(DEVICE_TYPES))
    if (device_type == "hq") != (site_id == "") or (site_id and not _SITE_NAME.fullmatch(site_id)):
        raise RuleViolation("SITE_ID_UNUSABLE", device_type=device_type)
    if not _TAG.fullmatch(tag):
        raise RuleViolation("TAG_UNUSABLE", longest=8)
    # A dot, so that no device is ever called like head office's own journals (HQ, HQ-2).
    return f"{site_id or 'hq'}.{tag}"


HOUR_US: Final = 3_600_000_000
HEARD_HOURS_MAX: Final = 96
"""So many hours in which a device was heard are remembered: two weeks of a shop's days."""
_CONTACTS_MIN: Final = 4
_DAYS_MIN: Final = 3


def heard_hours(heard: str) -> list[int]:
    """The hours in which a device was heard, counted from 1970 UTC, the first one first.

    As text: the first hour, then how many hours later each further one was.
    """
    hours: list[int] = []
    for step in map(int, heard.split()):
        hours.append(hours[-1] + step if hours else step)
    return hours


def with_contact(heard: str, at_us: int) -> str:
    """The same with one more contact; within an hour already told nothing changes."""
    hours = heard_hours(heard)
    hour = at_us // HOUR_US
    if hours and hour <= hours[-1]:
        return heard
    kept = [*hours, hour][-HEARD_HOURS_MAX:]
    return " ".join(map(str, [kept[0], *(b - a for a, b in pairwise(kept))]))


@dataclass(frozen=True, slots=True)
class NextContact:
    """When a device is likely to be heard of again."""

    at_us: int
    """The beginning of an hour."""
    is_overdue: bool
    """It has been silent for far longer than ever before: it should have come then."""


def next_contact(heard: str, now_us: int) -> NextContact | None:
    """When a device is likely to be heard of next, by the hours in which it was; None = unknown.

    * Fewer than four contacts, or all within two days, tell nothing.
    * An hour of the day in which it came on at least every other day is one of its usual hours:
      it is expected in the next of them (a shop closed for the night, when it opens).
    * Without usual hours it is expected after its typical silence, the median of those it kept.
    * Once it has been silent for a quarter longer than ever before, it is overdue since it was
      expected.
    """
    hours = heard_hours(heard)
    if len(hours) < _CONTACTS_MIN or hours[-1] - hours[0] < (_DAYS_MIN - 1) * 24:
        return None
    last, now = hours[-1], now_us // HOUR_US
    days = (last - hours[0]) // 24 + 1
    usual = {one for one, times in Counter(h % 24 for h in hours).items() if times * 2 >= days}
    silences = sorted(b - a for a, b in pairwise(hours) if b - a > 1) or [1]
    expected = _next_usual(last + 1, usual) if usual else last + silences[len(silences) // 2]
    if (now - last) * 4 > silences[-1] * 5:
        return NextContact(expected * HOUR_US, is_overdue=expected < now)
    if expected < now:
        expected = _next_usual(now, usual) if usual else now
    return NextContact(expected * HOUR_US, is_overdue=False)


def _next_usual(hour: int, usual: Collection[int]) -> int:
    return next(one for one in range(hour, hour + 24) if one % 24 in usual)
