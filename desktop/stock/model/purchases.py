"""What a shop bought itself over some days, by supplier (进货记录, B11)."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.catalog.usecases import state_supplier
from desktop.days import OverDays
from desktop.stock.usecases import (
    BoughtGoods,
    PurchasesPage,
    SupplierName,
    read_bought,
    read_purchases,
)
from desktop.stock.usecases.undoing import MovementPage, read_movement, undo_movement
from desktop.store.asking import now_us
from desktop.store.desk import Desk
from shared.core.clock import business_day
from shared.journal.document import Header
from shared.stock.queries import Purchase

ALL, NOBODY = "", "-"
"""Every supplier; receipts that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierSaid:
    """What a person says of a supplier."""

    name: str
    phone: str = ""
    note: str = ""
    is_active: bool = True


class PurchasesModel(OverDays):
    """The receipts of one site on the days from..to inclusive."""

    def __init__(self, desk: Desk, site_id: str, zone: str, *, sees_costs: bool) -> None:
        super().__init__(business_day(now_us(desk.store), zone))
        self._desk = desk
        self.site_id = site_id
        self.sees_costs = sees_costs
        self.supplier = ALL
        self.page: PurchasesPage | None = None

    async def load(self) -> None:
        """Read them again."""
        self.page = await self._desk.fetch(read_purchases, self.site_id, self.from_day, self.to_day)
        self.changed()

    @property
    def rows(self) -> list[Purchase]:
        """The receipts of the supplier chosen."""
        every = self.page.rows if self.page else ()
        wanted = "" if self.supplier == NOBODY else self.supplier
        return [one for one in every if self.supplier == ALL or one.supplier_id == wanted]

    @property
    def total_minor(self) -> int:
        """What the receipts shown come to."""
        return sum(one.amount_minor for one in self.rows)

    @property
    def without_cost(self) -> int:
        """Lines of the receipts shown that say no cost: the total is without them. What takes a
        receipt back takes its lines back."""
        shown = (one.without_cost * (1 if one.units_micro > 0 else -1) for one in self.rows)
        return max(sum(shown), 0)

    def name_of(self, supplier_id: str) -> str:
        """What a supplier is called; '' for nobody."""
        return self.page.names.get(supplier_id, supplier_id) if self.page else supplier_id

    def suppliers(self) -> list[tuple[str, str]]:
        """Those to choose from, by id and name: who is bought from, or was on these days."""
        if self.page is None:
            return []
        met = {one.supplier_id for one in self.page.rows}
        found = [
            (one.supplier_id, one.name)
            for one in self.page.suppliers
            if one.is_active or one.supplier_id in met
        ]
        return [*found, *([(NOBODY, "")] if "" in met else [])]

    def choose(self, supplier: str) -> None:
        """The receipts of one supplier alone; ALL = of everybody."""
        self.supplier = supplier
        self.changed()

    def supplier_of(self, one: Purchase | None) -> SupplierName | None:
        """The supplier of a receipt, or the one chosen; None where nobody is named."""
        wanted = one.supplier_id if one is not None else self.supplier
        every = self.page.suppliers if self.page else ()
        return next((each for each in every if each.supplier_id == wanted), None)

    async def change_supplier(self, held: SupplierName, said: SupplierSaid) -> None:
        """A supplier is called otherwise, or is not bought from any more.

        Raises: RuleViolation SUPPLIER_INCOMPLETE; AccessDenied NOT_PERMITTED.
        """
        await self._desk.do(
            state_supplier,
            held.code,
            said.name,
            phone=said.phone,
            note=said.note,
            is_active=said.is_active,
        )
        await self.load()

    async def lines(self, document: str) -> Sequence[BoughtGoods]:
        """The goods of a receipt."""
        return await self._desk.fetch(read_bought, document)

    async def movement(self, document: str) -> MovementPage:
        """A receipt as the movement it is. Raises: RuleViolation MOVEMENT_UNKNOWN."""
        return await self._desk.fetch(read_movement, document, self.site_id)

    async def take_back(self, document: str, reason: str, approver_id: str = "") -> Header:
        """Take a receipt back. Raises: what ``undo_movement`` raises."""
        header = await self._desk.do(
            undo_movement, document, reason=reason, approver_id=approver_id
        )
        await self.load()
        return header
