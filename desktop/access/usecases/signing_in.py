"""Signing in and approving by PIN, offline: five wrong ones wait, a device left alone locks.

A try is written down as wrong before it is looked at, so that pulling the plug costs a try. Waits
are counted by the machine's own clock, which nobody sets. The slow check of a PIN runs beside the
writer, so that nobody else waits for it.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select

from desktop.access.usecases.policies import policy, policy_number
from desktop.store.identity import load_state
from desktop.store.session import Session
from desktop.store.tables import pin_approval, pin_trial, time_alone
from desktop.store.writer import Store
from shared.access.documents import PinChanged
from shared.access.pins import SALT_BYTES, checked_pin, hash_of_pin, pin_fits
from shared.access.queries import Person, people_at, permissions_of
from shared.access.rules import (
    APPROVER_PIN,
    DAY_US,
    LOCK_DAYS,
    PIN_TRIES,
    pin_wait_us,
    surely_passed_us,
)
from shared.core.errors import AccessDenied, RuleViolation
from shared.journal.document import Header
from shared.sync.statements import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who works here from now on, and what they may do at the device's site."""

    user_id: str
    name: str
    role: str
    permissions: frozenset[str]
    has_pin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person showed by PIN that they stand for one act; the id goes into the use case."""

    approver_id: str
    name: str
    permission: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """How long the device has been without head office, in whole days; 0 allowed = for ever."""

    days: int
    allowed_days: int

    @property
    def is_locked(self) -> bool:
        """Whether nobody signs in before the device has met head office."""
        return 0 < self.allowed_days <= self.days


def people(store: Store) -> list[Person]:
    """Who may sign in at this device, by name."""
    return store.write(_people).value


def sign_in(store: Store, user_id: str, pin: str = "") -> SignedIn:
    """Work as this person from now on; documents carry their name.

    Raises: AccessDenied PERSON_UNKNOWN, PIN_WRONG (``left`` tries), PIN_WAIT (``seconds``),
    DEVICE_LOCKED (``days``); RuleViolation PIN_MISSING.
    """
    person = store.write(_person_at_open_device, user_id).value
    if person.pin_hash:
        _check_pin(store, person, pin)
    store.author_id = user_id
    return store.write(_signed_in, person).value


def approve(store: Store, approver_id: str, pin: str, permission: str) -> Approval:
    """Another person stands for one act of who is signed in, by their own PIN (I12).

    It is good for ten minutes and one act; who has no PIN cannot approve at a screen, unless the
    rule ``approval.pin`` asks for none.

    Raises: AccessDenied PERSON_UNKNOWN, APPROVER_MAY_NOT, PIN_WRONG, PIN_WAIT; RuleViolation
    PIN_MISSING, PIN_NOT_SET, SECOND_PERSON_NEEDED.
    """
    person = store.write(_approver, approver_id, permission).value
    if person.pin_hash:
        _check_pin(store, person, pin)
    store.write(_note_approval, approver_id, permission)
    return Approval(approver_id=approver_id, name=person.name, permission=permission)


def change_pin(store: Store, old_pin: str, new_pin: str) -> Header:
    """The person signed in chooses another PIN for this site, offline too.

    Raises: AccessDenied PERSON_UNKNOWN, PIN_WRONG, PIN_WAIT, NOT_PERMITTED; RuleViolation PIN_BAD,
    PIN_MISSING.
    """
    checked_pin(new_pin)
    person = store.write(_person, store.author_id).value
    if person.pin_hash:
        _check_pin(store, person, old_pin)
    salt = store.write(_salt).value
    return store.write(_change, hash_of_pin(new_pin, salt)).value


def new_pin_hash(store: Store, pin: str) -> str:
    """What is published of a PIN that head office gives. Raises: RuleViolation PIN_BAD."""
    checked_pin(pin)
    return hash_of_pin(pin, store.write(_salt).value)


def alone(store: Store) -> Alone:
    """How long this device has been without head office; asking is what counts the time, so a
    running program asks now and then (P10)."""
    return store.write(_alone).value


def _check_pin(store: Store, person: Person, pin: str) -> None:
    if not pin:
        raise RuleViolation("PIN_MISSING")
    left = store.write(_count_trial, person.user_id).value
    if not pin_fits(pin, person.pin_hash):
        raise AccessDenied("PIN_WRONG", left=left)
    store.write(_forget_trials, person.user_id)


def _count_trial(session: Session, user_id: str) -> int:
    """Write a wrong try down; how many are left before the person has to wait."""
    monotonic_us = session.clock.monotonic_us()
    row = session.connection.execute(
        select(pin_trial).where(pin_trial.c.user_id == user_id)
    ).one_or_none()
    if row is not None and row.wait_us:
        rest_us = row.wait_us - surely_passed_us(row.since_monotonic_us, monotonic_us)
        if rest_us > 0:
            raise AccessDenied("PIN_WAIT", seconds=-(-rest_us // 1_000_000))
    wrong = (row.wrong if row else 0) + 1
    trial = {
        "user_id": user_id,
        "wrong": wrong,
        "wait_us": pin_wait_us(wrong),
        "since_monotonic_us": monotonic_us,
    }
    upsert(session.connection, pin_trial, ("user_id",), [trial])
    return -wrong % PIN_TRIES


def _forget_trials(session: Session, user_id: str) -> None:
    session.connection.execute(delete(pin_trial).where(pin_trial.c.user_id == user_id))


def _people(session: Session) -> list[Person]:
    return people_at(session.connection, session.identity.site_id, at_us=session.now_us)


def _person(session: Session, user_id: str) -> Person:
    for one in _people(session):
        if one.user_id == user_id:
            return one
    raise AccessDenied("PERSON_UNKNOWN")


def _person_at_open_device(session: Session, user_id: str) -> Person:
    found = _alone(session)
    if found.is_locked:
        raise AccessDenied("DEVICE_LOCKED", days=found.days)
    return _person(session, user_id)


def _approver(session: Session, approver_id: str, permission: str) -> Person:
    person = _person(session, approver_id)
    site_id = session.identity.site_id
    if approver_id == session.author_id:
        raise RuleViolation("SECOND_PERSON_NEEDED")
    may = permissions_of(session.connection, approver_id, site_id, at_us=session.now_us)
    if permission not in may:
        raise AccessDenied("APPROVER_MAY_NOT", permission=permission, site_id=site_id)
    if not person.pin_hash and policy(session.connection, site_id, APPROVER_PIN) != "never":
        raise RuleViolation("PIN_NOT_SET")
    return person


def _note_approval(session: Session, approver_id: str, permission: str) -> None:
    row = {
        "approver_id": approver_id,
        "permission": permission,
        "author_id": session.author_id,
        "given_monotonic_us": session.clock.monotonic_us(),
    }
    upsert(session.connection, pin_approval, ("approver_id", "permission", "author_id"), [row])


def _signed_in(session: Session, person: Person) -> SignedIn:
    site_id = session.identity.site_id
    return SignedIn(
        user_id=person.user_id,
        name=person.name,
        role=person.role,
        permissions=permissions_of(
            session.connection, person.user_id, site_id, at_us=session.now_us
        ),
        has_pin=bool(person.pin_hash),
    )


def _salt(session: Session) -> bytes:
    return session.randomness.bytes(SALT_BYTES)


def _change(session: Session, pin_hash: str) -> Header:
    site_id = session.identity.site_id
    may = permissions_of(session.connection, session.author_id, site_id, at_us=session.now_us)
    if "pin.change" not in may:
        raise AccessDenied("NOT_PERMITTED", permission="pin.change", site_id=site_id)
    return session.append(PinChanged(pin_hash=pin_hash))


def _alone(session: Session) -> Alone:
    days = _alone_us(session) // DAY_US
    allowed = policy_number(session.connection, session.identity.site_id, LOCK_DAYS)
    # A shop that stands alone has no head office to miss.
    return Alone(days=days, allowed_days=allowed if session.identity.server_url else 0)


def _alone_us(session: Session) -> int:
    """Time since the last contact: by the wall clock or by the machine's, whichever says more.

    A clock that is set back takes nothing off what was counted before.
    """
    contact_us = load_state(session.connection).synced_at_us
    wall_us, monotonic_us = session.clock.now_us(), session.clock.monotonic_us()
    row = session.connection.execute(select(time_alone)).one_or_none()
    if row is None or row.contact_at_us != contact_us:
        alone_us = max(wall_us - contact_us, 0) if contact_us else 0
    else:
        by_machine = surely_passed_us(row.monotonic_us, monotonic_us)
        alone_us = row.alone_us + max(wall_us - row.wall_us, by_machine)
    told = {
        "id": 1,
        "contact_at_us": contact_us,
        "alone_us": alone_us,
        "wall_us": wall_us,
        "monotonic_us": monotonic_us,
    }
    upsert(session.connection, time_alone, ("id",), [told])
    return alone_us
