"""A measured figure: what, how long, beside which floor, against which goal; and how it prints."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

ROWS = (
    "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13", "P14",
    "P15",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One number asked of a figure, and what was found."""

    text: str
    is_met: bool


def at_most(what: str, found: float, limit: float) -> Goal:
    """``found`` may not be larger than ``limit``."""
    return Goal(text=f"{what} <= {limit:g}", is_met=found <= limit)


def at_least(what: str, found: float, limit: float) -> Goal:
    """``found`` may not be smaller than ``limit``."""
    return Goal(text=f"{what} >= {limit:g}", is_met=found >= limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured thing; what does not apply is None. Times are milliseconds."""

    row: str
    what: str
    size: str
    floor: str = ""
    """What the floor did; '' = there is none."""
    floor_ms: float | None = None
    median_ms: float | None = None
    p99_ms: float | None = None
    cpu_ms: float | None = None
    """What the processor did of the median; on a busy machine the rest was waiting for it."""
    rate: float | None = None
    unit: str = ""
    """Of the rate: what per second."""
    size_bytes: float | None = None
    bytes_of: str = ""
    """What the bytes are of."""
    goals: tuple[Goal, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Median over floor, both of this run."""
        if not self.floor_ms or self.median_ms is None:
            return None
        return self.median_ms / self.floor_ms

    @property
    def is_met(self) -> bool | None:
        """Whether every goal is; None when nothing is asked."""
        return all(goal.is_met for goal in self.goals) if self.goals else None

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "row": self.row,
            "what": self.what,
            "size": self.size,
            "floor": self.floor,
            "floor_ms": _rounded(self.floor_ms),
            "median_ms": _rounded(self.median_ms),
            "p99_ms": _rounded(self.p99_ms),
            "cpu_ms": _rounded(self.cpu_ms),
            "ratio": _rounded(self.ratio),
            "rate_per_s": _rounded(self.rate),
            "unit": self.unit,
            "bytes": _rounded(self.size_bytes),
            "bytes_of": self.bytes_of,
            "goals": [{"text": goal.text, "is_met": goal.is_met} for goal in self.goals],
            "is_met": self.is_met,
            "note": self.note,
        }

    def as_text(self) -> str:
        """A few short lines for a person."""
        parts = [f"median {_ms(self.median_ms)}" if self.median_ms is not None else ""]
        if self.p99_ms is not None:
            parts.append(f"p99 {_ms(self.p99_ms)}")
        if self.cpu_ms is not None:
            parts.append(f"cpu {_ms(self.cpu_ms)}")
        if self.ratio is not None:
            parts.append(f"{self.ratio:.2f} x floor {_ms(self.floor_ms)} ({self.floor})")
        if self.rate is not None:
            parts.append(f"{self.rate:,.0f} {self.unit}/s")
        if self.size_bytes is not None:
            parts.append(f"{self.size_bytes:,.1f} B/{self.bytes_of}")
        lines = [f"{self.row:<4}{self.what}  [{self.size}]", f"      {self._measured(parts)}"]
        lines += [f"      {'met   ' if g.is_met else 'MISSED'} {g.text}" for g in self.goals]
        if self.note:
            lines.append(f"      {self.note}")
        return "\n".join(lines)

    @staticmethod
    def _measured(parts: Sequence[str]) -> str:
        return " · ".join(part for part in parts if part) or "nothing was measured"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _ms(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f} ms" if value < 10 else f"{value:,.1f} ms"


def median_ms(seconds: Sequence[float]) -> float:
    """The middle of measured seconds, in milliseconds."""
    return median(seconds) * 1000


def p99_ms(seconds: Sequence[float]) -> float:
    """What 99 of 100 stay below, in milliseconds; the largest of fewer than 100."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000


def seconds_of(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Stopwatch:
    """Times calls by the clock on the wall and by the processor time of this whole process."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def time(self, work: Callable[[], object]) -> None:
        """Call once and keep what it took, in seconds."""
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)


@contextmanager
def settled() -> Iterator[None]:
    """Measure without leftovers of what was set up: collected before, frozen for the while."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
