"""How often something was tried, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Tally:
    """How often something was tried, and what went wrong."""

    name: str
    tried: int = 0
    faults: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    """How often what happened."""

    def see(self, what: str, times: int = 1) -> None:
        """Count something that happened."""
        self.seen[what] = self.seen.get(what, 0) + times

    def most(self, what: str, value: int) -> None:
        """Keep the largest of a figure."""
        self.seen[what] = max(self.seen.get(what, 0), value)

    def fail(self, where: str, faults: Iterable[str]) -> None:
        """Keep what went wrong."""
        self.faults += [f"{self.name} {where}: {fault}" for fault in faults]
