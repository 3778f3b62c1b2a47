"""The book of each product at its own instant, and the posted figures that stand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from shared.closing.queries import check_instant
from shared.stock.rules import site_of
from shared.stock.tables import stock_balance, stock_move
from shared.stocktake.tables import (
    count_line,
)

_CHUNK = 500


def books_at(connection: Connection, place: str, instants: Mapping[str, int]) -> dict[str, int]:
    """The book of each product at its own instant (H07): what is held now less what came after.

    A movement at the very instant counts as before it. Raises: RuleViolation DETAIL_AT_HEAD_OFFICE
    on a device, for an instant of a closed month.
    """
    if instants:
        check_instant(connection, site_of(place), min(instants.values()))
    book = dict.fromkeys(instants, 0)
    for some in _chunks(instants):
        held = func.sum(stock_balance.c.came_in - stock_balance.c.went_out)
        balances = (
            select(stock_balance.c.product_id, held)
            .where(stock_balance.c.end == place, stock_balance.c.product_id.in_(some))
            .group_by(stock_balance.c.product_id)
        )
        for product_id, qty in connection.execute(balances):
            book[product_id] += int(qty)
        m = stock_move.c
        later = select(
            m.product_id, m.happened_at_us, m.qty_micro, m.from_location, m.to_location
        ).where(
            m.product_id.in_(some),
            (m.from_location == place) | (m.to_location == place),
            m.happened_at_us > min(instants[product_id] for product_id in some),
        )
        for row in connection.execute(later):
            if row.happened_at_us > instants[row.product_id]:
                came = (row.to_location == place) - (row.from_location == place)
                book[row.product_id] -= came * row.qty_micro
    return book


def _chunks(names: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(names)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def held_products(connection: Connection, place: str) -> list[str]:
    """The products a location holds anything of just now, below zero too, by id."""
    held = func.sum(stock_balance.c.came_in - stock_balance.c.went_out)
    statement = (
        select(stock_balance.c.product_id)
        .where(stock_balance.c.end == place)
        .group_by(stock_balance.c.product_id)
        .having(held != 0)
    )
    return sorted(connection.execute(statement).scalars())


def ever_held(connection: Connection, place: str) -> list[str]:
    """The products a location ever held, also what the book says is gone, by id."""
    statement = select(stock_balance.c.product_id).where(stock_balance.c.end == place).distinct()
    return sorted(connection.execute(statement).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCount:
    """The instant and figure that stand for a product after a posted count."""

    count_id: str
    product_id: str
    counted_at_us: int
    counted_micro: int


def has_counts(connection: Connection, place: str) -> bool:
    """Whether any count of this location was ever posted."""
    statement = select(count_line.c.id).where(count_line.c.location == place).limit(1)
    return connection.execute(statement).first() is not None


def counts_since(
    connection: Connection, place: str, since_us: Mapping[str, int]
) -> dict[str, Sequence[PostedCount]]:
    """Per product, the posted figures at or after its instant, oldest first.

    Of several figures for one instant the one posted last stands.
    """
    found: dict[str, dict[int, PostedCount]] = {}
    for some in _chunks(since_us):
        statement = (
            select(count_line)
            .where(
                count_line.c.location == place,
                count_line.c.product_id.in_(some),
                count_line.c.counted_at_us >= min(since_us[name] for name in some),
            )
            .order_by(count_line.c.counted_at_us, count_line.c.posted_at_us, count_line.c.id)
        )
        for row in connection.execute(statement):
            if row.counted_at_us >= since_us[row.product_id]:
                found.setdefault(row.product_id, {})[row.counted_at_us] = PostedCount(
                    count_id=row.count_id,
                    product_id=row.product_id,
                    counted_at_us=row.counted_at_us,
                    counted_micro=row.counted_micro,
                )
    return {name: list(by_instant.values()) for name, by_instant in found.items()}


def book_between(
    connection: Connection, place: str, instants: Collection[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    """The book of (product, instant) pairs; one product may be asked at several instants."""
    found: dict[tuple[str, int], int] = {}
    waiting = sorted(set(instants))
    while waiting:
        round_of: dict[str, int] = {}
        later = []
        for product_id, at_us in waiting:
            if product_id in round_of:
                later.append((product_id, at_us))
            else:
                round_of[product_id] = at_us
        books = books_at(connection, place, round_of)
        found |= {(name, at_us): books[name] for name, at_us in round_of.items()}
        waiting = later
    return found
