"""The commands of head office's command line, save serving itself."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from shared.access.documents import Grant, UserPublished
from shared.access.rules import Role
from shared.channel.documents import DeviceRevoked
from shared.core.clock import Clock, Randomness
from shared.core.errors import RuleViolation
from sync_server.enrolment.codes import make_code
from sync_server.operations.home import Office, create
from sync_server.operations.status import Status, status
from sync_server.operations.verify import faults
from sync_server.store.devices import find_device
from sync_server.sync.head_office import draft_of, publish


def init(
    home: Path, address: str, clock: Clock, randomness: Randomness, admins: Sequence[str]
) -> int:
    """Set up a new head office, name its first people, and say where it stands."""
    office = create(home, address, clock, randomness)
    try:
        for user_id in admins:
            _publish_user(office, clock, user_id, user_id, Role.HEAD_OFFICE, ())
    finally:
        office.database.close()
    print(f"head office ready in {home}, database {office.database.engine_name}")
    print(f"public key {office.hq.author.key.public.hex()}")
    return 0


def user(
    office: Office, clock: Clock, user_id: str, name: str, role: str, sites: Sequence[str]
) -> int:
    """State a user as a whole: role, and the sites (none for head office's own people).

    Raises: RuleViolation SITE_ID_UNUSABLE.
    """
    if (role == Role.HEAD_OFFICE) == bool(sites):
        raise RuleViolation("SITE_ID_UNUSABLE", role=role)
    _publish_user(office, clock, user_id, name or user_id, role, sites)
    print(f"user {user_id} is {role}")
    return 0


def _publish_user(
    office: Office, clock: Clock, user_id: str, name: str, role: str, sites: Sequence[str]
) -> None:
    body = UserPublished(
        user_id=user_id,
        name=name,
        role=role,
        grants=tuple(Grant(site_id=site_id) for site_id in sites) or (Grant(),),
    )
    now_us = clock.now_us()
    with office.database.write() as connection:
        publish(connection, office.hq, [draft_of(office.hq, body, now_us)], now_us)


def revoke(office: Office, clock: Clock, device_id: str, reason: str) -> int:
    """Take a device's trust back: its next request is refused.

    Raises: RuleViolation DEVICE_UNKNOWN.
    """
    now_us = clock.now_us()
    with office.database.write() as connection:
        device = find_device(connection, device_id)
        if device is None:
            raise RuleViolation("DEVICE_UNKNOWN", device=device_id)
        body = DeviceRevoked(device_id=device_id, site_id=device.site_id, reason=reason)
        draft = draft_of(office.hq, body, now_us, site_id=device.site_id)
        publish(connection, office.hq, [draft], now_us)
    print(f"{device_id} is revoked")
    return 0


def enrol(
    office: Office, clock: Clock, randomness: Randomness, device_type: str, site_id: str, tag: str
) -> int:
    """Make a one-time code and print it, alone on a line."""
    with office.database.write() as connection:
        code = make_code(
            connection,
            randomness,
            device_type=device_type,
            site_id=site_id,
            tag=tag,
            now_us=clock.now_us(),
        )
    print(code)
    return 0


def show_status(office: Office, *, as_json: bool) -> int:
    """Print what head office holds."""
    with office.database.read() as connection:
        found = status(connection, office.hq.replica.schema)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _print_status(found, print)
    return 0


def _print_status(found: Status, line: Callable[[str], None]) -> None:
    line(f"documents {found['documents']}, kept {found['kept']}, tasks {found['tasks_open']} open")
    for device in found["devices"]:
        state = " revoked" if device["revoked"] else ""
        line(f"  {device['device_id']}/{device['incarnation']} slot {device['high_water']}{state}")
    for scope in found["scopes"]:
        line(f"  {scope['scope']} head {scope['head']} rows {scope['count']}")
    sales = found["sales"]
    line(f"sales {sales['invoices']}, lines {sales['lines']}, amount {sales['amount_minor']}")


def verify(office: Office) -> int:
    """Prove everything; 1 and the first fault on the error output when something is off."""
    replica = office.hq.replica
    with office.database.read() as connection:
        found = faults(connection, replica.registry, replica.schema, office.hq.author.key.public)
        with closing(found):
            first = next(found, None)
    if first:
        print(f"FAULT {first}", file=sys.stderr)
        return 1
    print("verified: journals, scopes and balances agree")
    return 0
