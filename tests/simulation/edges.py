"""What a simulated process meets at its edges: clock, chance, disks that outlive it, its end."""

import errno
import random
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool, StaticPool

from tests.simulation.places import DiskPlace, place_for
from tests.simulation.quick import QuickEngine

MINUTE_US = 60_000_000
DAY_US = 86_400_000_000


class Crash(BaseException):
    """The process is gone: not an error anybody can handle."""


class World:
    """The true time of a run; microseconds."""

    def __init__(self, now_us: int) -> None:
        self.start_us = now_us
        self.now_us = now_us


class SimClock:
    """A process's clock: the true time and what this machine adds to it."""

    def __init__(self, world: World, offset_us: int = 0) -> None:
        self._world = world
        self.offset_us = offset_us
        self.frozen_us: int | None = None
        """Since when it stands still."""

    def now_us(self) -> int:
        """What this machine's wall clock says."""
        true_us = self._world.now_us if self.frozen_us is None else self.frozen_us
        return true_us + self.offset_us

    def monotonic_us(self) -> int:
        """Since the run began."""
        return self._world.now_us - self._world.start_us


class SimRandomness:
    """Bytes from the seed."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def bytes(self, n: int, /) -> bytes:
        """n bytes."""
        return self._random.randbytes(n)


class Fuse:
    """Ends a process at a chosen place, or lets the disk fail there: it burns one step at each
    touch of the disk.

    Places are ``statement``, ``before commit``, ``after commit``, ``before spool``, ``torn
    spool`` and ``after spool``; ``any`` counts all of them. An error ``after commit`` is told of a
    commit that happened.
    """

    def __init__(self) -> None:
        self.place = ""
        self.left = 0
        self.is_dead = False
        self.is_asleep = False
        """While a check looks through the eyes of the process."""
        self.blown: list[str] = []
        self.error = ""
        """``full`` or ``faulty``: the disk fails, and the process goes on."""
        self.errors_left = 0
        self.failed: list[str] = []
        """Where the disk failed."""

    def light(self, place: str, steps: int) -> None:
        """The process ends at the ``steps``-th touch of this place."""
        self.place, self.left, self.error = place, steps, ""

    def fail(self, error: str, place: str, steps: int, times: int) -> None:
        """From the ``steps``-th touch of this place on the disk fails ``times`` times."""
        self.place, self.left, self.error, self.errors_left = place, steps, error, times

    def renew(self) -> None:
        """A new process begins; nothing is lit."""
        self.is_dead, self.left, self.error = False, 0, ""

    def is_due(self, place: str) -> bool:
        """Whether the process ends here; it is dead from then on. Raises what a disk raises."""
        if self.is_asleep:
            return False
        if self.is_dead:
            raise Crash
        if self.left and self.place in (place, "any"):
            self.left -= 1
            if not self.left:
                if self.error:
                    self._fail(place)
                self.is_dead = True
                self.blown.append(place)
                return True
        return False

    def _fail(self, place: str) -> None:
        self.errors_left -= 1
        self.left = 1 if self.errors_left > 0 else 0
        self.failed.append(f"disk {self.error} {place}")
        if "spool" in place:
            raise OSError(errno.ENOSPC if self.error == "full" else errno.EIO, "simulated")
        is_full = self.error == "full"
        raise driver.OperationalError("database or disk is full" if is_full else "disk I/O error")

    def tick(self, place: str) -> None:
        """The process touches the disk. Raises Crash."""
        if self.is_due(place):
            raise Crash(place)


class SimDisk:
    """A database that outlives the process: what was not committed is rolled back at its end."""

    def __init__(self, place: "DiskPlace") -> None:
        self.fuse = Fuse()
        self._place: DiskPlace | None = place
        self._cursor, self._commit = place.driver.cursor, place.driver.commit

    def cursor(self) -> Any:
        """A statement begins."""
        fuse = self.fuse
        # Thousands of times in a run, and hardly ever is anything lit.
        if fuse.left or fuse.is_dead:
            fuse.tick("statement")
        return self._cursor()

    def execute(self, statement: str) -> Any:
        """A statement without a cursor made for it, as the driver takes it."""
        return self.cursor().execute(statement)

    def commit(self) -> None:
        """A transaction ends; the process may end before or after it."""
        self.fuse.tick("before commit")
        self._commit()
        self.fuse.tick("after commit")

    def rollback(self) -> None:
        """A transaction ends as if it had never been."""
        self.place.driver.rollback()

    def look(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Read what stands here, beside the process and without burning its fuse."""
        found: list[tuple[Any, ...]] = self._cursor().execute(statement, parameters).fetchall()
        return found

    def close(self) -> None:
        """A process lets go; the disk stays."""

    def lose_process(self) -> None:
        """What the process had not committed is not there."""
        self.place.driver.rollback()

    @property
    def place(self) -> "DiskPlace":
        """Where it lies. Raises AssertionError once it is released."""
        assert self._place is not None, "the disk is gone"
        return self._place

    def release(self) -> None:
        """The run is over: nobody reaches what lies here from now on."""
        place, self._place = self._place, None
        self._cursor = self._commit = _gone
        if place is not None:
            place.give_back()


def _gone() -> None:
    raise AssertionError("the disk is gone")


def new_disk(template: SimDisk | None = None) -> SimDisk:
    """A disk with a copy of another one's database, or an empty one."""
    return SimDisk(place_for(template.place) if template else DiskPlace())


def _prototype() -> Engine:
    engine = create_engine("sqlite://", module=driver, poolclass=NullPool, query_cache_size=8000)
    engine.connect().close()
    # Not by an event: one listener makes every statement of a run ask for listeners.
    engine.dialect.do_begin = _begin  # type: ignore[method-assign, assignment]
    return engine


def _begin(disk: Any) -> None:
    """One connection per disk: nobody waits for anybody, so all begin as a writer does."""
    disk.cursor().execute("BEGIN IMMEDIATE")


_PROTOTYPE = _prototype()


def engine_over(disk: SimDisk) -> Engine:
    """An engine whose every connection is this disk.

    The compiled statements are those of the whole run: they are the program, not a process.
    """

    def connect() -> Any:
        return disk

    # What is left of a dead process must not touch the disk when it is collected.
    pool = StaticPool(connect, dialect=_PROTOTYPE.dialect, reset_on_return=None)
    engine = QuickEngine(pool, _PROTOTYPE.dialect, _PROTOTYPE.url)
    engine._compiled_cache = _PROTOTYPE._compiled_cache
    return engine


class SimSpool:
    """A spool whose bytes outlive the process; a crash may tear the record being written."""

    def __init__(self, fuse: Fuse, chance: random.Random) -> None:
        self.data = b""
        self.aside: dict[str, bytes] = {}
        self._fuse = fuse
        self._chance = chance

    def size(self) -> int:
        """Bytes that are durable."""
        return len(self.data)

    def load(self, start: int = 0, most: int = -1) -> bytes:
        """The bytes from ``start`` on, at most so many (-1 = all)."""
        return self.data[start : start + most if most >= 0 else None]

    def append(self, records: bytes) -> None:
        """Add records; the process may end before, in the middle of, or after it.

        A disk that fails here adds nothing, as the product's own file sees to.
        """
        self._fuse.tick("before spool")
        if not self._fuse.error and self._fuse.is_due("torn spool"):
            self.data += records[: self._chance.randrange(len(records))]
            raise Crash("torn spool")
        self.data += records
        if not self._fuse.error:
            self._fuse.tick("after spool")

    def cut(self, size: int) -> None:
        """Drop everything after ``size`` bytes."""
        self.data = self.data[:size]

    def rewrite(self, records: bytes, upto: int) -> None:
        """Put ``records`` in the place of the first ``upto`` bytes."""
        self._fuse.tick("before spool")
        self.data = records + self.data[upto:]
        if not self._fuse.error:
            self._fuse.tick("after spool")

    def set_aside(self, name: str, records: bytes = b"") -> None:
        """Keep the content under ``name`` and go on with ``records``."""
        self._fuse.tick("before spool")
        self.aside[name] = self.data
        self.data = records
        if not self._fuse.error:
            self._fuse.tick("after spool")
