"""Load head office: ``python -m tests.load``; sizes of the goals with ``--full``."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.integration.postgres import new_database, running_postgres
from tests.load.runs import Told, soak, steady, storm

KINDS = ("steady", "storm", "soak")
ENGINES = ("sqlite", "postgresql")


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen loads on the chosen databases; 1 when a request ended in an error."""
    chosen = _parser().parse_args(arguments)
    if chosen.full:
        chosen.stores, chosen.every, chosen.rounds = 500, 30.0, 3
        chosen.storm_documents, chosen.soak_documents = 200, 1_000_000
    print(f"load before {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    told: list[dict[str, object]] = []
    failed = 0.0
    for engine in chosen.engine.split(","):
        with _addresses(engine) as address, tempfile.TemporaryDirectory(dir=chosen.folder) as top:
            for workers in map(int, str(chosen.workers).split(",")):
                for kind in chosen.kind.split(","):
                    name = f"{kind}_{workers}"
                    with address(name) as one:
                        found = _run(chosen, kind, Path(top) / name, one, workers)
                    print(f"[{engine}] " + "\n".join(found.lines), flush=True)
                    told.append({"engine": engine, "kind": kind, "workers": workers}
                                | dict(found.figures))  # fmt: skip
                    failed += found.figures.get("errors", 0)
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 1 if failed else 0


def _run(chosen: argparse.Namespace, kind: str, home: Path, address: str, workers: int) -> Told:
    if kind == "steady":
        return steady(
            home, address, stores=chosen.stores, every_s=chosen.every, rounds=chosen.rounds,
            documents=chosen.documents, workers=workers,
        )  # fmt: skip
    if kind == "storm":
        return storm(
            home, address, stores=chosen.stores, documents=chosen.storm_documents, workers=workers
        )
    return soak(
        home, address, stores=min(chosen.stores, 8), documents=chosen.soak_documents,
        workers=workers, most_s=chosen.soak_seconds,
    )  # fmt: skip


@contextmanager
def _addresses(engine: str) -> Iterator[Callable[[str], AbstractContextManager[str]]]:
    """For each name the address of an empty database; '' = a file in head office's folder."""

    @contextmanager
    def own_file(_name: str) -> Iterator[str]:
        yield ""

    if engine == "sqlite":
        yield own_file
        return
    with running_postgres() as server:
        yield lambda name: new_database(server, name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--kind", default=",".join(KINDS), help="steady,storm,soak")
    parser.add_argument("--engine", default="sqlite", help="sqlite,postgresql")
    parser.add_argument("--workers", default="1", help="such as 1,2")
    parser.add_argument("--stores", type=int, default=40)
    parser.add_argument("--every", type=float, default=3.0, help="seconds between a store's syncs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, default=10, help="per sync")
    parser.add_argument("--storm-documents", type=int, default=100, help="per store")
    parser.add_argument("--soak-documents", type=int, default=20_000, help="in all")
    parser.add_argument("--soak-seconds", type=float, default=3_600.0, help="end a soak here")
    parser.add_argument("--full", action="store_true", help="the sizes of the goals")
    parser.add_argument("--folder", type=Path, help="where to work; the disk counts")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser


if __name__ == "__main__":
    sys.exit(main())
