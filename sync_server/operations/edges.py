"""The true clock and true randomness, handed to everything that needs them."""

import secrets
import time


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        """Microseconds that never run backwards."""
        return time.monotonic_ns() // 1000


class SystemRandomness:
    """The machine's randomness."""

    def bytes(self, n: int, /) -> bytes:
        """n unpredictable bytes."""
        return secrets.token_bytes(n)
