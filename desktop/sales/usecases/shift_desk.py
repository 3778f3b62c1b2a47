"""Where this device's shift stands, and the count that is being typed."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from desktop.channel.usecases import day_at, place_of
from desktop.sales.usecases.options import TillOptions, till_options
from desktop.sales.usecases.showing import person_names
from desktop.store.drafts import draft_of, put_draft
from desktop.store.session import Session
from shared.accounts.queries import ShiftView, left_in_drawer, open_shift, with_float

COUNT: Final = "shift/count"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftNow:
    """The running shift, if any, and what the next one begins with."""

    shift: ShiftView | None
    proposed_minor: int
    """What the last shift left in the drawer."""
    options: TillOptions
    names: dict[str, str]
    is_old: bool = False
    """The running shift was opened on an earlier business day: somebody forgot to close it."""


def shift_now(session: Session) -> ShiftNow:
    """Where the drawer of this device stands."""
    place, device_id = place_of(session), session.identity.device_id
    found = open_shift(session.connection, device_id)
    return ShiftNow(
        shift=with_float(session.connection, found) if found is not None else None,
        proposed_minor=left_in_drawer(session.connection, device_id),
        options=till_options(session.connection, place.site_id),
        names=person_names(session.connection, place.site_id),
        is_old=found is not None and found.business_day < day_at(session, place),
    )


def keep_count(session: Session, content: bytes) -> None:
    """Keep what was counted so far, until the count is declared."""
    put_draft(session, COUNT, content)


def kept_count(connection: Connection) -> bytes | None:
    """What was counted when the program was left."""
    return draft_of(connection, COUNT)
