"""Two copies of one disk: the second to come begins a new incarnation and keeps what it wrote."""

from sqlalchemy import Connection, func, select

from shared.channel.documents import DeviceForked
from shared.channel.tables import device_fork
from shared.core.errors import Conflict, RuleViolation
from shared.journal.tables import journal
from shared.sync.limits import FORKS_MAX, INCARNATION_MAX, SLOT_MAX
from shared.sync.messages import Fork, ForkAnswer
from shared.tasks.documents import TaskOpened, params_of
from sync_server.store.devices import Device, lock_device
from sync_server.store.durable import link_here
from sync_server.sync.head_office import HeadOffice, draft_of, publish

_HASH_BYTES = 32


def begin_incarnation(
    connection: Connection, hq: HeadOffice, device: Device, fork: Fork, now_us: int
) -> ForkAnswer:
    """Give the copy that asks an incarnation of its own; the same copy asking again gets the same.

    Nothing of what either copy wrote is refused, and people are told by a task. Raises
    RuleViolation BAD_SLOT; Conflict FORKED_TOO_OFTEN.
    """
    _check_shape(fork)
    lock_device(connection, device.device_id)
    before = _answered_before(connection, device, fork)
    if before is not None:
        return before
    latest = _latest(connection, device)
    if latest >= FORKS_MAX:
        raise Conflict("FORKED_TOO_OFTEN", limit=FORKS_MAX)
    body = DeviceForked(
        device_id=device.device_id,
        site_id=device.site_id,
        incarnation=latest + 1,
        from_incarnation=fork.incarnation,
        since_n=_common(connection, device, fork),
        asked_head=fork.head_hash,
        not_linked=max(fork.head_n - fork.known_n, 0),
    )
    task = TaskOpened(
        code="DEVICE_COPIED",
        subject=device.device_id,
        site_id=device.site_id,
        params=params_of({"device": device.device_id, "count": body.not_linked}),
    )
    drafts = [draft_of(hq, one, now_us, site_id=device.site_id) for one in (body, task)]
    publish(connection, hq, drafts, now_us)
    return ForkAnswer(incarnation=body.incarnation, since_n=body.since_n)


def _check_shape(fork: Fork) -> None:
    is_place = 0 < fork.incarnation <= INCARNATION_MAX
    is_stretch = 0 <= fork.known_n <= SLOT_MAX and 0 <= fork.head_n <= SLOT_MAX
    if not is_place or not is_stretch or len(fork.head_hash) != _HASH_BYTES:
        raise RuleViolation("BAD_SLOT", n=0)


def _answered_before(connection: Connection, device: Device, fork: Fork) -> ForkAnswer | None:
    """What this very copy was told before, or a twin of it: they are one until they differ."""
    row = connection.execute(
        select(device_fork.c.incarnation, device_fork.c.since_n)
        .where(
            device_fork.c.device_id == device.device_id,
            device_fork.c.from_incarnation == fork.incarnation,
            device_fork.c.asked_head == fork.head_hash.hex(),
        )
        .order_by(device_fork.c.incarnation.desc())
        .limit(1)
    ).one_or_none()
    return ForkAnswer(incarnation=row.incarnation, since_n=row.since_n) if row else None


def _common(connection: Connection, device: Device, fork: Fork) -> int:
    """Up to where both are surely one; from there the copy sends again, and twice is once."""
    known = fork.known_hash
    here = link_here(connection, device.device_id, fork.incarnation, fork.known_n)
    return fork.known_n if known and here == known else 0


def _latest(connection: Connection, device: Device) -> int:
    """The highest incarnation anybody has heard of."""
    in_journal = select(func.max(journal.c.incarnation)).where(
        journal.c.device_id == device.device_id
    )
    given = select(func.max(device_fork.c.incarnation)).where(
        device_fork.c.device_id == device.device_id
    )
    found = [connection.execute(one).scalar() or 1 for one in (in_journal, given)]
    return max(found)
