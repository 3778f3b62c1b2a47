"""People with their grants, and devices with their state: who may work where (P01, P10)."""

from collections.abc import Sequence

from desktop.access.model.own_pin import OwnPin
from desktop.access.usecases import new_pin_hash, publish_user
from desktop.channel.usecases import add_staff, dismiss_staff, give_staff_pin
from desktop.reporting.usecases.devices import (
    Invitation,
    invite_device,
    revoke_device,
    withdraw_invitation,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.access.documents import Grant
from shared.access.queries import Person, people_at
from shared.access.rules import GrantLevel, Role
from shared.channel.queries import sales_orgs
from shared.channel.rules import STAFF_ROLES, founder_id
from shared.core.errors import RuleViolation
from shared.reporting.queries.devices import DeviceLine, DeviceState, devices
from shared.reporting.queries.people import PersonLine, people
from shared.reporting.queries.stock_sums import open_sites

ROLES = tuple(one.value for one in Role if one is not Role.OWNER)
LEVELS = (GrantLevel.VIEW, GrantLevel.ORDER, GrantLevel.APPROVE, GrantLevel.ADMIN)


class People(Watched):
    """Everybody who may sign in anywhere; at a shop of its own, those of the shop."""

    def __init__(self, desk: Desk, *, site_id: str = "") -> None:
        super().__init__()
        self._desk = desk
        self.site_id = site_id
        """'' = head office, which publishes people; else the one shop that only looks."""
        self.orgs: Sequence[tuple[str, str]] = desk.read(sales_orgs)
        self.sites: Sequence[tuple[str, str]] = desk.read(open_sites)
        self.site_names = dict(self.sites)
        self.org_names = dict(self.orgs)
        self.people: Sequence[PersonLine] = ()
        self.own_pin = OwnPin(desk)

    @property
    def is_open(self) -> bool:
        """Whether the owner has no PIN although others sign in here."""
        return self.may_name_staff and self.own_pin.is_missed

    def is_own(self, person: PersonLine) -> bool:
        """Whether this is the person signed in."""
        return person.user_id == self._desk.author_id

    @property
    def may_change(self) -> bool:
        """Whether people are published from here."""
        return not self.site_id

    @property
    def may_name_staff(self) -> bool:
        """Whether who is signed in founded this shop, and so names its people (R07)."""
        return bool(self.site_id) and self._desk.author_id == founder_id(self.site_id)

    def is_staff(self, person: PersonLine) -> bool:
        """Whether the founder may change this person: the shop's own, and not the founder."""
        own = person.user_id.startswith(f"{self.site_id}.") and person.role in STAFF_ROLES
        return self.may_name_staff and own

    async def add_staff(
        self, name: str, role: str, pin: str, *, without_own_pin: bool = False
    ) -> None:
        """Somebody works here from now on. Raises: RuleViolation PIN_BAD and as ``add_staff``."""
        pin_hash = await self._desk.work(new_pin_hash, self._desk.store, pin)
        await self._desk.do(
            add_staff, name, role, pin_hash=pin_hash, without_own_pin=without_own_pin
        )
        await self.load()

    async def give_staff_pin(self, person: PersonLine, pin: str) -> None:
        """A new PIN for one of the shop's own. Raises: RuleViolation PIN_BAD, STAFF_UNUSABLE."""
        pin_hash = await self._desk.work(new_pin_hash, self._desk.store, pin)
        await self._desk.do(give_staff_pin, person.user_id, pin_hash=pin_hash)
        await self.load()

    async def dismiss(self, person: PersonLine) -> None:
        """One of the shop's own does not work here any more. Raises: RuleViolation
        STAFF_UNUSABLE."""
        await self._desk.do(dismiss_staff, person.user_id)
        await self.load()

    async def load(self) -> None:
        """Read everybody again, and where they may work: a shop may be new."""
        self.orgs, self.sites = self._desk.read(sales_orgs), self._desk.read(open_sites)
        self.site_names, self.org_names = dict(self.sites), dict(self.orgs)
        if self.site_id:
            found = await self._desk.fetch(people_at, self.site_id)
            self.people = [self._of_shop(one) for one in found]
        else:
            self.people = await self._desk.fetch(people)
        self.changed()

    async def publish(
        self,
        user_id: str,
        name: str,
        role: str,
        grants: Sequence[Grant],
        *,
        is_active: bool = True,
        is_new: bool = False,
    ) -> None:
        """State a person as a whole; the PIN stays.

        Raises: RuleViolation USER_INCOMPLETE, USER_EXISTS, GRANT_TWICE and as ``publish_user``.
        """
        if is_new and any(one.user_id == user_id for one in self.people):
            raise RuleViolation("USER_EXISTS", user=user_id[:40])
        places = [(one.site_id, one.sales_org_id) for one in grants]
        if len(set(places)) != len(places):
            raise RuleViolation("GRANT_TWICE")
        await self._desk.do(publish_user, user_id, name, role, grants, is_active=is_active)
        await self.load()

    async def set_active(self, person: PersonLine, is_active: bool) -> None:
        """Let a person in again, or out."""
        await self.publish(
            person.user_id, person.name, person.role, person.grants, is_active=is_active
        )

    async def give_pin(self, person: PersonLine, pin: str) -> None:
        """A new PIN at every site. Raises: RuleViolation PIN_BAD."""
        pin_hash = await self._desk.work(new_pin_hash, self._desk.store, pin)
        await self._desk.do(
            publish_user,
            person.user_id,
            person.name,
            person.role,
            person.grants,
            pin_hash=pin_hash,
            is_active=person.is_active,
        )
        await self.load()

    def _of_shop(self, one: Person) -> PersonLine:
        return PersonLine(
            user_id=one.user_id,
            name=one.name,
            role=one.role,
            is_active=True,
            has_pin=bool(one.pin_hash),
            until_at_us=0,
            grants=(Grant(site_id=self.site_id),),
        )


class Devices(Watched):
    """Every device and every code that waits for one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.sites: Sequence[tuple[str, str]] = desk.read(open_sites)
        self.devices: Sequence[DeviceLine] = ()

    async def load(self) -> None:
        """Read the devices again, and where one may stand: a shop may be new."""
        self.sites = self._desk.read(open_sites)
        self.devices = await self._desk.fetch(devices, self._desk.now_us)
        self.changed()

    @property
    def quiet(self) -> int:
        """Trusted ones that were not heard of for a day."""
        return sum(1 for one in self.devices if one.is_quiet)

    @property
    def trusted(self) -> int:
        """Devices that may work."""
        return sum(1 for one in self.devices if one.is_trusted)

    def free_tag(self, site_id: str) -> str:
        """The next short name that no device of the site has."""
        used = {one.tag for one in self.devices if one.site_id == site_id}
        return next(tag for n in range(1, 10_000) if (tag := f"{n:02}") not in used)

    async def invite(self, device_type: str, site_id: str, tag: str) -> Invitation:
        """A one-time code for a new device. Raises what ``invite_device`` raises."""
        made = await self._desk.do(invite_device, device_type, site_id, tag)
        await self.load()
        return made

    async def withdraw(self, device: DeviceLine) -> None:
        """Make an unused code worth nothing."""
        await self._desk.do(withdraw_invitation, device.device_id)
        await self.load()

    async def revoke(self, device: DeviceLine, reason: str) -> None:
        """Take a device's trust back. Raises what ``revoke_device`` raises."""
        await self._desk.do(revoke_device, device.device_id, reason=reason)
        await self.load()


def is_waiting(device: DeviceLine) -> bool:
    """Whether a code for it is open."""
    return device.state is DeviceState.INVITED
