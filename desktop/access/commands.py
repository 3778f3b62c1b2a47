"""The commands of access."""

from desktop.access import usecases
from desktop.store.asking import Nothing, Params, Written, device
from desktop.store.command import Command
from desktop.store.settings import settings_under
from desktop.store.writer import Store
from shared.access.documents import Grant, Policy
from shared.access.queries import User, users_of_site


class GrantParams(Params):
    """One grant; '' for every site of head office, every sales organisation."""

    site: str = ""
    sales_org: str = ""
    level: str = "admin"


class PublishUser(Params):
    """A user as a whole."""

    user: str
    name: str
    role: str
    grants: tuple[GrantParams, ...] = ()
    pin: str | None = None
    """Digits are a new PIN, '' takes it away; left out it stays as it is."""
    pin_hash: str | None = None
    is_active: bool = True


class AtSite(Params):
    """A site; '' is the device's own."""

    site: str = ""


def _publish_user(store: Store, asked: PublishUser) -> Written:
    grants = [
        Grant(site_id=one.site, sales_org_id=one.sales_org, level=one.level) for one in asked.grants
    ]
    pin_hash = asked.pin_hash
    if asked.pin is not None:
        pin_hash = usecases.new_pin_hash(store, asked.pin) if asked.pin else ""
    done = store.write(
        usecases.publish_user,
        asked.user,
        asked.name,
        asked.role,
        grants,
        pin_hash=pin_hash,
        is_active=asked.is_active,
    )
    return Written.of(done.value)


def _users(store: Store, asked: AtSite) -> list[dict[str, str]]:
    site_id = asked.site or device(store).site_id
    found: list[User] = store.read(lambda connection: users_of_site(connection, site_id))
    return [{"user": one.user_id, "name": one.name, "role": one.role} for one in found]


class SignIn(Params):
    """Who works from here on in this run."""

    user: str
    pin: str = ""


def _sign_in(store: Store, asked: SignIn) -> usecases.SignedIn:
    return usecases.sign_in(store, asked.user, asked.pin)


class Approve(Params):
    """Who stands for which act of the person signed in."""

    approver: str
    pin: str = ""
    permission: str = "sale.approve"


def _approve(store: Store, asked: Approve) -> usecases.Approval:
    return usecases.approve(store, asked.approver, asked.pin, asked.permission)


class ChangePin(Params, kw_only=True):
    """The own PIN, before and after."""

    old: str = ""
    new: str


def _change_pin(store: Store, asked: ChangePin) -> Written:
    return Written.of(usecases.change_pin(store, asked.old, asked.new))


def _alone(store: Store, _asked: Nothing) -> dict[str, object]:
    found = usecases.alone(store)
    return {"days": found.days, "allowed_days": found.allowed_days, "is_locked": found.is_locked}


def _policies(store: Store, _asked: Nothing) -> dict[str, str]:
    site_id = device(store).site_id
    return store.read(lambda connection: usecases.policies(connection, site_id))


class SetPolicy(Params):
    """A rule of the house by name; head office may name a site, a shop sets its own device."""

    name: str
    value: str
    site: str = ""


def _set_policy(store: Store, asked: SetPolicy) -> dict[str, str]:
    if device(store).device_type == "hq":
        wanted = Policy(name=asked.name, value=asked.value, site_id=asked.site)
        store.write(usecases.publish_policies, [wanted])
    else:
        store.write(usecases.set_policy, asked.name, asked.value)
    return {asked.name: asked.value}


class SetSetting(Params):
    """A setting of this device; without a value it is forgotten."""

    key: str
    value: str | None = None


def _set_setting(store: Store, asked: SetSetting) -> dict[str, str]:
    store.write(usecases.set_setting, asked.key, asked.value)
    return store.read(settings_under)


COMMANDS = (
    Command(
        name="publish-user",
        summary="Publish a user with role and grants (head office).",
        params=PublishUser,
        run=_publish_user,
    ),
    Command(
        name="users",
        summary="Who may sign in at a site.",
        params=AtSite,
        run=_users,
    ),
    Command(
        name="sign-in",
        summary="Work as a person, by PIN.",
        params=SignIn,
        run=_sign_in,
    ),
    Command(
        name="approve",
        summary="Stand for one act of the person signed in, by PIN.",
        params=Approve,
        run=_approve,
    ),
    Command(name="pin-change", summary="Choose another PIN.", params=ChangePin, run=_change_pin),
    Command(
        name="alone",
        summary="How long this device has been without head office.",
        params=Nothing,
        run=_alone,
    ),
    Command(name="policies", summary="The rules that hold here.", params=Nothing, run=_policies),
    Command(
        name="policy-set",
        summary="Set a rule of the house.",
        params=SetPolicy,
        run=_set_policy,
    ),
    Command(
        name="setting",
        summary="Set or forget a setting of this device; shows all of them.",
        params=SetSetting,
        run=_set_setting,
    ),
)
