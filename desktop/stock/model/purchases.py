"""What a shop bought itself over some days, by supplier (进货记录, B11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.catalog.usecases import state_supplier
from desktop.stock.usecases import (
    BoughtGoods,
    PurchasesPage,
    SupplierName,
    read_bought,
    read_purchases,
)
from desktop.store.asking import now_us
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.clock import business_day
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


class PurchasesModel(Watched):
    """The receipts of one site on the days from..to inclusive."""

    def __init__(self, desk: Desk, site_id: str, zone: str, *, sees_costs: bool) -> None:
        super().__init__()
        self._desk = desk
        self.site_id = site_id
        self.sees_costs = sees_costs
        self.today = business_day(now_us(desk.store), zone)
        self.from_day, self.to_day = f"{self.today[:8]}01", self.today
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
        """Lines of the receipts shown that say no cost: the total is without them."""
        return sum(one.without_cost for one in self.rows)

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

    def between(self, from_day: str, to_day: str) -> None:
        """Other days; the wrong way round they are turned."""
        self.from_day, self.to_day = min(from_day, to_day), max(from_day, to_day)

    def month(self, back: int) -> None:
        """A whole month: this one up to today, or one of those before."""
        first = date.fromisoformat(self.today).replace(day=1)
        last = date.fromisoformat(self.today)
        for _ in range(back):
            last = first - timedelta(days=1)
            first = last.replace(day=1)
        self.from_day, self.to_day = first.isoformat(), last.isoformat()

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
