"""Which reasons of a count's differences want a photo: said by head office, else by the shop."""

from desktop.access.usecases import publish_policies, set_policy
from desktop.stocktake.usecases.photos import photo_reasons
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.access.documents import Policy
from shared.access.rules import PHOTO_REASONS
from shared.stocktake.rules import REASONS


class PhotoRules(Watched):
    """The rule as it holds here, and as it is being changed (H09)."""

    def __init__(self, desk: Desk, site_id: str, *, is_office: bool) -> None:
        super().__init__()
        self._desk = desk
        self.is_office = is_office
        """Head office says it for every site; a shop for itself, while head office is silent."""
        self.wanted: frozenset[str] = desk.read(photo_reasons, site_id)

    def toggle(self, place: int) -> None:
        """The reason of a key, from 1, wants a photo, or no longer does."""
        if 1 <= place <= len(REASONS):
            self.wanted ^= {REASONS[place - 1]}
            self.changed()

    async def save(self) -> None:
        """Raises: RuleViolation POLICY_OF_HEAD_OFFICE; AccessDenied NOT_PERMITTED."""
        value = " ".join(one for one in REASONS if one in self.wanted)
        if self.is_office:
            await self._desk.do(publish_policies, [Policy(name=PHOTO_REASONS, value=value)])
        else:
            await self._desk.do(set_policy, PHOTO_REASONS, value)
