"""Closing months site by site, as people ask: what stands in the way, and what came of it."""

from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

import msgspec
from sqlalchemy import Connection, select

from shared.channel.tables import device, device_contact, site
from shared.closing.documents import MonthCloseTold
from shared.closing.queries import Request, closed_month, open_request, outcomes
from shared.closing.rules import knows_openings, last_day, newest_closable
from shared.core.clock import business_day, parse_instant_iso
from shared.core.errors import Conflict
from shared.journal.document import Value
from shared.reporting.queries.detail import Found, Wish
from shared.sync.tables import Schema
from sync_server.store.locks import MONTHS, lock
from sync_server.store.recovery import is_recovering
from sync_server.sync.closing import Closed, awaited, close_months, open_rows, unproved
from sync_server.sync.head_office import HeadOffice, draft_of, publish

_DAY_US = 24 * 3600 * 1_000_000
_NAMED_MAX = 20
T = TypeVar("T")
Work = Callable[[Connection], T]


class Write(Protocol):
    """Runs work in a transaction of its own."""

    def __call__(self, work: Work[T], /) -> T: ...


def all_sites(connection: Connection) -> tuple[str, ...]:
    """Every site of the house."""
    return tuple(connection.execute(select(site.c.id).order_by(site.c.id)).scalars())


def outdated(connection: Connection, site_id: str) -> list[str]:
    """Trusted devices of a site whose program does not know opening rows, as they last told."""
    c = device_contact.c
    rows = connection.execute(
        select(device.c.id, c.program)
        .join(device_contact, c.id == device.c.id)
        .where(device.c.site_id == site_id, device.c.revoked_at_us == 0, c.seen_at_us > 0)
        .order_by(device.c.id)
    )
    return [device_id for device_id, program in rows if not knows_openings(program)]


def obstacle(
    connection: Connection, site_id: str, month: str, *, is_signed_off: bool = False
) -> tuple[str, str]:
    """Why a site's month is not closed, and the devices it is about; ('', '') = nothing but a proof
    that is missing (``close_months``).

    MONTH_PROGRAM_TOO_OLD, which nobody signs off: such a device would lose its stock.
    MONTH_DEVICES_AWAITED, unless somebody answers for them.
    """
    if old := outdated(connection, site_id):
        return "MONTH_PROGRAM_TOO_OLD", _named(old)
    # A business day may end as much as a day after the date's end by UTC.
    over_us = parse_instant_iso(f"{last_day(month)}T23:59:59Z") + _DAY_US
    missing = [] if is_signed_off else awaited(connection, site_id, over_us)
    return ("MONTH_DEVICES_AWAITED", _named(missing)) if missing else ("", "")


def _named(ids: Collection[str]) -> str:
    return " ".join(sorted(ids)[:_NAMED_MAX])


def close_site(
    write: Write,
    hq: HeadOffice,
    site_id: str,
    month: str,
    now_us: int,
    *,
    signed_off_by: str = "",
    closed: Callable[[Closed], None] = lambda _one: None,
) -> MonthCloseTold:
    """Close a site's months up to this one, each in a transaction of its own: tills push between.

    ``closed`` hears of each. Raises: RuleViolation MONTH_UNREADABLE.
    """
    rows = openings = 0
    code, named = write(
        lambda connection: obstacle(connection, site_id, month, is_signed_off=bool(signed_off_by))
    )
    try:
        while not code and (found := write(lambda connection: close_months(
            connection, hq, site_id, month, now_us, signed_off_by=signed_off_by, most=1
        ))):  # fmt: skip
            for one in found:
                closed(one)
                rows, openings = rows + one.row_count, openings + one.openings
    except Conflict as error:
        code, named = error.code, str(error.params.get("journals", ""))
    return MonthCloseTold(
        request="", site=site_id, row_count=rows, openings=openings, code=code, named=named
    )


def is_asked(connection: Connection) -> bool:
    """Whether a month is asked to be closed; while head office recovers it answers nothing."""
    return open_request(connection) is not None and not is_recovering(connection)


def close_asked(write: Write, hq: HeadOffice, now_us: int) -> bool:
    """One site of what people asked for; False when nothing was to do."""
    found = write(_next)
    if found is None:
        return False
    request, site_id, is_last = found
    # Nobody closes what devices still need row by row.
    if request.month > newest_closable(business_day(now_us, "UTC")):
        told = MonthCloseTold(request="", site="", code="MONTH_TOO_YOUNG")
        is_last = True
    elif not site_id:
        told = MonthCloseTold(request="", site="")
    else:
        by = request.author_id if request.is_signed_off else ""
        told = close_site(write, hq, site_id, request.month, now_us, signed_off_by=by)
    body = msgspec.structs.replace(told, request=request.request, is_last=is_last)
    write(lambda connection: _tell(connection, hq, body, now_us))
    return True


def _tell(connection: Connection, hq: HeadOffice, told: MonthCloseTold, now_us: int) -> None:
    """What came of it, with what another worker did of it meanwhile: two may have come to the same
    site at once, and each closed a part of its months, or one of them nothing."""
    lock(connection, MONTHS)
    before = {one.site_id: one for one in outcomes(connection, told.request)}.get(told.site)
    if before is not None and not told.row_count:
        return
    if before is not None:
        told = msgspec.structs.replace(
            told,
            row_count=before.row_count + told.row_count,
            openings=before.openings + told.openings,
        )
    publish(connection, hq, [draft_of(hq, told, now_us)], now_us)


def _next(connection: Connection) -> tuple[Request, str, bool] | None:
    """The open request, the site it comes to next ('' = none is left), and whether it is the
    last."""
    request = open_request(connection)
    if request is None or is_recovering(connection):
        return None
    known = all_sites(connection)
    wanted = [one for one in known if not request.sites or one in request.sites]
    done = {one.site_id for one in outcomes(connection, request.request)}
    left = [one for one in wanted if one not in done]
    return request, left[0] if left else "", len(left) <= 1


REPORT = "months"
COLUMNS = ("site_id", "closed", "until", "rows", "code", "named")
_SITES_A_PAGE = 20


def months_report(connection: Connection, schema: Schema, wish: Wish, now_us: int) -> Found:
    """By site: the month closed last, the one that may be closed now, how many rows that takes from
    devices, and what stands in the way."""
    until = newest_closable(business_day(now_us, "UTC"))
    behind = wish.after[0] if wish.after else ""
    every = all_sites(connection)
    left = [one for one in every if one > behind]
    page = left[: min(wish.limit, _SITES_A_PAGE)]
    rows = [_site_row(connection, schema, one, until) for one in page]
    is_more = len(left) > len(page)
    after = page[-1] if is_more else ""
    return Found(columns=COLUMNS, rows=rows, next_after=after, total=len(every))


def _site_row(
    connection: Connection, schema: Schema, site_id: str, until: str
) -> tuple[Value, ...]:
    code = named = ""
    rows = open_rows(connection, schema, site_id, until)
    if rows:
        code, named = obstacle(connection, site_id, until)
    if rows and not code and (journals := unproved(connection, rows)):
        code, named = "MONTH_NOT_DURABLE", _named(journals)
    return site_id, closed_month(connection, site_id), until, len(rows), code, named
