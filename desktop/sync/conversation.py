"""A sync as a conversation without I/O: what is asked, of which store, and who carries it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from desktop.store.local import LocalStore
from desktop.sync.progress import Progress
from desktop.sync.story import Summary
from shared.core.clock import Clock
from shared.core.errors import QutongError, Unavailable
from shared.sync.confirm import Applied, Step
from shared.sync.messages import Message
from shared.sync.own_slots import Own

T = TypeVar("T")
M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: where it goes, what it says, and what kind of answer belongs to it."""

    path: str
    message: Message
    answer: type[Message]


class SyncStore(Protocol):
    """What a sync needs of the store; LocalStore and Store both are one."""

    def on_writer(self, act: Callable[[LocalStore], T]) -> T:
        """Act on the store, alone."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that only reads."""

    def apply(self, step: Step) -> Applied:
        """Run one slice in its own transaction, and publish what it touched."""

    def load_snapshot(self, scope: str, path: Path) -> Applied:
        """Take in a ready file of a scope. Raises Unavailable SNAPSHOT_DAMAGED."""


class Fetch(Message, kw_only=True):
    """Not a message of the wire: a ready file of a scope is wanted, whole and checked."""

    name: str
    """sha256 of the file as it travels."""
    size: int
    key: bytes = b""
    """What it is encrypted with."""


class Fetched(Message, kw_only=True):
    """Where the unpacked file lies."""

    path: str


Conversation = Generator[Ask, Message, Summary]


def drive(conversation: Conversation, send: Callable[[Ask], Message]) -> Summary:
    """Carry a conversation's requests by ``send`` and its answers back, until its end."""
    try:
        ask = next(conversation)
        while True:
            try:
                answer = send(ask)
            except QutongError as error:
                ask = conversation.throw(error)
            else:
                ask = conversation.send(answer)
    except StopIteration as stop:
        summary: Summary = stop.value
        return summary
    finally:
        conversation.close()


class Talk:
    """One conversation and where it stands: what every step of a sync needs."""

    def __init__(
        self, store: SyncStore, clock: Clock, summary: Summary, progress: Progress | None = None
    ) -> None:
        self.store = store
        self.progress = progress or Progress()
        self.clock = clock
        self.summary = summary
        self.identity = store.on_writer(lambda local: local.enrolled)
        self.behind: set[str] = set()
        """Scopes whose head was not reached."""
        self.differing: set[str] = set()
        """Scopes whose digest was not head office's at their head."""

    @property
    def own(self) -> Own:
        """The journal of this device, as pulled rows name it."""
        return Own(device_id=self.identity.device_id, incarnation=self.identity.incarnation)

    def ask(self, path: str, message: Message, kind: type[M]) -> Generator[Ask, Message, M]:
        """Send a message and take the answer. Raises Unavailable ANSWER_WRONG, SYNC_HELD."""
        self.progress.check(path)
        answer = yield Ask(path, message, kind)
        if not isinstance(answer, kind):
            raise Unavailable("ANSWER_WRONG", path=path)
        return answer

    def tell(self, applied: Applied) -> None:
        """Add to the story of this sync what a step applied and found."""
        self.summary.pulled += applied.rows
        self.summary.findings += applied.findings
        self.differing |= {one.scope for one in applied.findings if one.code == "DIGEST_MISMATCH"}
