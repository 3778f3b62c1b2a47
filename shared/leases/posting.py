"""Documents of leases become rows of their ledger; head office grants, takes back, and mends."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, select

from shared.core.errors import RuleViolation
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.journal.tables import journal
from shared.leases.documents import (
    LeaseGranted,
    LeaseOverspent,
    LeaseRefused,
    LeaseRequested,
    LeaseReturned,
    LeaseSpend,
    LeaseTakenBack,
    LeaseWriteOffRequested,
    LeaseWrittenOff,
    PoolStated,
)
from shared.leases.queries import LeaseView, balance, balances, leases, pool_of
from shared.leases.rules import (
    SUSPENSE,
    AskState,
    LeaseState,
    back_end,
    check_pool,
    granted,
    holder_end,
    home_site_of,
    lease_of_end,
    opening_end,
    pool_end,
    spent_end,
    written_off_end,
)
from shared.leases.tables import TABLES
from shared.tasks.posting import open_task

_POOL = TABLES[0]
_S = 1_000_000


def _move(
    header: Header,
    number: int,
    from_end: str,
    to_end: str,
    amount: int,
    *,
    lease_id: str = "",
    site_id: str,
) -> Iterator[Write]:
    """One row; a negative amount goes the other way, zero does not move."""
    if not amount:
        return
    ends = (from_end, to_end) if amount > 0 else (to_end, from_end)
    values: dict[str, Value] = {
        "document": uid_text(header.uid),
        "from_end": ends[0],
        "to_end": ends[1],
        "amount": abs(amount),
        "lease_id": lease_id,
        "site_id": site_id,
        "device_id": header.device_id,
        "happened_at_us": header.happened_at_us,
    }
    yield Write("lease_move", derived_id(header.uid, "le", number), values)


def spends(header: Header, wanted: Sequence[LeaseSpend]) -> Iterator[Write]:
    """What a fact spends of leases, for the posting of any area.

    Raises: RuleViolation AMOUNT_NOT_POSITIVE.
    """
    for number, one in enumerate(wanted, start=1):
        if one.amount <= 0:
            raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=one.amount)
        here, gone = (
            holder_end(header.site_id, one.lease_id),
            spent_end(header.site_id, one.lease_id),
        )
        yield from _move(
            header,
            number,
            here,
            gone,
            one.amount,
            lease_id=one.lease_id,
            site_id=header.site_id,
        )


def added_to_pool(
    header: Header,
    number: int,
    pool: str,
    unit: str,
    amount: int,
    *,
    term_s: int = 30 * 86_400,
    out_of: str = "",
) -> Iterator[Write]:
    """More (negative: less) of a pool of head office's own, for the posting of any area.

    The pool comes into being with it, lent as is wanted. ``number`` is one of the document's;
    ``out_of`` names another end than the pool's opening, whose balance tells what came that way.
    """
    values: dict[str, Value] = {
        "home_site_id": "",
        "unit": unit,
        "only_site_id": "",
        "portion": 0,
        "term_s": term_s,
        "is_open": 1,
        "stated_at_us": header.happened_at_us,
    }
    yield Write("lease_pool", pool, values)
    start = out_of or opening_end(pool)
    yield from _move(header, number, start, pool_end(pool), amount, site_id="")


def post_pool(header: Header, body: PoolStated) -> Iterator[Write]:
    """The pool as it is stated last; what was added comes out of its opening.

    Raises: RuleViolation POOL_FOREIGN and as ``check_pool``.
    """
    check_pool(body.pool, body.added, body.portion, body.term_s)
    home = home_site_of(body.pool)
    if home != header.site_id:
        raise RuleViolation("POOL_FOREIGN", pool=body.pool[:40])
    values: dict[str, Value] = {
        "home_site_id": home,
        "unit": body.unit,
        "only_site_id": body.only_site_id,
        "portion": body.portion,
        "term_s": body.term_s,
        "is_open": int(body.is_open),
        "stated_at_us": header.happened_at_us,
    }
    yield Write("lease_pool", body.pool, values)
    out_of, into = opening_end(body.pool), pool_end(body.pool)
    yield from _move(header, 1, out_of, into, body.added, site_id=home)


def post_requested(header: Header, body: LeaseRequested) -> Iterable[Write]:
    """The wish, open until head office answers."""
    values: dict[str, Value] = {
        "pool": body.pool,
        "site_id": header.site_id,
        "device_id": header.device_id,
        "author_id": header.author_id,
        "wanted": body.wanted,
        "state": AskState.ASKED.value,
        "asked_at_us": header.happened_at_us,
    }
    return [Write("lease_request", uid_text(header.uid), values)]


def respond_requested(
    connection: Connection, header: Header, body: LeaseRequested, now_us: int
) -> Iterator[Answer]:
    """Grant or refuse, with the pool locked, so that it is never lent twice (M06)."""
    pool = pool_of(connection, _POOL, body.pool, lock=True)
    found = granted(
        body.wanted,
        pool.free if pool else 0,
        pool.portion if pool else 0,
        is_open=bool(pool and pool.is_open),
        is_theirs=bool(pool and pool.only_site_id in {"", header.site_id}),
    )
    answer: LeaseGranted | LeaseRefused
    if pool is None or found.code:
        answer = LeaseRefused(
            request=uid_text(header.uid),
            pool=body.pool,
            code=found.code if pool else "POOL_UNKNOWN",
            wanted=body.wanted,
            # Who may not lease of it is not told what is in it.
            free=pool.free if pool and found.code == "POOL_EMPTY" else 0,
        )
    else:
        answer = LeaseGranted(
            lease_id=uid_text(header.uid),
            pool=body.pool,
            unit=pool.unit,
            device_id=header.device_id,
            incarnation=max(body.incarnation, _incarnation_of(connection, header)),
            site_id=header.site_id,
            amount=found.amount,
            from_us=now_us,
            until_us=now_us + pool.term_s * _S,
            term_s=pool.term_s,
        )
    yield Answer(body=answer, site_id=header.site_id)


def _incarnation_of(connection: Connection, header: Header) -> int:
    """In which incarnation it was sent: asked before a copy was told apart, it was linked anew."""
    c = journal.c
    sent = select(c.incarnation).where(
        c.uid == uid_text(header.uid), c.device_id == header.device_id, c.verdict == "stored"
    )
    return connection.execute(sent.limit(1)).scalar() or 0


def post_granted(header: Header, body: LeaseGranted) -> Iterator[Write]:
    """The lease, and its amount out of the pool into the holder's hand."""
    values: dict[str, Value] = {
        "pool": body.pool,
        "unit": body.unit,
        "device_id": body.device_id,
        "incarnation": body.incarnation,
        "site_id": body.site_id,
        "amount": body.amount,
        "from_us": body.from_us,
        "until_us": body.until_us,
        "term_s": body.term_s,
        "state": LeaseState.GRANTED.value,
    }
    yield Write("lease", body.lease_id, values)
    said: dict[str, Value] = {
        "pool": body.pool,
        "site_id": body.site_id,
        "device_id": body.device_id,
        "state": AskState.GRANTED.value,
        "granted": body.amount,
    }
    yield Write("lease_request", body.lease_id, said)
    here = holder_end(body.site_id, body.lease_id)
    yield from _move(
        header,
        1,
        pool_end(body.pool),
        here,
        body.amount,
        lease_id=body.lease_id,
        site_id=body.site_id,
    )


def post_refused(header: Header, body: LeaseRefused) -> Iterable[Write]:
    """The wish is answered: why not, and what there would have been."""
    values: dict[str, Value] = {
        "pool": body.pool,
        "site_id": header.site_id,
        "state": AskState.REFUSED.value,
        "code": body.code,
        "free": body.free,
    }
    return [Write("lease_request", body.request, values)]


def post_returned(header: Header, body: LeaseReturned) -> Iterator[Write]:
    """Out of the holder's hand. Raises: RuleViolation AMOUNT_NOT_POSITIVE."""
    if body.amount <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=body.amount)
    here, back = holder_end(header.site_id, body.lease_id), back_end(header.site_id, body.lease_id)
    yield from _move(
        header, 1, here, back, body.amount, lease_id=body.lease_id, site_id=header.site_id
    )


def respond_returned(
    connection: Connection, header: Header, body: LeaseReturned, _now_us: int
) -> Iterator[Answer]:
    """Back into the pool goes what its holder really had; the rest stays where it was given."""
    found = next(iter(leases(connection, [body.lease_id])), None)
    if found is None or not _is_holder(found, header.site_id, header.device_id):
        # ``mend`` tells people.
        return
    off = balance(connection, written_off_end(body.lease_id))
    missing = max(-found.rest, 0)
    found_again = min(missing, max(off, 0))
    too_much = min(missing - found_again, body.amount)
    taken = LeaseTakenBack(
        lease_id=found.lease_id,
        pool=found.pool,
        site_id=found.site_id,
        amount=body.amount - too_much,
        too_much=too_much,
        found_again=found_again,
    )
    yield Answer(body=taken, site_id=found.site_id)


def post_taken_back(header: Header, body: LeaseTakenBack) -> Iterator[Write]:
    """Into the pool again, and back into the hand what could not be given."""
    values: dict[str, Value] = {
        "site_id": body.site_id,
        "state": LeaseState.RETURNED.value,
        "ended_at_us": header.happened_at_us,
    }
    yield Write("lease", body.lease_id, values)
    back, here = back_end(body.site_id, body.lease_id), holder_end(body.site_id, body.lease_id)
    named = {"lease_id": body.lease_id, "site_id": body.site_id}
    yield from _move(header, 1, back, pool_end(body.pool), body.amount, **named)
    yield from _move(header, 2, back, here, body.too_much, **named)
    off = written_off_end(body.lease_id)
    yield from _move(header, 3, off, here, body.found_again, **named)


def post_write_off_wish(_header: Header, _body: LeaseWriteOffRequested) -> Iterable[Write]:
    """The wish alone changes nothing; head office knows what is left."""
    return ()


def respond_write_off(
    connection: Connection, header: Header, body: LeaseWriteOffRequested, _now_us: int
) -> Iterator[Answer]:
    """Write off what is left of a lease that is out; of any other there is nothing to say."""
    for found in leases(connection, [body.lease_id]):
        if found.state == LeaseState.GRANTED:
            off = LeaseWrittenOff(
                lease_id=found.lease_id,
                site_id=found.site_id,
                amount=max(found.rest, 0),
                reason=body.reason,
                decided_for=header.author_id,
            )
            yield Answer(body=off, site_id=found.site_id)


def post_written_off(header: Header, body: LeaseWrittenOff) -> Iterator[Write]:
    """Out of the holder's hand, listed, and not into the pool."""
    values: dict[str, Value] = {
        "site_id": body.site_id,
        "state": LeaseState.WRITTEN_OFF.value,
        "reason": body.reason,
        "ended_at_us": header.happened_at_us,
    }
    yield Write("lease", body.lease_id, values)
    here, off = holder_end(body.site_id, body.lease_id), written_off_end(body.lease_id)
    yield from _move(
        header, 1, here, off, body.amount, lease_id=body.lease_id, site_id=body.site_id
    )


def post_overspent(header: Header, body: LeaseOverspent) -> Iterator[Write]:
    """The holder's hand is empty again, not below: out of what was written off, then suspense."""
    here = holder_end(body.site_id, body.lease_id)
    off = written_off_end(body.lease_id)
    named = {"lease_id": body.lease_id, "site_id": body.site_id}
    yield from _move(header, 1, off, here, body.late, **named)
    yield from _move(header, 2, SUSPENSE, here, body.doubled, **named)
    values: dict[str, Value] = {"site_id": body.site_id, "doubled": body.doubled_in_all}
    yield Write("lease", body.lease_id, values)


# What no device could know


def mend(
    connection: Connection, posted: Sequence[tuple[Header, Sequence[Write]]]
) -> Iterator[Answer]:
    """What was spent beyond a lease is found, charged to suspense, and told by a task (I10).

    Of every document that touched a holder's end, whatever its kind: copies of one disk spend the
    same lease, a holder spends after the write-off, somebody spends what is not theirs.
    """
    touched: dict[tuple[str, str], Header] = {}
    foreign: dict[tuple[str, str], tuple[Header, str]] = {}
    for header, writes in posted:
        for write in writes:
            place = _left(header, write)
            if place is not None:
                touched[place] = header
                foreign.setdefault((place[1], header.device_id), (header, place[0]))
    if not touched:
        return
    known = {one.lease_id: one for one in leases(connection, {lease for _, lease in touched})}
    for (lease_id, device_id), (header, site_id) in sorted(foreign.items(), key=lambda p: p[0]):
        found = known.get(lease_id)
        if found is None or not _is_holder(found, site_id, device_id):
            yield open_task(header, "LEASE_NOT_HELD", lease_id, {"device": device_id})
    rest = balances(connection, [holder_end(*place) for place in touched])
    off = balances(connection, [written_off_end(lease_id) for _, lease_id in touched])
    for place, header in sorted(touched.items(), key=lambda p: p[0]):
        over, found = -rest[holder_end(*place)], known.get(place[1])
        if over > 0 and found is not None and found.site_id == place[0]:
            yield from _charge(header, found, over, max(off[written_off_end(place[1])], 0))


def _left(header: Header, write: Write) -> tuple[str, str] | None:
    """Site and lease whose holder gave something out of hand by this row."""
    if write.table != "lease_move" or header.kind == _WRITTEN_OFF:
        return None
    return lease_of_end(str(write.values["from_end"]))


_WRITTEN_OFF = "lease_written_off"
"""Head office takes it out of the holder's hand, and no more than there is."""


def _is_holder(found: LeaseView, site_id: str, device_id: str) -> bool:
    return (found.site_id, found.device_id) == (site_id, device_id)


def _charge(header: Header, found: LeaseView, over: int, written_off: int) -> Iterator[Answer]:
    late = min(over, written_off)
    body = LeaseOverspent(
        lease_id=found.lease_id,
        site_id=found.site_id,
        late=late,
        doubled=over - late,
        doubled_in_all=found.doubled + over - late,
    )
    yield Answer(body=body, site_id=found.site_id, about=header.uid)
    yield open_task(
        header,
        "LEASE_SPENT_TWICE" if body.doubled else "LEASE_SPENT_LATE",
        found.lease_id,
        {"device": found.device_id, "count": over},
        site_id=found.site_id,
    )
