"""What is in a pool, who holds leases of it, and what of them is left."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from shared.leases.rules import AskState, LeaseState, holder_end, pool_end
from shared.leases.tables import lease, lease_balance, lease_move, lease_pool, lease_request
from shared.sync.replica import load_rows
from shared.sync.tables import Replicated

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolView:
    """A pool; ``free`` is what no device holds, in the smallest part of ``unit``."""

    pool: str
    unit: str
    portion: int
    term_s: int
    only_site_id: str
    is_open: bool
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseView:
    """A lease as this replica knows it.

    ``rest`` is what is not spent, given back or written off.
    """

    lease_id: str
    pool: str
    unit: str
    site_id: str
    device_id: str
    incarnation: int
    amount: int
    rest: int
    from_us: int
    until_us: int
    term_s: int
    state: str
    reason: str
    ended_at_us: int
    doubled: int


def balance(connection: Connection, end: str) -> int:
    """What came to an end of the ledger of leases, less what left it."""
    return balances(connection, [end])[end]


def balances(connection: Connection, ends: Collection[str]) -> dict[str, int]:
    """The same for many ends; 0 for those nothing ever moved at."""
    found = dict.fromkeys(ends, 0)
    wanted = sorted(found)
    for start in range(0, len(wanted), _CHUNK):
        c = lease_balance.c
        rows = connection.execute(
            select(c.end, c.came_in, c.went_out).where(c.end.in_(wanted[start : start + _CHUNK]))
        )
        found |= {end: came_in - went_out for end, came_in, went_out in rows}
    return found


def pool_of(
    connection: Connection, table: Replicated, pool: str, *, lock: bool = False
) -> PoolView | None:
    """A pool; with ``lock`` nobody else grants of it until the transaction ends."""
    row = load_rows(connection, table, {pool}, lock=lock).get(pool)
    if row is None:
        return None
    return PoolView(
        pool=pool,
        unit=row["unit"],
        portion=row["portion"],
        term_s=row["term_s"],
        only_site_id=row["only_site_id"],
        is_open=bool(row["is_open"]),
        free=balance(connection, pool_end(pool)),
    )


def pools(connection: Connection) -> list[PoolView]:
    """Every pool this replica knows, by name."""
    rows = connection.execute(select(lease_pool).order_by(lease_pool.c.id)).all()
    free = balances(connection, [pool_end(row.id) for row in rows])
    return [
        PoolView(
            pool=row.id,
            unit=row.unit,
            portion=row.portion,
            term_s=row.term_s,
            only_site_id=row.only_site_id,
            is_open=bool(row.is_open),
            free=free[pool_end(row.id)],
        )
        for row in rows
    ]


def leases(
    connection: Connection,
    ids: Iterable[str] | None = None,
    *,
    device_id: str = "",
    pool: str = "",
    state: str = "",
) -> list[LeaseView]:
    """Leases, those that end first come first; of a device, a pool or a state where they are named.

    A name of a pool that ends with a colon means all pools that begin so.
    """
    query = select(lease).order_by(lease.c.until_us, lease.c.id)
    if ids is not None:
        query = query.where(lease.c.id.in_(sorted(ids)))
    if device_id:
        query = query.where(lease.c.device_id == device_id)
    if state:
        query = query.where(lease.c.state == state)
    if pool.endswith(":"):
        query = query.where(lease.c.pool.startswith(pool, autoescape=True))
    elif pool:
        query = query.where(lease.c.pool == pool)
    rows = connection.execute(query).all()
    rest = _rests(connection, {row.id: row.site_id for row in rows})
    return [
        LeaseView(
            lease_id=row.id,
            pool=row.pool,
            unit=row.unit,
            site_id=row.site_id,
            device_id=row.device_id,
            incarnation=row.incarnation,
            amount=row.amount,
            rest=rest[row.id],
            from_us=row.from_us,
            until_us=row.until_us,
            term_s=row.term_s,
            state=row.state,
            reason=row.reason,
            ended_at_us=row.ended_at_us,
            doubled=row.doubled,
        )
        for row in rows
    ]


def _rests(connection: Connection, sites: Mapping[str, str]) -> dict[str, int]:
    """By the moves, so that a desktop of head office knows it, which keeps no site's balances."""
    found = dict.fromkeys(sites, 0)
    ids = sorted(sites)
    c = lease_move.c
    for start in range(0, len(ids), _CHUNK):
        query = select(c.lease_id, c.from_end, c.to_end, func.sum(c.amount)).where(
            c.lease_id.in_(ids[start : start + _CHUNK])
        )
        for row in connection.execute(query.group_by(c.lease_id, c.from_end, c.to_end)):
            lease_id, from_end, to_end, amount = row
            here = holder_end(sites[lease_id], lease_id)
            found[lease_id] += int(amount) * ((to_end == here) - (from_end == here))
    return found


def waiting_for(connection: Connection, at_us: int) -> list[LeaseView]:
    """Leases whose term is over and whose rest nobody gave back: to be written off, perhaps."""
    granted = leases(connection, state=LeaseState.GRANTED)
    return [one for one in granted if one.until_us <= at_us and one.rest > 0]


def spent_twice(connection: Connection) -> list[LeaseView]:
    """Leases of which more was spent than they had: by copies of a disk, or after their end."""
    ids = connection.execute(select(lease.c.id).where(lease.c.doubled > 0)).scalars()
    return leases(connection, list(ids))


def refusal_of(connection: Connection, request: str) -> str:
    """The code by which a request was refused; '' while it waits, and when it was granted."""
    c = lease_request.c
    query = select(c.code).where(c.id == request, c.state == AskState.REFUSED.value)
    return connection.execute(query).scalar() or ""


def asked_for(connection: Connection, device_id: str, pool: str) -> str:
    """The request of the device for this pool that waits for its answer; '' when none does."""
    c = lease_request.c
    query = select(c.id).where(
        c.device_id == device_id, c.pool == pool, c.state == AskState.ASKED.value
    )
    return connection.execute(query.order_by(c.id.desc()).limit(1)).scalar() or ""


def is_asking(connection: Connection, device_id: str, pool: str) -> bool:
    """Whether a request of the device for this pool waits for its answer."""
    return bool(asked_for(connection, device_id, pool))
