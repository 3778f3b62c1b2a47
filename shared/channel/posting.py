"""How documents of the channel become rows."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from shared.access.documents import Grant, UserPublished
from shared.access.posting import post_user
from shared.access.rules import Role
from shared.channel.documents import (
    Account,
    ChannelPublished,
    DeviceEnrolled,
    DeviceForked,
    DeviceInvitationRefused,
    DeviceInvited,
    DeviceRevoked,
    Level,
    Region,
    ShopFounded,
    ShopJoined,
    Site,
    StaffStated,
)
from shared.channel.queries import device_of, site_of
from shared.channel.rules import (
    DEMO_SITE,
    HEAD_OFFICE,
    PHONE_CHARACTERS_MAX,
    check_staff,
    checked_name,
    founder_id,
    joined,
    new_device_id,
    staff_id,
    upstream_text,
)
from shared.core.ids import derived_id
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer


def post_channel(_header: Header, body: ChannelPublished) -> Iterator[Write]:
    """Each entry as its row; accounts also their place in the region tree and their suppliers.

    Raises: RuleViolation NAME_UNUSABLE.
    """
    for org in body.sales_orgs:
        values = {
            "sales_org_id": org.sales_org_id,
            "name": org.name,
            "currency": org.currency,
            "price_logic": org.price_logic,
            "revision_policy": org.revision_policy,
        }
        yield Write("sales_org", checked_name(org.sales_org_id), values)
    yield from map(_region, body.regions)
    yield from map(_level, body.levels)
    for category in body.categories:
        values = {
            "sales_org_id": category.sales_org_id,
            "name": category.name,
            "fallback_id": category.fallback_id,
        }
        yield Write("customer_category", category.category_id, values)
    for partner in body.partners:
        yield Write("partner", partner.partner_id, {"name": partner.name, "kind": partner.kind})
    for account in body.accounts:
        yield from _account(account)
    yield from map(_site, body.sites)


def _region(region: Region) -> Write:
    return Write(
        "region",
        derived_id(region.region_id, region.from_at_us),
        {
            "region_id": region.region_id,
            "parent_id": region.parent_id,
            "name": region.name,
            "kind": region.kind,
            "from_at_us": region.from_at_us,
            "to_at_us": region.to_at_us,
            "sales_org_ids": joined(region.sales_org_ids),
        },
    )


def _level(level: Level) -> Write:
    return Write(
        "level",
        level.level_id,
        {
            "name": level.name,
            "rank": level.rank,
            "upstream_level_id": level.upstream_level_id,
            "sales_org_ids": joined(level.sales_org_ids),
        },
    )


def _account(account: Account) -> Iterator[Write]:
    yield Write(
        "channel_account",
        checked_name(account.account_id),
        {
            "account_id": account.account_id,
            "partner_id": account.partner_id,
            "sales_org_id": account.sales_org_id,
            "name": account.name,
            "level_id": account.level_id,
            "upstream_ids": upstream_text(account.upstream_account_ids),
            "category_id": account.category_id,
            "credit_limit_minor": account.credit_limit_minor,
            "terms_days": account.terms_days,
            "currency": account.currency,
            "is_active": int(account.is_active),
            "revision_policy": account.revision_policy,
        },
    )
    if account.region_id:
        yield Write(
            "account_region",
            derived_id(account.account_id, account.region_from_at_us),
            {
                "account_id": account.account_id,
                "region_id": account.region_id,
                "from_at_us": account.region_from_at_us,
            },
        )
    for supplier_id in account.upstream_account_ids or (HEAD_OFFICE,):
        yield _supply(account, supplier_id, is_active=True)
    for supplier_id in account.former_upstream_ids:
        yield _supply(account, supplier_id, is_active=False)


def _supply(account: Account, supplier_id: str, *, is_active: bool) -> Write:
    return Write(
        "supply",
        derived_id(account.account_id, supplier_id),
        {
            "account_id": account.account_id,
            "supplier_id": supplier_id,
            "account_name": account.name,
            "sales_org_id": account.sales_org_id,
            "is_active": int(is_active and account.is_active),
        },
    )


def _site(site: Site) -> Write:
    return Write(
        "site",
        checked_name(site.site_id),
        {
            "site_id": site.site_id,
            "name": site.name,
            "site_type": site.site_type,
            "account_ids": joined(site.account_ids),
            "sales_org_ids": joined(site.sales_org_ids),
            "zone": site.zone,
            "sales_mode": site.sales_mode,
            "currency": site.currency,
            "region_id": site.region_id,
            "mall_partner_id": site.mall_partner_id,
            "is_active": int(site.is_active),
            "phone": site.phone[:PHONE_CHARACTERS_MAX],
        },
    )


def post_enrolled(header: Header, body: DeviceEnrolled) -> Iterator[Write]:
    """The device, with the key its journal is verified by."""
    values: dict[str, Value] = {
        "device_type": body.device_type,
        "site_id": body.site_id,
        "tag": body.tag,
        "public_key": body.public_key.hex(),
        "enrolled_at_us": header.happened_at_us,
    }
    yield Write("device", body.device_id, values)


def post_revoked(header: Header, body: DeviceRevoked) -> Iterator[Write]:
    """The instant from which the device is no longer trusted."""
    values: dict[str, Value] = {"site_id": body.site_id, "revoked_at_us": header.happened_at_us}
    yield Write("device", body.device_id, values)


def post_forked(header: Header, body: DeviceForked) -> Iterator[Write]:
    """The new incarnation, and up to where it is one with the former (sync, "fork")."""
    values: dict[str, Value] = {
        "device_id": body.device_id,
        "site_id": body.site_id,
        "incarnation": body.incarnation,
        "from_incarnation": body.from_incarnation,
        "since_n": body.since_n,
        "asked_head": body.asked_head.hex(),
        "not_linked": body.not_linked,
        "found_at_us": header.happened_at_us,
    }
    yield Write("device_fork", f"{body.device_id}/{body.incarnation}", values)


def post_founded(header: Header, body: ShopFounded) -> Iterator[Write]:
    """The shop's site and its owner, in the shop's own scope; nothing of anybody else's.

    Raises: RuleViolation NAME_UNUSABLE.
    """
    site_id = checked_name(header.site_id)
    values: dict[str, Value] = {
        "site_id": site_id,
        "name": body.name,
        "site_type": DEMO_SITE if body.is_demo else "store",
        "zone": body.zone,
        "sales_mode": "full",
        "currency": body.currency,
        "region_id": body.region_id,
        "is_active": 1,
    }
    yield Write("site", site_id, values)
    owner = UserPublished(
        user_id=founder_id(site_id),
        name=body.owner_name,
        role=Role.OWNER,
        grants=(Grant(site_id=site_id),),
        pin_hash=body.pin_hash,
        pin_at_us=header.happened_at_us,
    )
    yield from post_user(header, owner)


def post_staff(header: Header, body: StaffStated) -> Iterator[Write]:
    """One of the shop's own people, in the shop's own scope.

    Raises: RuleViolation NOT_THE_FOUNDER, USER_INCOMPLETE, TEXT_TOO_LONG, ROLE_UNKNOWN,
    STAFF_UNUSABLE.
    """
    site_id = checked_name(header.site_id)
    check_staff(header.author_id, site_id, body.name, body.role)
    stated = UserPublished(
        user_id=staff_id(site_id, body.staff),
        name=body.name,
        role=body.role,
        grants=(Grant(site_id=site_id),),
        pin_hash=body.pin_hash,
        pin_at_us=header.happened_at_us,
        is_active=body.is_active,
    )
    yield from post_user(header, stated)


def post_joined(_header: Header, body: ShopJoined) -> Iterator[Write]:
    """The shop's accounts as head office says; the site it was planned as is closed."""
    values: dict[str, Value] = {
        "site_id": body.site_id,
        "account_ids": joined(body.account_ids),
        "sales_org_ids": joined(body.sales_org_ids),
    }
    if body.region_id:
        values["region_id"] = body.region_id
    yield Write("site", checked_name(body.site_id), values)
    if body.planned_site_id:
        closed: dict[str, Value] = {"site_id": body.planned_site_id, "is_active": 0}
        yield Write("site", checked_name(body.planned_site_id), closed)


def assortment_accounts(
    assortment_id: str,
    sales_org_id: str,
    account_ids: Sequence[str],
    *,
    is_active: bool = True,
) -> Iterator[Write]:
    """Which accounts an exclusive assortment names (B03); used by the catalogue's posting."""
    for account_id in account_ids:
        yield Write(
            "assortment_account",
            derived_id(assortment_id, account_id),
            {
                "assortment_id": assortment_id,
                "account_id": account_id,
                "sales_org_id": sales_org_id,
                "is_active": int(is_active),
            },
        )


def post_invited(header: Header, body: DeviceInvited) -> Iterator[Write]:
    """The device that may enrol, with its code's hash; a newer code takes an older one's place.

    Raises: RuleViolation DEVICE_TYPE_UNKNOWN, SITE_ID_UNUSABLE, TAG_UNUSABLE.
    """
    values: dict[str, Value] = {
        "device_type": body.device_type,
        "site_id": body.site_id,
        "tag": body.tag,
        "code_hash": body.code_hash,
        "expires_at_us": body.expires_at_us,
        "invited_by": header.author_id,
        "invited_at_us": header.happened_at_us,
        "code": "",
    }
    device_id = new_device_id(body.device_type, body.site_id, body.tag)
    yield Write("device_invitation", device_id, values)


def post_invitation_refused(_header: Header, body: DeviceInvitationRefused) -> Iterator[Write]:
    """The code is worth nothing, and why."""
    values: dict[str, Value] = {"code_hash": "", "expires_at_us": 0, "code": body.code}
    yield Write("device_invitation", body.device_id, values)


def respond_invited(
    connection: Connection, _header: Header, body: DeviceInvited, _now_us: int
) -> Iterator[Answer]:
    """A device's name stands in printed numbers and is never given out twice at a site (P10)."""
    device_id = new_device_id(body.device_type, body.site_id, body.tag)
    code = ""
    if device_of(connection, device_id) is not None:
        code = "DEVICE_EXISTS"
    elif body.site_id and site_of(connection, body.site_id) is None:
        code = "SITE_UNKNOWN"
    if code:
        yield Answer(body=DeviceInvitationRefused(device_id=device_id, code=code), site_id="")
