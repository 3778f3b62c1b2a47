"""Tables of promotions: policies as they were published, and what documents used of them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Index

from shared.channel.rules import part_scope, split
from shared.journal.document import Value
from shared.pricing.rules import part_of
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)

promotion_policy = replicated_table(
    "promotion_policy",
    text_column("policy_id", index=True),
    text_column("sales_org_id"),
    integer_column("number"),
    integer_column("parent_number"),
    integer_column("next_number"),
    text_column("status"),
    text_column("name"),
    text_column("kind"),
    text_column("uses"),
    text_column("who"),
    integer_column("from_us"),
    integer_column("until_us"),
    integer_column("is_ended"),
    text_column("terms"),
    text_column("author_id"),
    text_column("approver_id"),
    text_column("reason"),
    integer_column("asked_at_us"),
    integer_column("sealed_at_us"),
    text_column("code"),
    text_column("detail"),
)
"""A row per publication, id = its uid text. ``number`` is 0 until sealed; ``status`` is '' while it
waits, then sealed or rejected; ``next_number`` is the one that took its place, 0 = none did.
``terms`` is the whole policy."""
Index("promotion_policy_org", promotion_policy.c.sales_org_id, promotion_policy.c.next_number)

policy_use = replicated_table(
    "policy_use",
    text_column("policy_id"),
    integer_column("number"),
    text_column("use"),
    text_column("document"),
    text_column("site_id"),
    text_column("account_id"),
    text_column("member_id"),
    text_column("business_day"),
    text_column("currency"),
    integer_column("measure"),
    integer_column("gift_micro"),
    integer_column("saving_minor"),
    integer_column("happened_at_us"),
)
"""What a document used of a policy; id = document and policy. ``measure`` is what counts toward a
first N or a limit, or what a gift or discount was earned by; a return takes it back below 0."""
Index("policy_use_day", policy_use.c.policy_id, policy_use.c.business_day)


def who_scopes(sales_org_id: str, who: Sequence[str]) -> tuple[str, ...]:
    """The scopes in which those a policy is for hear of it (C01, A03).

    A policy of named levels, categories, accounts or sites is theirs alone; one that names a
    region, members or nobody is known to the whole sales organisation.
    """
    found: dict[str, None] = {}
    for one in who:
        word, _, name = one.partition(":")
        if word == "site":
            found[scopes.site(name)] = None
        elif not (part := part_of(one)):
            return (scopes.org(sales_org_id),)
        elif part.startswith("account:"):
            found[scopes.account(name)] = None
        else:
            found[part_scope(sales_org_id, part)] = None
    return tuple(found) or (scopes.org(sales_org_id),)


def _policy_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """Until it is sealed, and when it was refused, head office's alone (D01)."""
    if row["status"] != "sealed":
        return (scopes.HQ,)
    return (scopes.HQ, *who_scopes(str(row["sales_org_id"]), split(str(row["who"]))))


def _use_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """An account's orders are head office's as well; what a till sold stays at its site."""
    if row["account_id"]:
        return (scopes.HQ, scopes.account(str(row["account_id"])))
    return scopes.in_site(row)


TABLES: tuple[Replicated, ...] = (
    Replicated(table=promotion_policy, role=TableRole.RECORD, scopes=_policy_scopes),
    Replicated(table=policy_use, role=TableRole.LEDGER, scopes=_use_scopes),
)
