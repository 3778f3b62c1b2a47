"""Publishing the channel; and the place a use case works at: its site, zone, currency, day."""

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.access.queries import Person, people_at
from shared.channel.documents import ChannelPublished, ShopFounded, StaffStated
from shared.channel.queries import SiteView, site_of
from shared.channel.rules import ENTRIES_MAX, STAFF_ROLES, check_staff, founder_id, staff_id
from shared.core.clock import HOME_ZONE, business_day
from shared.core.errors import Conflict, RuleViolation
from shared.core.money import minor_digits
from shared.core.text import normal
from shared.journal.document import Header
from shared.sync.appending import head_of


def publish_channel(session: Session, published: ChannelPublished) -> Header:
    """Publish parts of the channel; what is not named stays as it was (A01-A07).

    Raises: RuleViolation NOTHING_TO_PUBLISH, TOO_MANY_ENTRIES; AccessDenied NOT_PERMITTED.
    """
    require(session, "channel.publish")
    entries = sum(len(getattr(published, name)) for name in published.__struct_fields__)
    if not entries:
        raise RuleViolation("NOTHING_TO_PUBLISH")
    if entries > ENTRIES_MAX:
        raise RuleViolation("TOO_MANY_ENTRIES", most=ENTRIES_MAX)
    return session.append(published)


def place_of(session: Session, site_id: str = "") -> SiteView:
    """The site a document is written for; '' is the device's own. Raises RuleViolation
    SITE_UNKNOWN."""
    name = site_id or session.identity.site_id
    found = site_of(session.connection, name)
    if found is None:
        raise RuleViolation("SITE_UNKNOWN", site_id=name or "-")
    return found


def day_at(session: Session, place: SiteView) -> str:
    """The business day that is now at a site, until shifts say otherwise."""
    return business_day(session.now_us, place.zone or HOME_ZONE)


def found_shop(
    session: Session,
    name: str,
    owner_name: str,
    *,
    pin_hash: str = "",
    currency: str = "CNY",
    zone: str = "Asia/Shanghai",
    region_id: str = "",
    is_demo: bool = False,
) -> Header:
    """The first document of a shop that begins by itself: its site and its owner (R07).

    Whoever founds is the owner, whatever name the session carries. Raises: RuleViolation
    SHOP_INCOMPLETE, CURRENCY_UNKNOWN, ZONE_UNKNOWN; Conflict ALREADY_FOUNDED.
    """
    own = session.identity
    if head_of(session.connection, own.device_id, own.incarnation)[0]:
        raise Conflict("ALREADY_FOUNDED")
    called, owner = normal(name), normal(owner_name)
    if not called or not owner:
        raise RuleViolation("SHOP_INCOMPLETE")
    minor_digits(currency)
    business_day(session.now_us, zone)
    session.author_id = founder_id(own.site_id)
    body = ShopFounded(
        name=called,
        owner_name=owner,
        pin_hash=pin_hash,
        currency=currency,
        zone=zone,
        region_id=region_id,
        is_demo=is_demo,
    )
    return session.append(body, business_day=business_day(session.now_us, zone))


def add_staff(
    session: Session, name: str, role: str, *, pin_hash: str, without_own_pin: bool = False
) -> str:
    """The founder names somebody of the own shop in one of ``STAFF_ROLES``; their user id (R07).

    It holds at once, and stays when the shop joins head office. A founder without a PIN is told
    so: whoever signs in here could be the owner. ``without_own_pin`` goes on all the same.

    Raises: RuleViolation OWN_PIN_MISSING, NOT_THE_FOUNDER, USER_INCOMPLETE, TEXT_TOO_LONG,
    ROLE_UNKNOWN, STAFF_EXISTS; AccessDenied NOT_PERMITTED.
    """
    called = normal(name)
    here = people_at(session.connection, session.identity.site_id)
    if any(one.name == called for one in here):
        raise RuleViolation("STAFF_EXISTS", name=called)
    is_open = any(one.user_id == session.author_id and not one.pin_hash for one in here)
    if is_open and not without_own_pin:
        raise RuleViolation("OWN_PIN_MISSING")
    staff = session.randomness.bytes(4).hex()
    _state_staff(session, StaffStated(staff=staff, name=called, role=role, pin_hash=pin_hash))
    return staff_id(session.identity.site_id, staff)


def give_staff_pin(session: Session, user_id: str, *, pin_hash: str) -> Header:
    """The founder gives one of the shop's own people a new PIN. Raises as ``add_staff``, and
    RuleViolation STAFF_UNUSABLE for whom head office or nobody named."""
    one = _staff(session, user_id)
    said = StaffStated(staff=_staff_part(one), name=one.name, role=one.role, pin_hash=pin_hash)
    return _state_staff(session, said)


def dismiss_staff(session: Session, user_id: str) -> Header:
    """The founder takes one of the shop's own people away; what they did stays. Raises as
    ``give_staff_pin``."""
    one = _staff(session, user_id)
    said = StaffStated(staff=_staff_part(one), name=one.name, role=one.role, is_active=False)
    return _state_staff(session, said)


def _state_staff(session: Session, said: StaffStated) -> Header:
    require(session, "staff.write")
    check_staff(session.author_id, session.identity.site_id, said.name, said.role)
    return session.append(said)


def _staff(session: Session, user_id: str) -> Person:
    for one in people_at(session.connection, session.identity.site_id):
        is_own = user_id.startswith(f"{session.identity.site_id}.") and one.role in STAFF_ROLES
        if one.user_id == user_id and is_own:
            return one
    raise RuleViolation("STAFF_UNUSABLE", staff=user_id)


def _staff_part(one: Person) -> str:
    return one.user_id.rpartition(".")[2]
