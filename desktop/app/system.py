"""The true edges: the machine's clock and its randomness."""

import os
import time


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Microseconds UTC by the wall clock."""
        return time.time_ns() // 1_000

    def monotonic_us(self) -> int:
        """Microseconds that never run backwards."""
        return time.monotonic_ns() // 1_000


class SystemRandomness:
    """The operating system's randomness."""

    def bytes(self, n: int, /) -> bytes:
        """n unpredictable bytes."""
        return os.urandom(n)
