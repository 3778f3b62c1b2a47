"""A packet of prices for a device without a line, cut by head office unasked (Q06, C03)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection, func, select

from shared.core.errors import AccessDenied, RuleViolation
from shared.pricing.tables import price_delivery, price_row, price_version
from shared.sync.messages import AskPacket, PacketMade
from shared.sync.packets import CarriedLetter, CarriedRow, write_packet
from sync_server.store.devices import Device, find_device
from sync_server.sync.authority import HQ_DEVICE
from sync_server.sync.head_office import SYSTEM_USER, HeadOffice

PERMISSION = "price.publish"


def cut(
    connection: Connection,
    hq: HeadOffice,
    asking: Device,
    asked: AskPacket,
    now_us: int,
    seed: bytes,
) -> PacketMade:
    """The versions a device does not price by yet, as far as it may hold their rows.

    ``seed`` is 32 bytes of randomness for this file alone. Raises: AccessDenied NOT_PERMITTED;
    RuleViolation DEVICE_UNKNOWN (revoked ones, too), PACKET_TOO_LARGE.
    """
    may = hq.directory.permissions_of(connection, asked.user_id, "")
    if asking.device_type != HQ_DEVICE or asked.user_id == SYSTEM_USER or PERMISSION not in may:
        raise AccessDenied("NOT_PERMITTED", permission=PERMISSION)
    return packet_for(connection, hq, asked.device_id, asked.sales_org_id, now_us, seed)


def packet_for(
    connection: Connection,
    hq: HeadOffice,
    device_id: str,
    sales_org_id: str,
    now_us: int,
    seed: bytes,
) -> PacketMade:
    """As ``cut``, for who is trusted already."""
    reader = find_device(connection, device_id)
    if reader is None or reader.is_revoked:
        raise RuleViolation("DEVICE_UNKNOWN", device_id=device_id[:64])
    versions = _lacking(connection, device_id, sales_org_id)
    scopes = frozenset(hq.directory.scopes_of_device(connection, device_id))
    rows = _rows(connection, hq, scopes, list(versions))
    letter = CarriedLetter(device_id=device_id, made_at_us=now_us, rows=rows)
    return PacketMade(
        data=write_packet(letter, hq.author.key, reader.public_key, seed),
        rows=len(rows),
        newest=max(versions.values(), default=0),
    )


def _lacking(connection: Connection, device_id: str, sales_org_id: str) -> dict[str, int]:
    """The sealed versions behind the one the device said it prices by: it holds all before."""
    d, v = price_delivery.c, price_version.c
    held = connection.execute(
        select(func.max(d.number)).where(
            d.device_id == device_id, d.sales_org_id == sales_org_id, d.activated_at_us > 0
        )
    ).scalar()
    rows = connection.execute(
        select(v.id, v.number)
        .where(v.sales_org_id == sales_org_id, v.number > (held or 0))
        .order_by(v.number)
    )
    return {row.id: int(row.number) for row in rows}


def _rows(
    connection: Connection, hq: HeadOffice, scopes: AbstractSet[str], version_ids: Sequence[str]
) -> list[CarriedRow]:
    """Their rows, those of others' levels and categories left out (C01)."""
    found: list[CarriedRow] = []
    for table, column in ((price_version, price_version.c.id), (price_row, price_row.c.version_id)):
        replicated = hq.replica.schema[table.name]
        names = list(replicated.defaults)
        for start in range(0, len(version_ids), 200):
            wanted = column.in_(version_ids[start : start + 200])
            for row in connection.execute(select(table).where(wanted).order_by(table.c.id)):
                values = {str(name): getattr(row, name) for name in names}
                if not scopes.isdisjoint(replicated.scopes(values)):
                    found.append(CarriedRow(table=str(table.name), id=row.id, values=values))
    return found
