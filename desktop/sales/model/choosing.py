"""What a list of policies needs of whom it chooses for: the till's basket or an invoice."""

from collections.abc import Sequence
from typing import Protocol

from desktop.sales.usecases.deal import Deal
from desktop.sales.usecases.promoting import Promotions


class Choosing(Protocol):
    """Something open with promotions, of which a person may choose others (D12)."""

    @property
    def currency(self) -> str: ...

    @property
    def opened(self) -> Promotions: ...

    @property
    def deal(self) -> Deal: ...

    @property
    def declined(self) -> tuple[str, ...]: ...

    @property
    def total_minor(self) -> int: ...

    def choose_policy(self, group: str, policy_id: str) -> None: ...

    def decline(self, policy_id: str) -> None: ...


def declined_with(declined: Sequence[str], policy_id: str) -> tuple[str, ...]:
    """The declined policies with one more, or without it where it was declined."""
    left = tuple(one for one in declined if one != policy_id)
    return left if len(left) < len(declined) else (*left, policy_id)
