"""Bugs to be found: each switches one guard of the product off while it is planted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

import desktop.store.local
import desktop.store.recovery
import desktop.sync.engine
import shared.ordering.posting.answers
import shared.sync.appending
import shared.sync.confirm
import sync_server.sync.feed
import sync_server.sync.push
from shared.areas import REGISTRY, SCHEMA
from shared.journal.tables import journal
from shared.sync.holding import scope_cursor
from shared.sync.replica import add_to_balances, everything
from tests.simulation.planting import Plant, around, instead, new_transaction, nothing
from tests.simulation.plants_more import MORE


def _cursor_before_rows(apply: Any) -> Any:
    """The cursor of a page is stored in a transaction of its own, before the rows."""

    def planted(replica: Any, own: Any, page: Any, runs: Any, connection: Connection) -> Any:
        where = scope_cursor.c.scope == page.scope
        seq = connection.execute(select(scope_cursor.c.seq).where(where)).scalar()
        if seq is not None and page.until > seq:
            reach = update(scope_cursor).where(where)
            connection.execute(reach.values(seq=page.until))
            new_transaction(connection)
            connection.execute(reach.values(seq=seq))
        return apply(replica, own, page, runs, connection)

    return planted


def _repeat_counts_again(before: Any) -> Any:
    """A slot that comes a second time adds to the balances a second time."""

    def planted(connection: Connection, push: Any, slots: Sequence[Any]) -> Any:
        verdicts = before(connection, push, slots)
        for verdict, slot in zip(verdicts, slots, strict=False):
            if verdict.outcome == "already":
                for write in REGISTRY.post(REGISTRY.decode(slot.stored)):
                    table = SCHEMA[write.table]
                    row = table.full(write.values)
                    add_to_balances(connection, table, [row], everything)
        return verdicts

    return planted


def _confirm_adds_again(confirm: Any) -> Any:
    """A confirmed ledger row is added to the balances as if it were a new one."""

    def planted(self: Any, table: Any, pairs: Sequence[Any]) -> None:
        confirm(self, table, pairs)
        own = [row for old, row in pairs if old["_slot"]]
        add_to_balances(self.connection, table, own, self.replica.owns)

    return planted


def _feed_after_commit(mark: Any) -> Any:
    """Head office commits rows, and marks the feed in another transaction."""

    def planted(connection: Connection, schema: Any, changes: Any) -> Any:
        new_transaction(connection)
        return mark(connection, schema, changes)

    return planted


def _numbers_in_memory(next_number: Any) -> Any:
    """Running numbers are kept beside the transaction, so a rollback leaves a gap."""

    def planted(connection: Connection, author: Any, series: str) -> int:
        disk: Any = connection.connection.dbapi_connection
        used: dict[str, int] = vars(disk).setdefault("numbers", {})
        used[series] = max(next_number(connection, author, series), used.get(series, 0) + 1)
        return used[series]

    return planted


def _without_kept(judge: Any) -> Any:
    """What head office would keep aside is thrown away."""

    def planted(*arguments: Any) -> Any:
        return [one for one in judge(*arguments) if one.outcome != "kept"]

    return planted


def _cursor_only(connection: Connection, _schema: Any, scope: str, _owns: Any) -> dict[str, Any]:
    """A lost scope's rows stay."""
    connection.execute(delete(scope_cursor).where(scope_cursor.c.scope == scope))
    return {}


def _settle_too_far(settle_step: Any) -> Any:
    """At the end of a sync, slots that were not sent yet count as received."""

    def planted(replica: Any, own: Any, _received_n: int, behind: Any) -> Any:
        return settle_step(replica, own, 1 << 40, behind)

    return planted


def _no_bytes(_slots: object) -> bytes:
    """Documents are shown as done without their second copy."""
    return b""


def _old_digest(add: Any) -> Any:
    """A changed row goes on counting with its old digest."""

    def planted(total: int, before: int, after: int) -> int:
        changed: int = add(total, before, after)
        return total if before and after else changed

    return planted


def _uids_repeat(connection: Connection, drafts: Sequence[Any]) -> None:
    """A key pressed twice is two documents."""
    assert connection.execute(select(journal.c.n).limit(1)) is not None
    assert drafts


PLANTS: dict[str, Plant] = {
    **MORE,
    "confirm adds again": around(shared.sync.confirm.Slice, "_confirm_ledger", _confirm_adds_again),
    "cursor before rows": around(shared.sync.confirm, "_apply", _cursor_before_rows),
    "decide twice": instead(shared.ordering.posting.answers, "check_first", nothing),
    "double press twice": instead(shared.sync.appending, "_refuse_repeats", _uids_repeat),
    "drop kept": around(sync_server.sync.push, "_judge_all", _without_kept),
    "feed after commit": around(sync_server.sync.feed, "mark", _feed_after_commit),
    "foreign rows stay": instead(
        desktop.sync.engine, "settle_step", lambda *_: lambda _: shared.sync.confirm.Applied()
    ),
    "lost scope stays": instead(desktop.sync.engine, "lose_scope", _cursor_only),
    "never spooled": instead(desktop.store.local, "encode_slots", _no_bytes),
    "no spool replay": instead(desktop.store.recovery, "repost", nothing),
    "numbers in memory": around(shared.sync.appending, "_next_number", _numbers_in_memory),
    "old digest": around(sync_server.sync.feed, "add", _old_digest),
    "repeat counts again": around(sync_server.sync.push, "_verdicts_before", _repeat_counts_again),
    "settle too far": around(desktop.sync.engine, "settle_step", _settle_too_far),
    "skip confirm": instead(shared.sync.confirm.Slice, "_confirm_ledger", nothing),
    "verdicts forgotten": instead(desktop.store.local, "set_kept", nothing),
}
"""By name, as ``--plant`` takes them."""
