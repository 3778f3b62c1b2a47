"""The proof that head office and every client hold the same: from rows, journals and receipts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from desktop.store.engine import open_readers
from desktop.store.identity import load_identity
from desktop.sync.story import status
from shared.areas import SCHEMA
from shared.sync.digest import MODULUS, row_digest
from shared.sync.holding import cursors
from tests.demo.figures import head_office
from tests.demo.stage import SEATS, together

Sums = dict[str, tuple[int, int]]
"""Rows and digest by scope."""


@dataclass(kw_only=True)
class Replica:
    """A client beside head office: what it has not sent, and where its rows are not the same."""

    name: str
    unsent: int = 0
    scopes: int = 0
    equal: int = 0
    """Scopes whose rows are head office's rows."""
    rows: int = 0
    digest: int = 0
    faults: list[str] = field(default_factory=list)


def scope_sums(connection: Connection) -> Sums:
    """Each scope's rows and digest, computed anew from every column of every row."""
    sums: Sums = {}
    for table in SCHEMA.tables.values():
        for row in connection.execute(select(table.table)).mappings():
            digest = row_digest(table, row["id"], row, row["_extra"])  # type: ignore[arg-type]
            for scope in table.scopes(row):  # type: ignore[arg-type]
                count, total = sums.get(scope, (0, 0))
                sums[scope] = count + 1, (total + digest) % MODULUS
    return sums


def compare(folder: Path) -> list[Replica]:
    """Every client of the folder beside its head office."""
    with head_office(folder / "head_office") as connection:
        there, books = scope_sums(connection), _balances(connection)
    return [_compared(folder, seat.name, there, books) for seat in SEATS]


def _compared(folder: Path, name: str, there: Sums, books: "_Balances") -> Replica:
    found = Replica(name=name)
    with _client(folder / name) as connection:
        identity = load_identity(connection)
        if identity is None:
            return Replica(name=name, faults=["not enrolled"])
        told = status(connection, identity)
        found.unsent = told.unsent
        if told.unsent or told.kept:
            found.faults.append(f"unsent {told.unsent}, kept aside {told.kept}")
        here = scope_sums(connection)
        for row in cursors(connection):
            mine, theirs = here.get(row.scope, (0, 0)), there.get(row.scope, (0, 0))
            found.scopes += 1
            found.rows += mine[0]
            found.digest = (found.digest + mine[1]) % MODULUS
            if mine == theirs == (row[3], row.digest):
                found.equal += 1
            else:
                found.faults.append(f"{row.scope}: {theirs} there, {mine} here")
        found.faults += _books_differ(_balances(connection), books, identity.site_id)
    return found


@contextmanager
def _client(home: Path) -> Iterator[Connection]:
    engine = open_readers(home / "store.db")
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


_Balances = dict[tuple[str, ...], tuple[int, int]]


def _balances(connection: Connection) -> _Balances:
    found: _Balances = {}
    for table in SCHEMA.tables.values():
        for balance in table.balances:
            kept = balance.table.c
            keys = [kept[name] for name in ("end", *balance.keys)]
            for row in connection.execute(select(*keys, kept.came_in, kept.went_out)):
                *key, came_in, went_out = row
                found[balance.table.name, *map(str, key)] = came_in, went_out
    return found


def _books_differ(mine: _Balances, theirs: _Balances, site_id: str) -> Iterator[str]:
    """Stock and money of the client's own site: the same figures at both ends."""
    own = f"site/{site_id}/"
    for key in sorted(mine.keys() | theirs.keys()) if site_id else ():
        if key[1].startswith(own) and mine.get(key, (0, 0)) != theirs.get(key, (0, 0)):
            yield f"{' '.join(key)}: {theirs.get(key)} there, {mine.get(key)} here"


def verified(folder: Path) -> list[tuple[str, bool, str]]:
    """What the verifiers say, each a program of its own: of every journal, and of head office."""
    jobs = [
        partial(
            _run, f"{seat.name} {file}", "shared.journal.verify", str(folder / seat.name / file)
        )
        for seat in SEATS
        for file in ("store.db", "journal.spool")
    ]
    home = folder / "head_office"
    jobs.append(
        partial(
            _run, "HQ head_office.db", "shared.journal.verify", str(home / "head_office.db"),
            "--key", _public_key(folder),
        )
    )  # fmt: skip
    jobs.insert(0, partial(_run, "HQ", "sync_server", "verify", "--home", str(home)))
    return list(together(jobs))


def _public_key(folder: Path) -> str:
    """Head office's key as a client was given it when it was enrolled."""
    with _client(folder / SEATS[0].name) as connection:
        identity = load_identity(connection)
    return identity.hq_public_key.hex() if identity else ""


def _run(name: str, *line: str) -> tuple[str, bool, str]:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", *line],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    said = (done.stdout + done.stderr).strip()
    return name, done.returncode == 0, said.splitlines()[-1] if said else ""
