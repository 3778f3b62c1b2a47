"""Where simulated disks lie: databases in memory, whose places are used again by later disks.

What a connection knows of its database (the tables, the statements it has prepared) costs more
than most runs ask of it. A place keeps that: a later disk with the same tables is laid over it
from beside, page by page, and the connection finds other rows in tables it knows.
"""

import hashlib
from collections import defaultdict
from itertools import count
from typing import Any

import sqlcipher3.dbapi2 as driver

_SHAPE = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid"
_VERSION = "PRAGMA schema_version"
_STATEMENTS = 4_000
_NAMES = count()


class DiskPlace:
    """A database in memory, a connection that stays, and one beside it that lays rows over it."""

    def __init__(self) -> None:
        name = f"file:/simulated-{next(_NAMES)}?vfs=memdb"
        self.driver = _connect(name, _STATEMENTS)
        self._beside = _connect(name, 0)
        self._shape: tuple[int, bytes] | None = None
        self._begun = -1

    def shape(self) -> bytes:
        """Equal for databases with the same tables and indexes on the same pages."""
        version = self._version()
        if self._shape is None or self._shape[0] != version:
            rows = self.driver.execute(_SHAPE).fetchall()
            self._shape = version, hashlib.sha256(repr(rows).encode()).digest()
        return self._shape[1]

    def lay(self, other: "DiskPlace") -> None:
        """Whatever stands in another place stands here too, and nothing else."""
        version = self._version()
        other.driver.backup(self._beside)
        # Copying counts as another set of tables; it is not, once the place was used.
        if self._shape is not None:
            self._beside.execute(f"PRAGMA schema_version = {version}")
        self._begun = self._version()
        self._shape = self._begun, other.shape()

    def give_back(self) -> None:
        """The next disk with the same tables may lie here."""
        self.driver.rollback()
        if self._shape is not None and self._begun == self._version():
            _FREE[self._shape[1]].append(self)
        else:
            self.driver.close()
            self._beside.close()

    def _version(self) -> int:
        version: int = self.driver.execute(_VERSION).fetchone()[0]
        return version


def place_for(other: DiskPlace) -> DiskPlace:
    """A place with what stands in another one."""
    free = _FREE[other.shape()]
    place = free.pop() if free else DiskPlace()
    place.lay(other)
    return place


_FREE: defaultdict[bytes, list[DiskPlace]] = defaultdict(list)
"""By shape."""


def _connect(name: str, statements: int) -> Any:
    connection = driver.connect(
        name,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=statements,
    )
    # Most tables are empty or nearly so, and whole databases are copied again and again.
    for pragma in ("page_size = 1024", "temp_store = MEMORY", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
