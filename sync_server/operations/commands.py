"""The commands of head office's command line, save serving itself."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from shared.access.documents import Grant, UserPublished
from shared.access.pins import SALT_BYTES, hash_of_pin
from shared.access.queries import given_pin
from shared.access.rules import Role
from shared.channel.documents import ChannelPublished, DeviceRevoked, SalesOrg
from shared.channel.rules import checked_name
from shared.channel.tables import sales_org
from shared.core.clock import Clock, Randomness
from shared.core.errors import Conflict, RuleViolation
from shared.core.money import minor_digits
from shared.core.text import normal
from sync_server.enrolment.codes import make_code
from sync_server.enrolment.joining import make_join_code
from sync_server.operations.home import Office, create
from sync_server.operations.status import Status, status
from sync_server.operations.verify import faults
from sync_server.store.devices import find_device
from sync_server.sync.head_office import draft_of, publish


def init(
    home: Path, address: str, clock: Clock, randomness: Randomness, admins: Sequence[str]
) -> int:
    """Set up a new head office with its first people, and say where it stands.

    Raises: RuleViolation USER_INCOMPLETE, and what creating raises; then nothing was set up.
    """
    if not all(admins):
        raise RuleViolation("USER_INCOMPLETE")
    people = [
        UserPublished(user_id=one, name=one, role=Role.HEAD_OFFICE, grants=(Grant(),))
        for one in admins
    ]
    office = create(home, address, clock, randomness, people)
    office.database.close()
    print(f"head office ready in {home}, database {office.database.engine_name}")
    print(f"public key {office.hq.author.key.public.hex()}")
    return 0


def user(
    office: Office,
    clock: Clock,
    user_id: str,
    name: str,
    role: str,
    sites: Sequence[str],
    *,
    pin: str | None = None,
    randomness: Randomness,
) -> int:
    """State a user as a whole: role, and the sites (none for head office's own people).

    A ``pin`` of digits is a new one at every site, '' takes it away, None leaves it as it is.

    Raises: RuleViolation USER_INCOMPLETE, SITE_ID_UNUSABLE, PIN_BAD.
    """
    if not user_id:
        raise RuleViolation("USER_INCOMPLETE")
    if (role == Role.HEAD_OFFICE) == bool(sites):
        raise RuleViolation("SITE_ID_UNUSABLE", role=role)
    pin_hash = hash_of_pin(pin, randomness.bytes(SALT_BYTES)) if pin else pin
    now_us = clock.now_us()
    with office.database.write() as connection:
        given = given_pin(connection, user_id) if pin_hash is None else (pin_hash, now_us)
        body = UserPublished(
            user_id=user_id,
            name=name or user_id,
            role=role,
            grants=tuple(Grant(site_id=site_id) for site_id in sites) or (Grant(),),
            pin_hash=given[0],
            pin_at_us=given[1],
        )
        publish(connection, office.hq, [draft_of(office.hq, body, now_us)], now_us)
    print(f"user {user_id} is {role}")
    return 0


def org(office: Office, clock: Clock, code: str, name: str, currency: str) -> int:
    """Publish a sales organisation, which a new head office needs before accounts and prices.

    What stands is not touched: said again word for word it is there already, otherwise it is
    changed at a desktop of head office. Raises: Conflict SALES_ORG_EXISTS; RuleViolation
    NAME_UNUSABLE, NAME_MISSING, CURRENCY_UNKNOWN.
    """
    called = normal(name)
    if not called:
        raise RuleViolation("NAME_MISSING")
    minor_digits(currency)
    said = SalesOrg(sales_org_id=checked_name(code), name=called, currency=currency)
    now_us = clock.now_us()
    with office.database.write() as connection:
        row = connection.execute(select(sales_org).where(sales_org.c.id == code)).one_or_none()
        if row is None:
            draft = draft_of(office.hq, ChannelPublished(sales_orgs=(said,)), now_us)
            publish(connection, office.hq, [draft], now_us)
        elif (row.name, row.currency) != (called, currency):
            raise Conflict("SALES_ORG_EXISTS", sales_org_id=code, name=row.name)
    print(f"sales organisation {code} {called} {currency}" + (" stands already" if row else ""))
    return 0


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


def invite(
    office: Office, clock: Clock, randomness: Randomness, account_id: str, planned_site_id: str
) -> int:
    """Make a one-time code for a shop that founded itself, and print it, alone on a line."""
    with office.database.write() as connection:
        code = make_join_code(
            connection,
            randomness,
            account_id=account_id,
            planned_site_id=planned_site_id,
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
    if found["is_recovering"]:
        line(f"RECOVERING from a backup; awaited: {', '.join(found['awaited']) or 'nobody'}")
    line(f"newest proved backup {found['backup']['proved'] or 'none'}")
    for device in found["devices"]:
        state = f" durable {device['durable']}" + (" revoked" if device["revoked"] else "")
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
