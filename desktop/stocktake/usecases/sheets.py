"""The sheet a counter is working on: every scan is on disk before it sounds, and survives a crash.

An event is a draft of its own, so that the five-thousandth scan is written as fast as the first.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select

from desktop.stocktake.usecases.counting import Tally, seal_zone
from desktop.stocktake.usecases.photos import check_photo, take_photo
from desktop.store.drafts import draft_of, drafts_under, put_draft, remove_draft
from desktop.store.session import Session
from desktop.store.tables import draft
from shared.journal.document import Header
from shared.stocktake.documents import UnknownCode


class SheetName(msgspec.Struct, frozen=True, kw_only=True):
    """Which sheet: the zone of a count, and whether it is counted again."""

    count_id: str
    zone_id: str
    is_recount: bool = False

    def prefix(self, person_id: str) -> str:
        """What the keys of its drafts begin with."""
        again = "again" if self.is_recount else "first"
        return f"counting/{person_id}/{self.count_id}/{again}/{self.zone_id}/"


class Event(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One thing a counter did."""

    kind: str
    """``add set unknown empty``."""
    product_id: str = ""
    qty_micro: int = 0
    factor_micro: int = 0
    """What one scan stood for; 0 for figures that were keyed."""
    serial: str = ""
    code: str = ""
    note: str = ""
    at_us: int = 0
    has_photo: bool = False


_OPEN = "counting/{person}/open"


def open_sheet(session: Session, name: SheetName) -> int:
    """Work on this sheet from now on, after a restart too; when it was begun."""
    person = session.author_id
    put_draft(session, _OPEN.format(person=person), msgspec.json.encode(name))
    key = f"{name.prefix(person)}begun"
    begun = draft_of(session.connection, key)
    if begun is None:
        begun = str(session.now_us).encode()
        put_draft(session, key, begun)
    return int(begun)


def leave_sheet(session: Session) -> None:
    """Stop working on a sheet; what was counted stays on it."""
    remove_draft(session, _OPEN.format(person=session.author_id))


def open_sheet_of(connection: Connection, person_id: str) -> SheetName | None:
    """The sheet this person was working on."""
    found = draft_of(connection, _OPEN.format(person=person_id))
    return msgspec.json.decode(found, type=SheetName) if found else None


def keep_event(
    session: Session, name: SheetName, number: int, event: Event, photo: bytes = b""
) -> Event:
    """Write an event down under its number, with its photo, if any; as it stands, with its instant.

    Raises: RuleViolation PICTURE_UNREADABLE, PICTURE_TOO_LARGE.
    """
    kept = msgspec.structs.replace(event, at_us=session.now_us, has_photo=bool(photo))
    put_draft(session, _key(name, session.author_id, number), msgspec.json.encode(kept))
    if photo:
        check_photo(photo)
        put_draft(session, _photo_key(name, session.author_id, number), photo)
    return kept


def drop_event(session: Session, name: SheetName, number: int) -> None:
    """Take an event back, and its photo with it."""
    remove_draft(session, _key(name, session.author_id, number))
    remove_draft(session, _photo_key(name, session.author_id, number))


def events_of(connection: Connection, name: SheetName, person_id: str) -> list[Event]:
    """What was done on a sheet, in order."""
    found = drafts_under(connection, f"{name.prefix(person_id)}e")
    return [
        msgspec.json.decode(one.content, type=Event)
        for one in sorted(found, key=lambda one: one.key)
    ]


def begun_at(connection: Connection, name: SheetName, person_id: str) -> int:
    """When a sheet was begun; 0 when it was not."""
    return int(draft_of(connection, f"{name.prefix(person_id)}begun") or 0)


def sheets_begun(connection: Connection, person_id: str) -> dict[SheetName, int]:
    """The sheets of this person that hold something, with how many events."""
    c = draft.c
    start = f"counting/{person_id}/"
    rows = connection.execute(
        select(c.key).where(c.key >= start, c.key < start + "\uffff", c.key.like("%/e______"))
    ).scalars()
    found: dict[SheetName, int] = {}
    for key in rows:
        _counting, _person, count_id, again, zone_id = key.split("/", 4)
        name = SheetName(
            count_id=count_id, zone_id=zone_id.rpartition("/")[0], is_recount=again == "again"
        )
        found[name] = found.get(name, 0) + 1
    return found


def close_sheet(
    session: Session,
    name: SheetName,
    tallies: Sequence[Tally],
    unknown: Sequence[UnknownCode],
    scans: int,
) -> Header:
    """Seal a sheet with its photos and forget its drafts, all or nothing.

    Raises: what ``seal_zone`` raises.
    """
    person = session.author_id
    events = events_of(session.connection, name, person)
    header = seal_zone(
        session,
        name.count_id,
        name.zone_id,
        tallies,
        is_recount=name.is_recount,
        started_at_us=begun_at(session.connection, name, person),
        scans=scans,
        unknown=unknown,
    )
    for number, event in enumerate(events, start=1):
        if event.has_photo:
            _take(session, name, event, _photo_key(name, person, number))
    prefix = name.prefix(person)
    c = draft.c
    session.connection.execute(delete(draft).where(c.key >= prefix, c.key < prefix + "\uffff"))
    leave_sheet(session)
    return header


def _key(name: SheetName, person_id: str, number: int) -> str:
    return f"{name.prefix(person_id)}e{number:06}"


def _photo_key(name: SheetName, person_id: str, number: int) -> str:
    return f"{name.prefix(person_id)}photo{number:06}"


def _take(session: Session, name: SheetName, event: Event, key: str) -> None:
    data = draft_of(session.connection, key)
    if data is not None:
        take_photo(
            session,
            name.count_id,
            data,
            zone_id=name.zone_id,
            code=event.code,
            note=event.note,
            taken_at_us=event.at_us,
        )
