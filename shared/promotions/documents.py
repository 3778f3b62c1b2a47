"""Documents of promotions: a policy's publication, head office's word, what a document used."""

from collections.abc import Iterable, Sequence

from shared.journal.document import Body, Part
from shared.promotions.rules import Applied, Choices, GiftChoice, Outcome, Policy


class PolicyPublished(Body, kw_only=True):
    """A request to make this the next number of the policy (D01).

    Author and approver are the header's; the policy is whole, not a change of the one before.
    """

    sales_org_id: str
    parent_number: int
    """The number its author saw; 0 = a new policy."""
    policy: Policy
    is_ended: bool = False
    """From now on it holds no more, whatever its instants say."""
    reason: str = ""


class PolicySealed(Body, kw_only=True):
    """Head office gives the publication its number; it holds from its own instants on."""

    publication: str
    """uid text of the request."""
    sales_org_id: str
    policy_id: str
    number: int
    replaces: str = ""
    """uid text of the publication whose place it takes; '' = it is the first."""


class PolicyRejected(Body, kw_only=True):
    """Head office does not publish it, and why: ``PARENT_MOVED``, ``POLICY_BAD`` and so on."""

    publication: str
    sales_org_id: str
    policy_id: str
    code: str
    detail: str = ""


class PromotionApplied(Part, kw_only=True):
    """A policy that holds on a sale or order, with what the person chose (D12)."""

    policy_id: str
    number: int
    group: str = ""
    saving_minor: int = 0
    """Off the lines, plus the list value of its gifts."""
    measure: int = 0
    """Eligible pieces (10⁻⁶) or minor units it was earned by."""
    earned_micro: int = 0
    """Gifts earned."""
    owed_micro: int = 0
    """Of them not chosen: still owed to the buyer or let go."""


def applied_of(outcome: Outcome, limits: Sequence[Applied] = ()) -> tuple[PromotionApplied, ...]:
    """The policies that hold, with what was chosen, as a sale or order stores them (D12); behind
    them what it takes of limits over a period (D02)."""
    blocks = {block.policy_id: block for block in outcome.blocks}
    return tuple(
        PromotionApplied(
            policy_id=one.policy_id,
            number=one.number,
            group=one.group,
            saving_minor=one.saving_minor,
            measure=one.measure,
            earned_micro=blocks[one.policy_id].earned_micro if one.policy_id in blocks else 0,
            owed_micro=blocks[one.policy_id].left_micro if one.policy_id in blocks else 0,
        )
        for one in (*outcome.applied, *limits)
    )


def limits_of(taken: Iterable[Applied]) -> tuple[PromotionApplied, ...]:
    """What limits over a period count of a document, as it stores them."""
    return tuple(
        PromotionApplied(policy_id=one.policy_id, number=one.number, measure=one.measure)
        for one in taken
    )


def choices_of(
    gifts: Iterable[tuple[str, str, int]], promotions: Iterable[PromotionApplied]
) -> Choices:
    """What the person chose, read back from a stored sale or order (D12): its gifts as (policy,
    product, quantity), and the policies that hold."""
    chosen: dict[str, tuple[GiftChoice, ...]] = {}
    for policy_id, product_id, qty_micro in gifts:
        chosen[policy_id] = (*chosen.get(policy_id, ()), GiftChoice(product_id, qty_micro))
    return Choices(
        of_group={one.group: one.policy_id for one in promotions if one.group}, gifts=chosen
    )
