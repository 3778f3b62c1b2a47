"""A failing run becomes a short script: moves are left out as long as it fails the same way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.simulation.run import Move, Outcome, simulate

FOUND = Path(__file__).parent / "found"
"""Scripts of what was found once and is mended; every one is made again in the tests."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a file: the house and the chance of a seed, and the moves that are made."""

    seed: int
    broken: str
    """Which invariant it broke when it was found."""
    told: str = ""
    """What it said then."""
    plant: str = ""
    moves: list[Move]

    def outcome(self, tell: Callable[[str], None] | None = None) -> Outcome:
        """Make the moves again."""
        return simulate(self.seed, tell, script=self.moves)


@dataclass
class Shrinking:
    """Delta debugging over the moves of one outcome."""

    found: Outcome
    runs: int = 0
    runs_max: int = 400

    def script(self, plant: str = "") -> Script:
        """The shortest script that fails like the outcome, of those that were tried."""
        moves = list(self.found.moves)
        size = max(len(moves) // 2, 1)
        while size and self.runs < self.runs_max:
            moves, has_shrunk = self._without(moves, size)
            if not has_shrunk or size > len(moves):
                size //= 2
        last = self._try(moves) or self.found
        return Script(
            seed=self.found.seed,
            broken=self.found.broken,
            told=last.message[:200],
            plant=plant,
            moves=moves,
        )

    def _without(self, moves: list[Move], size: int) -> tuple[list[Move], bool]:
        """Leave out stretches of this size, last ones first: what comes early has followers."""
        has_shrunk = False
        start = len(moves) - size
        while start > -size and self.runs < self.runs_max:
            rest = moves[: max(start, 0)] + moves[max(start, 0) + size :]
            if len(rest) < len(moves) and self._try(rest):
                moves, has_shrunk = rest, True
            start -= size
        return moves, has_shrunk

    def _try(self, moves: Sequence[Move]) -> Outcome | None:
        self.runs += 1
        outcome = simulate(self.found.seed, script=moves)
        return outcome if outcome.broken == self.found.broken else None


def write(script: Script, folder: Path = FOUND) -> Path:
    """Keep a script as a regression file; its name says what it found."""
    folder.mkdir(exist_ok=True)
    name = f"{script.broken}-{script.seed}".replace(" ", "_")
    path = folder / f"{name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(script), indent=1) + b"\n")
    return path


def read(path: Path) -> Script:
    """A script from its file."""
    return msgspec.json.decode(path.read_bytes(), type=Script)
