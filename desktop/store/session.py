"""What a use case is handed: the connection, the time, new ids, and the journal to append to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.identity import Identity, SyncState
from shared.core.clock import Clock, Randomness
from shared.core.ids import uuid7
from shared.journal.document import Body, Draft, Header
from shared.sync.appending import Appended, Author, Replica, append, printed_number
from shared.sync.replica import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything about this device that does not change while a use case runs."""

    replica: Replica
    identity: Identity
    author: Author
    state: SyncState
    clock: Clock
    randomness: Randomness


class Session:
    """One use case at work, in one transaction: it reads, decides, and appends documents."""

    def __init__(self, connection: Connection, desk: Desk, author_id: str) -> None:
        self.connection = connection
        self.identity = desk.identity
        self.author_id = author_id
        self.clock = desk.clock
        self.randomness = desk.randomness
        self._desk = desk
        self.appended: list[Appended] = []
        self.changes: list[Change] = []
        self.kept_here: dict[str, set[str]] = {}
        """Keys of local rows this use case changed, by table: for who listens to changes."""

    @property
    def now_us(self) -> int:
        """This device's clock, corrected by the last known offset; microseconds UTC."""
        return self.clock.now_us() + self._desk.state.clock_offset_us

    def touch(self, table: str, key: str) -> None:
        """Say that a row of this device's own changed, such as a draft."""
        self.kept_here.setdefault(table, set()).add(key)

    def new_uid(self) -> bytes:
        """A new document's identity; made when the form opens, so that twice is once."""
        return uuid7(self.now_us, self.randomness)

    def own_number(self, series: str, running: int) -> str:
        """The number this device prints on its document of a series and a running number."""
        return printed_number(series, self.identity.site_id, self._desk.author, running)

    def append(
        self,
        body: Body,
        *,
        uid: bytes | None = None,
        site_id: str | None = None,
        predecessor: bytes = b"",
        happened_at_us: int | None = None,
        business_day: str = "",
        approver_id: str = "",
    ) -> Header:
        """Write a document to the journal and post it; what is left out is this device's.

        Raises AlreadyAppended (ALREADY_APPENDED) when the uid stands in the journal.
        """
        draft = Draft(
            body=body,
            uid=self.new_uid() if uid is None else uid,
            site_id=self.identity.site_id if site_id is None else site_id,
            author_id=self.author_id,
            happened_at_us=self.now_us if happened_at_us is None else happened_at_us,
            business_day=business_day,
            predecessor=predecessor,
            approver_id=approver_id,
            clock_doubt_us=self._desk.state.clock_doubt_us,
        )
        return self.append_all([draft])[0]

    def append_all(self, drafts: Sequence[Draft]) -> list[Header]:
        """Write several documents at once, in this order."""
        done, changes = append(
            self.connection, self._desk.replica, self._desk.author, drafts, now_us=self.now_us
        )
        self.appended += done
        self.changes += changes
        return [one.header for one in done]
