"""Who works at the window, as screens know a person."""

from sqlalchemy import Connection

from desktop.store.identity import Identity
from desktop.ui.frame import Person
from shared.access.queries import people_at, permissions_of
from shared.channel.queries import account_ids_of_site, site_of
from shared.channel.rules import founder_id
from shared.core.clock import HOME_ZONE


def person_of(connection: Connection, identity: Identity | None, user_id: str) -> Person:
    """A person of this device's site; one whom nobody knows here yet may do nothing."""
    site_id = identity.site_id if identity else ""
    device_type = identity.device_type if identity else ""
    place = site_of(connection, site_id)
    people = {one.user_id: one for one in people_at(connection, site_id)}
    known = people.get(user_id)
    return Person(
        user_id=user_id,
        name=known.name if known else user_id,
        role=known.role if known else "",
        permissions=permissions_of(connection, user_id, site_id),
        site_id=site_id,
        site_name=place.name if place else "",
        device_type=device_type,
        currency=(place.currency if place else "") or "CNY",
        zone=(place.zone if place else "") or HOME_ZONE,
        is_of_founded_shop=founder_id(site_id) in people,
        has_supplier=bool(account_ids_of_site(connection, site_id)),
        sales_mode=(place.sales_mode if place else "") or "full",
    )
