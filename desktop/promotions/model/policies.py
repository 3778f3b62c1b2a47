"""The promotion policies of a sales organisation, and the one being written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from desktop.promotions import usecases
from desktop.promotions.model.draft import PolicyDraft, blank, template_of
from desktop.promotions.model.trial import Trial, trial_instant, try_out
from desktop.promotions.usecases.looking import Names, Whom, product_ids
from desktop.store.desk import Desk
from desktop.store.drafts import consuming, draft_of, put_draft, remove_draft
from desktop.watched import Watched
from shared.access.queries import names_of_users
from shared.catalog.queries import ProductView
from shared.channel.queries import sales_orgs
from shared.core.clock import business_day
from shared.core.errors import AccessDenied, RuleViolation, Unavailable
from shared.core.quantity import parse_quantity
from shared.promotions.queries import PolicyView, policies, policies_in_force, policy_history
from shared.promotions.rules import PolicyKind, Standing, Use
from shared.promotions.rules.reading import read_policy

_KEY: Final = "promotion/open"


class State(StrEnum):
    """How a policy of the list stands."""

    WAITING = "waiting"
    REJECTED = "rejected"
    TO_COME = "to_come"
    IN_FORCE = "in_force"
    ENDED = "ended"
    OVER = "over"


def state_of(one: PolicyView, now_us: int) -> State:
    """How a publication stands at an instant."""
    if one.status == "rejected":
        return State.REJECTED
    if not one.number:
        return State.WAITING
    if one.is_ended or one.next_number:
        return State.ENDED
    if one.policy.until_us and now_us >= one.policy.until_us:
        return State.OVER
    return State.TO_COME if now_us < one.policy.from_us else State.IN_FORCE


_PLACE: Final = {state: place for place, state in enumerate(State)}
HOLDING: Final = frozenset({State.IN_FORCE, State.TO_COME})


class PoliciesModel(Watched):
    """The list, and the open draft; ``can_write`` where policies are published."""

    def __init__(self, desk: Desk, *, can_write: bool, zone: str, currency: str) -> None:
        super().__init__()
        self._desk = desk
        self.can_write = can_write
        self.zone = zone
        self.currency = currency
        self.orgs: Sequence[tuple[str, str]] = desk.read(sales_orgs)
        busy = (one for one, _name in self.orgs if desk.read(policies, one))
        self.org_id = next(busy, self.orgs[0][0] if self.orgs else "")
        self.only_holding = not can_write
        self.all: Sequence[PolicyView] = ()
        self._told: Mapping[str, Sequence[Any]] = {}
        self.names: Names = {}
        self.people: Sequence[Whom] = ()
        self.writers: Mapping[str, str] = {}
        """What those are called who wrote or approved what ``history`` gave last."""
        self.brands: Sequence[tuple[str, str]] = desk.read(usecases.brands)
        self.draft: PolicyDraft | None = None
        self.trial: Trial | None = None
        kept = desk.read(draft_of, _KEY) if can_write else None
        if kept is not None:
            self.draft = PolicyDraft.of_bytes(kept, self._keep)
            self.org_id = self.draft.sales_org_id
        self.refresh()

    # the list

    def refresh(self) -> None:
        """Read the list again."""
        found = self._desk.read(policies, self.org_id)
        self.all = [_with_uses(one, self._told.get(one.policy_id)) for one in found]
        self.people = self._desk.read(usecases.people, self.org_id)
        self._name()
        self.changed()

    async def load_uses(self, detail: Callable[..., Any] | None) -> None:
        """What tills used as well, from head office's server; without a line what is held here."""
        if detail is None or not self.can_write:
            return
        org_id = self.org_id
        try:
            report = await self._desk.work(detail, "uses_of_policies", {"sales_org_id": org_id})
        except (Unavailable, AccessDenied, RuleViolation):
            return
        if org_id == self.org_id:
            self._told = {str(row[0]): row[1:] for row in report.rows}
            self.refresh()

    @property
    def rows(self) -> list[PolicyView]:
        """What the list shows: what waits and what holds first."""
        now_us = self._desk.now_us
        found = [
            one for one in self.all if not self.only_holding or state_of(one, now_us) in HOLDING
        ]
        return sorted(found, key=lambda one: _PLACE[state_of(one, now_us)])

    def state(self, one: PolicyView) -> State:
        """How a publication stands now."""
        return state_of(one, self._desk.now_us)

    def toggle_holding(self) -> None:
        """All of them, or only those that hold or will."""
        self.only_holding = not self.only_holding
        self.changed()

    def choose_org(self, org_id: str) -> None:
        """Look at another sales organisation."""
        self.org_id = org_id
        self.refresh()

    def next_org(self) -> None:
        """The sales organisation after this one, round and round."""
        ids = [one for one, _name in self.orgs]
        if ids:
            self.choose_org(ids[(ids.index(self.org_id) + 1) % len(ids)])

    async def history(self, policy_id: str) -> list[PolicyView]:
        """Every publication of a policy, the newest first."""
        found = await self._desk.fetch(policy_history, policy_id)
        people = {who for one in found for who in (one.author_id, one.approver_id)}
        self.writers = await self._desk.fetch(names_of_users, people)
        return found

    def read_aloud(self, one: PolicyView, language: str, dates: tuple[str, str]) -> str:
        """The policy in one sentence."""
        return read_policy(
            one.policy,
            self.names,
            language,
            currency=self.currency,
            from_text=dates[0],
            until_text=dates[1],
        )

    # the draft

    def begin(self, template: str) -> PolicyDraft:
        """Begin a policy of a kind."""
        return self._open(
            PolicyDraft(self.org_id, template, blank(template, self._code()), self._keep)
        )

    def change(self, one: PolicyView) -> PolicyDraft:
        """Begin the next number of a policy. Raises RuleViolation PROMOTION_UNKNOWN."""
        if not one.number:
            raise RuleViolation("PROMOTION_UNKNOWN", policy_id=one.policy_id)
        draft = PolicyDraft(
            one.sales_org_id,
            template_of(one.policy),
            one.policy,
            self._keep,
            parent_number=one.number,
        )
        return self._open(draft)

    def copy(self, one: PolicyView) -> PolicyDraft:
        """Begin a new policy that is like another."""
        like = replace(one.policy, policy_id=self._code())
        return self._open(PolicyDraft(one.sales_org_id, template_of(like), like, self._keep))

    def _open(self, draft: PolicyDraft) -> PolicyDraft:
        self.draft = draft
        self.trial = None
        draft.touch()
        self._name()
        self.changed()
        return draft

    def discard(self) -> None:
        """Throw the draft away."""
        self._desk.do_now(remove_draft, _KEY)
        self.draft = self.trial = None
        self.changed()

    def _keep(self, content: bytes) -> None:
        self._desk.do_now(put_draft, _KEY, content)

    def _code(self) -> str:
        """A code nobody has: the day and a number."""
        day = business_day(self._desk.now_us, self.zone).replace("-", "")[2:]
        used = {one.policy_id for one in self.all}
        at = 1
        while f"{day}-{at}" in used:
            at += 1
        return f"{day}-{at}"

    def find(self, text: str) -> list[ProductView]:
        """Goods a text finds."""
        return self._desk.read(usecases.find_goods, text)

    def product_of(self, code: str) -> ProductView | None:
        """The product a code or barcode names."""
        return self._desk.read(usecases.goods_of_code, code)

    def take_goods(self, which: str, code: str, value: int = 0) -> None:
        """Put goods into a list of the draft, by code or id.

        Raises: RuleViolation PRODUCT_UNKNOWN.
        """
        found = self.product_of(code)
        if found is None:
            raise RuleViolation("PRODUCT_UNKNOWN", code=code[:40])
        if self.draft is not None:
            self.names = {**self.names, f"product:{found.product_id}": found.name}
            self.draft.add_goods(which, found.product_id, value)

    def find_people(self, text: str) -> list[Whom]:
        """Those a policy can be for whose name or id holds the text."""
        wanted = text.strip().casefold()
        return [
            one
            for one in self.people
            if wanted in one.name.casefold() or wanted in one.dimension.casefold()
        ][:12]

    # the trial

    def try_goods(self, code: str, quantity: str) -> None:
        """Goods into the trial basket. Raises RuleViolation PRODUCT_UNKNOWN, QUANTITY_…"""
        draft, found = self.draft, self.product_of(code)
        if found is None:
            raise RuleViolation("PRODUCT_UNKNOWN", code=code[:40])
        if draft is not None:
            self.names = {**self.names, f"product:{found.product_id}": found.name}
            draft.add_trial(found.product_id, parse_quantity(quantity))
            self.run_trial()

    def run_trial(self) -> None:
        """Evaluate the trial basket again; nothing while the policy cannot stand."""
        draft = self.draft
        self.trial = None
        if draft is not None and draft.trial and draft.problem is None:
            policy = draft.policy
            at_us = trial_instant(policy, self._desk.now_us)
            gifts = [*policy.gifts, *policy.goods.products] if _gives(policy.kind) else []
            items, prices = self._desk.read(
                usecases.trial_goods, draft.sales_org_id, draft.trial, gifts, at_us
            )
            self.trial = try_out(
                policy,
                items,
                prices,
                others=self._others(draft, at_us) if draft.with_others else (),
                now_us=self._desk.now_us,
                zone=self.zone,
                currency=self.currency,
            )
        self.changed()

    def _others(self, draft: PolicyDraft, at_us: int) -> list[Standing]:
        use = draft.policy.uses[0] if draft.policy.uses else Use.ORDER
        found = self._desk.read(policies_in_force, [draft.sales_org_id], use, at_us)
        return [one for one in found if one.policy.policy_id != draft.policy.policy_id]

    # publishing

    async def submit(self, approver: Any) -> str:
        """Ask head office to publish the draft; the publication's id.

        Raises: what ``publish_policy`` raises; RuleViolation NOTHING_TO_PUBLISH.
        """
        draft = self.draft
        if draft is None:
            raise RuleViolation("NOTHING_TO_PUBLISH")
        publication = await self._desk.do(
            consuming(_KEY, usecases.publish_policy),
            draft.sales_org_id,
            draft.policy,
            approver_id=approver,
            parent_number=draft.parent_number,
            reason=draft.reason,
        )
        self.draft = self.trial = None
        self.refresh()
        return publication

    async def end(self, one: PolicyView, approver: Any, reason: str) -> None:
        """Ask head office to end a policy now."""
        await self._desk.do(
            usecases.end_policy,
            one.sales_org_id,
            one.policy_id,
            approver_id=approver,
            reason=reason,
        )
        self.refresh()

    def _name(self) -> None:
        asked = [one.policy for one in self.all]
        if self.draft is not None:
            asked.append(self.draft.policy)
        self.names = self._desk.read(usecases.policy_names, asked)
        if self.draft is not None:
            extra = [one for one, _qty in self.draft.trial]
            known = set(product_ids(self.draft.policy))
            for one in (product for product in extra if product not in known):
                found = self.product_of(one)
                if found is not None:
                    self.names = {**self.names, f"product:{one}": found.name}


def _with_uses(one: PolicyView, told: Sequence[Any] | None) -> PolicyView:
    """What head office's server said, or what is held here where that is more by now."""
    if told is None:
        return one
    documents, saving_minor, gift_micro = told
    return replace(
        one,
        documents=max(one.documents, documents),
        saving_minor=max(one.saving_minor, saving_minor),
        gift_micro=max(one.gift_micro, gift_micro),
    )


def _gives(kind: PolicyKind) -> bool:
    return kind in (PolicyKind.GIFT, PolicyKind.THRESHOLD)
