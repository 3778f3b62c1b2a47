"""The long forms: ``python -m tests.attack [--requests N] [--processes N] [--postgres]``.

Malformed requests (T40), every place of every message with every value, documents aimed at
another's books (T58), the matrix of what is not yours (T43), the canaries (T44).
"""

import argparse
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from sync_server.http import app as http
from sync_server.http import heads
from tests.attack.canaries import leaks
from tests.attack.foreign_books import aim, unseen_rows
from tests.attack.house import house
from tests.attack.malformed import SECONDS_MAX, Attacker, Tally
from tests.attack.matrix import walk
from tests.integration.postgres import new_database, running_postgres

_STRETCH = 100_000
"""Requests between two lines of progress."""


class Share(NamedTuple):
    """What one process says, and of which seed."""

    requests: int
    seed: int
    is_postgres: bool


class Found(NamedTuple):
    """What one process found."""

    tally: Tally
    slowest: tuple[float, str]


def main() -> int:
    """Run them all; the exit code is 1 when anything was found."""
    asked = _asked()
    began_s = time.monotonic()
    count = asked.processes
    shares = [
        Share(asked.requests // count, asked.seed + number, asked.postgres)
        for number in range(count)
    ]
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_malformed, shares))
    faults = _told(found, time.monotonic() - began_s)
    if not asked.postgres:
        with tempfile.TemporaryDirectory(prefix="qutong-attack-") as folder:
            faults += _others(Path(folder), asked)
    for fault in faults[:50]:
        print(fault)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def _malformed(share: Share) -> Found:
    """Every value in every place, then what chance draws, to a house of this process's own."""
    logging.basicConfig(level=logging.ERROR)
    # A long poll takes its time by design; here each answer is to come at once. One request
    # waits for the other, so that no answer needs a thread of its own.
    vars(http)["WAIT_S_MAX"] = 0
    for module in (http, heads):
        vars(module)["run_in_threadpool"] = _at_once
    with (
        _place(share.is_postgres) as (folder, address),
        house(folder / "a", shops=3, address=address) as made,
    ):
        attacker = Attacker(made, share.seed)
        tally = attacker.exhaust()
        for begun in range(0, share.requests, _STRETCH):
            attacker.run(min(_STRETCH, share.requests - begun))
            told = f"seed {share.seed}: {tally.requests} requests, {len(tally.faults)} faults"
            print(f"{told}, {len(tally.outcomes)} outcomes", flush=True)
        attacker.close()
        return Found(tally, made.line.slowest)


async def _at_once(work: Callable[..., Any], *arguments: Any) -> Any:
    return work(*arguments)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first process")
    parser.add_argument("--processes", type=int, default=1, help="who share the requests")
    parser.add_argument("--shops", type=int, default=10, help="for canaries")
    parser.add_argument("--calls", type=int, default=10_000, help="for canaries")
    parser.add_argument("--each", type=int, default=10, help="documents of a kind and device")
    parser.add_argument("--postgres", action="store_true", help="malformed requests alone")
    return parser.parse_args()


@contextmanager
def _place(postgres: bool) -> Iterator[tuple[Path, str]]:
    with tempfile.TemporaryDirectory(prefix="qutong-attack-") as folder:
        if not postgres:
            yield Path(folder), ""
            return
        with running_postgres() as server, new_database(server, "attacked") as address:
            yield Path(folder), address


def _told(found: Sequence[Found], took_s: float) -> list[str]:
    tallies = [one.tally for one in found]
    slowest_s, what = max(one.slowest for one in found)
    requests = sum(one.requests for one in tallies)
    changed = sum(one.changed for one in tallies)
    statuses: Counter[int] = sum((one.statuses for one in tallies), Counter())
    codes: Counter[str] = sum((one.codes for one in tallies), Counter())
    outcomes: Counter[Any] = sum((one.outcomes for one in tallies), Counter())
    once = sum(seen == 1 for seen in outcomes.values())
    print(
        f"malformed: {requests} requests, {changed} taken, slowest {slowest_s:.3f} s {what},"
        f" {took_s:.0f} s"
    )
    print(" ", dict(sorted(statuses.items())))
    print(" ", dict(sorted(codes.items())))
    print(f"  {len(outcomes)} outcomes of layer, route, status and code; {once} seen once")
    slow = [f"slow: {what} {slowest_s:.2f} s"] if slowest_s > SECONDS_MAX else []
    return [fault for one in tallies for fault in one.faults] + slow


def _others(folder: Path, asked: argparse.Namespace) -> list[str]:
    faults: list[str] = []
    with house(folder / "b", shops=4) as made:
        devices = [one for one in made.ends if not one.startswith(("S002.", "S003.09"))]
        aimed = aim(made, random.Random(asked.seed), devices, each=asked.each)
        with made.office.database.read() as connection:
            faults += [*aimed.hits, *unseen_rows(connection)]
        print(f"aimed: {aimed.documents} documents, kept {dict(aimed.kept)}")
    with house(folder / "d", shops=4) as made:
        wrong, answered = walk(made, random.Random(asked.seed), each=1_000_000)
        faults += wrong
        print(f"matrix: {2 * sum(answered.values())} questions, {dict(answered)}")
    with house(folder / "c", shops=asked.shops) as made:
        found = leaks(made, random.Random(asked.seed), calls=asked.calls)
        faults += found.hits
        print(f"canaries: {found.calls} calls in {asked.shops} shops, own seen {found.own}")
    return faults
