"""Head office's order desk: what waits, with credit and stock beside each line; the decision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from desktop.ordering.model.desk_lines import DeskLine
from desktop.ordering.model.leaving import ToShip, to_ship
from desktop.ordering.usecases.deciding import (
    TO_DECIDE,
    OrderOnDesk,
    order_on_desk,
    orders_on_desk,
    stock_reported,
)
from desktop.ordering.usecases.delivering import Delivery, read_deliveries
from desktop.ordering.usecases.revising import revise_order
from desktop.ordering.usecases.supplying import decide_order, ship_order
from desktop.store.desk import Desk
from desktop.watched import Watched
from desktop.words.days import read_day
from shared.catalog.queries import packs_of
from shared.core.clock import HOME_ZONE, business_day
from shared.core.errors import QutongError
from shared.core.quantity import parse_quantity
from shared.core.rounding import MICRO
from shared.ordering.queries.orders import LineView, OrderView
from shared.ordering.rules import (
    Action,
    Credit,
    LineChange,
    LineGrant,
    Side,
    Tenders,
    tenders_taken,
)

REASONS: Final = ("OUT_OF_STOCK", "CREDIT", "DISCONTINUED", "PRICE", "MINIMUM", "OTHER")
"""Why a line gets less, in the order of the keys 1 to 6; stored as they are."""


@dataclass(slots=True)
class _Grant:
    qty_micro: int
    reason: str = ""
    delivery_date: str = ""
    because: str = ""


Detail = Callable[[str, dict[str, str]], Any]
"""Asks head office's server for a report this device does not hold."""


class OrderDesk(Watched):
    """Orders asked of head office, and the decision somebody is making about one of them."""

    def __init__(self, desk: Desk, detail: Detail | None = None, *, zone: str = HOME_ZONE) -> None:
        super().__init__()
        self._desk = desk
        self._zone = zone
        self._detail = detail
        self._stock: dict[str, dict[str, int]] | None = None
        """Sellable by site and product."""
        self.orders: Sequence[OrderView] = ()
        self.names: dict[str, str] = {}
        self.only_waiting = True
        self.chosen: OrderView | None = None
        self.wanted_id = ""
        """The order somebody went to; it is ``chosen`` as soon as it has been read."""
        self.account_name = ""
        self.credit: Credit | None = None
        self.sites: Sequence[tuple[str, str]] = ()
        self._read: OrderOnDesk | None = None
        self._grants: dict[int, _Grant] = {}
        self._listing = 0
        self._choosing = 0
        """What was asked for last counts: an answer that comes late changes nothing."""

    # the list

    async def refresh(self) -> None:
        """Read the orders again; the chosen one with them."""
        states = TO_DECIDE if self.only_waiting else frozenset()
        self._listing += 1
        wanted = self._listing
        found = await self._desk.fetch(orders_on_desk, states)
        if wanted != self._listing:
            return
        self.orders, self.names = found
        if self.wanted_id:
            await self.choose(self.wanted_id)
        else:
            self.changed()

    def waited_us(self, one: OrderView) -> int | None:
        """How long an order has waited for its decision; None once it has one."""
        waits = one.state in TO_DECIDE
        return max(self._desk.now_us - one.submitted_at_us, 0) if waits else None

    async def toggle_waiting(self) -> None:
        """All orders, or only those that wait for a decision."""
        self.only_waiting = not self.only_waiting
        await self.refresh()

    async def choose(self, order_id: str) -> None:
        """Look at an order; another one's unfinished decision is dropped."""
        self._choosing += 1
        wanted, self.wanted_id = self._choosing, order_id
        found = await self._desk.fetch(order_on_desk, order_id)
        if wanted != self._choosing:
            return
        if found is None:
            self.chosen, self.wanted_id = None, ""
            self.changed()
            return
        is_other = self.chosen is None or self.chosen.id != order_id
        self._read = found
        self.chosen, self.account_name = found.order, found.account_name
        self.credit, self.sites = found.credit, found.sites
        if is_other:
            self._grants = {}
        if is_other or found.stock is not None:
            self._stock = found.stock
        self.changed()
        if self._stock is None and self._detail is not None:
            await self._ask_stock(self._detail, wanted)

    async def _ask_stock(self, detail: Detail, wanted: int) -> None:
        """Ask the server what head office's own sites have; without it the stock stays open."""
        found: dict[str, dict[str, int]] = {}
        try:
            for site_id, _name in self.sites:
                report = await self._desk.work(detail, "stock_of_site", {"site_id": site_id})
                columns = (report.column(one) for one in ("location", "product_id", "qty_micro"))
                found[site_id] = stock_reported(site_id, list(zip(*columns, strict=True)))
        except QutongError:
            # Offline, or not granted: the person decides without it, as the empty column says.
            return
        if wanted == self._choosing:
            self._stock = found
            self.changed()

    # the decision

    @property
    def can_decide(self) -> bool:
        """Whether the chosen order waits for a decision."""
        return self._may(Action.DECIDE)

    @property
    def can_ship(self) -> bool:
        """Whether goods of the chosen order may leave."""
        return self._may(Action.SHIP)

    @property
    def can_revise(self) -> bool:
        """Whether what was granted may still be changed."""
        return self._may(Action.REVISE)

    def _may(self, action: Action) -> bool:
        return self.chosen is not None and action in self.chosen.actions(Side.SUPPLIER)

    @property
    def lines(self) -> list[DeskLine]:
        """The lines of the chosen order with what they would get."""
        if self._read is None or self.chosen is None:
            return []
        return [self._line(*one) for one in self._read.lines]

    def _line(self, line: LineView, code: str, name: str) -> DeskLine:
        grant = self._grants.get(line.line_no) or self._usual(line)
        kept = self._read.kept.get(line.line_no) if self._read else None
        return DeskLine(
            because=grant.because,
            kept_micro=kept.accepted_micro if kept and self.can_decide else None,
            kept_reason=kept.reason if kept and self.can_decide else "",
            kept_name=kept.because if kept and self.can_decide else "",
            policies=self._policies_of(line),
            line=line,
            code=code,
            name=name,
            stock_micro=self._held(line.product_id),
            granted_micro=grant.qty_micro,
            reason=grant.reason,
            delivery_date=grant.delivery_date,
            expected_price_micro=self._read.doubts.get(line.line_no) if self._read else None,
        )

    def _held(self, product_id: str) -> int | None:
        if self._stock is None:
            return None
        return sum(site.get(product_id, 0) for site in self._stock.values())

    def _usual(self, line: LineView) -> _Grant:
        """All of it; of a waiting line what its promotions and limits let through (D02)."""
        if not self.can_decide or self._read is None:
            return _Grant(line.accepted_micro, line.reason, line.delivery_date, line.because)
        kept = self._read.kept.get(line.line_no)
        if kept is None:
            return _Grant(line.qty_micro, line.reason, line.delivery_date)
        return _Grant(kept.accepted_micro, kept.reason, line.delivery_date, kept.because)

    def _policies_of(self, line: LineView) -> tuple[str, ...]:
        names = self._read.policy_names if self._read else {}
        named = line.policy_ids or ((line.policy_id,) if line.policy_id else ())
        return tuple(names.get(one, one) for one in named)

    @property
    def tenders(self) -> Tenders:
        """What deposit and rebate would pay of what is granted, as far as they are held (E14)."""
        order, read = self.chosen, self._read
        if order is None or read is None:
            return Tenders()
        if not self.can_decide:
            return Tenders(
                deposit_minor=order.deposit_taken_minor, rebate_minor=order.rebate_taken_minor
            )
        named = Tenders(deposit_minor=order.deposit_minor, rebate_minor=order.rebate_minor)
        if order.supplier or not named.named_minor:
            return Tenders()
        return tenders_taken(named, read.held, self.granted_minor, read.rebate_percent)

    @property
    def granted_minor(self) -> int:
        """What the order would come to."""
        return sum(one.granted_minor for one in self.lines)

    @property
    def free_after_minor(self) -> int:
        """What the account might still owe after this; below zero it is too much."""
        if self.credit is None:
            return 0
        if not self.can_decide:
            return self.credit.free_minor
        # Only what goes on account counts, and a deposit that is taken covers nothing else.
        paid = self.tenders
        return self.credit.free_minor - paid.deposit_minor - paid.account_minor(self.granted_minor)

    def grant(self, line: DeskLine, text: str) -> None:
        """Key how much a line gets: ``8``, ``1箱2支``, 0.

        Raises: RuleViolation QUANTITY_UNREADABLE, UNKNOWN_UNIT.
        """
        packs = self._desk.read(packs_of, line.line.product_id)
        qty_micro = min(max(parse_quantity(text, packs), 0), line.line.qty_micro)
        before = self._grant_of(line)
        because = before.because if before.qty_micro == qty_micro else ""
        reason = "" if before.because and not because else before.reason
        self._grants[line.line.line_no] = _Grant(qty_micro, reason, before.delivery_date, because)
        self.changed()

    def give_reason(self, line: DeskLine, reason: str) -> None:
        """Say why a line gets less; a line that got everything gets nothing then."""
        before = self._grant_of(line)
        qty_micro = before.qty_micro if before.qty_micro < line.line.qty_micro else 0
        self._grants[line.line.line_no] = _Grant(qty_micro, reason, before.delivery_date)
        self.changed()

    def promise(self, line: DeskLine, text: str) -> None:
        """Promise a day for one line, as people write it; '' = the order's own.

        Raises: RuleViolation DAY_UNREADABLE.
        """
        today = date.fromisoformat(business_day(self._desk.now_us, self._zone))
        day = read_day(text, today)
        before = self._grant_of(line)
        self._grants[line.line.line_no] = _Grant(
            before.qty_micro, before.reason, day, before.because
        )
        self.changed()

    def cut_to_stock(self) -> int:
        """Give each line no more than there is; how many were cut."""
        left: dict[str, int] = {}
        cut = 0
        for one in self.lines:
            product_id = one.line.product_id
            if one.stock_micro is None:
                continue
            have = max(left.setdefault(product_id, one.stock_micro), 0)
            given = min(one.granted_micro, have)
            given -= given % MICRO
            left[product_id] = have - given
            if given < one.granted_micro:
                cut += 1
                self._grants[one.line.line_no] = _Grant(given, REASONS[0], one.delivery_date)
        self.changed()
        return cut

    def undo_all(self) -> None:
        """Grant everything again."""
        self._grants = {}
        self.changed()

    async def accept(self, *, delivery_date: str = "", note: str = "") -> None:
        """Decide as it stands. Raises what deciding raises, REASON_MISSING for a cut line."""
        if self.chosen is None:
            return
        grants = [
            LineGrant(
                line_no=one.line.line_no,
                accepted_micro=one.granted_micro,
                reason=one.reason,
                delivery_date=one.delivery_date,
                because=one.because,
            )
            for one in self.lines
        ]
        await self._desk.do(
            decide_order, self.chosen.id, grants, delivery_date=delivery_date, note=note
        )
        await self._done()

    async def reject(self, reason: str, note: str = "") -> None:
        """Grant nothing of the order, for a reason."""
        if self.chosen is not None:
            await self._desk.do(decide_order, self.chosen.id, reject_reason=reason, note=note)
            await self._done()

    async def revise(self, *, note: str = "") -> None:
        """Change what was granted: quantities and days as keyed (E09)."""
        if self.chosen is None:
            return
        changes = [
            LineChange(
                line_no=no,
                accepted_micro=grant.qty_micro,
                delivery_date=grant.delivery_date,
                reason=grant.reason,
            )
            for no, grant in self._grants.items()
        ]
        await self._desk.do(revise_order, self.chosen.id, changes, note=note)
        await self._done()

    async def ship(self, site_id: str, *, carrier: str = "", waybill: str = "") -> str:
        """All that was granted and is left leaves a site; the shipment's number."""
        if self.chosen is None:
            return ""
        header = await self._desk.do(
            ship_order, self.chosen.id, site_id=site_id, carrier=carrier, waybill=waybill
        )
        await self._done()
        return header.number

    @property
    def has_shipped(self) -> bool:
        """Whether anything of the chosen order left already."""
        return any(one.line.shipped_micro for one in self.lines)

    def to_ship(self, site_id: str) -> ToShip:
        """What shipping all that is left from a site would send, and what would stay."""
        stock = None if self._stock is None else self._stock.get(site_id, {})
        return to_ship(self.lines, stock)

    @property
    def best_site(self) -> str:
        """The site that lacks least of what is left; the first of several, '' where none is."""
        ids = [site_id for site_id, _name in self.sites]
        return min(ids, key=lambda one: self.to_ship(one).short_micro, default="")

    async def deliveries(self, order_id: str) -> tuple[Delivery, ...]:
        """The shipments of an order, oldest first."""
        return await self._desk.fetch(read_deliveries, order_id)

    async def _done(self) -> None:
        self._grants = {}
        await self.refresh()

    def _grant_of(self, line: DeskLine) -> _Grant:
        return self._grants.get(line.line.line_no) or _Grant(
            line.granted_micro, line.reason, line.delivery_date, line.because
        )
