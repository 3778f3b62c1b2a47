"""T58: who wrote into a shop's books, and by which document."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from shared.areas import REGISTRY, SCHEMA
from shared.journal.tables import journal
from tests.attack.aiming import VICTIM, Aim, books_of_victim, rows_of_victim
from tests.attack.house import House, account_id
from tests.integration.server.two_shops import Till

_BATCH = 50


@dataclass
class Aimed:
    """What came of documents that were aimed at a shop."""

    documents: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    hits: list[str] = field(default_factory=list)


def _may_move(device_id: str, end: str) -> bool:
    """Whose ends a stranger's document may name: a way it is itself at one end of, and what its
    own customers owe it. Head office writes in a shop's name by documents the shop sees."""
    own = device_id.partition(".")[0]
    parts = end.split("/")
    if device_id.startswith("hq."):
        return True
    if parts[0] == "transit":
        return len(parts) == 3 and own in parts[1:]
    return own == "DL01" and parts[:2] == ["partner", account_id(VICTIM)]


def aim(made: House, chance: random.Random, devices: Sequence[str], *, each: int) -> Aimed:
    """So many documents of every kind from each of these devices; what they moved, if anything."""
    found = Aimed()
    for device_id in devices:
        end = made.ends[device_id]
        before = _look(made)
        _push_all(made, end, chance, each, found)
        after = _look(made)
        found.hits += [
            f"{device_id} moved {key} from {before[0].get(key)} to {value}"
            for key, value in after[0].items()
            if before[0].get(key) != value and not _may_move(device_id, key[1])
        ]
        if not device_id.startswith("hq."):
            found.hits += [
                f"{device_id} changed {key}"
                for key, digest in before[1].items()
                if after[1].get(key) != digest
            ]
    return found


def _push_all(made: House, end: Till, chance: random.Random, each: int, found: Aimed) -> None:
    aimed = Aim(made, end, chance)
    first = len(end.slots) + 1
    for kind in REGISTRY:
        if kind.name == "device_revoked" and end.wire.device_id.startswith("hq."):
            continue
        for _ in range(each):
            body, said = aimed.document(kind)
            end.add(body, **said)
        found.documents += each
        if len(end.slots) - first >= _BATCH:
            found.kept.update(one.code for one in end.push(first))
            first = len(end.slots) + 1
    found.kept.update(one.code for one in end.push(first))


def _look(
    made: House,
) -> tuple[dict[tuple[str, ...], tuple[int, int]], dict[tuple[str, str], int]]:
    with made.office.database.read() as connection:
        return books_of_victim(connection), rows_of_victim(connection)


def unseen_rows(connection: Connection) -> list[str]:
    """Ledger rows that the site or account they are about does not see, or no document made."""
    stored = set(
        connection.execute(select(journal.c.uid).where(journal.c.verdict == "stored")).scalars()
    )
    found: list[str] = []
    for table in SCHEMA.tables.values():
        if not table.balances:
            continue
        for row in connection.execute(select(table.table)).mappings():
            if str(row["id"]).partition(":")[0] not in stored:
                found.append(f"{table.name} {row['id']} has no document")
            scopes = set(table.scopes(dict(row)))
            ends = {
                str(row[column])
                for balance in table.balances
                for column in (balance.from_column, balance.to_column)
            }
            found += [
                f"{table.name} {row['id']}: {end} is not told"
                for end in ends
                if not _owners(end) <= scopes
            ]
    return found


def _owners(end: str) -> set[str]:
    parts = end.split("/")
    if parts[0] in ("site", "partner") and not parts[1]:
        return set()
    if parts[0] == "site":
        return {f"site:{parts[1]}"}
    if parts[0] == "partner":
        return {f"account:{parts[1]}"}
    return {f"site:{one}" for one in parts[1:] if one} if parts[0] == "transit" else set()
