"""``python -m tests.golden VERSION`` writes the golden files of the present version.

Done once per release; what is there is never made again, because it stands for programs that run
in shops. A folder holds head office's database, a till's database and its spool, compressed, and
``about.json``: what was in them.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import zstandard
from sqlalchemy import Connection, func, select

from desktop.app.areas import LAYOUT
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.store.writer import Store, StorePaths
from shared.core.rounding import MICRO
from shared.journal.chain import SigningKey
from shared.journal.tables import journal
from sync_server.operations.home import DATABASE
from sync_server.operations.home import KEY as OFFICE_KEY
from tests.benchmarks.house import House, code

FOLDER = Path(__file__).parent
TILL_KEY = SigningKey.from_seed(b"golden till".ljust(32, b"\0"))
TAG = "01"
PRODUCTS = 12
SYNCED, QUEUED = 8, 5


def files_of(folder: Path) -> dict[str, Path]:
    """The files of a golden folder under the names they have in use."""
    till = StorePaths.under(folder / "till")
    return {
        "hq.db.zst": folder / "office" / DATABASE,
        "hq.key": folder / "office" / OFFICE_KEY,
        "store.db.zst": till.database,
        "journal.spool.zst": till.spool,
    }


def unpacked(version: str, folder: Path) -> dict[str, Any]:
    """Lay a version's files out in ``folder`` and say what was in them."""
    source = FOLDER / version
    for name, path in files_of(folder).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        data = (source / name).read_bytes()
        if name.endswith(".zst"):
            data = zstandard.ZstdDecompressor().decompress(data)
        path.write_bytes(data)
    about: dict[str, Any] = json.loads((source / "about.json").read_text())
    return about


def told(connection: Connection) -> dict[str, Any]:
    """What a till holds: its documents by hash, and how many rows of each table."""
    slots = connection.execute(select(journal.c.stored).order_by(journal.c.n)).scalars()
    counts = {
        name: connection.execute(select(func.count()).select_from(table.table)).scalar_one()
        for name, table in LAYOUT.schema.tables.items()
    }
    return {
        "documents": [hashlib.sha256(stored).hexdigest() for stored in slots],
        "rows": {name: count for name, count in counts.items() if count},
    }


def _make(folder: Path) -> dict[str, Any]:
    house = House.founded(folder / "office", PRODUCTS, barcodes=True)
    store = house.device(folder / "till", TAG, key=TILL_KEY)
    house.sync(store)
    for number in range(SYNCED):
        _sell(store, number)
    house.sync(store)
    for number in range(QUEUED):
        _sell(store, number + SYNCED)
    about = store.read(told)
    store.close()
    house.close()
    _fold(folder / "office" / DATABASE)
    return about | {"queued": QUEUED}


def _fold(database: Path) -> None:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(database))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("VACUUM")
    connection.close()


def _sell(store: Store, number: int) -> None:
    basket = [
        BasketLine(product_id=code((number + at) % PRODUCTS + 1), qty_micro=(at + 1) * MICRO)
        for at in range(3)
    ]
    store.write(sell, basket)


def main() -> int:
    """Write the files; refuses a version that is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("version")
    target = FOLDER / parser.parse_args().version
    if target.exists():
        print(f"{target.name} is there already", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as work:
        about = _make(Path(work))
        target.mkdir()
        for name, path in files_of(Path(work)).items():
            data = path.read_bytes()
            if name.endswith(".zst"):
                data = zstandard.ZstdCompressor(level=19).compress(data)
            (target / name).write_bytes(data)
    (target / "about.json").write_text(json.dumps(about, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
