"""What must add up: numbers, decisions, money and balances."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from sqlalchemy import Connection, select

from shared.areas import REGISTRY, SCHEMA
from shared.journal.chain import Slot
from shared.journal.document import Document, Header, Value
from shared.ordering.documents import (
    OrderCancelRequested,
    OrderDecided,
    OrderDecisionRequested,
    OrderRevised,
    OrderRevisionAnswered,
    OrderRevisionRequested,
    OrderRevisionSettled,
    RequestRefused,
)
from shared.pricing.documents import (
    PriceVersionPublished,
    PriceVersionRejected,
    PriceVersionSealed,
)
from shared.sync.replica import Owns
from shared.sync.tables import Balance
from tests.simulation.stage import must

Rows = dict[str, dict[str, dict[str, Value]]]
"""Whole rows by table and id, system columns included."""
K = TypeVar("K")


def check_series(documents: Iterable[tuple[Slot, Document]]) -> None:
    """1..n per device and series, in the order of the slots."""
    last: Counter[tuple[str, str]] = Counter()
    for slot, document in documents:
        series = REGISTRY.named(document.header.kind).series
        if not series:
            continue
        last[slot.device_id, series] += 1
        running = document.header.number.rpartition("-")[2]
        must(
            running == f"{last[slot.device_id, series]:06d}",
            "I6",
            f"{slot.device_id} slot {slot.n} is {document.header.number}",
        )


def check_decisions(documents: Iterable[tuple[Slot, Document]]) -> None:
    """Every request one answer, every order one decision, every version one word."""
    asked: list[Header] = []
    answers: Counter[bytes] = Counter()
    decided: Counter[bytes] = Counter()
    versions: Counter[str] = Counter()
    numbers: list[int] = []
    for _, document in documents:
        body = document.body
        if isinstance(
            body,
            OrderCancelRequested
            | OrderDecisionRequested
            | OrderRevisionRequested
            | OrderRevisionAnswered,
        ):
            asked.append(document.header)
        elif isinstance(body, OrderDecided | OrderRevised | OrderRevisionSettled | RequestRefused):
            answers[document.header.predecessor] += 1
            if isinstance(body, OrderDecided):
                decided[body.order_uid] += 1
        elif isinstance(body, PriceVersionSealed | PriceVersionRejected):
            versions[body.version_id] += 1
            if isinstance(body, PriceVersionSealed):
                numbers.append(body.number)
        elif isinstance(body, PriceVersionPublished):
            versions[document.header.uid.hex()] += 0
    for header in asked:
        must(answers[header.uid] == 1, "I13", f"{header.uid.hex()}: {answers[header.uid]} answers")
    for uid, times in decided.items():
        must(times == 1, "I13", f"order {uid.hex()} was decided {times} times")
    for version_id, times in versions.items():
        must(times == 1, "I13", f"version {version_id} has {times} answers")
    must(numbers == list(range(1, len(numbers) + 1)), "I13", f"versions are numbered {numbers}")


def check_sales(rows: Rows) -> None:
    """What a sale earned is what was paid, is owed, was rounded, and does not fit."""
    paid: Counter[Value] = Counter()
    earned: Counter[Value] = Counter()
    ends: dict[Value, Counter[Value]] = defaultdict(Counter)
    for row in rows["account_entry"].values():
        document, amount = row["document"], int_of(row["amount_minor"])
        must(amount > 0, "I3", f"entry of {document} is {amount}")
        for end, sign in ((row["debit_account"], 1), (row["credit_account"], -1)):
            ends[document][end] += sign * amount
            if str(end).endswith("/revenue"):
                earned[document] -= sign * amount
    for row in rows["sale_line"].values():
        paid[row["document"]] += int_of(row["amount_minor"])
    for document, sums in ends.items():
        must(sum(sums.values()) == 0, "I3", f"{document} does not balance")
    for sale_id, row in rows["sale"].items():
        must(
            earned[sale_id] == paid[sale_id],
            "I3",
            f"sale {sale_id} earned {earned[sale_id]}, its lines are {paid[sale_id]}",
        )
        rounded = -ends[sale_id]["rounding"]
        must(rounded == row["rounding_minor"], "I3", f"sale {sale_id} rounds by {rounded}")


def check_balances(connection: Connection, name: str, owns: Owns) -> None:
    for table in SCHEMA.tables.values():
        if table.balances:
            moves = [dict(row) for row in connection.execute(select(table.table)).mappings()]
            for balance in table.balances:
                _check_balance(connection, name, balance, moves, owns)


def _check_balance(
    connection: Connection,
    name: str,
    balance: Balance,
    moves: list[dict[str, Value]],
    owns: Owns,
) -> None:
    sums: dict[tuple[Value, ...], list[int]] = {}
    for row in moves:
        keys = tuple(row[key] for key in balance.keys)
        for place, column in enumerate((balance.to_column, balance.from_column)):
            end = row[column]
            if owns(str(end)):
                sums.setdefault((end, *keys), [0, 0])[place] += int_of(row[balance.amount])
    names = ("end", *balance.keys, "came_in", "went_out")
    kept = {
        tuple(row[:-2]): list(row[-2:])
        for row in connection.execute(select(*(balance.table.c[one] for one in names)))
        if any(row[-2:])
    }
    must(
        kept == sums,
        "I2",
        f"{name} {balance.table.name}: {difference(_plain(kept), _plain(sums))}",
    )


def _plain(sums: Mapping[tuple[Value, ...], list[int]]) -> dict[str, object]:
    return {"|".join(map(str, key)): value for key, value in sums.items()}


def check_totals(there: Connection) -> None:
    """Over all ends head office's balances are zero."""
    for table in SCHEMA.tables.values():
        for balance in table.balances:
            totals: Counter[tuple[Value, ...]] = Counter()
            columns = [balance.table.c[one] for one in (*balance.keys, "came_in", "went_out")]
            for row in there.execute(select(*columns)):
                totals[tuple(row[:-2])] += row[-2] - row[-1]
            wrong = {key: total for key, total in totals.items() if total}
            must(not wrong, "I2", f"HQ {balance.table.name} does not add to zero: {wrong}")


def int_of(value: Value) -> int:
    assert isinstance(value, int)
    return value


def difference(one: Mapping[K, object], other: Mapping[K, object]) -> str:
    """The first few keys in which two mappings differ."""
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    return "; ".join(f"{key}: {one.get(key)} / {other.get(key)}" for key in keys[:3])
