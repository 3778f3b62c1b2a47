"""Registering members and saying anew what is known of them (I10)."""

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.catalog.pinyin import initials_of
from shared.core.errors import RuleViolation
from shared.core.text import normal
from shared.members.documents import MemberRegistered
from shared.members.queries import MemberView, member_by_phone, member_of
from shared.members.rules import MEMBER_LIST, check_member, member_id, normal_phone


def register_member(
    session: Session,
    name: str,
    phone: str,
    *,
    birthday: str = "",
    note: str = "",
    price_list: str = MEMBER_LIST,
    uid: bytes | None = None,
) -> MemberView:
    """Take a consumer up as a member of the house; offline as well, and at two tills it is one.

    Raises: RuleViolation MEMBER_NAME_MISSING, PHONE_UNREADABLE, MEMBER_EXISTS with the
    ``member_id`` this site knows already, BIRTHDAY_UNREADABLE, TEXT_TOO_LONG, PRICE_LIST_BAD;
    AccessDenied NOT_PERMITTED.
    """
    require(session, "member.write")
    number = normal_phone(phone)
    known = member_by_phone(session.connection, number, session.identity.site_id)
    if known is not None:
        raise RuleViolation("MEMBER_EXISTS", member_id=known.member_id)
    member = member_id(number, session.identity.hq_public_key)
    return _say(session, member, name, number, birthday, note, price_list, uid)


def change_member(
    session: Session,
    member: str,
    *,
    name: str | None = None,
    birthday: str | None = None,
    note: str | None = None,
    price_list: str | None = None,
) -> MemberView:
    """Say anew what is known of a member; what is left out stays. The phone stays for good: it
    is who they are.

    Raises: RuleViolation MEMBER_UNKNOWN and as ``register_member``; AccessDenied NOT_PERMITTED.
    """
    require(session, "member.write")
    was = known_member(session, member)
    return _say(
        session,
        member,
        was.name if name is None else name,
        was.phone,
        was.birthday if birthday is None else birthday,
        was.note if note is None else note,
        was.price_list if price_list is None else price_list,
        None,
    )


def known_member(session: Session, member: str) -> MemberView:
    """A member this device knows. Raises: RuleViolation MEMBER_UNKNOWN."""
    found = member_of(session.connection, member, session.identity.site_id)
    if found is None or not found.is_active:
        raise RuleViolation("MEMBER_UNKNOWN")
    return found


def _say(
    session: Session,
    member: str,
    name: str,
    phone: str,
    birthday: str,
    note: str,
    price_list: str,
    uid: bytes | None,
) -> MemberView:
    called, noted = normal(name), note.strip()
    check_member(called, birthday, noted, price_list)
    body = MemberRegistered(
        member_id=member,
        name=called,
        phone=phone,
        initials=initials_of(called).lower(),
        birthday=birthday,
        note=noted,
        price_list=price_list,
    )
    session.append(body, uid=uid)
    return known_member(session, member)
