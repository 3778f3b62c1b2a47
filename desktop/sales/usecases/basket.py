"""The open basket of a till as a value: its lines, who buys, what is taken off, what came back."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from desktop.sales.usecases.deal import NO_DEAL, Deal
from desktop.sales.usecases.discounting import Discount
from desktop.sales.usecases.promoting import Promotions
from shared.core.money import apply_ratio
from shared.core.rounding import MICRO
from shared.promotions.rules import Block, Choices, Cut, GiftChoice, Item
from shared.sales.rules import line_minor, totals

NO_PRICE: Final = -1
"""Nobody here has a price of these goods."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line: quantities in millionths of the base unit, prices in millionths per base unit."""

    product_id: str
    code: str
    name: str
    qty_micro: int
    price_micro: int
    spec: str = ""
    base_unit: str = ""
    unit: str = ""
    """The unit that was scanned: a case stays a case on screen."""
    factor_micro: int = MICRO
    said_micro: int | None = None
    """A price a person said instead."""
    version: int = 0
    trail: str = ""
    """The stored reason of the price, as the sale keeps it."""
    is_known: bool = True
    is_short: bool = False
    """More is sold than the books say is there; sold all the same (G11)."""
    takes_reserved: bool = False
    """Pieces held for somebody are sold; sold all the same (G05)."""
    brand: str = ""
    left_micro: int | None = None
    """What the books hold of it, where it is suggested; None = not asked, or not counted yet."""

    @property
    def list_micro(self) -> int:
        """The price before what a person or a promotion takes off; 0 where nobody knows."""
        said = self.said_micro or 0
        return max(said if self.price_micro < 0 else max(said, self.price_micro), 0)

    @property
    def pays_micro(self) -> int:
        """What one base unit costs here; 0 where nobody knows."""
        price = self.price_micro if self.said_micro is None else self.said_micro
        return max(price, 0)

    def amount_minor(self, currency: str) -> int:
        """What the line costs, before the discount of the basket."""
        return line_minor(self.qty_micro, self.pays_micro, currency)

    def off_minor(self, currency: str) -> int:
        """What the said price takes off this line."""
        if self.said_micro is None or not 0 <= self.said_micro < self.price_micro:
            return 0
        return line_minor(self.qty_micro, self.price_micro, currency) - self.amount_minor(currency)

    def joins(self, other: "Line") -> bool:
        """Whether a scan of the other is more of this line."""
        return (
            self.product_id == other.product_id
            and self.unit == other.unit
            and self.said_micro == other.said_micro
            and (self.qty_micro > 0) == (other.qty_micro > 0)
        )


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A gift a person chose of what a policy gives."""

    policy_id: str
    product_id: str
    qty_micro: int


def choices_said(
    gifts: Sequence[Chosen], groups: Mapping[str, str], declined: Sequence[str]
) -> Choices:
    """What a person chose, as the promotions take it."""
    by_policy: dict[str, tuple[GiftChoice, ...]] = {}
    for one in gifts:
        chosen = GiftChoice(one.product_id, one.qty_micro)
        by_policy[one.policy_id] = (*by_policy.get(one.policy_id, ()), chosen)
    return Choices(of_group=groups, gifts=by_policy, declined=frozenset(declined))


def gifts_with(gifts: Sequence[Chosen], block: Block, product_id: str) -> tuple[Chosen, ...]:
    """The chosen gifts with one piece more of one, or what is left where that is less."""
    more = min(block.left_micro, MICRO)
    # What stood there was chosen, or was the only thing to choose: from now on both are.
    own = {gift.product_id: gift.qty_micro for gift in block.lines}
    own[product_id] = own.get(product_id, 0) + more
    others = tuple(one for one in gifts if one.policy_id != block.policy_id)
    mine = tuple(
        Chosen(policy_id=block.policy_id, product_id=one, qty_micro=qty_micro)
        for one, qty_micro in own.items()
    )
    return (*others, *mine)


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of an earlier sale that come back; the amount is what is given back for them."""

    line_no: int
    product_id: str
    code: str
    name: str
    unit: str
    qty_micro: int
    price_micro: int
    amount_minor: int


class KeptGift(msgspec.Struct, frozen=True, kw_only=True):
    """A gift that was not earned after all and stays with the buyer, at its list price (D07)."""

    line_no: int
    """Of the sale."""
    code: str
    name: str
    unit: str
    qty_micro: int
    price_micro: int
    amount_minor: int


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """What of which sale comes back, and why."""

    sale: str
    """uid text of the sale."""
    number: str
    reason: str
    lines: tuple[Back, ...]
    customer_id: str = ""
    rounding_minor: int = 0
    """The share of what was rounded off that sale; positive."""
    kept: tuple[KeptGift, ...] = ()
    gifts_minor: int = 0
    """What is to be paid for gifts that are kept."""

    @property
    def back_minor(self) -> int:
        """What is given back for the goods, less what kept gifts cost; positive."""
        back = sum(line.amount_minor for line in self.lines) + self.rounding_minor
        return -(back + self.gifts_minor)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was handed over already, of one tender."""

    tender: str
    amount_minor: int
    reference: str = ""


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The sale just made, shown until the next scan."""

    uid: str
    number: str
    total_minor: int
    paid_minor: int
    """Handed over; equal to the total where nothing came back."""
    change_minor: int


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """A basket as it is kept on disk with every change. The uid is of the sale it becomes."""

    uid: str
    lines: tuple[Line, ...] = ()
    current: int = -1
    """The line the cursor is on."""
    member_id: str = ""
    member_name: str = ""
    discount_minor: int = 0
    pay_ratio_micro: int = MICRO
    approver_id: str = ""
    """Who stands for what is taken off."""
    approver_name: str = ""
    approved_minor: int = 0
    """So much was to be taken off when they were asked; for more they are asked again."""
    round_off_to_minor: int = 0
    parts: tuple[Part, ...] = ()
    came_back: Return | None = None
    held_at_us: int = 0
    """When it was put aside; 0 = it was not."""
    last: Last | None = None
    gifts: tuple[Chosen, ...] = ()
    groups: dict[str, str] = {}
    """The policy chosen of each exclusive group; '' = none of them (D12)."""
    declined: tuple[str, ...] = ()
    """Policies the buyer does not want."""
    promoted_at_us: int = 0
    """Whose promotions hold while money is handed over; 0 = those of now."""

    @property
    def choices(self) -> Choices:
        """What was chosen, as the promotions take it."""
        return choices_said(self.gifts, self.groups, self.declined)

    @property
    def discount(self) -> Discount:
        """The discount as the sale takes it."""
        return Discount(minor=self.discount_minor, pay_ratio_micro=self.pay_ratio_micro)

    @property
    def has_discount(self) -> bool:
        """Whether anything is taken off the whole basket."""
        return bool(self.discount_minor) or self.pay_ratio_micro != MICRO

    @property
    def sold_micro(self) -> int:
        """Pieces that go out."""
        return sum(line.qty_micro for line in self.lines)

    @property
    def back_micro(self) -> int:
        """Pieces that come back."""
        return sum(line.qty_micro for line in self.came_back.lines) if self.came_back else 0

    @property
    def pieces_micro(self) -> int:
        """Pieces that go out, less those that come back."""
        return self.sold_micro - self.back_micro

    @property
    def line(self) -> Line | None:
        """The line the cursor is on."""
        return self.lines[self.current] if 0 <= self.current < len(self.lines) else None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What a basket comes to, in minor units; below zero money goes back."""

    list_minor: int
    off_minor: int
    """All that is taken off, by said prices and by the basket's discount; positive."""
    rounding_minor: int
    """抹零, below zero when something was rounded off."""
    back_minor: int
    """What is given back for returned goods, positive."""
    total_minor: int
    paid_minor: int
    promotion_minor: int = 0
    """The part of what is taken off that policies give."""

    @property
    def rest_minor(self) -> int:
        """What is still to pay."""
        return self.total_minor - self.paid_minor


def deal_of(basket: Basket, promotions: Promotions, at_us: int) -> Deal:
    """What promotions make of the basket at an instant, as the sale will find it, too."""
    if not promotions.policies or not basket.lines:
        return NO_DEAL
    items = tuple(
        Item(
            line_no=place,
            product_id=line.product_id,
            brand=line.brand or promotions.brands.get(line.product_id, ""),
            qty_micro=line.qty_micro,
            unit_price_micro=line.pays_micro,
            is_said=line.said_micro is not None,
        )
        for place, line in enumerate(basket.lines, start=1)
        if line.qty_micro > 0
    )
    listed = {line.product_id: line.list_micro for line in basket.lines}
    outcome = promotions.outcome(items, basket.choices, basket.promoted_at_us or at_us, listed)
    return Deal(currency=promotions.currency, items=items, outcome=outcome)


def due_of(basket: Basket, currency: str, deal: Deal = NO_DEAL) -> Due:
    """What the basket comes to, by the same rules as the sale it becomes."""
    amounts = [
        deal.amount_minor(place) if place in deal.parts else line.amount_minor(currency)
        for place, line in enumerate(basket.lines, start=1)
    ]
    sold = deal.gifts_minor + sum(
        amount for line, amount in zip(basket.lines, amounts, strict=True) if line.qty_micro > 0
    )
    off = min(basket.discount_minor + sold - apply_ratio(sold, basket.pay_ratio_micro), sold)
    back = basket.came_back.back_minor if basket.came_back else 0
    # Returns carry their own share of what was rounded off; nothing is rounded twice.
    step = 0 if basket.came_back else basket.round_off_to_minor
    whole = sum(amounts) + deal.gifts_minor
    found = totals([whole - off], round_off_to_minor=step)
    said_off = sum(line.off_minor(currency) for line in basket.lines)
    return Due(
        list_minor=whole + said_off + deal.off_minor,
        off_minor=off + said_off + deal.off_minor,
        rounding_minor=found.rounding_minor,
        back_minor=back,
        total_minor=found.total_minor - back,
        paid_minor=sum(part.amount_minor for part in basket.parts),
        promotion_minor=deal.off_minor,
    )


def with_line(basket: Basket, added: Line) -> Basket:
    """The basket with one more scan: more of the last line that fits, or a new line."""
    for place in range(len(basket.lines) - 1, -1, -1):
        if basket.lines[place].joins(added):
            more = basket.lines[place].qty_micro + added.qty_micro
            grown = msgspec.structs.replace(
                added,
                qty_micro=more,
                is_short=added.is_short or basket.lines[place].is_short,
                takes_reserved=added.takes_reserved or basket.lines[place].takes_reserved,
            )
            return with_lines(basket, _changed(basket.lines, place, grown), place)
    return with_lines(basket, (*basket.lines, added), len(basket.lines))


def with_lines(basket: Basket, lines: Sequence[Line], current: int) -> Basket:
    """The basket with these lines and the cursor on one of them. A discount of the whole goes
    with the last line: the next customer's goods do not begin with it."""
    if not lines:
        basket = undiscounted(basket)
    return msgspec.structs.replace(basket, lines=tuple(lines), current=min(current, len(lines) - 1))


def undiscounted(basket: Basket) -> Basket:
    """The basket without a discount of the whole, and without who stood for it."""
    kept = unapproved(basket)
    return msgspec.structs.replace(kept, discount_minor=0, pay_ratio_micro=MICRO)


def unapproved(basket: Basket) -> Basket:
    """The basket with nobody standing for what is taken off."""
    return msgspec.structs.replace(basket, approver_id="", approver_name="", approved_minor=0)


def with_changed(basket: Basket, place: int, line: Line) -> Basket:
    """The basket with another line at a place."""
    return with_lines(basket, _changed(basket.lines, place, line), place)


def without_line(basket: Basket, place: int) -> Basket:
    """The basket without the line at a place."""
    rest = (*basket.lines[:place], *basket.lines[place + 1 :])
    return with_lines(basket, rest, min(place, len(rest) - 1))


def _changed(lines: Sequence[Line], place: int, line: Line) -> tuple[Line, ...]:
    return (*lines[:place], line, *lines[place + 1 :])


def with_gift(basket: Basket, block: Block, product_id: str) -> Basket:
    """The basket with one piece more of a gift, or what is left where that is less."""
    return msgspec.structs.replace(basket, gifts=gifts_with(basket.gifts, block, product_id))


def with_cuts(basket: Basket, cuts: Sequence[Cut]) -> Basket:
    """The basket with lines cut to what limits leave of them; a line with nothing left goes."""
    allowed = {cut.line_no - 1: cut.allowed_micro for cut in cuts}
    lines = [
        msgspec.structs.replace(line, qty_micro=allowed.get(place, line.qty_micro))
        for place, line in enumerate(basket.lines)
        if allowed.get(place, line.qty_micro)
    ]
    return with_lines(basket, lines, basket.current)


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Basket)


def packed(basket: Basket) -> bytes:
    """The basket as it is kept."""
    return _ENCODER.encode(basket)


def unpacked(content: bytes) -> Basket | None:
    """A kept basket; None when another version of the program wrote it differently."""
    try:
        return _DECODER.decode(content)
    except msgspec.MsgspecError:
        return None
