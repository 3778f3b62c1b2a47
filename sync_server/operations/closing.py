"""``close-month``: what devices need no more row by row becomes opening rows."""

from sqlalchemy import select

from shared.channel.tables import site
from shared.closing.rules import checked_month, last_day, month_of, months_before
from shared.core.clock import Clock, business_day, parse_instant_iso
from shared.core.errors import Conflict, RuleViolation
from sync_server.operations.home import Office
from sync_server.sync.closing import Closed, awaited, close_months

_DAY_US = 24 * 3600 * 1_000_000


def close_month(
    office: Office,
    clock: Clock,
    *,
    month: str,
    sites: tuple[str, ...],
    keep: int,
    signed_off_by: str,
) -> int:
    """Close all months up to the last one that is older than ``keep`` whole months, site by site.

    ``month`` is an earlier last one, ``sites`` are all when none is named. A site whose devices did
    not report since, or whose documents are not proved to be kept, is told and left; 1 then.
    Raises: RuleViolation MONTH_UNREADABLE, MONTH_TOO_YOUNG.
    """
    now_us = clock.now_us()
    newest = months_before(month_of(business_day(now_us, "UTC")), keep + 1)
    if checked_month(month or newest) > newest:
        raise RuleViolation("MONTH_TOO_YOUNG", month=month, newest=newest)
    wanted = month or newest
    is_whole = True
    for site_id in sites or _all_sites(office):
        is_whole &= _close(office, site_id, wanted, now_us, signed_off_by)
    return 0 if is_whole else 1


def _all_sites(office: Office) -> tuple[str, ...]:
    with office.database.read() as connection:
        return tuple(connection.execute(select(site.c.id).order_by(site.c.id)).scalars())


def _close(office: Office, site_id: str, month: str, now_us: int, signed_off_by: str) -> bool:
    # A business day may end as much as a day after the date's end by UTC.
    over_us = parse_instant_iso(f"{last_day(month)}T23:59:59Z") + _DAY_US
    with office.database.read() as connection:
        missing = awaited(connection, site_id, over_us)
    if missing and not signed_off_by:
        print(f"{site_id} {month}: not heard of since: {' '.join(missing)}")
        return False
    count = 0
    try:
        while found := _close_next(office, site_id, month, now_us, signed_off_by):
            count += 1
            for one in found:
                print(f"{site_id} {one.month}: {one.row_count} rows, {one.openings} openings")
    except Conflict as error:
        print(f"{site_id} {month}: {error}")
        return False
    if not count:
        print(f"{site_id} {month}: closed already, or nothing to close")
    return True


def _close_next(
    office: Office, site_id: str, month: str, now_us: int, signed_off_by: str
) -> list[Closed]:
    """One month, in a transaction of its own: tills push between two of them."""
    with office.database.write() as connection:
        return close_months(
            connection, office.hq, site_id, month, now_us, signed_off_by=signed_off_by, most=1
        )
