"""How far price versions have come on this device: what it has still to tell head office."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from shared.channel.queries import account, site_of
from shared.pricing.completeness import price_part
from shared.pricing.queries.prices import context_of, sales_orgs_of_site
from shared.pricing.queries.stated import newest_rows
from shared.pricing.queries.versions import FOREVER, active_version
from shared.pricing.rules import PriceRow, Stage
from shared.pricing.tables import price_delivery, price_version

_SEALED: Final = (
    select(
        price_version.c.id,
        price_version.c.number,
        price_version.c.effective_at_us,
    )
    .where(
        price_version.c.sales_org_id == bindparam("sales_org_id"),
        price_version.c.number >= bindparam("number"),
        price_version.c.number > 0,
    )
    .order_by(price_version.c.number)
)
_MISSING: Final = select(price_part.c.version_id).where(
    price_part.c.version_id.in_(bindparam("ids", expanding=True)),
    price_part.c.part.in_(bindparam("parts", expanding=True)),
    price_part.c.is_ready == 0,
)
_SAID: Final = select(price_delivery).where(
    price_delivery.c.device_id == bindparam("device_id"),
    price_delivery.c.version_id.in_(bindparam("ids", expanding=True)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A version and the stages it newly reached on this device."""

    version_id: str
    sales_org_id: str
    number: int
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a device has to tell of its versions, and when the next one takes effect."""

    reached: tuple[Reached, ...]
    next_at_us: int
    """The instant at which another version takes effect; 0 = none is waiting."""


def version_progress(connection: Connection, device_id: str, site_id: str, at_us: int) -> Progress:
    """What of the versions in force and to come this device has not told yet (C03).

    Versions that were passed before they arrived are not told: nobody priced by them here.
    """
    reached: list[Reached] = []
    waiting: list[int] = []
    for sales_org_id in sales_orgs_of_site(connection, site_id):
        parts = _parts_of_site(connection, site_id, sales_org_id, at_us)
        active = active_version(connection, sales_org_id, at_us, parts=parts)
        number = active.number if active else 0
        keys: dict[str, str | int] = {"sales_org_id": sales_org_id, "number": number}
        rows = connection.execute(_SEALED, keys).all()
        ids = [row.id for row in rows]
        missing = set(connection.execute(_MISSING, {"ids": ids, "parts": parts}).scalars())
        said = _said(connection, device_id, ids)
        for row in rows:
            stages = [Stage.RECEIVED]
            stages += [] if row.id in missing else [Stage.VERIFIED]
            stages += [Stage.ACTIVATED] if row.number == number else []
            fresh = tuple(one for one in stages if one not in said.get(row.id, ()))
            if fresh:
                reached.append(
                    Reached(
                        version_id=row.id,
                        sales_org_id=sales_org_id,
                        number=row.number,
                        stages=fresh,
                    )
                )
        waiting += [row.effective_at_us for row in rows if row.effective_at_us > at_us]
    return Progress(reached=tuple(reached), next_at_us=min(waiting, default=0))


def overdue_version(
    connection: Connection, site_id: str, at_us: int
) -> tuple[int, int, str] | None:
    """The oldest version that should hold at a site and is not whole here: its number, the instant
    from which it should, and its sales organisation; None when what is known of holds."""
    found: list[tuple[int, int, str]] = []
    for sales_org_id in sales_orgs_of_site(connection, site_id):
        parts = _parts_of_site(connection, site_id, sales_org_id, at_us)
        active = active_version(connection, sales_org_id, at_us, parts=parts)
        keys: dict[str, str | int] = {
            "sales_org_id": sales_org_id,
            "number": active.number + 1 if active else 1,
        }
        found += [
            (row.number, row.effective_at_us, sales_org_id)
            for row in connection.execute(_SEALED, keys)
            if row.effective_at_us <= at_us
        ]
    return min(found, key=lambda one: one[1], default=None)


def _said(
    connection: Connection, device_id: str, ids: Sequence[str]
) -> Mapping[str, Collection[Stage]]:
    rows = connection.execute(_SAID, {"device_id": device_id, "ids": ids})
    return {
        row.version_id: {one for one in Stage if getattr(row, f"{one.value}_at_us")} for row in rows
    }


def _parts_of_site(
    connection: Connection, site_id: str, sales_org_id: str, at_us: int
) -> list[str]:
    """The parts of a version by which anybody at the site buys."""
    found = {""}
    here = site_of(connection, site_id)
    for account_id in here.account_ids if here else ():
        buyer = account(connection, account_id)
        if buyer is not None and buyer.sales_org_id == sales_org_id:
            found |= set(context_of(connection, account_id, at_us).parts())
    return sorted(found)


def rows_back_to(connection: Connection, sales_org_id: str, number: int) -> list[PriceRow]:
    """The changes that make the newest version price as version ``number`` does."""
    held = newest_rows(connection, sales_org_id, number)
    newest = newest_rows(connection, sales_org_id, FOREVER)
    back: list[PriceRow] = []
    for key, stated in newest.items():
        row = stated.row
        former = held[key].row if key in held else None
        if former == row or (row.is_removed and (former is None or former.is_removed)):
            continue
        back.append(former if former is not None else row._replace(is_removed=True))
    return back
