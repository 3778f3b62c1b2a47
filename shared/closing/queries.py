"""How far months are closed at a site, and from which day on its detail is here."""

from sqlalchemy import Connection, func, select

from shared.closing.rules import day_after, is_told_whole
from shared.closing.tables import month_close
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
