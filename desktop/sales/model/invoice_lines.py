"""The open invoice as it is kept, and a line of it as it is shown."""

from dataclasses import dataclass

import msgspec

from desktop.sales.usecases.invoicing import InvoiceGoods
from shared.accounts.rules import Tender
from shared.core.quantity import format_quantity
from shared.pricing.rules import Price
from shared.sales.rules import line_minor


class InvoiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is kept: millionths; a price only where a person said one."""

    product_id: str
    qty_micro: int
    unit: str = ""
    said_micro: int | None = None


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """The open invoice as it is kept with every change."""

    uid: str
    customer_id: str = ""
    level_id: str = ""
    lines: tuple[InvoiceLine, ...] = ()
    on_credit: bool = True
    tender: str = Tender.CASH.value
    salesperson_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """A line with its goods and price."""

    number: int
    line: InvoiceLine
    goods: InvoiceGoods | None
    currency: str

    @property
    def product_id(self) -> str:
        """The product."""
        return self.line.product_id

    @property
    def name(self) -> str:
        """What it is called."""
        return self.goods.product.name if self.goods else self.line.product_id

    @property
    def price(self) -> Price | None:
        """The price found for the customer's level."""
        return self.goods.price if self.goods else None

    @property
    def list_micro(self) -> int | None:
        """The price found."""
        return self.price.unit_price_micro if self.price else None

    @property
    def pays_micro(self) -> int | None:
        """What the customer pays for one: as said, else as found."""
        return self.list_micro if self.line.said_micro is None else self.line.said_micro

    @property
    def amount_minor(self) -> int | None:
        """The line's amount; None where nobody knows a price."""
        if self.pays_micro is None:
            return None
        return line_minor(self.line.qty_micro, self.pays_micro, self.currency)

    @property
    def qty_text(self) -> str:
        """The quantity in packs."""
        return format_quantity(self.line.qty_micro, self.goods.packs if self.goods else ())

    @property
    def is_short(self) -> bool:
        """Whether more is invoiced than is here; it is sold all the same."""
        return self.goods is not None and self.line.qty_micro > self.goods.on_hand_micro


def restored(content: bytes | None) -> Invoice | None:
    """The invoice of a draft; None when there is none that can be read."""
    if content is None:
        return None
    try:
        return msgspec.msgpack.decode(content, type=Invoice)
    except msgspec.DecodeError:
        return None
