"""The PIN of the person signed in: whether there is one, and another one for it."""

from desktop.access.usecases import change_pin
from desktop.access.usecases.people import has_pin, is_pin_missed
from desktop.store.desk import Desk
from shared.core.errors import QutongError, RuleViolation


class OwnPin:
    """Asked by the panel of one's own PIN."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def is_set(self) -> bool:
        """Whether signing in as this person asks for a PIN."""
        return self._desk.read(has_pin, self._site_id, self._desk.author_id)

    @property
    def is_missed(self) -> bool:
        """Whether there is none although others sign in here, who may then take one's place."""
        return self._desk.read(is_pin_missed, self._site_id, self._desk.author_id)

    async def change(self, old: str, new: str, again: str) -> QutongError | None:
        """Another PIN for the person signed in; what was wrong, or None."""
        try:
            if new != again:
                raise RuleViolation("PINS_DIFFER")
            await self._desk.work(change_pin, self._desk.store, old, new)
        except QutongError as error:
            return error
        return None

    @property
    def _site_id(self) -> str:
        identity = self._desk.store.identity
        return identity.site_id if identity is not None else ""
