"""Taking a shop in that founded itself: a code that names its account, and the shop's first slot.

What a code gives away is small. It is good once, for one kind of device and one account; the site
is the one whose name is made of the device's own key, so nobody joins as somebody else's shop; and
of the founding document only that site and its owner come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from shared.channel.documents import DeviceEnrolled, ShopFounded, ShopJoined
from shared.channel.queries import account, may_found, site_of
from shared.channel.rules import founded_site_id
from shared.channel.tables import device as enrolled
from shared.core.clock import Randomness, business_day
from shared.core.errors import AccessDenied, Conflict, RuleViolation
from shared.core.money import minor_digits
from shared.journal.chain import GENESIS, VerifyKey
from shared.journal.document import Body, Document
from shared.journal.kind import Registry, UndecodableDocument
from shared.stock.tables import stock_move
from shared.sync.limits import ENROL_CODE_LIFETIME_S
from shared.sync.messages import Join, Push
from shared.sync.requests import joining_message
from sync_server.enrolment.codes import TAG, code_hash, fresh_code
from sync_server.store.devices import find_device
from sync_server.store.tables import enrol_code, join_code

JOINING_TYPES = ("till",)
"""What a shop founds itself with; its documents were written as this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What taking a shop in needs of head office."""

    registry: Registry
    publish: Callable[[Body, str], None]
    """(body, site id) -> head office writes it down."""
    ingest: Callable[[str, Push], str]
    """(device id, the first slot) -> why it is kept aside, '' when it stands."""


def make_join_code(
    connection: Connection,
    randomness: Randomness,
    *,
    account_id: str = "",
    planned_site_id: str = "",
    device_type: str = "till",
    now_us: int,
) -> str:
    """A one-time code for one shop that founded itself, good for seven days.

    It joins as a new site of an account, or in the place of a site head office has planned and
    nobody has used. Raises RuleViolation DEVICE_TYPE_UNKNOWN, JOIN_PLACE_MISSING,
    ACCOUNT_UNKNOWN, SITE_UNKNOWN; Conflict SITE_IN_USE.
    """
    if device_type not in JOINING_TYPES:
        raise RuleViolation("DEVICE_TYPE_UNKNOWN", allowed=" ".join(JOINING_TYPES))
    if bool(account_id) == bool(planned_site_id):
        raise RuleViolation("JOIN_PLACE_MISSING")
    _check_place(connection, account_id, planned_site_id)
    code = fresh_code(randomness)
    row = {
        "code_hash": code_hash(code),
        "device_type": device_type,
        "account_id": account_id,
        "planned_site_id": planned_site_id,
        "expires_at_us": now_us + ENROL_CODE_LIFETIME_S * 1_000_000,
    }
    connection.execute(insert(join_code), [row])
    return code


def _check_place(connection: Connection, account_id: str, planned_site_id: str) -> None:
    if account_id:
        found = account(connection, account_id)
        if found is None or not found.is_active:
            raise RuleViolation("ACCOUNT_UNKNOWN", account_id=account_id[:40])
        return
    planned = site_of(connection, planned_site_id)
    if planned is None or not planned.is_active:
        raise RuleViolation("SITE_UNKNOWN", site_id=planned_site_id[:40])
    if _is_in_use(connection, planned_site_id):
        raise Conflict("SITE_IN_USE", site_id=planned_site_id)


def _is_in_use(connection: Connection, site_id: str) -> bool:
    """Whether a site has devices, codes for them, or goods: then nobody takes its place."""
    has_device = select(enrolled.c.id).where(enrolled.c.site_id == site_id)
    has_code = select(enrol_code.c.code_hash).where(enrol_code.c.site_id == site_id)
    end = f"site/{site_id}/%"
    has_goods = select(stock_move.c.id).where(
        or_(
            stock_move.c.site_id == site_id,
            stock_move.c.from_location.like(end),
            stock_move.c.to_location.like(end),
        )
    )
    return any(
        connection.execute(one.limit(1)).first() is not None
        for one in (has_device, has_code, has_goods)
    )


def check_join(connection: Connection, join: Join, now_us: int, *, lock: bool = False) -> Row[Any]:
    """The code's row, when the key's proof is good and the device is who it may be.

    Raises AccessDenied BAD_ENROLMENT, without saying what was wrong.
    """
    site_id = founded_site_id(join.public_key)
    said = joining_message(join.code, join.device_id, join.founding.stored)
    is_proved = VerifyKey(join.public_key).request_good(said, join.signature)
    is_named = TAG.fullmatch(join.tag) and join.device_id == f"{site_id}.{join.tag}"
    if is_proved and is_named and join.incarnation == 1:
        statement = select(join_code).where(join_code.c.code_hash == code_hash(join.code))
        row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
        is_free = row is not None and row.device_id in ("", join.device_id)
        if row is not None and is_free and row.expires_at_us > now_us:
            return row
    raise AccessDenied("BAD_ENROLMENT")


def consume_join(connection: Connection, join: Join, now_us: int, door: Door) -> DeviceEnrolled:
    """Take a founded shop in: device, site and owner stand at head office, its accounts are told.

    The same shop asking again, with the same code or another one, gets the same answer and
    changes nothing. Raises AccessDenied BAD_ENROLMENT; RuleViolation FOUNDING_UNUSABLE,
    DEMO_SHOP, ACCOUNT_UNKNOWN, SITE_UNKNOWN; Conflict SITE_TAKEN, SITE_IN_USE.
    """
    row = check_join(connection, join, now_us, lock=True)
    site_id = founded_site_id(join.public_key)
    body = DeviceEnrolled(
        device_id=join.device_id,
        device_type=row.device_type,
        site_id=site_id,
        tag=join.tag,
        public_key=join.public_key,
    )
    known = find_device(connection, join.device_id)
    if known is not None:
        if known.public_key != join.public_key or known.is_revoked:
            raise AccessDenied("BAD_ENROLMENT")
        return body
    if not may_found(connection, join.public_key, site_id):
        raise Conflict("SITE_TAKEN", site_id=site_id)
    _check_place(connection, row.account_id, row.planned_site_id)
    _check_founding(door.registry, join, site_id)
    door.publish(body, site_id)
    if code := door.ingest(join.device_id, _first_slot(join)):
        raise RuleViolation("FOUNDING_UNUSABLE", reason=code)
    door.publish(_joined(connection, row, site_id), site_id)
    connection.execute(
        update(join_code)
        .where(join_code.c.code_hash == row.code_hash)
        .values(used_at_us=now_us, device_id=join.device_id)
    )
    return body


def _check_founding(registry: Registry, join: Join, site_id: str) -> None:
    try:
        found: Document = registry.decode(join.founding.stored)
    except UndecodableDocument as error:
        raise RuleViolation("FOUNDING_UNUSABLE", reason=error.code) from error
    header, body = found.header, found.body
    if not isinstance(body, ShopFounded) or header.site_id != site_id:
        raise RuleViolation("FOUNDING_UNUSABLE", reason="KIND")
    if body.is_demo:
        raise RuleViolation("DEMO_SHOP")
    try:
        # Days and sums are made with these for as long as the shop stands.
        minor_digits(body.currency)
        business_day(header.happened_at_us, body.zone)
    except RuleViolation as error:
        raise RuleViolation("FOUNDING_UNUSABLE", reason=error.code) from error


def _first_slot(join: Join) -> Push:
    return Push(
        incarnation=join.incarnation,
        first_n=1,
        previous_hash=GENESIS,
        items=[join.founding],
        head_signature=join.link_signature,
    )


def _joined(connection: Connection, row: Row[Any], site_id: str) -> ShopJoined:
    if row.account_id:
        return ShopJoined(site_id=site_id, account_ids=(row.account_id,))
    planned = site_of(connection, row.planned_site_id)
    assert planned is not None, "looked up by _check_place in this transaction"
    return ShopJoined(
        site_id=site_id,
        account_ids=planned.account_ids,
        sales_org_ids=planned.sales_org_ids,
        region_id=planned.region_id,
        planned_site_id=row.planned_site_id,
    )
