"""Tables of vouchers: what head office promised, for every device, and what sites made of it."""

from collections.abc import Mapping

from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.tables import (
    Replicated,
    TableRole,
    integer_column,
    replicated_table,
    text_column,
)
from shared.vouchers.rules import OfferState

points_rule = replicated_table(
    "points_rule",
    text_column("currency"),
    integer_column("earn_points"),
    integer_column("earn_per_minor"),
    integer_column("worth_points"),
    integer_column("worth_minor"),
    integer_column("from_us"),
    integer_column("is_ended"),
    text_column("author_id"),
    text_column("approver_id"),
    text_column("reason"),
    text_column("state"),
    text_column("code"),
    integer_column("published_at_us"),
)
"""id = uid text of the request."""

coupon_batch = replicated_table(
    "coupon_batch",
    text_column("name"),
    text_column("currency"),
    integer_column("value_minor"),
    integer_column("least_minor"),
    integer_column("from_us"),
    integer_column("until_us"),
    text_column("policy"),
    text_column("on_return"),
    integer_column("coupons"),
    integer_column("directed"),
    text_column("author_id"),
    text_column("approver_id"),
    text_column("reason"),
    text_column("state"),
    text_column("code"),
    integer_column("issued_at_us"),
)
"""id = uid text of the request. ``directed`` of its coupons are one member's alone."""

coupon = replicated_table(
    "coupon",
    text_column("batch_id", index=True),
    text_column("member_id", index=True),
    integer_column("uses"),
    integer_column("used_at_us"),
    text_column("used_site_id"),
    text_column("holder"),
)
"""id = the keyed hash of its code, ``holder`` a member by a key only its code gives: every device
has these rows, and none learns from them who holds what. ``uses`` as head office knows them, less
those given again."""

coupon_use = replicated_table(
    "coupon_use",
    text_column("document"),
    text_column("coupon_id", index=True),
    text_column("batch_id", index=True),
    text_column("site_id"),
    text_column("device_id"),
    text_column("number"),
    text_column("member_id"),
    integer_column("amount_minor"),
    integer_column("count"),
    integer_column("happened_at_us"),
)

point_move = replicated_table(
    "point_move",
    text_column("document"),
    text_column("sale", index=True),
    text_column("member_id", index=True),
    text_column("site_id"),
    text_column("number"),
    text_column("reason"),
    text_column("rule_id"),
    integer_column("points"),
    integer_column("happened_at_us"),
)
"""``sale`` is the document's own, or the sale whose goods came back."""

points_elsewhere = replicated_table(
    "points_elsewhere",
    text_column("member_id", index=True),
    text_column("site_id"),
    integer_column("points"),
    integer_column("as_of_us"),
)
"""id = member and site: what all other sites moved, as head office knew it then."""


def _offer_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """What head office has not put in force, or refused, nobody else hears of."""
    is_told = row["state"] == OfferState.IN_FORCE.value
    return (scopes.HQ, scopes.ALL) if is_told else (scopes.HQ,)


TABLES: tuple[Replicated, ...] = (
    Replicated(table=points_rule, role=TableRole.RECORD, scopes=_offer_scopes),
    Replicated(table=coupon_batch, role=TableRole.RECORD, scopes=_offer_scopes),
    Replicated(table=coupon, role=TableRole.RECORD, scopes=scopes.in_all),
    Replicated(table=coupon_use, role=TableRole.LEDGER, scopes=scopes.in_site_and_hq),
    Replicated(table=point_move, role=TableRole.LEDGER, scopes=scopes.in_site_and_hq),
    Replicated(table=points_elsewhere, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
)
