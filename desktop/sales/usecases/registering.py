"""The simple register as it is typed: lines found by code, the book beside them (I01)."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from sqlalchemy import Connection

from desktop.catalog.usecases import known
from desktop.channel.usecases import day_at, place_of
from desktop.sales.usecases.collecting import register
from desktop.store.drafts import draft_of, put_draft, remove_draft
from desktop.store.session import Session
from shared.catalog.queries import product
from shared.core.errors import RuleViolation
from shared.journal.document import Header
from shared.sales.queries.by_product import InTheBooks, in_the_books
from shared.stock.queries import on_hand_micro
from shared.stock.rules import location

DRAFT = "register/open"


class RegisterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A product and how many went out, in millionths; negative came back."""

    product_id: str
    code: str
    name: str
    unit: str
    qty_micro: int
    book_micro: int
    """What the books hold now, before this is posted."""

    @property
    def after_micro(self) -> int:
        """What the books will hold."""
        return self.book_micro - self.qty_micro


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """The open page."""

    from_day: str
    to_day: str
    rows: tuple[RegisterRow, ...] = ()


_DECODER = msgspec.json.Decoder(Register)


def open_register(session: Session) -> Register:
    """The page as it was left; a new one is of today."""
    content = draft_of(session.connection, DRAFT)
    if content:
        try:
            page = _DECODER.decode(content)
            if page.rows:
                return page
        except msgspec.MsgspecError:
            pass
    today = day_at(session, place_of(session))
    return Register(from_day=today, to_day=today)


def keep_register(session: Session, page: Register) -> Register:
    """Put the page on disk."""
    put_draft(session, DRAFT, msgspec.json.encode(page))
    return page


def periods(session: Session) -> dict[str, tuple[str, str]]:
    """The days a page may be for, the first and the last of them, in the order of F4: ``day`` is
    today, then ``week`` since Monday, and for what was forgotten or is put right ``yesterday`` and
    ``last_week``."""
    today = date.fromisoformat(day_at(session, place_of(session)))
    monday = today - timedelta(days=today.weekday())
    found = {
        "day": (today, today),
        "week": (monday, today),
        "yesterday": (today - timedelta(days=1),) * 2,
        "last_week": (monday - timedelta(days=7), monday - timedelta(days=1)),
    }
    if monday == today:
        # On a Monday the week is the day.
        del found["week"]
    return {name: (start.isoformat(), end.isoformat()) for name, (start, end) in found.items()}


def booked(connection: Connection, site_id: str, page: Register) -> InTheBooks:
    """What is in the books for the days of a page already."""
    return in_the_books(connection, site_id, page.from_day, page.to_day)


def register_row(session: Session, code: str, quantity: str = "1") -> RegisterRow:
    """What a scan or a typed code with its quantity means. Raises: RuleViolation PRODUCT_UNKNOWN,
    QUANTITY_UNREADABLE, QUANTITY_ZERO …"""
    site_id = session.identity.site_id
    found = known(session.connection, site_id, code, quantity)
    if not found.qty_micro:
        raise RuleViolation("QUANTITY_ZERO", product_id=found.product_id)
    goods = product(session.connection, found.product_id)
    assert goods is not None
    return RegisterRow(
        product_id=found.product_id,
        code=goods.code,
        name=goods.name,
        unit=goods.base_unit,
        qty_micro=found.qty_micro,
        book_micro=book_micro(session.connection, site_id, found.product_id),
    )


def book_micro(connection: Connection, site_id: str, product_id: str) -> int:
    """What the books hold of a product at a site, in millionths."""
    return on_hand_micro(connection, location(site_id), product_id)


def post_register(session: Session, page: Register) -> Header:
    """Post the page and begin a new one. Raises as ``register``."""
    lines: Sequence[tuple[str, int]] = [(row.product_id, row.qty_micro) for row in page.rows]
    header = register(session, lines, from_day=page.from_day, to_day=page.to_day)
    remove_draft(session, DRAFT)
    return header
