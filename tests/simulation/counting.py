"""Counts while others sell, and tasks that somebody closes."""

import random

from sqlalchemy import select

from desktop.store.session import Session
from shared.stock.rules import location
from shared.stocktake.documents import (
    CountApproved,
    CountedLine,
    CountOpened,
    CountPosted,
    CountRevealed,
    CountZone,
    PostedLine,
    RecountAsked,
    RecountLine,
    ZoneCounted,
)
from shared.stocktake.queries import books_at
from shared.stocktake.rules import seal
from shared.stocktake.tables import stock_count, zone_line
from shared.tasks.documents import TaskClosed
from shared.tasks.tables import task
from tests.simulation.house import PRODUCTS
from tests.simulation.selling import PIECE, NothingToDo, some


def _counts(session: Session, *, is_revealed: bool | None = None) -> list[str]:
    """The counts this device believes to be open."""
    query = select(stock_count.c.id, stock_count.c.revealed_at_us).where(
        stock_count.c.site_id == session.identity.site_id, stock_count.c.posted == ""
    )
    rows = session.connection.execute(query.order_by(stock_count.c.id))
    return [
        row.id for row in rows if is_revealed is None or bool(row.revealed_at_us) == is_revealed
    ]


def _one(chance: random.Random, found: list[str]) -> str:
    if not found:
        raise NothingToDo
    return chance.choice(found)


def open_count(session: Session, chance: random.Random, uid: bytes) -> None:
    """A blind count of a few products, or the opening one."""
    scope = chance.choice(("spot", "opening", "opening"))
    session.append(
        CountOpened(
            scope=scope,
            mode="blind",
            zones=[CountZone(zone_id="A"), CountZone(zone_id="B")],
            product_ids=[] if scope == "opening" else list(PRODUCTS[:2]),
        ),
        uid=uid,
    )


def count_zone(session: Session, chance: random.Random, uid: bytes) -> None:
    """A sealed sheet with instants of its own; now and then the seal is wrong."""
    count_id = _one(chance, _counts(session))
    now_us = session.now_us
    lines = [
        CountedLine(
            product_id=product_id,
            qty_micro=chance.randint(0, 20) * PIECE,
            counted_at_us=now_us - chance.randrange(120_000_000),
        )
        for product_id in PRODUCTS[:2]
    ]
    parts = [(one.product_id, "", "", one.qty_micro, one.counted_at_us) for one in lines]
    stamped = seal(parts) if chance.random() < 0.9 else bytes(32)
    session.append(
        ZoneCounted(
            count_uid=bytes.fromhex(count_id),
            zone_id=chance.choice("AB"),
            lines=lines,
            seal=stamped,
            is_recount=chance.random() < 0.2,
        ),
        uid=uid,
    )


def reveal(session: Session, chance: random.Random, uid: bytes) -> None:
    """Somebody looks."""
    count_id = _one(chance, _counts(session, is_revealed=False))
    session.append(CountRevealed(count_uid=bytes.fromhex(count_id)), uid=uid)


def ask_again(session: Session, chance: random.Random, uid: bytes) -> None:
    """A line goes to another person."""
    count_id = _one(chance, _counts(session, is_revealed=True))
    line = RecountLine(zone_id="A", product_id=some(chance))
    session.append(RecountAsked(count_uid=bytes.fromhex(count_id), lines=[line]), uid=uid)


def post_count(session: Session, chance: random.Random, uid: bytes) -> None:
    """The count becomes stock; two tills may both do it, and sales that came first arrive late."""
    count_id = _one(chance, _counts(session))
    rows = session.connection.execute(
        select(zone_line).where(zone_line.c.count_id == count_id).order_by(zone_line.c.id)
    ).all()
    if not rows:
        raise NothingToDo
    counted: dict[str, tuple[int, int]] = {}
    for row in rows:
        held, _ = counted.get(row.product_id, (0, 0))
        counted[row.product_id] = (held + row.qty_micro, row.counted_at_us)
    here = location(session.identity.site_id)
    instants = {product_id: at_us for product_id, (_, at_us) in counted.items()}
    books = books_at(session.connection, here, instants)
    lines = [
        PostedLine(
            product_id=product_id,
            counted_at_us=at_us,
            book_micro=books[product_id],
            counted_micro=qty,
            unit_value_micro=10 * PIECE,
        )
        for product_id, (qty, at_us) in sorted(counted.items())
    ]
    scope = session.connection.execute(
        select(stock_count.c.scope).where(stock_count.c.id == count_id)
    ).scalar_one()
    uid_of_count = bytes.fromhex(count_id)
    session.append(CountApproved(count_uid=uid_of_count, value_minor=0))
    session.append(CountPosted(count_uid=uid_of_count, scope=scope, lines=lines), uid=uid)


def close_task(session: Session, chance: random.Random, uid: bytes) -> None:
    """A person closes a task, which another person may close too, or trouble open again."""
    rows = session.connection.execute(
        select(task.c.code, task.c.subject, task.c.site_id)
        .where(task.c.state == "open")
        .order_by(task.c.id)
    ).all()
    own = [row for row in rows if row.site_id == session.identity.site_id]
    if not own:
        raise NothingToDo
    row = chance.choice(own)
    session.append(
        TaskClosed(code=row.code, subject=row.subject, site_id=row.site_id, reason="seen"), uid=uid
    )
