"""The loads: steady syncs (T30), a reconnect storm (T31), and a long soak (T33)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.client import Client, Tally
from tests.load.servers import Server, serving
from tests.load.stores import Founded, founded

_STEPS = 20
_TURN_S = 1.0


@dataclass(slots=True)
class Told:
    """What one load came to."""

    name: str
    lines: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def say(self, text: str, **figures: float) -> None:
        """One line for people, and its figures for machines."""
        self.lines.append(text)
        self.figures |= figures


def percentile(values: Sequence[float], part: float) -> float:
    """What this part (0 to 1) of the values stays at or below; the largest of few."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def steady(
    home: Path, address: str, *, stores: int, every_s: float, rounds: int, documents: int,
    workers: int,
) -> Told:  # fmt: skip
    """T30: each store syncs at moments fixed beforehand, whatever became of the last one.

    A sync that starts late because the one before is not over has waited already: its time is
    counted from the moment it was meant to start.
    """
    office = founded(home, address, stores, documents * rounds)
    told = Told("steady")
    with serving(home, workers) as servers:
        clients = _clients(office, servers)
        asyncio.run(_first_syncs(clients))
        used = _used(servers)
        tally = Tally()
        latencies: list[float] = []

        async def one(client: Client, place: int) -> None:
            client.tally = tally
            for turn in range(rounds):
                due = begun + every_s * (turn + place / stores)
                await asyncio.sleep(max(due - time.monotonic(), 0))
                await _guarded(client, tally, lambda: client.sync(documents))
                latencies.append(time.monotonic() - due)

        async def all_of_them() -> None:
            await asyncio.gather(*(one(client, place) for place, client in enumerate(clients)))

        begun = time.monotonic() + 0.2
        asyncio.run(_reconnected(clients, all_of_them))
        took_s = time.monotonic() - begun
        sent = sum(client.store.sent for client in clients)
        told.say(
            f"{stores} stores, one sync each {every_s:g} s, {rounds} rounds, {documents} documents"
            f" each, {workers} worker(s): {len(latencies)} syncs, {sent} documents",
            syncs=len(latencies),
            documents=sent,
        )
        _say_latencies(told, latencies)
        _say_tally(told, tally, sent)
        _say_servers(told, servers, _used(servers) - used, took_s, sent)
    return told


def storm(
    home: Path, address: str, *, stores: int, documents: int, workers: int, spread_s: float = 0.0
) -> Told:
    """T31: everybody comes back at one moment with a full journal."""
    office = founded(home, address, stores, documents)
    told = Told("storm")
    with serving(home, workers) as servers:
        clients = _clients(office, servers)
        tally = Tally()
        drained: list[float] = []

        async def one(client: Client, place: int) -> None:
            client.tally = tally
            due = begun + spread_s * place / stores
            await asyncio.sleep(max(due - time.monotonic(), 0))
            await _guarded(client, tally, lambda: client.sync(documents))
            drained.append(time.monotonic() - begun)

        async def all_of_them() -> None:
            await asyncio.gather(*(one(client, place) for place, client in enumerate(clients)))

        used, begun = _used(servers), time.monotonic() + 0.2
        asyncio.run(_reconnected(clients, all_of_them))
        took_s = time.monotonic() - begun
        sent = sum(client.store.sent for client in clients)
        starved = sum(client.store.sent < documents for client in clients)
        told.say(
            f"{stores} stores × {documents} documents at once, {workers} worker(s): drained in"
            f" {took_s:.1f} s, {sent / took_s:,.0f} documents/s; first {min(drained):.1f} s,"
            f" median {percentile(drained, 0.5):.1f} s, starved {starved}, 429s {tally.busy}",
            drained_s=took_s,
            documents=sent,
            starved=starved,
            busy=tally.busy,
        )
        _say_tally(told, tally, sent)
        _say_servers(told, servers, _used(servers) - used, took_s, sent)
    return told


def soak(
    home: Path, address: str, *, stores: int, documents: int, workers: int, most_s: float = 3_600.0
) -> Told:
    """T33: the same stores send without end; memory and log are looked at on the way.

    After ``most_s`` seconds it ends with what was sent until then.
    """
    office = founded(home, address, stores, documents // stores)
    told = Told("soak")
    with serving(home, workers) as servers:
        clients = _clients(office, servers)
        tally = Tally()
        points: list[tuple[int, int]] = []
        wal = 0

        async def one(client: Client) -> None:
            client.tally = tally
            while client.store.sent < len(client.store.slots) and time.monotonic() < ends:
                await _guarded(client, tally, lambda: client.sync(documents // stores // _STEPS))

        async def look() -> None:
            nonlocal wal
            while True:
                sent = sum(client.store.sent for client in clients)
                points.append((sent, sum(server.rss_bytes() for server in servers)))
                sizes = [path.stat().st_size for path in home.glob("*.db-wal")]
                wal = max(wal, *sizes, 0)
                await asyncio.sleep(_TURN_S / 4)

        async def all_of_them() -> None:
            looking = asyncio.create_task(look())
            await asyncio.gather(*(one(client) for client in clients))
            looking.cancel()

        used, begun = _used(servers), time.monotonic()
        ends = begun + most_s
        asyncio.run(_reconnected(clients, all_of_them))
        took_s = time.monotonic() - begun
        sent = sum(client.store.sent for client in clients)
        slope = slope_of(points[len(points) // 3 :]) * 100_000
        database = servers[0].metric("qutong_database_bytes")
        wal = max(wal, int(servers[0].metric("qutong_wal_bytes")) if not wal else 0)
        told.say(
            f"{sent} documents of {stores} stores in {took_s:.1f} s: memory"
            f" {slope / 1048576:+.2f} MiB per 100,000 documents, write-ahead log at most"
            f" {wal / 1048576:.1f} MiB, database {database / sent:,.0f} B per document;"
            f" MiB at each quarter {_quarters(points)}",
            documents=sent,
            slope_bytes=slope,
            wal_bytes=wal,
            database_bytes=database,
        )
        _say_tally(told, tally, sent)
        _say_servers(told, servers, _used(servers) - used, took_s, sent)
    return told


def _quarters(points: Sequence[tuple[int, int]]) -> str:
    """What was held when a quarter, half… of it was sent: whether it goes on growing."""
    last = points[-1][0] if points else 0
    found = []
    for quarter in range(1, 5):
        held = [y for x, y in points if x * 4 <= last * quarter]
        found.append(f"{held[-1] / 1048576:.0f}" if held else "-")
    return " ".join(found)


def slope_of(points: Sequence[tuple[int, int]]) -> float:
    """The straight line nearest to the points: how much y grows with one of x."""
    if len(points) < 2:
        return 0.0
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0


def _clients(office: Founded, servers: Sequence[Server]) -> list[Client]:
    return [
        Client(store, servers[place % len(servers)].url, office.epoch, Tally())
        for place, store in enumerate(office.stores)
    ]


async def _first_syncs(clients: Sequence[Client]) -> None:
    """Everybody holds everything before the clock starts."""
    turn = asyncio.Semaphore(8)

    async def one(client: Client) -> None:
        async with turn:
            await client.sync(0)

    await asyncio.gather(*(one(client) for client in clients))
    _drop(clients)


async def _reconnected(clients: Sequence[Client], work: Callable[[], Awaitable[object]]) -> None:
    """Connections belong to one event loop."""
    try:
        await work()
    finally:
        _drop(clients)


def _drop(clients: Sequence[Client]) -> None:
    for client in clients:
        client.close()


async def _guarded(client: Client, tally: Tally, work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except Exception as error:
        name = f"{type(error).__name__} {error}"[:80]
        tally.errors[name] = tally.errors.get(name, 0) + 1
        client.close()
        await asyncio.sleep(_TURN_S)


def _used(servers: Sequence[Server]) -> float:
    return sum(server.cpu_s() for server in servers)


def _say_latencies(told: Told, latencies: Sequence[float]) -> None:
    p50, p99 = percentile(latencies, 0.5) * 1000, percentile(latencies, 0.99) * 1000
    largest = max(latencies, default=0) * 1000
    told.say(
        f"  from the intended start: p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {largest:.0f} ms",
        p50_ms=p50,
        p99_ms=p99,
        max_ms=largest,
    )


def _say_tally(told: Told, tally: Tally, sent: int) -> None:
    each = max(sent, 1)
    told.say(
        f"  {tally.requests} requests, 429s {tally.busy}, errors {tally.errors or 0};"
        f" {tally.up / each:.0f} B up and {tally.down / each:.0f} B down per document,"
        f" {tally.rows / each:.1f} rows down",
        requests=tally.requests,
        busy=tally.busy,
        errors=sum(tally.errors.values()),
        up_bytes=tally.up,
        down_bytes=tally.down,
    )


def _say_servers(
    told: Told, servers: Sequence[Server], cpu_s: float, took_s: float, sent: int
) -> None:
    peak = max(server.peak_bytes() for server in servers) / 1048576
    told.say(
        f"  servers: peak {peak:.0f} MiB each at most, {cpu_s:.1f} s of processor in"
        f" {took_s:.1f} s, {cpu_s / max(sent, 1) * 1e6:.0f} µs per document",
        peak_mib=peak,
        cpu_s=cpu_s,
    )
