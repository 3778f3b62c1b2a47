"""Small acts of a supervisor: reasons kept while they are keyed, products drawn by lot."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from desktop.access.usecases import require
from desktop.channel.usecases import place_of
from desktop.store.drafts import draft_of, put_draft
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.stock.rules import location
from shared.stocktake.queries.books import held_products
from shared.stocktake.rules import REASONS


def reasons_of(connection: Connection, count_id: str) -> dict[str, str]:
    """The reasons keyed so far, by product."""
    found = draft_of(connection, _key(count_id))
    return msgspec.json.decode(found, type=dict[str, str]) if found else {}


def keep_reasons(session: Session, count_id: str, reasons: Mapping[str, str]) -> None:
    """Keep the reasons until the count is posted. Raises: RuleViolation REASON_UNKNOWN."""
    for reason in reasons.values():
        if reason not in REASONS:
            raise RuleViolation("REASON_UNKNOWN", reason=reason[:40])
    put_draft(session, _key(count_id), msgspec.json.encode(dict(reasons)))


def draw_products(session: Session, number: int, *, site_id: str = "") -> list[str]:
    """So many products of those the site holds, drawn by lot (H03); all when there are fewer.

    Raises: RuleViolation NUMBER_BAD, NOTHING_IN_STOCK; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session, site_id)
    require(session, "count.open", site_id=place.site_id)
    if number < 1:
        raise RuleViolation("NUMBER_BAD")
    held = held_products(session.connection, location(place.site_id))
    if not held:
        raise RuleViolation("NOTHING_IN_STOCK")
    # Each product draws 8 bytes; the lowest are taken.
    lots = session.randomness.bytes(8 * len(held))
    drawn = sorted(range(len(held)), key=lambda at: lots[8 * at : 8 * at + 8])[:number]
    return sorted(held[at] for at in drawn)


def _key(count_id: str) -> str:
    return f"count/{count_id}/reasons"
