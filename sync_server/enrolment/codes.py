"""Enrolling a device: a one-time code from head office, then the device's key against it."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from shared.channel.documents import DeviceEnrolled
from shared.core.clock import Randomness
from shared.core.errors import AccessDenied, Conflict, RuleViolation
from shared.journal.chain import VerifyKey
from shared.journal.document import Body
from shared.sync.limits import ENROL_CODE_LIFETIME_S
from shared.sync.messages import Enrol
from shared.sync.requests import enrolment_message, plain_code
from sync_server.enrolment.invitations import Invitation, invited
from sync_server.store.devices import find_device
from sync_server.store.tables import enrol_code

DEVICE_TYPES = ("till", "dealer", "warehouse", "hq")
_NAME = re.compile(r"[0-9A-Za-z_-]{1,32}")
TAG = re.compile(r"[0-9A-Za-z]{1,8}")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS = 16


def make_code(
    connection: Connection,
    randomness: Randomness,
    *,
    device_type: str,
    site_id: str,
    tag: str,
    now_us: int,
) -> str:
    """A one-time code for one new device, good for seven days; shown once, stored as a hash.

    ``site_id`` is '' for a desktop of head office. Raises RuleViolation DEVICE_TYPE_UNKNOWN,
    SITE_ID_UNUSABLE, TAG_UNUSABLE; Conflict DEVICE_EXISTS, because a tag stands in printed
    numbers and is never given out twice at a site.
    """
    device_id = _checked_id(device_type, site_id, tag)
    if find_device(connection, device_id):
        raise Conflict("DEVICE_EXISTS", device=device_id)
    code = fresh_code(randomness)
    row = {
        "code_hash": code_hash(code),
        "device_id": device_id,
        "device_type": device_type,
        "site_id": site_id,
        "tag": tag,
        "expires_at_us": now_us + ENROL_CODE_LIFETIME_S * 1_000_000,
    }
    connection.execute(insert(enrol_code), [row])
    return code


def fresh_code(randomness: Randomness) -> str:
    """Sixteen letters in four groups that nobody guesses."""
    letters = "".join(_ALPHABET[byte % 32] for byte in randomness.bytes(_CODE_LETTERS))
    return "-".join(letters[i : i + 4] for i in range(0, _CODE_LETTERS, 4))


def _checked_id(device_type: str, site_id: str, tag: str) -> str:
    if device_type not in DEVICE_TYPES:
        raise RuleViolation("DEVICE_TYPE_UNKNOWN", allowed=" ".join(DEVICE_TYPES))
    if (device_type == "hq") != (site_id == "") or (site_id and not _NAME.fullmatch(site_id)):
        raise RuleViolation("SITE_ID_UNUSABLE", device_type=device_type)
    if not TAG.fullmatch(tag):
        raise RuleViolation("TAG_UNUSABLE", longest=8)
    # A dot, so that no device is ever called like head office's own journals (HQ, HQ-2).
    return f"{site_id or 'hq'}.{tag}"


def consume(
    connection: Connection, enrol: Enrol, now_us: int, publish: Callable[[Body, str], None]
) -> DeviceEnrolled:
    """Take a new device in: its code is spent and ``publish(body, site_id)`` writes it down.

    The same device asking again with the same key gets the same answer, because the first one
    may have been lost. One that says who it is already, because head office was restored to
    before it came, is nobody else; its code is spent also where a neighbour made it known before.
    Raises AccessDenied BAD_ENROLMENT, without saying what was
    wrong with the code; Conflict CODE_OF_ANOTHER.
    """
    row = check_code(connection, enrol, now_us, lock=True)
    if enrol.device_id not in ("", row.device_id):
        raise Conflict("CODE_OF_ANOTHER", device_id=enrol.device_id[:64])
    body = DeviceEnrolled(
        device_id=row.device_id,
        device_type=row.device_type,
        site_id=row.site_id,
        tag=row.tag,
        public_key=enrol.public_key,
    )
    known = find_device(connection, row.device_id)
    if known:
        is_it = known.public_key == enrol.public_key and not known.is_revoked
        if not is_it or not (row.used_at_us or enrol.device_id):
            raise AccessDenied("BAD_ENROLMENT")
    if not row.used_at_us:
        spent = update(enrol_code).where(enrol_code.c.code_hash == row.code_hash)
        connection.execute(spent.values(used_at_us=now_us))
    if not known:
        publish(body, row.site_id)
    return body


def check_code(
    connection: Connection, enrol: Enrol, now_us: int, *, lock: bool = False
) -> "Row[Any] | Invitation":
    """The code's row, when the key's proof is good and the code is known and not too old.

    Raises AccessDenied BAD_ENROLMENT.
    """
    good = VerifyKey(enrol.public_key).request_good(enrolment_message(enrol.code), enrol.signature)
    statement = select(enrol_code).where(enrol_code.c.code_hash == code_hash(enrol.code))
    if good:
        row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
        found = row or invited(connection, enrol.code, lock=lock)
        if found is not None and found.expires_at_us > now_us:
            return found
    raise AccessDenied("BAD_ENROLMENT")


def code_hash(code: str) -> bytes:
    """What is stored of a code."""
    return hashlib.sha256(b"qutong/enrol/1\n" + plain_code(code).encode()).digest()
