"""``python -m tests.replay online_retail|cosmetics_orders --file …``: real business, replayed."""

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Replay one file; 0 when everything is at head office as the file says."""
    chosen = _parser().parse_args()
    if chosen.what == "online_retail":
        from tests.replay import wholesaler

        return wholesaler.run(chosen)
    from tests.replay import dealers

    return dealers.run(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("what", choices=("online_retail", "cosmetics_orders"))
    parser.add_argument("--file", type=Path, required=True, help="the data file, packed or plain")
    parser.add_argument("--devices", type=int, default=4)
    parser.add_argument("--limit", type=int, default=0, help="documents at most, 0 = all")
    parser.add_argument("--keep", type=Path, help="leave databases and journals in this folder")
    parser.add_argument(
        "--database",
        default="",
        help="head office's database: '' = SQLite, 'postgresql' = one of its own, or an address",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
