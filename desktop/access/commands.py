"""The commands of access."""

from desktop.access import usecases
from desktop.store.asking import Params, Written, device
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.access.documents import Grant
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
    pin_hash: str = ""
    is_active: bool = True


class AtSite(Params):
    """A site; '' is the device's own."""

    site: str = ""


def _publish_user(store: Store, asked: PublishUser) -> Written:
    grants = [
        Grant(site_id=one.site, sales_org_id=one.sales_org, level=one.level) for one in asked.grants
    ]
    done = store.write(
        usecases.publish_user,
        asked.user,
        asked.name,
        asked.role,
        grants,
        pin_hash=asked.pin_hash,
        is_active=asked.is_active,
    )
    return Written.of(done.value)


def _users(store: Store, asked: AtSite) -> list[dict[str, str]]:
    site_id = asked.site or device(store).site_id
    found: list[User] = store.read(lambda connection: users_of_site(connection, site_id))
    return [{"user": one.user_id, "name": one.name, "role": one.role} for one in found]


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
)
