"""The simulated network: requests and answers that get lost, doubled, late and out of order."""

import random
from collections import Counter
from dataclasses import dataclass, replace

from shared.core.errors import QutongError


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A request on its way up, or its answer on its way down."""

    device: str
    asked: int
    path: str
    is_up: bool
    data: bytes = b""
    error: QutongError | None = None
    is_copy: bool = False
    is_cut: bool = False
    """Only its beginning arrives."""
    is_earlier: bool = False
    """It answers a request that was made before."""
    clock_us: int = 0
    """How far head office's clock was off when it answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How bad the network is: chances in a thousand."""

    drop_request: int = 40
    drop_answer: int = 40
    reset_after_commit: int = 60
    duplicate: int = 60
    straggler: int = 40
    """A copy of a request that is delivered much later."""
    truncate: int = 15
    """A request or an answer of which only the beginning arrives."""
    earlier: int = 6
    """Somebody in between gives the answer to an earlier request of the same kind once more."""


CALM = Weather(
    drop_request=0,
    drop_answer=0,
    reset_after_commit=0,
    duplicate=0,
    straggler=0,
    truncate=0,
    earlier=0,
)


class Network:
    """Packets in flight, in no order."""

    def __init__(self, chance: random.Random, fired: Counter[str]) -> None:
        self.weather = CALM
        self.flying: list[Packet] = []
        self.late: list[Packet] = []
        self._answers: dict[tuple[str, str], bytes] = {}
        self._chance = chance
        self._fired = fired

    def _happens(self, in_a_thousand: int, name: str) -> bool:
        if in_a_thousand and self._chance.randrange(1000) < in_a_thousand:
            self._fired[name] += 1
            return True
        return False

    def send(self, packet: Packet) -> bool:
        """Put a request or an answer on its way; False when it is lost."""
        weather = self.weather
        if packet.is_up:
            if self._happens(weather.drop_request, "drop request"):
                return False
            if self._happens(weather.duplicate, "duplicate request"):
                self.flying.append(_copy(packet))
            if self._happens(weather.straggler, "straggler"):
                self.late.append(_copy(packet))
            packet = self._cut(packet, "truncated request")
        elif packet.path == "/push" and not packet.error:
            if self._happens(weather.reset_after_commit, "reset after commit"):
                return False
        elif self._happens(weather.drop_answer, "drop answer"):
            return False
        if not packet.is_up and not packet.error:
            packet = self._cut(self._mixed_up(packet), "truncated answer")
        self.flying.append(packet)
        return True

    def _mixed_up(self, packet: Packet) -> Packet:
        place = (packet.device, packet.path)
        before, self._answers[place] = self._answers.get(place), packet.data
        if before is None or not self._happens(self.weather.earlier, "answer of earlier"):
            return packet
        return replace(packet, data=before, is_earlier=True)

    def _cut(self, packet: Packet, name: str) -> Packet:
        if not packet.data or not self._happens(self.weather.truncate, name):
            return packet
        data = packet.data[: self._chance.randrange(len(packet.data))]
        return replace(packet, data=data, is_cut=True)

    def next(self) -> Packet | None:
        """Any packet; late ones become ordinary now and then."""
        if self.late and self._chance.random() < 0.05:
            self.flying.append(self.late.pop(self._chance.randrange(len(self.late))))
        if not self.flying:
            return None
        at = self._chance.randrange(len(self.flying))
        if at:
            self._fired["reorder"] += 1
        return self.flying.pop(at)

    def lose(self, device: str) -> int:
        """Everything of a device that is in flight is gone, but stragglers stay."""
        before = len(self.flying)
        self.flying = [packet for packet in self.flying if packet.device != device]
        return before - len(self.flying)

    def let_all_arrive(self) -> None:
        """No straggler stays back."""
        self.flying += self.late
        self.late = []


def _copy(packet: Packet) -> Packet:
    return replace(packet, is_copy=True)
