"""The long forms: ``python -m tests.attack [--requests N] [--seed S] [--shops N] [--postgres]``.

Malformed requests (T40), every place of every message with every value, documents aimed at
another's books (T58), the matrix of what is not yours (T43), the canaries (T44).
"""

import argparse
import logging
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync_server.http import app as http
from tests.attack.canaries import leaks
from tests.attack.foreign_books import aim, unseen_rows
from tests.attack.house import House, house
from tests.attack.malformed import SECONDS_MAX, Attacker, Tally
from tests.attack.matrix import walk
from tests.integration.postgres import new_database, running_postgres


def main() -> int:
    """Run them all; the exit code is 1 when anything was found."""
    asked = _asked()
    logging.basicConfig(level=logging.ERROR)
    # A long poll takes its time by design; here each answer is to come at once.
    vars(http)["WAIT_S_MAX"] = 0
    faults: list[str] = []
    with _place(asked.postgres) as (folder, address):
        with house(folder / "a", shops=3, address=address) as made:
            attacker = Attacker(made, asked.seed)
            attacker.exhaust()
            tally = attacker.run(asked.requests)
            attacker.close()
            faults += _told(made, tally)
        if not asked.postgres:
            faults += _others(folder, asked)
    for fault in faults[:50]:
        print(fault)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
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


def _told(made: House, tally: Tally) -> list[str]:
    took, what = made.line.slowest
    print(
        f"malformed: {tally.requests} requests, {tally.changed} taken, slowest {took:.3f} s {what}"
    )
    print(" ", dict(sorted(tally.statuses.items())))
    print(" ", dict(sorted(tally.codes.items())))
    return [*tally.faults, *([f"slow: {what} {took:.2f} s"] if took > SECONDS_MAX else [])]


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


if __name__ == "__main__":
    sys.exit(main())
