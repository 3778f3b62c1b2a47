"""The open invoice with its promotions: rows and prices, gifts, what is chosen, limits."""

from abc import abstractmethod
from dataclasses import replace
from typing import Final

import msgspec

from desktop.sales.model.choosing import declined_with
from desktop.sales.model.invoice_lines import (
    Invoice,
    InvoiceGift,
    InvoiceRow,
    cut_lines,
    gifts_shown,
    invoice_deal,
)
from desktop.sales.model.open_basket import CUTS_MOST
from desktop.sales.usecases.basket import gifts_with
from desktop.sales.usecases.deal import NO_DEAL, Deal
from desktop.sales.usecases.invoice_promotions import invoice_promotions
from desktop.sales.usecases.invoicing import invoice_goods, keep_invoice
from desktop.sales.usecases.promoting import Promotions
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.promotions.rules import Cut, PolicyKind

_PRICES: Final = frozenset({PolicyKind.SPECIAL, PolicyKind.FIRST})


class PromotedInvoice(Watched):
    """An invoice on disk, its rows with the prices of now, and what promotions make of them."""

    def __init__(self, desk: Desk, site_id: str, currency: str) -> None:
        super().__init__()
        self.desk = desk
        self.site_id = site_id
        self.currency = currency
        self.invoice = Invoice(uid="")
        self.rows: tuple[InvoiceRow, ...] = ()
        self.gifts: tuple[InvoiceGift, ...] = ()
        """Given by promotions, and those that may still be chosen."""
        self.opened = Promotions(currency=currency, zone="", at_us=0)
        self.deal: Deal = NO_DEAL
        self.cut: Cut | None = None
        """The line the last change was cut at, by a limit; None = by none."""

    @abstractmethod
    def _keep(self, invoice: Invoice) -> None:
        """Keep a change on disk and show it."""

    @property
    def total_minor(self) -> int:
        """What the invoice comes to."""
        return sum(one.amount_minor or 0 for one in self.rows) + self.deal.gifts_minor

    @property
    def declined(self) -> tuple[str, ...]:
        """Policies the customer does not want."""
        return self.invoice.declined

    def pick(self, at: int) -> bool:
        """One piece of a gift that may be chosen; whether there was one."""
        offered = self.deal.to_choose
        if not 0 <= at < len(offered):
            return False
        gifts = gifts_with(self.invoice.gifts, *offered[at])
        self._keep(msgspec.structs.replace(self.invoice, gifts=gifts))
        return True

    def choose_policy(self, group: str, policy_id: str) -> None:
        """The policy of an exclusive group; '' = none of them (D12)."""
        groups = {**self.invoice.groups, group: policy_id}
        self._keep(msgspec.structs.replace(self.invoice, groups=groups))

    def decline(self, policy_id: str) -> None:
        """The customer does not want a policy, or wants it again."""
        declined = declined_with(self.invoice.declined, policy_id)
        self._keep(msgspec.structs.replace(self.invoice, declined=declined))

    def _cut(self) -> None:
        """Cut lines that are over a limit to what it leaves (D02)."""
        for _round in range(CUTS_MOST):
            cuts = self.deal.outcome.cuts
            if not cuts:
                break
            self.cut = cuts[-1]
            lines = cut_lines(self.invoice.lines, cuts)
            self.invoice = msgspec.structs.replace(self.invoice, lines=lines)
            self.desk.do_now(keep_invoice, msgspec.msgpack.encode(self.invoice))
            self._price()

    def _price(self) -> None:
        """The rows with the prices and promotions of now."""
        invoice, at_us = self.invoice, self.desk.now_us
        wanted = [(one.product_id, one.qty_micro) for one in invoice.lines]
        goods = (
            self.desk.read(invoice_goods, self.site_id, invoice.level_id, wanted, at_us)
            if wanted
            else {}
        )
        rows = tuple(
            InvoiceRow(
                number=number, line=one, goods=goods.get(one.product_id), currency=self.currency
            )
            for number, one in enumerate(invoice.lines, start=1)
        )
        self.opened = self.desk.read(
            invoice_promotions,
            self.site_id,
            invoice.customer_id,
            invoice.level_id,
            [one.product_id for one in invoice.lines],
            at_us,
        )
        has_any = bool(rows and self.opened.policies)
        self.deal = invoice_deal(rows, self.opened, invoice.choices, at_us) if has_any else NO_DEAL
        self.rows = tuple(self._promoted(row) for row in rows)
        self.gifts = gifts_shown(self.deal, self.opened)

    def _promoted(self, row: InvoiceRow) -> InvoiceRow:
        parts = self.deal.parts.get(row.number)
        if parts is None:
            return row
        priced = {one for part in parts for one in part.policy_ids}
        is_special = any(
            one.policy.policy_id in priced and one.policy.kind in _PRICES
            for one in self.opened.policies
        )
        return replace(row, parts=parts, is_special=is_special)
