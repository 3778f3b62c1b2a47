"""Price versions: which one prices at an instant, and the list of them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from shared.pricing.completeness import price_part
from shared.pricing.rules import Step
from shared.pricing.tables import price_version

FOREVER: Final = (1 << 63) - 1
"""An instant that never comes, microseconds UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A sealed price version."""

    version_id: str
    sales_org_id: str
    number: int
    effective_at_us: int
    sealed_at_us: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A version as the list of versions shows it, rejected and unsealed ones too (C02)."""

    version_id: str
    number: int
    parent_number: int
    effective_at_us: int
    sealed_at_us: int
    status: str
    author_id: str
    approver_id: str
    reason: str
    code: str
    detail: str
    message: str = ""
    prints_labels: int = 0


_BROKEN: Final = (
    select(func.min(price_version.c.number))
    .join(price_part, price_part.c.version_id == price_version.c.id)
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > 0,
        price_part.c.part.in_(bindparam("parts", expanding=True)),
        price_part.c.is_ready == 0,
    )
)
_ACTIVE: Final = (
    select(
        price_version.c.id,
        price_version.c.number,
        price_version.c.effective_at_us,
        price_version.c.sealed_at_us,
        price_version.c.steps,
    )
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number > 0,
        price_version.c.number < bindparam("before"),
        price_version.c.effective_at_us <= bindparam("at_us"),
        price_version.c.sealed_at_us <= bindparam("known_at_us"),
    )
    .order_by(price_version.c.number.desc())
    .limit(1)
)
_VERSION_BY_NUMBER: Final = select(
    price_version.c.id,
    price_version.c.number,
    price_version.c.effective_at_us,
    price_version.c.sealed_at_us,
    price_version.c.steps,
).where(
    price_version.c.sales_org_id == bindparam("sales_org_id"),
    price_version.c.number == bindparam("number"),
    # Versions that wait to be sealed share the 0, and an order made before any names it.
    price_version.c.number > 0,
)


@lru_cache(maxsize=256)
def _steps(text: str) -> tuple[Step, ...]:
    return tuple(
        Step(name, tuple(base), tuple(ratio), decimals, tuple((b, n) for b, n in lists))
        for name, base, ratio, decimals, lists in json.loads(text)
    )


def active_version(
    connection: Connection,
    sales_org_id: str,
    at_us: int,
    *,
    parts: Collection[str] = ("",),
    known_at_us: int = FOREVER,
) -> Version | None:
    """The version that prices at an instant (C03), as known at another one (C10).

    It is the newest that has taken effect and of which, and of all before it, the ``parts`` that
    are read here have arrived complete; a version that misses rows prices nothing.
    """
    broken = connection.execute(
        _BROKEN, {"sales_org_id": sales_org_id, "parts": list(parts)}
    ).scalar()
    row = connection.execute(
        _ACTIVE,
        {
            "sales_org_id": sales_org_id,
            "before": FOREVER if broken is None else broken,
            "at_us": at_us,
            "known_at_us": known_at_us,
        },
    ).one_or_none()
    return None if row is None else _version(sales_org_id, *row)


def version_by_number(connection: Connection, sales_org_id: str, number: int) -> Version | None:
    """A sealed version by its number; None for 0, which stands for none."""
    keys = {"sales_org_id": sales_org_id, "number": number}
    row = connection.execute(_VERSION_BY_NUMBER, keys).one_or_none()
    return None if row is None else _version(sales_org_id, *row)


def _version(
    sales_org_id: str,
    version_id: str,
    number: int,
    effective_at_us: int,
    sealed_at_us: int,
    steps: str,
) -> Version:
    return Version(
        version_id=version_id,
        sales_org_id=sales_org_id,
        number=number,
        effective_at_us=effective_at_us,
        sealed_at_us=sealed_at_us,
        steps=_steps(steps),
    )


def versions(connection: Connection, sales_org_id: str) -> list[VersionView]:
    """The versions of a sales organisation, the newest number first, unsealed ones on top."""
    names = VersionView.__dataclass_fields__.keys() - {"version_id"}
    rows = connection.execute(
        select(price_version.c.id.label("version_id"), *(price_version.c[one] for one in names))
        .where(price_version.c.sales_org_id == sales_org_id)
        .order_by(price_version.c.number == 0, price_version.c.number.desc(), price_version.c.id)
    ).mappings()
    return [VersionView(**row) for row in rows]
