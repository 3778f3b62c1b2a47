"""Tables of the channel, and whose devices hold which of their rows."""

from collections.abc import Mapping

from sqlalchemy import Table

from shared.channel.rules import split
from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    Scopes,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

sales_org = replicated_table(
    "sales_org",
    text_column("sales_org_id"),
    text_column("name"),
    text_column("currency"),
    text_column("price_logic"),
    text_column("revision_policy"),
)
"""id = sales_org_id, repeated because scope rules see business columns only."""

region = replicated_table(
    "region",
    text_column("region_id", index=True),
    text_column("parent_id"),
    text_column("name"),
    text_column("kind"),
    integer_column("from_at_us"),
    integer_column("to_at_us"),
    text_column("sales_org_ids"),
)
"""A region from an instant on: one row for each instant at which it changed."""

level = replicated_table(
    "level",
    text_column("name"),
    integer_column("rank"),
    text_column("upstream_level_id"),
    text_column("sales_org_ids"),
)
"""id = level_id."""

customer_category = replicated_table(
    "customer_category",
    text_column("sales_org_id"),
    text_column("name"),
    text_column("fallback_id"),
)
"""id = category_id."""

partner = replicated_table("partner", text_column("name"), text_column("kind"))
"""id = partner_id; head office alone holds it, an account repeats what its devices need."""

channel_account = replicated_table(
    "channel_account",
    text_column("account_id"),
    text_column("partner_id", index=True),
    text_column("sales_org_id", index=True),
    text_column("name"),
    text_column("level_id"),
    text_column("upstream_ids"),
    text_column("category_id"),
    integer_column("credit_limit_minor"),
    integer_column("terms_days"),
    text_column("currency"),
    integer_column("is_active"),
    text_column("revision_policy"),
)
"""id = account_id."""

account_region = replicated_table(
    "account_region",
    text_column("account_id", index=True),
    text_column("region_id"),
    integer_column("from_at_us"),
)
"""On which leaf an account sits from an instant on (A01)."""

supply = replicated_table(
    "supply",
    text_column("account_id", index=True),
    text_column("supplier_id", index=True),
    text_column("account_name"),
    text_column("sales_org_id"),
    integer_column("is_active"),
)
"""Who may supply whom, so that a supplying dealer knows its customers by name."""

site = replicated_table(
    "site",
    text_column("site_id"),
    text_column("name"),
    text_column("site_type"),
    text_column("account_ids"),
    text_column("sales_org_ids"),
    text_column("zone"),
    text_column("sales_mode"),
    text_column("currency"),
    text_column("region_id"),
    text_column("mall_partner_id"),
    integer_column("is_active"),
    text_column("phone"),
)
"""id = site_id."""

device = replicated_table(
    "device",
    text_column("device_type"),
    text_column("site_id", index=True),
    text_column("tag"),
    text_column("public_key"),
    integer_column("enrolled_at_us"),
    integer_column("revoked_at_us"),
)
"""id = device_id; the public key as 64 hex digits."""

device_fork = replicated_table(
    "device_fork",
    text_column("device_id"),
    text_column("site_id"),
    integer_column("incarnation"),
    integer_column("from_incarnation"),
    integer_column("since_n"),
    text_column("asked_head"),
    integer_column("not_linked"),
    integer_column("found_at_us"),
)
"""Copies of one disk that went different ways, as they were found; id = device_id/incarnation."""

device_contact = replicated_table(
    "device_contact",
    text_column("site_id"),
    integer_column("seen_at_us"),
    integer_column("unsent"),
    text_column("program"),
    text_column("heard"),
)
"""When head office last heard of a device and what it had not sent; id = device_id. ``heard`` are
the hours in which it came (``rules.heard_hours``), from which the next contact is guessed.

The server writes it every few minutes for the devices that came, not for every word of theirs.
"""

device_invitation = replicated_table(
    "device_invitation",
    text_column("device_type"),
    text_column("site_id"),
    text_column("tag"),
    text_column("code_hash", index=True),
    integer_column("expires_at_us"),
    text_column("invited_by"),
    integer_column("invited_at_us"),
    text_column("code"),
)
"""A device that may enrol by a one-time code; id = device_id, the newest code counts.

Only the code's hash stands here, as hex. ``code`` says why head office refused it, '' = good.
"""

assortment_account = replicated_table(
    "assortment_account",
    text_column("assortment_id", index=True),
    text_column("account_id", index=True),
    text_column("sales_org_id"),
    integer_column("is_active"),
)
"""Which accounts an exclusive assortment names; account '' is head office, always named.

It stands here and not in the catalogue, because it decides which scopes a device holds.
"""


def _own_org(row: Mapping[str, Value]) -> tuple[str, ...]:
    return (scopes.HQ, scopes.org(str(row["sales_org_id"])))


def _orgs_or_hq(row: Mapping[str, Value]) -> tuple[str, ...]:
    orgs = split(str(row["sales_org_ids"]))
    return (scopes.HQ, *(scopes.org(one) for one in orgs))


def _account_and_hq(row: Mapping[str, Value]) -> tuple[str, ...]:
    account_id = str(row["account_id"])
    return (scopes.HQ, scopes.account(account_id)) if account_id else (scopes.HQ,)


def _both_ends(row: Mapping[str, Value]) -> tuple[str, ...]:
    ends = (str(row["account_id"]), str(row["supplier_id"]))
    return (scopes.HQ, *(scopes.account(end) for end in ends if end))


def _row(table: Table, scope_rule: Scopes) -> Replicated:
    return Replicated(table=table, role=TableRole.RECORD, scopes=scope_rule)


TABLES: tuple[Replicated, ...] = (
    _row(sales_org, _own_org),
    _row(region, _orgs_or_hq),
    _row(level, _orgs_or_hq),
    _row(customer_category, _own_org),
    _row(partner, scopes.in_hq),
    _row(channel_account, _account_and_hq),
    _row(account_region, _account_and_hq),
    _row(supply, _both_ends),
    _row(site, scopes.in_site_and_hq),
    _row(device, scopes.in_site_and_hq),
    _row(device_fork, scopes.in_site_and_hq),
    _row(device_contact, scopes.in_hq),
    _row(device_invitation, scopes.in_hq),
    _row(assortment_account, _account_and_hq),
)
