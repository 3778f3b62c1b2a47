"""A request as it arrived, and the device that really sent it."""

import base64
from dataclasses import dataclass

from sqlalchemy import Connection

from shared.core.errors import AccessDenied
from shared.journal.chain import VerifyKey
from shared.sync.requests import request_message
from sync_server.http.admission import Pace
from sync_server.http.nonces import Nonces
from sync_server.store.devices import Device, find_device
from sync_server.sync.head_office import HeadOffice


@dataclass(frozen=True, slots=True)
class Signed:
    """One request as it arrived, before anybody believed it."""

    method: str
    path: str
    body: bytes
    device_id: str
    nonce: str
    signature: str


def sender_of(
    connection: Connection, hq: HeadOffice, signed: Signed, nonces: Nonces, pace: Pace | None
) -> Device:
    """The device that really sent this request.

    Raises AccessDenied NONCE (ask again with the fresh one), BAD_SIGNATURE (also for a
    device nobody knows), DEVICE_REVOKED.
    """
    if not nonces.good(signed.nonce, signed.device_id):
        raise AccessDenied("NONCE")
    device = find_device(connection, signed.device_id)
    message = request_message(
        signed.method, signed.path, signed.body, signed.nonce, signed.device_id
    )
    key = VerifyKey(device.public_key if device else bytes(32))
    if not key.request_good(message, _signature_bytes(signed.signature)) or device is None:
        raise AccessDenied("BAD_SIGNATURE")
    if not nonces.spend(signed.nonce):
        raise AccessDenied("NONCE")
    if device.is_revoked:
        # A device locks for good at this: it must be known that nobody else said it.
        proof = hq.author.key.sign_revocation(device.device_id)
        raise AccessDenied("DEVICE_REVOKED", proof=proof.hex())
    if pace is not None:
        # Only here: nobody uses up the turns of a device whose key he does not have.
        pace.spend(device.device_id)
    return device


def _signature_bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
