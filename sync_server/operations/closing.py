"""``close-month``: what devices need no more row by row becomes opening rows."""

from shared.closing.rules import checked_month, newest_closable
from shared.core.clock import Clock, business_day
from shared.core.errors import RuleViolation
from sync_server.operations.home import Office
from sync_server.sync.closing import Closed
from sync_server.sync.closing_sites import T, Work, all_sites, close_site

_WORDS = {
    "MONTH_DEVICES_AWAITED": "not heard of since",
    "MONTH_PROGRAM_TOO_OLD": "programs too old for opening rows, update or revoke them",
    "MONTH_NOT_DURABLE": "no proved backup yet (make one, prove it with restore-drill) of",
}


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
    not report since, run a program that is too old, or whose documents are not proved to be kept,
    is told and left; 1 then. Raises: RuleViolation MONTH_UNREADABLE, MONTH_TOO_YOUNG.
    """
    now_us = clock.now_us()
    newest = newest_closable(business_day(now_us, "UTC"), keep)
    if checked_month(month or newest) > newest:
        raise RuleViolation("MONTH_TOO_YOUNG", month=month, newest=newest)
    wanted = month or newest
    if not sites:
        with office.database.read() as connection:
            sites = all_sites(connection)
    done = [_close(office, site_id, wanted, now_us, signed_off_by) for site_id in sites]
    return 0 if all(done) else 1


def _close(office: Office, site_id: str, month: str, now_us: int, signed_off_by: str) -> bool:
    def write(work: Work[T]) -> T:
        with office.database.write() as connection:
            return work(connection)

    def tell(one: Closed) -> None:
        print(f"{site_id} {one.month}: {one.row_count} rows, {one.openings} openings")

    told = close_site(
        write, office.hq, site_id, month, now_us, signed_off_by=signed_off_by, closed=tell
    )
    if told.code:
        print(f"{site_id} {month}: {told.code}: {_WORDS.get(told.code, 'not now')}: {told.named}")
    elif not told.row_count:
        print(f"{site_id} {month}: closed already, or nothing to close")
    return not told.code
