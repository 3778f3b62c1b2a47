"""A movement as it is put together: type, goods, what the type asks for; kept while it is open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from desktop.stock.usecases import (
    Goods,
    GoodsName,
    PartyName,
    Sources,
    TypeView,
    goods_named,
    move,
    on_hand_after,
    parties,
    read_movements,
    sites_to_send_to,
    types_to_choose,
)
from desktop.store.desk import Desk
from desktop.store.drafts import draft_of, put_draft, remove_draft
from desktop.watched import Watched
from shared.core.errors import AccessDenied, RuleViolation
from shared.core.quantity import parse_quantity
from shared.journal.document import Header
from shared.stock.queries import MovementView
from shared.stock.rules import Direction, expiry_typed, lot_until

_EXPIRY: Final = re.compile(r"20[0-9]{2}[-./][0-9]{1,2}([-./][0-9]{1,2})?")
"""A last word that can be no quantity."""


@dataclass(slots=True, kw_only=True)
class MoveRow:
    """Goods of the movement, in millionths of the base unit."""

    goods: GoodsName
    qty_micro: int
    expires_on: str = ""
    """The last good day of what comes in, as an ISO date; '' where nobody says (B09)."""
    book_micro: int | None = None
    """What the site holds of it after posting; None before, and while counting blind."""


class _Kept(msgspec.Struct, kw_only=True):
    """What is on disk of an open movement."""

    type_id: str
    lines: list[tuple[str, int]]
    reason: str = ""
    party_id: str = ""
    note: str = ""
    expiries: list[str] = []
    """By line; shorter where the draft is older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMove:
    """A movement that was posted, for the screen and for paper."""

    header: Header
    type: TypeView
    lines: tuple[MoveRow, ...]


class MovingModel(Watched):
    """One movement of one person."""

    def __init__(self, desk: Desk, sources: Sources, site_id: str, person_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._sources = sources
        self.site_id = site_id
        self.person_id = person_id
        self.types: Sequence[TypeView] = desk.read(types_to_choose)
        self.parties: Sequence[PartyName] = desk.read(parties, site_id)
        self.history: Sequence[MovementView] = ()
        self.names = {one.party_id: one.name for one in self.parties}
        self.names |= {one.site_id: one.name for one in desk.read(sites_to_send_to, site_id)}
        self.type: TypeView | None = None
        self.lines: list[MoveRow] = []
        self.reason = ""
        self.party_id = ""
        self.note = ""
        self.posted: PostedMove | None = None
        self._take_up()

    async def load(self) -> None:
        """Read what was moved before."""
        self.history = await self._desk.fetch(read_movements, self.site_id)
        self.changed()

    # putting it together

    def choose(self, type_id: str) -> None:
        """Move goods by this type; what is on the list already stays."""
        self.type = next((one for one in self.types if one.rule.id == type_id), None)
        self.posted = None
        self._keep()

    def add(self, code: str, quantity: str = "1", expiry: str = "") -> MoveRow:
        """Take goods onto the list; the same goods again add up, apart by expiry where one is
        said.

        Raises: RuleViolation PRODUCT_UNKNOWN, QUANTITY_UNREADABLE, UNKNOWN_UNIT,
        EXPIRY_UNREADABLE.
        """
        until = expiry_typed(expiry)
        goods, qty = self._desk.read(goods_named, self.site_id, code, quantity)
        same = [one for one in self.lines if one.goods.product_id == goods.product_id]
        # A code that is scanned says no expiry: it goes where the last piece of it went.
        fitting = [one for one in same if one.expires_on == until] if until else same[-1:]
        if fitting:
            found = fitting[0]
        else:
            found = MoveRow(goods=goods, qty_micro=0, expires_on=until)
            self.lines.append(found)
        found.qty_micro += qty
        self._keep()
        return found

    def typed(self, text: str) -> MoveRow:
        """``code``, ``code quantity``, and for goods that come in an expiry behind it:
        ``010101 2箱3支 2027-05``."""
        code, _, rest = text.strip().partition(" ")
        quantity, _, last = rest.strip().rpartition(" ")
        if self.asks_expiry and _EXPIRY.fullmatch(last):
            return self.add(code, quantity.strip() or "1", last)
        return self.add(code, rest.strip() or "1")

    @property
    def asks_expiry(self) -> bool:
        """Whether goods come in, whose last good day may be said."""
        return self.type is not None and is_in(self.type)

    def set_expiry(self, row: MoveRow, text: str) -> None:
        """Until when goods that come in are good; '' takes it back.

        Raises: RuleViolation EXPIRY_UNREADABLE.
        """
        row.expires_on = expiry_typed(text)
        self._keep()

    def set_qty(self, row: MoveRow, text: str) -> None:
        """Another quantity. Raises: RuleViolation QUANTITY_UNREADABLE, QUANTITY_NOT_POSITIVE."""
        qty = parse_quantity(text, row.goods.packs)
        if qty <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", product_id=row.goods.code)
        row.qty_micro = qty
        self._keep()

    def remove(self, row: MoveRow) -> None:
        """Take goods off the list."""
        self.lines.remove(row)
        self._keep()

    def say(
        self, *, reason: str | None = None, party_id: str | None = None, note: str | None = None
    ) -> None:
        """What the type asks for, and a note."""
        self.reason = self.reason if reason is None else reason
        self.party_id = self.party_id if party_id is None else party_id
        self.note = self.note if note is None else note
        self._keep()

    def drop(self) -> None:
        """Give the movement up."""
        self._clear()
        self._desk.do_now(remove_draft, self._key)
        self.changed()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost."""
        return not self.lines

    # posting

    @property
    def needs_approval(self) -> bool:
        """Whether another person has to sign."""
        return self.type is not None and self.type.rule.needs_approval

    def check(self) -> None:
        """What is missing, before anybody is asked to sign.

        Raises: RuleViolation NO_LINES, REASON_MISSING, PARTY_MISSING.
        """
        if self.type is None or not self.lines:
            raise RuleViolation("NO_LINES")
        rule = self.type.rule
        if rule.needs_reason and not self.reason.strip():
            raise RuleViolation("REASON_MISSING", movement_type=rule.id)
        if rule.needs_party and not self.party_id:
            raise RuleViolation("PARTY_MISSING", movement_type=rule.id)

    async def post(self, approver_id: str = "") -> PostedMove:
        """Post it, and show the book after it to who may see it. Raises: what ``move`` raises."""
        self.check()
        assert self.type is not None
        goods = [
            Goods(
                product_id=one.goods.product_id,
                qty_micro=one.qty_micro,
                lot=lot_until(one.expires_on) if self.asks_expiry else "",
            )
            for one in self.lines
        ]
        header = await self._desk.do(
            move,
            self.type.rule.id,
            goods,
            reason=self.reason.strip(),
            party_id=self.party_id,
            approver_id=approver_id,
            note=self.note.strip(),
        )
        books = await self._books([one.product_id for one in goods])
        for row in self.lines:
            row.book_micro = books.get(row.goods.product_id)
        posted = PostedMove(header=header, type=self.type, lines=tuple(self.lines))
        self._clear()
        self.posted = posted
        await self._desk.do(remove_draft, self._key)
        await self.load()
        return posted

    async def _books(self, product_ids: Sequence[str]) -> Mapping[str, int]:
        try:
            return await self._desk.fetch(
                on_hand_after, self._sources, self.site_id, product_ids, self.person_id
            )
        except AccessDenied:
            return {}

    # the draft

    @property
    def _key(self) -> str:
        return f"movement/{self.person_id}"

    def _clear(self) -> None:
        self.type, self.lines = None, []
        self.reason = self.party_id = self.note = ""

    def _keep(self) -> None:
        kept = _Kept(
            type_id=self.type.rule.id if self.type else "",
            lines=[(one.goods.product_id, one.qty_micro) for one in self.lines],
            reason=self.reason,
            party_id=self.party_id,
            note=self.note,
            expiries=[one.expires_on for one in self.lines],
        )
        self._desk.do_now(put_draft, self._key, msgspec.json.encode(kept))
        self.changed()

    def _take_up(self) -> None:
        found = self._desk.read(draft_of, self._key)
        if found is None:
            return
        kept = msgspec.json.decode(found, type=_Kept)
        self.type = next((one for one in self.types if one.rule.id == kept.type_id), None)
        self.reason, self.party_id, self.note = kept.reason, kept.party_id, kept.note
        expiries = [*kept.expiries, *[""] * (len(kept.lines) - len(kept.expiries))]
        for (product_id, qty), until in zip(kept.lines, expiries, strict=True):
            goods, _one = self._desk.read(goods_named, self.site_id, product_id)
            self.lines.append(MoveRow(goods=goods, qty_micro=qty, expires_on=until))


def is_in(one: TypeView) -> bool:
    """Whether goods come in by this type."""
    return one.rule.direction is Direction.IN
