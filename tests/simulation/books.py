"""What must add up: balances (I2), entries (I3), numbers (I6), sales (I8), decisions (I13)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from shared.areas import REGISTRY, SCHEMA
from shared.core.money import line_amount_minor
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
from shared.sales.documents import Sale
from shared.sync.replica import Owns
from shared.sync.tables import Balance
from tests.simulation.edges import SimDisk
from tests.simulation.reading import Held, Rows
from tests.simulation.stage import must

Told = Sequence[tuple[Slot, Document]]
"""Documents with their slots, in the order of device, incarnation and slot."""
K = TypeVar("K")
_REQUESTS = (
    OrderCancelRequested,
    OrderDecisionRequested,
    OrderRevisionRequested,
    OrderRevisionAnswered,
)
_ANSWERS = (OrderDecided, OrderRevised, OrderRevisionSettled, RequestRefused)
_LEDGERS = [(table, balance) for table in SCHEMA.tables.values() for balance in table.balances]
_NO_ROWS: Mapping[str, Held] = {}


# I2: balances


def check_balances(disk: SimDisk, rows: Rows, name: str, owns: Owns) -> None:
    """I2: each kept balance is the sum of its moves; on devices opening rows stand for some."""
    for table, balance in _LEDGERS:
        opened = _NO_ROWS if name == "HQ" else rows.get(balance.openings, _NO_ROWS)
        moves = [*rows[table.name].values(), *opened.values()]
        _check_balance(disk, name, balance, moves, owns)


def check_openings(rows: Rows) -> None:
    """Each opening row is the sum of the rows that were closed with its month and key."""
    for table in SCHEMA.tables.values():
        opens = table.opens
        if opens is None:
            continue
        sums: Counter[tuple[Value, ...]] = Counter()
        for held in rows[opens.table].values():
            row = held.fact.values
            if row["period"]:
                key = (row["site_id"], row["period"], *(row[name] for name in opens.keys))
                sums[key] += int_of(row[opens.amount])
        told: Counter[tuple[Value, ...]] = Counter()
        for held in rows[table.name].values():
            row = held.fact.values
            key = (row["site_id"], row["month"], *(row[name] for name in opens.keys))
            told[key] += int_of(row[opens.amount])
        must(told == sums, "I2", f"HQ {table.name}: {difference(_by_key(told), _by_key(sums))}")


def _by_key(sums: Mapping[tuple[Value, ...], int]) -> dict[str, object]:
    return {"|".join(map(str, key)): value for key, value in sums.items()}


def _check_balance(
    disk: SimDisk, name: str, balance: Balance, moves: Iterable[Held], owns: Owns
) -> None:
    sums: dict[tuple[Value, ...], list[int]] = {}
    owned: dict[Value, bool] = {}
    for row in moves:
        values = row.fact.values
        keys = tuple(values[key] for key in balance.keys)
        for place, column in enumerate((balance.to_column, balance.from_column)):
            end = values[column]
            if end not in owned:
                owned[end] = owns(str(end))
            if owned[end]:
                sums.setdefault((end, *keys), [0, 0])[place] += int_of(values[balance.amount])
    kept = {
        row[:-2]: [int_of(one) for one in row[-2:]] for row in _sums(disk, balance) if any(row[-2:])
    }
    if kept != sums:
        told = difference(_plain(kept), _plain(sums))
        must(False, "I2", f"{name} {balance.table.name}: {told}")


def _sums(disk: SimDisk, balance: Balance) -> list[tuple[Value, ...]]:
    names = ", ".join(f'"{one}"' for one in ("end", *balance.keys, "came_in", "went_out"))
    return disk.look(f'SELECT {names} FROM "{balance.table.name}"')


def _plain(sums: Mapping[tuple[Value, ...], list[int]]) -> dict[str, object]:
    return {"|".join(map(str, key)): value for key, value in sums.items()}


def check_totals(disk: SimDisk) -> None:
    """I2: over all ends head office's balances are zero."""
    for _, balance in _LEDGERS:
        totals: Counter[tuple[Value, ...]] = Counter()
        for row in _sums(disk, balance):
            totals[row[1:-2]] += int_of(row[-2]) - int_of(row[-1])
        wrong = {key: total for key, total in totals.items() if total}
        must(not wrong, "I2", f"HQ {balance.table.name} does not add to zero: {wrong}")


# I3 and I8: money


def check_entries(rows: Rows) -> None:
    """I3: what a sale earned is what was paid, is owed, was rounded, and does not fit."""
    paid: Counter[Value] = Counter()
    earned: Counter[Value] = Counter()
    ends: dict[Value, Counter[Value]] = defaultdict(Counter)
    for held in rows["account_entry"].values():
        row = held.fact.values
        document, amount = row["document"], int_of(row["amount_minor"])
        must(amount > 0, "I3", f"entry of {document} is {amount}")
        for end, sign in ((row["debit_account"], 1), (row["credit_account"], -1)):
            ends[document][end] += sign * amount
            if str(end).endswith("/revenue"):
                earned[document] -= sign * amount
    for held in rows["sale_line"].values():
        paid[held.fact.values["document"]] += int_of(held.fact.values["amount_minor"])
    for document, sums in ends.items():
        must(sum(sums.values()) == 0, "I3", f"{document} does not balance")
    for sale_id, held in rows["sale"].items():
        told = f"sale {sale_id} earned {earned[sale_id]}, its lines are {paid[sale_id]}"
        must(earned[sale_id] == paid[sale_id], "I3", told)
        rounded = -ends[sale_id]["rounding"]
        is_rounded = rounded == held.fact.values["rounding_minor"]
        must(is_rounded, "I3", f"sale {sale_id} rounds by {rounded}")


def check_recomputed(documents: Told, rows: Rows) -> None:
    """I8: each sale comes to the same cent from what is stored, and its rows say the same."""
    lines: dict[Value, Counter[str]] = defaultdict(Counter)
    for held in rows["sale_line"].values():
        row = held.fact.values
        for name in ("amount_minor", "qty_micro"):
            lines[row["document"]][name] += int_of(row[name])
    for _, document in documents:
        body = document.body
        if not isinstance(body, Sale):
            continue
        sale_id = document.header.uid.hex()
        for line in body.lines:
            whole = line_amount_minor(line.qty_micro, line.unit_price_micro, body.currency)
            is_same = line.amount_minor == whole - line.discount_minor
            must(is_same, "I8", f"sale {sale_id}: a line is {line.amount_minor} and not {whole}")
        amount = sum(line.amount_minor for line in body.lines)
        is_sum = body.total_minor == amount + body.rounding_minor
        must(is_sum, "I8", f"sale {sale_id} is {body.total_minor}, its lines are {amount}")
        stands = rows["sale"][sale_id].fact.values["total_minor"]
        pieces = sum(line.qty_micro for line in body.lines)
        found = (stands, lines[sale_id]["amount_minor"], lines[sale_id]["qty_micro"])
        is_kept = found == (body.total_minor, amount, pieces)
        must(is_kept, "I8", f"sale {sale_id} stands as {found}")


# I6: numbers


def check_series(documents: Told) -> None:
    """I6 of journals nobody copied: 1..n per device and series, in the order of the slots."""
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


def check_copied_series(documents: Told, is_destroyed: bool) -> list[str]:
    """I6 of a disk that was copied: no gap but of what was destroyed; the doubled ones."""
    numbers: dict[str, dict[int, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for _, document in documents:
        if document.header.number:
            before, _, running = document.header.number.rpartition("-")
            # Whatever site a document names: the series is the device's.
            series, tag = before.partition("-")[0], before.rpartition("-")[2]
            numbers[f"{series} {tag}"][int(running)].add(document.header.uid)
    doubled = []
    for prefix, found in numbers.items():
        is_whole = is_destroyed or sorted(found) == list(range(1, len(found) + 1))
        must(is_whole, "I6", f"{prefix} has a gap: {sorted(found)}")
        doubled += [f"{prefix}-{n:06d}" for n, uids in found.items() if len(uids) > 1]
    return doubled


# I13: decisions


def check_decisions(documents: Told, *, in_order: bool) -> None:
    """I13: every request one answer, every order one decision, every version one word.

    ``in_order`` where head office has one journal: several workers have one each, and what came
    back to a restored one stands before what it said since.
    """
    asked: list[Header] = []
    answers: Counter[bytes] = Counter()
    decided: Counter[bytes] = Counter()
    versions: Counter[str] = Counter()
    numbers: list[int] = []
    settled: Counter[tuple[bytes, int]] = Counter()
    seen = {
        document.header.uid: document.body.seen_revision
        for _, document in documents
        if isinstance(document.body, OrderRevisionAnswered)
    }
    for _, document in documents:
        body = document.body
        if isinstance(body, OrderRevisionSettled):
            settled[body.order_uid, body.revision] += 1
            before = body.order_revision - 1
            told = seen.get(document.header.predecessor, before)
            must(told == before, "I13", f"an answer to {told} settled what came after it")
        if isinstance(body, _REQUESTS):
            asked.append(document.header)
        elif isinstance(body, _ANSWERS):
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
    _must_be_once(decided, "order {} was decided {} times")
    _must_be_once(versions, "version {} has {} answers")
    revisions = {f"{uid.hex()}/{revision}": times for (uid, revision), times in settled.items()}
    _must_be_once(revisions, "revision {} was settled {} times")
    found = numbers if in_order else sorted(numbers)
    must(found == list(range(1, len(numbers) + 1)), "I13", f"versions are numbered {numbers}")


def _must_be_once(times: Mapping[bytes, int] | Mapping[str, int], told: str) -> None:
    for name, count in times.items():
        text = name.hex() if isinstance(name, bytes) else name
        must(count == 1, "I13", told.format(text, count))


def int_of(value: Value) -> int:
    """A column that holds whole numbers."""
    assert isinstance(value, int)
    return value


def difference(one: Mapping[K, object], other: Mapping[K, object]) -> str:
    """The first few keys in which two mappings differ."""
    keys: Collection[K] = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    return "; ".join(f"{key}: {one.get(key)} / {other.get(key)}" for key in list(keys)[:3])
