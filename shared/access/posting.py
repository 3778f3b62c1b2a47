"""How documents of access become rows."""

from collections.abc import Iterator

from shared.access.documents import PinChanged, PoliciesPublished, UserPublished
from shared.access.rules import GrantLevel
from shared.core.ids import derived_id
from shared.journal.document import Header, Value, Write


def post_user(header: Header, body: UserPublished) -> Iterator[Write]:
    """The user, and a row for each site and sales organisation named in the grants."""
    user: dict[str, Value] = {
        "name": body.name,
        "role": body.role,
        "pin_hash": body.pin_hash,
        "is_active": int(body.is_active),
        "until_at_us": body.until_at_us,
        "pin_at_us": body.pin_at_us,
    }
    yield Write("user_account", body.user_id, user)
    for number, grant in enumerate(body.grants, start=1):
        change: dict[str, Value] = {
            "user_id": body.user_id,
            "site_id": grant.site_id,
            "sales_org_id": grant.sales_org_id,
            "level": grant.level,
            "role": body.role,
            "is_active": int(body.is_active),
            "from_at_us": header.happened_at_us,
        }
        yield Write("user_grant_change", derived_id(header.uid, "g", number), change)
        yield Write(
            "user_grant",
            derived_id(body.user_id, grant.site_id, grant.sales_org_id),
            {
                **user,
                "user_id": body.user_id,
                "site_id": grant.site_id,
                "sales_org_id": grant.sales_org_id,
                "level": grant.level,
                # A withdrawn user keeps no PIN at the site.
                "pin_hash": "" if grant.level == GrantLevel.NONE else body.pin_hash,
            },
        )


def post_pin(header: Header, body: PinChanged) -> Iterator[Write]:
    """The author's own PIN at the document's site: nobody writes another's."""
    values: dict[str, Value] = {
        "user_id": header.author_id,
        "site_id": header.site_id,
        "pin_hash": body.pin_hash,
        "changed_at_us": header.happened_at_us,
    }
    yield Write("user_pin", derived_id(header.author_id, header.site_id), values)


def post_policies(_header: Header, body: PoliciesPublished) -> Iterator[Write]:
    """One record per rule and site; the newest publication stands."""
    for one in body.policies:
        values: dict[str, Value] = {
            "site_id": one.site_id,
            "name": one.name,
            "value": one.value,
        }
        yield Write("policy", derived_id(one.name, one.site_id), values)
