"""When something of each device of a site was heard here last: how much may still be under way."""

from sqlalchemy import Connection, func, select

from shared.channel.tables import device
from shared.sales.tables import sale
from shared.stock.tables import movement


def last_heard(connection: Connection, site_id: str, own_device_id: str) -> list[tuple[str, int]]:
    """The other trusted devices of a site and the instant of their newest document here.

    Devices that wrote nothing of goods yet are told with 0; by device id.
    """
    found = {
        row.id: 0
        for row in connection.execute(
            select(device.c.id).where(device.c.site_id == site_id, device.c.revoked_at_us == 0)
        )
    }
    for table in (sale, movement):
        c = table.c
        statement = (
            select(c.device_id, func.max(c.happened_at_us))
            .where(c.site_id == site_id)
            .group_by(c.device_id)
        )
        for device_id, at_us in connection.execute(statement):
            found[device_id] = max(found.get(device_id, 0), int(at_us))
    return sorted((name, at_us) for name, at_us in found.items() if name != own_device_id)
