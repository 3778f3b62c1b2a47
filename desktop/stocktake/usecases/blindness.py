"""Who counts blind just now, and so may see no book figure."""

from sqlalchemy import Connection, select

from shared.access.queries import permissions_of
from shared.core.errors import AccessDenied
from shared.stocktake.queries.counts import CountView, counters_of, counts
from shared.stocktake.rules import CountMode, CountState
from shared.stocktake.tables import count_zone, recount


def check_may_see_book(connection: Connection, site_id: str, person_id: str) -> None:
    """Go on only when this person counts nothing blind at the site just now (H04).

    Raises: AccessDenied BLIND_COUNT with the count's number.
    """
    for one in counts(connection, site_id):
        if one.mode is CountMode.BLIND and _counts_in(connection, one, person_id):
            raise AccessDenied("BLIND_COUNT", count=one.number)


def _counts_in(connection: Connection, one: CountView, person_id: str) -> bool:
    if one.state is CountState.COUNTING:
        return _has_a_zone(connection, one, person_id)
    if one.state is CountState.REVEALED:
        again = select(recount.c.person_id).where(recount.c.count_id == one.id)
        return person_id in set(connection.execute(again).scalars())
    return False


def _has_a_zone(connection: Connection, one: CountView, person_id: str) -> bool:
    """Named for a zone, seen on a sheet, or one of all where a zone is everybody's."""
    c = count_zone.c
    zones = connection.execute(select(c.people).where(c.count_id == one.id)).scalars().all()
    if any(person_id in people.split() for people in zones):
        return True
    if any(person_id in names for names in counters_of(connection, one.id).values()):
        return True
    may = permissions_of(connection, person_id, one.site_id)
    return "" in zones and "count.run" in may and "count.reveal" not in may
