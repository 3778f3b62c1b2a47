"""Orders changed after they were granted, and devices that tell which prices they have."""

import random

from sqlalchemy import select

from desktop.store.session import Session
from shared.ordering.documents import (
    OrderRevisionAnswered,
    OrderRevisionRequested,
    RevisionChange,
)
from shared.ordering.queries import lines
from shared.ordering.tables import channel_order
from shared.pricing.documents import PriceVersionsMarked, VersionMark
from shared.pricing.queries.delivery import version_progress
from tests.simulation.house import ACCOUNT_OF
from tests.simulation.selling import PIECE, NothingToDo, some

_GRANTED = ("accepted", "partial", "revised")


def revise(session: Session, chance: random.Random, uid: bytes) -> None:
    """The supplier changes a date, a quantity or the goods; others may do so at another desk."""
    supplier = ACCOUNT_OF.get(session.identity.site_id, "")
    c = channel_order.c
    found = session.connection.execute(
        select(channel_order).where(c.decided.in_(_GRANTED), c.supplier == supplier).order_by(c.id)
    ).all()
    if not found:
        raise NothingToDo
    row = chance.choice(found)
    held = lines(session.connection, row.id)
    if not held:
        raise NothingToDo
    line = chance.choice(held)
    change = chance.choice(
        (
            RevisionChange(line_no=line.line_no, delivery_date=f"2025-12-{chance.randint(1, 28)}"),
            RevisionChange(
                line_no=line.line_no,
                accepted_micro=max(line.accepted_micro - PIECE, 0),
                reason="SHORT",
            ),
            RevisionChange(
                line_no=line.line_no,
                product_id=some(chance),
                unit_price_micro=chance.randint(1, 60) * 1_000_000,
                reason="DISCONTINUED",
            ),
        )
    )
    session.append(
        OrderRevisionRequested(
            order_uid=bytes.fromhex(row.id),
            account_id=row.account_id,
            seen_revision=row.revision,
            lines=[change],
            supplier=row.supplier,
        ),
        uid=uid,
    )


def answer(session: Session, chance: random.Random, uid: bytes) -> None:
    """The account says yes or no to a revision, which may have been replaced meanwhile."""
    own = ACCOUNT_OF.get(session.identity.site_id)
    c = channel_order.c
    found = session.connection.execute(
        select(channel_order).where(c.decided == "revised", c.account_id == own).order_by(c.id)
    ).all()
    if own is None or not found:
        raise NothingToDo
    row = chance.choice(found)
    session.append(
        OrderRevisionAnswered(
            order_uid=bytes.fromhex(row.id),
            account_id=row.account_id,
            seen_revision=row.revision,
            is_confirmed=chance.random() < 0.7,
            supplier=row.supplier,
        ),
        uid=uid,
    )


def tell_prices(session: Session, _chance: random.Random, uid: bytes) -> None:
    """The device writes down which versions arrived and which one it prices by."""
    identity = session.identity
    found = version_progress(
        session.connection, identity.device_id, identity.site_id, session.now_us
    )
    if not found.reached:
        raise NothingToDo
    marks = tuple(
        VersionMark(
            version_id=one.version_id,
            sales_org_id=one.sales_org_id,
            number=one.number,
            stages=tuple(stage.value for stage in one.stages),
        )
        for one in found.reached
    )
    session.append(PriceVersionsMarked(marks=marks), uid=uid)
