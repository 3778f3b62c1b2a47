"""Five devices lease of one pool in any order of events, with clocks that lie and lines that fail.

Real posting, real answers of head office, real rows; ``python -m tests.unit.leases.many`` plays
10,000 interleavings.
"""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection, create_engine, delete

from shared.access.rules import surely_passed_us
from shared.areas import REGISTRY, SCHEMA
from shared.journal.document import Body, Document, Draft, Header, Part, Write
from shared.journal.kind import Answer, header_for
from shared.journal.tables import journal
from shared.leases.documents import (
    LeaseRequested,
    LeaseReturned,
    LeaseSpend,
    LeaseWriteOffRequested,
    PoolStated,
)
from shared.leases.posting import mend, spends
from shared.leases.queries import LeaseView, balance, leases
from shared.leases.rules import (
    SUSPENSE,
    Held,
    LeaseState,
    left_after,
    pool_end,
    pool_named,
    shares,
    spendable,
    spent_end,
    written_off_end,
)
from shared.leases.tables import lease, lease_balance, lease_move, lease_pool, lease_request
from shared.sync.replica import apply_writes, everything

HOUR_US: Final = 3_600_000_000
TERM_S: Final = 24 * 3_600
STATED: Final = 1_000
DEVICES: Final = 5


class Spending(Part, kw_only=True):
    """Stands for any fact that carries spends; only its rows matter here."""

    spends: tuple[LeaseSpend, ...]


def a_database() -> Connection:
    """An empty replica."""
    connection = create_engine("sqlite://").connect()
    for table in (lease, lease_pool, lease_request, lease_move, lease_balance):
        table.create(connection)
    journal.create(connection)
    return connection


@dataclass
class Machine:
    """A device: its rows, what it wrote and did not send, and clocks that may lie."""

    site_id: str
    device_id: str
    rows: Connection
    wall_us: int
    booted_us: int = 0
    incarnation: int = 1
    is_copy: bool = False
    unsent: list[tuple[Header, Body | Spending]] = field(default_factory=list)
    inbox: list[list[Write]] = field(default_factory=list)
    terms: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def left_us(self, one: LeaseView, now_us: int) -> int:
        """As the use case counts it."""
        wall, mono = now_us + self.wall_us, now_us - self.booted_us
        before = self.terms.get(one.lease_id)
        if before is None:
            left = min(max(one.until_us - wall, 0), one.term_s * 1_000_000)
        else:
            passed = surely_passed_us(before[2], mono)
            left = left_after(before[0], wall - before[1], passed)
        self.terms[one.lease_id] = (left, wall, mono)
        return left


class Interleaving:
    """One story of a pool; ``rows`` are reused, the pool and its leases are its own."""

    def __init__(
        self,
        number: int,
        office: Connection,
        devices: Sequence[Connection],
        *,
        spare: Connection | None = None,
    ) -> None:
        self.chance = random.Random(number)
        self.office = office
        self.spare, self.copies = spare, spare is not None
        self.seen: set[bytes] = set()
        self.now_us = 1_764_561_600_000_000
        self.pool = pool_named(f"limit:{number}")
        self.tasks: list[str] = []
        self.made = 0
        self.machines = [
            Machine(
                f"S{n}", f"S{n}.01", rows, self.chance.randrange(-HOUR_US, HOUR_US), self.now_us
            )
            for n, rows in enumerate(devices)
        ]
        portion = self.chance.choice((0, 150, 400))
        stated = PoolStated(
            pool=self.pool, unit="pcs", added=STATED, portion=portion, term_s=TERM_S
        )
        self._write_hq(stated, "")

    # Head office

    def _header(self, kind: str, site_id: str, device_id: str) -> Header:
        self.made += 1
        uid = self.chance.randbytes(16)
        return Header(
            uid=uid,
            kind=kind,
            version=1,
            device_id=device_id,
            site_id=site_id,
            author_id="somebody",
            happened_at_us=self.now_us,
        )

    def _write_hq(self, body: Body, site_id: str) -> None:
        kind = REGISTRY.of_body(body)
        draft = Draft(
            body=body,
            uid=self.chance.randbytes(16),
            site_id=site_id,
            author_id="system",
            happened_at_us=self.now_us,
        )
        header = header_for(kind, draft, device_id="HQ", number="")
        self._take(header, body)

    def _take(self, header: Header, body: "Body | Spending") -> None:
        """Post, answer and mend, as head office does for every document."""
        writes = _writes(header, body)
        apply_writes(self.office, SCHEMA, writes, slot=0, owns=everything)
        for machine in self.machines:
            own = [w for w in writes if _concerns(w, machine.site_id)]
            if own and header.device_id == "HQ":
                machine.inbox.append(own)
        answers: list[Answer] = []
        if isinstance(body, Body):
            kind = REGISTRY.of_body(body)
            if kind.respond is not None:
                answers += kind.respond(self.office, header, body, self.now_us)
        for one in answers:
            self._write_hq(one.body, one.site_id)
        for one in list(mend(self.office, [(header, writes)])):
            code = getattr(one.body, "code", "")
            if code:
                self.tasks.append(code)
            else:
                self._write_hq(one.body, one.site_id)

    def write_off(self) -> None:
        """Head office does not wait any more, whether the term is over or not."""
        out = [one for one in leases(self.office, pool=self.pool) if one.state == "granted"]
        if out:
            lease_id = self.chance.choice(out).lease_id
            body = LeaseWriteOffRequested(lease_id=lease_id, reason="lost")
            self._take(self._header("lease_write_off_requested", "", "hq.01"), body)

    # Devices

    def _held(self, machine: Machine) -> list[tuple[LeaseView, int]]:
        found = []
        for one in leases(machine.rows, device_id=machine.device_id, pool=self.pool):
            if one.state == LeaseState.GRANTED:
                held = Held(
                    lease_id=one.lease_id,
                    pool=one.pool,
                    unit=one.unit,
                    device_id=one.device_id,
                    incarnation=one.incarnation,
                    amount=one.amount,
                    rest=one.rest,
                    left_us=machine.left_us(one, self.now_us),
                )
                can = spendable(held, device_id=machine.device_id, incarnation=machine.incarnation)
                found.append((one, can))
        return found

    def _says(self, machine: Machine, body: "Body | Spending") -> None:
        kind = REGISTRY.of_body(body).name if isinstance(body, Body) else "spending"
        header = self._header(kind, machine.site_id, machine.device_id)
        apply_writes(machine.rows, SCHEMA, _writes(header, body), slot=0, owns=everything)
        machine.unsent.append((header, body))

    def ask(self, machine: Machine) -> None:
        """For more or less than there is."""
        wanted = self.chance.choice((1, 50, 300, 2_000))
        asked = LeaseRequested(pool=self.pool, wanted=wanted, incarnation=machine.incarnation)
        self._says(machine, asked)

    def spend(self, machine: Machine) -> None:
        """What the rules allow, and not one more."""
        held = self._held(machine)
        most = sum(can for _, can in held)
        if most:
            amount = self.chance.choice((1, most, self.chance.randint(1, most)))
            parts = shares(amount, [(one.lease_id, can) for one, can in held])
            self._says(
                machine,
                Spending(spends=tuple(LeaseSpend(lease_id=k, amount=v) for k, v in parts)),
            )

    def give_back(self, machine: Machine, *, only_over: bool = False) -> None:
        """What is left."""
        for one, can in self._held(machine):
            is_ours = one.incarnation == machine.incarnation
            if is_ours and one.rest > 0 and not (only_over and can):
                self._says(machine, LeaseReturned(lease_id=one.lease_id, amount=one.rest))

    def sync(self, machine: Machine) -> None:
        """Everything up, everything down."""
        unsent, machine.unsent = machine.unsent, []
        for header, body in unsent:
            if header.uid not in self.seen:
                self.seen.add(header.uid)
                self._take(header, body)
        if machine.is_copy:
            # Head office gave it a new incarnation (POST /fork).
            machine.incarnation = 2
        inbox, machine.inbox = machine.inbox, []
        for writes in inbox:
            apply_writes(machine.rows, SCHEMA, writes, slot=0, owns=everything)

    def lie(self, machine: Machine) -> None:
        """Somebody sets the clock, or the machine starts anew."""
        if self.chance.random() < 0.5:
            machine.wall_us += self.chance.randrange(-40, 10) * HOUR_US
        else:
            machine.booted_us = self.now_us

    def step(self) -> None:
        """Anything, at any device."""
        self.now_us += self.chance.choice((1_000_000, HOUR_US, 5 * HOUR_US))
        machine = self.chance.choice(self.machines)
        act = self.chance.choices(
            (self.ask, self.spend, self.give_back, self.sync, self.lie),
            (4, 8, 1, 6, 1),
        )[0]
        act(machine)
        if self.chance.random() < 0.03:
            self.write_off()
        if self.spare is not None and self.chance.random() < 0.05:
            self.copy_disk(self.spare)

    def copy_disk(self, spare: Connection) -> None:
        """A second machine goes on with the first one's disk; it learns so when it has a line."""
        holding = [one for one in self.machines if sum(can for _, can in self._held(one)) > 0]
        if not holding:
            return
        first, self.spare = self.chance.choice(holding), None
        source, target = (c.connection.driver_connection for c in (first.rows, spare))
        first.rows.commit()
        assert source is not None
        source.backup(target)
        self.machines.append(
            replace(
                first,
                rows=spare,
                unsent=list(first.unsent),
                inbox=list(first.inbox),
                terms=dict(first.terms),
                is_copy=True,
            )
        )
        self.spend(self.machines[-1])

    def play(self, steps: int = 60) -> None:
        """All of it; then terms are over, lines are back, and the sums must be right."""
        for _ in range(steps):
            self.step()
            if self.chance.random() < 0.1:
                self.check(is_quiet=False)
        for _ in range(4):
            self.now_us += 3 * TERM_S * 1_000_000
            for machine in self.machines:
                self.give_back(machine, only_over=True)
                self.sync(machine)
        self.check(is_quiet=True)

    # What must hold

    def check(self, *, is_quiet: bool) -> None:
        """Nothing is overspent, nothing is lost, and what is over came back."""
        found = leases(self.office, pool=self.pool)
        spent = sum(balance(self.office, spent_end(one.site_id, one.lease_id)) for one in found)
        off = sum(balance(self.office, written_off_end(one.lease_id)) for one in found)
        free = balance(self.office, pool_end(self.pool))
        rest = sum(one.rest for one in found)
        doubled = sum(one.doubled for one in found)
        assert min(free, off) >= 0, (free, off)
        if not self.copies:
            assert not doubled, "suspense without a copy"
            assert spent <= STATED, f"overspent: {spent}"
            assert not {"LEASE_SPENT_TWICE", "LEASE_NOT_HELD"} & set(self.tasks)
        assert bool(doubled) == ("LEASE_SPENT_TWICE" in self.tasks)
        assert spent + off + free + rest == STATED + doubled, (spent, off, free, rest, doubled)
        assert all(one.rest >= 0 for one in found)
        if is_quiet:
            left = [one for one in found if one.rest]
            assert not left, f"not given back after its term: {left}"


def _writes(header: Header, body: "Body | Spending") -> list[Write]:
    if isinstance(body, Spending):
        return list(spends(header, body.spends))
    return REGISTRY.post(Document(header, body))


def _concerns(write: Write, site_id: str) -> bool:
    row = SCHEMA[write.table].full(write.values) | {"id": write.id}
    return f"site:{site_id}" in SCHEMA[write.table].scopes(row)


def play(numbers: range, *, copies: bool = False) -> int:
    """Play these interleavings on one set of databases; how much was spent twice in all."""
    office, devices, spare = a_database(), [a_database() for _ in range(DEVICES)], a_database()
    doubled = 0
    try:
        for number in numbers:
            story = Interleaving(number, office, devices, spare=spare if copies else None)
            story.play()
            doubled += -min(balance(office, SUSPENSE), 0)
            office.rollback()
            for connection in (*devices, spare):
                empty(connection)
    finally:
        for connection in (office, *devices, spare):
            engine = connection.engine
            connection.close()
            engine.dispose()
    return doubled


def empty(connection: Connection) -> None:
    """Take everything of the last story out of a replica."""
    for table in (lease, lease_pool, lease_request, lease_move, lease_balance):
        connection.execute(delete(table))
    connection.commit()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    play(range(count))
    print(f"{count} interleavings: nothing overspent, what was not used came back")
