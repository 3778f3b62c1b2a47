"""Decisions about the channel: which scopes prices travel in, upstreams, the region tree."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.text import excerpt

HEAD_OFFICE: Final = ""
"""The supplier id that stands for head office itself (A02)."""

ENTRIES_MAX: Final = 5_000
_DEEPEST: Final = 32
_PARTS: Final = frozenset(" \u3000\u00a0/:")


def is_usable_name(name: str) -> bool:
    """Whether a site, account or sales organisation may be called so.

    Ids stand in the names of scopes and ledger ends and several in one column: ``SH01/x`` would
    lie inside ``SH01``, ``A B`` would be two, and ``-`` is head office among suppliers.
    """
    return bool(name) and name != "-" and name.isprintable() and not _PARTS.intersection(name)


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
