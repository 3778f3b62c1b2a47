"""T24, the whole of it: ``python -m tests.explaining --figures 1000``.

``--database PATH`` takes head office's file of a house that is there (the demo's, a copy of one's
own) instead of a history by chance; nothing is written.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import Connection

from sync_server.store.engine import open_database
from tests.explaining.figures import Explainer, figures_of
from tests.explaining.history import a_history


def main(arguments: list[str] | None = None) -> int:
    """Pick figures and explain them; 1 when one cannot be."""
    parser = argparse.ArgumentParser(prog="python -m tests.explaining", description=__doc__)
    parser.add_argument("--figures", type=int, default=1_000)
    parser.add_argument("--steps", type=int, default=400, help="acts of the history")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.database:
        database = open_database(f"sqlite:///{chosen.database}")
        with database.read() as connection:
            wrong = explained(connection, chosen.seed, chosen.figures)
        database.close()
    else:
        house = a_history(chosen.seed, chosen.steps)
        wrong = house.read(lambda one: explained(one, chosen.seed, chosen.figures))
        house.close()
    return 1 if wrong else 0


def explained(connection: Connection, seed: int, most: int) -> list[str]:
    """What could not be explained; tells how many of each kind were."""
    explainer = Explainer(connection)
    kinds: Counter[str] = Counter()
    wrong = []
    for figure in figures_of(connection, seed, most):
        kinds[figure.name.split()[0]] += 1
        if fault := explainer.faults(figure):
            wrong.append(fault)
    print(f"{sum(kinds.values())} figures: {dict(sorted(kinds.items()))}, {len(wrong)} unexplained")
    for fault in dict.fromkeys(wrong):
        print(f"  {fault}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
