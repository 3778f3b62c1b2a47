"""Head office as a value: what it knows, how it signs, and how it writes its own documents."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, select

from shared.core.ids import uid_text
from shared.journal.chain import Slot
from shared.journal.document import Body, Draft, Header, Value, Write
from shared.journal.kind import Answer
from shared.sync.appending import Appended, Author, Replica, append
from shared.sync.replica import Change
from sync_server.store.devices import Device
from sync_server.store.locks import lock
from sync_server.store.recovery import recovered_from_us
from sync_server.store.tables import returned
from sync_server.sync import envelopes, feed
from sync_server.sync.envelopes import Piece

OpenTask = Callable[[str, Header | None, Device, int], Body]
"""(code, header or None when unreadable, device, slot) -> the document that opens a task.

The slot is MANY where too many are kept for a task each: then the task is about the device. The
header is what the device says; only the device itself is known for sure.
"""

DescribeKept = Callable[[str, Header | None, Device, Slot], Body | None]
"""(code, header or None, device, slot) -> the document that shows a kept document to people."""


def nothing_described(
    _code: str, _header: Header | None, _device: Device, _slot: Slot
) -> Body | None:
    """For a business that looks at kept documents in its journal alone."""
    return None


MANY = 0
SYSTEM_USER = "system"
"""Writes head office's own documents. It may do everything, so no device may sign as it."""
_DEPTH_MAX = 8


Correct = Callable[[Connection, Sequence[tuple[Header, Sequence[Write]]]], Iterable[Answer]]
"""(connection after posting, documents with their rows) -> corrections of earlier figures."""


def nothing_to_correct(
    _connection: Connection, _posted: Sequence[tuple[Header, Sequence[Write]]]
) -> Iterable[Answer]:
    """For a business without figures that later facts can change."""
    return ()


class Posted(NamedTuple):
    """A document that was just posted, with its rows."""

    header: Header
    body: Body
    writes: Sequence[Write]


@dataclass(frozen=True, slots=True)
class Written:
    """What a transaction wrote: head office's own documents, and every row that is another now."""

    documents: list[Appended] = field(default_factory=list)
    """In the order of their slots; those that were asked for come before the answers to them."""
    changes: list[Change] = field(default_factory=list)

    def add(self, other: "Written") -> None:
        """Count what was written after it."""
        self.documents.extend(other.documents)
        self.changes.extend(other.changes)


def nothing_earlier(
    _connection: Connection, _user_id: str, _site_id: str, _at_us: int
) -> frozenset[str]:
    """For a house that keeps no history of its grants."""
    return frozenset()


def nobody_founds(_connection: Connection, _public_key: bytes, _site_id: str) -> bool:
    """For a house that makes all its sites itself."""
    return False


def nothing_beneath(
    _name: str, _row: Mapping[str, Value], _said: Mapping[str, Value]
) -> dict[str, Value]:
    """Rows that stand are whole."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who may hold and do what, as the areas channel and access know it."""

    scopes_of_device: Callable[[Connection, str], tuple[str, ...]]
    permissions_of: Callable[[Connection, str, str], frozenset[str]]
    """(connection, user id, site id) -> permissions such as ``sale.make``."""
    permissions_at: Callable[[Connection, str, str, int], frozenset[str]] = nothing_earlier
    """The same at an earlier instant: a fact is right when it was right as it happened."""
    may_found: Callable[[Connection, bytes, str], bool] = nobody_founds
    """(connection, public key, site id) -> whether the key's holder may found this site."""
    founding_beneath: Callable[
        [str, Mapping[str, Value], Mapping[str, Value]], dict[str, Value]
    ] = nothing_beneath
    """(table, row, what founding says of it) -> what of that is new to a row that stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOffice:
    """What every handler is given: kinds and tables, the own journal's author, the epoch."""

    replica: Replica
    author: Author
    """``HQ`` for the first worker, ``HQ-2``… for further ones; each has its own journal."""
    epoch: str
    """Changes when head office was restored from a backup."""
    directory: Directory
    open_task: OpenTask
    new_uid: Callable[[int], bytes]
    """now_us -> a new document uid."""
    correct: Correct = nothing_to_correct
    """What late facts change of figures that are posted already (H07)."""
    describe_kept: DescribeKept = nothing_described


def write(connection: Connection, hq: HeadOffice, drafts: Sequence[Draft], now_us: int) -> Written:
    """Append head office's documents and the answers to them; the caller marks the feed."""
    return _write(connection, hq, drafts, now_us, depth=0)


def settle(
    connection: Connection, hq: HeadOffice, posted: Sequence[Posted], now_us: int
) -> Written:
    """Say what head office has to say to documents that were just posted, in order of arrival.

    Requests are decided one by one, each seeing the decisions before it; then the facts are
    looked at kind by kind, and last come corrections across all of them. A request whose answer
    came back to a restored head office has it, whenever it comes itself (I13).
    """
    return _settle(connection, hq, _unanswered(connection, hq, posted), now_us, depth=0)


def _unanswered(connection: Connection, hq: HeadOffice, posted: Sequence[Posted]) -> list[Posted]:
    named = hq.replica.registry.named
    asked = [uid_text(one.header.uid) for one in posted if named(one.header.kind).respond]
    if not asked or not recovered_from_us(connection):
        return list(posted)
    c = returned.c
    answered = set(
        connection.execute(select(c.predecessor).where(c.predecessor.in_(asked))).scalars()
    )
    return [one for one in posted if uid_text(one.header.uid) not in answered]


def _write(
    connection: Connection, hq: HeadOffice, drafts: Sequence[Draft], now_us: int, *, depth: int
) -> Written:
    if not drafts:
        return Written()
    assert depth < _DEPTH_MAX, f"answers answer each other without end: {drafts[0].body}"
    lock_journal(connection, hq)
    written = Written(*append(connection, hq.replica, hq.author, drafts, now_us=now_us))
    posted = [Posted(one.header, one.document.body, one.writes) for one in written.documents]
    written.add(_settle(connection, hq, posted, now_us, depth=depth + 1))
    return written


def _settle(
    connection: Connection, hq: HeadOffice, posted: Sequence[Posted], now_us: int, *, depth: int
) -> Written:
    written = Written()
    facts: dict[str, list[Posted]] = {}
    for one in posted:
        kind = hq.replica.registry.named(one.header.kind)
        if kind.respond:
            answers = kind.respond(connection, one.header, one.body, now_us)
            drafts = [_reply(hq, one.header, answer, now_us) for answer in answers]
            written.add(_write(connection, hq, drafts, now_us, depth=depth))
        if kind.review:
            facts.setdefault(kind.name, []).append(one)
    for name, batch in facts.items():
        review = hq.replica.registry.named(name).review
        assert review is not None
        found = review(connection, [(one.header, one.body) for one in batch], now_us)
        drafts = [_reply(hq, batch[-1].header, answer, now_us) for answer in found]
        written.add(_write(connection, hq, drafts, now_us, depth=depth))
    if posted:
        mended = hq.correct(connection, [(one.header, one.writes) for one in posted])
        drafts = [_reply(hq, posted[-1].header, answer, now_us) for answer in mended]
        written.add(_write(connection, hq, drafts, now_us, depth=depth))
    return written


def lock_journal(connection: Connection, hq: HeadOffice) -> None:
    """A command line may write head office's journal while the server runs; SQLite sees to it."""
    lock(connection, f"journal/{hq.author.device_id}")


def publish(
    connection: Connection, hq: HeadOffice, drafts: Sequence[Draft], now_us: int
) -> list[Appended]:
    """Write head office's documents and enter their rows into the feed: last in a transaction."""
    written = write(connection, hq, drafts, now_us)
    enter(connection, hq, written)
    return written.documents[: len(drafts)]


def enter(
    connection: Connection, hq: HeadOffice, written: Written, taken: Sequence[Piece] = ()
) -> None:
    """Enter what was written into the feeds of its scopes, last in a transaction.

    ``taken`` are documents of others: those who hold their rows are to hold their bytes, too.
    """
    moved = feed.mark(connection, hq.replica.schema, written.changes)
    own = [Piece(*one.slot[:3], one.writes) for one in written.documents]
    envelopes.note(connection, moved, written.changes, own, taken)


def draft_of(
    hq: HeadOffice, body: Body, now_us: int, *, site_id: str = "", author_id: str = SYSTEM_USER
) -> Draft:
    """A document head office writes of its own accord."""
    return Draft(
        body=body,
        uid=hq.new_uid(now_us),
        site_id=site_id,
        author_id=author_id,
        happened_at_us=now_us,
    )


def _reply(hq: HeadOffice, header: Header, answer: Answer, now_us: int) -> Draft:
    return Draft(
        body=answer.body,
        uid=hq.new_uid(now_us),
        site_id=answer.site_id,
        author_id=SYSTEM_USER,
        happened_at_us=now_us,
        business_day=header.business_day,
        predecessor=answer.about or header.uid,
    )
