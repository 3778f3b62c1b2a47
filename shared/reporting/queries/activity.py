"""What was written in all, by device: sales and movements added up from their rows."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from shared.sales.queries import sums_by_device
from shared.stock.tables import movement


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A device's documents of goods; ``units_micro`` in millionths, money in minor units.

    A sale's units are what was invoiced (returns count down); what a movement takes from the site
    counts down and what it brings counts up.
    """

    device_id: str
    invoices: int = 0
    lines: int = 0
    units_micro: int = 0
    amount_minor: int = 0

    def plus(self, other: "Activity") -> "Activity":
        """Both together, under this one's device."""
        return Activity(
            device_id=self.device_id,
            invoices=self.invoices + other.invoices,
            lines=self.lines + other.lines,
            units_micro=self.units_micro + other.units_micro,
            amount_minor=self.amount_minor + other.amount_minor,
        )


def activity_by_device(connection: Connection) -> list[Activity]:
    """Sales and movements of each device that wrote any, by device id."""
    found = {
        one.device_id: Activity(
            device_id=one.device_id,
            invoices=one.invoices,
            lines=one.lines,
            units_micro=one.units_micro,
            amount_minor=one.amount_minor,
        )
        for one in sums_by_device(connection)
    }
    for moved in _movements(connection):
        base = found.get(moved.device_id, Activity(device_id=moved.device_id))
        found[moved.device_id] = base.plus(moved)
    return [found[device_id] for device_id in sorted(found)]


def total_activity(connection: Connection) -> Activity:
    """All devices together."""
    total = Activity(device_id="")
    for one in activity_by_device(connection):
        total = total.plus(one)
    return total


def _movements(connection: Connection) -> list[Activity]:
    leaves = movement.c.from_location.startswith("site/", autoescape=True)
    statement = select(
        movement.c.device_id,
        leaves.label("leaves"),
        func.count(),
        func.sum(movement.c.lines),
        func.sum(movement.c.units_micro),
    ).group_by(movement.c.device_id, leaves)
    return [
        Activity(
            device_id=device_id,
            invoices=int(documents),
            lines=int(lines),
            units_micro=-int(units) if out else int(units),
        )
        for device_id, out, documents, lines, units in connection.execute(statement)
    ]
