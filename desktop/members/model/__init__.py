"""Finding, making and looking at members, without a screen."""

from collections.abc import Sequence

from desktop.members.usecases import register_member
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.members.queries import MemberView, find_members, members_of_site


class MembersModel(Watched):
    """A list of members, and who is looked for."""

    def __init__(self, desk: Desk, site_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._site_id = site_id
        self.members: Sequence[MemberView] = ()
        self.asked = ""

    def find(self, text: str) -> Sequence[MemberView]:
        """Members a card, the last digits of a phone, a name or its initials mean."""
        return self._desk.read(find_members, text)

    async def look(self, text: str = "") -> None:
        """Show those a text means; without one the newest of this site."""
        self.asked = text.strip()
        if self.asked:
            self.members = await self._desk.fetch(find_members, self.asked, limit=200)
        else:
            self.members = await self._desk.fetch(members_of_site, self._site_id)
        self.changed()

    async def register(self, name: str, phone: str) -> MemberView:
        """Take a consumer up, offline too. Raises as ``register_member``."""
        return await self._desk.do(register_member, name, phone)

    def register_now(self, name: str, phone: str) -> MemberView:
        """As ``register``, done when it returns."""
        return self._desk.do_now(register_member, name, phone)
