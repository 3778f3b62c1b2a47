"""The long form of T10-T15: ``python -m tests.storage --kills 2000 --server-kills 500``.

``--nightly`` does all of them at their full size. Each part prints how often it tried, what
happened how often, and how long it took; the end code is 1 when anything was lost or untold.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.storage.cuts import power_cuts
from tests.storage.damage import damages
from tests.storage.errors import troubled_starts, unknown_commits, write_errors
from tests.storage.kills import server_kills, till_kills
from tests.storage.tally import Tally

_FULL = {
    "cuts": 5,
    "errors": 3,
    "starts": 3,
    "commits": 1_000,
    "kills": 2_000,
    "server_kills": 500,
    "damages": 27,
}
_SHOWN_S = 20.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked for; 0 when every promise held."""
    asked = _parser().parse_args(arguments)
    sizes = dict(_FULL) if asked.nightly else {name: getattr(asked, name) for name in _FULL}
    seed, is_good = asked.seed, True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = range(seed, seed + max(sizes.values(), default=0))
        parts: list[tuple[str, Iterator[Tally]]] = [
            *((f"power cuts, seed {s}", power_cuts(seed=s)) for s in seeds[: sizes["cuts"]]),
            *((f"errors, seed {s}", write_errors(seed=s)) for s in seeds[: sizes["errors"]]),
            *((f"starts, seed {s}", troubled_starts(seed=s)) for s in seeds[: sizes["starts"]]),
        ]
        if sizes["commits"]:
            parts.append(("commits", unknown_commits(seed=seed, count=sizes["commits"])))
        if sizes["damages"]:
            parts.append(("damages", damages(folder / "d", seed=seed, rounds=sizes["damages"])))
        if sizes["kills"]:
            parts.append(("till kills", till_kills(folder, seed=seed, count=sizes["kills"])))
        if sizes["server_kills"]:
            kills = server_kills(folder, seed=seed, count=sizes["server_kills"])
            parts.append(("server kills", kills))
        for title, part in parts:
            is_good &= _go_through(title, part)
    return 0 if is_good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.storage", description=__doc__)
    parser.add_argument("--nightly", action="store_true", help="everything at its full size")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cuts", type=int, default=0, help="T10: days, cut at every operation")
    parser.add_argument("--errors", type=int, default=0, help="T11: seeds")
    parser.add_argument("--starts", type=int, default=0, help="T11: seeds of starts in trouble")
    parser.add_argument("--commits", type=int, default=0, help="T15: lost answers")
    parser.add_argument("--kills", type=int, default=0, help="T12: kills of a selling till")
    parser.add_argument("--server-kills", type=int, default=0, help="T12: kills of the server")
    parser.add_argument("--damages", type=int, default=0, help="T13 T14: rounds of 19 damages")
    return parser


def _go_through(name: str, part: Iterator[Tally]) -> bool:
    began = shown = time.monotonic()
    tally = Tally(name)
    for tally in part:
        if time.monotonic() - shown > _SHOWN_S:
            shown = time.monotonic()
            print(f"  {name}: {tally.tried} …", flush=True)
    seen = ", ".join(f"{what} {times}" for what, times in sorted(tally.seen.items()))
    took_s = time.monotonic() - began
    print(f"{name}: {tally.tried} tried, {len(tally.faults)} faults, {took_s:.1f} s; {seen}")
    for fault in tally.faults[:20]:
        print(f"  FAULT {fault}")
    sys.stdout.flush()
    return not tally.faults


if __name__ == "__main__":
    sys.exit(main())
