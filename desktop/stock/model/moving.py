"""A movement as it is put together: type, goods, what the type asks for; kept while it is open."""

from collections.abc import Mapping, Sequence

import msgspec

from desktop.stock.model.buying import (
    cost_of_amount,
    cost_typed,
    paste_rows,
    typed_line,
)
from desktop.stock.model.move_rows import (
    Buying,
    CostSum,
    KeptMove,
    MoveRow,
    PostedMove,
    cost_sum,
    is_in,
    kept_move,
    with_purchase,
)
from desktop.stock.usecases import (
    GoodsName,
    PartyName,
    Sources,
    SupplierName,
    TypeView,
    goods_meant,
    goods_named,
    goods_of,
    last_cost,
    move,
    on_hand_after,
    parties,
    read_movements,
    receive_purchase,
    sites_to_send_to,
    supplier_names,
    take_up_supplier,
    types_to_choose,
)
from desktop.stock.usecases.undoing import MovementPage, read_movement, undo_movement
from desktop.store.desk import Desk
from desktop.store.drafts import consuming, draft_of, put_draft, remove_draft
from desktop.watched import Watched
from shared.core.errors import AccessDenied, QutongError, RuleViolation
from shared.core.quantity import parse_quantity
from shared.core.text import fold
from shared.journal.document import Header
from shared.stock.queries import MovementView
from shared.stock.rules import MANY_MICRO, PURCHASE, expiry_typed, number_taken_back


class MovingModel(Watched):
    """One movement of one person."""

    def __init__(
        self,
        desk: Desk,
        sources: Sources,
        site_id: str,
        person_id: str,
        buying: Buying | None = None,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._sources = sources
        self.site_id = site_id
        self.person_id = person_id
        self.buying = buying or Buying()
        self.types: Sequence[TypeView] = with_purchase(
            desk.read(types_to_choose), self.buying.may_buy
        )
        self.suppliers: Sequence[SupplierName] = ()
        self.parties: Sequence[PartyName] = desk.read(parties, site_id)
        self.history: Sequence[MovementView] = ()
        self.names = {one.party_id: one.name for one in self.parties}
        self.names |= {one.site_id: one.name for one in desk.read(sites_to_send_to, site_id)}
        self.type: TypeView | None = None
        self.lines: list[MoveRow] = []
        self.reason = ""
        self.party_id = ""
        self.note = ""
        self.reference = ""
        self.posted: PostedMove | None = None
        self._past: list[KeptMove] = []
        self._take_up()

    async def load(self) -> None:
        """Read what was moved before, and whom goods are bought from."""
        self.history = await self._desk.fetch(read_movements, self.site_id)
        gone = {number_taken_back(f"{one.reason}{one.note}") for one in self.history}
        if self.posted is not None and self.posted.header.number in gone:
            self.posted = None
        self.parties = await self._desk.fetch(parties, self.site_id)
        if self.buying.may_buy:
            self.suppliers = await self._desk.fetch(supplier_names, self.site_id)
            self.names |= {one.supplier_id: one.name for one in self.suppliers}
        self.changed()

    # putting it together

    def choose(self, type_id: str) -> None:
        """Move goods by this type; what is on the list already stays."""
        self.type = next((one for one in self.types if one.rule.id == type_id), None)
        self.posted = None
        if self.is_buying and self.party_id not in {one.supplier_id for one in self.suppliers}:
            # Only the shop's own suppliers are bought from; other types name accounts too.
            self.party_id = ""
        for one in self.lines:
            self._know_cost(one)
        self._keep()

    def add(self, code: str, quantity: str = "1", expiry: str = "", cost: str = "") -> MoveRow:
        """Take goods onto the list; the same goods again add up, apart by expiry where one is
        said. What was bought costs what it did last, unless a cost is said.

        Raises: RuleViolation PRODUCT_UNKNOWN, QUANTITY_UNREADABLE, UNKNOWN_UNIT,
        EXPIRY_UNREADABLE, UNIT_PRICE_UNREADABLE.
        """
        until = expiry_typed(expiry)
        goods, qty = self._desk.read(goods_named, self.site_id, code, quantity)
        cost_micro = cost_typed(cost, goods.packs) if self.asks_costs else None
        self._remember()
        same = [one for one in self.lines if one.goods.product_id == goods.product_id]
        # A code that is scanned says no expiry: it goes where the last piece of it went.
        fitting = [one for one in same if one.expires_on == until] if until else same[-1:]
        if fitting:
            found = fitting[0]
        else:
            found = MoveRow(goods=goods, qty_micro=0, expires_on=until)
            self._know_cost(found)
            self.lines.append(found)
        found.qty_micro += qty
        if cost_micro is not None:
            found.cost_micro = cost_micro
        self._keep()
        return found

    def typed(self, text: str) -> MoveRow:
        """``code``, ``code quantity``; for goods that come in an expiry behind it, and for goods
        bought before that their cost: ``010101 2箱3支 36.50 2027-05``."""
        read = typed_line(text, with_expiry=self.asks_expiry, with_cost=self.asks_costs)
        return self.add(read.code, read.quantity, read.expiry, read.cost)

    def paste(self, rows: Sequence[Sequence[str]]) -> list[tuple[int, QutongError]]:
        """Take rows of cells: code, quantity, cost where one is asked for, expiry. What cannot be
        read is told by its row, counted from 1; a heading is none."""
        return paste_rows(rows, self.add, with_cost=self.asks_costs)

    def find(self, text: str) -> list[GoodsName]:
        """The goods meant by a few letters of a name or its pinyin; none for a whole code."""
        if len(text.strip()) < 2 or " " in text.strip():
            return []
        return self._desk.read(goods_meant, self.site_id, text.strip())

    # what was bought

    @property
    def is_buying(self) -> bool:
        """Whether goods were bought from others: suppliers, slips and costs are kept of them."""
        return self.buying.may_buy and self.type is not None and self.type.rule.id == PURCHASE

    @property
    def asks_costs(self) -> bool:
        """Whether what goods cost is asked for and shown."""
        return self.is_buying and self.buying.sees_costs

    def find_suppliers(self, text: str) -> list[SupplierName]:
        """Those bought from that fit a name, its pinyin initials, a code, the end of a phone."""
        clean = fold(text)
        return [one for one in self.suppliers if one.is_active and one.fits(clean)]

    @property
    def lacks_supplier(self) -> bool:
        """Whether one has to be named, and none is."""
        needs = self.type is not None and self.type.rule.needs_party
        return self.is_buying and needs and not self.party_id

    @property
    def supplier_name(self) -> str:
        """Whom it is bought from; '' where nobody is named."""
        return self.names.get(self.party_id, "") if self.is_buying else ""

    async def new_supplier(self, name: str) -> None:
        """Take up a supplier nobody stated yet, and buy from it.

        Raises: RuleViolation SUPPLIER_INCOMPLETE; AccessDenied NOT_PERMITTED.
        """
        supplier_id = await self._desk.do(take_up_supplier, name)
        await self.load()
        self.say(party_id=supplier_id)

    def set_cost(self, row: MoveRow, text: str) -> None:
        """What a base unit cost: ``3.5``, or ``42/箱`` of a pack.

        Raises: RuleViolation UNIT_PRICE_UNREADABLE, PRICE_NEGATIVE, UNKNOWN_UNIT.
        """
        row.cost_micro = cost_typed(text, row.goods.packs)
        self._keep()

    def set_amount(self, row: MoveRow, text: str) -> None:
        """What the whole line cost. Raises: RuleViolation MONEY_UNREADABLE, PRICE_NEGATIVE."""
        row.cost_micro = cost_of_amount(text, row.qty_micro, self.buying.currency)
        self._keep()

    @property
    def costs(self) -> CostSum:
        """What all lines come to, and of which of them somebody should think again."""
        return cost_sum(self.lines, self.buying.currency)

    def _know_cost(self, row: MoveRow) -> None:
        """What it cost last, and what it is sold for."""
        if self.asks_costs and row.cost_micro is None:
            row.cost_micro = self._desk.read(last_cost, self.site_id, row.goods.product_id)
        self._know_price(row)

    def _know_price(self, row: MoveRow) -> None:
        product_id, now_us = row.goods.product_id, self._desk.now_us
        if self.asks_costs and not row.retail_micro:
            found = self._desk.read(self._sources.values_of, self.site_id, [product_id], now_us)
            row.retail_micro = found.get(product_id, 0)

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
        self._remember()
        row.qty_micro = qty
        self._keep()

    def remove(self, row: MoveRow) -> None:
        """Take goods off the list."""
        self._remember()
        self.lines.remove(row)
        self._keep()

    def undo(self) -> bool:
        """Take the last change of the goods back; False when there is none."""
        if not self._past:
            return False
        self._put_back(self._past.pop())
        self._keep()
        return True

    def _remember(self) -> None:
        self._past = [*self._past[-99:], self._as_kept()]

    def say(
        self,
        *,
        reason: str | None = None,
        party_id: str | None = None,
        note: str | None = None,
        reference: str | None = None,
    ) -> None:
        """What the type asks for, a note, and the number of the supplier's slip."""
        self.reference = self.reference if reference is None else reference
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
    def many(self) -> list[MoveRow]:
        """What is so many that it looks like a slip of the fingers."""
        return [one for one in self.lines if one.qty_micro >= MANY_MICRO]

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
        """Post it, and show the book after it to who may see it.

        Raises: what ``move`` and ``receive_purchase`` raise.
        """
        self.check()
        assert self.type is not None
        header = await self._write(approver_id)
        posted = PostedMove(
            header=header,
            type=self.type,
            lines=tuple(self.lines),
            supplier=self.supplier_name,
            reference=self.reference.strip() if self.is_buying else "",
            amount_minor=self.costs.total_minor if self.asks_costs else None,
            currency=self.buying.currency,
        )
        # It is posted whatever comes: nothing that fails from here on leaves it to be posted again.
        self._clear()
        self.posted = posted
        self.changed()
        books = await self._books([one.goods.product_id for one in posted.lines])
        for row in posted.lines:
            row.book_micro = books.get(row.goods.product_id)
        await self.load()
        return posted

    async def _write(self, approver_id: str) -> Header:
        assert self.type is not None
        reason, note = self.reason.strip(), self.note.strip()
        if not self.is_buying:
            goods = [one.moved(with_expiry=self.asks_expiry) for one in self.lines]
            return await self._desk.do(
                consuming(self._key, move),
                self.type.rule.id,
                goods,
                reason=reason,
                party_id=self.party_id,
                approver_id=approver_id,
                note=note,
            )
        return await self._desk.do(
            consuming(self._key, receive_purchase),
            [one.bought(with_cost=self.asks_costs) for one in self.lines],
            supplier_id=self.party_id,
            reference=self.reference.strip(),
            note=" ".join(one for one in (reason, note) if one),
            approver_id=approver_id,
        )

    async def movement(self, document: str) -> MovementPage:
        """A movement made before, with its goods. Raises: RuleViolation MOVEMENT_UNKNOWN."""
        return await self._desk.fetch(read_movement, document, self.site_id)

    async def take_back(self, document: str, reason: str, approver_id: str = "") -> Header:
        """Take a movement back. Raises: what ``undo_movement`` raises."""
        header = await self._desk.do(
            undo_movement, document, reason=reason, approver_id=approver_id
        )
        await self.load()
        return header

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
        self.type, self.lines, self._past = None, [], []
        self.reason = self.party_id = self.note = self.reference = ""

    def _keep(self) -> None:
        self._desk.do_now(put_draft, self._key, msgspec.json.encode(self._as_kept()))
        self.changed()

    def _as_kept(self) -> KeptMove:
        said = (self.reason, self.party_id, self.note, self.reference)
        return kept_move(self.type, self.lines, *said)

    def _take_up(self) -> None:
        found = self._desk.read(draft_of, self._key)
        if found is None:
            return
        kept = msgspec.json.decode(found, type=KeptMove)
        self.type = next((one for one in self.types if one.rule.id == kept.type_id), None)
        self.reason, self.party_id, self.note = kept.reason, kept.party_id, kept.note
        self.reference = kept.reference
        self._put_back(kept)

    def _put_back(self, kept: KeptMove) -> None:
        self.lines = []
        for product_id, qty, until, cost in kept.rows():
            goods = self._desk.read(goods_of, product_id)
            row = MoveRow(goods=goods, qty_micro=qty, expires_on=until, cost_micro=cost)
            self._know_price(row)
            self.lines.append(row)
