"""How far months are closed at a site, and from which day on its detail is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from shared.closing.rules import day_after, is_told_whole
from shared.closing.tables import month_close, month_outcome, month_request
from shared.core.clock import parse_instant_iso
from shared.core.errors import RuleViolation
from shared.journal.tables import journal


def closed_month(connection: Connection, site_id: str) -> str:
    """The last closed month of a site (``2025-03``); '' while none is."""
    last = select(func.max(month_close.c.month)).where(month_close.c.site_id == site_id)
    return connection.execute(last).scalar() or ""


def detail_from(connection: Connection, site_id: str) -> str:
    """The first business day of a site whose single moves and entries are here; '' = all are.

    Head office has them all: the closings stand in its own journal.
    """
    c = month_close.c
    last = connection.execute(
        select(c.id, c.business_day)
        .where(c.site_id == site_id)
        .order_by(c.month.desc(), c.id)
        .limit(1)
    ).one_or_none()
    if last is None:
        return ""
    here = select(journal.c.uid).where(journal.c.uid == last.id).limit(1)
    return "" if connection.execute(here).first() else day_after(last.business_day)


def check_period(connection: Connection, site_id: str, from_day: str, to_day: str) -> None:
    """That this replica can tell a site's days from..to: of closed months only whole ones.

    Raises: RuleViolation DETAIL_AT_HEAD_OFFICE with the first ``day`` of which all is here.
    """
    first = detail_from(connection, site_id)
    if first and not is_told_whole(from_day, to_day, first):
        raise RuleViolation("DETAIL_AT_HEAD_OFFICE", site_id=site_id, day=first)


def check_instant(connection: Connection, site_id: str, at_us: int) -> None:
    """That what happened at a site after an instant is here, move by move.

    Raises: RuleViolation DETAIL_AT_HEAD_OFFICE.
    """
    first = detail_from(connection, site_id)
    # The last business day of a month ends up to a day after the date does by UTC.
    if first and at_us < parse_instant_iso(f"{day_after(first)}T00:00:00Z"):
        raise RuleViolation("DETAIL_AT_HEAD_OFFICE", site_id=site_id, day=first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A month that is asked to be closed."""

    request: str
    month: str
    sites: tuple[str, ...]
    """() = all."""
    author_id: str
    is_signed_off: bool
    is_done: bool
    asked_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a request at a site."""

    site_id: str
    row_count: int
    openings: int
    code: str
    named: str


def open_request(connection: Connection) -> Request | None:
    """The request head office comes to next; None = nothing to do."""
    c = month_request.c
    first = select(month_request).where(c.is_done == 0).order_by(c.asked_at_us, c.id).limit(1)
    row = connection.execute(first).one_or_none()
    return None if row is None else _request(row)


def last_request(connection: Connection) -> Request | None:
    """The request that was made last."""
    c = month_request.c
    last = select(month_request).order_by(c.asked_at_us.desc(), c.id.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return None if row is None else _request(row)


def _request(row: Row[Any]) -> Request:
    return Request(
        request=row.id,
        month=row.month,
        sites=tuple(row.sites.split()),
        author_id=row.author_id,
        is_signed_off=bool(row.is_signed_off),
        is_done=bool(row.is_done),
        asked_at_us=row.asked_at_us,
    )


def outcomes(connection: Connection, request: str) -> Sequence[Outcome]:
    """What came of a request so far, by site."""
    c = month_outcome.c
    rows = connection.execute(
        select(c.site_id, c.row_count, c.openings, c.code, c.named)
        .where(c.request == request)
        .order_by(c.site_id)
    )
    return [Outcome(**row._mapping) for row in rows]
