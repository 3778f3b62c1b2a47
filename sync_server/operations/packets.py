"""``packet-in`` takes a device's packet up and writes its answer; ``packet-for`` cuts one with the
prices a device lacks, unasked (Q06)."""

from pathlib import Path

from shared.core.clock import Clock, Randomness
from shared.core.errors import AccessDenied, Unavailable
from shared.sync.packets import (
    PACKET_BYTES_MAX,
    UP,
    UpLetter,
    open_packet,
    read_letter,
    write_packet,
)
from sync_server.operations.home import Office
from sync_server.store.devices import find_device
from sync_server.sync import carrying
from sync_server.sync.packets import take


def packet_in(
    office: Office, clock: Clock, randomness: Randomness, packet: Path, answer: Path
) -> int:
    """Take a packet up, write the answer, and say what came.

    Raises: Unavailable PACKET_UNREADABLE, PACKET_UNWRITABLE and as ``take_packet``.
    """
    try:
        with packet.open("rb") as file:
            data = file.read(PACKET_BYTES_MAX + 1)
    except OSError as error:
        raise Unavailable("PACKET_UNREADABLE") from error
    device_id, documents, made = take_packet(office, clock, randomness, data)
    _write(answer, made)
    print(f"{device_id}: {documents} documents in the packet, answer of {len(made)} bytes")
    return 0


def packet_for(
    office: Office,
    clock: Clock,
    randomness: Randomness,
    device_id: str,
    sales_org_id: str,
    answer: Path,
) -> int:
    """Write the prices a device lacks into a file for a stick, unasked, and say what is in it.

    Raises: Unavailable PACKET_UNWRITABLE; RuleViolation DEVICE_UNKNOWN, PACKET_TOO_LARGE.
    """
    seed = randomness.bytes(32)
    with office.database.read() as connection:
        made = carrying.packet_for(
            connection, office.hq, device_id, sales_org_id, clock.now_us(), seed
        )
    _write(answer, made.data)
    print(f"{device_id}: {made.rows} rows up to version {made.newest}")
    return 0


def _write(path: Path, data: bytes) -> None:
    half = path.with_name(path.name + ".new")
    try:
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        raise Unavailable("PACKET_UNWRITABLE") from error


def take_packet(
    office: Office, clock: Clock, randomness: Randomness, data: bytes
) -> tuple[str, int, bytes]:
    """The device, how many documents it sent, and the answer as a file's bytes.

    The same packet again has no effect again, and is answered with what is new since.

    Raises: Unavailable PACKET_UNKNOWN, PACKET_DAMAGED; AccessDenied PACKET_FOREIGN,
    DEVICE_REVOKED; RuleViolation PACKET_TOO_LARGE.
    """
    key = office.hq.author.key
    opened = open_packet(data, UP, key)
    letter = read_letter(opened.letter, UpLetter)
    database, now_us = office.database, clock.now_us()
    with database.read() as connection:
        device = find_device(connection, letter.device_id)
    if device is None:
        raise AccessDenied("PACKET_FOREIGN")
    opened.check(device.public_key)
    if device.is_revoked:
        raise AccessDenied("DEVICE_REVOKED")
    answer = take(
        letter, office.hq, device, write=database.write, read=database.read, now_us=now_us
    )
    made = write_packet(answer, key, device.public_key, randomness.bytes(32))
    return device.device_id, sum(len(one.items) for one in letter.pushes), made
