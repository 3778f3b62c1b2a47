"""Head office's points rule and batches of coupons: what stands, what is asked for, who used it."""

from collections.abc import Mapping, Sequence
from typing import Final

from desktop.store.desk import Desk
from desktop.vouchers.usecases.offering import (
    Batch,
    Code,
    batches_with_codes,
    codes_of,
    forget_codes,
    issue_coupons,
    publish_points_rule,
)
from desktop.watched import Watched
from shared.access.queries import names_of_users
from shared.vouchers.queries.coupons import BatchView, UseView, batches, uses_of_batch
from shared.vouchers.queries.points import RuleView, points_rules
from shared.vouchers.rules import OfferState, Rates

USUAL: Final = Rates(earn_points=1, earn_per_minor=100, worth_points=100, worth_minor=100)


def named_in(text: str) -> tuple[str, ...]:
    """Cards or phones as people write them in a row."""
    for sign in ",，;；、":
        text = text.replace(sign, " ")
    return tuple(text.split())


class Offers(Watched):
    """What head office promises at the moment."""

    def __init__(self, desk: Desk, currency: str) -> None:
        super().__init__()
        self._desk = desk
        self.currency = currency
        self.rules: Sequence[RuleView] = ()
        self.batches: Sequence[BatchView] = ()
        self.with_codes: frozenset[str] = frozenset()
        """Batches whose codes lie on this desk and were not taken out."""
        self.people: Mapping[str, str] = {}
        """What those are called who asked for a rule or approved it."""

    async def load(self) -> None:
        """Read it again: all of it, then it is shown."""
        rules = await self._desk.fetch(points_rules)
        held = await self._desk.fetch(batches)
        with_codes = await self._desk.fetch(batches_with_codes)
        named = {who for one in rules for who in (one.author_id, one.approver_id)}
        self.people = await self._desk.fetch(names_of_users, named)
        self.rules, self.batches, self.with_codes = rules, held, with_codes
        self.changed()

    @property
    def rule(self) -> RuleView | None:
        """The rule that holds now; None when there is none."""
        now = self._desk.now_us
        held = [
            one
            for one in self.rules
            if one.state == OfferState.IN_FORCE
            and one.from_us <= now
            and one.currency == self.currency
        ]
        return held[0] if held and not held[0].is_ended else None

    @property
    def waiting(self) -> RuleView | None:
        """The rule that comes next, asked for or not yet begun."""
        now = self._desk.now_us
        for one in self.rules:
            is_next = one.state == OfferState.IN_FORCE and one.from_us > now
            if one.state == OfferState.ASKED or is_next:
                return one
        return None

    @property
    def proposed(self) -> Rates:
        """The figures a new rule begins with."""
        return self.rule.rates if self.rule is not None else USUAL

    async def publish(
        self, rates: Rates, from_us: int, reason: str, approver: str, *, is_ended: bool = False
    ) -> None:
        """Ask for a rule. Raises: as ``publish_points_rule``."""
        await self._desk.do(
            publish_points_rule,
            self.currency,
            rates,
            approver_id=approver,
            from_us=from_us,
            reason=reason,
            is_ended=is_ended,
        )
        await self.load()

    async def issue(self, batch: Batch, approver: str) -> str:
        """Issue a batch; its id. Raises: as ``issue_coupons``."""
        made = await self._desk.do(issue_coupons, batch, approver_id=approver)
        await self.load()
        return made

    async def codes(self, batch_id: str) -> Sequence[Code]:
        """The codes of a batch that lie here."""
        return await self._desk.fetch(codes_of, batch_id)

    async def took_out(self, batch_id: str) -> None:
        """The codes are in a file now; this desk forgets them."""
        await self._desk.do(forget_codes, batch_id)
        await self.load()

    async def uses(self, batch_id: str) -> Sequence[UseView]:
        """Who took coupons of a batch; those used twice first."""
        return await self._desk.fetch(uses_of_batch, batch_id)
