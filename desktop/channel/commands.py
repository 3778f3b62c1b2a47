"""The commands of the channel."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from desktop.access.usecases import new_pin_hash
from desktop.channel import usecases
from desktop.store.asking import Nothing, Params, Written, entry
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.channel.documents import (
    Account,
    Category,
    ChannelPublished,
    Level,
    Partner,
    Region,
    SalesOrg,
    Site,
)
from shared.channel.queries import customers_of, site_of
from shared.core.errors import RuleViolation


class PublishChannel(Params):
    """Parts of the channel, each a list of named fields as in shared.channel.documents."""

    sales_orgs: tuple[dict[str, Any], ...] = ()
    regions: tuple[dict[str, Any], ...] = ()
    levels: tuple[dict[str, Any], ...] = ()
    categories: tuple[dict[str, Any], ...] = ()
    partners: tuple[dict[str, Any], ...] = ()
    accounts: tuple[dict[str, Any], ...] = ()
    sites: tuple[dict[str, Any], ...] = ()


_PARTS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "sales_orgs": SalesOrg,
    "regions": Region,
    "levels": Level,
    "categories": Category,
    "partners": Partner,
    "accounts": Account,
    "sites": Site,
}


def _publish(store: Store, asked: PublishChannel) -> Written:
    parts: dict[str, Any] = {
        name: tuple(entry(kind, one) for one in getattr(asked, name))
        for name, kind in _PARTS.items()
    }
    return Written.of(store.write(usecases.publish_channel, ChannelPublished(**parts)).value)


class OfSite(Params):
    """A site by id."""

    site: str


class OfSupplier(Params):
    """A supplying account; '' is head office."""

    supplier: str = ""


def _site(store: Store, asked: OfSite) -> object:
    found = store.read(lambda connection: site_of(connection, asked.site))
    if found is None:
        raise RuleViolation("SITE_UNKNOWN", site_id=asked.site)
    return found


def _customers(store: Store, asked: OfSupplier) -> list[dict[str, str]]:
    found = store.read(lambda connection: customers_of(connection, asked.supplier))
    return [{"account": account_id, "name": name} for account_id, name in found]


def _whoami(store: Store, _asked: Nothing) -> dict[str, str]:
    found = store.identity
    return {
        "user": store.author_id,
        "device": found.device_id if found else "",
        "site": found.site_id if found else "",
    }


class AddStaff(Params):
    """Somebody of the founder's own shop: ``clerk``, ``cashier`` or ``warehouse``, with a PIN.

    A founder without a PIN of their own says ``without_own_pin``.
    """

    name: str
    pin: str
    role: str = "clerk"
    without_own_pin: bool = False


def _add_staff(store: Store, asked: AddStaff) -> object:
    given = new_pin_hash(store, asked.pin)
    done = store.write(
        usecases.add_staff,
        asked.name,
        asked.role,
        pin_hash=given,
        without_own_pin=asked.without_own_pin,
    )
    return {"user": done.value, "name": asked.name, "role": asked.role}


class OfStaff(Params):
    """One of the founder's own people, by user id."""

    user: str


def _dismiss(store: Store, asked: OfStaff) -> Written:
    return Written.of(store.write(usecases.dismiss_staff, asked.user).value)


COMMANDS = (
    Command(
        name="publish-channel",
        summary="Publish sales organisations, regions, levels, partners, accounts, sites.",
        params=PublishChannel,
        run=_publish,
    ),
    Command(name="site", summary="A site as this device knows it.", params=OfSite, run=_site),
    Command(
        name="customers",
        summary="The accounts a supplier may supply.",
        params=OfSupplier,
        run=_customers,
    ),
    Command(
        name="staff-add",
        summary="The founder names somebody of the own shop.",
        params=AddStaff,
        run=_add_staff,
    ),
    Command(
        name="staff-remove",
        summary="The founder takes one of the shop's own people away.",
        params=OfStaff,
        run=_dismiss,
    ),
    Command(name="whoami", summary="User, device and site.", params=Nothing, run=_whoami),
)
