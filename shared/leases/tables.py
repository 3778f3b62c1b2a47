"""Tables of leases: pools, leases, requests, and the ledger of what moves between them."""

from collections.abc import Mapping

from sqlalchemy import Index

from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.tables import (
    Balance,
    Replicated,
    TableRole,
    balance_table,
    integer_column,
    replicated_table,
    text_column,
)

lease_pool = replicated_table(
    "lease_pool",
    text_column("home_site_id"),
    text_column("unit"),
    text_column("only_site_id"),
    integer_column("portion"),
    integer_column("term_s"),
    integer_column("is_open"),
    integer_column("stated_at_us"),
)
"""id = the pool's name. ``only_site_id`` is the only site that may lease of it, '' = any."""

lease = replicated_table(
    "lease",
    text_column("pool", index=True),
    text_column("unit"),
    text_column("device_id"),
    integer_column("incarnation"),
    text_column("site_id"),
    integer_column("amount"),
    integer_column("from_us"),
    integer_column("until_us"),
    integer_column("term_s"),
    text_column("state"),
    text_column("reason"),
    integer_column("ended_at_us"),
    integer_column("doubled"),
)
"""id = uid text of the request it was granted to. ``doubled`` is what was found spent beyond it."""
Index("lease_holder", lease.c.device_id, lease.c.state)

lease_request = replicated_table(
    "lease_request",
    text_column("pool"),
    text_column("site_id"),
    text_column("device_id"),
    text_column("author_id"),
    integer_column("wanted"),
    integer_column("granted"),
    integer_column("free"),
    text_column("state"),
    text_column("code"),
    integer_column("asked_at_us"),
)
"""id = uid text."""
Index("lease_request_open", lease_request.c.device_id, lease_request.c.state)

lease_move = replicated_table(
    "lease_move",
    text_column("document", index=True),
    text_column("from_end"),
    text_column("to_end"),
    integer_column("amount"),
    text_column("lease_id", index=True),
    text_column("site_id"),
    text_column("device_id"),
    integer_column("happened_at_us"),
)
"""A positive amount from one end to the other. ``site_id`` is the holder's, or the pool's home."""

lease_balance = balance_table("lease_balance")


def _pool_scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    """Head office, and the home."""
    home = str(row["home_site_id"])
    return (scopes.HQ, scopes.site(home)) if home else (scopes.HQ,)


TABLES = (
    Replicated(table=lease_pool, role=TableRole.RECORD, scopes=_pool_scopes),
    Replicated(table=lease, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(table=lease_request, role=TableRole.RECORD, scopes=scopes.in_site_and_hq),
    Replicated(
        table=lease_move,
        role=TableRole.LEDGER,
        scopes=scopes.in_site_and_hq,
        balances=(
            Balance(
                table=lease_balance,
                from_column="from_end",
                to_column="to_end",
                keys=(),
                amount="amount",
            ),
        ),
    ),
)
