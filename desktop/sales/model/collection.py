"""Taking a customer's money for open invoices: oldest first, or those chosen (收款核销)."""

from collections.abc import Sequence

from desktop.sales.model.opening import opened_for_invoice
from desktop.sales.usecases.collecting import collect
from desktop.sales.usecases.invoicing import OpenInvoice, open_invoice_list
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.accounts.documents import Allocation
from shared.accounts.queries import ShiftView
from shared.accounts.rules import Open, Tender, allocate
from shared.core.errors import RuleViolation
from shared.journal.document import Header


class CollectionModel(Watched):
    """The open invoices of one customer, what is handed over, and what it would pay."""

    def __init__(self, desk: Desk, site_id: str, customer_id: str) -> None:
        super().__init__()
        self.desk = desk
        self.site_id = site_id
        self.customer_id = customer_id
        self.invoices: Sequence[OpenInvoice] = desk.read(open_invoice_list, site_id, customer_id)
        self.chosen: frozenset[str] = frozenset()
        self.amount_minor: int | None = self.owed_minor or None
        self.tender = Tender.CASH
        self.shift_opened: ShiftView | None = None
        """The shift that opened by itself for this money."""

    @property
    def owed_minor(self) -> int:
        """All that is open."""
        return sum(one.open_minor for one in self.invoices)

    @property
    def meant(self) -> list[OpenInvoice]:
        """The invoices the money is for: those chosen, else all, oldest first."""
        return [one for one in self.invoices if not self.chosen or one.uid in self.chosen]

    def toggle(self, uid: str) -> None:
        """Choose an invoice, or not; the amount follows what is chosen (Space)."""
        self.chosen = self.chosen ^ {uid}
        self.amount_minor = sum(one.open_minor for one in self.meant) or None
        self.changed()

    def pays(self, uid: str) -> int:
        """What the amount pays of an invoice."""
        return self.shares().get(uid, 0)

    def shares(self) -> dict[str, int]:
        """What the amount pays, by invoice; nothing while it is none or too much."""
        if not self.amount_minor or self.amount_minor < 0:
            return {}
        try:
            parts = allocate(
                self.amount_minor, [Open(one.uid, one.open_minor) for one in self.meant]
            )
        except RuleViolation:
            return {}
        return dict(parts)

    def set_amount(self, amount_minor: int | None) -> None:
        """What is handed over."""
        self.amount_minor = amount_minor
        self.changed()

    async def collect(self, reference: str = "") -> tuple[Header, list[Allocation]]:
        """Take the money. Raises as ``collect``."""
        self.shift_opened = opened_for_invoice(self.desk, self.tender)
        return await self.desk.do(
            collect,
            self.customer_id,
            self.amount_minor or 0,
            tender=self.tender,
            invoices=[one.uid for one in self.meant] if self.chosen else (),
            reference=reference,
        )
