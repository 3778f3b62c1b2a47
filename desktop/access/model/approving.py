"""Another person stands for one act: their id and their PIN, offline."""

from collections.abc import Sequence

from desktop.access.usecases import approve
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.access.queries import Person, people_at, permissions_of
from shared.core.errors import QutongError, RuleViolation
from shared.core.text import fold


class Approving(Watched):
    """Who may approve an act here, and the one who does."""

    def __init__(self, desk: Desk, permission: str) -> None:
        super().__init__()
        self._desk = desk
        self.permission = permission
        self.people: Sequence[Person] = ()
        self.error: QutongError | None = None
        self.is_busy = False

    async def load(self) -> None:
        """Read who might: everybody here who may do it, but for the person who asks."""
        identity = self._desk.store.identity
        site_id = identity.site_id if identity is not None else ""
        found = await self._desk.fetch(people_at, site_id)
        able: list[Person] = []
        for one in found:
            may = await self._desk.fetch(permissions_of, one.user_id, site_id)
            if self.permission in may and one.user_id != self._desk.author_id:
                able.append(one)
        self.people = able
        self.changed()

    @property
    def names(self) -> list[str]:
        """What has to be typed: the name, and beside it the id where head office gave one out."""
        identity = self._desk.store.identity
        own = f"{identity.site_id}." if identity is not None and identity.site_id else ""
        return [
            one.name if own and one.user_id.startswith(own) else f"{one.name} ({one.user_id})"
            for one in self.people
        ]

    def named(self, typed: str) -> str:
        """The id of who was typed, by id or by name; what was typed when nobody here fits."""
        wanted = fold(typed.strip())
        fits = [one for one in self.people if wanted in (fold(one.user_id), fold(one.name))]
        near = [one for one in self.people if wanted and fold(one.user_id).startswith(wanted)]
        found = fits or near
        return found[0].user_id if len(found) == 1 else typed.strip()

    async def submit(self, approver: str, pin: str) -> str | None:
        """The approver's id when the PIN was theirs; None with ``error`` set when it was not."""
        if self.is_busy:
            return None
        self.is_busy, self.error = True, None
        self.changed()
        try:
            if not approver.strip():
                raise RuleViolation("APPROVAL_MISSING")
            who = self.named(approver)
            done = await self._desk.work(approve, self._desk.store, who, pin, self.permission)
        except QutongError as error:
            self.error = error
            return None
        finally:
            self.is_busy = False
            self.changed()
        return done.approver_id
