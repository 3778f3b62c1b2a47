"""A clock that is set, and randomness that repeats."""

import random


class FakeClock:
    """Stands still until it is moved; microseconds."""

    def __init__(self, now_us: int = 1_764_561_600_000_000) -> None:
        self.at_us = now_us
        self.since_us = 0

    def now_us(self) -> int:
        """The wall clock."""
        return self.at_us

    def monotonic_us(self) -> int:
        """The clock that never runs backwards."""
        return self.since_us

    def tick(self, us: int) -> None:
        """Time passes."""
        self.at_us += us
        self.since_us += us


class SeededRandomness:
    """The same bytes for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def bytes(self, n: int, /) -> bytes:
        """n bytes."""
        return self._random.randbytes(n)
