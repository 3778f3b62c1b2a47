"""What must hold of a shop after anything that may happen to its disk."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from desktop.pricing.usecases import set_own_prices
from desktop.store.recovery import journal_slots
from desktop.store.scrub import scrub
from shared.areas import REGISTRY, SCHEMA
from shared.core.errors import QutongError, RuleViolation
from shared.core.rounding import MICRO
from shared.journal.chain import Slot, VerifyKey
from shared.journal.spool import SpoolSlot, read_spool
from shared.journal.tables import journal
from shared.journal.verify import Chain, verify_spool
from shared.sync.holding import rebuild_balances
from tests.storage.disk import Disk
from tests.storage.shop import Shop, a_uid, opened


@dataclass
class Found:
    """What was wrong after a restart; nothing, if all is well."""

    faults: list[str] = field(default_factory=list)
    uids: frozenset[str] = frozenset()
    """What stood in the journal at the start."""
    told: list[str] = field(default_factory=list)
    """Codes of what the start told."""


def look_after_restart(
    files: Mapping[str, bytes],
    told: Mapping[str, str],
    *,
    resumes: bool = True,
    expects_findings: bool = False,
) -> Found:
    """Start over these files and look whether all that was told is there, in order and twice."""
    found = Found()
    disk = Disk(files)
    try:
        with opened(disk, at_us=1_764_700_000_000_000) as shop:
            if expects_findings:
                # What lies before the last resting place is the scrubber's to find.
                scrub(shop.store, 2)
            look(shop, told, found, expects_findings)
            uids = found.uids
            if resumes:
                resume(shop)
                look(shop, {**told, **shop.told}, found, expects_findings)
                found.uids = uids
    except (QutongError, OSError) as error:
        found.faults.append(f"does not start: {error!r}")
    return found


def resume(shop: Shop) -> None:
    """Work goes on: a sale, or a price where the drawer is being counted."""
    try:
        shop.run(shop.selling(a_uid(1 << 100)))
    except RuleViolation:
        product_id = shop.goods().product_id
        shop.run(lambda session: set_own_prices(session, {product_id: 7 * MICRO}))


def look(shop: Shop, told: Mapping[str, str], found: Found, expects_findings: bool) -> None:
    """Look into a shop that runs; what is wrong is added."""
    found.told = [one.code for one in shop.store.opened.findings]
    if found.told and not expects_findings:
        found.faults.append(f"told of damage where was none: {found.told}")
    shop.store.read(lambda connection: _rows(connection, shop, told, found))


def _rows(connection: Connection, shop: Shop, told: Mapping[str, str], found: Found) -> None:
    check = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
    if check != ["ok"]:
        found.faults.append(f"corrupt: {check[:3]}")
    own = shop.store.enrolled
    slots = journal_slots(connection, own.device_id, own.incarnation)
    _chain(slots, own.public_key, found)
    uids = list(connection.execute(select(journal.c.uid).order_by(journal.c.n)).scalars())
    found.uids = frozenset(uids)
    if doubled := [uid for uid, times in Counter(uids).items() if times > 1]:
        found.faults.append(f"twice: {doubled}")
    if lost := told.keys() - found.uids:
        found.faults.append(f"lost what was told as done: {sorted(lost)}")
    _numbers(slots, told, found)
    _spool(shop, slots, found)
    found.faults += _balances(connection, shop)


def _balances(connection: Connection, shop: Shop) -> list[str]:
    """Every kept balance is the sum of its moves: summed again, it is the same."""
    before = _sums(connection)
    mark = connection.begin_nested()
    rebuild_balances(connection, SCHEMA, shop.store.replica.owns)
    after = _sums(connection)
    mark.rollback()
    wrong = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return [f"balance is not the sum of its moves: {sorted(wrong)[:3]}"] if wrong else []


def _sums(connection: Connection) -> dict[tuple[str, ...], tuple[int, int]]:
    sums: dict[tuple[str, ...], tuple[int, int]] = {}
    for table in SCHEMA.tables.values():
        for balance in table.balances:
            columns = [balance.table.c[one] for one in (*balance.keys, "came_in", "went_out")]
            for *keys, came_in, went_out in connection.execute(select(*columns)):
                if came_in or went_out:
                    sums[balance.table.name, *map(str, keys)] = (came_in, went_out)
    return sums


def _chain(slots: Sequence[Slot], public_key: bytes, found: Found) -> None:
    for at, slot in enumerate(slots, 1):
        if slot.n != at:
            found.faults.append(f"gap: slot {slot.n} stands at {at}")
            return
    if slots:
        chain = Chain(slots[0].device_id, slots[0].incarnation, VerifyKey(public_key))
        for slot in slots:
            if reason := chain.check(slot):
                found.faults.append(f"slot {slot.n}: {reason}")
                return


def _numbers(slots: Sequence[Slot], told: Mapping[str, str], found: Found) -> None:
    last: Counter[str] = Counter()
    for slot in slots:
        header = REGISTRY.decode(slot.stored).header
        if told.get(header.uid.hex(), header.number) != header.number:
            found.faults.append(f"{header.number} was told as another number")
        series, _, running = header.number.rpartition("-")
        if running.isdecimal():
            last[series] += 1
            if int(running) != last[series]:
                found.faults.append(f"gap of numbers at {header.number}")


def _spool(shop: Shop, slots: Sequence[Slot], found: Found) -> None:
    data = shop.store.spool.load()
    spooled = [
        one.record.slot() for one in read_spool(data).records if isinstance(one.record, SpoolSlot)
    ]
    if spooled != list(slots):
        found.faults.append(f"spool has {[s.n for s in spooled]}, journal {len(slots)}")
    _, fault = verify_spool(data, key=shop.store.enrolled.public_key)
    if fault is not None:
        found.faults.append(f"spool: {fault.reason} at {fault.n}")
