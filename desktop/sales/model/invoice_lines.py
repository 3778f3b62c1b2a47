"""The open invoice as it is kept, and a line of it as it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from desktop.sales.usecases.basket import Chosen, choices_said
from desktop.sales.usecases.deal import Deal
from desktop.sales.usecases.invoicing import InvoiceGoods
from desktop.sales.usecases.promoting import GiftName, Promotions
from shared.accounts.rules import Tender
from shared.core.quantity import format_quantity
from shared.pricing.rules import Price
from shared.promotions.rules import Choices, Cut, Item, Priced
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
    gifts: tuple[Chosen, ...] = ()
    groups: dict[str, str] = {}
    """The policy chosen of each exclusive group; '' = none of them (D12)."""
    declined: tuple[str, ...] = ()
    """Policies the customer does not want."""

    @property
    def choices(self) -> Choices:
        """What was chosen, as the promotions take it."""
        return choices_said(self.gifts, self.groups, self.declined)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """A line with its goods and price."""

    number: int
    line: InvoiceLine
    goods: InvoiceGoods | None
    currency: str
    parts: tuple[Priced, ...] = ()
    """What promotions made of it; () = nothing."""
    is_special: bool = False
    """Whether a promotion's price holds for some of it."""

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
    def own_micro(self) -> int | None:
        """The price before promotions: as said, else as found."""
        return self.list_micro if self.line.said_micro is None else self.line.said_micro

    @property
    def pays_micro(self) -> int | None:
        """What the customer pays for one: after promotions, as said, else as found. None where
        nobody knows, or where parts of the line cost differently."""
        prices = {part.unit_price_micro for part in self.parts}
        if len(prices) > 1:
            return None
        return prices.pop() if prices else self.own_micro

    @property
    def amount_minor(self) -> int | None:
        """The line's amount; None where nobody knows a price."""
        if self.parts:
            return sum(part.amount_minor(self.currency) for part in self.parts)
        if self.own_micro is None:
            return None
        return line_minor(self.line.qty_micro, self.own_micro, self.currency)

    @property
    def qty_text(self) -> str:
        """The quantity in packs."""
        return format_quantity(self.line.qty_micro, self.goods.packs if self.goods else ())

    @property
    def is_short(self) -> bool:
        """Whether more is invoiced than is here; it is sold all the same."""
        return self.goods is not None and self.line.qty_micro > self.goods.on_hand_micro


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceGift:
    """A gift of a policy below the lines: one that is given, or one that may still be chosen."""

    policy: str
    """The name of the policy."""
    name: str
    code: str
    unit: str
    qty_micro: int
    """Given, or what may still be chosen of all the policy's gifts together."""
    price_micro: int = 0
    amount_minor: int = 0
    at: int = -1
    """Its place among all that may be chosen; -1 = it is given."""

    @property
    def is_offered(self) -> bool:
        """Whether it may still be chosen; it is not given then."""
        return self.at >= 0


def items_of_rows(rows: Sequence[InvoiceRow]) -> list[Item]:
    """The goods as promotions count them; those nobody has a price of are left out."""
    return [
        Item(
            line_no=row.number,
            product_id=row.product_id,
            brand=row.goods.product.brand if row.goods else "",
            qty_micro=row.line.qty_micro,
            unit_price_micro=row.own_micro,
            is_said=row.line.said_micro is not None,
        )
        for row in rows
        if row.own_micro is not None
    ]


def invoice_deal(
    rows: Sequence[InvoiceRow], promotions: Promotions, choices: Choices, at_us: int
) -> Deal:
    """What promotions make of the lines at an instant, as posting will find it."""
    items = items_of_rows(rows)
    listed = {row.product_id: max(row.list_micro or 0, row.line.said_micro or 0) for row in rows}
    outcome = promotions.outcome(items, choices, at_us, listed)
    return Deal(currency=promotions.currency, items=tuple(items), outcome=outcome)


def gifts_shown(deal: Deal, promotions: Promotions) -> tuple[InvoiceGift, ...]:
    """The gifts that are given, policy by policy, and those that may still be chosen."""
    given = [
        _gift(
            promotions,
            one.policy_id,
            one.product_id,
            qty_micro=one.qty_micro,
            price_micro=one.price_micro,
            amount_minor=one.amount_minor,
        )
        for one in deal.gifts
    ]
    offered = [
        _gift(promotions, block.policy_id, product_id, qty_micro=block.left_micro, at=at)
        for at, (block, product_id) in enumerate(deal.to_choose)
    ]
    return (*given, *offered)


def _gift(
    promotions: Promotions,
    policy_id: str,
    product_id: str,
    *,
    qty_micro: int,
    price_micro: int = 0,
    amount_minor: int = 0,
    at: int = -1,
) -> InvoiceGift:
    unnamed = GiftName(product_id=product_id, code=product_id, name=product_id, unit="")
    named = promotions.goods.get(product_id, unnamed)
    return InvoiceGift(
        policy=promotions.name_of(policy_id),
        name=named.name,
        code=named.code,
        unit=named.unit,
        qty_micro=qty_micro,
        price_micro=price_micro,
        amount_minor=amount_minor,
        at=at,
    )


def cut_lines(lines: Sequence[InvoiceLine], cuts: Sequence[Cut]) -> tuple[InvoiceLine, ...]:
    """The lines cut to what limits leave of them; a line with nothing left goes."""
    allowed = {cut.line_no: cut.allowed_micro for cut in cuts}
    kept = (
        msgspec.structs.replace(line, qty_micro=allowed.get(number, line.qty_micro))
        for number, line in enumerate(lines, start=1)
    )
    return tuple(line for line in kept if line.qty_micro)


def restored(content: bytes | None) -> Invoice | None:
    """The invoice of a draft; None when there is none that can be read."""
    if content is None:
        return None
    try:
        return msgspec.msgpack.decode(content, type=Invoice)
    except msgspec.DecodeError:
        return None
