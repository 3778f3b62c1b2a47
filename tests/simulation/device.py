"""A simulated device: disks that outlive it, a process over them, and the sync it is in."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from desktop.channel.usecases import found_shop
from desktop.store.identity import Identity
from desktop.store.layout import Layout
from desktop.store.local import LocalStore
from desktop.store.session import Session
from desktop.sync.engine import Ask, Conversation, Summary, sync
from desktop.sync.founding import is_joined
from shared.accounts.documents import ShiftClosed
from shared.areas import REGISTRY, SCHEMA
from shared.catalog.search_index import make_search
from shared.channel.rules import FOUNDED_TAG, founded_site_id
from shared.core.errors import QutongError
from shared.journal.chain import SigningKey
from shared.pricing.tables import LOCAL as PRICING_LOCAL
from shared.sales.queries.shifts import ShiftReport, shift_report
from shared.sync.messages import Message
from tests.simulation.edges import (
    Crash,
    Fuse,
    SimClock,
    SimDisk,
    SimRandomness,
    SimSpool,
    World,
    engine_over,
    new_disk,
)
from tests.simulation.head_office import EPOCH, HQ_KEY

LAYOUT = Layout(registry=REGISTRY, schema=SCHEMA, local=PRICING_LOCAL, prepare=(make_search,))
DISK_CODES = frozenset(
    {"DISK_FULL", "DISK_FAULTY", "SPOOL_FAULTY", "OUTCOME_UNKNOWN", "RECORDED_ONCE"}
)
UseCase = Callable[[Session], None]
_FOUNDED_SEED = hashlib.sha256(b"founded").digest()
FOUNDED_SITE = founded_site_id(SigningKey.from_seed(_FOUNDED_SEED).public)
FOUNDED_ID = f"{FOUNDED_SITE}.{FOUNDED_TAG}"
"""The device of the shop that begins by itself and joins in the course of a run."""


def seed_of(device_id: str) -> bytes:
    """What the key of a device is made of; a founded shop's name is made of its key."""
    return _FOUNDED_SEED if device_id == FOUNDED_ID else hashlib.sha256(device_id.encode()).digest()


@lru_cache
def key_of(device_id: str) -> SigningKey:
    """The key that belongs to a device's name."""
    return SigningKey.from_seed(seed_of(device_id))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A document somebody saw done."""

    n: int
    uid: str
    hash: bytes


class Mark(NamedTuple):
    """What a device was told of its journal."""

    epoch: str
    incarnation: int
    received_n: int
    received_hash: bytes
    signature: bytes


class Form(NamedTuple):
    """What a person is about to do; its uid was made when the form opened."""

    name: str
    author: str
    usecase: UseCase
    uid: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which device it is, and who works at it."""

    device_id: str
    device_type: str
    site_id: str
    people: tuple[str, ...]

    @property
    def is_founded(self) -> bool:
        """Whether it begins by itself."""
        return self.device_id == FOUNDED_ID

    @property
    def tag(self) -> str:
        """The short name in printed numbers."""
        return self.device_id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Template:
    """What a device's disks hold when a run begins."""

    disk: SimDisk
    spool: bytes = b""


@dataclass(frozen=True, slots=True)
class Copy:
    """A disk as it was, and how much had been seen done by then."""

    template: Template
    confirmed: int
    printed: frozenset[str]


@dataclass
class SimDevice:
    """One device; ``store`` is None while its process is gone."""

    place: Place
    disk: SimDisk
    spool: SimSpool
    clock: SimClock
    randomness: SimRandomness
    chance: random.Random
    store: LocalStore | None = None
    conversation: Conversation | None = None
    asked: int = 0
    """Number of the request whose answer is awaited; an answer to another one is nobody's."""
    is_cut_off: bool = False
    confirmed: list[Confirmed] = field(default_factory=list)
    open_form: Form | None = None
    """What was being submitted when the process ended; its person may submit it again."""
    poison: set[bytes] = field(default_factory=set)
    """Link hashes of slots it was made to write past its program; head office keeps them."""
    wrong: set[str] = field(default_factory=set)
    """Uids of what its people wrote against the rules; head office keeps that too."""
    recorded_once: set[str] = field(default_factory=set)
    """Uids of what was told to be in one file only, and to be pressed once more."""
    awaited: Ask | None = None
    """The request whose answer is awaited."""
    asked_at_us: int = 0
    """When it was sent."""
    told_durable: list[tuple[int, int, int]] = field(default_factory=list)
    """What head office called durable: incarnation, slot, and when by its clock since
    the run began."""
    forgets_at_us: int = 0
    """When its process lets go of old bytes next."""
    is_suspect: bool = False
    """Whether it told that its clock is off."""
    summaries: list[Summary] = field(default_factory=list)
    crashes: int = 0
    copy: str = ""
    """Marks a second machine that began with a copy of this one's disk."""
    is_changed: bool = False
    """Whether a row on its disk was changed behind its back."""
    is_revoked: bool = False
    """Whether head office trusts it no more."""
    is_misled: bool = False
    """Whether it was given the answer to an earlier request once."""
    is_forgotten: bool = False
    """Whether head office, restored to before it joined, refuses it."""
    has_joined_again: bool = False
    """Whether it had to join such a head office anew."""
    is_copied: bool = False
    """Whether a disk of this journal was restored from an older copy, or copied."""
    destroyed: list[Confirmed] = field(default_factory=list)
    """Seen done once, and gone with every disk that held it here; head office may have it."""
    printed: dict[str, ShiftReport | None] = field(default_factory=dict)
    """Z reports by shift, as they were when the shift was closed."""
    kept_copy: Copy | None = None
    """What its disk may be put back to."""
    failures: int = 0
    """How many failures of its disk are counted."""
    mark: Mark | None = None
    """As it was after the last step."""
    is_whole: bool = True
    """Whether database and spool both hold everything; only then one of them may be lost."""

    @classmethod
    def make(cls, place: Place, template: Template, world: World, seed: str) -> "SimDevice":
        """A device over a copy of a template's disk and spool; enrolled if it was not."""
        name = place.device_id
        chance = random.Random(f"{seed}/{name}/chance")
        disk = new_disk(template.disk)
        spool = SimSpool(disk.fuse, chance)
        spool.data = template.spool
        device = cls(
            place=place,
            disk=disk,
            spool=spool,
            clock=SimClock(world, chance.randrange(-90_000_000, 90_000_000)),
            randomness=SimRandomness(f"{seed}/{name}"),
            chance=chance,
        )
        device.open()
        if device.running.identity is None:
            device.running.enrol(_identity(place), key_of(name))
        if place.is_founded:
            device.run(place.people[0], _found)
        return device

    @property
    def is_alone(self) -> bool:
        """Whether it has no head office yet. Who asks is no process of the device: none ends."""
        if not self.place.is_founded:
            return False
        was_asleep, self.fuse.is_asleep = self.fuse.is_asleep, True
        try:
            return not is_joined(self.running.enrolled)
        finally:
            self.fuse.is_asleep = was_asleep

    def template(self) -> Template:
        """Copies of its disk and spool as they are."""
        return Template(new_disk(self.disk), self.spool.data)

    @property
    def name(self) -> str:
        """The device's id."""
        return self.place.device_id

    @property
    def label(self) -> str:
        """Its name in this run: a copy of a disk has the same name at head office."""
        return self.place.device_id + self.copy

    @property
    def fuse(self) -> Fuse:
        """What ends its process."""
        return self.disk.fuse

    @property
    def running(self) -> LocalStore:
        """The store of the process that is there."""
        assert self.store is not None, "the process is gone"
        return self.store

    def open(self) -> None:
        """Begin a process over what the disks hold. Raises Crash, and is not there then."""
        self.disk.lose_process()
        self.fuse.is_dead = False
        self.store = LocalStore(
            engine_over(self.disk),
            LAYOUT,
            self.spool,
            clock=self.clock,
            randomness=self.randomness,
            key=key_of(self.name),
        )
        self.is_whole = True
        self.forgets_at_us = 0

    @classmethod
    def clone(cls, first: "SimDevice", kept: Copy, world: World, seed: str) -> "SimDevice":
        """A second machine over a copy of a disk; from here on both are copies."""
        chance = random.Random(f"{seed}/{first.name}/copy")
        disk = new_disk(kept.template.disk)
        spool = SimSpool(disk.fuse, chance)
        spool.data = kept.template.spool
        first.is_copied = True
        second = cls(
            place=first.place,
            disk=disk,
            spool=spool,
            clock=SimClock(world, first.clock.offset_us),
            randomness=SimRandomness(f"{seed}/{first.name}/copy"),
            chance=chance,
            confirmed=first.confirmed[: kept.confirmed],
            poison=set(first.poison),
            wrong=set(first.wrong),
            recorded_once=set(first.recorded_once),
            told_durable=list(first.told_durable),
            copy="'",
            is_copied=True,
            is_changed=first.is_changed,
            printed={name: first.printed[name] for name in kept.printed},
        )
        second.open()
        return second

    def go_back(self, kept: Copy) -> None:
        """The whole disk is what it was; what was seen done since is gone with it."""
        self.lose_database(kept.template)
        self.spool.data = kept.template.spool
        self.destroyed += self.confirmed[kept.confirmed :]
        del self.confirmed[kept.confirmed :]
        self.printed = {name: self.printed[name] for name in kept.printed}
        self.is_copied, self.mark = True, None

    def lose_database(self, empty: Template) -> None:
        """The database is gone, as when a damaged file is moved aside; the spool is there."""
        fuse = self.fuse
        self.disk.release()
        # What only the database knew it was told, such as a receipt, may be gone with it.
        self.mark = None
        self.disk = new_disk(empty.disk)
        self.disk.fuse = fuse

    def crash(self) -> None:
        """The process is gone, with all it knew; only what the disks hold is left."""
        self.fuse.is_dead = True
        self.hang_up()
        self.store = None
        self.disk.lose_process()
        self.crashes += 1

    def hang_up(self) -> None:
        """Leave the conversation as if it had never been."""
        conversation, self.conversation = self.conversation, None
        if conversation is not None:
            was_dead, self.fuse.is_dead = self.fuse.is_dead, True
            try:
                conversation.close()
            except Crash:
                pass
            finally:
                self.fuse.is_dead = was_dead
                if not was_dead:
                    self.disk.lose_process()

    def run(self, author_id: str, usecase: UseCase) -> int:
        """Let a person do something; how many documents they then saw done.

        Raises Crash and what the use case raises.
        """
        seen: list[Session] = []

        def remembered(session: Session) -> None:
            seen[:] = [session]
            usecase(session)

        self.running.run(author_id, remembered)
        for one in seen[0].appended:
            slot = one.slot
            self.confirmed.append(Confirmed(slot.n, one.header.uid.hex(), slot.hash))
            if isinstance(one.document.body, ShiftClosed):
                self._print_z(one.document.body.shift)
        return len(seen[0].appended)

    def _print_z(self, shift_id: str) -> None:
        """The report of a closed shift goes on paper."""
        report = self.running.read(lambda connection: shift_report(connection, shift_id))
        self.printed.setdefault(shift_id, report)

    def has_failed(self, code: str) -> bool:
        """Whether this is what a person is told of a disk that failed in this run."""
        return bool(self.fuse.failed) and code in DISK_CODES

    def begin_sync(self) -> Ask | None:
        """Start a conversation; its first request."""
        self.conversation = sync(self.running, self.clock)
        return self._advance(next)

    def take(self, answer: Message) -> Ask | None:
        """Take an answer; the next request, None when the sync is done. Raises QutongError."""
        return self._advance(lambda talk: talk.send(answer))

    def fail(self, error: QutongError) -> Ask | None:
        """A request failed. Raises QutongError when that ends the sync."""
        return self._advance(lambda talk: talk.throw(error))

    def _advance(self, step: Callable[[Conversation], Ask]) -> Ask | None:
        assert self.conversation is not None
        self.asked += 1
        try:
            return step(self.conversation)
        except StopIteration as stop:
            self.conversation = None
            self.summaries.append(stop.value)
            return None
        except QutongError:
            self.conversation = None
            raise

    def release(self) -> None:
        """The run is over."""
        if self.store is not None:
            self.store.close()
        self.disk.release()


def _found(session: Session) -> None:
    found_shop(session, "Corner shop", "Owner")


def _identity(place: Place) -> Identity:
    return Identity(
        device_id=place.device_id,
        device_type=place.device_type,
        site_id=place.site_id,
        tag=place.tag,
        incarnation=1,
        epoch="" if place.is_founded else EPOCH,
        public_key=key_of(place.device_id).public,
        hq_public_key=b"" if place.is_founded else HQ_KEY.public,
    )
