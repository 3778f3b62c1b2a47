"""More bugs to be found: authority, forks, restores, feeds, balances, disks, decisions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import desktop.store.commits
import desktop.store.forgetting
import desktop.store.local
import desktop.store.migrations
import desktop.store.recovery
import desktop.store.reposting
import desktop.store.spool_tail
import desktop.sync.alarms
import desktop.sync.engine
import desktop.sync.neighbours.documents
import desktop.sync.repairing
import shared.journal.chain
import shared.journal.kind
import shared.ordering.posting.revising
import shared.pricing.posting
import shared.sales.posting
import shared.sync.confirm
import shared.sync.holding
import shared.sync.own_slots
import shared.sync.relinking
import sync_server.enrolment.joining
import sync_server.sync.authority
import sync_server.sync.envelopes
import sync_server.sync.feed
import sync_server.sync.forking
import sync_server.sync.head_office
import sync_server.sync.hello
import sync_server.sync.judging
import sync_server.sync.pull
import sync_server.sync.push
import sync_server.sync.recovering
import sync_server.sync.returning
from shared.core.errors import RuleViolation
from shared.sync.appending import head_of
from shared.sync.statements import upsert
from shared.sync.tables import TableRole
from tests.simulation.planting import Plant, around, both, instead, nothing

_QUARTER_US = 90 * 86_400_000_000
_EVERY = 40
"""A plant that does harm now and then does it this often."""


class _Believing:
    """A key that finds every signature good."""

    def __init__(self, public: bytes) -> None:
        self.public = public

    def document_good(self, _stored: bytes, _signature: bytes) -> bool:
        return True


def _true(*_arguments: object) -> bool:
    return True


def _false(*_arguments: object) -> bool:
    return False


def _empty(*_arguments: object, **_named: object) -> list[Any]:
    return []


def _no_text(*_arguments: object, **_named: object) -> str:
    return ""


def _zero(*_arguments: object, **_named: object) -> int:
    return 0


def _as_it_is(_connection: object, judged: Sequence[Any]) -> list[Any]:
    """The same document posts its rows as often as it comes."""
    return list(judged)


def _nobody(*_arguments: object) -> set[str]:
    return set()


def _silent(*_arguments: object) -> Iterator[Any]:
    """A part of a sync that asks nothing."""
    yield from ()


def _all_but_last(make: Any) -> Any:
    def planted(*arguments: Any, **named: Any) -> Any:
        return list(make(*arguments, **named))[:-1]

    return planted


def _now_and_then_one_less(make: Any) -> Any:
    """A list loses its last element now and then."""
    calls = [0]

    def planted(*arguments: Any, **named: Any) -> Any:
        found = list(make(*arguments, **named))
        calls[0] += 1
        return found[:-1] if calls[0] % _EVERY == 0 else found

    return planted


def _twice(settle: Any) -> Any:
    """Head office says everything twice."""

    def planted(*arguments: Any) -> Any:
        written = settle(*arguments)
        written.add(settle(*arguments))
        return written

    return planted


def _known_is_common(_connection: object, _device: object, fork: Any) -> int:
    """What a copy believes to be known is taken for known."""
    known: int = fork.head_n
    return known


def _ledger_only(mark: Any) -> Any:
    """Changed records do not move forward in the feed, now and then."""
    calls = [0]

    def planted(connection: Any, schema: Any, changes: Any) -> Any:
        calls[0] += 1
        if calls[0] % 5 == 0:
            ledger = TableRole.LEDGER
            changes = [one for one in changes if schema[one.table].role is ledger]
        return mark(connection, schema, changes)

    return planted


def _no_tombstones(entries: Any) -> Any:
    """Who loses a row is not told."""

    def planted(*arguments: Any) -> Any:
        return [one for one in entries(*arguments) if one.after]

    return planted


def _uncounted(entries: Any) -> Any:
    """A new record counts as if it had been there."""

    def planted(*arguments: Any) -> Any:
        return [one._replace(before=one.before or 1) for one in entries(*arguments)]

    return planted


def _all_given(_connection: object, envelopes: Sequence[Any]) -> list[Any]:
    """What stands here already is taken from those who give it back, too."""
    return sorted(envelopes, key=lambda one: (one.stored_at_us, one.device_id, one.n))


def _drops_waiting(add: Any) -> Any:
    """What a full disk left over is forgotten."""

    def planted(self: Any, records: bytes = b"") -> None:
        try:
            add(self, records)
        except Exception:
            self._waiting = b""
            raise

    return planted


def _more_scopes(scopes_of: Any) -> Any:
    """A till is given the next shop's scope as well."""

    def planted(connection: Any, device_id: str) -> Any:
        found = scopes_of(connection, device_id)
        return tuple(dict.fromkeys((*found, "site:SH02"))) if "SH01" in device_id else found

    return planted


def _without_rounding(entries: Any) -> Any:
    """A rounded sale earns what was paid."""

    def planted(*arguments: Any) -> Any:
        return [one for one in entries(*arguments) if one.memo != "rounding"]

    return planted


def _newer_wins(self: Any, table: Any, pairs: Sequence[Any]) -> None:
    """Head office's version of a record is taken without counting it."""
    changed = [row for old, row in pairs if old["_digest"] != row["_digest"]]
    upsert(self.connection, table.table, ("id",), changed)


def _one_row_less(money: Any) -> Any:
    """The line's amount is one cent more in its row than on paper."""

    def planted(header: Any, number: int, line: Any, day: str) -> Any:
        write = money(header, number, line, day)
        values = dict(write.values)
        values["amount_minor"] = int(values["amount_minor"]) + (number == 2)
        return write._replace(values=values)

    return planted


def _decided_on(now: Any) -> Any:
    """A version is numbered although its parent moved."""

    def planted(connection: Any, header: Any, body: Any, version_id: str) -> Any:
        newest = body.parent_number
        try:
            return now(connection, header, body, version_id)
        except RuleViolation:
            return newest + 1

    return planted


def _kept_is_stored(judge: Any) -> Any:
    """What may not be written is written all the same when it is a sale."""

    def planted(*arguments: Any) -> Any:
        one = judge(*arguments)
        if one.document is not None and one.code == "FOREIGN_SITE":
            return replace(one, outcome="stored", code="")
        return one

    return planted


def _is_long_enough(spool: Any, place: Any) -> bool:
    """A place noted in one file is believed in another."""
    return bool(spool.size() >= place.size)


def _at_once(set_clock: Any) -> Any:
    """An answer is believed to have taken no time."""

    def planted(self: Any, server_us: int, _took_us: int) -> None:
        set_clock(self, server_us, 0)

    return planted


def _received(durable_of: Any) -> Any:
    """What head office has is called durable before any backup has it."""

    def planted(connection: Any, device_id: str, incarnation: int) -> Any:
        n, link_hash = head_of(connection, device_id, incarnation)
        return durable_of(connection, device_id, incarnation)._replace(n=n, link_hash=link_hash)

    return planted


MORE: dict[str, Plant] = {
    "all is authorised": instead(sync_server.sync.authority.AuthorityCheck, "breach", _no_text),
    "foreign site stored": around(sync_server.sync.push, "judge", _kept_is_stored),
    "signatures believed": instead(sync_server.sync.judging, "VerifyKey", _Believing),
    "fork not seen": instead(desktop.sync.engine._Sync, "_is_forked", _false),
    "nothing linked anew": instead(desktop.store.local, "relinked", _empty),
    "last slot not linked anew": around(desktop.store.local, "relinked", _all_but_last),
    "common part believed": instead(sync_server.sync.forking, "_common", _known_is_common),
    "others' rows kept at a fork": instead(shared.sync.relinking, "_let_go", nothing),
    "moved rows forgotten": instead(shared.sync.relinking, "_move_rows", nothing),
    "restore not noticed": instead(desktop.sync.engine._Sync, "_head_office_restored", nothing),
    "nothing given back": instead(desktop.sync.engine, "give_back", _silent),
    "nobody awaited": instead(sync_server.sync.returning, "awaited", _empty),
    "decided while recovering": instead(sync_server.sync.push, "is_recovering", _false),
    "put off for ever": instead(sync_server.sync.push, "put_off", nothing),
    # One uid has one writing wherever everybody keeps the rules: bytes and uid tell the same.
    "given back twice": both(
        instead(sync_server.sync.returning, "_stands", _false),
        instead(sync_server.sync.returning, "_lacking", _all_given),
    ),
    "said twice": around(sync_server.sync.push, "settle", _twice),
    "records stand still": around(sync_server.sync.feed, "mark", _ledger_only),
    "no tombstones": around(sync_server.sync.feed, "_record_entries", _no_tombstones),
    "new records not counted": around(sync_server.sync.feed, "_record_entries", _uncounted),
    "balances keep what went": instead(shared.sync.holding, "add_to_balances", nothing),
    "balances of new ends": instead(desktop.store.local, "rebuild_balances", nothing),
    "nothing spooled again": instead(desktop.store.recovery, "_respool", _zero),
    "older spool believed": instead(desktop.store.recovery, "_has", _true),
    "place in any spool": instead(desktop.store.recovery, "_has", _is_long_enough),
    "torn end stays": instead(desktop.store.recovery, "_mend", _no_text),
    "numbers begin again": instead(desktop.store.reposting, "_raise_series", nothing),
    "receipts forgotten": instead(desktop.store.recovery, "_note", nothing),
    "spool knows nobody": instead(desktop.store.recovery, "_last_identity", nothing),
    "waiting records dropped": around(desktop.store.spool_tail.SpoolTail, "add", _drops_waiting),
    "failed commit believed": instead(desktop.store.commits.Commits, "_happened", _true),
    "heads signed by nobody": instead(
        shared.journal.chain.SigningKey, "sign_head", lambda _self, _hash: bytes(64)
    ),
    "same document posted again": instead(sync_server.sync.push, "_without_repeats", _as_it_is),
    "slots before believed": instead(sync_server.sync.push, "_verdicts_before", _empty),
    "gained scope not counted": instead(shared.sync.holding, "recount", nothing),
    "kept rows reversed": instead(shared.sync.own_slots.OwnSlots, "kept", lambda *_: frozenset()),
    "manifest one short": around(sync_server.sync.hello, "moved", _all_but_last),
    "last run left out": around(sync_server.sync.pull, "_runs", _now_and_then_one_less),
    "posting depends on luck": around(shared.journal.kind.Registry, "post", _now_and_then_one_less),
    "records taken uncounted": instead(shared.sync.confirm.Slice, "_confirm_records", _newer_wins),
    "tombstones passed over": instead(shared.sync.confirm.Slice, "_remove", nothing),
    "swept never": instead(shared.sync.confirm.Slice, "_sweep", nothing),
    "nothing repaired": instead(desktop.sync.engine, "repair_differing", _silent),
    # A shop whose answer was lost is nobody head office knows when it asks again.
    "join is once": instead(sync_server.enrolment.joining, "find_device", nothing),
    "rounding not entered": around(shared.sales.posting, "_money", _without_rounding),
    "a cent in the line": around(shared.sales.posting, "_line_row", _one_row_less),
    "parent may move": around(shared.pricing.posting, "_decide", _decided_on),
    "openings beside rows": instead(shared.sync.confirm, "covered_rows", _empty),
    "clock never set": instead(desktop.sync.engine._Sync, "_set_clock", nothing),
    "round trip left out": around(desktop.sync.engine._Sync, "_set_clock", _at_once),
    "clock not told": instead(desktop.sync.alarms, "CLOCK_US", 1 << 60),
    "columns not taken up": instead(desktop.store.migrations, "_adopt_columns", nothing),
    "rows aside not taken up": instead(desktop.store.migrations, "adopt_extras", _empty),
    "sums as before an update": instead(
        desktop.store.local.LocalStore, "_rebuild_balances", nothing
    ),
    "bytes let go at once": instead(desktop.store.forgetting, "HELD_US", 0),
    "received is durable": around(sync_server.sync.hello, "durable_of", _received),
    "earlier recovery forgotten": instead(sync_server.sync.recovering, "_goes_on", _false),
    "neighbours let go too soon": instead(sync_server.sync.envelopes, "HELD_US", -_QUARTER_US),
    "neighbours never settled": instead(desktop.sync.engine, "settle_neighbours", nothing),
    "neighbours give again": instead(desktop.sync.neighbours.documents, "_known", _nobody),
    "answer twice": instead(shared.ordering.posting.revising, "check_answerable", nothing),
}
"""By name, as ``--plant`` takes them."""
