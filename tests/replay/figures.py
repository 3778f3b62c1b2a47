"""What head office holds after a replay, by queries on its database alone."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from shared.core.quantity import plain_quantity
from shared.core.rounding import MICRO
from shared.journal.tables import journal
from shared.reporting.queries import activity_by_device, total_activity
from shared.sales.queries import unrounded_micro
from shared.sync import scopes
from shared.sync.digest import MODULUS
from shared.tasks.tables import task
from sync_server.store.devices import all_devices
from sync_server.sync.feed import heads_of


def sales_figures(connection: Connection) -> dict[str, Any]:
    """The figures of a replay of invoices: in all, and by device with its site's digest."""
    total = total_activity(connection)
    sites = {device.device_id: device.site_id for device in all_devices(connection)}
    devices = []
    for one in activity_by_device(connection):
        (head,) = heads_of(connection, [scopes.site(sites[one.device_id])])
        devices.append(
            {
                "id": one.device_id,
                "invoices": one.invoices,
                "lines": one.lines,
                "units": whole(one.units_micro),
                "amount_minor": one.amount_minor,
                "digest": head.digest,
            }
        )
    return {
        "invoices": total.invoices,
        "lines": total.lines,
        "units": whole(total.units_micro),
        "amount_minor": total.amount_minor,
        "amount_unrounded": Decimal(unrounded_micro(connection)) / MICRO,
        "kept": _count(connection, select(journal.c.n).where(journal.c.verdict == "kept")),
        "tasks": _count(connection, select(task.c.id)),
        "devices": devices,
        "hq_digest": digest_of_sites(connection, sorted(set(sites.values()))),
    }


def digest_of_sites(connection: Connection, site_ids: Sequence[str]) -> int:
    """The digests of several sites' scopes as head office keeps them, added up."""
    heads = heads_of(connection, [scopes.site(site_id) for site_id in site_ids])
    return sum(head.digest for head in heads) % MODULUS


def whole(qty_micro: int) -> int | Decimal:
    """A quantity as a number of JSON, exact."""
    text = plain_quantity(qty_micro)
    return int(text) if text.lstrip("-").isdecimal() else Decimal(text)


def _count(connection: Connection, statement: Any) -> int:
    found = connection.execute(select(func.count()).select_from(statement.subquery()))
    return int(found.scalar_one())


def as_json(figures: dict[str, Any]) -> str:
    """Indented JSON in which a Decimal stands as the exact number it is."""
    marks: dict[str, str] = {}

    def mark(value: object) -> str:
        assert isinstance(value, Decimal)
        marks[f'"{len(marks)}\u0000"'] = format(value.normalize(), "f")
        return f"{len(marks) - 1}\u0000"

    text = json.dumps(figures, indent=1, ensure_ascii=False, default=mark)
    for name, number in marks.items():
        text = text.replace(json.dumps(name[1:-1], ensure_ascii=False), number)
    return text
