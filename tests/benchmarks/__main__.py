"""Run the benchmarks: each row with its floor, its ratio and its goal; absolute times drift."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlcipher3.dbapi2 import sqlite_version

from tests.benchmarks import (
    arriving,
    baskets,
    counting,
    growing,
    idle,
    paper,
    search,
    selling,
    stock,
    uploading,
    windows,
)
from tests.benchmarks.figures import ROWS, Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured; ``full`` are the sizes of the goals."""

    names: int
    rounds: int
    sales: int
    pulled: int
    products: int
    changed: int
    up: int
    stored: int
    shops: int
    count_lines: int
    moves: int
    more_moves: int
    scans: int
    pdf_rows: int
    excel_rows: int


SIZES = {
    "tiny": Size(
        names=300, rounds=1, sales=20, pulled=2_000, products=200, changed=50, up=60,
        stored=1_500, shops=3,
        count_lines=40, moves=2_000, more_moves=4_000, scans=10, pdf_rows=30, excel_rows=300,
    ),
    "small": Size(
        names=50_000, rounds=3, sales=300, pulled=20_000, products=20_000, changed=5_000, up=5_000,
        stored=10_000, shops=9,
        count_lines=1_000, moves=50_000, more_moves=200_000, scans=200,
        pdf_rows=1_000, excel_rows=20_000,
    ),
    "full": Size(
        names=1_000_000, rounds=5, sales=1_000, pulled=20_000, products=100_000, changed=5_000,
        up=20_000, stored=120_000, shops=9, count_lines=5_000, moves=100_000,
        more_moves=3_000_000, scans=400, pdf_rows=1_000, excel_rows=100_000,
    ),
}  # fmt: skip

Measure = Callable[[Path, Size], Iterator[Figure]]

MEASURES: dict[str, Measure] = {
    "P1": lambda folder, size: windows.scanning(folder, size.names, size.scans),
    "P2": lambda folder, size: search.run(folder, size.names, size.rounds),
    "P3": lambda folder, size: selling.run(folder, size.sales, size.pulled),
    "P4": lambda folder, size: arriving.new_device(folder, size.products),
    "P5": lambda folder, size: arriving.price_change(folder, size.products, size.changed),
    "P6": lambda folder, size: idle.run(folder, size.products, 12 * size.rounds),
    "P7": lambda folder, size: uploading.run(folder, size.up),
    "P8": lambda folder, size: growing.run(folder, size.stored, size.shops),
    "P9": lambda folder, size: counting.run(folder, size.count_lines),
    "P10": lambda folder, size: stock.run(folder, size.moves, size.more_moves),
    "P11": lambda folder, size: windows.starting(folder, size.products, size.rounds),
    "P12": lambda folder, size: windows.smooth(folder, size.products),
    "P13": lambda folder, size: windows.tables(folder, size.names),
    "P14": lambda folder, size: baskets.run(folder, min(size.names, 2_000)),
    "P15": lambda folder, size: paper.run(folder, size.pdf_rows, size.excel_rows),
}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write the JSON file; the exit code says nothing about goals."""
    chosen = _parser().parse_args(arguments)
    size = SIZES[chosen.size]
    size = replace(size, shops=chosen.shops or size.shops)
    figures: list[Figure] = []
    print(
        f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite_version}"
    )
    print(f"size {chosen.size}, load before {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for row in chosen.only:
        with tempfile.TemporaryDirectory(prefix="qutong-bench-", dir=chosen.folder) as folder:
            for figure in MEASURES[row](Path(folder), size):
                figures.append(figure)
                print(figure.as_text(), flush=True)
    missed = [one for one in figures if one.is_met is False]
    print(f"{len(figures)} figures, {len(missed)} with a goal missed")
    if chosen.json:
        report = {
            "size": chosen.size,
            "python": platform.python_version(),
            "sqlite": sqlite_version,
            "figures": [one.as_json() for one in figures],
        }
        chosen.json.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def _rows(text: str) -> list[str]:
    wanted = [one.strip().upper() for one in text.split(",") if one.strip()]
    unknown = [one for one in wanted if one not in ROWS]
    if unknown or not wanted:
        raise argparse.ArgumentTypeError(f"choose from {','.join(ROWS)}")
    return [row for row in ROWS if row in wanted]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", type=_rows, default=list(ROWS), help="such as P3,P4")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--size", choices=tuple(SIZES), default="full")
    parser.add_argument(
        "--shops", type=int, metavar="N", help="shops beside the first of P8: 99 with full = 10M"
    )
    parser.add_argument("--folder", type=Path, help="where to work; the disk counts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
