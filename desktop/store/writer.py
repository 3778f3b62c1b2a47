"""The store of a running program: one writer thread, readers beside it, news on the change bus."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from desktop.store.ballast import BALLAST_BYTES, FileBallast, with_room
from desktop.store.bus import ChangeBus, Touched
from desktop.store.checking import (
    await_no_more,
    awaited,
    mark_suspect,
    move_aside,
    move_damaged_aside,
)
from desktop.store.engine import open_readers, open_writer
from desktop.store.errors import DatabaseDamaged, told
from desktop.store.identity import Identity
from desktop.store.layout import Layout
from desktop.store.local import Done, LocalStore
from desktop.store.lock import InstanceLock
from desktop.store.salvaging import take_over
from desktop.store.scrub import Scrubbed, scrub
from desktop.store.session import Session
from desktop.store.spool import FileSpool
from shared.core.clock import Clock, Randomness
from shared.core.errors import Unavailable
from shared.journal.chain import SigningKey
from shared.sync.confirm import Applied, Step

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePaths:
    """Where a device's files are; the spool may be on another disk."""

    database: Path
    spool: Path
    lock: Path
    ballast: Path
    passing: Path
    """A folder of files on their way here, which can be fetched again."""

    @classmethod
    def under(cls, folder: Path, *, spool_folder: Path | None = None) -> "StorePaths":
        """All files in one folder, save that the spool may lie on another disk (P07)."""
        return cls(
            database=folder / "store.db",
            spool=(spool_folder or folder) / "journal.spool",
            lock=folder / "store.lock",
            ballast=folder / "ballast",
            passing=folder / "snapshots",
        )


class Store:
    """The device's store. Each write runs alone on the writer thread, in the order it came."""

    def __init__(
        self,
        paths: StorePaths,
        layout: Layout,
        *,
        clock: Clock,
        randomness: Randomness,
        key: SigningKey | None = None,
        ballast_bytes: int | None = None,
    ) -> None:
        """Open, and mend what the last run left.

        Raises Conflict ALREADY_RUNNING; Unavailable DATABASE_NEWER, DISK_FULL.
        """
        self.bus = ChangeBus()
        self.author_id = ""
        """The person signed in; whose name documents carry."""
        self._paths = paths
        with ExitStack() as taken:
            self._lock = InstanceLock(paths.lock)
            taken.callback(self._lock.release)
            self._spool = FileSpool(paths.spool)
            taken.callback(self._spool.close)
            size = ballast_bytes or BALLAST_BYTES
            ballast = FileBallast(paths.ballast, size, passing=paths.passing)
            ballast.stow()
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
            taken.callback(self._threads.shutdown)

            def opened() -> LocalStore:
                return LocalStore(
                    open_writer(paths.database),
                    layout,
                    self._spool,
                    clock=clock,
                    randomness=randomness,
                    key=key,
                    ballast=ballast,
                )

            self.local, self.moved_aside = self._mended(opened, layout, clock, ballast)
            """The store, and where a damaged database was moved; None when it was in order."""
            # Of an earlier start, too, that was cut short before it had taken anything over.
            aside = awaited(paths.database) or self.moved_aside
            if aside is not None:
                with_room(ballast, partial(self._take_over, aside))
            self._readers = open_readers(paths.database)
            # All is open: ``close`` lets go of it.
            taken.pop_all()

    def _mended(
        self,
        opened: Callable[[], LocalStore],
        layout: Layout,
        clock: Clock,
        ballast: FileBallast,
    ) -> tuple[LocalStore, Path | None]:
        """The store, once its file can be read. What opening comes upon is looked into and tried
        again: a start that refuses would refuse for ever. Raises DatabaseDamaged."""
        database = self._paths.database

        def look() -> Path | None:
            return move_damaged_aside(database, layout, clock.now_us())

        for way in (look, look, lambda: move_aside(database, clock.now_us())):
            aside = with_room(ballast, way)
            try:
                with self._marking():
                    return opened(), aside
            except DatabaseDamaged:
                if aside is not None:
                    # It is a new file that cannot be read: another one would be no better.
                    raise
        raise AssertionError("a moved file is not tried again")

    def _take_over(self, aside: Path) -> None:
        def work(connection: Connection) -> None:
            self.local.store_findings(connection, take_over(connection, aside))

        try:
            self.local.transact(work)
        except Unavailable:
            # The disk is in trouble: the next start takes over what this one could not.
            raise
        except Exception:
            # What cannot be taken over stops one start, and not every one.
            await_no_more(self._paths.database)
            raise
        await_no_more(self._paths.database)

    @contextmanager
    def _marking(self) -> Iterator[None]:
        """Whoever comes upon damage has the next start read the whole file, and rebuild it."""
        try:
            yield
        except DatabaseDamaged:
            mark_suspect(self._paths.database)
            raise

    @property
    def spool_file(self) -> Path:
        """Where every document of this device stands a second time."""
        return self._paths.spool

    @property
    def identity(self) -> Identity | None:
        """Who this device is; None before enrolment."""
        # Once it is known nobody waits for the writer, who may be in the middle of a page.
        return self.local.known_identity or self._on_writer(lambda: self.local.identity)

    def submit(
        self, usecase: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[Done[T]]:
        """Have a use case run for the person signed in; the future is done when it is durable."""
        call = partial(self.local.run, self.author_id, usecase, *args, **kwargs)
        future: Future[Done[T]] = self._threads.submit(self._marked, call)
        future.add_done_callback(self._tell)
        return future

    def write(
        self, usecase: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Done[T]:
        """Run a use case and wait until it is durable. Raises what the use case raises."""
        return self.submit(usecase, *args, **kwargs).result()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that only reads, in one snapshot, beside the writer."""
        with self._marking(), told(), self._readers.connect() as connection:
            return work(connection)

    def on_writer(self, act: Callable[[LocalStore], T]) -> T:
        """Let sync or enrolment act on the store, alone on the writer thread."""
        return self._on_writer(partial(act, self.local))

    def apply(self, step: Step) -> Applied:
        """Run one slice of a pulled page and publish what it touched."""
        applied = self._on_writer(partial(self.local.apply, step))
        self.bus.publish(applied.touched)
        return applied

    def load_snapshot(self, scope: str, path: Path) -> Applied:
        """Take in a ready file of a scope and publish what it touched."""
        applied = self._on_writer(partial(self.local.load_snapshot, scope, path))
        self.bus.publish(applied.touched)
        return applied

    def scrub(self, slices: int, go_on: Callable[[], bool] = lambda: True) -> Scrubbed:
        """Read a part of the files again and mend what is damaged; for when nothing is to be done.

        Raises as ``desktop.store.scrub.scrub``; after DATABASE_DAMAGED the next start reads the
        whole file and rebuilds it.
        """
        done = scrub(self, slices, go_on)
        self.bus.publish(
            {one.table: frozenset((one.row_id,)) for one in done.findings if one.table}
        )
        return done

    def rest(self) -> None:
        """Nothing else to do: fold the write-ahead log into the file."""
        self._on_writer(self.local.checkpoint)

    def close(self) -> None:
        """Finish what was submitted, and let go of files, thread and lock."""
        self._readers.dispose()
        try:
            # What a disk in trouble leaves in the log is folded in by the next start.
            with suppress(Unavailable):
                self._on_writer(self.local.checkpoint)
        finally:
            self._on_writer(self.local.close)
            self._threads.shutdown()
            self._spool.close()
            self._lock.release()

    def _on_writer(self, act: Callable[[], T]) -> T:
        return self._threads.submit(self._marked, act).result()

    def _marked(self, act: Callable[[], T]) -> T:
        with self._marking():
            return act()

    def _tell(self, future: Future[Any]) -> None:
        # Runs on the writer thread, once the result can be had.
        if not future.cancelled() and future.exception() is None:
            touched: Touched = future.result().touched
            self.bus.publish(touched)
