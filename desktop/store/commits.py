"""The one writing connection: a transaction happens or it does not, and which of both is known."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from desktop.store.engine import BUSY_MS
from desktop.store.errors import DiskFull, named, told
from shared.core.errors import Unavailable

T = TypeVar("T")
Work = Callable[[Connection], T]


class Commits:
    """Transactions on an engine of desktop.store.engine, used by one thread at a time.

    Raises: Unavailable DISK_FULL, DISK_FAULTY… when the file cannot be opened.
    """

    def __init__(self, writer: Engine) -> None:
        with told():
            self.connection = writer.connect()
        self._is_light = False
        """Whether the last transaction did not wait for the disk; the next one does."""

    def transact(self, work: Work[T], stands: Callable[[], bool] = lambda: False) -> T:
        """Run work in one write transaction.

        ``stands`` is asked after a COMMIT that reported an error: whether it happened all the
        same. Raises what ``work`` raises; Unavailable DISK_FULL, DISK_FAULTY… when nothing was
        written, OUTCOME_UNKNOWN when that cannot be told before the disk answers again.
        """
        self._wait_for_disk(True)
        return self._transact(work, stands)

    def _transact(self, work: Work[T], stands: Callable[[], bool] = lambda: False) -> T:
        with told():
            transaction = self.connection.begin()
            try:
                value = work(self.connection)
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except DBAPIError as error:
                # The transaction may still be open: in SQLite, in SQLAlchemy, or in neither.
                transaction.close()
                self._driver().rollback()
                if not self._happened(stands, error):
                    raise
            return value

    def transact_lightly(self, work: Work[T]) -> T:
        """As ``transact``, for what may be lost with the power: nobody waits for the disk.

        The next transaction makes it durable with its own rows.
        """
        self._wait_for_disk(False)
        return self._transact(work)

    def _wait_for_disk(self, is_wanted: bool) -> None:
        """Whether commits wait until the disk has them. Before a transaction, not behind a light
        one: what went wrong there must not leave the next one light."""
        if self._is_light is not is_wanted:
            return
        statement = f"PRAGMA synchronous={'FULL' if is_wanted else 'NORMAL'}"
        try:
            self._driver().execute(statement)
        except self._driver_error() as error:
            with told():
                raise DBAPIError(statement, None, error) from error
        self._is_light = not is_wanted

    def _happened(self, stands: Callable[[], bool], error: DBAPIError) -> bool:
        try:
            if stands():
                return True
            if not isinstance(named(error), DiskFull):
                self._seal()
        except (Unavailable, DBAPIError, self._driver_error()) as why:
            raise Unavailable("OUTCOME_UNKNOWN") from why
        return False

    def _seal(self) -> None:
        """Write over what a failed COMMIT may have left in the log.

        A flush that reports an error may have happened: the frames of a transaction that was told
        as failed would then come to life at the next start.
        """
        cursor = self._driver().cursor()
        try:
            (version,) = cursor.execute("PRAGMA user_version").fetchone()
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(f"PRAGMA user_version = {int(version)}")
            cursor.execute("COMMIT")
        finally:
            cursor.close()
            self._driver().rollback()

    def read(self, work: Work[T]) -> T:
        """Run work that only reads."""
        if self.connection.in_transaction():
            return work(self.connection)
        with told(), self.connection.begin() as transaction:
            try:
                return work(self.connection)
            finally:
                transaction.rollback()

    def fold(self) -> None:
        """Fold the write-ahead log into the file, as far as nobody reads in it: what is left is
        folded another time. Raises Unavailable DISK_FULL, DISK_FAULTY…"""
        # Not through SQLAlchemy, which would begin the transaction that a checkpoint forbids.
        cursor = self._driver().cursor()
        try:
            # A sale does not wait for the end of a long report.
            cursor.execute("PRAGMA busy_timeout = 0")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except self._driver_error() as error:
            wrapped = DBAPIError("PRAGMA wal_checkpoint", None, error)
            with told():
                raise wrapped from error
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            cursor.close()

    def _driver(self) -> Any:
        connection = self.connection.connection.dbapi_connection
        assert connection is not None
        return connection

    def _driver_error(self) -> type[Exception]:
        error: type[Exception] = self.connection.dialect.loaded_dbapi.Error
        return error

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
        self.connection.engine.dispose()
