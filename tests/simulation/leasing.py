"""Leases in the simulated brand: stated, asked for, spent with sales, given back, written off."""

import random
from collections import Counter
from collections.abc import Collection

from desktop.leases.usecases import held_leases, spends_of
from desktop.store.session import Session
from shared.journal.document import Value
from shared.leases.documents import (
    LeaseRequested,
    LeaseReturned,
    LeaseWriteOffRequested,
    PoolStated,
)
from shared.leases.queries import leases
from shared.leases.rules import LeaseState, deposit_pool, holder_end, pool_named, written_off_end
from shared.sales.documents import Sale, TenderLine
from tests.simulation.books import int_of
from tests.simulation.edges import SimDisk
from tests.simulation.reading import Rows
from tests.simulation.selling import NothingToDo, lines_of
from tests.simulation.stage import must

_POOLS = (deposit_pool("K1"), deposit_pool("K2"), pool_named("limit:gift"))
_TERM_S = 3 * 3_600


def state_pool(session: Session, chance: random.Random, uid: bytes) -> None:
    """There is more of something scarce."""
    body = PoolStated(
        pool=chance.choice(_POOLS),
        unit="CNY",
        added=chance.choice((1_000, 20_000)),
        portion=chance.choice((0, 5_000)),
        term_s=_TERM_S,
        is_open=chance.random() < 0.9,
    )
    session.append(body, uid=uid)


def ask(session: Session, chance: random.Random, uid: bytes) -> None:
    """Somebody asks for more or less than there is, or for what nobody stated."""
    pool = chance.choice((*_POOLS, pool_named("points:nobody")))
    body = LeaseRequested(
        pool=pool,
        wanted=chance.choice((100, 3_000, 50_000)),
        incarnation=session.identity.incarnation,
    )
    session.append(body, uid=uid)


def spend(session: Session, chance: random.Random, uid: bytes) -> None:
    """A sale is paid out of a deposit as far as the till's leases go."""
    held = [one for one in held_leases(session) if one.spendable]
    if not held:
        raise NothingToDo
    pool = chance.choice(held).pool
    lines = lines_of(chance)
    total = sum(line.amount_minor for line in lines)
    there = sum(one.spendable for one in held if one.pool == pool)
    amount = min(total, there, chance.choice((100, 900, 4_000)))
    spent = spends_of(session, pool, amount)
    tenders = [TenderLine(tender="deposit", amount_minor=amount)]
    if total > amount:
        tenders.append(TenderLine(tender="cash", amount_minor=total - amount))
    body = Sale(
        mode="till",
        currency="CNY",
        lines=lines,
        tenders=tenders,
        total_minor=total,
        leases=spent,
    )
    session.append(body, uid=uid)


def return_rest(session: Session, chance: random.Random, uid: bytes) -> None:
    """What is not needed goes back, whether its term is over or not."""
    held = [one for one in held_leases(session) if one.spendable]
    if not held:
        raise NothingToDo
    one = chance.choice(held)
    session.append(LeaseReturned(lease_id=one.lease_id, amount=one.rest), uid=uid)


def write_off(session: Session, chance: random.Random, uid: bytes) -> None:
    """Head office does not wait any more; its holder may still be spending."""
    out = [one for one in leases(session.connection) if one.state == LeaseState.GRANTED]
    if not out:
        raise NothingToDo
    lease_id = chance.choice(out).lease_id
    session.append(LeaseWriteOffRequested(lease_id=lease_id, reason="lost"), uid=uid)


def check_leases(disk: SimDisk, rows: Rows, copied: Collection[str]) -> None:
    """I10: nothing is spent beyond a lease; where a disk was copied, all of it is listed."""
    ends: Counter[str] = Counter()
    granted: Counter[Value] = Counter()
    for held in rows["lease_move"].values():
        row = held.fact.values
        amount = int_of(row["amount"])
        ends[str(row["to_end"])] += amount
        ends[str(row["from_end"])] -= amount
        if str(row["from_end"]).partition("/")[2].startswith("lease_pool/"):
            granted[row["lease_id"]] += amount
    listed = 0
    for lease_id, held in rows["lease"].items():
        row = held.fact.values
        name = f"lease {lease_id} of {row['device_id']}"
        must(granted[lease_id] == row["amount"], "I10", f"{name} was granted otherwise")
        here = holder_end(str(row["site_id"]), lease_id)
        must(ends[here] >= 0, "I10", f"{name} is overspent by {-ends[here]}")
        must(ends[written_off_end(lease_id)] >= 0, "I10", f"{name}: more than was written off")
        doubled = int_of(row["doubled"])
        is_listed = not doubled or row["device_id"] in copied
        must(is_listed, "I10", f"{name} was spent twice, and no disk was copied")
        listed += doubled
    must(-ends["hq/lease_suspense"] == listed, "I10", f"suspense is not the {listed} listed")
    must(not disk.look(_DOUBLE), "I10", "a request has two leases")


_DOUBLE = (
    "SELECT lease_id FROM lease_move WHERE from_end LIKE 'hq/lease_pool/%'"
    " GROUP BY lease_id HAVING count(*) > 1"
)
