"""The enrolled devices, as the handlers need to know them."""

from sqlalchemy import Connection, select

from shared.channel.queries import DeviceView, device_of
from shared.channel.tables import device as enrolled
from sync_server.store.locks import lock

Device = DeviceView


def find_device(connection: Connection, device_id: str) -> Device | None:
    """The enrolled device of this id, revoked ones too; None when there is none."""
    return device_of(connection, device_id)


def all_devices(connection: Connection) -> list[Device]:
    """Every device ever enrolled, in the order of their ids."""
    ids = connection.execute(select(enrolled.c.id).order_by(enrolled.c.id)).scalars().all()
    return [device for one in ids if (device := device_of(connection, one))]


def lock_device(connection: Connection, device_id: str) -> None:
    """Let no other worker take this device's documents until the transaction ends."""
    lock(connection, f"device/{device_id}")
